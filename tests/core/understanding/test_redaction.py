"""What is kept of a message leads to nobody, and what has to do with anybody's safety is not kept."""

import pytest

from smsbot import wiring
from smsbot.core.understanding.look import look
from smsbot.core.understanding.reading import asked_of
from smsbot.core.understanding.redaction import GONE, LONGEST, keepable, redacted


@pytest.fixture
def known(texts: wiring.Texts) -> object:
    return texts.reader.lexicon.knows


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("call +1 (514) 555-0123 pls", "call +# pls" ),
        ("at 10:30 for 20 units", "at #:# for # units"),
        ("٠٥٠١٢٣ please", "# please"),
        ("write ann.lee@clinic.example now", f"write {GONE} now"),
        ("see https://x.example/a?b=1 ok", f"see {GONE} ok"),
        ("see www.clinic.example/ann", f"see {GONE}"),
        ("my insta is @ann_lee", f"my insta is {GONE}"),
        ("two\nlines  here", "two lines here"),
    ],
)  # fmt: skip
def test_figures_addresses_links_and_handles_are_taken_out(text: str, kept: str) -> None:
    assert redacted(text, lambda _word: True) == kept


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hi sarah how much", "sarah"),
        ("Hello Mark, how much", "Mark"),
        ("my name is rose and i ask", "rose"),
        ("I'm Grace from here", "Grace"),
        ("how much? thanks, Julie", "Julie"),
        ("Bonjour docteur Lavoie", "Lavoie"),
        ("je m'appelle jean et je demande", "jean"),
        ("Hallo Frau Müller", "Müller"),
        ("ich heiße Anke Maier", "Maier"),
        ("hola soy Lucía", "Lucía"),
        ("mi chiamo giulia", "giulia"),
        ("meu nome é joão", "joão"),
        ("меня зовут Анна Петрова", "Петрова"),
        ("اسمي احمد", "احمد"),
        ("नमस्ते मेरा नाम प्रिया है", "प्रिया"),
        ("mera naam priya hai", "priya"),
        ("tên tôi là Hương", "Hương"),
        ("你好我叫王小明", "王小明"),
        ("我姓陳想問", "陳"),
    ],
)
def test_what_looks_like_a_name_where_names_are_said_is_taken_out(
    text: str, name: str, known: object
) -> None:
    assert name not in redacted(text, known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "hi how much is it",
        "i am asking about the price",
        "merci c'est combien",
        "HELLO HOW MUCH",
        "what is a doctor for",
        "hola cuanto cuesta",
    ],
)
def test_ordinary_words_stay(text: str, known: object) -> None:
    assert redacted(text, known) == text  # type: ignore[arg-type]


def test_a_long_message_is_cut() -> None:
    assert len(redacted("word " * 300)) == LONGEST
    assert redacted("word " * 300).endswith(GONE)


@pytest.mark.parametrize(
    "text", ["do you sell gift thingies", "who won the hockey match last night"]
)
def test_a_message_about_nobodys_safety_may_be_kept(text: str, texts: wiring.Texts) -> None:
    assert kept(text, texts)


@pytest.mark.parametrize(
    "text",
    [
        "i cannot breathe", "my eyelid droops since", "i want to die", "stop texting me", "stop pls", "delete my data", "i am 15",
        "i am pregnant", "j'allaite mon bébé", "i have ms", "my tongue feels funny and thick", "leave me alone already", "👍", "1",
    ],
)  # fmt: skip
def test_a_message_that_may_be_about_somebodys_safety_is_never_kept(
    text: str, texts: wiring.Texts
) -> None:
    assert not kept(text, texts)


def kept(text: str, texts: wiring.Texts) -> bool:
    seen = look(texts.reader, text)
    return keepable(seen, [texts.intents.scores(part) for part in asked_of(seen)])

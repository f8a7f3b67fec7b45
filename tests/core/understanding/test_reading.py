"""What was meant, and in which language."""

from dataclasses import replace

import pytest

from smsbot import wiring
from smsbot.core.understanding.look import look
from smsbot.core.understanding.reading import Scores, stopped_by_words, understand
from smsbot.core.understanding.spoken import Prior, spoken, weigh


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("how much does it cost", "en"),
        ("combien ca coute", "fr"),
        ("cuanto cuesta", "es"),
        ("كم السعر", "ar"),
        ("多少钱", "zh-Hans"),
        ("prix", "fr"),
        ("precio", "es"),
    ],
)
def test_a_first_message_is_read_in_its_own_language(text: str, language: str, read) -> None:  # type: ignore[no-untyped-def]
    reading = read(text)
    assert (reading.language, reading.certain, reading.intents) == (language, True, ("price",))


def test_a_message_that_says_nothing_of_its_language_is_uncertain_and_follows_the_region(
    read,
) -> None:  # type: ignore[no-untyped-def]
    reading = read("👍", expected=("fr", "en"))
    assert (reading.certain, reading.spoken.likeliest) == (False, ("fr", "en"))


def test_a_keyword_of_another_language_is_understood_and_does_not_change_the_talk(read) -> None:  # type: ignore[no-untyped-def]
    for word, intent in (
        ("price", "price"),
        ("STOP", "stop"),
        ("precio", "price"),
        ("怀孕", "pregnant"),
    ):
        reading = read(word, current="fr")
        assert intent in reading.intents
        if word.isascii():
            assert reading.language == "fr"


def test_a_clear_change_changes_the_talk(read) -> None:  # type: ignore[no-untyped-def]
    reading = read("how much does it cost and does it hurt", current="fr")
    assert (reading.language, reading.spoken.switches) == ("en", True)


def test_a_matter_of_safety_comes_before_a_longer_match_of_another(read) -> None:  # type: ignore[no-untyped-def]
    assert read("est-ce que je peux avoir du botox si j'allaite").intents[0] == "pregnant"
    assert read("am i pregnent and is it safe").intents[0] == "pregnant"


def test_greetings_and_thanks_fall_away_beside_a_question(read) -> None:  # type: ignore[no-untyped-def]
    assert read("hello, how much is it? thanks!").intents == ("price",)


@pytest.mark.parametrize(
    "text",
    [
        "does it affect breathing?",
        "no trouble breathing so far",
        "can't breathe",
        "je respire mal",
        "no puedo respirar",
        "لا أستطيع التنفس",
        "呼吸困难",
    ],
)
def test_questions_and_denials_about_a_sign_count_as_the_sign(text: str, read) -> None:  # type: ignore[no-untyped-def]
    reading = read(text, current="en")
    assert reading.triage is not None
    assert "breathing" in reading.triage.classes


@pytest.mark.parametrize(
    "text", ["911", "please call 911", "911 help", "appelez le 911", "llamen al 911"]
)
def test_an_emergency_number_alone_or_beside_a_call_is_a_sign(text: str, read) -> None:  # type: ignore[no-untyped-def]
    assert read(text).triage.intents == ("urgent",)


@pytest.mark.parametrize(
    "text", ["911 turbo for sale", "le 112 passe devant chez vous", "são 112 euros por zona?"]
)
def test_a_number_in_another_sentence_is_none(text: str, read) -> None:  # type: ignore[no-untyped-def]
    assert read(text).triage is None


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("حمل و نقل کا خرچہ", "pregnant"),  # transport
        ("حملہ", "pregnant"),  # an attack
        ("کہاں", "yes"),  # where
        ("بجلی کا بل", "neuro"),  # the bill
        ("codice a barre sul labbro", "neuro"),
    ],
)  # fmt: skip
def test_a_plain_word_of_one_language_is_no_sign_of_another(text: str, intent: str, read) -> None:  # type: ignore[no-untyped-def]
    assert intent not in read(text).intents


@pytest.mark.parametrize(
    ("text", "read_as", "left"),
    [
        ("hello i saw your ad", ("stop",), ("greeting",)),
        ("hello i saw your ad, how much", ("stop", "price"), ("price",)),
        ("STOP K7F2", (), ("stop",)),
        ("please unsubscribe me", ("stop",), ("stop",)),
        ("hello i saw your ad", (), ()),  # what was not understood stays so
    ],
)
def test_an_opt_out_that_no_word_says_can_be_left_out(
    text: str, read_as: tuple[str, ...], left: tuple[str, ...], texts: wiring.Texts, read
) -> None:  # type: ignore[no-untyped-def]
    reading = replace(read(text), intents=read_as)
    assert stopped_by_words(texts.reader, look(texts.reader, text), reading).intents == left


@pytest.mark.parametrize(
    ("shares", "intents"),
    [
        ({"redflags.swallowing": 0.78, "stop": 0.2, "what": 0.02}, ()),
        ({"redflags.swallowing": 0.3, "stop": 0.55, "what": 0.15}, ()),
        ({"redflags.swallowing": 0.4, "stop": 0.59, "what": 0.01}, ("stop",)),
        ({"redflags.swallowing": 0.78, "pain": 0.2, "what": 0.02}, ("pain",)),
    ],
)
def test_what_little_is_left_beside_a_sign_of_danger_is_no_opt_out(
    shares: dict[str, float], intents: tuple[str, ...], texts: wiring.Texts
) -> None:
    seen = look(texts.reader, "のみこめないんです")
    language = spoken(seen, weigh(texts.reader, seen, {}), Prior())
    reading = understand(texts.reader, seen, language, [Scores("encoder", shares)])
    assert reading.triage is not None
    assert reading.intents == intents


def test_signs_that_are_typed_in_latin_letters_are_answered_in_the_language_of_the_talk(
    read,
) -> None:  # type: ignore[no-untyped-def]
    assert read("iki ga dekinai", current="ja").language == "ja"
    assert read("sum mot swieoyo", current="ko").language == "ko"

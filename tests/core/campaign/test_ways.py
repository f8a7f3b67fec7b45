"""The ways into a campaign: what its links write survives the phone, advertisements name it, and its keywords run into nothing."""

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.codes import make_code
from smsbot.core.campaign.entering import Entered, entered
from smsbot.core.campaign.ways import (
    bare,
    counted_link,
    keyword_faults,
    prefilled,
    referral_code,
    sms_link,
    wa_link,
)
from smsbot.core.language.placeholders import Unfilled
from smsbot.core.people.carrier import CARRIER_WORDS
from smsbot.core.people.referral import Referral
from smsbot.core.understanding.lexicon import Lexicon

from ..understanding.test_lexicon import vocabulary

NUMBER = "+15145550100"
SPRING = Campaign(
    id=1,
    name="Spring",
    code=make_code(1),
    begins=date(2026, 11, 20),
    ends=date(2026, 12, 20),
    state="live",
    keywords=("BLOOM", "PRINTEMPS"),
    referrals=("120208000000000001",),
    prefill={
        "en": "Hello %(clinic)s, I would like to know more",
        "fr": "Bonjour, j'aimerais en savoir plus",
        "ar": "مرحبا، أود معرفة المزيد",
        "zh-Hans": "你好，我想了解更多",
    },
)
AUTUMN = replace(
    SPRING, id=2, name="Autumn", code=make_code(2), keywords=("LEAF",), referrals=("777",), prefill={}
)  # fmt: skip
BOTH = (SPRING, AUTUMN)
STANDING = {tag: {"clinic": "Aurora Demo Clinic"} for tag in SPRING.prefill}
LEXICON = Lexicon(
    [
        vocabulary(price=["price", "how much"], stop=["halted"], hours=["open"]),
        vocabulary("fr", price=["prix"]),
        vocabulary("zh", areas=["脸"]),
    ]
)


# ---------------------------------------------------------------- links


def test_a_link_opens_messages_with_the_text_on_every_phone() -> None:
    link = sms_link(NUMBER, "Hé & ja?\nY5WJ6R")
    assert link == "sms:+15145550100?&body=H%C3%A9%20%26%20ja%3F%0AY5WJ6R"
    assert sms_link("12345", "") == "sms:12345"


def test_a_link_opens_whatsapp_with_the_text() -> None:
    link = urlsplit(wa_link(NUMBER, "مرحبا + 1\nY5WJ6R"))
    assert (link.netloc, link.path) == ("wa.me", "/15145550100")
    assert parse_qs(link.query) == {"text": ["مرحبا + 1\nY5WJ6R"]}
    assert wa_link(NUMBER, "") == "https://wa.me/15145550100"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_whatever_the_text_a_link_holds_it_whole_and_nothing_else(text: str) -> None:
    for link in (sms_link(NUMBER, text), wa_link(NUMBER, text)):
        assert link.isascii()
        assert " " not in link
        assert unquote(link).endswith(text)
        assert link.count("&") <= 1
        assert link.count("#") == 0


@pytest.mark.parametrize("number", ["", "5145550123x", "15145550123", "+0145550100", "+1 514", "١٢٣٤٥"])  # fmt: skip
def test_what_is_no_number_is_refused_without_repeating_it(number: str) -> None:
    for link in (sms_link, wa_link):
        with pytest.raises(ValueError, match=r"as \+15145550100") as refused:
            link(number, "")
        assert not number or number not in str(refused.value)


def test_the_counted_link_is_short_and_may_name_a_language() -> None:
    assert counted_link("https://bot.clinic.example/", "Y5WJ6R") == "https://bot.clinic.example/c/Y5WJ6R"  # fmt: skip
    assert counted_link("https://a.example", "Y5WJ6R", "zh-Hans").endswith("/c/Y5WJ6R?lang=zh-Hans")


def test_the_code_stands_on_a_line_of_its_own_at_the_end() -> None:
    values = {"clinic": "Aurora"}
    assert prefilled("Hello %(clinic)s! ", "Y5WJ6R", values) == "Hello Aurora!\nY5WJ6R"
    assert prefilled("", "Y5WJ6R", {}) == "Y5WJ6R"
    with pytest.raises(Unfilled):
        prefilled("Hello %(nobody)s", "Y5WJ6R", values)


# ---------------------------------------------------------------- advertisements


@pytest.mark.parametrize(
    ("referral", "code"),
    [
        (Referral(source_id="120208000000000001"), SPRING.code),
        (Referral(source_id=" 777 "), AUTUMN.code),
        (Referral(source_id="1", clid="777"), AUTUMN.code),
        (Referral(source_id="1", headline=f"Write {SPRING.code} to us"), SPRING.code),
        (Referral(body=f"…{AUTUMN.code.lower()}"), AUTUMN.code),
        (Referral(source_id="1", headline="Questions?", body="We answer"), None),
        (Referral(), None),
    ],
)
def test_an_advertisement_names_its_campaign(referral: Referral, code: str | None) -> None:
    assert referral_code(referral, BOTH) == code


def test_nothing_of_an_advertisement_gets_into_a_log() -> None:
    shown = repr(Referral("120208000000000001", "click", "headline", "body"))
    assert shown == "Referral(…)"


# ---------------------------------------------------------------- coming in


def come(body: str, referral: Referral | None = None, known: str = "") -> Entered | None:
    return entered(body, referral, BOTH, STANDING, lambda word: word == known)


@pytest.mark.parametrize(
    "body",
    [
        SPRING.code,
        f" {SPRING.code.lower()} ",
        f"https://clinic.example/c/{SPRING.code}",
        f"Hello Aurora Demo Clinic, I would like to know more\n{SPRING.code}",
        f"hello aurora demo clinic i would like to know more {SPRING.code}",
        f"I would like to know more {SPRING.code}",
        f"Helo Aurora Demo Clinic, I would liek to know more\n{SPRING.code}",
        f"Hello Aurora DemoClinic, I would like to know more\n{SPRING.code}",
        f"Bonjour j aimerais en savoir plus {SPRING.code}",
        f"{SPRING.code} Bonjour, j'aimerais en savoir plus",
        f"مرحبا اود معرفه المزيد {SPRING.code}",
        f"你好，我想了解{SPRING.code}",
        f"Bonjour, j'aimerais en savoir plus {SPRING.code[:5]}",
        "bloom",
        "Blooom",
        "PRINTEMPS!",
    ],
)
def test_what_a_link_wrote_edited_a_little_asks_nothing_of_its_own(body: str) -> None:
    assert come(body) == Entered(SPRING, alone=True)


@pytest.mark.parametrize(
    "body",
    [
        f"{SPRING.code} price?",
        f"Hello Aurora Demo Clinic, I would like to know more about the price\n{SPRING.code}",
        f"Hello Aurora Demo Clinic, I would like to know more\n{SPRING.code}\ndoes it hurt",
        f"know {SPRING.code}",  # hardly anything is left of what the link wrote
        f"more know like {SPRING.code}",
        f"你好，我想了解更多{SPRING.code}多少钱",
        f"Hola, me gustaría saber más {SPRING.code}",  # translated: the reading decides
        f"2 {SPRING.code}",
        f"look at https://clinic.example/c/{SPRING.code}",
    ],
)
def test_whoever_adds_words_of_their_own_comes_by_the_campaign_and_asks(body: str) -> None:
    assert come(body) == Entered(SPRING, alone=False)


@pytest.mark.parametrize(
    "body",
    ["", "hello", "how much is it", "Hello, I would like to know more", "bloom please", make_code(3)],
)  # fmt: skip
def test_whoever_brings_nothing_of_a_campaign_comes_by_none(body: str) -> None:
    assert come(body) is None


def test_whoever_tapped_an_advertisement_comes_by_its_campaign() -> None:
    ad = Referral(source_id="777")
    assert come("", ad) == Entered(AUTUMN, alone=True)
    assert come("leaf", ad) == Entered(AUTUMN, alone=True)
    assert come("does it hurt?", ad) == Entered(AUTUMN, alone=False)
    assert come("does it hurt?", Referral(source_id="1")) is None


def test_a_code_that_was_sent_counts_before_the_advertisement() -> None:
    assert come(SPRING.code, Referral(source_id="777")) == Entered(SPRING, alone=True)


def test_a_word_that_means_something_else_is_no_keyword_misspelled() -> None:
    assert come("blooms") == Entered(SPRING, alone=True)
    assert come("blooms", known="blooms") is None


def test_without_campaigns_nobody_comes_by_one() -> None:
    assert entered(SPRING.code, Referral("777"), (), STANDING, lambda word: False) is None


def test_a_prefilled_text_whose_values_are_not_known_is_still_recognised() -> None:
    text = f"Hello , I would like to know more {SPRING.code}"
    assert bare(text, SPRING, {})
    assert not bare(f"{text} how much", SPRING, {})


# ---------------------------------------------------------------- keywords


def reasons(keyword: str) -> list[str]:
    names = {("italiano",): "it"}
    return [f.words % f.values for f in keyword_faults(keyword, BOTH[:1], LEXICON, names)]


@pytest.mark.parametrize(
    "keyword", ["GLOW", "glow", "Lumière", "весна", "春天", "ربيع", "वसंत", "AURORA26", "PRIDE"]
)
def test_a_word_of_its_own_is_a_keyword(keyword: str) -> None:
    assert reasons(keyword) == []


@pytest.mark.parametrize(
    ("keyword", "reason"),
    [
        ("", "a keyword needs letters"),
        ("…", "a keyword needs letters"),
        ("7", "7 is a number: people choose from menus with numbers"),
        ("٢٠", "20 is a number: people choose from menus with numbers"),
        ("two words", "two words must be one word, without spaces or marks"),
        ("glow-up", "glow-up must be one word, without spaces or marks"),
        ("glow!", "glow! must be letters and digits only"),
        ("ab", "ab is too short: use 3 letters or more"),
        ("春", "春 is too short: use 3 letters or more"),
        ("x" * 2 + "y" * 2 + "abcdefghijklmnopqrst", "xxyyabcdefghijklmnopqrst is too long: use 20 letters at most"),
        (make_code(9), f"{make_code(9).lower()} looks like a campaign's code: choose a word"),
        ("STOP", "the carrier acts on stop itself, and the bot may never hear it"),
        ("Arrêt", "the carrier acts on arret itself, and the bot may never hear it"),
        ("stops", "stops is one letter from stop, on which the carrier acts itself"),
        ("CANCER", "cancer is one letter from cancel, on which the carrier acts itself"),
        ("Italiano", "italiano is the name of a language: people choose it so"),
        ("PRICE", "price already means price (en)"),
        ("PRIX", "prix already means price (fr)"),
        ("小脸", "小脸 already means areas (zh)"),
        ("haltet", "haltet is one letter from a word for stop (en)"),
        ("bloom", "bloom is a keyword of the campaign Spring"),
        ("Printémps", "printemps is a keyword of the campaign Spring"),
        ("BLOOMS", "blooms is one letter from bloom, a keyword of the campaign Spring"),
        ("Y5WJ6", "y5wj6 is, or is one letter from, the code of the campaign Spring"),
    ],
)  # fmt: skip
def test_a_word_that_runs_into_something_is_refused_with_the_reason(
    keyword: str, reason: str
) -> None:
    assert reasons(keyword) == [reason]


@pytest.mark.parametrize("word", sorted(CARRIER_WORDS))
def test_no_word_of_the_carriers_is_a_keyword(word: str) -> None:
    assert reasons(word.upper())


def test_the_demo_bots_own_words_are_no_keywords_and_natural_ones_are(texts: object) -> None:
    lexicon, names = texts.reader.lexicon, texts.names  # type: ignore[attr-defined]
    for word in ("price", "combien", "Schmerzen", "precio", "दर्द", "السعر", "цена", "多少钱"):
        assert keyword_faults(word, (), lexicon, names), word
    for word in ("GLOW", "SPRING", "PRINTEMPS", "Frühling", "весна", "春天", "ربيع", "AURORA"):
        assert keyword_faults(word, (), lexicon, names) == [], word

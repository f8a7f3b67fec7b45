"""The gate: what passes, what is blocked and where, and that whatever cannot be examined is blocked."""

import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsbot.core.campaign.advice import SAYS
from smsbot.core.campaign.gate import (
    BARRIER,
    WARNS,
    WARNS_IN_WELCOME,
    Finding,
    Setting,
    TextKind,
    examine,
    examine_everywhere,
    may_send,
)
from smsbot.core.campaign.rules import Rules, read_rules
from smsbot.core.campaign.words import SUBJECTS, read_words
from smsbot.core.people.address import Channel


def table(name: str) -> dict:
    return tomllib.loads(resources.files("smsbot.content").joinpath(name).read_text("utf-8"))


BOOK = read_rules(table("campaign_rules.toml"))
WORDS = read_words(table("campaign_words.toml"))
SETTING = Setting(WORDS, BOOK.limits, BOOK.links, frozenset({"clinic.example"}))
VALUES = {
    "clinic": "Aurora Demo Clinic",
    "address": "100 Example Street, Montreal",
    "phone": "+1 514-555-0100",
    "privacy_url": "https://clinic.example/privacy",
    "price": "90 CAD",
    "valid_until": "30 June 2027",
    "restrictions": "new patients",
    "extra_fees": "taxes",
    "STOP": "STOP",
    "HOURS": "HOURS",
    "MENU": "MENU",
}
SAID = tomllib.loads(Path(__file__).with_name("said.toml").read_text("utf-8"))
MORE = tomllib.loads(Path(__file__).with_name("said_more.toml").read_text("utf-8"))
LANGUAGES = sorted(SAID)
# What a sentence by itself lacks, and what only warns.
BESIDE = frozenset({"identity", "address", "opt_out", "wrinkles"})

NEUTRAL = "News from %(clinic)s: you can book a visit to talk with a doctor. %(address)s. Reply %(STOP)s to end."
WELCOME = "Hello from %(clinic)s. Ask your question, or reply %(MENU)s for topics. %(STOP)s ends messages."


def rules(country: str, clinic: str = "") -> Rules:
    book = BOOK.with_clinic(tomllib.loads(clinic), "clinic.toml") if clinic else BOOK
    found = book.of(country)
    assert found is not None
    return found


CANADA = rules("CA")


def found(
    text: str,
    language: str = "en",
    kind: TextKind = "invitation",
    ours: Rules | None = CANADA,
    channel: Channel = "sms",
    needed: Iterable[str] = (),
) -> tuple[Finding, ...]:
    return examine(text, language, kind, ours, SETTING, VALUES, channel=channel, needed=needed)


def added(text: str, **details: object) -> list[tuple[str, str]]:
    """What is found in a sentence that is put into the neutral text."""
    return [(f.code, f.where) for f in found(f"{NEUTRAL} {text}", **details) if f.code != "dear"]  # type: ignore[arg-type]


def codes(findings: Iterable[Finding]) -> set[str]:
    return {finding.code for finding in findings}


# ---------------------------------------------------------------- what is there


def test_every_finding_says_what_to_do_and_fills_its_words() -> None:
    texts = {
        "no_rules": found(NEUTRAL, ours=None),
        "unknown": found("Hello %(nobody)s"),
        "price_needs": found(
            f"{NEUTRAL} A visit: %(price)s", ours=rules("CA", '[CA]\nnames = "price"')
        ),
    }
    for code, findings in texts.items():
        assert code in codes(findings)
        for finding in findings:
            assert "%(" not in str(finding).replace(finding.where, "")
            assert str(finding)[0].isupper() or str(finding)[0] in "“%"
    assert set(SUBJECTS) <= set(SAYS)
    assert set(SAYS) >= WARNS | WARNS_IN_WELCOME


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", ["sms", "whatsapp", "rcs"])
@pytest.mark.parametrize("country", ["CA", "FR", "AU", "GB"])
def test_a_neutral_invitation_passes_in_every_language(
    language: str, channel: Channel, country: str
) -> None:
    findings = found(SAID[language]["neutral"], language, ours=rules(country), channel=channel)
    assert [f for f in findings if f.blocks] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_harmless_sentences_are_not_objected_to(language: str) -> None:
    for sentence in (*SAID[language]["harmless"], *MORE[language]["harmless"]):
        claims = [(f.code, f.where) for f in found(sentence, language) if f.code not in BESIDE]
        assert claims == [], sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_may_not_be_said_is_found_in_every_language(language: str) -> None:
    missed = [
        (subject, sentence)
        for subject, sentences in SAID[language]["harm"].items()
        for sentence in sentences
        if subject not in codes(found(sentence, language))
    ]
    assert missed == []
    blocked = MORE[language]["blocked"]
    assert [s for s in blocked if not codes(found(s, language)) - BESIDE] == []


def test_there_are_words_for_every_language_and_sentences_to_try_them() -> None:
    assert set(SAID) == set(WORDS.languages)
    assert len(SAID) == 32
    asked = set(SUBJECTS) - {"wrinkles"}
    for language in LANGUAGES:
        assert set(SAID[language]["harm"]) == asked


# ---------------------------------------------------------------- it fails closed


@pytest.mark.parametrize(
    ("text", "language", "ours", "code"),
    [
        (NEUTRAL, "en", None, "no_rules"),
        (NEUTRAL, "fi", CANADA, "no_words"),
        (NEUTRAL, "", CANADA, "no_words"),
        (NEUTRAL, "-", CANADA, "no_words"),
        ("", "en", CANADA, "empty"),
        (" \n ", "en", CANADA, "empty"),
        (f"{NEUTRAL} \ufffd", "en", CANADA, "broken"),
        (f"{NEUTRAL} \ue000", "en", CANADA, "broken"),
        (NEUTRAL, "ar", CANADA, "script"),
        (SAID["ru"]["neutral"], "en", CANADA, "script"),
        (SAID["zh-Hant"]["neutral"], "zh-Hans", CANADA, "script"),
        (SAID["zh-Hans"]["neutral"], "zh-Hant", CANADA, "script"),
        ("%(clinic)s, %(address)s. %(STOP)s!", "en", CANADA, "empty"),
        ("%(clinic)s 123 %(STOP)s", "en", CANADA, "script"),
    ],
)
def test_what_cannot_be_examined_is_blocked(
    text: str, language: str, ours: Rules | None, code: str
) -> None:
    findings = found(text, language, ours=ours)
    assert code in codes(findings)
    assert all(f.blocks for f in findings)


def test_a_language_of_a_country_has_the_words_of_the_language() -> None:
    assert "safe" in codes(found("C'est sans risque.", "fr-CA"))


def test_an_answer_is_held_to_the_strictest_where_there_are_no_rules() -> None:
    assert [f for f in found(WELCOME, kind="welcome", ours=None) if f.blocks] == []
    assert "name" in codes(found(f"{WELCOME} Ask about Botox.", kind="welcome", ours=None))


def test_half_a_character_is_blocked() -> None:
    assert codes(found(f"{NEUTRAL} {chr(0xD800)}")) == {"broken"}


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.characters(exclude_categories=()), max_size=200),
    st.sampled_from(LANGUAGES),
    st.sampled_from(["sms", "whatsapp"]),
)
def test_any_text_is_examined(text: str, language: str, channel: Channel) -> None:
    findings = found(text, language, channel=channel)
    assert any(f.blocks for f in findings)  # at least for what no chance puts in: who writes
    for finding in findings:
        assert str(finding)


# ---------------------------------------------------------------- who writes


@pytest.mark.parametrize(
    ("lacks", "code"),
    [("%(clinic)s", "identity"), ("%(address)s", "address"), ("%(STOP)s", "opt_out")],
)
def test_an_invitation_says_who_writes_from_where_and_how_to_end_it(lacks: str, code: str) -> None:
    findings = found(NEUTRAL.replace(lacks, "us"))
    assert [(f.code, f.where, f.severity) for f in findings] == [(code, lacks, "blocks")]


def test_an_answer_needs_no_address_and_only_a_hint_to_stop() -> None:
    findings = found("Hello from %(clinic)s.", kind="welcome")
    assert [(f.code, f.severity) for f in findings] == [("opt_out", "warns")]


def test_placeholders_are_known_whole_and_none_is_lost() -> None:
    assert added("%(nobody)s") == [("unknown", "%(nobody)s")]
    assert added("", needed=["phone", "clinic"]) == [("lost", "%(phone)s")]
    for wrong in ("%(phone)", "%(phone", "%s", "{{1}}", "%d"):
        assert ("malformed", wrong) in added(f"Call {wrong} now")


# ---------------------------------------------------------------- the medicine

SPELLINGS = [
    "Botox", "BOTOX", "botox®", "b.o.t.o.x", "B-O-T-O-X", "b o t o x", "bo tox", "B0T0X", "8otox",
    "b@tox?botox", "Ｂｏｔｏｘ", "ＢＯＴＯＸ", "вotox", "bоtоx", "βοτοx", "ᏴOTOX botox", "🅱🅾🆃🅾🆇", "🇧🇴🇹🇴🇽",
    "𝐁𝐨𝐭𝐨𝐱", "ⓑⓞⓣⓞⓧ", "Bötox", "bo\u00adtox", "bo_tox", "#botox", "@botoxclinic", "Antifaltenbotox",
    "babybotox", "botoxed", "Botoxes", "botulinum", "botu1inum", "Botulinumtoxin", "toxin", "neurotoxins",
    "BTX-A", "BoNT/A", "Dysport", "D y s p o r t", "Xeomin", "Xeo min", "Vistabel", "Azzalure", "Bocouture",
    "Letybo", "Nuceiva", "tox", "ботокс", "Ботоксом", "μπότοξ", "بوتوكس", "والبوتوكس", "بوتاکس", "بوٹوکس",
    "בוטוקס", "בבוטוקס", "बोटॉक्स", "বোটক্স", "ਬੋਟੌਕਸ", "போடாக்ஸ்", "肉毒", "保妥适", "ボトックス",
    "보톡스로", "โบท็อกซ์", "botoks", "toksyny", "toksin", "toxina",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_medicine_is_found_however_it_is_spelled(spelling: str) -> None:
    assert "name" in {code for code, _ in added(f"Ask about {spelling} today")}


@pytest.mark.parametrize(
    "harmless",
    [
        "a bottle of water", "our bot answers. Oxford Street is near", "detox is another thing", "toxic waste", "Boston", "an extra box",
        "both of us", "the disposal of paper", "a botanist", "contextual", "to xylophones", "bo and tex", "tax office", "5 to 10",
    ],
)  # fmt: skip
def test_words_like_it_are_not_the_medicine(harmless: str) -> None:
    assert not {"name", "medicine"} & {code for code, _ in added(harmless)}


def test_a_placeholder_cannot_split_the_name_nor_hold_it() -> None:
    assert "name" in codes(found(f"{NEUTRAL} dysp%(phone)sort"))
    values = {**VALUES, "clinic": "Montreal Botox Studio"}
    findings = examine(NEUTRAL, "en", "invitation", CANADA, SETTING, values)
    assert [(f.code, f.where) for f in findings] == [("name_inside", "Botox")]
    assert findings[0].values["placeholder"] == "%(clinic)s"


def test_a_picture_of_a_syringe_names_it_too() -> None:
    assert added("Come \U0001f489") == [("syringe", "\U0001f489")]


def test_rules_that_allow_the_name_allow_no_claims() -> None:
    proof = 'override = "Dr Example"\nevidence = "legal/us.pdf"'
    canada = rules("CA", '[CA]\nnames = "price"')
    states = rules("US", f'[US]\nnames = "drug"\n{proof}')
    for ours in (canada, states):
        findings = found(f"{NEUTRAL} Botox is safe.", ours=ours)
        assert [(f.code, f.severity) for f in findings if f.code != "dear"] == [
            ("name_allowed", "warns"),
            ("safe", "blocks"),
        ]
    phrase = f"{NEUTRAL} Wrinkle relaxing."
    assert "medicine" in codes(found(phrase, ours=canada))
    assert "medicine" not in codes(found(phrase, ours=states))


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("up to 80 of 100", "eighty", "80"),
        ("٨٠ of them", "eighty", "80"),
        ("20% more", "percent", "20%"),
        ("20 % more", "percent", "20 %"),
        ("٢٠٪ more", "percent", "20٪"),
        ("%20 more", "percent", "%20"),
        ("a visit for $90", "price", "$90"),
        ("a visit for 90 €", "price", "90€"),
        ("a visit for €90", "price", "€90"),
        ("a visit for ₹500", "price", "₹500"),
        ("a visit for CAD 90", "price", "CAD 90"),
        ("a visit for 90 eur", "price", "90 eur"),
        ("a visit for %(price)s", "price", "%(price)s"),
    ],
)
def test_figures_that_claim_or_sell_are_found(text: str, code: str, where: str) -> None:
    assert (code, where) in added(text)


@pytest.mark.parametrize(
    "text",
    ["Call 514 555 0180", "at 18:00", "on 24 May 2027", "in 1980", "room 180", "+1 514 555 80 80"],
)
def test_other_figures_are_not(text: str) -> None:
    assert added(text) == []


def test_a_price_stands_with_what_the_country_asks_for() -> None:
    ours = rules("CA", '[CA]\nnames = "price"')
    lacking = [where for code, where in added("A visit: %(price)s", ours=ours)]
    assert lacking == ["%(valid_until)s", "%(restrictions)s", "%(extra_fees)s"]
    whole = "A visit: %(price)s until %(valid_until)s, %(restrictions)s, plus %(extra_fees)s"
    assert added(whole, ours=ours) == []


# ---------------------------------------------------------------- links


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("https://clinic.example/visit", None),
        ("https://www.clinic.example", None),
        ("https://book.clinic.example/x?y=1", None),
        ("http://clinic.example", "link_plain"),
        ("clinic.example/visit", "link_plain"),
        ("www.clinic.example", "link_plain"),
        ("https://bit.ly/3abc", "link_shortener"),
        ("bit.ly/3abc", "link_shortener"),
        ("HTTPS://BIT.LY/3abc", "link_shortener"),
        ("https://other.example", "link_foreign"),
        ("https://clinic.example.evil.com", "link_foreign"),
        ("https://notclinic.example", "link_foreign"),
        ("https://clinic.example@evil.com/", "link_foreign"),
        ("https://clіnic.example", "link_foreign"),  # with a Cyrillic letter
        ("ftp://evil.com", "link_foreign"),
        ("evil.com", "link_foreign"),
        ("https://[bad", "link_foreign"),
        ("wa.me/15145550100", "link_foreign"),
    ],
)
def test_only_the_clinics_own_pages_are_linked(link: str, code: str | None) -> None:
    found_codes = {c for c, _ in added(f"More: {link} today") if c.startswith("link")}
    assert found_codes == ({code} if code else set())


@pytest.mark.parametrize(
    "text",
    ["See you soon.Reply today", "Dr.Smith", "at 10.30", "info@clinic.example", "e.g. Tuesday"],
)
def test_words_with_dots_are_not_links(text: str) -> None:
    assert not [c for c, _ in added(text) if c.startswith("link")]


# ---------------------------------------------------------------- form and length


@pytest.mark.parametrize("character", ["\u202e", "\u200b", "\u00ad", "\ufeff", "\t", "\x07"])
def test_what_nobody_sees_is_found(character: str) -> None:
    assert ("invisible", f"U+{ord(character):04X}") in added(f"come{character}in")


def test_joiners_that_letters_need_may_stand() -> None:
    assert "invisible" not in codes(found(SAID["fa"]["neutral"], "fa"))


def test_a_word_of_two_alphabets_is_found() -> None:
    assert ("mixed", "vіsit") in added("vіsit us")


def test_too_many_emoji_are_counted() -> None:
    assert "emoji" not in codes(found(f"{NEUTRAL} {'🌸' * 10}"))
    assert ("emoji", "11") in added("🌸" * 11)
    assert "emoji" not in codes(found(f"{NEUTRAL} {'👍🏽' * 10}"))  # a colour of skin is none


def test_length_is_counted_as_it_goes_out() -> None:
    long = "We talk with you. " * 30
    segments = [f for f in found(NEUTRAL + " " + long) if f.code == "dear"]
    assert [(f.where, f.severity) for f in segments] == [("5", "warns")]
    assert ("segments", "8") in {(f.code, f.where) for f in found(NEUTRAL + " " + long * 2)}
    assert "long" in codes(found(NEUTRAL + " " + long * 3))
    whatsapp = found(f"{NEUTRAL} {long * 2}", channel="whatsapp")
    assert codes(whatsapp) == {"long"}
    assert codes(found(f"{NEUTRAL} {long}", channel="whatsapp")) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("%(clinic)s has news. %(address)s. Reply %(STOP)s to end.", "variable_edge"),
        ("News from %(clinic)s, %(address)s. To end, reply %(STOP)s", "variable_edge"),
        ("News from %(clinic)s %(address)s. Reply %(STOP)s to end.", "variables_side"),
        (f"{NEUTRAL} https://wa.me/15145550100", "link_whatsapp"),
    ],
)
def test_what_whatsapp_rejects_in_templates_is_blocked_there_only(text: str, code: str) -> None:
    assert code in codes(found(text, channel="whatsapp"))
    assert code not in codes(found(text, channel="sms"))
    assert code not in codes(found(text, channel="whatsapp", kind="welcome"))


@pytest.mark.parametrize("value", ["one\ntwo", "one\ttwo", "one     two"])
def test_values_that_whatsapp_rejects_are_found(value: str) -> None:
    values = {**VALUES, "address": value}
    findings = examine(NEUTRAL, "en", "invitation", CANADA, SETTING, values, channel="whatsapp")
    assert ("variable_value", "%(address)s") in {(f.code, f.where) for f in findings}


# ---------------------------------------------------------------- places


def test_a_countrys_own_words_are_found_there() -> None:
    assert ("word", "filler") in added("Ask about filler", ours=rules("AU"))
    assert added("Ask about filler") == []


def test_of_words_within_words_the_longest_is_shown() -> None:
    ours = rules("CA", '[CA]\nwords = ["our lovely new rooms", "new", "lovely new"]')
    assert added("See our lovely new rooms.", ours=ours) == [("word", "our lovely new rooms")]


def test_what_the_medicine_is_for_warns_and_blocks_where_that_is_advertising() -> None:
    text = f"{NEUTRAL} Talk about the look of fine lines."
    assert {(f.code, f.severity) for f in found(text)} == {("wrinkles", "warns")}
    assert {(f.code, f.severity) for f in found(text, ours=rules("AU"))} == {("purpose", "blocks")}


def test_nobody_in_the_united_states_is_invited_by_whatsapp() -> None:
    barred = may_send("whatsapp", "US", rules("US"))
    assert barred is not None
    assert (barred.code, barred.severity) == ("barred", "blocks")
    assert "WhatsApp delivers no marketing" in str(barred)
    assert may_send("sms", "US", rules("US")) is None
    assert may_send("whatsapp", "CA", CANADA) is None
    unknown = may_send("sms", "XX", None)
    assert unknown is not None
    assert unknown.code == "no_rules"


def test_everywhere_is_every_country_and_channel_once() -> None:
    places = {"CA": CANADA, "AU": rules("AU"), "US": rules("US"), "XX": None}
    text = "%(clinic)s: Talk about fine lines. %(address)s. Reply %(STOP)s to end."
    findings = examine_everywhere(
        text, "en", "invitation", places, SETTING, VALUES, channels=("sms", "whatsapp")
    )
    assert sorted(f.code for f in findings) == [
        "no_rules", "purpose", "variable_edge", "wrinkles",
    ]  # fmt: skip
    only_us = {"US": rules("US")}
    assert "variable_edge" not in codes(
        examine_everywhere(
            text, "en", "invitation", only_us, SETTING, VALUES, channels=("whatsapp", "sms")
        )
    )


def test_the_barrier_is_a_letter_of_no_language() -> None:
    assert BARRIER.isalpha()
    assert not any(BARRIER in str(SAID[language]) for language in LANGUAGES)
    assert ("result", "new you") in added("A new you")
    assert added("A new %(clinic)s you know") == []  # the words on both sides do not meet

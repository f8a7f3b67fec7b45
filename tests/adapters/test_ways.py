"""The ways into a campaign in every language: links that write what was meant, posters that are set, words that are all there."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from smsbot import wiring
from smsbot.adapters import files
from smsbot.adapters.gettext import page_words
from smsbot.adapters.posters import Posters, machine_fonts
from smsbot.adapters.ways import MadeWays
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.codes import find_code, make_code
from smsbot.core.campaign.entering import entered
from smsbot.ports import Refused
from smsbot.ports.ways import PAPERS

NUMBER = "+15145550100"
SPRING = Campaign(
    id=7,
    name="Spring",
    code=make_code(1),
    begins=date(2026, 11, 20),
    ends=date(2026, 12, 20),
    state="live",
    keywords=("Bloom",),
    prefill={"en": "Hello %(clinic)s!", "fr": "Bonjour à %(clinic)s"},
)
CATALOGS = sorted(files.LOCALES.glob("*/LC_MESSAGES/ways.po"))


@pytest.fixture
def ways(texts: wiring.Texts) -> MadeWays:
    return MadeWays(
        book=lambda: texts.book,
        words_by_language=page_words(files.LOCALES, "ways"),
        sms=NUMBER,
        whatsapp=NUMBER,
        public_url="https://bot.clinic.example",
        posters=lambda: Posters(machine_fonts()),
        today=lambda: date(2026, 11, 24),
    )


def languages(texts: wiring.Texts) -> tuple[str, ...]:
    return texts.book.profile.languages


# ---------------------------------------------------------------- links


def test_links_write_the_campaigns_text_in_the_language_or_the_nearest(ways: MadeWays) -> None:
    french, german = ways.links(SPRING, "fr-CA"), ways.links(SPRING, "de")
    assert french.prefill == f"Bonjour à Aurora Demo Clinic\n{SPRING.code}"
    assert german.prefill == f"Hello Aurora Demo Clinic!\n{SPRING.code}"
    assert french.counted == f"https://bot.clinic.example/c/{SPRING.code}"
    assert french.sms.startswith(f"sms:{NUMBER}?&body=Bonjour")
    assert french.whatsapp.startswith("https://wa.me/15145550100?text=Bonjour")


def test_what_is_not_there_has_no_link(ways: MadeWays) -> None:
    links = replace(ways, sms="", whatsapp="", public_url="").links(SPRING, "en")
    assert (links.sms, links.whatsapp, links.counted) == ("", "", "")


def test_a_text_that_names_what_nobody_knows_leaves_the_code(ways: MadeWays) -> None:
    broken = replace(SPRING, prefill={"en": "Hello %(nobody)s"})
    assert ways.links(broken, "en").prefill == SPRING.code


def test_whatever_a_link_writes_in_any_language_leads_to_the_campaign(
    ways: MadeWays, texts: wiring.Texts
) -> None:
    bare = replace(SPRING, prefill={})
    for tag in languages(texts):
        for campaign in (SPRING, bare):
            written = ways.links(campaign, tag).prefill
            assert find_code(written, [SPRING.code]) == SPRING.code
            came = entered(written, None, [campaign], texts.book.standing, lambda word: False)
            assert came is not None
            assert came.alone or campaign is bare


# ---------------------------------------------------------------- codes and posters


def test_codes_are_pictures_of_both_kinds(ways: MadeWays) -> None:
    assert ways.qr_svg("https://a.example").startswith(b"<svg")
    assert ways.qr_png("https://a.example").startswith(b"\x89PNG")


def test_a_poster_is_set_in_every_language_on_every_paper(
    ways: MadeWays, texts: wiring.Texts
) -> None:
    made = {ways.poster(SPRING, tag, paper) for tag in languages(texts) for paper in PAPERS}
    assert len(made) == len(languages(texts)) * len(PAPERS)
    assert all(pdf.startswith(b"%PDF") for pdf in made)


def test_a_campaign_without_a_keyword_has_its_code_on_the_poster(ways: MadeWays) -> None:
    assert ways.poster(replace(SPRING, keywords=()), "en", "a4") != ways.poster(SPRING, "en", "a4")


def test_what_a_poster_lacks_is_said(ways: MadeWays) -> None:
    with pytest.raises(Refused, match="set TWILIO_FROM"):
        replace(ways, sms="").poster(SPRING, "en", "a4")
    with pytest.raises(Refused, match="keyword: use at most 24 characters"):
        ways.poster(replace(SPRING, keywords=("x" * 25,)), "en", "a4")


# ---------------------------------------------------------------- words


def wanted() -> set[str]:
    """What the code says in English."""
    source = Path(files.LOCALES.parent / "smsbot" / "adapters" / "ways.py")
    return {found[1] for found in extract_from_file("python", source, keywords={"_": None})}


def test_the_clinics_languages_all_have_words_of_their_own(texts: wiring.Texts) -> None:
    assert {p.parent.parent.name.replace("_", "-") for p in CATALOGS} >= set(languages(texts)) - {
        "en"
    }


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parent.parent.name)
def test_a_language_says_everything_with_the_same_placeholders(path: Path) -> None:
    with path.open("rb") as file:
        said = {m.id: m for m in read_po(file, abort_invalid=True) if m.id}
    assert set(said) == wanted()
    for english, message in said.items():
        assert message.string
        assert not message.fuzzy
        assert names(message.string) == names(english)
        assert not re.search(r"\d", message.string)


def names(text: object) -> set[str]:
    return set(re.findall(r"%\(\w+\)s", str(text)))

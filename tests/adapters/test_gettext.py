"""Babel's formats in each language: figures are written as people there write them, with digits that can be dialled."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from smsbot import wiring
from smsbot.adapters.gettext import spoken_in


@pytest.mark.parametrize(
    ("tag", "week", "hours", "percent"),
    [
        ("en", "1 week", "4 hours", "80%"),
        ("fr", "1 semaine", "4 heures", "80 %"),
        ("es", "1 semana", "4 horas", "80 %"),
        ("ar", "أسبوع", "4 ساعات", "80%"),
        ("zh-Hans", "1周", "4小时", "80%"),
        ("he", "שבוע", "4 שעות", "80%"),
        ("el", "1 εβδομάδα", "4 ώρες", "80%"),
        ("tr", "1 hafta", "4 saat", "%80"),
        ("fa", "1 هفته", "4 ساعت", "80%"),
        ("ur", "1 ہفتہ", "4 گھنٹے", "80%"),
        ("th", "1 สัปดาห์", "4 ชั่วโมง", "80%"),
        ("ja", "1週間", "4時間", "80%"),
        ("ko", "1주", "4시간", "80%"),
        ("tl", "1 linggo", "4 na oras", "80%"),
        ("ht", "1 semèn", "4 èdtan", "80 %"),
        ("sw", "wiki 1", "saa 4", "80%"),
    ],
)
def test_figures_are_written_by_each_languages_own_rules(
    tag: str, week: str, hours: str, percent: str, texts: wiring.Texts
) -> None:
    language = texts.book.catalogs.by_tag[tag].language
    written = [language.unit(1, "week"), language.unit(4, "hour"), language.percent(80)]
    plain = [
        " ".join("".join(c for c in w if c not in "\u200e\u200f\u061c").split()) for w in written
    ]
    assert plain == [week, hours, percent]


def test_digits_are_ascii_in_every_language(texts: wiring.Texts) -> None:
    for catalog in texts.book.catalogs.by_tag.values():
        language = catalog.language
        said = [
            language.number(20),
            language.percent(80),
            language.price(Decimal("120.50"), "CAD"),
            language.clock(time(9, 30)),
        ]
        said.append(language.moment(datetime(2026, 11, 24, 9, 0, tzinfo=UTC)))
        assert all(not c.isdigit() or c.isascii() for text in said for c in text), language.tag
        assert "duration" not in "".join(said)


def test_creole_says_days_months_and_languages_in_its_own_words(texts: wiring.Texts) -> None:
    """The general data on it are French."""
    creole = texts.book.catalogs.by_tag["ht"].language
    assert creole.day(date(2026, 11, 24)) == "24 novanm 2026"
    assert creole.moment(datetime(2026, 11, 24, 9, 0, tzinfo=UTC)).startswith("madi ")
    assert [creole.weekday(day) for day in (0, 6)] == ["lendi", "dimanch"]
    assert creole.name_of("en") == "angle"
    named = texts.library.scripts["ht"].vocabulary.formats.languages
    assert named.keys() >= texts.book.catalogs.by_tag.keys()


def test_a_regions_languages_come_with_the_official_ones_first() -> None:
    assert spoken_in("CA")[:2] == ("en", "fr")
    assert spoken_in("FR")[0] == "fr"
    assert spoken_in("MX")[0] == "es"
    assert spoken_in("EG")[0] == "ar"
    assert spoken_in("PH")[:2] == ("en", "tl")
    assert spoken_in("") == ()

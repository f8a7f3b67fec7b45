"""Patterns in texts, names in any spelling, and faults of the lists that are named."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsbot.core.campaign.words import (
    SUBJECTS,
    Lookup,
    Spellings,
    excerpt,
    letters,
    read_pattern,
    read_words,
    tokens_of,
)
from smsbot.core.content.broken import Broken


def pieces(pattern: str, text: str) -> list[str]:
    """The pieces of the text in which the pattern stands."""
    words = tokens_of(text)
    hits = Lookup([("", read_pattern(pattern))]).find(words)
    return [excerpt(text, words[hit.start : hit.end]) for hit in hits]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("best", "The BEST, clinic", ["BEST"]),
        ("best", "bestow", []),
        ("best*", "bestow", ["bestow"]),
        ("*rabatt*", "Winterrabattaktion!", ["Winterrabattaktion"]),
        ("*rabatt", "Winterrabatt Winterrabatte", ["Winterrabatt"]),
        ("best|top clinic*", "our top clinics", ["top clinics"]),
        ("best|top clinic*", "top of clinics", []),
        ("say .. goodbye", "say one two three goodbye", ["say one two three goodbye"]),
        ("say .. goodbye", "say one two three four goodbye", []),
        ("number_one|no_1 clinic", "the number one clinic", ["number one clinic"]),
        ("# euro*", "for 90 euros", ["90 euros"]),
        ("# euro*", "for ٩٠ euros", ["٩٠ euros"]),
        ("# zl", "od 20zł", ["20zł"]),
        ("rp #", "Rp200.000", ["Rp200.000"]),
        ("=sûr", "c'est sûr", ["sûr"]),
        ("=sûr", "sur la rue", []),
        ("=giá =tốt", "giá tốt", ["giá tốt"]),
        ("=giá =tốt", "gia tot", []),
        ("سعر*", "بالسعر والسعر", ["بالسعر", "والسعر"]),
        ("בטוח", "שבטוח והבטוח", ["שבטוח", "והבטוח"]),
        ("安全", "绝对安全。", ["安全"]),
        ("皱纹 .. 消失", "皱纹几分钟就消失", ["皱纹几分钟就消失"]),
        ("皱纹 .. 消失", "皱纹在一二三四五六消失", []),
        ("효과*", "효과를 보장", ["효과를"]),
        ("l'effet", "L’EFFET", ["L’EFFET"]),
    ],
)
def test_a_pattern_is_found_where_it_stands(pattern: str, text: str, expected: list[str]) -> None:
    assert pieces(pattern, text) == expected


@pytest.mark.parametrize("text", ["", " ", "..", ".. a", "a ..", "!", "a !|? b", "=", "*"])
def test_a_pattern_that_finds_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        read_pattern(text)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_the_words_of_any_text_stand_in_it_in_order(text: str) -> None:
    words = tokens_of(text)
    assert all(0 <= w.start < w.end <= len(text) and w.forms[0] for w in words)
    assert [w.start for w in words] == sorted(w.start for w in words)


def test_letters_are_what_they_look_like() -> None:
    assert letters("Вотох") == letters("botox") == letters("B.0-T_0*X!"[:-1])
    assert letters("Ｂｏｔｏｘ®") == letters("botox")
    assert letters("botulinum") == letters("botu1inum") == letters("BOTULlNUM")


def test_names_stand_inside_words_or_alone() -> None:
    spellings = Spellings(("botox",), frozenset({letters("tox")}))
    assert list(spellings.find("Babybotox, detox. (tox)")) == ["Babybotox", "tox"]
    assert list(spellings.find("bo to\nx is one")) == ["bo to\nx"]
    assert list(spellings.find("bo tom")) == []


# ---------------------------------------------------------------- the lists


def lists(**changes: Any) -> dict[str, Any]:
    english = {"scripts": ["LATIN"], **{subject: ["bad"] for subject in SUBJECTS}, **changes}
    return {
        "names": {"inside": ["botox"], "whole": []},
        "everywhere": {},
        "language": {"en": {k: v for k, v in english.items() if v is not None}},
    }


def test_a_language_is_found_by_the_one_that_it_is_a_part_of() -> None:
    words = read_words(lists())
    assert words.of("en-CA-x") is words.of("en") is not None
    assert [words.of(tag) for tag in ("fr", "", "-", "e")] == [None] * 4


@pytest.mark.parametrize(
    ("table", "key", "says"),
    [
        (lists(safe=None), "language.en.safe", "is empty"),
        (lists(safe=[]), "language.en.safe", "is empty"),
        (lists(safe="bad"), "language.en.safe", "list of texts"),
        (lists(safe=["x .."]), "language.en.safe", "begins or ends"),
        (lists(harmless=[" "]), "language.en.harmless", "not empty"),
        (lists(scripts=[]), "language.en.scripts", "is missing"),
        (lists(unsafe=["bad"]), "language.en.unsafe", "not known here"),
        ({**lists(), "language": {"en": 1}}, "language.en", "table"),
        ({**lists(), "names": {"whole": [], "begins": []}}, "names.begins", "not known here"),
        ({**lists(), "everywhere": {"bad": []}}, "everywhere.bad", "not known here"),
        ({"names": {}, "everywhere": {}}, "language", "is missing"),
        ({**lists(), "more": {}}, "more", "not known here"),
    ],
)
def test_a_fault_names_its_list(table: dict[str, Any], key: str, says: str) -> None:
    with pytest.raises(Broken) as broken:
        read_words(table)
    assert (broken.value.file, broken.value.key) == ("campaign_words.toml", key)
    assert says in broken.value.why

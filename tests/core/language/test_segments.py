"""Segments against the published rules: 3GPP TS 23.038 and the carrier's own counter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsbot.core.language.segments import BASIC, EXTENSION, Cost, foreign, measure, pieces, split

BODIES = (
    st.text(max_size=400)
    | st.text(sorted(BASIC | EXTENSION), max_size=400)
    | st.text("a€😀ç", max_size=400)
)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("", Cost("GSM-7", 0, 1)),
        ("a" * 160, Cost("GSM-7", 160, 1)),
        ("a" * 161, Cost("GSM-7", 161, 2)),
        ("a" * 306, Cost("GSM-7", 306, 2)),
        ("a" * 307, Cost("GSM-7", 307, 3)),
        ("€" * 80, Cost("GSM-7", 160, 1)),
        ("€" * 81, Cost("GSM-7", 162, 2)),
        ("中" * 70, Cost("UCS-2", 70, 1)),
        ("中" * 71, Cost("UCS-2", 71, 2)),
        ("中" * 134, Cost("UCS-2", 134, 2)),
        ("中" * 135, Cost("UCS-2", 135, 3)),
        ("😀" * 35, Cost("UCS-2", 70, 1)),
        ("😀" * 36, Cost("UCS-2", 72, 2)),
    ],
)
def test_a_text_costs_what_the_published_tables_say(text: str, cost: Cost) -> None:
    assert measure(text) == cost


def test_a_character_of_two_septets_is_not_cut_by_the_end_of_a_segment() -> None:
    assert measure("a" * 152 + "€" + "a" * 10) == Cost("GSM-7", 164, 2)
    assert measure("a" * 152 + "€" + "a" * 151).segments == 2  # 152, then 2 + 151
    assert (
        measure("a" * 152 + "€" + "a" * 152).segments == 3
    )  # 306 septets would fit in two if the sign could be cut


def test_brackets_count_twice() -> None:
    assert measure("]" * 80) == Cost("GSM-7", 160, 1)
    assert measure("]" * 153) == Cost(
        "GSM-7", 306, 3
    )  # 76 fill a segment; one septet of each stays empty


def test_an_emoji_is_not_cut_by_the_end_of_a_segment() -> None:
    assert measure("a" * 66 + "😀" * 2).segments == 1
    assert measure("a" * 66 + "😀" * 3).segments == 2
    assert (
        measure("a" * 66 + "😀" * 34).segments == 3
    )  # 134 units would fit in two if an emoji could be cut


def test_a_line_end_of_two_characters_counts_as_two() -> None:
    assert measure("a\r\nb").units == 4


def test_a_letter_with_its_accent_apart_is_two_units_outside_the_alphabet() -> None:
    assert measure("e\u0301" * 70) == Cost("UCS-2", 140, 3)


def test_the_small_c_with_cedilla_is_not_in_the_alphabet_and_the_capital_is() -> None:
    assert measure("ç").encoding == "UCS-2"
    assert measure("Ç").encoding == "GSM-7"


def test_what_forces_the_dearer_alphabet_is_named_once_and_in_order() -> None:
    assert foreign("ça côte ça") == ("ç", "ô")
    assert foreign("plain €]") == ()


@given(BODIES, BODIES)
def test_more_text_never_costs_less(first: str, second: str) -> None:
    whole, parts = measure(first + second), (measure(first), measure(second))
    assert whole.units >= max(
        part.units for part in parts if part.encoding == whole.encoding or part.units == 0
    )
    assert whole.segments >= max(part.segments for part in parts)


@given(BODIES)
def test_a_text_has_one_segment_exactly_when_it_fits_alone(text: str) -> None:
    cost = measure(text)
    assert (cost.segments == 1) == (cost.units <= (160 if cost.encoding == "GSM-7" else 70))


@given(BODIES)
def test_a_text_is_cut_into_as_many_pieces_as_it_has_segments_and_loses_nothing(text: str) -> None:
    cut = pieces(text)
    assert "".join(cut) == text
    assert len(cut) == measure(text).segments
    assert all(measure(piece).segments == 1 for piece in cut)


@given(st.text("ab \n", max_size=300), st.integers(min_value=5, max_value=50))
def test_parts_of_a_text_fit_and_lose_nothing_but_blanks(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())

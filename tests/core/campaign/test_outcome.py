"""What came of a broadcast, and how sure that is."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsbot.core.campaign.outcome import better, difference, replies, share_of, shares


@dataclass
class Alike:
    variant: str
    state: str
    people: int
    replied: int = 0


def test_people_are_counted_by_state() -> None:
    counts = shares([Alike("A", "sent", 3), Alike("B", "sent", 2), Alike("A", "failed", 1)])
    assert counts == {"sent": 5, "failed": 1}
    assert counts["read"] == 0


def test_wilsons_interval_of_known_shares() -> None:
    """The values of 15 of 148 and 0 of 20 in Newcombe's paper of 1998 on the single proportion (Wilson, without continuity)."""
    some = share_of(15, 148)
    assert (round(some.low, 4), round(some.high, 4)) == (0.0624, 0.1605)
    none = share_of(0, 20)
    assert (none.low, round(none.high, 4)) == (0.0, 0.1611)
    assert share_of(0, 0).value == 0


def test_newcombes_interval_of_a_known_difference() -> None:
    """56 of 70 against 48 of 80: 0.2, from 0.0524 to 0.3339 (Newcombe's paper of 1998 on the difference, method 10)."""
    found = difference(share_of(56, 70), share_of(48, 80))
    assert [round(x, 4) for x in (found.value, found.low, found.high)] == [0.2, 0.0524, 0.3339]
    assert found.sure
    assert not difference(share_of(5, 70), share_of(5, 80)).sure


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_the_share_itself(part: int, whole: int) -> None:
    found = share_of(min(part, whole), whole)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_better_wording_is_the_one_answered_more_often_of_those_who_got_it() -> None:
    counted = [
        Alike("A", "delivered", 100, 4),
        Alike("A", "planned", 1000),
        Alike("B", "delivered", 50, 3),
        Alike("B", "skipped", 9),
    ]
    assert replies(counted, "A").whole == 100
    assert better(counted) == "B"
    assert better([Alike("A", "sent", 10, 1), Alike("B", "sent", 10, 1)]) == "A"
    assert better([]) == "A"


@pytest.mark.parametrize("variant", ["A", "B"])
def test_nobody_who_got_it_is_nobody(variant: str) -> None:
    assert replies([], variant).whole == 0

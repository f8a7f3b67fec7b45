"""What came of a broadcast: counts by state, the better of two wordings, and how sure a share is."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from .broadcast import Variant

GONE = frozenset({"sent", "delivered", "read", "undelivered", "failed", "unknown", "sending"})
REACHED = frozenset({"sent", "delivered", "read"})
FEW = 10  # fewer people than this are not shown apart: they could be told from one another
SURE = 1.959964  # the 97.5th percentile of the normal distribution: intervals that hold in 95 of 100 cases


class Counted(Protocol):
    """A number of deliveries that are alike."""

    @property
    def variant(self) -> str:
        """Their wording."""

    @property
    def state(self) -> str:
        """Their state."""

    @property
    def people(self) -> int:
        """How many."""

    @property
    def replied(self) -> int:
        """How many of them were answered."""


def shares(tallies: Iterable[Counted]) -> Counter[str]:
    """People by state."""
    found: Counter[str] = Counter()
    for one in tallies:
        found[one.state] += one.people
    return found


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, and between which shares the true one lies in 95 of 100 cases."""

    part: int
    whole: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share; 0 of nobody."""
        return self.part / self.whole if self.whole else 0.0


def share_of(part: int, whole: int) -> Share:
    """The share with Wilson's score interval, which also holds for few people and for shares near 0 and 1.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if whole <= 0:
        return Share(0, 0, 0.0, 1.0)
    p, z = part / whole, SURE
    middle = p + z * z / (2 * whole)
    spread = z * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    low = 0.0 if part == 0 else max(0.0, (middle - spread) / scale)
    high = 1.0 if part == whole else min(1.0, (middle + spread) / scale)
    return Share(part, whole, low, high)


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much one share is above another, and between which values the true difference lies in 95 of 100 cases."""

    value: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether it is not by chance alone."""
        return self.low > 0 or self.high < 0


def difference(one: Share, other: Share) -> Difference:
    """The difference of two shares with Newcombe's interval, made of Wilson's.

    Source: R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 17
    (1998), method 10.
    """
    value = one.value - other.value
    low = value - math.hypot(one.value - one.low, other.high - other.value)
    high = value + math.hypot(one.high - one.value, other.value - other.low)
    return Difference(value, low, high)


def replies(tallies: Iterable[Counted], variant: str) -> Share:
    """How many of those who got a wording answered."""
    alike = [one for one in tallies if one.variant == variant and one.state in GONE]
    return share_of(sum(one.replied for one in alike), sum(one.people for one in alike))


def better(tallies: Iterable[Counted]) -> Variant:
    """The wording that was answered more often; A where they are level."""
    counted = list(tallies)
    a, b = replies(counted, "A"), replies(counted, "B")
    return "B" if b.value > a.value else "A"

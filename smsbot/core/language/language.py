"""A language as a value: how it writes numbers, prices, times and plurals. Built outside (Babel), so that everything here is pure."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

# Unicode bidirectional algorithm (UAX 9): what stands between has the direction of its own first letter, or left to right
# where it has none, as a number.
ISOLATE, POP = "\u2068", "\u2069"


@dataclass(frozen=True)
class Language:
    """One language: its BCP 47 tag, its own name, its direction, and its formats (digits stay ASCII in all of them)."""

    tag: str
    own_name: str
    rtl: bool
    plural: Callable[[int], int]  # number -> index of the plural form
    plural_forms: int
    number: Callable[[int | Decimal], str]
    percent: Callable[[int], str]  # 80 -> "80%"
    unit: Callable[[int, str], str]  # (1, "week") -> "1 week"
    price: Callable[[Decimal, str], str]
    day: Callable[[date], str]
    clock: Callable[[time], str]
    moment: Callable[[datetime], str]  # weekday and time of day
    weekday: Callable[[int], str]  # 0 is Monday
    name_of: Callable[[str], str]  # another language's tag -> its name in this one
    comma: str = ", "  # between the members of a list

    def isolated(self, text: str) -> str:
        """`text` (a number, a price, an address of the web) kept whole inside right-to-left writing."""
        return f"{ISOLATE}{text}{POP}" if self.rtl else text


def code(tag: str, tags: Collection[str]) -> str:
    """The code by which a person chooses a language among `tags`: its two or three letters; its script where two share them."""
    letters, _, script = tag.partition("-")
    alone = sum(other.partition("-")[0] == letters for other in tags) == 1
    return (letters if alone else script or letters).upper()

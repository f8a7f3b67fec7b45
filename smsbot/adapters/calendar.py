"""holidays: the public holidays of a country and of its parts."""

from collections.abc import Callable, Collection
from datetime import date
from functools import lru_cache

import holidays

ALL = "*"  # stands for every part of a country

# What cannot be known is taken for a holiday: nobody is written to on a day of which nothing is known.
_UNKNOWN = None


def public_holidays(country: str, parts: Collection[str] = ()) -> Callable[[date], bool]:
    """Whether a day is a public holiday in the country as a whole or in any of its parts named (ISO 3166-2, without the country).

    Every day is one where the library does not know the country or the part. Parts are states, provinces and regions; `ALL` is each
    of them. A year is looked up once, within some milliseconds.
    """
    named = tuple(sorted(set(parts)))

    def is_holiday(day: date) -> bool:
        days = _days(country, named, day.year)
        return days is _UNKNOWN or day in days

    return is_holiday


def knows(country: str, parts: Collection[str] = ()) -> bool:
    """Whether the library has the holidays of a country and of these of its parts."""
    supported = _supported()
    return country in supported and set(parts) - {ALL} <= set(supported[country])


@lru_cache(maxsize=1)
def _supported() -> dict[str, list[str]]:
    return dict(holidays.list_supported_countries(include_aliases=False))


@lru_cache(maxsize=1024)
def _days(country: str, parts: tuple[str, ...], year: int) -> frozenset[date] | None:
    if not knows(country, parts):
        return _UNKNOWN
    named = _supported()[country] if ALL in parts else parts
    days = set(holidays.country_holidays(country, years=year))
    for part in named:
        days |= set(holidays.country_holidays(country, subdiv=part, years=year))
    return frozenset(days)

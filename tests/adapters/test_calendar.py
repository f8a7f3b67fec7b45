"""Public holidays: of a country, of its parts, and of what nobody knows."""

from datetime import date

import pytest

from smsbot.adapters.calendar import ALL, knows, public_holidays


@pytest.mark.parametrize(
    ("country", "parts", "day", "expected"),
    [
        ("FR", (), date(2027, 7, 14), True),
        ("FR", (), date(2027, 7, 15), False),
        ("FR", (), date(2027, 12, 26), False),
        ("FR", ("57", "6AE"), date(2027, 12, 26), True),  # Alsace and Moselle
        ("CA", (), date(2027, 7, 1), True),
        ("CA", (), date(2027, 6, 24), False),
        ("CA", ("QC",), date(2027, 6, 24), True),
        ("CA", ("ON",), date(2027, 6, 24), False),
        ("CA", (ALL,), date(2027, 6, 24), True),
        ("CA", (ALL,), date(2027, 6, 23), False),
        ("DE", (), date(2027, 5, 27), False),
        ("DE", ("BY",), date(2027, 5, 27), True),  # Corpus Christi
        ("GB", (), date(2027, 12, 27), True),  # Christmas is on a Saturday
    ],
)
def test_a_public_holiday_is_one(
    country: str, parts: tuple[str, ...], day: date, expected: bool
) -> None:
    assert public_holidays(country, parts)(day) is expected


def test_holidays_of_several_years_are_known() -> None:
    is_holiday = public_holidays("CA")
    assert all(is_holiday(date(year, 7, 1)) for year in range(2026, 2032) if year != 2028)


@pytest.mark.parametrize(("country", "parts"), [("ZZ", ()), ("", ()), ("CA", ("XX",)), ("GBR", ())])
def test_where_nothing_is_known_every_day_is_a_holiday(
    country: str, parts: tuple[str, ...]
) -> None:
    assert not knows(country, parts)
    assert public_holidays(country, parts)(date(2027, 6, 23))


def test_what_the_library_knows_is_known() -> None:
    assert knows("CA")
    assert knows("CA", ("QC",))
    assert knows("CA", (ALL,))
    assert knows("IE", (ALL,))  # it has no parts

"""The time zones of a number: every one where its owner may be, kept as a text and read back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from smsbot.adapters.numbers import PhoneRegions, zones_of
from smsbot.core.people.address import Address

REGIONS = PhoneRegions()
WINTER, SUMMER = datetime(2027, 1, 15, 12, tzinfo=UTC), datetime(2027, 7, 15, 12, tzinfo=UTC)


def zones(handle: str) -> str:
    return REGIONS.zones(Address("sms", handle))


def hours_from_utc(names: str, at: datetime) -> set[float]:
    return {at.astimezone(z).utcoffset().total_seconds() / 3600 for z in zones_of(names)}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        ("+15145550123", "America/Toronto"),
        ("+18505550123", "America/Chicago America/New_York"),  # an area code that is in two zones
        ("+12085550123", "America/Denver America/Los_Angeles"),
        ("+17095550123", "America/Halifax America/St_Johns"),
        ("+447700900123", "Europe/London"),
        ("+33639980123", "Europe/Paris"),
        ("+4900055501234", "Europe/Berlin"),
        ("+34612000000", "Atlantic/Canary Europe/Madrid"),
        ("+910005550123", "Asia/Calcutta"),
        ("CA.4566546130240823", ""),  # an id says which country, not where in it
        ("+9990005550123", ""),
        ("26969", ""),
        ("", ""),
        ("+", ""),
    ],
)
def test_the_zones_of_a_number(handle: str, expected: str) -> None:
    assert zones(handle) == expected


def test_the_territories_area_code_has_all_its_five_hours() -> None:
    assert hours_from_utc(zones("+18675550123"), WINTER) == {-8, -7, -6, -5}


@pytest.mark.parametrize("handle", ["+18005550199", "+19995550123"])
def test_a_number_without_an_area_may_be_anywhere_in_the_plan(handle: str) -> None:
    assert {-10, -8, -7, -6, -5, -4, -3.5} <= hours_from_utc(zones(handle), WINTER)


@pytest.mark.parametrize(
    ("handle", "at", "expected"),
    [
        ("+61491570006", SUMMER, {7, 6.5, 8, 8.75, 9.5, 10, 10.5}),  # Darwin is on 9.5
        ("+620005550123", WINTER, {7, 8, 9}),
        ("+550005550123", WINTER, {-5, -4, -3, -2}),
        ("+70005550123", WINTER, set(range(2, 13))),
    ],
)
def test_a_country_of_several_zones_has_each(handle: str, at: datetime, expected: set) -> None:
    assert hours_from_utc(zones(handle), at) == expected


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_every_region_has_zones_that_are_read_back(region: str) -> None:
    code = phonenumbers.country_code_for_region(region)
    names = zones(f"+{code}0005550100")
    assert names
    assert len(zones_of(names)) == len(names.split())


def test_zones_are_read_back() -> None:
    assert zones_of("America/Toronto Europe/Paris") == (
        ZoneInfo("America/Toronto"),
        ZoneInfo("Europe/Paris"),
    )
    assert zones_of("") == ()


@pytest.mark.parametrize("text", ["America/Toronto Europe/Nowhere", "../etc/passwd", "/etc/passwd"])
def test_one_name_that_nobody_knows_leaves_no_zone(text: str) -> None:
    assert zones_of(text) == ()

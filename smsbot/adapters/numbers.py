"""phonenumbers (libphonenumber): the region of a number, the time zones where its owner may be, and how people write it.

The library alone does not tell the zones. Of a North American number it knows those of its exchange or, failing that, of its area
code as if that were one zone, and people keep their number when they move within the area: here every zone that it knows anywhere
under the area code counts (850: New York and Chicago; 867: five). Of a mobile number elsewhere it knows those of the country code,
and lacks some (Darwin, Manaus, Makassar) and has others wrong (Algiers, El Aaiun): those of the country in the tz database are
added.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers.tzdata import TIMEZONE_DATA

from smsbot.adapters.gettext import spoken_in
from smsbot.core.people.address import Address


class PhoneRegions:
    """What a number says of its country."""

    def region(self, address: Address) -> str:
        """ISO 3166-1 alpha-2; the area code decides in +1. "" where unknown."""
        if address.country:
            return address.country
        return (
            _region(address.handle[:9], len(address.handle))
            if address.handle.startswith("+")
            else ""
        )

    def zones(self, address: Address) -> str:
        """The IANA names of the zones where the person may be, joined by spaces, to be kept; "" where nothing tells.

        Of zones whose clocks agree now and in the years to come one stands for all. `zones_of` reads it back.
        """
        if not address.handle.startswith("+"):
            return ""
        area = address.handle[1:5] if address.handle.startswith("+1") else ""
        return _zones(area, self.region(address))

    def languages(self, region: str) -> tuple[str, ...]:
        """The region's languages, most spoken first."""
        return _languages(region)


@lru_cache(maxsize=512)
def _languages(region: str) -> tuple[str, ...]:
    return spoken_in(region)


@lru_cache(maxsize=4096)
def _region(prefix: str, length: int) -> str:
    """The region by the first digits alone: they decide it everywhere, and no whole number stays in memory."""
    try:
        number = phonenumbers.parse(prefix.ljust(length, "2"))
    except phonenumbers.NumberParseException:
        return ""
    region = phonenumbers.region_code_for_number(number)
    if region:
        return region
    regions = phonenumbers.region_codes_for_country_code(number.country_code or 0)
    return regions[0] if regions and regions[0] != "001" else ""


@lru_cache(maxsize=1024)
def _zones(area: str, region: str) -> str:
    """The zones of a North American area code (with its 1), or else of a country."""
    own = _by_country().get(region, ())
    if area:
        found = {zone for prefix in _under(area) for zone in TIMEZONE_DATA[prefix]}
        return " ".join(_unlike(found or TIMEZONE_DATA["1"], own))
    if not region:
        return ""
    code = str(phonenumbers.country_code_for_region(region))
    found = {*TIMEZONE_DATA.get(code, ())}
    return " ".join(_unlike(found | {*own}, [zone for zone in own if zone in found]))


def _under(area: str) -> Iterable[str]:
    return (prefix for prefix in TIMEZONE_DATA if prefix.startswith(area))


@lru_cache(maxsize=1)
def _by_country() -> Mapping[str, tuple[str, ...]]:
    """The zones of each country, as zone.tab of the tz database has them."""
    found: dict[str, tuple[str, ...]] = {}
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            found[country] = (*found.get(country, ()), zone)
    return found


def _unlike(names: Iterable[str], known: Sequence[str]) -> tuple[str, ...]:
    """Of zones whose clocks agree, one: the best known, if one is."""
    alike: dict[tuple[timedelta | None, ...], str] = {}
    for name in sorted(names, key=lambda n: (known.index(n) if n in known else len(known), n)):
        alike.setdefault(_clock(name), name)
    return tuple(sorted(alike.values()))


# Every five days through four years: zones that differ at all, if only in the days when their clocks are changed, differ here.
_SAMPLES = tuple(datetime(2026, 9, 1, 12, tzinfo=UTC) + timedelta(days=5 * n) for n in range(292))


@lru_cache(maxsize=512)
def _clock(name: str) -> tuple[timedelta | None, ...]:
    zone = ZoneInfo(name)
    return tuple(moment.astimezone(zone).utcoffset() for moment in _SAMPLES)


@lru_cache(maxsize=1024)
def zones_of(text: str) -> tuple[ZoneInfo, ...]:
    """The zones that `PhoneRegions.zones` named. None at all where one of them is not known here: then no hour is surely right."""
    try:
        return tuple(ZoneInfo(name) for name in text.split())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ()


def written(number: str) -> str:
    """A number in international form with its groups apart, as people write it."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return number

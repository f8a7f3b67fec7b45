"""phonenumbers (libphonenumber): the region of a number, and how people write it."""

from functools import lru_cache

import phonenumbers

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


def written(number: str) -> str:
    """A number in international form with its groups apart, as people write it."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return number

"""The clinic itself: its name, numbers, hours and prices. Nothing about a clinic is anywhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .broken import Broken

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Price:
    """A price with all that some places require beside it; texts are by language tag."""

    service: Mapping[str, str]
    amount: Decimal
    currency: str
    valid_until: date
    restrictions: Mapping[str, str]
    extra_fees: Mapping[str, str]

    def said_in(self, tag: str) -> bool:
        """Whether every text of the price exists in the language."""
        return all(tag in texts for texts in (self.service, self.restrictions, self.extra_fees))


@dataclass(frozen=True)
class Profile:
    """One clinic."""

    name: str
    country: str
    time_zone: ZoneInfo
    address: str
    languages: tuple[str, ...]
    phone: str
    hours: tuple[tuple[tuple[time, time], ...], ...]  # by weekday, Monday first
    privacy_contact: str
    privacy_url: str
    wait_hours: int
    check: Literal["list", "guided", "guided_everywhere"]
    max_per_month: int
    emergency: str = ""
    crisis_line: str = ""
    prices: tuple[Price, ...] = ()
    privacy_version: str = ""
    inactive_months: int = 24
    proof_years: int = 5

    def is_open(self, at: datetime) -> bool:
        """Whether the clinic is open at the moment `at` (with a time zone)."""
        local = at.astimezone(self.time_zone)
        return any(start <= local.time() < end for start, end in self.hours[local.weekday()])

    def next_open(self, at: datetime) -> datetime | None:
        """The next opening after `at`, in the clinic's time zone; None where no hours are given."""
        local = at.astimezone(self.time_zone)
        for ahead in range(8):
            day = local.date() + timedelta(days=ahead)
            for start, _ in self.hours[day.weekday()]:
                opening = datetime.combine(day, start, self.time_zone)
                if opening > local:
                    return opening
        return None


def read_profile(
    table: Mapping[str, Any], file: str, loaded: tuple[str, ...], *, lenient: bool = False
) -> Profile:
    """The clinic's profile from its parsed file. Raises `Broken` naming the key and what is wrong.

    `lenient` takes the loaded languages whatever the file says of them.
    """
    reader = _Keys(table, file)
    languages = loaded if lenient else tuple(reader.list("languages", default=list(loaded)))
    for tag in languages:
        if tag not in loaded:
            raise Broken(
                file,
                "languages",
                f"{tag!r} is not a loaded language; there are {', '.join(loaded)}",
            )
    check = reader.text("answers", "check", default="list")
    if check not in ("list", "guided", "guided_everywhere"):
        raise Broken(file, "answers.check", 'must be "list", "guided" or "guided_everywhere"')
    return Profile(
        name=reader.text("name"),
        country=reader.region("country"),
        time_zone=reader.zone("time_zone"),
        address=reader.text("address"),
        languages=languages,
        phone=reader.phone("phones", "main"),
        hours=_hours(reader),
        privacy_contact=reader.text("privacy", "contact"),
        privacy_url=reader.text("privacy", "url"),
        privacy_version=reader.text("privacy", "version", default=""),
        inactive_months=reader.count("retention", "inactive_months", default=24, most=36),
        proof_years=reader.count("retention", "proof_years", default=5, most=30),
        wait_hours=reader.count("answers", "wait_hours", default=4),
        check=check,  # type: ignore[arg-type]
        max_per_month=reader.count("news", "max_per_month", default=2),
        emergency=reader.text("emergency", "number", default=""),
        crisis_line=reader.text("emergency", "crisis_line", default=""),
        prices=tuple(
            _price(_Keys(p, file, f"prices[{n}].")) for n, p in enumerate(table.get("prices", ()))
        ),
    )


_REQUIRED = object()


class _Keys:
    """Reads keys of a parsed file and says which one is missing or wrong."""

    def __init__(self, table: Mapping[str, Any], file: str, prefix: str = "") -> None:
        self.table, self.file, self.prefix = table, file, prefix

    def value(self, *path: str, default: Any = _REQUIRED) -> Any:
        found: Any = self.table
        for key in path:
            found = found.get(key, _REQUIRED) if isinstance(found, Mapping) else _REQUIRED
        if found is _REQUIRED:
            if default is _REQUIRED:
                raise self.broken(path, "is missing")
            return default
        return found

    def broken(self, path: tuple[str, ...], why: str) -> Broken:
        return Broken(self.file, self.prefix + ".".join(path), why)

    def text(self, *path: str, default: Any = _REQUIRED) -> str:
        value = self.value(*path, default=default)
        if not isinstance(value, str) or (default is _REQUIRED and not value.strip()):
            raise self.broken(path, "must be a text that is not empty")
        return value

    def list(self, *path: str, default: Any = _REQUIRED) -> list[str]:
        value = self.value(*path, default=default)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise self.broken(path, "must be a list of texts, at least one")
        return value

    def count(self, *path: str, default: int, most: int = 0) -> int:
        value = self.value(*path, default=default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.broken(path, "must be a whole number, 1 or more")
        if most and value > most:
            raise self.broken(path, f"must be {most} at most")
        return value

    def region(self, *path: str) -> str:
        value = self.text(*path)
        if len(value) != 2 or not value.isascii() or not value.isupper():
            raise self.broken(
                path, f"{value!r} is not a country of two capital letters (ISO 3166-1), such as CA"
            )
        return value

    def zone(self, *path: str) -> ZoneInfo:
        value = self.text(*path)
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise self.broken(
                path, f"{value!r} is not a time zone's IANA name, such as America/Toronto"
            ) from None

    def phone(self, *path: str) -> str:
        value = self.text(*path)
        if not value.startswith("+") or not value[1:].isdigit() or not 7 <= len(value) <= 16:
            raise self.broken(
                path, f"{value!r} is not a phone number in international form, such as +15145550100"
            )
        return value

    def texts(self, *path: str) -> Mapping[str, str]:
        value = self.value(*path)
        if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
            raise self.broken(path, 'must be texts by language, such as { en = "new patients" }')
        return value


def _hours(reader: _Keys) -> tuple[tuple[tuple[time, time], ...], ...]:
    table = reader.value("hours", default={})
    if unknown := set(table) - set(DAYS):
        raise reader.broken(
            ("hours", sorted(unknown)[0]), f"is not a day; the days are {', '.join(DAYS)}"
        )
    return tuple(tuple(_span(reader, day, text) for text in table.get(day, ())) for day in DAYS)


def _span(reader: _Keys, day: str, text: str) -> tuple[time, time]:
    try:
        start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        raise reader.broken(("hours", day), f"{text!r} is not a span such as 09:00-17:00") from None
    if start >= end:
        raise reader.broken(("hours", day), f"{text!r} ends before it begins")
    return start, end


def _price(reader: _Keys) -> Price:
    try:
        amount = Decimal(reader.text("amount"))
    except InvalidOperation:
        raise reader.broken(("amount",), 'must be a number as a text, such as "120.00"') from None
    valid_until = reader.value("valid_until")
    if not isinstance(valid_until, date):
        raise reader.broken(("valid_until",), "must be a date such as 2027-06-30, without quotes")
    return Price(
        service=reader.texts("service"),
        amount=amount,
        currency=reader.text("currency"),
        valid_until=valid_until,
        restrictions=reader.texts("restrictions"),
        extra_fees=reader.texts("extra_fees"),
    )

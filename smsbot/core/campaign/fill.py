"""What somebody filled in, in a form or in a file, as a campaign or a broadcast; what cannot be read is named with its field."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from ..people.address import Channel
from .broadcast import Audience, Broadcast
from .campaign import Campaign, Fault

T = TypeVar("T")

Written = Mapping[
    str, object
]  # by field: a text, a list of texts, texts by language, or yes and no

CAMPAIGN_FIELDS = (
    *("name", "begins", "ends", "keywords", "referrals", "news"),
    *("welcome", "prefill", "poster"),
)
AUDIENCE_FIELDS = (
    *("languages", "channels", "countries", "campaigns"),
    *("subscribed_from", "subscribed_until", "without"),
)
BROADCAST_FIELDS = (
    *("name", "day", "at", "until", "texts", "holdout", "tested", "decide_hours"),
    *("cap", "budget", "error_share"),
    *AUDIENCE_FIELDS,
)
TEXT_LENGTH = 4000  # characters of a text that are kept
POSTER_LINES, LINE_LENGTH = (
    3,
    120,
)  # of a poster: the headline and two below it; and characters of each
CHANNELS: tuple[Channel, ...] = ("sms", "whatsapp")
_COUNTRY = re.compile(r"[A-Z]{2}")


class _Unread(Exception):
    """What stands in a field is not what it takes: `words` say what is."""

    def __init__(self, words: str, **values: str) -> None:
        super().__init__(words)
        self.words, self.values = words, values


def fill_campaign(base: Campaign, written: Written) -> tuple[Campaign, list[Fault]]:
    """`base` with what was written in its fields; a field that cannot be read keeps what it has, and is named."""
    reading = _Reading(written, CAMPAIGN_FIELDS)
    filled = replace(
        base,
        name=reading.read("name", _line, base.name),
        begins=reading.read("begins", _day, base.begins),
        ends=reading.read("ends", _day, base.ends),
        keywords=reading.read("keywords", _words, base.keywords),
        referrals=reading.read("referrals", _words, base.referrals),
        welcome=reading.read("welcome", _texts, base.welcome),
        prefill=reading.read("prefill", _texts, base.prefill),
        poster=reading.read("poster", _posters, base.poster),
        news=reading.read("news", _yes, base.news),
    )
    return filled, reading.faults


def fill_broadcast(
    base: Broadcast, written: Written, zone: tzinfo
) -> tuple[Broadcast, list[Fault]]:
    """The same for a broadcast. A moment without an offset is the clinic's own, in `zone`."""
    reading = _Reading(written, BROADCAST_FIELDS)
    before = base.audience
    audience = Audience(
        languages=reading.read("languages", _words, before.languages),
        channels=reading.read("channels", _channels, before.channels),
        countries=reading.read("countries", _countries, before.countries),
        campaigns=reading.read("campaigns", _ids, before.campaigns),
        subscribed_from=reading.read("subscribed_from", _day_or_none, before.subscribed_from),
        subscribed_until=reading.read("subscribed_until", _day_or_none, before.subscribed_until),
        without=reading.read("without", _ids, before.without),
    )
    filled = replace(
        base,
        name=reading.read("name", _line, base.name),
        day=reading.read("day", _day, base.day),
        at=reading.read("at", _hour, base.at),
        until=reading.read("until", lambda value: _moment(value, zone), base.until),
        audience=audience,
        texts=reading.read("texts", _wordings, base.texts),
        holdout=reading.read("holdout", _whole, base.holdout),
        tested=reading.read("tested", _whole, base.tested),
        decide_hours=reading.read("decide_hours", _whole, base.decide_hours),
        cap=reading.read("cap", _whole, base.cap),
        budget=reading.read("budget", _amount, base.budget),
        error_share=reading.read("error_share", _whole, base.error_share),
    )
    return filled, reading.faults


class _Reading:
    """Reads the fields one by one, and keeps what is wrong with them."""

    def __init__(self, written: Written, known: Sequence[str]) -> None:
        self._written = written
        self.faults = [
            Fault(name, "this is not known here; known are %(known)s", {"known": ", ".join(known)})
            for name in written
            if name not in known
        ]

    def read(self, name: str, take: Callable[[Any], T], before: T) -> T:
        if name not in self._written:
            return before
        try:
            return take(self._written[name])
        except _Unread as wrong:
            self.faults.append(Fault(name, wrong.words, wrong.values))
            return before


# ---------------------------------------------------------------- one field


def _line(value: object) -> str:
    if not isinstance(value, str):
        raise _Unread("write a text")
    return value.strip()


def _yes(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Unread("write true or false")
    return value


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise _Unread("write a day, such as 2026-12-24") from None


def _day_or_none(value: object) -> date | None:
    return None if value is None or value == "" else _day(value)


def _hour(value: object) -> time:
    if isinstance(value, time):
        return value.replace(tzinfo=None)
    try:
        return time.fromisoformat(str(value).strip()).replace(tzinfo=None)
    except ValueError:
        raise _Unread("write an hour, such as 10:30") from None


def _moment(value: object, zone: tzinfo) -> datetime:
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise _Unread("write a day and an hour, such as 2026-12-24 18:00") from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _whole(value: object) -> int:
    text = str(value).strip().removesuffix("%").strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 7):
        raise _Unread("write a whole number")
    return int(text)


def _amount(value: object) -> Decimal | None:
    text = "" if value is None else str(value).strip().replace(",", ".")
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise _Unread("write an amount, such as 120.00") from None
    if not amount.is_finite() or abs(amount) >= 10**9:
        raise _Unread("write an amount, such as 120.00")
    return amount


def _words(value: object) -> tuple[str, ...]:
    """A list, or a line with commas or line ends between."""
    parts = re.split(r"[,،、;\n]", value) if isinstance(value, str) else value
    if not isinstance(parts, Sequence) or not all(isinstance(part, str) for part in parts):
        raise _Unread("write words with commas between them")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _channels(value: object) -> tuple[Channel, ...]:
    named = _words(value)
    if strange := [name for name in named if name not in CHANNELS]:
        raise _Unread("%(name)s is no channel; they are sms and whatsapp", name=strange[0])
    return tuple(channel for channel in CHANNELS if channel in named)


def _countries(value: object) -> tuple[str, ...]:
    parts = re.split(r"[\s,;]+", value) if isinstance(value, str) else value
    named = tuple(name.upper() for name in _words(parts))
    if strange := [name for name in named if not _COUNTRY.fullmatch(name)]:
        raise _Unread("%(name)s is no country; write two letters, such as CA", name=strange[0])
    return tuple(dict.fromkeys(named))


def _ids(value: object) -> tuple[int, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise _Unread("write a list of numbers, such as [3, 4]")
    return tuple(dict.fromkeys(_whole(one) for one in value))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Unread("write a text")
    text = value.replace("\r\n", "\n").strip()
    if len(text) > TEXT_LENGTH:
        raise _Unread("%(most)s characters are the most", most=str(TEXT_LENGTH))
    return text


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise _Unread('write texts by language, such as { en = "..." }')
    return {str(tag): text for tag, one in value.items() if (text := _text(one))}


def _posters(value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise _Unread('write texts by language, such as { en = ["..."] }')
    return {str(tag): lines for tag, one in value.items() if (lines := _printed(one))}


def _printed(value: object) -> tuple[str, ...]:
    """The lines of a poster, one to a line of the field."""
    some = value.splitlines() if isinstance(value, str) else value
    if not isinstance(some, Sequence):
        raise _Unread('write texts by language, such as { en = ["..."] }')
    lines = tuple(line for one in some if (line := _text(one)))
    if len(lines) > POSTER_LINES:
        raise _Unread("a poster has a headline and two lines at most")
    if any(len(line) > LINE_LENGTH for line in lines):
        raise _Unread("%(most)s characters are the most for a line", most=str(LINE_LENGTH))
    return lines


def _wordings(value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise _Unread('write texts by language, such as { en = ["..."] }')
    return {str(tag): found for tag, some in value.items() if (found := _wording(some))}


def _wording(value: object) -> tuple[str, ...]:
    some = [value] if isinstance(value, str) else value
    if not isinstance(some, Sequence):
        raise _Unread('write texts by language, such as { en = ["..."] }')
    return tuple(text for one in some if (text := _text(one)))

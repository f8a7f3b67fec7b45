"""Who of a broadcast's people gets what, and when: pure, and the same whenever it is asked again."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from ..people.address import Channel
from ..people.hours import Hours
from .broadcast import Broadcast, Variant

Skip = Literal[
    "opted_out",  # not subscribed any more
    "held",  # marketing is held for this person; why is not kept
    "cap",  # got as many as the cap allows
    "no_text",  # no wording in their language
    "no_template",  # WhatsApp, outside the 24-hour window, without an approved template
    "banned",  # the country's rules forbid the channel
    "no_rules",  # a country without rules
    "no_zone",  # nobody knows what time it is there
    "no_hour",  # no lawful hour before the offer ends
]

WINDOW = timedelta(
    hours=24
)  # after a person's last message, in which WhatsApp takes free text (Twilio, key concepts)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody who said yes, as planning sees them: no number."""

    id: int
    channel: Channel
    language: str
    country: str
    zones: str
    wrote_at: datetime | None = None
    held_until: datetime | None = None
    lately: int = 0  # messages of broadcasts within the cap's span


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person gets: `planned` for a moment, `holdout`, or `skipped` for a reason. `language` is that of the text.

    Of who is left out the moment stands too: what they do after it is compared with what the invited do.
    """

    person_id: int
    state: Literal["planned", "holdout", "skipped"]
    channel: Channel
    language: str
    country: str = ""
    variant: Variant = ""
    due_at: datetime | None = None
    reason: Skip | Literal[""] = ""


@dataclass(frozen=True)
class Surroundings:
    """What planning looks up: when somebody in these zones may be written to, and what keeps a channel from a country.

    `due` gives the moment or a reason for none; it is asked once for each country and zones. `templates` are the languages with
    an approved template for each wording.
    """

    now: datetime
    due: Callable[[str, str], "datetime | Skip"]
    banned: Callable[[Channel, str], Skip | None]
    language_of: Callable[
        [str], str
    ]  # the language in which somebody is written to; "" where there is no wording
    templates: Mapping[str, frozenset[Variant]]


def share(salt: str, person_id: int) -> float:
    """A person's place from 0 to 1, the same each time, and for each salt another."""
    digest = hashlib.blake2b(f"{salt}:{person_id}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32


def plan(broadcast: Broadcast, person: Subscriber, around: Surroundings) -> Plan:
    """What the person gets. Reasons are asked in an order in which the first is the one to tell."""
    language = around.language_of(person.language)

    def skipped(reason: Skip) -> Plan:
        return Plan(
            person.id,
            "skipped",
            person.channel,
            language or person.language,
            person.country,
            reason=reason,
        )

    if person.held_until is not None and person.held_until > around.now:
        return skipped("held")
    if not language:
        return skipped("no_text")
    if banned := around.banned(person.channel, person.country):
        return skipped(banned)
    due = around.due(person.country, person.zones)
    if not isinstance(due, datetime):
        return skipped(due)
    if person.lately >= broadcast.cap:
        return skipped("cap")
    variant = variant_of(broadcast, person.id, language)
    if person.channel == "whatsapp" and not _template(around, language, variant):
        inside = person.wrote_at is not None and due <= person.wrote_at + WINDOW
        if not inside:
            return skipped("no_template")
    held_out = share(f"holdout/{broadcast.id}", person.id) < broadcast.holdout / 100
    if not variant and broadcast.decide_at is not None and due < broadcast.decide_at:
        due = broadcast.decide_at
    return Plan(
        person.id,
        "holdout" if held_out else "planned",
        person.channel,
        language,
        person.country,
        variant,
        due,
    )


def variant_of(broadcast: Broadcast, person_id: int, language: str) -> Variant:
    """Which wording a person gets: A where there is one; A or B for those who try them; the better one for the rest, once it is known."""
    if len(broadcast.texts.get(language, ())) < 2:
        return "A"
    place = share(f"test/{broadcast.id}", person_id)
    if place < broadcast.tested / 200:
        return "A"
    if place < broadcast.tested / 100:
        return "B"
    return broadcast.winner


def _template(around: Surroundings, language: str, variant: Variant) -> bool:
    approved = around.templates.get(language, frozenset())
    return variant in approved if variant else {"A", "B"} <= approved


def closing(at: datetime, zones: Collection[tzinfo], hours: Hours) -> datetime:
    """Until when a moment's hours go on in every zone; `at` itself where they do not."""
    return min((_closing(at, zone, hours) for zone in zones), default=at)


def _closing(at: datetime, zone: tzinfo, hours: Hours) -> datetime:
    local = at.astimezone(zone)
    ends = (
        datetime.combine(local.date(), window.end, zone).astimezone(UTC)
        for window in hours.guarded[local.weekday()]
        if local.time() in window
    )
    return max(ends, default=at)

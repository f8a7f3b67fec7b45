"""A broadcast: one invitation of a campaign to those who said yes; what it may become, and by whose hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from ..people.address import Channel
from .campaign import Fault

BroadcastState = Literal["draft", "submitted", "released", "sending", "paused", "done", "canceled"]
BroadcastAct = Literal[
    "submit", "withdraw", "release", "start", "pause", "resume", "finish", "cancel"
]

# What may follow what. Whatever has begun ends as done or canceled, and nothing leaves these two.
MOVES: Mapping[tuple[BroadcastState, BroadcastAct], BroadcastState] = {
    ("draft", "submit"): "submitted",
    ("submitted", "withdraw"): "draft",
    ("submitted", "release"): "released",
    ("released", "start"): "sending",
    ("released", "pause"): "paused",
    ("sending", "pause"): "paused",
    ("paused", "resume"): "released",
    ("sending", "finish"): "done",
    ("draft", "cancel"): "canceled",
    ("submitted", "cancel"): "canceled",
    ("released", "cancel"): "canceled",
    ("sending", "cancel"): "canceled",
    ("paused", "cancel"): "canceled",
}
ENDED: frozenset[BroadcastState] = frozenset({"done", "canceled"})
UNDER_WAY: frozenset[BroadcastState] = frozenset({"released", "sending", "paused"})

Variant = Literal["", "A", "B"]  # "": not yet settled, until the test between A and B is decided

CAP_SPAN = timedelta(days=30)  # what the frequency cap counts
REPLY_SPAN = timedelta(hours=72)  # an answer within it is one to the invitation
HELD_LIFE = timedelta(hours=72)  # what is held longer than this after its moment expires
WESTERNMOST = timedelta(hours=12)  # how far the clocks of the earth's last zone are behind UTC
ERRORS_FROM = 50  # messages that must have left before their share of failures says anything


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a broadcast is for; an empty field leaves nobody out. Never by topic: what somebody asked says something of their health.

    `campaigns` are those by which people first or last came; `without` are broadcasts whose people are left out.
    """

    languages: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    countries: tuple[str, ...] = ()
    campaigns: tuple[int, ...] = ()
    subscribed_from: date | None = None
    subscribed_until: date | None = None
    without: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One broadcast. `texts` has one wording a language, or two that are held against each other.

    `day` and `at` are the recipient's own; after `until` nothing leaves any more. `holdout` and `tested` are percents of people:
    who gets nothing, so that what comes of it can be told; and who gets A or B before the better one goes to the rest,
    `decide_hours` later. `cap` is how many messages of broadcasts a person may get in thirty days, `budget` what may be spent,
    `error_share` the percent of failures that stops it.
    """

    id: int
    campaign_id: int
    name: str
    day: date
    at: time
    until: datetime
    audience: Audience = Audience()
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    state: BroadcastState = "draft"
    holdout: int = 0
    tested: int = 0
    decide_hours: int = 4
    winner: Variant = ""
    cap: int = 2
    budget: Decimal | None = None
    error_share: int = 10
    submitted_by: int = 0
    released_by: int = 0
    reason: str = ""  # why it stands still, where it does
    checkpoint: int = 0  # the last person who was planned
    planned: bool = False  # everybody was
    decide_at: datetime | None = None
    version: int = 1

    @property
    def tests(self) -> bool:
        """Whether two wordings are held against each other."""
        return any(len(wordings) > 1 for wordings in self.texts.values())


def moved(state: BroadcastState, act: BroadcastAct) -> BroadcastState | None:
    """The state after an act; None where it is not possible."""
    return MOVES.get((state, act))


def may_release(broadcast: Broadcast, member_id: int) -> bool:
    """Whether somebody may let it go: not whoever submitted it."""
    return broadcast.state == "submitted" and broadcast.submitted_by != member_id


def broadcast_faults(broadcast: Broadcast, now: datetime, languages: Sequence[str]) -> list[Fault]:
    """What is wrong with a broadcast that is to be kept; its texts are for the gate."""
    found = []
    if not broadcast.name.strip():
        found.append(Fault("name", "give the broadcast a name"))
    if broadcast.until <= now:
        found.append(Fault("until", "this moment has passed"))
    if broadcast.day < (now - WESTERNMOST).astimezone(UTC).date():
        found.append(Fault("day", "this day has passed"))
    if broadcast.until.date() < broadcast.day:
        found.append(Fault("until", "the offer ends before the messages leave"))
    for name, value, most in (
        ("holdout", broadcast.holdout, 50),
        ("tested", broadcast.tested, 100),
        ("error_share", broadcast.error_share, 100),
    ):
        if not 0 <= value <= most:
            found.append(Fault(name, "use a percentage from 0 to %(most)s", {"most": str(most)}))
    if broadcast.cap < 1:
        found.append(Fault("cap", "at least one message a month, or nobody gets any"))
    if broadcast.budget is not None and broadcast.budget <= 0:
        found.append(Fault("budget", "use an amount above zero, or leave it empty"))
    found += [
        Fault("texts", "%(tag)s is not a language of the bot", {"tag": tag})
        for tag in broadcast.texts
        if tag not in languages
    ]
    uneven = {len(wordings) for wordings in broadcast.texts.values()} - {1, 2}
    if uneven:
        found.append(Fault("texts", "a language has one wording, or two to be compared"))
    if broadcast.tests and not broadcast.tested:
        found.append(Fault("tested", "say how many percent try the two wordings"))
    return found

"""What the ledger keeps of a person: entries that are never changed, and the standing that follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from .consent import ConsentEvent


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of consent as it is kept for good, with the proof of the question where it is one."""

    event: ConsentEvent
    person: str  # the coded mark under which it came
    message_id: str
    at: datetime
    channel: str
    language: str
    ask_id: str = ""
    proof_key: str = ""
    proof_language: str = ""
    proof_digest: str = ""
    reference: str = ""

    def fields(self) -> Mapping[str, str]:
        """Everything that is kept, as texts: what the chain's hash is taken over. The moment is in UTC."""
        return {
            "event": self.event,
            "person": self.person,
            "message_id": self.message_id,
            "at": self.at.astimezone(UTC).isoformat(),
            "channel": self.channel,
            "language": self.language,
            "ask_id": self.ask_id,
            "proof_key": self.proof_key,
            "proof_language": self.proof_language,
            "proof_digest": self.proof_digest,
            "reference": self.reference,
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands today: opted out since when, held from marketing until when (no reason is kept), subscribing or not."""

    opted_out_at: datetime | None = None
    held_until: datetime | None = None
    subscribed: bool = False

    def held(self, until: datetime | None) -> "Standing":
        """The standing with marketing held at least until then."""
        return replace(self, held_until=_later(self.held_until, until))


GRANTS: tuple[ConsentEvent, ...] = ("start", "yes")
ENDS: tuple[ConsentEvent, ...] = ("no", "withdraw", "forget")  # what ends a subscription


def follow(
    standing: Standing, event: ConsentEvent, at: datetime, latest: Mapping[ConsentEvent, datetime]
) -> Standing:
    """The standing after an event; `latest` tells when each kind of event last happened before it was written.

    A withdrawal may have waited in the outbox: the later word counts whatever order they are written in, and of two words of
    the same moment the one that is written last.
    """
    if event in GRANTS:
        if standing.opted_out_at is not None and at < standing.opted_out_at:
            return standing
        return replace(
            standing, opted_out_at=None, subscribed=standing.subscribed or event == "yes"
        )
    if event in ENDS and not _before(at, latest, "yes"):
        standing = replace(standing, subscribed=False)
    if event in ("withdraw", "forget") and not any(_before(at, latest, grant) for grant in GRANTS):
        standing = replace(standing, opted_out_at=_later(standing.opted_out_at, at))
    return standing


def united(one: Standing, other: Standing) -> Standing:
    """The standing of two people who turn out to be one: whatever either of them may not be sent, neither may."""
    opted_out_at = _later(one.opted_out_at, other.opted_out_at)
    return Standing(
        opted_out_at=opted_out_at,
        held_until=_later(one.held_until, other.held_until),
        subscribed=opted_out_at is None and (one.subscribed or other.subscribed),
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)


def _before(at: datetime, latest: Mapping[ConsentEvent, datetime], event: ConsentEvent) -> bool:
    return event in latest and at < latest[event]

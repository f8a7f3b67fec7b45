"""The state of one talk: small enough to travel with every turn, and gone a day after the last word."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

TALK_LIFE = timedelta(hours=24)
CHECK_LIFE = timedelta(minutes=15)
STAFF_SPAN = timedelta(hours=2)  # for so long after a text of staff the bot leaves the talk to them

Chosen = Literal["", "guess", "detected", "word"]


class Ask(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """A question of ours that a YES answers: what for, when (seconds since 1970), in answer to which message."""

    kind: Literal["news", "forget"]
    at: int
    message_id: str


class Conversation(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    rename={"language": "l", "version": "v", "staff_until": "s", "campaign": "c"},
):
    """What is remembered between two messages. No name, no number, no words of the person."""

    version: int = 0
    language: str = ""
    chosen: Chosen = ""
    heard: tuple[tuple[str, float], ...] = ()  # what spoke for each language so far, the first few
    topic: str = ""
    seen: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    step: str = ""  # of CHECK
    notes: tuple[str, ...] = ()  # of CHECK
    step_at: int = 0
    misread: int = 0
    ask: Ask | None = None
    disclosed: bool = False
    stopped: bool = False
    minor: bool = False
    flags: tuple[str, ...] = ()  # what the last answer was, where it was that to signs of danger
    recent: tuple[
        int, ...
    ] = ()  # the latest messages: seconds since 1970 of the first, then seconds after it
    muted_until: int = 0
    campaign: int = 0  # by which the person came
    news: bool = (
        False  # its welcome offered news, which nobody has taken yet: a bare YES asks for them
    )
    staff_until: int = 0  # staff write with the person until then (seconds since 1970)

    def in_check(self, at: datetime) -> bool:
        """Whether a question of CHECK is still open."""
        return (
            self.step.startswith("check.")
            and at.timestamp() - self.step_at < CHECK_LIFE.total_seconds()
        )

    def with_staff(self, at: datetime) -> bool:
        """Whether staff write with the person themselves."""
        return at.timestamp() < self.staff_until

    def handed_over(self, until: int) -> "Conversation":
        """The talk with staff in it until then (seconds since 1970; 0: no longer).

        What the bot offered or asked last is open no more, since a YES or a number answers staff from now on; only a deletion
        that was asked for can still be confirmed.
        """
        changes: dict[str, object] = {"version": self.version + 1, "staff_until": until}
        if until:
            ask = self.ask if self.ask and self.ask.kind == "forget" else None
            changes |= {"ask": ask, "options": (), "pending": (), "step": "", "notes": ()}
        return msgspec.structs.replace(self, **changes)


RATE_MESSAGES = 20
RATE_WINDOW = timedelta(minutes=5)
RATE_PAUSE = timedelta(minutes=10)


def counted(conversation: Conversation, at: datetime) -> tuple[tuple[int, ...], int]:
    """The messages of the last five minutes with the one of now, packed as `Conversation.recent`, and how many they are."""
    now = int(at.timestamp())
    first, *after = conversation.recent or (now,)
    times = [first, *(first + seconds for seconds in after)] if conversation.recent else []
    kept = [*[t for t in times if now - t < RATE_WINDOW.total_seconds()][-RATE_MESSAGES:], now]
    return (kept[0], *(t - kept[0] for t in kept[1:])), len(kept)

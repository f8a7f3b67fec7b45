"""Golden talks: whole talks, as staff can read and write them, that must go on exactly as they stand.

A file is one talk. Lines that begin with `@` set who writes (from, channel, sender_kind, at), `>` is what the person sends, `<` what
the bot answers (a line for each reply; backslash and n stand for a line break, `*` at the end for any rest), `!` the events,
`#` a remark. `@ choice PAYLOAD` taps a button. Nothing between two `>` means that the bot says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ..people.address import Address
from .inbound import Inbound

BEGINS = datetime(
    2026, 11, 24, 15, 0, tzinfo=UTC
)  # a Tuesday, 10:00 in Montreal: the shipped clinic is open
STEP = timedelta(minutes=1)  # from one message to the next


@dataclass(frozen=True, slots=True)
class Asked:
    """One message of a talk: its line in the file, what stands there, and what is to be answered, a line for each reply and the events."""

    line: int
    said: str
    inbound: Inbound
    expected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk by the name of its file."""

    name: str
    asked: tuple[Asked, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """What the person types."""
        return tuple(asked.inbound.body for asked in self.asked)


def read_talk(name: str, text: str, begins: datetime = BEGINS) -> Talk:
    """The talk that a file tells."""
    who = {"from": "+15145550123", "channel": "sms", "sender_kind": "short_code"}
    asked: list[Asked] = []
    at = begins
    for number, line in enumerate(text.splitlines(), 1):
        sign, _, rest = line.partition(" ")
        kind, _, value = rest.partition(" ")
        if sign == ">" or (sign == "@" and kind in ("choice", "media")):
            at += STEP
            kind = kind if sign == "@" else ""
            asked.append(Asked(number, rest, _inbound(len(asked) + 1, who, at, rest, kind, value)))
        elif sign == "@" and kind == "at":
            at = datetime.fromisoformat(value)
        elif sign == "@":
            who[kind] = value
        elif sign in ("<", "!") and asked:
            asked[-1] = replace(asked[-1], expected=(*asked[-1].expected, line))
    return Talk(name, tuple(asked))


def _inbound(
    number: int, who: dict[str, str], at: datetime, rest: str, kind: str, value: str
) -> Inbound:
    return Inbound(
        message_id=f"SM{number:032x}",
        addresses=(Address(who["channel"], who["from"]),),  # type: ignore[arg-type]
        body="" if kind else rest,
        at=at,
        choice=value if kind == "choice" else None,
        media=(value,) if kind == "media" else (),
        sender_kind=who["sender_kind"],  # type: ignore[arg-type]
    )


def told(texts: Sequence[str], events: Sequence[str]) -> tuple[str, ...]:
    """An answer as a talk's file has it."""
    return (*(f"< {text}".replace("\n", "\\n") for text in texts), f"! {' '.join(events)}")


def so_far(said: Sequence[str], expected: Sequence[str]) -> tuple[str, ...]:
    """What was said, each line up to where the expectation leaves the rest open; equal to it where the talk goes as it stands."""
    cut = [
        e if e.endswith("*") and s.startswith(e[:-1]) else s
        for s, e in zip(said, expected, strict=False)
    ]
    return (*cut, *said[len(expected) :])

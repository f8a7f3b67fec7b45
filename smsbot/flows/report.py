"""What staff and operators ask: is everything there, and what is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from smsbot.ports import Health, Outbox, People, Unavailable


def states(
    people: People, outbox: Outbox, more: Mapping[str, Callable[[], Health]]
) -> Mapping[str, Health]:
    """The state of each thing that the bot leans on."""
    try:
        waiting = outbox.waiting()
        talks = Health(True, extra={"outbox": waiting})
    except Unavailable:
        talks = Health(False, "does not answer: talks are forgotten from one message to the next")
    ledger = (
        Health(True)
        if people.alive()
        else Health(False, "does not answer: opt-outs wait in the outbox")
    )
    return {"redis": talks, "sql": ledger, **{name: ask() for name, ask in more.items()}}


def outcome(intents: Sequence[str], sensitive: frozenset[str], topics: frozenset[str]) -> str:
    """What a count may say of a turn: never which health matter it was about."""
    if any(i in sensitive for i in intents):
        return "sensitive"
    first = intents[0] if intents else "unknown"
    if first in topics:
        return "topic"
    return first if first in ("unknown", "not_covered", "clarify", "choice", "more") else "service"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at before going live: `fail` must be put right, `warn` should be, `ok` is well."""

    level: Literal["ok", "warn", "fail"]
    words: str

"""Consent as a chain of events: what may follow what, and the hash that ties each event to the one before."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

ConsentEvent = Literal["ask", "yes", "no", "withdraw", "start", "forget", "expire"]

ASK_LIFE = timedelta(hours=24)
RED_FLAG_HOLD = timedelta(days=30)  # no marketing after a red flag
MINOR_HOLD = timedelta(
    days=3650
)  # none for as long as a person who said to be a minor may still be one
NUMBER_LIFE = timedelta(
    days=7
)  # a number is kept this long after its call or alert was acknowledged
CLAIM_LIFE = timedelta(
    minutes=1
)  # a process that claims a notice has this long to tell it before another may

FIRST = "0" * 64  # what the first event of a chain is tied to

EVENT_OF: Mapping[str, ConsentEvent] = {
    "ConsentAsked": "ask",
    "ConsentGiven": "yes",
    "ConsentDeclined": "no",
    "OptedOut": "withdraw",
    "OptedIn": "start",
    "Forgotten": "forget",
    "Undeliverable": "expire",
    "Lapsed": "expire",
}


@dataclass(frozen=True, slots=True)
class Latest:
    """A person's latest event in the ledger."""

    event: ConsentEvent
    message_id: str
    at: datetime


def objection(event: ConsentEvent, ask_id: str, at: datetime, latest: Latest | None) -> str | None:
    """Why the ledger does not accept an event after a person's latest one; None where it does.

    Only a YES can be refused: it must answer an ask of the last 24 hours that is the latest thing the ledger knows of the person.
    """
    if event != "yes":
        return None
    if latest is None or latest.event != "ask" or latest.message_id != ask_id:
        return "the question it answers is not the latest event of this person"
    if at - latest.at > ASK_LIFE:
        return "the question it answers is older than a day"
    return None


def link(previous: str, fields: Mapping[str, str]) -> str:
    """The hash of an event: SHA-256 over the previous event's hash and the event's own fields in alphabetical order."""
    material = "\x1f".join([previous, *(f"{name}\x1e{fields[name]}" for name in sorted(fields))])
    return hashlib.sha256(material.encode()).hexdigest()

"""The receipt of consent: what a person was asked, word for word, what they answered, and what ended it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from .ledger import ENDS, Entry


@dataclass(frozen=True, slots=True)
class Chained:
    """An entry where it stands in the chain."""

    seq: int
    hash: str
    entry: Entry


def receipts(events: Sequence[Chained], texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """One receipt for each consent that was given, the oldest first, as plain values.

    `events` are all of one person in the order of the chain, `texts` the questions that were asked by their hash.
    """
    return [
        {
            "asked": _question(_asked(events, given), texts),
            "answered": _said(given),
            "ended": _said(_end(events, given)),
        }
        for given in events
        if given.entry.event == "yes"
    ]


def _asked(events: Sequence[Chained], given: Chained) -> Chained | None:
    return next(
        (
            one
            for one in reversed(events)
            if one.seq < given.seq
            and one.entry.event == "ask"
            and one.entry.pair == given.entry.pair
        ),
        None,
    )


def _end(events: Sequence[Chained], given: Chained) -> Chained | None:
    """What ended the consent; a later yes is a consent of its own."""
    return next(
        (
            one
            for one in events
            if one.seq > given.seq and one.entry.event in ENDS and one.entry.at >= given.entry.at
        ),
        None,
    )


def _said(one: Chained | None) -> dict[str, Any] | None:
    if one is None:
        return None
    entry = one.entry
    return {
        "entry": one.seq,
        "event": entry.event,
        "at": entry.at.astimezone(UTC).isoformat(),
        "zone": entry.zone,
        "channel": entry.channel,
        "language": entry.language,
        "said": entry.action,
        "method": entry.method,
        "source": entry.source,
        "actor": entry.actor,
        "message_id": entry.message_id,
        "reference": entry.reference,
    }


def _question(one: Chained | None, texts: Mapping[str, str]) -> dict[str, Any] | None:
    if one is None:
        return None
    entry = one.entry
    return {
        "entry": one.seq,
        "at": entry.at.astimezone(UTC).isoformat(),
        "zone": entry.zone,
        "words": texts.get(entry.proof_digest, ""),
        "sha256": entry.proof_digest,
        "language": entry.proof_language,
        "text": entry.proof_key,
        "version": entry.proof_version,
        "message_id": entry.message_id,
        "business": entry.business,
        "sender": entry.sender,
        "purpose": entry.purpose,
        "frequency": entry.frequency,
        "not_a_condition": entry.unconditional,
        "privacy_policy": entry.policy,
        "country": entry.country,
        "age18": entry.adult,
        "campaign": entry.campaign,
    }

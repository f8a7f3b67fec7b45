"""What a record means to any ledger, whatever it is kept in."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from smsbot.core.people.address import Address, Channel
from smsbot.core.people.consent import ConsentEvent
from smsbot.core.people.ledger import Entry, Grounds, Subscription, entry
from smsbot.ports import NoticeKind, Proof, Record, RecordName

NOTICE_OF: Mapping[RecordName, NoticeKind] = {"CallRequested": "call", "RedFlagSeen": "red_flag"}
# Whose word an event is that nobody said.
SOURCE_OF: Mapping[RecordName, str] = {"Undeliverable": "carrier", "Lapsed": "clinic"}
OPTING: frozenset[RecordName] = frozenset({"OptedOut", "OptedIn"})


def entry_of(record: Record, event: ConsentEvent, salt: str) -> Entry:
    """The record as it stands in the chain. `salt` is to be one that nobody can guess."""
    proof = record.proof or Proof("", "", "")
    source = record.grounds.source or SOURCE_OF.get(record.name, "")
    made = entry(
        event,
        replace(record.grounds, source=source),
        person=record.keys[0],
        message_id=record.message_id,
        at=record.at,
        channel=record.channel,
        language=record.language,
        ask_id=record.ask_id,
        proof_key=proof.key,
        proof_language=proof.language,
        proof_digest=proof.digest,
        proof_version=proof.version,
        reference=record.reference,
    )
    return made.bound(salt)


def subscription_of(record: Record) -> Subscription:
    """What a consent given says of the subscription."""
    return Subscription(
        channel=record.address.channel,
        language=record.language,
        country=record.grounds.country,
        zones=record.zones,
        at=record.at,
        wrote_at=record.at,
        last_campaign=record.campaign,
    )


def misquoted(record: Record) -> str:
    """Why a question cannot be proved by what the record says of it; "" where it can, or where there is none."""
    if record.proof is None:
        return ""
    if hashlib.sha256(record.words.encode()).hexdigest() == record.proof.digest:
        return ""
    return "the words of the question are not those that its proof is of"


def lapsed(keys: Sequence[str], subscription: Subscription, at: datetime) -> Record:
    """The end of a subscription of whose person nothing was heard for long. It names no number."""
    return Record(
        name="Lapsed",
        message_id=f"lapsed-{at.date()}",
        keys=tuple(keys),
        at=at,
        language=subscription.language,
        channel=subscription.channel,
        address=Address(cast("Channel", subscription.channel), ""),
        grounds=Grounds(method="inactive", country=subscription.country),
    )


def ends_nothing(record: Record, channel: str | None) -> bool:
    """Whether a record is about a subscription that is not there: `channel` is that of the person's subscription, if they have one.

    A number that is none on one channel says nothing of another.
    """
    if record.name == "Undeliverable":
        return channel != record.channel
    return record.name == "Lapsed" and channel is None

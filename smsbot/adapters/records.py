"""What a record means to any ledger, whatever it is kept in."""

from collections.abc import Mapping

from smsbot.core.people.consent import ConsentEvent
from smsbot.core.people.ledger import Entry
from smsbot.ports import NoticeKind, Record, RecordName

NOTICE_OF: Mapping[RecordName, NoticeKind] = {"CallRequested": "call", "RedFlagSeen": "red_flag"}
OPTING: frozenset[RecordName] = frozenset({"OptedOut", "OptedIn"})


def entry_of(record: Record, event: ConsentEvent) -> Entry:
    """The record as it stands in the chain."""
    proof = (
        (record.proof.key, record.proof.language, record.proof.digest)
        if record.proof
        else ("", "", "")
    )
    place = (
        record.keys[0],
        record.message_id,
        record.at,
        record.channel,
        record.language,
        record.ask_id,
    )
    return Entry(event, *place, *proof, record.reference)

"""What has had its time: subscribers of whom nothing was heard for long, and entries that need no longer lead to anybody."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Text, cast, exists, or_, select, update

from smsbot.adapters.records import lapsed
from smsbot.ports import Record

from . import persons
from .tables import consent_events, people, person_keys


def inactive(
    connection: Connection, before: datetime, at: datetime, limit: int
) -> Sequence[Record]:
    """The ends, at `at`, of subscriptions of whose people nothing was heard since `before`."""
    columns = people.c
    rows = connection.execute(
        select(people)
        .where(
            columns.number.is_not(None),
            columns.subscribed_at < before,
            or_(columns.wrote_at.is_(None), columns.wrote_at < before),
        )
        .order_by(columns.subscribed_at)
        .limit(limit)
    ).all()
    ends = []
    for row in rows:
        keys = persons.keys_of(connection, row.id)
        subscription = persons.subscription_of(row)
        if keys and subscription is not None:
            ends.append(lapsed(keys, subscription, at))
    return ends


def erase(connection: Connection, before: datetime, limit: int) -> int:
    """Drops what identifies from the entries of people who do not subscribe and of whom nothing was written since `before`.

    How many entries were changed; no more than `limit` people are looked after. The head must be locked.
    """
    entries, later = consent_events.c, consent_events.alias("later")
    keys = person_keys.alias("their_keys")
    heard_since = exists(
        select(later.c.seq)
        .join(keys, keys.c.key == later.c.person)
        .where(keys.c.person_id == people.c.id, later.c.at >= before)
        .correlate(people)
    )
    over = (
        select(people.c.id)
        .join(person_keys, person_keys.c.person_id == people.c.id)
        .join(consent_events, entries.person == person_keys.c.key)
        .where(
            entries.at < before,
            entries.salt != "",
            people.c.number.is_(None),
            ~heard_since,
        )
        .distinct()
        .limit(limit)
    )
    ids = connection.execute(over).scalars().all()
    if not ids:
        return 0
    theirs = select(person_keys.c.key).where(person_keys.c.person_id.in_(ids))
    gone = dict.fromkeys(("person", "ask_id", "reference", "actor", "ip", "agent", "salt"), "")
    erased = (
        update(consent_events)
        .where(entries.person.in_(theirs), entries.salt != "")
        .values(**gone, message_id=cast(entries.seq, Text))
    )
    return int(connection.execute(erased).rowcount)

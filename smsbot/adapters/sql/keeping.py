"""What has had its time: subscribers of whom nothing was heard for long, and entries that need no longer lead to anybody."""

from datetime import datetime

from sqlalchemy import Connection, Text, cast, exists, or_, select, update

from smsbot.adapters.records import lapsed
from smsbot.ports import Record

from . import persons
from .tables import consent_events, people, person_keys


def inactive(connection: Connection, before: datetime, at: datetime) -> Record | None:
    """The end, at `at`, of one subscription of whose person nothing was heard since `before`; None where there is none."""
    columns = people.c
    row = connection.execute(
        select(people)
        .where(
            columns.number.is_not(None),
            columns.subscribed_at < before,
            or_(columns.wrote_at.is_(None), columns.wrote_at < before),
            exists().where(person_keys.c.person_id == columns.id),
        )
        .order_by(columns.subscribed_at)
        .limit(1)
    ).one_or_none()
    subscription = persons.subscription_of(row) if row else None
    if row is None or subscription is None:
        return None
    return lapsed(persons.keys_of(connection, row.id), subscription, at)


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

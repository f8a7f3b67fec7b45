"""Who a record is about: marks that came together are one person, whose standing is kept in one row."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, insert, or_, select, update

from smsbot.core.people.consent import ConsentEvent, Latest
from smsbot.core.people.ledger import Standing, Subscription, joined, united

from . import deliveries
from .tables import consent_events, notices, people, person_keys

# What is kept of a person exactly while they subscribe.
SUBSCRIPTION = (
    "number",
    "number_channel",
    "language",
    "country",
    "zones",
    "subscribed_at",
    "wrote_at",
    "first_campaign",
    "last_campaign",
)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def find(connection: Connection, key: str) -> Row[Any] | None:
    """The person's row."""
    return connection.execute(
        select(people).join(person_keys).where(person_keys.c.key == key)
    ).one_or_none()


def person_of(connection: Connection, keys: Sequence[str], at: datetime) -> int:
    """The person with these marks, made where there is none; where they were several, they are one from now on."""
    found = connection.execute(
        select(person_keys.c.key, person_keys.c.person_id).where(person_keys.c.key.in_(keys))
    ).all()
    ids: list[int] = sorted({row.person_id for row in found})
    if ids:
        person_id, *others = ids
    else:
        person_id, others = (
            connection.execute(
                insert(people).values(created_at=at).returning(people.c.id)
            ).scalar_one(),
            [],
        )
    for other in others:
        _unite(connection, person_id, other)
    fresh = set(keys) - {row.key for row in found}
    for key in sorted(fresh):
        connection.execute(insert(person_keys).values(key=key, person_id=person_id))
    return person_id


def keys_of(connection: Connection, person_id: int) -> tuple[str, ...]:
    """Every mark of the person."""
    theirs = select(person_keys.c.key).where(person_keys.c.person_id == person_id)
    return tuple(connection.execute(theirs.order_by(person_keys.c.key)).scalars())


def apart(connection: Connection, keys: Sequence[str]) -> bool:
    """Whether the ledger knows some of these marks, but not all as one person's."""
    found = connection.execute(
        select(person_keys.c.person_id).where(person_keys.c.key.in_(keys))
    ).all()
    return bool(found) and (
        len(found) < len(set(keys)) or len({row.person_id for row in found}) > 1
    )


def linked(connection: Connection, keys: Sequence[str]) -> None:
    """Makes the marks one person's, where the ledger still knows any of them."""
    if apart(connection, keys):
        person_of(connection, keys, LONG_AGO)  # the time is only that of a new person


def standing_of(row: Row[Any]) -> Standing:
    """The standing in a person's row: their number is there exactly while they subscribe."""
    return Standing(row.opted_out_at, row.held_until, row.number is not None)


def subscription_of(row: Row[Any]) -> Subscription | None:
    """The subscription in a person's row; None where they have none."""
    if row.number is None:
        return None
    return Subscription(
        row.number_channel,
        row.language or "",
        row.country or "",
        row.zones or "",
        row.subscribed_at or LONG_AGO,  # before there were campaigns it was not kept
        row.wrote_at or row.subscribed_at or LONG_AGO,
        row.first_campaign or 0,
        row.last_campaign or 0,
    )


def row_of(connection: Connection, person_id: int) -> Row[Any]:
    """The person's row."""
    return connection.execute(select(people).where(people.c.id == person_id)).one()


Numbered = tuple[str, Subscription]  # a number, sealed, and what is kept with it


def columns_of(number: str, subscription: Subscription) -> dict[str, Any]:
    """What stands in the row of a person who subscribes; `number` is sealed."""
    return {
        "number": number,
        "number_channel": subscription.channel,
        "language": subscription.language,
        "country": subscription.country,
        "zones": subscription.zones,
        "subscribed_at": subscription.at,
        "wrote_at": subscription.wrote_at,
        "first_campaign": subscription.first_campaign or None,
        "last_campaign": subscription.last_campaign or None,
    }


def keep(
    connection: Connection, person_id: int, standing: Standing, numbered: Numbered | None = None
) -> None:
    """Keep the standing; and the subscription where it is given and the person subscribes. It is gone where they do not."""
    values: dict[str, Any] = {
        "opted_out_at": standing.opted_out_at,
        "held_until": standing.held_until,
    }
    if not standing.subscribed:
        values |= dict.fromkeys(SUBSCRIPTION)
    elif numbered is not None:
        values |= columns_of(*numbered)
    connection.execute(update(people).where(people.c.id == person_id).values(values))


def latest(
    connection: Connection, person_id: int
) -> tuple[Latest | None, dict[ConsentEvent, datetime]]:
    """The event of the person that was written last, and when each kind of event last happened."""
    theirs = consent_events.c.person.in_(
        select(person_keys.c.key).where(person_keys.c.person_id == person_id)
    )
    event, at = consent_events.c.event, consent_events.c.at
    last = connection.execute(
        select(event, consent_events.c.message_id, at)
        .where(theirs)
        .order_by(consent_events.c.seq.desc())
        .limit(1)
    ).one_or_none()
    times = connection.execute(select(event, func.max(at)).where(theirs).group_by(event)).all()
    return (Latest(*last) if last else None), dict(map(tuple, times))


def drop_the_unknown(connection: Connection, at: datetime) -> None:
    """Remove people of whom nothing is left to know: no consent, no hold, no notice."""
    known = select(consent_events.c.seq).join(
        person_keys, person_keys.c.key == consent_events.c.person
    )
    connection.execute(
        delete(people).where(
            people.c.opted_out_at.is_(None),
            people.c.number.is_(None),
            or_(people.c.held_until.is_(None), people.c.held_until <= at),
            ~exists(known.where(person_keys.c.person_id == people.c.id).correlate(people)),
            ~exists(
                select(notices.c.id).where(notices.c.person_id == people.c.id).correlate(people)
            ),
        )
    )


def _unite(connection: Connection, one: int, other: int) -> None:
    rows = [row_of(connection, i) for i in (one, other)]
    subscriptions = [subscription_of(row) for row in rows]
    subscription = joined(*subscriptions)
    numbered = None
    if subscription is not None:
        newer = max(
            (s.at, row.number) for s, row in zip(subscriptions, rows, strict=True) if s is not None
        )
        numbered = (newer[1], subscription)
    keep(connection, one, united(*map(standing_of, rows)), numbered)
    deliveries.united(connection, one, other)
    for table in (person_keys, notices):
        connection.execute(update(table).where(table.c.person_id == other).values(person_id=one))
    connection.execute(delete(people).where(people.c.id == other))

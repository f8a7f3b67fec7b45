"""The notices to staff as rows: opened once, told until somebody takes them, and without a number when it is no longer needed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from smsbot.core.people.consent import CLAIM_LIFE, NUMBER_LIFE
from smsbot.ports import NoticeKind, Record

from .tables import notices, written


def post(
    connection: Connection,
    notice_id: str,
    kind: NoticeKind,
    record: Record,
    person_id: int,
    blocked: bool,
    sealed: str,
) -> None:
    """Open a notice, to be told at once; a second call of the same person is not opened while one waits."""
    if kind == "call" and _call_waits(connection, person_id):
        return
    connection.execute(
        insert(notices).values(
            id=notice_id,
            kind=kind,
            classes=list(record.classes),
            at=record.at,
            language=record.language,
            channel=record.channel,
            blocked=blocked,
            told=0,
            tell_again_at=record.at,
            message_id=record.message_id,
            person_id=person_id,
            address=sealed,
        )
    )


def block(connection: Connection, person_id: int, message_id: str) -> None:
    """The message that raised the alert also closed the way back to the person."""
    theirs = (notices.c.person_id == person_id, notices.c.message_id == message_id)
    connection.execute(update(notices).where(*theirs).values(blocked=True))


def forget(connection: Connection, person_id: int, at: datetime) -> None:
    """Erase the person's number from all notices up to then; what staff have yet to see stays."""
    connection.execute(
        update(notices)
        .where(notices.c.person_id == person_id, notices.c.at <= at)
        .values(address=None)
    )


def waiting(connection: Connection) -> Sequence[Row[Any]]:
    """The rows that nobody has taken, oldest first."""
    return connection.execute(
        select(notices).where(notices.c.acknowledged_at.is_(None)).order_by(notices.c.at)
    ).all()


def get(connection: Connection, notice_id: str) -> Row[Any] | None:
    """One row."""
    return connection.execute(select(notices).where(notices.c.id == notice_id)).one_or_none()


def claim(connection: Connection, at: datetime, limit: int) -> Sequence[Row[Any]]:
    """The rows that are due, oldest first; nobody else gets them for a minute, nor waits while they are being claimed."""
    untaken = select(notices.c.id).where(
        notices.c.acknowledged_at.is_(None), notices.c.tell_again_at <= at
    )
    ids = (
        connection.execute(
            untaken.order_by(notices.c.at).limit(limit).with_for_update(skip_locked=True)
        )
        .scalars()
        .all()
    )
    claimed = (
        update(notices)
        .where(notices.c.id.in_(ids))
        .values(tell_again_at=at + CLAIM_LIFE)
        .returning(notices)
    )
    return (
        sorted(connection.execute(claimed).all(), key=lambda row: ids.index(row.id)) if ids else []
    )


def told(connection: Connection, notice_id: str, again: datetime) -> None:
    """Staff were told once more."""
    counted = (
        update(notices)
        .where(notices.c.id == notice_id)
        .values(told=notices.c.told + 1, tell_again_at=again)
    )
    connection.execute(counted)


def take(connection: Connection, notice_id: str, at: datetime, by: str) -> bool:
    """Somebody takes it; False where it is not known or was taken before."""
    untaken = update(notices).where(notices.c.id == notice_id, notices.c.acknowledged_at.is_(None))
    return connection.execute(untaken.values(acknowledged_at=at, acknowledged_by=by)).rowcount == 1


def tidy(connection: Connection, at: datetime) -> int:
    """Erase from rows taken long ago what leads to a person; how many numbers were among it."""
    old = notices.c.acknowledged_at < at - NUMBER_LIFE
    erased = connection.execute(
        update(notices).where(old, notices.c.address.is_not(None)).values(address=None)
    ).rowcount
    connection.execute(
        update(notices)
        .where(old, notices.c.message_id.is_not(None))
        .values(person_id=None, message_id=None)
    )
    connection.execute(delete(written).where(written.c.at < at - NUMBER_LIFE))
    return erased


def _call_waits(connection: Connection, person_id: int) -> bool:
    calls = (
        notices.c.kind == "call",
        notices.c.person_id == person_id,
        notices.c.acknowledged_at.is_(None),
    )
    return connection.execute(select(notices.c.id).where(*calls).limit(1)).first() is not None

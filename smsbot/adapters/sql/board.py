"""The notices to staff as rows: opened once, told until somebody takes them, done, and in the end without a number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select, update

from smsbot.core.conversation.conversation import STAFF_SPAN
from smsbot.core.people.consent import CLAIM_LIFE, NUMBER_LIFE
from smsbot.ports import NoticeKind, Record

from .tables import notices, person_keys, written


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


def block(connection: Connection, person_id: int, channel: str, blocked: bool) -> None:
    """A STOP closes the way back to the person on that channel, a START opens it again."""
    theirs = (notices.c.person_id == person_id, notices.c.channel == channel)
    connection.execute(update(notices).where(*theirs).values(blocked=blocked))


def wrote(connection: Connection, person_id: int, at: datetime) -> None:
    """The person wrote while staff had the talk: what is open of theirs, or was answered a moment ago, says so."""
    theirs = (
        notices.c.person_id == person_id,
        notices.c.at < at,
        or_(notices.c.done_at.is_(None), notices.c.answered_at >= at - STAFF_SPAN),
        or_(notices.c.wrote_at.is_(None), notices.c.wrote_at < at),
    )
    connection.execute(update(notices).where(*theirs).values(wrote_at=at))


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


def undone(connection: Connection) -> Sequence[Row[Any]]:
    """The rows with something left to do, oldest first."""
    return connection.execute(select(notices).where(~_done()).order_by(notices.c.at)).all()


def lately(connection: Connection, since: datetime) -> Sequence[Row[Any]]:
    """The rows that were done since then and still are, latest first."""
    found = select(notices).where(_done(), notices.c.done_at >= since)
    return connection.execute(found.order_by(notices.c.done_at.desc())).all()


def finish(connection: Connection, notice_id: str, at: datetime, by: str) -> bool:
    """Nothing is left to do, so that nobody need take it any more; False where it is not known or was done before."""
    take(connection, notice_id, at, by)
    open_ = update(notices).where(notices.c.id == notice_id, ~_done())
    return connection.execute(open_.values(done_at=at, done_by=by)).rowcount == 1


def reopen(connection: Connection, notice_id: str) -> bool:
    """Something is left to do after all; False where it is not known or was not done."""
    done = update(notices).where(notices.c.id == notice_id, _done())
    return connection.execute(done.values(done_at=None, done_by=None)).rowcount == 1


def answer(
    connection: Connection, notice_id: str, at: datetime | None, before: datetime | None
) -> bool:
    """Staff write; False where it is not known or somebody has written since `before`."""
    column = notices.c.answered_at
    unchanged = column.is_(None) if before is None else column == before
    written_ = update(notices).where(notices.c.id == notice_id, unchanged)
    return connection.execute(written_.values(answered_at=at)).rowcount == 1


def marks(connection: Connection, notice_id: str) -> Sequence[str]:
    """Every mark of the person whom the row leads to."""
    theirs = select(person_keys.c.key).join(notices, notices.c.person_id == person_keys.c.person_id)
    found = theirs.where(notices.c.id == notice_id).order_by(person_keys.c.key)
    return connection.execute(found).scalars().all()


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


def _done() -> ColumnElement[bool]:
    """What `Notice.done` says, never null."""
    done_at, wrote_at = notices.c.done_at, notices.c.wrote_at
    return and_(done_at.is_not(None), or_(wrote_at.is_(None), wrote_at <= done_at))


def _call_waits(connection: Connection, person_id: int) -> bool:
    calls = (
        notices.c.kind == "call",
        notices.c.person_id == person_id,
        notices.c.acknowledged_at.is_(None),
    )
    return connection.execute(select(notices.c.id).where(*calls).limit(1)).first() is not None

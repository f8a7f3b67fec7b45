"""The record of what staff did, in SQL: rows are added and never changed."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, insert, or_, select

from smsbot.ports.console import Done

from .deadline import Hurried
from .tables import audit


class SqlAudit:
    """The port `Audit`."""

    def __init__(self, engine: Engine, deadline: float) -> None:
        """`deadline` in seconds: how long a call may take."""
        self._hurried = Hurried(engine, deadline)

    def close(self) -> None:
        """Ends the threads and connections."""
        self._hurried.close()

    def add(self, done: Done) -> None:
        """Writes it down."""
        self._hurried.run(lambda c: added(c, done), writes=True)

    def find(
        self, words: str = "", act: str = "", member_id: int = 0, before: int = 0, limit: int = 50
    ) -> Sequence[Done]:
        """The newest first; `before` is the `seq` of the last one seen."""
        wanted = select(audit).order_by(audit.c.seq.desc()).limit(limit)
        for word in words.split():
            wanted = wanted.where(
                or_(*(c.icontains(word, autoescape=True) for c in (audit.c.who, audit.c.subject)))
            )
        if act:
            wanted = wanted.where(audit.c.act == act)
        if member_id:
            wanted = wanted.where(audit.c.staff_id == member_id)
        if before:
            wanted = wanted.where(audit.c.seq < before)
        rows = self._hurried.run(lambda c: c.execute(wanted).all())
        return [
            Done(r.act, r.subject, r.at, r.staff_id, r.who, dict(r.details), r.seq) for r in rows
        ]


def added(connection: Connection, done: Done) -> None:
    """Adds a row in a transaction that does something else as well, so that nothing is done without its record."""
    connection.execute(
        insert(audit).values(
            at=done.at,
            staff_id=done.member_id,
            who=done.who,
            act=done.act,
            subject=done.subject,
            details=dict(done.details),
        )
    )

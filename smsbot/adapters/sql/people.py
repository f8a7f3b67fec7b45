"""The ledger of people in SQL: one record, one transaction, one after another; and the notices to staff that come of it."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, text

from smsbot.adapters.cipher import Cipher, WrongKey
from smsbot.adapters.records import (
    NOTICE_OF,
    OPTING,
    ends_nothing,
    entry_of,
    misquoted,
    subscription_of,
)
from smsbot.core.conversation.decision import GRANTS
from smsbot.core.people.address import Address
from smsbot.core.people.consent import EVENT_OF, ConsentEvent, objection
from smsbot.core.people.ledger import Standing, Subscription, follow
from smsbot.core.people.retention import AT_ONCE, EVERY, USUAL, Retention
from smsbot.ports import Notice, Record, Refused, Unavailable
from smsbot.ports.consents import Dossier, Resealed, Sealed, TakenIn

from . import board, chain, dossiers, intake, keeping, persons
from .deadline import Hurried
from .engine import DEADLINE
from .tables import consent_events, consent_head, written

_GRANTED: frozenset[str] = frozenset(GRANTS)


def fresh_id() -> str:
    """An id that nobody can guess, fit for a link."""
    return secrets.token_urlsafe(16)


class SqlPeople:
    """The ports `People` and `Notices`. Nothing is connected before the first call; each raises `Unavailable` at the deadline."""

    def __init__(
        self,
        engine: Engine,
        cipher: Cipher,
        *,
        deadline: float = DEADLINE,
        fresh: Callable[[], str] = fresh_id,
        retention: Retention = USUAL,
    ) -> None:
        self._cipher, self._fresh = cipher, fresh
        self._retention = retention
        self._looked: datetime | None = None  # when it was last looked for what has had its time
        self._hurried = Hurried(engine, deadline)

    def close(self) -> None:
        """Ends the threads and connections."""
        self._hurried.close()

    # ------------------------------------------------------------ the ledger

    def alive(self) -> bool:
        """Whether the ledger answers, with its tables in place."""
        try:
            self._hurried.run(lambda c: c.execute(select(consent_head.c.events)).one())
        except (Unavailable, Refused):
            return False
        return True

    def revision(self) -> str | None:
        """The migration that the tables have, to be held against `tables.REVISION`; None where there are none."""
        try:
            return self._hurried.run(
                lambda c: c.execute(
                    text("SELECT version_num FROM alembic_version")
                ).scalar_one_or_none()
            )
        except Unavailable:
            if self._hurried.run(lambda c: c.execute(text("SELECT 1")).scalar_one()):
                return None
            raise

    def write(self, record: Record) -> None:
        """Write a record down; the same record again changes nothing.

        A grant that was given up on is not written afterwards; a withdrawal may be, since it may be repeated.
        """
        self._hurried.run(
            lambda c: self._write(c, record), writes=True, late=record.name not in _GRANTED
        )

    def link(self, keys: Sequence[str]) -> None:
        """Coded marks seen in one message are one person's; nobody is recorded of whom the ledger knows nothing."""
        if self._hurried.run(lambda c: persons.apart(c, keys)):
            self._hurried.run(lambda c: persons.linked(c, keys), writes=True, late=True)

    def standing(self, key: str) -> Standing:
        """How the person with this mark stands; that of a stranger where nothing is known."""
        row = self._hurried.run(lambda c: persons.find(c, key))
        return persons.standing_of(row) if row else Standing()

    def subscriber(self, key: str) -> Address | None:
        """Where the person with this mark subscribes. Raises `WrongKey` where no key opens the number."""
        row = self._hurried.run(lambda c: persons.find(c, key))
        return (
            Address(row.number_channel, self._cipher.unseal(row.number))
            if row and row.number
            else None
        )

    def subscription(self, key: str) -> Subscription | None:
        """What is kept of the person with this mark while they subscribe, beside the number; None where they do not."""
        row = self._hurried.run(lambda c: persons.find(c, key))
        return persons.subscription_of(row) if row else None

    # ------------------------------------------------------------ the proof

    def verify_chain(self) -> int:
        """How many events of consent there are, all as written. Raises `ChainBroken` with the first that is not."""
        return chain.verify(self._hurried.run)

    def dossier(self, key: str) -> Dossier | None:
        """All that is kept of the person with this mark; None where nothing is."""
        return self._hurried.run(lambda c: dossiers.dossier(c, key, self._cipher, self._notice))

    def take_in(self, pairs: Sequence[tuple[Record, Record]], *, write: bool) -> Sequence[TakenIn]:
        """Takes in questions with their answers in one transaction, or only says what would become of each."""
        tools = intake.Tools(self._write, self._cipher.seal, self._fresh) if write else None

        def work(connection: Connection) -> Sequence[TakenIn]:
            if write:
                chain.lock_head(connection)
            return intake.take_in(connection, pairs, tools)

        return self._hurried.run(work, writes=write)

    def reseal(self, what: Sealed, after: int | str | None, limit: int) -> Resealed:
        """Seals a page of numbers with the first key, those after `after`."""
        return self._hurried.run(
            lambda c: dossiers.reseal(c, what, after, limit, self._cipher), writes=True
        )

    def _write(self, connection: Connection, record: Record) -> None:
        chain.lock_head(connection)
        if not _first_time(connection, record):
            return
        known = persons.find(connection, record.keys[0])
        if ends_nothing(record, known.number_channel if known else None):
            return
        person_id = persons.person_of(connection, record.keys, record.at)
        row = persons.row_of(connection, person_id)
        standing = persons.standing_of(row).held(record.held_until)
        sealed = self._cipher.seal(record.address.handle)
        numbered: persons.Numbered | None = None
        if event := EVENT_OF.get(record.name):
            standing = self._appended(connection, record, event, person_id, standing)
            if event == "yes":
                before = persons.subscription_of(row)
                numbered = (sealed, subscription_of(record).after(before))
        persons.keep(connection, person_id, standing, numbered)
        self._told_of(connection, record, person_id, standing, sealed)

    def _appended(
        self,
        connection: Connection,
        record: Record,
        event: ConsentEvent,
        person_id: int,
        standing: Standing,
    ) -> Standing:
        """Adds the event to the chain; the standing after it. Raises `Refused`."""
        last, times = persons.latest(connection, person_id)
        reason = misquoted(record) or objection(event, record.ask_id, record.at, last)
        if reason:
            raise Refused(reason)
        chain.append(connection, entry_of(record, event, self._fresh()))
        if asked := record.proof:
            chain.keep_text(
                connection,
                asked.digest,
                asked.key,
                asked.language,
                asked.version,
                record.words,
            )
        return follow(standing, event, record.at, times)

    def _told_of(
        self,
        connection: Connection,
        record: Record,
        person_id: int,
        standing: Standing,
        sealed: str,
    ) -> None:
        """What the record means for the notices to staff."""
        blocked = record.carrier_blocks and standing.opted_out_at is not None
        if kind := NOTICE_OF.get(record.name):
            board.post(connection, self._fresh(), kind, record, person_id, blocked, sealed)
        elif record.name in OPTING and record.carrier_blocks:
            board.block(connection, person_id, record.channel, blocked)
        elif record.name == "WroteAgain":
            board.wrote(connection, person_id, record.at)
        elif record.name == "Forgotten":
            board.forget(connection, person_id, record.at)

    # ------------------------------------------------------------ the notices

    def open(self) -> Sequence[Notice]:
        """Those that nobody has acknowledged, oldest first, with the address where it is still kept."""
        return [self._notice(row) for row in self._hurried.run(board.waiting)]

    def get(self, notice_id: str) -> Notice | None:
        """One of them; None where there is none."""
        row = self._hurried.run(lambda c: board.get(c, notice_id))
        return self._notice(row) if row else None

    def due(self, at: datetime, limit: int) -> Sequence[Notice]:
        """Those that staff should be told of now; each is claimed for a minute."""
        rows = self._hurried.run(lambda c: board.claim(c, at, limit), writes=True)
        return [self._notice(row) for row in rows]

    def told(self, notice_id: str, at: datetime, again: datetime) -> None:  # noqa: ARG002 - the port has it
        """Staff were told; tell them again at `again` unless it is acknowledged."""
        self._hurried.run(lambda c: board.told(c, notice_id, again), writes=True, late=True)

    def acknowledge(self, notice_id: str, at: datetime, by: str) -> bool:
        """Somebody took it; False where it is not known or was taken before."""
        return self._hurried.run(lambda c: board.take(c, notice_id, at, by), writes=True)

    def undone(self) -> Sequence[Notice]:
        """Those with something left to do, oldest first, with the address where it is still kept."""
        return [self._notice(row) for row in self._hurried.run(board.undone)]

    def lately(self, since: datetime) -> Sequence[Notice]:
        """Those that were done since then and still are, latest first."""
        return [self._notice(row) for row in self._hurried.run(lambda c: board.lately(c, since))]

    def done(self, notice_id: str, at: datetime, by: str) -> bool:
        """Nothing is left to do; False where it is not known or was done before."""
        return self._hurried.run(lambda c: board.finish(c, notice_id, at, by), writes=True)

    def reopen(self, notice_id: str) -> bool:
        """Something is left to do after all; False where it is not known or was not done."""
        return self._hurried.run(lambda c: board.reopen(c, notice_id), writes=True)

    def answer(self, notice_id: str, at: datetime | None, before: datetime | None) -> bool:
        """Staff write; False where it is not known or somebody has written since `before`."""
        return self._hurried.run(lambda c: board.answer(c, notice_id, at, before), writes=True)

    def marks(self, notice_id: str) -> Sequence[str]:
        """The coded marks under which the person is known."""
        return self._hurried.run(lambda c: board.marks(c, notice_id))

    def tidy(self, at: datetime) -> int:
        """Remove numbers that need no longer be kept; how many were removed. People of whom nothing is left to know go too.

        Once an hour, those of whom nothing was heard for long subscribe no more, and entries that have had their time lead to nobody
        any more.
        """
        removed = 0
        if self._looked is None or not timedelta() <= at - self._looked < EVERY:
            # One at a time, since whoever talks to the bot meanwhile waits for the end of each.
            while removed < AT_ONCE and self._hurried.run(
                lambda c: self._lapsed(c, at), writes=True
            ):
                removed += 1
            erased = self._hurried.run(lambda c: self._erased(c, at), writes=True)
            self._looked = at if removed < AT_ONCE and erased == 0 else None

        def work(connection: Connection) -> int:
            chain.lock_head(connection)
            removed = board.tidy(connection, at)
            persons.drop_the_unknown(connection, at)
            return removed

        return removed + self._hurried.run(work, writes=True)

    def _lapsed(self, connection: Connection, at: datetime) -> bool:
        """Ends the subscription of which nothing was heard for longest, if that is too long; whether there was one."""
        chain.lock_head(connection)
        end = keeping.inactive(connection, at - self._retention.inactive, at)
        if end is not None:
            self._write(connection, end)
        return end is not None

    def _erased(self, connection: Connection, at: datetime) -> int:
        chain.lock_head(connection)
        return keeping.erase(connection, at - self._retention.proof, AT_ONCE)

    def _notice(self, row: Row[Any]) -> Notice:
        try:
            address = (
                Address(row.channel, self._cipher.unseal(row.address)) if row.address else None
            )
        except WrongKey:  # staff must see an alert, even one whose number cannot be read
            address = None
        return Notice(
            id=row.id,
            kind=row.kind,
            classes=tuple(row.classes),
            at=row.at,
            language=row.language,
            channel=row.channel,
            blocked=row.blocked,
            told=row.told,
            acknowledged_at=row.acknowledged_at,
            address=address,
            acknowledged_by=row.acknowledged_by or "",
            done_at=row.done_at,
            done_by=row.done_by or "",
            answered_at=row.answered_at,
            wrote_at=row.wrote_at,
        )


def _first_time(connection: Connection, record: Record) -> bool:
    """Whether the record is new; then it is noted down as written. The chain remembers longer than the notes."""
    identity = {"person": record.keys[0], "message_id": record.message_id}
    noted = select(written.c.at).filter_by(name=record.name, **identity)
    chained = select(consent_events.c.at).filter_by(event=EVENT_OF.get(record.name), **identity)
    if connection.execute(noted).first() or connection.execute(chained).first():
        return False
    connection.execute(insert(written).values(name=record.name, at=record.at, **identity))
    return True

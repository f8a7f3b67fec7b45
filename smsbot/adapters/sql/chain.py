"""The chain of consent: entries are added at its end, each tied to the one before, and none is ever changed."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from smsbot.core.people.consent import FIRST, link
from smsbot.core.people.ledger import Entry

from .tables import consent_events, consent_head

PAGE = 500  # entries that are read at once when the chain is checked

_STORED = [consent_events.c[field.name] for field in fields(Entry)]


class ChainBroken(Exception):
    """The ledger is not as it was written: an entry was changed, added or removed past the bot. `seq` is the first such entry."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"the chain of consent is broken at entry {seq}")
        self.seq = seq


def lock_head(connection: Connection) -> None:
    """From here to the end of the transaction nobody else writes records. SQLite's writers are one at a time by themselves."""
    connection.execute(select(consent_head.c.id).with_for_update()).one()


def append(connection: Connection, entry: Entry) -> None:
    """Add an entry; the head must be locked."""
    head = connection.execute(select(consent_head.c.events, consent_head.c.hash)).one()
    tied = link(head.hash, entry.fields())
    connection.execute(
        insert(consent_events).values(seq=head.events + 1, hash=tied, **asdict(entry))
    )
    connection.execute(update(consent_head).values(events=head.events + 1, hash=tied))


def verify(run: Callable[[Callable[[Connection], Any]], Any], page: int = PAGE) -> int:
    """How many entries there are, all as they were written; `run` does one short piece of work. Raises `ChainBroken`."""
    end = run(_end)
    seq, tied = 0, FIRST
    while rows := run(partial(_page, after=seq, until=end.events, limit=page)):
        for row in rows:
            *stored, kept = row
            seq, tied = seq + 1, link(tied, Entry(*stored).fields())
            if kept != tied:
                raise ChainBroken(seq)
    if seq != end.events or tied != end.hash:
        raise ChainBroken(seq + 1 if seq != end.events else seq)
    if end.last > end.events:
        raise ChainBroken(end.events + 1)
    return seq


def _end(connection: Connection) -> Any:
    last = select(func.coalesce(func.max(consent_events.c.seq), 0)).scalar_subquery()
    return connection.execute(
        select(consent_head.c.events, consent_head.c.hash, last.label("last"))
    ).one()


def _page(connection: Connection, after: int, until: int, limit: int) -> Sequence[Any]:
    seq = consent_events.c.seq
    entries = (
        select(*_STORED, consent_events.c.hash)
        .where(seq > after, seq <= until)
        .order_by(seq)
        .limit(limit)
    )
    return connection.execute(entries).all()

"""The chain of consent: entries are added at its end, each tied to the one before, and none is ever changed.

What identifies a person can be dropped from an entry without breaking the chain; and what was asked is kept beside it, once.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from smsbot.core.people.consent import FIRST, link
from smsbot.core.people.ledger import Entry
from smsbot.ports.consents import ChainBroken as ChainBroken

from .tables import consent_events, consent_head, consent_texts

PAGE = 500  # entries that are read at once when the chain is checked

_STORED = [consent_events.c[field.name] for field in fields(Entry)]


def lock_head(connection: Connection) -> None:
    """From here to the end of the transaction nobody else writes records. SQLite's writers are one at a time by themselves."""
    connection.execute(select(consent_head.c.id).with_for_update()).one()


def append(connection: Connection, entry: Entry) -> None:
    """Add an entry; the head must be locked."""
    extend(connection, [entry])


def extend(connection: Connection, entries: Sequence[Entry]) -> None:
    """Add entries, at least one, in their order; the head must be locked."""
    seq, tied = connection.execute(select(consent_head.c.events, consent_head.c.hash)).one()
    rows = []
    for entry in entries:
        seq, tied = seq + 1, link(tied, entry.fields())
        rows.append({"seq": seq, "hash": tied, **asdict(entry)})
    connection.execute(insert(consent_events), rows)
    connection.execute(update(consent_head).values(events=seq, hash=tied))


def keep_text(
    connection: Connection, digest: str, key: str, language: str, version: str, words: str
) -> None:
    """Keep the exact words of a question, where they are not kept yet; the head must be locked."""
    known = select(consent_texts.c.digest).where(consent_texts.c.digest == digest)
    if connection.execute(known).first() is None:
        connection.execute(
            insert(consent_texts).values(
                digest=digest, key=key, language=language, version=version, text=words
            )
        )


def verify(run: Callable[[Callable[[Connection], Any]], Any], page: int = PAGE) -> int:
    """How many entries there are, all as they were written; `run` does one short piece of work. Raises `ChainBroken`."""
    end = run(_end)
    seq, tied = 0, FIRST
    while rows := run(partial(_page, after=seq, until=end.events, limit=page)):
        for row in rows:
            *stored, kept, asked = row
            entry = Entry(*stored)
            seq, tied = seq + 1, link(tied, entry.fields())
            if kept != tied or not entry.sound or (entry.erased and entry.message_id != str(seq)):
                raise ChainBroken(seq)
            # Before version 2 the question's hash was kept without the question.
            if entry.version > 1 and entry.proof_digest and _digest(asked) != entry.proof_digest:
                raise ChainBroken(seq, entry.proof_digest)
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
        select(*_STORED, consent_events.c.hash, consent_texts.c.text)
        .select_from(
            consent_events.outerjoin(
                consent_texts, consent_texts.c.digest == consent_events.c.proof_digest
            )
        )
        .where(seq > after, seq <= until)
        .order_by(seq)
        .limit(limit)
    )
    return connection.execute(entries).all()


def _digest(text: str | None) -> str:
    return hashlib.sha256((text or "").encode()).hexdigest()

"""One person's record, and numbers sealed anew."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, Table, select, update

from smsbot.adapters.cipher import Cipher, WrongKey
from smsbot.core.people.address import Address
from smsbot.core.people.ledger import Entry
from smsbot.core.people.receipt import Chained
from smsbot.ports import Notice
from smsbot.ports.consents import Dossier, Invitation, Resealed, Sealed

from . import persons
from .tables import consent_events, consent_texts, deliveries, notices, people

_ENTRY = [consent_events.c[field.name] for field in fields(Entry)]
_SEALED: dict[Sealed, tuple[Table, str]] = {
    "people": (people, "number"),
    "notices": (notices, "address"),
}


def dossier(
    connection: Connection, key: str, cipher: Cipher, notice_of: Callable[[Row[Any]], Notice]
) -> Dossier | None:
    """All that is kept of the person with this mark; None where nothing is."""
    row = persons.find(connection, key)
    if row is None:
        return None
    keys = persons.keys_of(connection, row.id)
    found = connection.execute(
        select(*_ENTRY, consent_events.c.seq, consent_events.c.hash)
        .where(consent_events.c.person.in_(keys))
        .order_by(consent_events.c.seq)
    ).all()
    events = tuple(Chained(one.seq, one.hash, Entry(*one[: len(_ENTRY)])) for one in found)
    asked = {one.entry.proof_digest for one in events if one.entry.proof_digest}
    texts = connection.execute(
        select(consent_texts.c.digest, consent_texts.c.text).where(
            consent_texts.c.digest.in_(sorted(asked))
        )
    ).all()
    theirs = connection.execute(
        select(notices).where(notices.c.person_id == row.id).order_by(notices.c.at)
    ).all()
    invited = connection.execute(
        select(*(deliveries.c[field.name] for field in fields(Invitation)))
        .where(deliveries.c.person_id == row.id)
        .order_by(deliveries.c.id)
    ).all()
    address, sealed = _opened(row, cipher)
    return Dossier(
        keys,
        persons.standing_of(row),
        address,
        persons.subscription_of(row),
        events,
        {row.digest: row.text for row in texts},
        tuple(map(notice_of, theirs)),
        tuple(Invitation(*one) for one in invited),
        sealed,
    )


def _opened(row: Any, cipher: Cipher) -> tuple[Address | None, bool]:
    if not row.number:
        return None, False
    try:
        return Address(row.number_channel, cipher.unseal(row.number)), False
    except WrongKey:
        return None, True


def reseal(
    connection: Connection, what: Sealed, after: int | str | None, limit: int, cipher: Cipher
) -> Resealed:
    """Seals a page of numbers with the first key, in the order of their ids."""
    table, name = _SEALED[what]
    sealed = table.c[name]
    page = select(table.c.id, sealed).where(sealed.is_not(None)).order_by(table.c.id).limit(limit)
    if after is not None:
        page = page.where(table.c.id > after)
    anew = already = unread = 0
    rows = connection.execute(page).all()
    for row_id, old in rows:
        try:
            new = cipher.renewed(old)
        except WrongKey:
            unread += 1
            continue
        if new is None:
            already += 1
            continue
        # Whoever has put another number there meanwhile has sealed it with the first key.
        put = update(table).where(table.c.id == row_id, sealed == old).values({name: new})
        anew += connection.execute(put).rowcount
    return Resealed(rows[-1][0] if rows else None, anew, already, unread)

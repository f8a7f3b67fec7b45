"""Consents from elsewhere, taken in by the page: of people of whom nothing is known, in a few statements for all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from smsbot.adapters.records import entry_of, misquoted, subscription_of
from smsbot.core.people.ledger import ENDS
from smsbot.ports import Record, Refused
from smsbot.ports.consents import TakenIn

from . import chain, persons
from .tables import people, person_keys

Pair = tuple[Record, Record]  # a question and its answer


@dataclass(frozen=True, slots=True)
class Tools:
    """What writing needs: one record written down, a number sealed, and an id that nobody can guess."""

    write: Callable[[Connection, Record], None]
    seal: Callable[[str], str]
    fresh: Callable[[], str]


def take_in(
    connection: Connection, pairs: Sequence[Pair], tools: Tools | None
) -> Sequence[TakenIn]:
    """What becomes of each; written down where there are `tools` for it: then the head must be locked. Raises `Refused`."""
    known = _known(connection, [yes.keys[0] for _, yes in pairs])
    became = [_become(connection, yes, known.get(yes.keys[0])) for _, yes in pairs]
    if tools is not None:
        taken = [pair for pair, become in zip(pairs, became, strict=True) if become == "taken"]
        _add(connection, [pair for pair in taken if pair[1].keys[0] not in known], tools)
        for pair in taken:
            if pair[1].keys[0] in known:
                for record in pair:
                    tools.write(connection, record)
    return became


def _known(connection: Connection, keys: Sequence[str]) -> Mapping[str, Row[Any]]:
    """The rows of those of whom something is known, by their marks."""
    rows = connection.execute(
        select(person_keys.c.key, people).join(people).where(person_keys.c.key.in_(keys))
    )
    return {row.key: row for row in rows}


def _become(connection: Connection, yes: Record, row: Row[Any] | None) -> TakenIn:
    if row is None:
        return "taken"
    if row.number is not None:
        return "subscribed"
    _, latest = persons.latest(connection, row.id)
    if row.opted_out_at is not None or "withdraw" in latest or "forget" in latest:
        return "opted_out"
    ended = any(event in latest and latest[event] >= yes.at for event in ENDS)
    return "ended" if ended else "taken"


def _add(connection: Connection, pairs: Sequence[Pair], tools: Tools) -> None:
    """Adds people of whom nothing is known, each with a question and an answer."""
    if not pairs:
        return
    for ask, _ in pairs:
        if reason := misquoted(ask):
            raise Refused(reason)
    chain.extend(
        connection,
        [
            entry
            for ask, yes in pairs
            for entry in (
                entry_of(ask, "ask", tools.fresh()),
                entry_of(yes, "yes", tools.fresh()),
            )
        ],
    )
    questions = {ask.proof.digest: (ask.proof, ask.words) for ask, _ in pairs if ask.proof}
    for proof, words in questions.values():
        chain.keep_text(connection, proof.digest, proof.key, proof.language, proof.version, words)
    rows = [
        {
            "created_at": yes.at,
            **persons.columns_of(tools.seal(yes.address.handle), subscription_of(yes).after(None)),
        }
        for _, yes in pairs
    ]
    added = insert(people).returning(people.c.id, sort_by_parameter_order=True)
    ids = connection.execute(added, rows).scalars().all()
    marks = [
        {"key": yes.keys[0], "person_id": person_id}
        for (_, yes), person_id in zip(pairs, ids, strict=True)
    ]
    connection.execute(insert(person_keys), marks)

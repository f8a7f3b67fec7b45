"""Whoever changes what a person said is found out."""

import pytest
from sqlalchemy import Delete, Engine, Insert, Update, delete, insert, select, update

from smsbot.adapters.sql import chain
from smsbot.adapters.sql.people import SqlPeople
from smsbot.adapters.sql.tables import consent_events, consent_head
from smsbot.core.people.consent import FIRST, link
from smsbot.core.people.ledger import Entry

from ..conftest import execute
from ..people import ANN, ASK, BEN, NUMBER, asked, given, minutes, record

SEQ = consent_events.c.seq
OTHERS = [c for c in consent_events.columns if c.name not in ("seq", "person")]
FORGED = insert(consent_events).from_select(
    ["seq", "person", *(c.name for c in OTHERS)],
    select(SEQ + 4, consent_events.c.hash, *OTHERS).where(SEQ == 1),
)


def fill(ledger: SqlPeople) -> None:
    ledger.write(asked())
    ledger.write(given())
    ledger.write(record("OptedOut", "SM3", 2, BEN))
    ledger.write(record("Forgotten", "SM4", 3, reference="AB23"))


def test_an_empty_chain_is_whole(ledger: SqlPeople) -> None:
    assert ledger.verify_chain() == 0


def test_a_chain_as_it_was_written_is_whole_however_it_is_read(
    ledger: SqlPeople, engine: Engine
) -> None:
    fill(ledger)
    assert ledger.verify_chain() == 4
    with engine.connect() as connection:
        assert [chain.verify(lambda work: work(connection), page) for page in (1, 2, 3, 4)] == [
            4,
            4,
            4,
            4,
        ]


def test_the_first_event_is_tied_to_nothing_and_holds_the_proof(
    ledger: SqlPeople, engine: Engine
) -> None:
    ledger.write(asked())
    with engine.connect() as connection:
        row = connection.execute(select(consent_events)).one()
    entry = Entry("ask", ANN, "SM1", minutes(0), "sms", "fr", "", ASK.key, ASK.language, ASK.digest)
    assert row.hash == link(FIRST, entry.fields())
    assert (row.proof_key, row.proof_language, row.proof_digest) == (
        ASK.key,
        ASK.language,
        ASK.digest,
    )
    assert NUMBER.handle not in str(row)


@pytest.mark.parametrize(
    "column", [c.name for c in consent_events.columns if c.name not in ("seq", "at")]
)
def test_a_changed_column_is_found(ledger: SqlPeople, engine: Engine, column: str) -> None:
    fill(ledger)
    execute(engine, update(consent_events).where(SEQ == 3).values({column: "changed"}))
    with pytest.raises(chain.ChainBroken) as caught:
        ledger.verify_chain()
    assert caught.value.seq == 3


@pytest.mark.parametrize(
    ("tampering", "seq"),
    [
        (update(consent_events).where(SEQ == 2).values(at=minutes(9)), 2),
        (delete(consent_events).where(SEQ == 1), 1),
        (delete(consent_events).where(SEQ == 2), 2),
        (delete(consent_events).where(SEQ == 4), 4),
        (delete(consent_events), 1),
        (update(consent_events).where(SEQ == 4).values(seq=5), 4),
        (FORGED, 5),
        (update(consent_head).values(hash=FIRST), 4),
    ],
)
def test_whatever_is_changed_removed_or_added_is_found(
    ledger: SqlPeople, engine: Engine, tampering: Update | Delete | Insert, seq: int
) -> None:
    fill(ledger)
    execute(engine, tampering)
    with pytest.raises(chain.ChainBroken) as caught:
        ledger.verify_chain()
    assert caught.value.seq == seq

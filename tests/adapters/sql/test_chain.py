"""Whoever changes what a person said is found out."""

from dataclasses import asdict, replace

import pytest
from alembic import command
from sqlalchemy import (
    Delete,
    Engine,
    Insert,
    MetaData,
    Table,
    Update,
    delete,
    insert,
    select,
    update,
)

from smsbot.adapters.cipher import Cipher
from smsbot.adapters.sql import chain
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.migrate import _config, upgrade
from smsbot.adapters.sql.people import SqlPeople
from smsbot.adapters.sql.tables import consent_events, consent_head, consent_texts
from smsbot.core.people.consent import FIRST, link
from smsbot.core.people.ledger import Entry, Subscription
from smsbot.ports import Refused

from ..conftest import execute
from ..people import ANN, ASK, BEN, NUMBER, WORDS, asked, given, minutes, record
from .conftest import KEY

BEFORE = [
    Entry(
        "ask", ANN, "SM1", minutes(0), "sms", "fr", "", ASK.key, ASK.language, ASK.digest, version=1
    ),
    Entry("yes", ANN, "SM2", minutes(1), "sms", "fr", "SM1", version=1),
]
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
    entry = replace(entry, proof_version=ASK.version).bound(row.salt)
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
    changed = {"version": 1, "unconditional": True, "adult": True}.get(column, "changed")
    execute(engine, update(consent_events).where(SEQ == 3).values({column: changed}))
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


# ---------------------------------------------------------------- what was asked


def test_the_exact_question_is_kept_once_however_often_it_is_asked(
    ledger: SqlPeople, engine: Engine
) -> None:
    ledger.write(asked())
    ledger.write(asked("SM2", 1, BEN))
    with engine.connect() as connection:
        rows = connection.execute(select(consent_texts)).all()
    assert [tuple(row) for row in rows] == [(ASK.digest, ASK.key, ASK.language, ASK.version, WORDS)]


def test_a_question_other_than_its_proof_says_is_refused(ledger: SqlPeople) -> None:
    with pytest.raises(Refused, match="words of the question"):
        ledger.write(replace(asked(), words=WORDS + "!"))
    assert ledger.verify_chain() == 0


@pytest.mark.parametrize(
    "tampering", [update(consent_texts).values(text="no"), delete(consent_texts)]
)
def test_a_question_that_is_changed_or_gone_is_found(
    ledger: SqlPeople, engine: Engine, tampering: Update | Delete
) -> None:
    fill(ledger)
    execute(engine, tampering)
    with pytest.raises(
        chain.ChainBroken, match=f"entry 1: the question {ASK.digest[:12]}"
    ) as caught:
        ledger.verify_chain()
    assert (caught.value.seq, caught.value.text) == (1, ASK.digest)


# ---------------------------------------------------------------- what was written before


def test_what_was_written_before_the_second_version_is_proved_as_it_was_written(
    empty_url: str,
) -> None:
    engine = make_engine(empty_url, 10)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        command.upgrade(_config(connection), "0003")
        old = Table("consent_events", MetaData(), autoload_with=connection)
        tied = FIRST
        for seq, one in enumerate(BEFORE, 1):
            values = {name: value for name, value in asdict(one).items() if name in old.c}
            tied = link(tied, one.fields())
            connection.execute(insert(old).values(seq=seq, hash=tied, **values))
        connection.execute(update(consent_head).values(events=len(BEFORE), hash=tied))
        ann = {"id": 1, "created_at": minutes(0), "number": Cipher([KEY]).seal(NUMBER.handle)}
        known = Table("people", MetaData(), autoload_with=connection)
        connection.execute(insert(known).values(**ann, number_channel="sms"))
        keys = Table("person_keys", MetaData(), autoload_with=connection)
        connection.execute(insert(keys).values(key=ANN, person_id=1))
    upgrade(engine)
    ledger = SqlPeople(engine, Cipher([KEY]), deadline=10)
    assert ledger.verify_chain() == 2
    assert ledger.subscription(ANN) == Subscription("sms", "fr", "", "", minutes(1), minutes(1))
    ledger.write(record("OptedOut", "SM3", 2))
    assert ledger.verify_chain() == 3
    assert ledger.subscriber(ANN) is None
    execute(engine, update(consent_events).where(SEQ == 1).values(language="en"))
    with pytest.raises(chain.ChainBroken):
        ledger.verify_chain()
    ledger.close()

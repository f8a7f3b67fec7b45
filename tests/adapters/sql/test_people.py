"""What the ledger leaves on the disk, and what it still shows without the key."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, Table, func, select

from smsbot.adapters.cipher import Cipher, WrongKey
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.people import SqlPeople
from smsbot.adapters.sql.tables import metadata, notices, people, person_keys, written
from smsbot.core.people.address import Address

from ..people import ANN, BEN, NUMBER, asked, given, minutes, record
from .conftest import KEY

WEEKS = 14 * 24 * 60


def count(engine: Engine, table: Table) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def everything(engine: Engine) -> str:
    with engine.connect() as connection:
        return "\n".join(
            str(row)
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
        )


def fill(ledger: SqlPeople) -> None:
    ledger.write(asked())
    ledger.write(given())
    ledger.write(record("CallRequested", "SM3", 2))
    ledger.write(
        record(
            "RedFlagSeen",
            "SM4",
            3,
            ANN,
            BEN,
            channel="whatsapp",
            address=Address("whatsapp", "CA.555000123"),
        )
    )


def test_no_number_stands_in_any_table(ledger: SqlPeople, engine: Engine) -> None:
    fill(ledger)
    assert all(digits not in everything(engine) for digits in (NUMBER.handle[1:], "555000123"))


def test_no_number_stands_in_the_file(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    path.write_bytes(sqlite_template.read_bytes())
    ledger = SqlPeople(make_engine(f"sqlite:///{path}"), Cipher([KEY]), deadline=10)
    fill(ledger)
    ledger.close()
    assert ANN.encode() in path.read_bytes()
    assert NUMBER.handle[1:].encode() not in path.read_bytes()


def test_without_the_key_staff_see_the_alert_but_not_the_number(
    database_url: str, ledger: SqlPeople
) -> None:
    fill(ledger)
    stranger = SqlPeople(make_engine(database_url, 10), Cipher([Cipher.make_key()]), deadline=10)
    assert [(n.kind, n.address) for n in stranger.open()] == [("call", None), ("red_flag", None)]
    with pytest.raises(WrongKey):
        stranger.subscriber(ANN)
    stranger.write(record("OptedOut", "SM9", 9))
    stranger.close()
    assert ledger.subscriber(ANN) is None


def test_after_a_change_of_keys_numbers_are_read_as_before(
    database_url: str, ledger: SqlPeople
) -> None:
    fill(ledger)
    changed = SqlPeople(
        make_engine(database_url, 10), Cipher([Cipher.make_key(), KEY]), deadline=10
    )
    assert changed.subscriber(ANN) == NUMBER
    assert [n.address for n in changed.open()] == [NUMBER, Address("whatsapp", "CA.555000123")]
    changed.close()


def test_a_notice_has_an_id_that_nobody_can_guess(ledger: SqlPeople) -> None:
    fill(ledger)
    ids = [n.id for n in ledger.open()]
    assert len(set(ids)) == 2
    assert all(len(i) >= 22 and i.replace("-", "").replace("_", "").isalnum() for i in ids)


def test_who_is_forgotten_leaves_marks_and_consent_and_no_sealed_number(
    ledger: SqlPeople, engine: Engine
) -> None:
    fill(ledger)
    ledger.write(record("Forgotten", "SM5", 4))
    with engine.connect() as connection:
        assert connection.execute(select(people.c.number, people.c.number_channel)).all() == [
            (None, None)
        ]
        assert connection.execute(select(notices.c.address)).all() == [(None,), (None,)]
    assert count(engine, person_keys) == 2
    assert ledger.verify_chain() == 3


def test_who_only_asked_for_a_call_leaves_nothing_but_a_date_when_it_is_long_done(
    ledger: SqlPeople, engine: Engine
) -> None:
    ledger.write(record("CallRequested", "SM1", 0))
    ledger.write(record("RedFlagSeen", "SM2", 1, BEN, held_until=minutes(2)))
    ledger.tidy(minutes(WEEKS))
    assert (count(engine, people), count(engine, written)) == (2, 0)
    for notice in ledger.open():
        ledger.acknowledge(notice.id, minutes(WEEKS), "Ada")
    assert ledger.tidy(minutes(2 * WEEKS)) == 2
    assert (count(engine, people), count(engine, person_keys), count(engine, notices)) == (0, 0, 2)
    assert all(mark not in everything(engine) for mark in (ANN, BEN, "SM1", "SM2"))


def test_who_consented_withdrew_or_is_held_is_not_tidied_away(
    ledger: SqlPeople, engine: Engine
) -> None:
    ledger.write(asked("SM1", 0, ANN))
    ledger.write(record("OptedOut", "SM2", 0, BEN))
    ledger.write(record("Held", "SM3", 0, "c" * 32, held_until=minutes(3 * WEEKS)))
    ledger.write(record("Held", "SM4", 0, "d" * 32, held_until=minutes(1)))
    ledger.tidy(minutes(WEEKS))
    assert (count(engine, people), count(engine, person_keys)) == (3, 3)


@pytest.mark.parametrize("read", [lambda c: c.open(), lambda c: c.due(minutes(9), 9)])
def test_moments_come_back_in_utc(
    ledger: SqlPeople, read: Callable[[SqlPeople], list[object]]
) -> None:
    fill(ledger)
    assert [n.at for n in read(ledger)] == [minutes(2), minutes(3)]  # type: ignore[attr-defined]
    assert all(str(n.at.tzinfo) == "UTC" for n in read(ledger))  # type: ignore[attr-defined]

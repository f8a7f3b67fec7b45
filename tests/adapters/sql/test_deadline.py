"""Nobody waits longer than the deadline, and what was given up on does not happen afterwards."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Connection, Engine, func, select, text, update

from smsbot.adapters.cipher import Cipher
from smsbot.adapters.sql import board
from smsbot.adapters.sql.deadline import Hurried, Ticket
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.people import SqlPeople
from smsbot.adapters.sql.tables import consent_head, notices
from smsbot.ports import Record, Refused, Unavailable

from ..conftest import POSTGRES, execute, fresh_database, migrated
from ..people import ANN, AT, NUMBER, asked, given, record

MARGIN = 0.35  # seconds that a busy machine may take beyond the deadline


@pytest.fixture
def hurried(database_url: str) -> Iterator[SqlPeople]:
    """A ledger with the deadline of a turn, connected already."""
    ledger = SqlPeople(make_engine(database_url), Cipher([Cipher.make_key()]))
    assert ledger.alive()
    yield ledger
    ledger.close()


@contextmanager
def locked(engine: Engine) -> Iterator[None]:
    """Another process is in the middle of writing."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(select(consent_head).with_for_update())
        connection.execute(update(consent_head).values(id=1))
        yield


def impatient(call: Callable[[], object]) -> float:
    """How long it takes until the call is given up on."""
    began = time.monotonic()
    with pytest.raises(Unavailable):
        call()
    return time.monotonic() - began


def test_a_locked_database_is_given_up_on_within_the_deadline(
    hurried: SqlPeople, ledger: SqlPeople, engine: Engine
) -> None:
    with locked(engine):
        assert impatient(lambda: hurried.write(record("OptedOut"))) < 0.5 + MARGIN
        assert hurried.alive()
        assert hurried.open() == []
    ledger.write(record("OptedOut"))
    assert ledger.standing(ANN).opted_out_at == AT


def test_a_grant_that_was_given_up_on_is_not_there_afterwards(
    hurried: SqlPeople, ledger: SqlPeople, engine: Engine
) -> None:
    ledger.write(asked())
    with locked(engine):
        impatient(lambda: hurried.write(given()))
    hurried.close()
    assert ledger.verify_chain() == 1
    assert not ledger.standing(ANN).subscribed


def slow(url: str, go_on: Event) -> SqlPeople:
    """A ledger that stops in the middle of opening a notice until it may go on; its driver would wait much longer."""

    def fresh() -> str:
        go_on.wait(10)
        return "id"

    return SqlPeople(make_engine(url, 10), Cipher([Cipher.make_key()]), fresh=fresh)


def test_slow_work_on_a_grant_is_undone(database_url: str, engine: Engine) -> None:
    go_on = Event()
    ledger = slow(database_url, go_on)
    assert 0.3 < impatient(lambda: ledger.write(record("CallRequested"))) < 0.5 + MARGIN
    go_on.set()
    ledger.close()
    with engine.connect() as connection:
        assert connection.execute(select(notices)).all() == []


def test_slow_work_on_a_withdrawal_is_done_late_rather_than_lost(
    database_url: str, engine: Engine
) -> None:
    go_on = Event()
    ledger = slow(database_url, go_on)
    impatient(lambda: ledger.write(record("RedFlagSeen")))
    go_on.set()
    ledger.close()
    with engine.connect() as connection:
        assert len(connection.execute(select(notices)).all()) == 1


def test_work_that_hangs_does_not_hold_up_the_next(database_url: str) -> None:
    go_on = Event()
    ledger = slow(database_url, go_on)
    impatient(lambda: ledger.write(record("CallRequested")))
    assert ledger.alive()
    go_on.set()
    ledger.close()


def test_when_every_thread_hangs_a_call_is_still_given_up_on_in_time(tmp_path: Path) -> None:
    go_on, done = Event(), []
    hurried = Hurried(make_engine(f"sqlite:///{tmp_path / 'a.db'}"), 0.2, threads=1)
    impatient(lambda: hurried.run(lambda _c: go_on.wait(10)))
    assert impatient(lambda: hurried.run(done.append, late=True)) < 0.2 + MARGIN
    go_on.set()
    hurried.close()
    assert done == []


def test_a_commit_that_has_begun_cannot_be_given_up_on() -> None:
    ticket = Ticket()
    assert ticket.may_commit()
    assert not ticket.give_up()


def test_what_was_given_up_on_cannot_be_committed() -> None:
    ticket = Ticket()
    assert ticket.give_up()
    assert not ticket.may_commit()


# ---------------------------------------------------------------- a database that is gone


@pytest.fixture(params=["directory gone", "no server"])
def gone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlPeople]:
    url = "postgresql://127.0.0.1:1/nothing"
    if request.param == "directory gone":
        (tmp_path / "gone").mkdir()
        url = f"sqlite:///{tmp_path / 'gone' / 'a.db'}"
    ledger = SqlPeople(make_engine(url), Cipher([Cipher.make_key()]))
    if request.param == "directory gone":
        (tmp_path / "gone").rmdir()
    yield ledger
    ledger.close()


def test_without_a_database_every_call_is_unavailable_in_time(gone: SqlPeople) -> None:
    assert not gone.alive()
    calls: list[Callable[[], object]] = [
        lambda: gone.write(record("OptedOut")),
        gone.open,
        lambda: gone.get("a"),
        lambda: gone.due(AT, 1),
        lambda: gone.told("a", AT, AT),
        lambda: gone.acknowledge("a", AT, "Ada"),
        lambda: gone.tidy(AT),
        gone.verify_chain,
        gone.revision,
        lambda: gone.standing(ANN),
    ]
    for call in calls:
        assert impatient(call) < 0.5 + MARGIN


def test_after_the_end_every_call_is_unavailable(hurried: SqlPeople) -> None:
    hurried.close()
    impatient(hurried.open)


@pytest.mark.live
@pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL names no PostgreSQL")
def test_connections_that_the_server_has_closed_are_replaced_at_once(postgres_schema: str) -> None:
    """A restart of PostgreSQL, as one call sees it."""
    inner, server = make_engine(postgres_schema, 10), make_engine(postgres_schema, 10)
    ledger = SqlPeople(inner, Cipher([Cipher.make_key()]), deadline=10)
    assert ledger.alive()
    with inner.connect() as connection:
        process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    execute(server, select(func.pg_terminate_backend(process, 5000)))
    ledger.write(record("OptedOut", "SM-restart"))
    ledger.close()
    server.dispose()


@pytest.mark.live
@pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL names no PostgreSQL")
def test_notices_that_another_process_is_claiming_are_passed_over(
    request: pytest.FixtureRequest,
) -> None:
    url = fresh_database(request, "postgresql")
    engine, ledger = (
        make_engine(url, 10),
        SqlPeople(make_engine(url, 10), Cipher([Cipher.make_key()]), deadline=10),
    )
    ledger.write(record("RedFlagSeen", "SM1"))
    ledger.write(record("RedFlagSeen", "SM2"))
    with engine.connect() as connection, connection.begin():
        (first,) = board.claim(connection, AT, 1)
        second = ledger.due(AT, 9)
    assert [n.id for n in second] == [n.id for n in ledger.open() if n.id != first.id]
    ledger.close()
    engine.dispose()


# ---------------------------------------------------------------- nothing is told


def test_an_error_tells_nothing_of_what_was_written(empty_url: str) -> None:
    migrated(empty_url)
    engine = make_engine(empty_url, 10)
    execute(engine, text("DROP TABLE written"))
    ledger = SqlPeople(engine, Cipher([Cipher.make_key()]), deadline=10)
    with pytest.raises(Unavailable) as caught:
        ledger.write(record("CallRequested"))
    ledger.close()
    assert str(caught.value) == "SQL: the tables are missing or old; run: smsbot migrate"
    assert caught.value.__suppress_context__
    assert NUMBER.handle not in str(caught.value.__context__)
    assert ANN not in str(caught.value.__context__)


@pytest.mark.parametrize(
    "broken",
    [record("OptedOut", "\ud800"), replace(record("OptedOut"), at=AT.replace(tzinfo=None))],
)
def test_what_no_database_can_hold_is_refused(ledger: SqlPeople, broken: Record) -> None:
    with pytest.raises(Refused):
        ledger.write(broken)
    assert ledger.verify_chain() == 0


def test_a_transaction_either_happens_or_not(engine: Engine) -> None:
    hurried = Hurried(engine, 10)

    def half(connection: Connection) -> None:
        connection.execute(update(consent_head).values(events=7))
        raise Refused("no")

    with pytest.raises(Refused):
        hurried.run(half, writes=True)
    assert hurried.run(lambda c: c.execute(select(consent_head.c.events)).scalar_one()) == 0
    hurried.close()

"""The tables come from the migrations, and are those that the code knows."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, select, text

from smsbot.adapters.cipher import Cipher
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.migrate import _config, current, head, upgrade
from smsbot.adapters.sql.people import SqlPeople
from smsbot.adapters.sql.tables import REVISION, metadata, notices
from smsbot.ports import Unavailable

from ..people import NUMBER, record

AT = "2026-11-24 15:00:00.000000"  # as both databases read it


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_url, None)
    yield engine
    engine.dispose()


@pytest.fixture
def unmigrated(empty_url: str) -> Iterator[SqlPeople]:
    ledger = SqlPeople(make_engine(empty_url), Cipher([Cipher.make_key()]), deadline=5)
    yield ledger
    ledger.close()


def test_the_migrations_lead_from_nothing_to_the_tables_that_the_code_knows(empty: Engine) -> None:
    assert upgrade(empty) == (None, head())
    with empty.connect() as connection:
        assert (
            compare_metadata(
                MigrationContext.configure(connection, opts={"compare_type": True}), metadata
            )
            == []
        )


def test_the_code_knows_the_newest_migration() -> None:
    assert head() == REVISION


def test_migrating_again_changes_nothing(empty: Engine) -> None:
    assert current(empty) is None
    upgrade(empty)
    assert upgrade(empty) == (REVISION, REVISION)
    assert current(empty) == REVISION


def test_two_who_migrate_at_once_do_it_once(empty_url: str) -> None:
    def migrate(_number: int) -> tuple[str | None, str]:
        engine = make_engine(empty_url, None)
        try:
            return upgrade(engine)
        finally:
            engine.dispose()

    with ThreadPoolExecutor() as threads:
        assert sorted(map(str, threads.map(migrate, range(3)))) == sorted(
            map(str, [(None, REVISION), *[(REVISION, REVISION)] * 2])
        )


def test_without_tables_the_ledger_says_what_to_do(unmigrated: SqlPeople, empty: Engine) -> None:
    assert not unmigrated.alive()
    assert unmigrated.revision() is None
    with pytest.raises(Unavailable, match="smsbot migrate") as caught:
        unmigrated.write(record("OptedOut"))
    assert NUMBER.handle not in repr(caught.value)
    upgrade(empty)
    assert unmigrated.alive()
    assert unmigrated.revision() == REVISION
    unmigrated.write(record("OptedOut"))


def test_what_somebody_had_taken_before_there_was_a_console_counts_as_done(empty: Engine) -> None:
    columns = "id, kind, classes, at, language, channel, blocked, told, tell_again_at"
    row = f"'call', '[]', '{AT}', 'en', 'sms', false, 1, '{AT}'"
    with empty.connect().execution_options(writes=True) as connection, connection.begin():
        command.upgrade(_config(connection), "0001")
        connection.execute(text(f"INSERT INTO notices ({columns}) VALUES ('open', {row})"))
        more = f"{columns}, acknowledged_at, acknowledged_by"
        connection.execute(
            text(f"INSERT INTO notices ({more}) VALUES ('taken', {row}, '{AT}', 'link')")
        )
    upgrade(empty)
    with empty.connect() as connection:
        found = connection.execute(select(notices).order_by(notices.c.id)).all()
    assert [(n.id, n.done_at, n.done_by) for n in found] == [
        ("open", None, None),
        ("taken", found[1].acknowledged_at, "link"),
    ]
    assert found[1].done_at is not None

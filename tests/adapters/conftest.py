"""Databases for the tests: SQLite in a file always, PostgreSQL where TEST_POSTGRES_URL names one (a schema of its own in it)."""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, text

from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.migrate import upgrade
from smsbot.adapters.sql.tables import consent_head, metadata
from smsbot.core.people.consent import FIRST

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
SERVER = pytest.param(
    "postgresql",
    marks=[
        pytest.mark.live,
        pytest.mark.skipif(not POSTGRES, reason="TEST_POSTGRES_URL names no PostgreSQL"),
    ],
)


def migrated(url: str) -> None:
    engine = make_engine(url, None)
    upgrade(engine)
    engine.dispose()


def execute(engine: Engine, *statements: object) -> None:
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrated(f"sqlite:///{path}")
    return path


def make_schema() -> Iterator[str]:
    """The address of an empty schema, which is dropped afterwards."""
    name = f"test_{secrets.token_hex(4)}"
    engine = make_engine(POSTGRES, None)
    execute(engine, text(f"CREATE SCHEMA {name}"))
    yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{name}"
    execute(engine, text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_schema() -> Iterator[str]:
    for url in make_schema():
        migrated(url)
        yield url


@pytest.fixture(params=["sqlite", SERVER])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        yield from make_schema()


@pytest.fixture(params=["sqlite", SERVER])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with tables and without rows."""
    return fresh_database(request, request.param)


def fresh_database(request: pytest.FixtureRequest, kind: str) -> str:
    if kind == "sqlite":
        path = request.getfixturevalue("tmp_path") / "people.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgres_schema")
    engine = make_engine(url, None)
    execute(engine, *(table.delete() for table in reversed(metadata.sorted_tables)))
    execute(engine, insert(consent_head).values(id=1, events=0, hash=FIRST))
    engine.dispose()
    return url

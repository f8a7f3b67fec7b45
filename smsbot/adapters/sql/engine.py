"""The engine: which database, and how long anything may take there."""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from smsbot.settings import Misconfigured

DEADLINE = 0.5  # seconds that a turn waits for SQL

# A lock of SQLite is waited for a little less long than the caller waits, so that the caller hears the reason.
LOCK_SHARE = 0.6

# PostgreSQL's driver waits two seconds at least for a connection; as long does TCP for a server that has gone without a word.
_TCP = {
    "connect_timeout": 2,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 2000,
}


def make_engine(url: str, deadline: float | None = DEADLINE) -> Engine:
    """The engine for a `DATABASE_URL`; nothing is connected yet. `deadline` in seconds; None for work that may take long.

    Connections are not tried out before each use, which would cost every call a round trip: a call on a connection that the
    server has closed is tried once more on a fresh one. Raises `Misconfigured` for an address that no database can have.
    """
    address = _address(url)
    common: dict[str, Any] = {
        "hide_parameters": True,
        "pool_timeout": deadline or 30,
        "pool_size": 2,
        "max_overflow": 4,
    }
    if address.get_backend_name() == "sqlite":
        engine = create_engine(
            address, connect_args={"timeout": deadline * LOCK_SHARE if deadline else 30}, **common
        )
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        address, connect_args={"application_name": "smsbot", **_TCP}, pool_use_lifo=True, **common
    )
    if deadline:
        event.listen(engine, "connect", _bounded(deadline))
    return engine


def _address(url: str) -> URL:
    scheme, _, rest = url.partition("://")
    if scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        url = f"postgresql+psycopg://{rest}"
    elif scheme != "sqlite":
        raise Misconfigured(["DATABASE_URL must begin with postgresql:// or sqlite:///"])
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # the message could hold the password
        raise Misconfigured(
            ["DATABASE_URL is not an address such as postgresql://user:password@host:5432/smsbot"]
        ) from None
    if scheme == "sqlite":
        _check_file(address.database or "")
    return address


def _check_file(name: str) -> None:
    if name in ("", ":memory:"):
        raise Misconfigured(["DATABASE_URL must name a file, such as sqlite:///var/smsbot.db"])
    folder = Path(name).absolute().parent
    if not folder.is_dir():
        raise Misconfigured(
            [f"DATABASE_URL names a file in {folder}, which does not exist: make that directory"]
        )


def _open_sqlite(connection: Any, _record: object) -> None:
    """Readers and a writer at once, references held, and transactions begun by us alone."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON").close()
    with suppress(
        sqlite3.OperationalError
    ):  # somebody else is at it, in a file that is new; it holds for the file, not for us
        connection.execute("PRAGMA journal_mode = WAL").close()


def _begin_sqlite(connection: Connection) -> None:
    """Whoever will write takes the lock at once: a lock that is asked for later can be refused without waiting."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bounded(deadline: float) -> Any:
    """The server gives up on a statement at the deadline, and on a transaction that was left open soon after."""

    def bound(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {int(deadline * 1000)}")
            cursor.execute(f"SET idle_in_transaction_session_timeout = {int(deadline * 4000)}")
        connection.commit()

    return bound

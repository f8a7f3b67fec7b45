"""Alembic: brings the tables up to date. Imported only by what migrates, never by the web process."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from .deadline import translated

_SCRIPTS = Path(__file__).resolve().parent / "migrations"
_LOCK = 0x736D7362  # PostgreSQL's lock of those who migrate: any number that nobody else uses


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Brings the tables to the newest migration, all or nothing; the revision before and after.

    Two at once do it one after the other. `engine` is to be without a deadline. Raises `Unavailable`.
    """
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            before = _current(connection)
            command.upgrade(_config(connection), "head")
            return before, head()
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        raise translated(error) from None


def current(engine: Engine) -> str | None:
    """The revision that the tables have; None where there are none. Raises `Unavailable`."""
    try:
        with engine.connect() as connection:
            return _current(connection)
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        raise translated(error) from None


def head() -> str:
    """The revision of the newest migration."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise RuntimeError("there are no migrations beside this file")
    return found


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config

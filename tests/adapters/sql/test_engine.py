"""The address of a database, and what is said of one that cannot be."""

from pathlib import Path

import pytest

from smsbot.adapters.sql.engine import make_engine
from smsbot.settings import Misconfigured


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_one(scheme: str) -> None:
    url = make_engine(f"{scheme}://ann:p%40ss@db.example:5433/smsbot?sslmode=require").url
    assert (
        url.render_as_string(hide_password=False)
        == "postgresql+psycopg://ann:p%40ss@db.example:5433/smsbot?sslmode=require"
    )


def test_a_file_is_made_in_a_directory_that_exists(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'new.db'}")
    with engine.connect() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]
    assert pragmas == ["wal", 1, 300]
    engine.dispose()
    assert (tmp_path / "new.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://h/d",
        "",
        "sqlite://",
        "sqlite:///:memory:",
        "postgres://u:secret@h:port/d",
        "sqlite:////no/such/a.db",
    ],
)
def test_an_address_that_no_database_can_have_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        make_engine(url)
    assert "DATABASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)

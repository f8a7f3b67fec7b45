"""A ledger in SQL, and the engine beside it for what goes on behind the ledger's back."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from smsbot.adapters.cipher import Cipher
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.people import SqlPeople

KEY = Cipher.make_key()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url, 10)
    yield engine
    engine.dispose()


@pytest.fixture
def ledger(database_url: str) -> Iterator[SqlPeople]:
    ledger = SqlPeople(make_engine(database_url, 10), Cipher([KEY]), deadline=10)
    yield ledger
    ledger.close()

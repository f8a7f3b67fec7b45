"""Broadcasts with everything real: databases, a Redis, a local carrier, and processes that are killed at any moment."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.conftest import SERVER, make_schema, migrated

from .herd import THREADS
from .sending import Sending, number, sending

pytestmark = [pytest.mark.live, pytest.mark.enable_socket]


@pytest.fixture(params=["sqlite", SERVER])
def clinic(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sending]:
    schemas = (
        make_schema() if request.param == "postgresql" else iter([f"sqlite:///{tmp_path}/bot.db"])
    )
    url = next(schemas)
    migrated(url)
    short = {"IN_DOUBT_SECONDS": "2", "GIVE_UP_SECONDS": "12", "SEND_SLOTS": "8"}
    with sending(tmp_path, url, **short) as made:
        yield made
    for _ in schemas:
        """The schema is dropped."""


def test_everybody_gets_one_message_though_processes_are_killed_all_the_time(
    clinic: Sending, request: pytest.FixtureRequest
) -> None:
    postgresql = "postgresql" in request.node.name
    count, kills = (10_000, 24) if postgresql else (1_500, 20)
    ids = clinic.subscribe(count)
    broadcast = clinic.release(cap=5)
    chance = random.Random(7)
    for _ in range(2):
        clinic.start()
    killed = 0
    while clinic.state(broadcast) != "done":
        time.sleep(chance.uniform(0.2, 1.4) if postgresql else chance.uniform(0.05, 0.4))
        if killed < kills:
            clinic.kill(chance.choice(clinic.running))
            clinic.start()
            killed += 1
    clinic.carrier.settle(180)
    assert killed >= 20

    rows = clinic.rows(broadcast)
    states = Counter(state for _, state, _ in rows)
    assert len(rows) == count
    assert set(states) <= {"sent", "delivered", "unknown"}
    assert states["unknown"] <= killed * THREADS
    created = clinic.carrier.log("created")
    assert max(Counter(entry["to"] for entry in created).values()) == 1
    to = {person: number(n) for n, person in enumerate(ids)}
    known = {to[person]: sid for person, state, sid in rows if state != "unknown"}
    assert known == {entry["to"]: entry["sid"] for entry in created}

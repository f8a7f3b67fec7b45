"""How fast broadcasts are planned and sent, beside a bare loop that posts the same requests; on PostgreSQL where there is one.

Loopback only; it stops by itself. `python -m benchmarks.broadcasts --people 1000000` plans a million.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, insert, text

from smsbot.adapters.sql.tables import people
from smsbot.settings import Settings
from tests.adapters.conftest import make_schema, migrated
from tests.whole.sending import Sending, number, sending, wait_for

ROOT = Path(__file__).parent.parent
PROCESSES, THREADS = 2, 4
TEXT = (
    "Montreal Example Clinic: our open day is on Friday. 100 Example Street, Montreal. STOP to end."
)
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
# Where people are, their zones and their language: as planning meets them, mixed.
PLACES = (
    ("CA", "America/Toronto", "en"),
    ("CA", "America/Vancouver", "fr"),
    ("FR", "Europe/Paris", "fr"),
    ("US", "America/Chicago America/New_York", "en"),
    ("GB", "Europe/London", "en"),
)


def main() -> int:
    """Prints the figures; 1 where sending falls below half of the bare loop."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.broadcasts", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000, help="how many are planned")
    parser.add_argument("--messages", type=int, default=1500, help="how many are sent a round")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    with (
        _database() as (name, url),
        tempfile.TemporaryDirectory() as folder,
        sending(Path(folder), url, SEND_SLOTS=str(PROCESSES * THREADS)) as clinic,
    ):
        ratio = _sent(clinic, options.messages, options.rounds, name)
        _planned(clinic, options.people)
    return 1 if ratio < 0.5 else 0


@contextmanager
def _database() -> Iterator[tuple[str, str]]:
    if POSTGRES:
        for url in make_schema():
            migrated(url)
            yield "PostgreSQL", url
        return
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        migrated(url)
        yield "SQLite", url


# ---------------------------------------------------------------- sending


def _sent(clinic: Sending, count: int, rounds: int, name: str) -> float:
    for _ in range(PROCESSES):
        clinic.start()
    clinic.subscribe(50)
    _ours(clinic, 50)  # everything is loaded and connected
    found: dict[str, list[float]] = {"broadcast": [], "bare loop": []}
    for _ in range(rounds):
        clinic.subscribe(count - 50 if not found["broadcast"] else 0, start=50)
        found["broadcast"].append(_ours(clinic, count))
        found["bare loop"].append(_bare(clinic, count))
    best = {what: max(rates) for what, rates in found.items()}
    for what, rates in found.items():
        print(f"{what:10} {max(rates):8.0f} messages a second  ({count} a round, {name})")
    ratio = best["broadcast"] / best["bare loop"]
    print(f"broadcast / bare loop: {ratio:.2f}  (fault below 0.5; 150 a second is the aim)")
    return ratio


def _ours(clinic: Sending, count: int) -> float:
    before = len(clinic.carrier.log("created"))
    broadcast = clinic.release(cap=1000)
    wait_for(lambda: clinic.state(broadcast) == "done", "the end of the broadcast", 600)
    clinic.carrier.settle(120)
    return _rate(clinic, before, count)


def _bare(clinic: Sending, count: int) -> float:
    before = len(clinic.carrier.log("created"))
    numbers = [number(i) for i in range(count)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.bare"],
            cwd=ROOT,
            env={**os.environ, **clinic.environ},
            stdin=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    for n, process in enumerate(processes):
        assert process.stdin is not None
        process.stdin.write("\n".join(numbers[n::PROCESSES]))
        process.stdin.close()
    for process in processes:
        process.wait(600)
    clinic.carrier.settle(120)
    return _rate(clinic, before, count)


def _rate(clinic: Sending, before: int, count: int) -> float:
    """Messages a second between the first and the last that the carrier took."""
    created = clinic.carrier.log("created")[before:]
    assert len(created) == count, (len(created), count)
    times = [entry["at"] for entry in created]
    return (count - 1) / (max(times) - min(times))


# ---------------------------------------------------------------- planning


def _planned(clinic: Sending, count: int) -> None:
    """In a process of its own, whose memory is looked at."""
    _crowd(clinic.engine, count)
    broadcast = clinic.release(
        cap=1000,
        texts={
            "en": ("%(clinic)s: hello. %(STOP)s",),
            "fr": ("%(clinic)s: bonjour. %(STOP)s", "A"),
        },
        tested=20,
        holdout=10,
        day=clinic.now().date() + timedelta(days=1),
    )
    for process in list(clinic.running):
        clinic.kill(process)
    code = f"from benchmarks.broadcasts import plan; plan({broadcast.id})"
    subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **clinic.environ}, check=True
    )


def _crowd(engine: Engine, count: int) -> None:
    """So many people more; nobody reads their numbers."""
    names = ("created_at", "number", "number_channel", "language", "country", "zones")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        now = connection.execute(text("SELECT created_at FROM people LIMIT 1")).scalar_one()
        connection.execute(
            text(
                "DELETE FROM people WHERE id NOT IN (SELECT person_id FROM deliveries WHERE person_id IS NOT NULL)"
            )
        )
        if engine.dialect.name == "postgresql":
            cursor = connection.connection.cursor()
            with cursor.copy(f"COPY people ({', '.join(names)}) FROM STDIN") as copy:  # type: ignore[attr-defined]
                for i in range(count):
                    country, zones, language = PLACES[i % len(PLACES)]
                    copy.write_row((now, "sealed", "sms", language, country, zones))
            return
        for page in range(0, count, 10_000):
            rows = []
            for i in range(page, min(count, page + 10_000)):
                country, zones, language = PLACES[i % len(PLACES)]
                rows.append(
                    dict(zip(names, (now, "sealed", "sms", language, country, zones), strict=True))
                )
            connection.execute(insert(people).values(created_at=None), rows)


def plan(broadcast_id: int) -> None:
    """Plans a broadcast in this process, and says how fast and in how much memory."""
    from smsbot.wiring.sender import build_broadcasting

    broadcasting = build_broadcasting(Settings.from_env())
    seen: list[int] = []
    memory = []
    began = time.perf_counter()

    def tell(done: int, _of: int) -> None:
        seen.append(done)
        if len(seen) % 20 == 1:
            memory.append(_resident())

    broadcasting.prepare(broadcast_id, tell)
    seconds = time.perf_counter() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"planned {seen[-1]} people, {seen[-1] / seconds:.0f} a second (fault below 10000, aim 20000); "
        f"{memory[0]:.0f} MB resident at the first page, {_resident():.0f} at the last, {most:.0f} at most (fault from 200)"
    )


def _resident() -> float:
    line = next(
        x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("VmRSS")
    )
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    raise SystemExit(main())

"""How fast broadcasts are planned and sent, beside a bare loop that posts the same requests; on PostgreSQL where there is one.

Loopback only; it stops by itself. `python -m benchmarks.broadcasts --people 1000000` plans a million.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select, text

from benchmarks.load import MESSAGES, resident, run, signed
from smsbot.adapters.sql.tables import deliveries, people, person_keys
from smsbot.core.people.address import Address, key_of
from smsbot.settings import Settings
from tests.adapters.conftest import make_schema, migrated
from tests.carrier import ACCOUNT, TOKEN
from tests.whole.sending import PEPPER, Sending, number, sending, wait_for

ROOT = Path(__file__).parent.parent
PROCESSES, THREADS = 2, 4
WEB = 5  # web processes, as many as the Procfile starts on two cores
SHORT_CODE = 100  # segments a second that Twilio takes from a short code
REACHED = 3000  # people whose number can be read; those added for the sake of numbers have none
QUESTIONS = 300  # asked one after another, so that the 99th percentile is more than the slowest
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 where sending on PostgreSQL falls below half of the bare loop, or somebody who said STOP gets a message."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.broadcasts", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000, help="how many are planned")
    parser.add_argument("--messages", type=int, default=1500, help="how many are sent a round")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args(arguments)
    with _clinic(SEND_SLOTS=str(PROCESSES * THREADS)) as (clinic, name):
        ratio = _sent(clinic, options.messages, options.rounds, name)
    with _clinic(SEND_RATE=str(SHORT_CODE), WEB_CONCURRENCY=str(WEB)) as (clinic, _):
        stopped = _meanwhile(clinic, options.people)
        _planned(clinic, options.people)
    return 0 if stopped and (ratio >= 0.5 or not POSTGRES) else 1


@contextmanager
def _clinic(**environ: str) -> Iterator[tuple[Sending, str]]:
    with (
        _database() as (name, url),
        tempfile.TemporaryDirectory() as folder,
        sending(Path(folder), url, **environ) as clinic,
    ):
        clinic.web_answers()
        for _ in range(PROCESSES):
            clinic.start()
        yield clinic, name


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
    clinic.subscribe(50)
    _ours(clinic, 50)  # everything is loaded and connected
    clinic.subscribe(count - 50, start=50)
    found: dict[str, list[float]] = {"broadcast": [], "bare loop": []}
    for _ in range(rounds):
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
    """Messages a second from the first that the carrier took until the last callback about them was answered.

    Callbacks trail behind what they tell of: up to the last message taken, whoever posts faster has only put them off.
    """
    created = clinic.carrier.log("created")[before:]
    assert len(created) == count, (len(created), count)
    began = min(entry["at"] for entry in created)
    return count / (max(entry["at"] for entry in clinic.carrier.log("callback")) - began)


# ---------------------------------------------------------------- what is heard meanwhile


def _meanwhile(clinic: Sending, count: int) -> bool:
    """While a broadcast to `count` people is planned and sent others ask, and one who was to get it says STOP; whether they got none."""
    _answered(clinic)  # everything is loaded
    quiet = _answered(clinic)
    clinic.subscribe(REACHED)
    _crowd(clinic.engine, count)
    broadcast = clinic.release(cap=1000)
    wait_for(lambda: clinic.state(broadcast) == "sending", "the first page", 120)
    last = number(REACHED - 1)  # the last of those whose number can be read
    before = len(clinic.carrier.log("created"))
    key = key_of(PEPPER.encode(), Address("sms", last))
    theirs = select(deliveries.c.state, deliveries.c.reason).where(
        deliveries.c.broadcast_id == broadcast.id,
        deliveries.c.person_id.in_(select(person_keys.c.person_id).where(person_keys.c.key == key)),
    )

    def now() -> tuple[str, str]:
        with clinic.engine.connect() as connection:
            return tuple(connection.execute(theirs).one_or_none() or ("", ""))  # type: ignore[return-value]

    wait_for(lambda: now()[0] == "planned", "their message in the plan", 120)
    clinic.carrier.inbound("STOP", last)
    busy = _answered(clinic)
    meanwhile = len(_invited(clinic, before))
    wait_for(lambda: now()[0] not in ("", "planned", "sending"), "what became of it", 120)
    clinic.broadcasts.move(broadcast.id, "cancel")
    got = [entry for entry in _invited(clinic, before) if entry["to"] == last]
    print(
        f"an answer to a question takes {quiet[0]:.1f} ms, {quiet[1]:.1f} at the 99th percentile; during a broadcast to {count} people "
        f"{busy[0]:.1f} and {busy[1]:.1f} (fault from twice), while {meanwhile} were written to; "
        f"who said STOP meanwhile: {' '.join(now())}, {len(got)} messages"
    )
    return not got and now() == ("skipped", "opted_out")


def _invited(clinic: Sending, before: int) -> list[dict[str, Any]]:
    """What was sent by itself, answers aside."""
    created = clinic.carrier.log("created")[before:]
    return [entry for entry in created if entry["direction"] == "outbound-api"]


def _answered(clinic: Sending) -> tuple[float, float]:
    """Asks one question after another, some twenty a second; the median and the 99th percentile of the time to the answer, in ms."""
    url, mark = f"{clinic.environ['PUBLIC_URL']}/twilio/messages", secrets.token_hex(4)
    times = []
    for n in range(QUESTIONS):
        body = MESSAGES[n % len(MESSAGES)]
        outcome = run(int(clinic.environ["PORT"]), [signed(url, n, mark, body, TOKEN, ACCOUNT)], 1)
        assert not outcome.failed
        times.append(outcome.p50)
        time.sleep(max(0.0, 0.05 - times[-1] / 1000))
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.99)]


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
        now = connection.execute(select(people.c.created_at).limit(1)).scalar_one()
        connection.execute(text("DELETE FROM people WHERE number = 'sealed'"))
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
            connection.execute(insert(people), rows)


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
            memory.append(resident())

    broadcasting.prepare(broadcast_id, tell)
    seconds = time.perf_counter() - began
    most = resident(which="VmHWM")
    print(
        f"planned {seen[-1]} people, {seen[-1] / seconds:.0f} a second (fault below 10000, aim 20000); "
        f"{memory[0]:.0f} MB resident at the first page, {resident():.0f} at the last, {most:.0f} at most (fault from 200)"
    )


if __name__ == "__main__":
    raise SystemExit(main())

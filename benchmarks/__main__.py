"""`make bench`: the bot and the floor in turn, on the same server with as many workers, and their ratio; the scoreboard; broadcasts.

Every figure is of this machine and this run; the ratio is what can be compared. Loopback only; it stops by itself.
"""

import argparse
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from tqdm import tqdm

from benchmarks.broadcasts import main as broadcasts
from benchmarks.load import ACCOUNT, MESSAGES, Outcome, resident, run, signed
from benchmarks.scoreboard import main as scoreboard
from smsbot.adapters.cipher import Cipher
from smsbot.adapters.local import local_settings
from smsbot.adapters.redis.embedded import EmbeddedRedis

ROOT = Path(__file__).parent.parent
TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC_URL = "https://bot.clinic.example"


def main() -> int:
    """Runs the benchmark and prints its table; 1 where the bot falls below half of the floor."""
    options = _options()
    workers = options.workers
    with tempfile.TemporaryDirectory() as folder, _redis(Path(folder)) as redis_url:
        environ = _environ(Path(folder), redis_url, workers)
        subprocess.run(
            [sys.executable, "-m", "smsbot", "migrate"],
            env=environ,
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        print(
            f"{workers} workers, {options.requests} requests a round, {options.at_once} at once, {options.rounds} rounds each, in turn\n"
        )
        start, memory = _start_up(environ, options.worker_class)
        rows = _rounds(environ, options)
    _table(rows, memory)
    ratio = statistics.median(
        b.per_second / f.per_second
        for (b, _), (f, _) in zip(rows["bot"], rows["floor"], strict=True)
    )
    print(
        f"\nrequests a second, bot / floor, median of the pairs: {ratio:.2f}  (aim 0.7, fault below 0.5)"
    )
    print(f"start-up of the bot until its first answer: {start:.2f} s  (aim below 5)")
    print(
        f"memory of a bot worker after the load: {max(memory['bot']):.0f} MB resident  (aim below 600 for two, most of it shared)"
    )
    print()
    understood = scoreboard([])
    print()
    sent = broadcasts([])
    failed = sum(outcome.failed for pairs in rows.values() for outcome, _ in pairs)
    return 1 if failed or ratio < 0.5 or understood or sent else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--worker-class",
        default="",
        help="another of gunicorn's worker classes, such as 'gthread --threads 8'",
    )
    return parser.parse_args()


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    server = EmbeddedRedis(folder / "redis")
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


def _environ(folder: Path, redis_url: str, workers: int) -> dict[str, str]:
    given = {
        **os.environ,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "PUBLIC_URL": PUBLIC_URL,
        "REDIS_URL": redis_url,
        "LOG_FORMAT": "json",
    }
    given |= {
        "WEB_CONCURRENCY": str(workers),
        "PHONE": "off",
        "DATABASE_URL": f"sqlite:///{folder / 'bench.db'}",
    }
    return local_settings(given, Cipher.make_key, folder)


@contextmanager
def _server(
    application: str, environ: dict[str, str], worker_class: str
) -> Iterator[tuple[int, list[int]]]:
    """A gunicorn as the Procfile starts it; its port and the ids of its workers."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:smsbot.web.server"]
    command += ["-k", *worker_class.split()] if worker_class else []
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [*command, application],
            env={**environ, "PORT": str(port)},
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        try:
            _wait(port, process)
            yield port, _children(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
        except OSError as error:  # nobody listens yet, or nobody answers yet
            if getattr(error, "code", 0):  # the floor has no such door, but it answers
                return
            time.sleep(0.02)
        else:
            return
    raise SystemExit("the server did not start")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _start_up(environ: dict[str, str], worker_class: str) -> tuple[float, dict[str, list[float]]]:
    began = time.perf_counter()
    with _server("app:app", environ, worker_class):
        return time.perf_counter() - began, {"bot": [], "floor": []}


def _rounds(
    environ: dict[str, str], options: argparse.Namespace
) -> dict[str, list[tuple[Outcome, float]]]:
    """The bot and the floor in turn, so that what else the machine does falls on both."""
    rows: dict[str, list[tuple[Outcome, float]]] = {"bot": [], "floor": []}
    with (
        _server("app:app", environ, options.worker_class) as bot,
        _server("benchmarks.floor:app", environ, options.worker_class) as floor,
    ):
        for name, (port, _) in (("bot", bot), ("floor", floor)):
            run(port, _requests(300, f"warm-{name}"), options.at_once)
        for number in tqdm(range(options.rounds), disable=not sys.stderr.isatty()):
            for name, (port, workers) in (("bot", bot), ("floor", floor)):
                requests = _requests(options.requests, f"{name}{number}")
                before = _cpu(workers)
                outcome = run(port, requests, options.at_once)
                rows[name].append((outcome, (_cpu(workers) - before) / len(requests) * 1000))
        for name, (_, workers) in (("bot", bot), ("floor", floor)):
            _MEMORY[name] = [resident(pid) for pid in workers]
    return rows


_MEMORY: dict[str, list[float]] = {}


def _requests(count: int, mark: str) -> list[bytes]:
    """Signed messages of many people, each message new, the same for each run."""
    chance = random.Random(7)
    url = f"{PUBLIC_URL}/twilio/messages"
    return [signed(url, number, mark, chance.choice(MESSAGES), TOKEN) for number in range(count)]


def _cpu(pids: Sequence[int]) -> float:
    """The processor time that the processes have used, in seconds."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _table(rows: dict[str, list[tuple[Outcome, float]]], memory: dict[str, list[float]]) -> None:
    print(
        f"{'':7}{'requests/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'CPU ms/request':>17}{'MB/worker':>12}{'failed':>9}"
    )
    for name, results in rows.items():
        memory[name] = _MEMORY[name]
        median = [
            statistics.median(column)
            for column in zip(
                *((o.per_second, o.p50, o.p99, cpu) for o, cpu in results), strict=True
            )
        ]
        failed = sum(o.failed for o, _ in results)
        print(
            f"{name:7}{median[0]:12.0f}{median[1]:10.2f}{median[2]:10.2f}{median[3]:17.3f}{max(memory[name]):12.0f}{failed:9}"
        )


if __name__ == "__main__":
    raise SystemExit(main())

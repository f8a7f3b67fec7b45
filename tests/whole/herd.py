"""Processes that send, forked one by one from a parent that has loaded everything: `python -m tests.whole.herd`.

On each line on its standard input one more is started, and its process id printed. Their clock is ahead by TEST_FORWARD seconds,
so that it is an hour at which people may be written to, whatever the time is.
"""

import os
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta

from dramatiq import Broker, Worker

from smsbot.settings import Settings
from smsbot.wiring import build_sender

THREADS = 4


class Ahead:
    """A clock that is ahead."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


def work(broker: Broker) -> None:
    """What Dramatiq's own worker processes do, until told to end."""
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    broker.emit_after("process_boot")
    worker = Worker(broker, worker_threads=THREADS)
    worker.start()
    over.wait()
    worker.stop()
    broker.close()


def main() -> None:
    os.nice(10)  # as `sender.py` does
    broker = build_sender(Settings.from_env(), Ahead(float(os.environ["TEST_FORWARD"])))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those that were killed are gone
    print("ready", flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            sys.stdin.close()
            work(broker)
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()

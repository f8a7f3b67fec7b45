"""Hears the queue: what the worker does when it is asked to, and every few seconds unasked."""

import threading
from collections.abc import Callable
from typing import Any, Protocol

import dramatiq
from dramatiq.broker import Broker
from dramatiq.middleware import Middleware
from dramatiq.worker import Worker

from smsbot.ports import Note, silent

QUEUE = "smsbot"
BROADCASTS = "broadcasts"
EVERY_SECOND = 1.0  # how often the broadcasts are looked after
SENDING = (
    120_000  # milliseconds that one while of sending may take: a slice, and a request that hangs
)
PLANNING = 3_600_000  # milliseconds that planning or a forecast of millions may take
EVERY = 5.0  # seconds: how late a notice may be whose wake was lost
LONGEST = 120_000  # milliseconds that one round may take
PUBLISHING = 1_800_000  # milliseconds that fitting and replaying may take: a machine that has kept no rows reads every example
OLDEST = 60_000  # milliseconds after which a wake is worth nothing: a round went by since
PARTING = 10.0  # seconds that the worker waits for the round it is in when it shuts down


def declare(
    broker: Broker,
    tend: Callable[[], object],
    note: Note = silent,
    every: float = EVERY,
    publish: Callable[[int], object] | None = None,
) -> None:
    """Declares the actors on the broker, and the rounds that each worker process makes every `every` seconds."""
    broker.add_middleware(Rounds("rounds", tend, note, every))

    # No retries: the next round does what this one could not.
    @dramatiq.actor(
        actor_name="tend",
        queue_name=QUEUE,
        broker=broker,
        max_retries=0,
        max_age=OLDEST,
        time_limit=LONGEST,
    )
    def on_wake(kind: str) -> None:  # noqa: ARG001 - every kind is looked after in one round
        tend()

    if publish is None:
        return

    # No retries: whoever asked sees on their page what came of it, and asks again.
    @dramatiq.actor(
        actor_name="publish",
        queue_name=QUEUE,
        broker=broker,
        max_retries=0,
        time_limit=PUBLISHING,
    )
    def on_publish(publishing_id: int) -> None:
        publish(publishing_id)


class BroadcastTasks(Protocol):
    """What the worker does for broadcasts."""

    def round(self) -> None:
        """Looks after all of them."""

    def plan(self, broadcast_id: int) -> None:
        """Plans one."""

    def forecast(self, broadcast_id: int) -> None:
        """Says what one would be."""

    def cancel(self, broadcast_id: int) -> None:
        """Ends what is planned of one."""

    def send(self, broadcast_id: int, slot: int) -> None:
        """Sends for a while."""


def declare_broadcasts(broker: Broker, tasks: BroadcastTasks, note: Note = silent) -> None:
    """Declares the actors of broadcasts, and the rounds over all of them. No retries: the rounds ask again for whatever is due."""
    broker.add_middleware(Rounds("broadcasts", tasks.round, note, EVERY_SECOND))
    once: dict[str, Any] = {"queue_name": BROADCASTS, "broker": broker, "max_retries": 0}

    @dramatiq.actor(actor_name="plan_broadcast", time_limit=PLANNING, **once)
    def on_plan(broadcast_id: int) -> None:
        tasks.plan(broadcast_id)

    @dramatiq.actor(actor_name="forecast_broadcast", time_limit=PLANNING, **once)
    def on_forecast(broadcast_id: int) -> None:
        tasks.forecast(broadcast_id)

    @dramatiq.actor(actor_name="cancel_broadcast", time_limit=PLANNING, **once)
    def on_cancel(broadcast_id: int) -> None:
        tasks.cancel(broadcast_id)

    @dramatiq.actor(actor_name="send_broadcast", time_limit=SENDING, max_age=OLDEST, **once)
    def on_send(broadcast_id: int, slot: int) -> None:
        tasks.send(broadcast_id, slot)


class Rounds(Middleware):
    """A thread in each worker process that calls `tend` every `every` seconds, the first time at once."""

    def __init__(self, name: str, tend: Callable[[], object], note: Note, every: float) -> None:
        self._name = name
        self._tend, self._note, self._every = tend, note, every
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def after_process_boot(self, broker: Broker) -> None:  # noqa: ARG002 - the library calls it so
        """Starts the thread; in the web process, where no worker boots, there is none."""
        self._over.clear()
        self._thread = threading.Thread(target=self._walk, name=self._name, daemon=True)
        self._thread.start()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002 - the same
        """Ends it, after the round that it is in."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(PARTING)

    def _walk(self) -> None:
        while not self._over.is_set():
            try:
                self._tend()
            except Exception as fault:  # noqa: BLE001 - whatever went wrong in this round, there is a next one
                self._note("round_failed", fault=type(fault).__name__)
            self._over.wait(self._every)

"""The queue on a real Redis and a real RabbitMQ: what goes in here comes out there, and where nobody answers it says so."""

import gc
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import dramatiq
import pytest
from dramatiq import Broker

from smsbot import jobs
from smsbot.adapters.queue import BROADCASTS, QUEUE, Ask, AskPublish, Wake
from smsbot.adapters.redis.embedded import EmbeddedRedis
from smsbot.ports import Unavailable
from smsbot.settings import Settings
from smsbot.wiring.queues import queue_of
from tests.running import free_port

pytestmark = [
    pytest.mark.live,
    pytest.mark.enable_socket,
    # pika leaves a connection that failed, or whose thread has ended, to the collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
PATIENCE = 10.0  # seconds after which a test gives up
RABBITMQ = os.environ.get("TEST_RABBITMQ_URL", "")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = EmbeddedRedis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server.url
    server.stop()


@pytest.fixture(params=["redis", "rabbitmq"])
def queue(request: pytest.FixtureRequest, redis: str) -> Iterator[Callable[[], Broker]]:
    """Gives one more end of the same queue."""
    if request.param == "rabbitmq" and not RABBITMQ:
        pytest.skip("TEST_RABBITMQ_URL names no RabbitMQ")
    broker_url = RABBITMQ if request.param == "rabbitmq" else ""
    settings = Settings.from_env({"REDIS_URL": redis, "BROKER_URL": broker_url})
    ends: list[Broker] = []

    def end() -> Broker:
        ends.append(queue_of(settings, PATIENCE))
        return ends[-1]

    yield end
    for one in ends:
        one.flush_all()
        one.close()
    ends.clear()
    gc.collect()  # here, where what pika leaves is expected


@pytest.fixture(params=["redis", "rabbitmq"])
def nobody(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """A queue at which nobody answers."""
    url = (
        f"unix://{tmp_path}/nobody.sock"
        if request.param == "redis"
        else f"amqp://127.0.0.1:{free_port()}"
    )
    yield queue_of(Settings.from_env({"BROKER_URL": url}), 0.1)
    gc.collect()


def working(broker: Broker) -> dramatiq.Worker:
    """A worker without the rounds of a process that boots."""
    worker = dramatiq.Worker(broker, worker_timeout=10, worker_threads=1)
    worker.start()
    return worker


def test_both_ends_name_the_same_queues() -> None:
    assert (QUEUE, BROADCASTS) == (jobs.QUEUE, jobs.BROADCASTS)


def test_a_wake_reaches_the_worker_by_the_actors_name_alone(queue: Callable[[], Broker]) -> None:
    woken = threading.Semaphore(0)
    hears = queue()
    jobs.declare(hears, woken.release, every=3600)
    worker = working(hears)
    try:
        Wake(queue())("red_flag")
        assert woken.acquire(timeout=PATIENCE)
    finally:
        worker.stop()


def test_a_publishing_reaches_the_worker_with_its_number(queue: Callable[[], Broker]) -> None:
    asked: list[int] = []
    heard = threading.Semaphore(0)

    def publish(publishing_id: int) -> None:
        asked.append(publishing_id)
        heard.release()

    hears = queue()
    jobs.declare(hears, heard.release, every=3600, publish=publish)
    worker = working(hears)
    try:
        AskPublish(queue())(7)
        assert heard.acquire(timeout=PATIENCE)
        assert asked == [7]
    finally:
        worker.stop()


class Tasks:
    """Writes down what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.heard = threading.Semaphore(0)

    def _done(self, *what: object) -> None:
        self.asked.append(what)
        self.heard.release()

    def round(self) -> None:
        self._done("round")

    def plan(self, broadcast_id: int) -> None:
        self._done("plan", broadcast_id)

    def forecast(self, broadcast_id: int) -> None:
        self._done("forecast", broadcast_id)

    def cancel(self, broadcast_id: int) -> None:
        self._done("cancel", broadcast_id)

    def send(self, broadcast_id: int, slot: int) -> None:
        self._done("send", broadcast_id, slot)


def test_what_broadcasts_need_reaches_whoever_sends_and_carries_ids_only(
    queue: Callable[[], Broker],
) -> None:
    tasks, hears = Tasks(), queue()
    jobs.declare_broadcasts(hears, tasks)
    worker = working(hears)
    ask = Ask(queue())
    try:
        for task, ids in (
            ("plan_broadcast", (3,)),
            ("forecast_broadcast", (4,)),
            ("cancel_broadcast", (5,)),
            ("send_broadcast", (6, 1)),
        ):
            ask(task, *ids)
            assert tasks.heard.acquire(timeout=PATIENCE)
        assert tasks.asked == [("plan", 3), ("forecast", 4), ("cancel", 5), ("send", 6, 1)]
    finally:
        worker.stop()


def test_where_nobody_answers_it_is_unavailable_and_building_the_queue_is_not(
    nobody: Broker,
) -> None:
    for ask in (lambda: Wake(nobody)("call"), lambda: AskPublish(nobody)(7)):
        with pytest.raises(Unavailable):
            ask()

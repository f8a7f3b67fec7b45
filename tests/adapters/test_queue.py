"""The queue on a real Redis: a wake goes in here and comes out there, and without Redis it says so."""

import threading
from collections.abc import Iterator
from pathlib import Path

import dramatiq
import pytest

from smsbot import jobs
from smsbot.adapters.queue import QUEUE, AskPublish, Wake, make_broker
from smsbot.adapters.redis.client import make_client
from smsbot.adapters.redis.embedded import EmbeddedRedis
from smsbot.ports import Unavailable

PATIENCE = 5.0  # seconds after which a test gives up


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


def test_both_ends_name_the_same_queue() -> None:
    assert QUEUE == jobs.QUEUE


def test_a_wake_reaches_the_worker_by_the_actors_name_alone(server: EmbeddedRedis) -> None:
    woken = threading.Semaphore(0)
    hears = make_broker(make_client(server.url, PATIENCE))
    jobs.declare(hears, woken.release, every=3600)
    worker = dramatiq.Worker(
        hears, worker_timeout=10, worker_threads=1
    )  # without the rounds of a process that boots
    worker.start()
    try:
        Wake(make_broker(make_client(server.url, PATIENCE)))("red_flag")
        assert woken.acquire(timeout=PATIENCE)
    finally:
        worker.stop()
        hears.close()


def test_without_redis_a_wake_is_unavailable_and_building_the_queue_is_not(tmp_path: Path) -> None:
    wake = Wake(make_broker(make_client(f"unix://{tmp_path}/nobody.sock", 0.1)))
    with pytest.raises(Unavailable):
        wake("call")


def test_a_publishing_reaches_the_worker_with_its_number(server: EmbeddedRedis) -> None:
    asked: list[int] = []
    heard = threading.Semaphore(0)

    def publish(publishing_id: int) -> None:
        asked.append(publishing_id)
        heard.release()

    hears = make_broker(make_client(server.url, PATIENCE))
    jobs.declare(hears, heard.release, every=3600, publish=publish)
    worker = dramatiq.Worker(hears, worker_timeout=10, worker_threads=1)
    worker.start()
    try:
        AskPublish(make_broker(make_client(server.url, PATIENCE)))(7)
        assert heard.acquire(timeout=PATIENCE)
        assert asked == [7]
    finally:
        worker.stop()
        hears.close()


def test_without_redis_nobody_can_be_asked_to_publish(tmp_path: Path) -> None:
    ask = AskPublish(make_broker(make_client(f"unix://{tmp_path}/nobody.sock", 0.1)))
    with pytest.raises(Unavailable):
        ask(7)

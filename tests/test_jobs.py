"""The worker: looks after everything when it is woken, and every so often by itself."""

import threading
from collections.abc import Iterator

import dramatiq
import pytest
from dramatiq.brokers.stub import StubBroker

from smsbot.jobs import QUEUE, declare

PATIENCE = 5.0  # seconds after which a test gives up


class Counted:
    """Work that counts how often it was done, and may fail."""

    def __init__(self, fails: bool = False) -> None:
        self.count, self.fails = 0, fails
        self._changed = threading.Condition()

    def __call__(self) -> None:
        with self._changed:
            self.count += 1
            self._changed.notify_all()
        if self.fails:
            raise RuntimeError("+15145550123")

    def reached(self, count: int) -> bool:
        """Waits until it was done so often."""
        with self._changed:
            return self._changed.wait_for(lambda: self.count >= count, PATIENCE)


@pytest.fixture
def broker() -> Iterator[StubBroker]:
    broker = StubBroker()
    yield broker
    broker.close()


def booted(broker: StubBroker) -> dramatiq.Worker:
    """A worker process, as Dramatiq's command starts one."""
    broker.emit_after("process_boot")
    worker = dramatiq.Worker(broker, worker_timeout=10, worker_threads=1)
    worker.start()
    return worker


def test_nothing_is_done_before_a_worker_boots(broker: StubBroker) -> None:
    tend = Counted()
    declare(broker, tend)
    assert tend.count == 0
    assert list(broker.actors) == ["tend"]


def test_a_wake_is_followed_at_once(broker: StubBroker) -> None:
    tend = Counted()
    declare(broker, tend, every=3600)
    worker = booted(broker)
    try:
        assert tend.reached(1)  # the first round
        broker.get_actor("tend").send("red_flag")
        broker.join(QUEUE, timeout=int(PATIENCE * 1000))
        assert tend.count == 2
    finally:
        worker.stop()


def test_without_any_wake_the_worker_looks_again_and_again_even_after_a_fault(
    broker: StubBroker,
) -> None:
    tend, lines = Counted(fails=True), list[tuple[str, dict[str, object]]]()

    def note(event: str, /, **details: object) -> None:
        lines.append((event, details))

    declare(broker, tend, note, every=0.001)
    worker = booted(broker)
    try:
        assert tend.reached(3)
    finally:
        worker.stop()
    assert lines[0] == ("round_failed", {"fault": "RuntimeError"})


def test_a_worker_that_shuts_down_makes_no_more_rounds(broker: StubBroker) -> None:
    tend = Counted()
    declare(broker, tend, every=0.001)
    booted(broker).stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "rounds"]


def test_a_wake_that_failed_is_not_tried_again_since_a_round_follows_anyway(
    broker: StubBroker,
) -> None:
    tend = Counted(fails=True)
    declare(broker, tend, every=3600)
    worker = booted(broker)
    try:
        assert tend.reached(1)
        broker.get_actor("tend").send("call")
        broker.join(QUEUE, timeout=int(PATIENCE * 1000), fail_fast=False)
        assert tend.count == 2
    finally:
        worker.stop()


def test_a_publishing_is_done_once_by_its_number_and_not_tried_again(broker: StubBroker) -> None:
    asked: list[int] = []

    def publish(publishing_id: int) -> None:
        asked.append(publishing_id)
        raise RuntimeError

    declare(broker, Counted(), every=3600, publish=publish)
    worker = booted(broker)
    try:
        broker.get_actor("publish").send(7)
        broker.join(QUEUE, timeout=int(PATIENCE * 1000), fail_fast=False)
        assert asked == [7]
    finally:
        worker.stop()

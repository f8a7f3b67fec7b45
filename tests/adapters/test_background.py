"""Work after the answer: done, tried again, noted when lost, and kept apart from process to process."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from smsbot.adapters.background import Background
from smsbot.ports import Unavailable

SOON = (0.001, 0.001, 0.001)
PATIENCE = 5.0  # seconds after which a test gives up


class Lines:
    """Notes, kept."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, dict[str, object]]] = []

    def __call__(self, event: str, /, **details: object) -> None:
        self.kept.append((event, details))


class Store:
    """A store that is away for the first so many times it is asked."""

    def __init__(self, away: int) -> None:
        self.away, self.asked, self.written = away, 0, threading.Event()

    def write(self) -> None:
        self.asked += 1
        if self.asked <= self.away:
            raise Unavailable("the store is away")
        self.written.set()


@pytest.fixture
def lines() -> Lines:
    return Lines()


def test_work_is_done_on_another_thread(lines: Lines) -> None:
    background, seen = Background(lines), list[int]()
    background.later(lambda: seen.append(threading.get_ident()))
    assert background.flush(PATIENCE)
    assert len(seen) == 1
    assert seen != [threading.get_ident()]
    assert lines.kept == []


def test_nothing_is_started_before_there_is_work(lines: Lines) -> None:
    before = threading.active_count()
    background = Background(lines)
    assert threading.active_count() == before
    assert background.flush(0)


def test_work_that_met_a_store_that_was_away_is_tried_until_it_is_back(lines: Lines) -> None:
    background, store = Background(lines, SOON), Store(away=3)
    background.later(store.write)
    assert background.flush(PATIENCE)
    assert store.written.is_set()
    assert store.asked == 4
    assert lines.kept == []


def test_work_is_lost_after_the_last_try_and_that_is_noted_once(lines: Lines) -> None:
    background, store = Background(lines, SOON), Store(away=99)
    background.later(store.write)
    assert background.flush(PATIENCE)
    assert store.asked == 1 + len(SOON)
    assert lines.kept == [("work_lost", {"count": 1, "why": "the store is away"})]


def test_what_waits_for_its_next_try_keeps_no_thread_from_other_work(lines: Lines) -> None:
    background = Background(lines, (60.0,), threads=1)
    for _ in range(20):
        background.later(Store(away=1).write)
    other = threading.Event()
    background.later(other.set)
    assert other.wait(PATIENCE)
    assert not background.flush(0)
    background.close(PATIENCE)


def test_a_fault_is_noted_by_its_kind_and_ends_no_thread(lines: Lines) -> None:
    def fault() -> None:
        raise RuntimeError("+15145550123")

    background, after = Background(lines, threads=1), threading.Event()
    background.later(fault)
    background.later(after.set)
    assert background.flush(PATIENCE)
    assert after.is_set()
    assert lines.kept == [("work_failed", {"fault": "RuntimeError"})]


def test_at_the_end_what_waits_is_tried_once_more_at_once(lines: Lines) -> None:
    background, back, gone = Background(lines, (60.0, 60.0)), Store(away=1), Store(away=9)
    tried = threading.Barrier(3)
    for store in (back, gone):
        background.later(_then(store.write, tried.wait))
    tried.wait(PATIENCE)
    background.close(PATIENCE)
    assert back.written.is_set()
    assert gone.asked == 2
    assert lines.kept == [("work_lost", {"count": 1, "why": "the store is away"})]


def _then(work: Callable[[], None], first: Callable[[float], object]) -> Callable[[], None]:
    """The work; before the first time it waits until everybody is there."""
    met = threading.Event()

    def both() -> None:
        if not met.is_set():
            met.set()
            first(PATIENCE)
        work()

    return both


def test_at_the_end_work_that_hangs_is_noted_as_lost(lines: Lines) -> None:
    background, hung = Background(lines), threading.Event()
    background.later(lambda: hung.wait(PATIENCE) and None)
    background.close(0.01)
    assert lines.kept == [("work_lost", {"count": 1, "why": "the process ended"})]
    hung.set()
    assert background.flush(PATIENCE)


def test_work_given_from_many_threads_is_all_done(lines: Lines) -> None:
    background, done, lock = Background(lines, SOON), list[int](), threading.Lock()

    def add(number: int) -> None:
        with lock:
            done.append(number)

    with ThreadPoolExecutor(8) as people:
        for number in range(500):
            people.submit(background.later, lambda number=number: add(number))
    assert background.flush(PATIENCE)
    assert sorted(done) == list(range(500))


FORKING = """
import os, sys, threading
from smsbot.adapters.background import Background
from smsbot.ports import Unavailable

def say(text):
    os.write(1, text.encode() + b"\\n")

def note(event, /, **details):
    say(event)

background = Background(note, (60.0,))
ready, tried = threading.Event(), []
def away():
    tried.append(os.getpid())
    ready.set()
    if len(tried) == 1:
        raise Unavailable("away")
    say("parent's work")
background.later(away)
ready.wait()
if os.fork() == 0:
    assert background.flush(0), "a child begins empty"
    background.later(lambda: say("child's work"))
    background.flush(5)
    sys.exit(0)
os.wait()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_does_its_own_work_and_a_process_that_ends_finishes_its_own() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.stdout.splitlines(), ended.stderr) == (["child's work", "parent's work"], "")

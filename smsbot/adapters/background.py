"""Work that is done after the answer has gone out, tried again for a while where a store is away, and never lost in silence."""

import atexit
import heapq
import os
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from itertools import count

from smsbot.ports import Note, Unavailable

DELAYS = (0.5, 2.0, 5.0, 15.0, 30.0)  # seconds before each further try
THREADS = 4
PARTING = 5.0  # seconds that a process that ends gives to what is left

Work = Callable[[], None]


class Background:
    """A few threads and one list of what is to be done when. What waits for its next try keeps no thread from other work.

    The threads are started with the first work of each process, so that a process may fork before; a forked child begins empty.
    """

    def __init__(
        self, note: Note, delays: Sequence[float] = DELAYS, threads: int = THREADS
    ) -> None:
        """`delays` in seconds: after a try that met `Unavailable`, how long until the next; after the last the work is lost."""
        self._note, self._delays, self._most = note, tuple(delays), threads
        self._begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_on(self, Background._begin))
        atexit.register(_on(self, Background.close))

    def _begin(self) -> None:
        """Empty, as a process starts; a child's threads and what its parent had to do stayed with the parent."""
        self._changed = threading.Condition()
        self._waiting: list[
            tuple[float, int, int, Work]
        ] = []  # when, in which order, which try, what
        self._order = count()
        self._running = 0
        self._threads: list[threading.Thread] = []
        self._closing = False

    def later(self, work: Work) -> None:
        """Does the work soon, on another thread; `Unavailable` that it raises has it tried again."""
        with self._changed:
            self._put(time.monotonic(), 0, work)

    def flush(self, timeout: float) -> bool:
        """Waits until nothing is left, further tries included; False where something is after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._running, timeout)

    def close(self, timeout: float = PARTING) -> None:
        """Tries what is left once more, at once, and notes as lost what fails or takes longer than `timeout` seconds."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self.flush(timeout)
        with self._changed:
            left = len(self._waiting) + self._running
            self._waiting.clear()
            self._changed.notify_all()
        if left:
            self._note("work_lost", count=left, why="the process ended")

    # ------------------------------------------------------------ with the lock held

    def _put(self, at: float, tried: int, work: Work) -> None:
        heapq.heappush(self._waiting, (at, next(self._order), tried, work))
        if len(self._threads) < self._most and len(self._waiting) + self._running > len(
            self._threads
        ):
            thread = threading.Thread(target=self._serve, name="background", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._changed.notify_all()

    def _next(self) -> tuple[int, bool, Work]:
        """What is due first, as soon as it is due: which try it is, and whether the last. At the end everything is due."""
        while True:
            wait = self._waiting[0][0] - time.monotonic() if self._waiting else None
            if wait is not None and (wait <= 0 or self._closing):
                _, _, tried, work = heapq.heappop(self._waiting)
                return tried, self._closing or tried == len(self._delays), work
            self._changed.wait(wait)

    # ------------------------------------------------------------ the threads

    def _serve(self) -> None:
        while True:
            with self._changed:
                tried, last, work = self._next()
                self._running += 1
            over = self._over(work, last)
            with self._changed:
                self._running -= 1
                if not over:
                    self._put(time.monotonic() + self._delays[tried], tried + 1, work)
                self._changed.notify_all()

    def _over(self, work: Work, last: bool) -> bool:
        """Tries the work; whether that is the end of it."""
        try:
            work()
        except Unavailable as error:
            if not last:
                return False
            self._note("work_lost", count=1, why=str(error))
        except Exception as fault:  # noqa: BLE001 - a fault in one piece of work must not end the thread that does the others
            self._note("work_failed", fault=type(fault).__name__)
        return True


def _on(background: Background, act: Callable[[Background], None]) -> Callable[[], None]:
    """The act on this very thing, for as long as somebody else still holds it."""
    held = weakref.ref(background)

    def acted() -> None:
        found = held()
        if found is not None:
            act(found)

    return acted

"""What a process has counted lately, handed on every few seconds, so that no turn waits for it."""

import atexit
import os
import threading
from collections import Counter
from collections.abc import Sequence

from smsbot.ports import Clock, Note, Refused, Unavailable
from smsbot.ports.console import Tallies, Tally

EVERY = 5.0  # seconds between two times that counts are handed on
MOST = 10_000  # different counts that are kept while they cannot be handed on; more are let go


class Counted:
    """Counts by day, language, channel and outcome. A forked child begins with nothing, on a thread of its own."""

    def __init__(self, tallies: Tallies, clock: Clock, note: Note, every: float = EVERY) -> None:
        self._tallies, self._clock, self._note, self._every = tallies, clock, note, every
        self._process = 0
        self._lock = threading.Lock()
        self._counts: Counter[tuple[object, ...]] = Counter()
        atexit.register(self.flush)

    def __call__(self, language: str, channel: str, outcomes: Sequence[str]) -> None:
        """Counts one message under each of the outcomes."""
        day = self._clock.now().date()
        if self._process != os.getpid():
            self._begin()
        with self._lock:
            for outcome in outcomes:
                if len(self._counts) < MOST:
                    self._counts[day, language, channel, outcome] += 1

    def flush(self) -> None:
        """Hands on what is counted; what cannot be taken now is kept for the next time."""
        if self._process != os.getpid():
            return
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            self._tallies.add([Tally(*place, count) for place, count in counts.items()])  # type: ignore[call-arg, arg-type]
        except (Unavailable, Refused) as error:
            self._note("counts_wait", why=str(error))
            with self._lock:
                self._counts.update(counts)

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock, self._counts = threading.Lock(), Counter()
        over = threading.Event()

        def walk() -> None:
            while not over.wait(self._every):
                self.flush()

        threading.Thread(target=walk, name="counted", daemon=True).start()

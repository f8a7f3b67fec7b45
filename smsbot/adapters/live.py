"""One value that a process works by, made anew when what it was made from changes, and swapped in one step.

A thread of its own asks for the newest version once a second. It is started after a process has forked.
"""

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from smsbot.core.content.broken import Broken
from smsbot.ports import Note, Refused, Unavailable

T = TypeVar("T")

EVERY = 1.0  # seconds between two looks


class Live(Generic[T]):
    """`now()` is the value that counts; whoever took it keeps it until they ask again."""

    def __init__(
        self, first: T, newer: Callable[[T], T | None], note: Note, every: float = EVERY
    ) -> None:
        """`newer` gives the value that follows the one in force, and None where it is still the newest."""
        self._value, self._newer, self._note, self._every = first, newer, note, every
        self._thread: threading.Thread | None = None
        self._process = 0
        self._over = threading.Event()
        self._looking = threading.Lock()

    def now(self) -> T:
        """The value in force."""
        return self._value

    def look(self) -> bool:
        """Makes and swaps in the newer value, if there is one. Where it cannot be had, what is in force stays."""
        with self._looking:
            try:
                value = self._newer(self._value)
            except (Unavailable, Refused) as error:
                self._note("edition_waits", why=str(error))
                return False
            except Broken as error:
                # Published past the checks, or for other content than this release has.
                self._note("edition_broken", why=f"{error.file}, {error.key}")
                return False
            if value is not None:
                self._value = value
            return value is not None

    def start(self) -> None:
        """Looks now, then once a second on a thread of this process; a second call does nothing."""
        if self._process == os.getpid():
            return
        self._process = os.getpid()
        self.look()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._walk, name="live", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread."""
        self._over.set()
        if self._thread is not None and self._process == os.getpid():
            self._thread.join(self._every + 5)

    def _walk(self) -> None:
        while not self._over.wait(self._every):
            try:
                self.look()
            except Exception as fault:  # noqa: BLE001 - whatever went wrong this time, there is a next one
                self._note("edition_failed", fault=type(fault).__name__)

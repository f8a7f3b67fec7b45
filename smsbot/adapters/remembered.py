"""What was worked out for a text, so that the same text again costs nothing: under a hash, for no message stays in memory."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

TEXTS = 4096  # remembered at most; the one longest unused goes first

T = TypeVar("T")


class Remembered(Generic[T]):
    """A bounded memory from texts to values, for several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, T] = OrderedDict()
        self._lock = Lock()

    def get(self, text: str, make: Callable[[], T]) -> T:
        """The value of the text: the one remembered, else the one that `make` makes now."""
        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            if len(self._kept) > TEXTS:
                self._kept.popitem(last=False)
        return made

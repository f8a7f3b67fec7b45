"""Gives each meaning its share for a message: by the encoder and its head, or, where that cannot be had, by the model of characters."""

import hashlib
from collections import OrderedDict
from threading import Lock

from smsbot.core.understanding.reading import Scores

from .build import Learned

REMEMBERED = 4096  # texts whose scores are kept, under a hash: no message stays in memory
TEMPERATURE = (
    1.0  # the head's sureness, brought down to what it deserves on messages that it never saw
)


class LearnedIntents:
    """The scores of a text. The same text again costs nothing."""

    def __init__(self, learned: Learned) -> None:
        self.learned = learned
        self._kept: OrderedDict[bytes, Scores] = OrderedDict()
        self._lock = Lock()

    @property
    def lacking(self) -> str:
        """Why the encoder is not there; "" where it is."""
        return self.learned.lacking

    def scores(self, text: str) -> Scores:
        """The share of each meaning; none where the text has no letter."""
        plain = " ".join(text.split()).casefold()
        if not any(map(str.isalpha, plain)):
            return Scores()
        key = hashlib.blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = self._scored(text)
        with self._lock:
            self._kept[key] = found
            if len(self._kept) > REMEMBERED:
                self._kept.popitem(last=False)
        return found

    def characters(self, text: str) -> Scores:
        """What the model of characters alone says."""
        return Scores("characters", self.learned.intents.shares(text))

    def _scored(self, text: str) -> Scores:
        learned = self.learned
        if learned.encoder is None or learned.head is None or learned.middle is None:
            return self.characters(text)
        shares = learned.head.shares(learned.encoder.embed(text) - learned.middle, TEMPERATURE)
        return Scores("encoder", dict(zip(learned.head.labels, shares.tolist(), strict=True)))

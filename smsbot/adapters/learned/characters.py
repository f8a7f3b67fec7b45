"""A model of characters: which label's messages hold such runs of one to four characters (naive Bayes on hashed runs).

It knows nothing of meaning, but it needs no library, learns in a second, and is good where spelling tells: which language a short
message is in, also typed without accents or in another script than the language's own.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .head import softmax

BUCKETS = 1 << 16
RUN = 4  # characters at most
LONGEST = 200  # characters of a text that are looked at
RARE = 0.05  # added to each count, so that a run never seen rules nothing out
PRIOR = 2.0  # how strongly few sightings of a run are drawn to what is usual


@dataclass(frozen=True, slots=True)
class Characters:
    """How much each run speaks for each label: buckets × labels, as logarithms; and how far to trust the sum."""

    labels: tuple[str, ...]
    table: npt.NDArray[np.float16]
    trust: float

    def shares(self, text: str) -> Mapping[str, float]:
        """The probability of each label; empty where the text has no letters."""
        found = runs(text)
        if not len(found) or not self.labels:
            return {}
        sums = self.table[found].astype(np.float32).sum(0) * (self.trust / len(found) ** 0.5)
        return dict(zip(self.labels, softmax(sums).tolist(), strict=True))


def runs(text: str) -> npt.NDArray[np.int64]:
    """The buckets of the runs in a text, each once; a word's begin and end count as characters."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    words = "".join(c if c.isalnum() or unicodedata.combining(c) else " " for c in plain).split()
    if not words:
        return np.zeros(0, np.int64)
    line = f" {' '.join(words)} ".encode("utf-32-le", "surrogatepass")
    letters = np.frombuffer(line, np.uint32).astype(np.uint64)
    found = [_buckets(letters[letters != ord(" ")])]
    mixed = letters
    for length in range(2, RUN + 1):
        mixed = mixed[:-1] * _STEP + letters[length - 1 :]
        found.append(_buckets(mixed))
    return np.unique(np.concatenate(found))


# Multipliers of a rolling hash and of its spreading (the golden ratio in 64 bits).
_STEP = np.uint64(0x100000001B3)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


def _buckets(mixed: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """The bucket of each hash: its highest bits after spreading."""
    return ((mixed * _SPREAD) >> np.uint64(48)).astype(np.int64) % BUCKETS


def learn(texts: Sequence[str], labels: Sequence[str], trust: float) -> Characters:
    """The model of the texts under their labels. A label with many texts weighs no more than one with few."""
    names = tuple(sorted(set(labels)))
    place = {name: i for i, name in enumerate(names)}
    counts = np.zeros((BUCKETS, len(names)), np.float32)
    for text, label in zip(texts, labels, strict=True):
        counts[runs(text), place[label]] += 1
    seen = counts.sum(0)
    usual = (counts.sum(1) + RARE) / (seen.sum() + RARE * BUCKETS)
    shares = (counts + PRIOR * usual[:, None] + RARE * usual[:, None]) / (seen + PRIOR)
    table = np.log(shares) - np.log(usual)[:, None]
    return Characters(names, table.astype(np.float16), trust)

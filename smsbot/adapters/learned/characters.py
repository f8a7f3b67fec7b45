"""Models of characters: which label's messages hold such runs of one to four characters (hashed).

They know nothing of meaning, but they need no library, and are good where spelling tells: which language a short message is in,
also typed without accents or in another script than the language's own; and which of two meanings that the encoder confuses.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .head import Floats, softmax

BUCKETS = 1 << 16
RUN = 4  # characters at most
LONGEST = 200  # characters of a text that are looked at
RARE = 0.05  # added to each count, so that a run never seen rules nothing out
PRIOR = 2.0  # how strongly few sightings of a run are drawn to what is usual


@dataclass(frozen=True, slots=True)
class Characters:
    """How much each run speaks for each label: buckets × labels, as logarithms; and what speaks for a label by itself."""

    labels: tuple[str, ...]
    table: npt.NDArray[np.float16]
    offsets: npt.NDArray[np.float32] | float = 0.0

    def scores(self, text: str) -> Floats | None:
        """What speaks for each label, as logarithms up to a constant; None where the text has no letters."""
        found = runs(text)
        if not len(found) or not self.labels:
            return None
        sums: Floats = self.table[found].astype(np.float32).sum(0) / len(found) ** 0.5
        return sums + self.offsets

    def shares(self, text: str) -> Mapping[str, float]:
        """The probability of each label; empty where the text has no letters."""
        scores = self.scores(text)
        if scores is None:
            return {}
        return dict(zip(self.labels, softmax(scores).tolist(), strict=True))


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


def learn(texts: Sequence[str], labels: Sequence[str]) -> Characters:
    """Naive Bayes: how much more often a run stands in a label's texts than is usual. A label with many texts weighs no more."""
    names = tuple(sorted(set(labels)))
    place = {name: i for i, name in enumerate(names)}
    counts = np.zeros((BUCKETS, len(names)), np.float32)
    for text, label in zip(texts, labels, strict=True):
        counts[runs(text), place[label]] += 1
    seen = counts.sum(0)
    usual = (counts.sum(1) + RARE) / (seen.sum() + RARE * BUCKETS)
    shares = (counts + PRIOR * usual[:, None] + RARE * usual[:, None]) / (seen + PRIOR)
    table = np.log(shares) - np.log(usual)[:, None]
    return Characters(names, table.astype(np.float16))


# The blend of the two models, and how the second is learned: found on the messages that `make bench` reads.
COUNTED, TOLD_APART = 0.2, 0.5
ROUNDS, BATCH, PACE = 8, 64, 0.3
LEFT_OUT = 0.4  # share of a message's runs that is not shown each time, so that no few of them decide alone
SMOOTHING = 0.05


def learn_apart(
    texts: Sequence[str],
    labels: Sequence[str],
    steps: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> Characters:
    """Naive Bayes, and beside it a softmax regression on the same runs, which learns what tells the labels apart; both as one table.

    The same texts always give the same table. `steps` wraps the loop over the rounds.
    """
    counted = learn(texts, labels)
    if not counted.labels:
        return counted
    place = {name: i for i, name in enumerate(counted.labels)}
    which = np.array([place[label] for label in labels])
    found = [f if len(f := runs(text)) else np.zeros(1, np.int64) for text in texts]
    apart = _Apart(len(counted.labels), which)
    chance = np.random.default_rng(1)
    for _ in steps(range(ROUNDS)):
        order = chance.permutation(len(found))
        for start in range(0, len(order), BATCH):
            group = order[start : start + BATCH]
            apart.step(group, [_some(found[i], chance) for i in group])
    table = COUNTED * counted.table.astype(np.float32) + TOLD_APART * apart.weights
    return Characters(counted.labels, table.astype(np.float16), TOLD_APART * apart.offsets)


def _some(found: npt.NDArray[np.int64], chance: np.random.Generator) -> npt.NDArray[np.int64]:
    """Most of the runs; all of a message that has few."""
    return found[chance.random(len(found)) > LEFT_OUT] if len(found) > 4 else found


class _Apart:
    """The regression while it learns, each run at its own pace (Adagrad)."""

    def __init__(self, labels: int, which: npt.NDArray[np.int64]) -> None:
        self.weights = np.zeros((BUCKETS, labels), np.float32)
        self.offsets = np.zeros(labels, np.float32)
        self._moved = np.full((BUCKETS, 1), 1e-3, np.float32)
        counts = np.bincount(which, minlength=labels)
        self._which = which
        self._worth = ((counts.mean() / counts[which]) ** 0.5).astype(np.float32)

    def step(self, group: npt.NDArray[np.int64], found: Sequence[npt.NDArray[np.int64]]) -> None:
        """Learns from the messages of the numbers `group`, in which these runs were found."""
        found = [f if len(f) else np.zeros(1, np.int64) for f in found]
        lengths = np.array([len(f) for f in found])
        share = (1 / np.sqrt(lengths)).astype(np.float32)[:, None]
        runs_ = np.concatenate(found)
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        wrong = softmax(np.add.reduceat(self.weights[runs_], starts) * share + self.offsets)
        wrong -= SMOOTHING / wrong.shape[1]
        wrong[np.arange(len(group)), self._which[group]] -= 1 - SMOOTHING
        wrong *= self._worth[group][:, None]
        each, at = np.unique(runs_, return_inverse=True)
        slope = np.zeros((len(each), wrong.shape[1]), np.float32)
        np.add.at(slope, at, np.repeat(wrong * share, lengths, axis=0))
        self._moved[each] += (slope**2).mean(1, keepdims=True)
        self.weights[each] -= PACE * slope / np.sqrt(self._moved[each])
        self.offsets -= 0.01 * wrong.mean(0)

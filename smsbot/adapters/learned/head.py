"""A softmax regression on rows of numbers: fitted in seconds, asked in microseconds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SHRINK = 1e-3  # how strongly large weights are held down
SMOOTHING = 0.02  # share of certainty that is spread over all labels: no example is beyond doubt
STEPS = 200


@dataclass(frozen=True, slots=True)
class Head:
    """Weights of the labels: labels × numbers, and one offset for each label."""

    labels: tuple[str, ...]
    weights: Floats
    offsets: Floats

    def shares(self, row: Floats) -> Floats:
        """The probability of each label for one row, summing to one."""
        return softmax(self.weights @ row + self.offsets)


def softmax(scores: Floats) -> Floats:
    """Scores as probabilities along the last axis."""
    raised = np.exp(scores - scores.max(-1, keepdims=True))
    shares: Floats = raised / raised.sum(-1, keepdims=True)
    return shares


def fit(
    rows: Floats,
    labels: Sequence[str],
    shrink: float = SHRINK,
    steps: int = STEPS,
    smoothing: float = SMOOTHING,
    start: Head | None = None,
) -> Head:
    """The head that tells the labels of the rows apart. A label with many rows does not drown one with few.

    Where `start` has the same labels, it goes on from there, which takes a few steps only for rows that are nearly the same.
    Plain gradient steps with momentum (Nesterov) on all rows at once, so the same rows always give the same head.
    """
    names = tuple(sorted(set(labels)))
    place = {name: i for i, name in enumerate(names)}
    which = np.array([place[label] for label in labels])
    counts = np.bincount(which, minlength=len(names))
    worth = (counts.mean() / counts[which]) ** 0.5
    worth = (worth / worth.sum()).astype(np.float32)
    target = np.full((len(which), len(names)), smoothing / len(names), np.float32)
    target[np.arange(len(which)), which] += 1 - smoothing
    wide = np.concatenate([rows, np.ones((len(rows), 1), np.float32)], 1)
    weights = np.zeros((len(names), wide.shape[1]), np.float32)
    if start is not None and start.labels == names:
        weights = np.concatenate([start.weights, start.offsets[:, None]], 1).astype(np.float32)
    ahead, momentum = weights.copy(), 1.0
    spread = np.linalg.norm(wide * np.sqrt(worth)[:, None], 2) ** 2  # of the rows
    pace = 1.0 / (0.5 * spread + shrink)
    for _ in range(steps):
        wrong = (softmax(wide @ ahead.T) - target) * worth[:, None]
        moved = ahead - pace * (wrong.T @ wide + shrink * ahead)
        following = (1 + (1 + 4 * momentum**2) ** 0.5) / 2
        ahead = moved + (momentum - 1) / following * (moved - weights)
        weights, momentum = moved, following
    return Head(names, np.ascontiguousarray(weights[:, :-1]), weights[:, -1].copy())

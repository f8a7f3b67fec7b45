"""Gives each meaning its share for a message: by the encoder's head and the model of characters together.

The head is too sure of itself, since the encoder was tuned to the very examples that it is fitted on; the model of characters, which
errs elsewhere, corrects it. Where the encoder cannot be had, the model of characters speaks alone.

What staff taught is remembered beside them: a message that the encoder takes for nearly the same is read as the same. Only signs of
danger and what opts out or deletes keep their shares whatever was taught, unless just that was.
"""

from dataclasses import replace

import numpy as np

from smsbot.adapters.remembered import Remembered
from smsbot.core.understanding.reading import Scores
from smsbot.core.understanding.words import grave

from .build import Learned, Taught, head_of, unit
from .head import Floats, softmax

ENCODER = 0.6  # weight of the head's logarithms beside those of the model of characters
FLOOR = 1e-4  # below this share the head's opinion counts no further against a meaning
CLOSE = 0.7  # the cosine of two messages from which on they say nearly the same; that of two that mean different things is near none
NEAR = 12.0  # by how much, as a logarithm, the very same message is raised to what it was taught to mean
SHARPNESS = 1.0  # of the two together, so that a share of 0.9 is right nine times in ten


class LearnedIntents:
    """The scores of a text. The same text again costs nothing."""

    def __init__(self, learned: Learned) -> None:
        self.learned = learned
        self._kept: Remembered[Scores] = Remembered()

    @property
    def lacking(self) -> str:
        """Why the encoder is not there; "" where it is."""
        return self.learned.lacking

    def scores(self, text: str) -> Scores:
        """The share of each meaning; none where the text has no letter."""
        plain = " ".join(text.split()).casefold()
        if not any(map(str.isalpha, plain)):
            return Scores()
        return self._kept.get(plain, lambda: self._scored(text))

    def characters(self, text: str) -> Scores:
        """What the model of characters alone says."""
        return Scores("characters", self.learned.intents.shares(text))

    def _scored(self, text: str) -> Scores:
        learned = self.learned
        if learned.encoder is None or learned.head is None or learned.middle is None:
            return self.characters(text)
        labels = learned.head.labels
        row = learned.encoder.embed(text) - learned.middle
        scores = ENCODER * np.log(learned.head.shares(row) + FLOOR)
        beside = learned.intents.scores(text)
        if beside is not None and learned.intents.labels == labels:
            scores = scores + beside
        shares = softmax(SHARPNESS * scores)
        if learned.taught is not None:
            shares = _as_taught(learned.taught, labels, shares, row)
        return Scores("encoder", dict(zip(labels, shares.tolist(), strict=True)))


def _as_taught(taught: Taught, labels: tuple[str, ...], shares: Floats, row: Floats) -> Floats:
    """The shares, with those raised of what messages close to this one were taught to mean."""
    close = (taught.rows @ unit(row) - CLOSE) / (1 - CLOSE)
    raised = np.zeros(len(labels), np.float32)
    for label, closeness in zip(taught.labels, close.tolist(), strict=True):
        if closeness > 0 and label in labels:
            place = labels.index(label)
            raised[place] = max(raised[place], NEAR * min(closeness, 1.0))
    if not raised.any():
        return shares
    told = softmax(np.log(shares + np.float32(1e-9)) + raised)
    kept = np.array([grave(label) for label in labels]) & (raised == 0)
    rest: Floats = told * ~kept
    left = np.float32(1 - shares[kept].sum())
    together: Floats = shares * kept + rest / rest.sum() * left
    return together


def with_head(intents: LearnedIntents, packed: bytes) -> LearnedIntents:
    """The model with a packed head in place of its own; the very same where there is none, or none for this encoder."""
    fitted = head_of(packed) if packed else {}
    return LearnedIntents(replace(intents.learned, **fitted)) if fitted else intents

"""Gives each meaning its share for a message: by the encoder's head and the model of characters together.

The head is too sure of itself, since the encoder was tuned to the very examples that it is fitted on; the model of characters, which
errs elsewhere, corrects it. Where the encoder cannot be had, the model of characters speaks alone.
"""

import numpy as np

from smsbot.adapters.remembered import Remembered
from smsbot.core.understanding.reading import Scores

from .build import Learned
from .head import softmax

ENCODER = 0.6  # weight of the head's logarithms beside those of the model of characters
FLOOR = 1e-4  # below this share the head's opinion counts no further against a meaning
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
        scores = ENCODER * np.log(
            learned.head.shares(learned.encoder.embed(text) - learned.middle) + FLOOR
        )
        beside = learned.intents.scores(text)
        if beside is not None and learned.intents.labels == labels:
            scores = scores + beside
        shares = softmax(SHARPNESS * scores)
        return Scores("encoder", dict(zip(labels, shares.tolist(), strict=True)))

"""Gives each meaning its share for a message: by the encoder and its head, or, where that cannot be had, by the model of characters."""

from smsbot.adapters.remembered import Remembered
from smsbot.core.understanding.reading import Scores

from .build import Learned


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
        shares = learned.head.shares(learned.encoder.embed(text) - learned.middle)
        return Scores("encoder", dict(zip(learned.head.labels, shares.tolist(), strict=True)))

"""eldc: a small, fast language detector. Where it cannot be had (another processor, no wheel), there are no votes."""

from collections.abc import Mapping, Sequence
from typing import Any


class Detector:
    """Votes for the loaded languages only; built once a process."""

    def __init__(self, tags: Sequence[str]) -> None:
        self._tags = {tag.partition("-")[0]: tag for tag in reversed(tags)}
        self._detect = _make(sorted(self._tags))

    @property
    def present(self) -> bool:
        """Whether there is a detector on this machine."""
        return self._detect is not None

    def votes(self, text: str) -> Mapping[str, float]:
        """Each loaded language's share of the vote."""
        if self._detect is None:
            return {}
        # Squared, so that a detector that leans one way is heard as leaning.
        scores = {
            self._tags[c]: max(s, 0.0) ** 2
            for c, s in self._detect(_clean(text)).scores.items()
            if c in self._tags
        }
        total = sum(scores.values())
        return {tag: score / total for tag, score in scores.items()} if total else {}


def _clean(text: str) -> str:
    return text.encode("utf-8", "ignore").decode().replace("\x00", " ")


def _make(codes: Sequence[str]) -> Any:
    try:
        import eldc
    except ImportError:
        return None
    eldc.init()
    detector = eldc.instance()
    known = set(eldc.LANGUAGES)
    detector.set_languages([c for c in codes if c in known])
    detector.set_scores(max(1, min(len(codes), eldc.MAX_SCORES)))
    return detector.detect_details

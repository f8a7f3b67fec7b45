"""Who votes on the language of a message: three detectors, and the model of characters that learned from the example messages.

Each detector may be missing (another processor, no wheel); the others then vote alone, and with none there are no votes. The
weights are those that read short messages best in the measurement that chose the detectors; `make bench` shows what they reach.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from smsbot.adapters.remembered import Remembered

ROMANISED = (
    "-Latn"  # ends the name of a language that is written in Latin letters and not in its own
)

Shares = Mapping[
    str, float
]  # what votes: a share for each of the loaded languages, one in all at most
Voter = Callable[[str], Shares]

LEARNED = 1.0  # weight of the model of characters


class Detector:
    """Votes for the loaded languages only; built once a process. `learned` is asked beside the detectors."""

    def __init__(self, tags: Sequence[str], learned: Voter | None = None) -> None:
        self._voters: dict[str, tuple[float, Voter]] = {}
        for name, weight, make in (
            ("eldc", 1.0, _eldc),
            ("py3langid", 0.7, _py3langid),
            ("pycld2", 0.3, _pycld2),
        ):
            if voter := make(_by_code(tags)):
                self._voters[name] = (weight, voter)
        self._learned = learned
        self._kept: Remembered[Shares] = Remembered()

    @property
    def present(self) -> tuple[str, ...]:
        """The detectors that this machine has."""
        return tuple(self._voters)

    @property
    def missing(self) -> tuple[str, ...]:
        """The detectors that this machine has not."""
        return tuple(name for name in ("eldc", "py3langid", "pycld2") if name not in self._voters)

    def votes(self, text: str) -> Mapping[str, float]:
        """Each loaded language's share of the vote.

        What is typed in Latin letters instead of a language's own is known to the learned model alone: as far as that is sure of
        it, the detectors are not heard.
        """
        text = _clean(text)
        return self._kept.get(text, lambda: self._voted(text))

    def _voted(self, text: str) -> Shares:
        learned = self._learned(text) if self._learned else {}
        romanised = sum(share for tag, share in learned.items() if tag.endswith(ROMANISED))
        shares: dict[str, float] = {}
        weight = LEARNED if learned else 0.0
        for tag, share in learned.items():
            _add(shares, tag.removesuffix(ROMANISED), LEARNED * share)
        for trust, voter in self._voters.values():
            weight += trust
            for tag, share in voter(text).items():
                _add(shares, tag, trust * share * (1 - romanised))
        if not weight:
            return {}
        if romanised:
            heard = weight - LEARNED
            for tag, share in learned.items():
                if tag.endswith(ROMANISED):
                    _add(shares, tag.removesuffix(ROMANISED), heard * share)
        return {tag: share / weight for tag, share in shares.items()}


def _add(shares: dict[str, float], tag: str, share: float) -> None:
    shares[tag] = shares.get(tag, 0.0) + share


# A code, such as a campaign's: capitals and figures. It says nothing of the language of the words beside it.
_CODE = re.compile(r"\b(?=[A-Z]*\d)[A-Z\d]{4,}\b")


def _clean(text: str) -> str:
    plain = text.encode("utf-8", "ignore").decode().replace("\x00", " ")
    words = _CODE.sub(" ", plain)
    return words if any(map(str.islower, words)) else plain


def _by_code(tags: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The loaded languages by the code before the script: zh -> (zh-Hans, zh-Hant)."""
    found: dict[str, tuple[str, ...]] = {}
    for tag in tags:
        code = tag.partition("-")[0]
        found[code] = (*found.get(code, ()), tag)
    return found


def _spread(scores: Mapping[str, float], tags: Mapping[str, tuple[str, ...]]) -> dict[str, float]:
    """Scores by code as shares of the loaded languages; a code of two scripts is split, since the script is seen elsewhere."""
    total = sum(scores.values())
    if not total:
        return {}
    return {
        tag: score / total / len(tags[code]) for code, score in scores.items() for tag in tags[code]
    }


def _eldc(tags: Mapping[str, tuple[str, ...]]) -> Voter | None:
    try:
        import eldc
    except ImportError:
        return None
    eldc.init()
    detector = eldc.instance()
    detector.set_languages([c for c in tags if c in set(eldc.LANGUAGES)])
    detector.set_scores(max(1, min(len(tags), eldc.MAX_SCORES)))

    def vote(text: str) -> Shares:
        # Squared, so that a detector that leans one way is heard as leaning.
        scores = detector.detect_details(text).scores
        return _spread({c: max(s, 0.0) ** 2 for c, s in scores.items() if c in tags}, tags)

    return vote


def _py3langid(tags: Mapping[str, tuple[str, ...]]) -> Voter | None:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError:
        return None
    identifier: Any = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([c for c in tags if c in set(identifier.labels)])
    return lambda text: _spread(dict(identifier.rank(text)), tags)


def _pycld2(tags: Mapping[str, tuple[str, ...]]) -> Voter | None:
    try:
        import pycld2
    except ImportError:
        return None
    loaded = {tag for several in tags.values() for tag in several}

    def vote(text: str) -> Shares:
        try:
            _sure, _length, found = pycld2.detect(text, bestEffort=True)
        except pycld2.error:  # characters that it does not take
            return {}
        shares: dict[str, float] = {}
        for _name, code, percent, _score in found:
            if code in loaded:
                _add(shares, code, percent / 100)
            elif code in tags:  # the detector says zh and zh-Hant
                _add(shares, tags[code][0], percent / 100)
        return shares

    return vote

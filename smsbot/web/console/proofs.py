"""What the lists show of every text in force: worked out once for the files' wordings, and anew only for those that staff changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from smsbot.core.conversation.preview import Bench, Looked, bench, looked_at
from smsbot.core.language.checks import Finding
from smsbot.core.language.edits import Edit
from smsbot.flows.edition import Edition
from smsbot.flows.translate import Standing, Translate

Of = Mapping[str, Mapping[str, Looked]]
NOTHING = Looked(0, ())


@dataclass(frozen=True)
class Line:
    """One text in a list. `met` is how often patients met the gap lately."""

    standing: Standing
    segments: int
    findings: tuple[Finding, ...]
    met: int = 0

    @property
    def failing(self) -> bool:
        """Whether a rule forbids what is there."""
        return any(f.severity == "error" for f in self.findings)

    @property
    def over_budget(self) -> bool:
        """Whether it costs more than it may, or than it should."""
        return any(f.rule == "segments" for f in self.findings)


KEPT: Mapping[str, Callable[[Line], bool]] = {
    "untranslated": lambda line: line.standing.state == "empty",
    "review": lambda line: line.standing.waiting is not None or line.standing.state == "fuzzy",
    "stale": lambda line: line.standing.stale,
    "budget": lambda line: line.over_budget,
    "failing": lambda line: line.failing,
    "unsigned": lambda line: line.standing.safety and line.standing.signature is None,
}
FILTERS = tuple(KEPT)


class Proofs:
    """The proofs of the edition in force. `of_files` gives those of the files' own wordings."""

    def __init__(self, edition: Callable[[], Edition], of_files: Callable[[], Of]) -> None:
        self._edition, self._of_files = edition, of_files
        self._for: Edition | None = None
        self._benches: dict[str, Bench] = {}
        self._changed: dict[tuple[str, str, tuple[str, ...]], Looked] = {}
        self._summed: tuple[frozenset[int], Mapping[str, Mapping[str, float]]] | None = None

    def bench(self, tag: str) -> Bench:
        """The language laid out for writing."""
        self._fresh()
        if tag not in self._benches:
            self._benches[tag] = bench(self._edition().library, tag)
        return self._benches[tag]

    def lines(
        self,
        translate: Translate,
        tag: str,
        waiting: Sequence[Edit],
        met: Mapping[str, int] | None = None,
    ) -> list[Line]:
        """Every text of a language with what is to be said of it; those whose gap patients met most often come first."""
        self._fresh()
        met = met or {}
        found = []
        known = self._of_files().get(tag, {})
        for standing in translate.standing(tag, waiting).values():
            looked = self._looked(tag, standing, known)
            found.append(Line(standing, looked.segments, looked.findings, met.get(standing.key, 0)))
        return sorted(found, key=lambda line: -line.met)

    def summaries(self, translate: Translate) -> Mapping[str, Mapping[str, float]]:
        """What each language's lines come to: counted again where something was published, proposed or decided on."""
        self._fresh()
        waiting = translate.edits.waiting()
        proposed = frozenset(edit.id for edit in waiting)
        if self._summed is None or self._summed[0] != proposed:
            tags = self._edition().library.scripts
            sums = {tag: summary(self.lines(translate, tag, waiting)) for tag in tags}
            self._summed = (proposed, sums)
        return self._summed[1]

    def _looked(self, tag: str, standing: Standing, known: Mapping[str, Looked]) -> Looked:
        if standing.state == "empty":
            return NOTHING
        if standing.edit is None and standing.key in known:
            return known[standing.key]
        asked = (tag, standing.key, standing.forms)
        if asked not in self._changed:
            self._changed[asked] = looked_at(self.bench(tag), standing.key, standing.forms)
        return self._changed[asked]

    def _fresh(self) -> None:
        edition = self._edition()
        if edition is not self._for:
            self._for, self._benches, self._summed = edition, {}, None


def summary(lines: Iterable[Line]) -> dict[str, float]:
    """How many of a language's texts are done, and how many each filter shows; the average of its SMS segments."""
    counted = list(lines)
    sms = [line.segments for line in counted if line.segments]
    return {
        "texts": len(counted),
        "done": sum(line.standing.state == "read" for line in counted),
        "segments": sum(sms) / len(sms) if sms else 0.0,
        **{name: sum(map(kept, counted)) for name, kept in KEPT.items()},
    }

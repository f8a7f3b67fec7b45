"""Puts staff's words in force: fits the readers, replays every golden talk, and lets them go out only where none of them changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from smsbot.core.conversation.talks import Talk
from smsbot.core.understanding.words import Word
from smsbot.ports import Clock, Note
from smsbot.ports.console import (
    Audit,
    Done,
    Publishings,
    PublishingState,
    PublishingStep,
    Words,
)

from .talks import Bot, partings

Tell = Callable[[PublishingStep, int], None]  # how far a step is, in percent
Outcome = tuple[PublishingState, Mapping[str, object]]


class GivenUp(Exception):
    """Somebody has given up on this try meanwhile; it must change nothing any more."""


@dataclass(frozen=True)
class Candidate:
    """The bot that would be, with the head fitted for it, packed; how many of its examples count for nothing, since no encoder is there."""

    bot: Bot
    head: bytes
    left_out: int = 0


@dataclass(frozen=True, kw_only=True)
class Publish:
    """What publishing needs. `bot` gives the bot in force, `build` the one with these words; both with nobody's talks in them."""

    words: Words
    publishings: Publishings
    audit: Audit
    clock: Clock
    note: Note
    talks: Callable[[], Sequence[Talk]]
    bot: Callable[[], Bot]
    build: Callable[[Sequence[Word], Tell], Candidate]

    def __call__(self, publishing_id: int) -> None:
        """One try, from beginning to end. Where it fails, what is in force stays; raises `Unavailable` where not even that can be said."""
        if not self.publishings.begin(publishing_id, self.clock.now()):
            return
        try:
            state, report = self._tried(publishing_id)
        except GivenUp:
            self.note("publishing_given_up", publishing=publishing_id)
            return
        except Exception as fault:  # noqa: BLE001 - whatever went wrong, staff must see that it did
            self.note("publishing_failed", publishing=publishing_id, fault=type(fault).__name__)
            state, report = "failed", {"why": "fault", "fault": type(fault).__name__}
        self.publishings.end(publishing_id, state, report, self.clock.now())
        self.note("publishing", publishing=publishing_id, state=state)

    def _tried(self, publishing_id: int) -> Outcome:
        tell = self._teller(publishing_id)
        talks = self.talks()
        if not talks:
            return "failed", {"why": "no_talks"}
        before = self.words.ids_in_force()
        chosen = sorted(self.words.find(state="published"), key=lambda w: w.id)
        bot = self.bot()
        candidate = self.build(chosen, tell)
        changed = partings(
            bot,
            candidate.bot,
            talks,
            lambda number: tell("replaying", 100 * number // len(talks)),
        )
        ids = [word.id for word in chosen]
        report: dict[str, object] = {
            "words": len(ids),
            "added": len(set(ids) - before),
            "removed": len(before - set(ids)),
            "left_out": candidate.left_out,
            "talks": len(talks),
            "changed": [asdict(parting) for parting in changed],
        }
        if changed:
            return "blocked", report
        tell("replaying", 100)
        version = self.words.fitted(ids, candidate.head, report, self.clock.now())
        counts = {name: str(report[name]) for name in ("words", "added", "removed")}
        subject = f"version {version}"
        self.audit.add(Done("words in force", subject, self.clock.now(), None, "worker", counts))
        return "done", report

    def _teller(self, publishing_id: int) -> Tell:
        """Tells what is new of it, and no more often."""
        last: tuple[PublishingStep, int] = ("", -1)

        def tell(step: PublishingStep, share: int) -> None:
            nonlocal last
            if (step, share) == last:
                return
            last = (step, share)
            if not self.publishings.tell(publishing_id, step, share, self.clock.now()):
                raise GivenUp

        return tell

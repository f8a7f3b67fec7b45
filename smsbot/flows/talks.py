"""Replays golden talks on a bot in memory, and says where two bots part."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from smsbot.core.conversation.talks import Asked, Talk, told

from .answer import Answer

Bot = Callable[[], Answer]  # a bot that nobody has talked with yet


@dataclass(frozen=True, slots=True)
class Parting:
    """The first message of a talk that two bots answer differently, what was answered, and how many of the later ones part too."""

    talk: str
    line: int
    said: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    more: int = 0


def replay(bot: Answer, talk: Talk) -> Iterator[tuple[Asked, tuple[str, ...]]]:
    """Each message of a talk with what the bot answers to it, in the notation of the talk's file."""
    for asked in talk.asked:
        kept = bot.answer(asked.inbound).kept
        yield asked, told(kept.texts, kept.events)


def parting(before: Bot, after: Bot, talk: Talk) -> Parting | None:
    """Where the two part in a talk; None where both answer alike throughout."""
    both = zip(replay(before(), talk), replay(after(), talk), strict=True)
    apart = [(asked, old, new) for (asked, old), (_, new) in both if old != new]
    if not apart:
        return None
    asked, old, new = apart[0]
    return Parting(talk.name, asked.line, asked.said, old, new, len(apart) - 1)


def partings(
    before: Bot, after: Bot, talks: Sequence[Talk], seen: Callable[[int], object] = int
) -> tuple[Parting, ...]:
    """Where the two part in each of the talks; `seen` is told how many have been replayed."""
    return tuple(_partings(before, after, talks, seen))


def _partings(
    before: Bot, after: Bot, talks: Iterable[Talk], seen: Callable[[int], object]
) -> Iterator[Parting]:
    for number, talk in enumerate(talks, 1):
        found = parting(before, after, talk)
        seen(number)
        if found is not None:
            yield found

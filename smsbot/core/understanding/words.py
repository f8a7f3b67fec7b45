"""Words that staff add to a language's vocabulary: keywords, which are patterns, and example messages, from which the head learns."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from .examples import Example, sign
from .vocabulary import Entry, Vocabulary, read_pattern

WordKind = Literal["keyword", "example"]
WordState = Literal["proposed", "published", "removed", "refused"]


@dataclass(frozen=True, slots=True)
class Word:
    """A keyword or an example message that staff added. `label` is an intent or a class of signs, as with the examples."""

    id: int
    tag: str
    kind: WordKind
    label: str
    text: str
    by: int
    at: datetime
    state: WordState = "proposed"
    romanised: bool = False
    unread_id: int = 0  # the unread message that it was learned from
    decided_by: int = 0
    decided_at: datetime | None = None


def entry_of(word: Word) -> Entry:
    """The keyword as an entry of the vocabulary. Raises `Malformed` where it is no pattern."""
    pattern = read_pattern(word.text)
    if sign(word.label):
        return Entry("redflags", sign(word.label), pattern, whole=False)
    return Entry("intents", word.label, pattern, whole=False)


def with_words(vocabulary: Vocabulary, words: Iterable[Word]) -> Vocabulary:
    """The vocabulary with the keywords among `words` that are of its language."""
    added = tuple(entry_of(w) for w in words if w.tag == vocabulary.tag and w.kind == "keyword")
    return replace(vocabulary, entries=(*vocabulary.entries, *added)) if added else vocabulary


def examples_of(words: Iterable[Word]) -> tuple[Example, ...]:
    """The example messages among `words`, to be learned from."""
    return tuple(Example(w.text, w.label, w.tag, w.romanised) for w in words if w.kind == "example")

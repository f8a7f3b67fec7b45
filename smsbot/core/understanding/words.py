"""Words that staff add to a language's vocabulary: keywords, which are patterns, and example messages, from which the head learns."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from .examples import LONGEST, SIGN, Example, sign
from .reading import SAFETY
from .vocabulary import Entry, Malformed, Pattern, Vocabulary, read_pattern

WordKind = Literal["keyword", "example"]
WordState = Literal["proposed", "published", "removed", "refused"]

# From which states a word may come into another. What is published is in force from the next fitting on.
BEFORE: Mapping[WordState, tuple[WordState, ...]] = {
    "proposed": (),
    "published": ("proposed",),
    "refused": ("proposed",),
    "removed": ("proposed", "published"),
}

KEYWORD_LENGTH = 100  # characters of a keyword
LETTERS = 2  # that a keyword has at least: a single one stands in too many messages
STEM = 3  # letters before a `*`: fewer begin too many words
_RANGE = re.compile(r"\{\d{1,3}-\d{1,3}\}")


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


def grave(label: str) -> bool:
    """Whether a word of this label is always read by a second person: it opts out, deletes, or names a danger."""
    return bool(sign(label)) or label in SAFETY


def labels_of(vocabulary: Vocabulary) -> tuple[str, ...]:
    """What a word may stand for: every intent and class of signs of a vocabulary, in its order."""
    named = (
        (e.name if e.kind == "intents" else SIGN + e.name)
        for e in vocabulary.entries
        if e.kind != "follow_ups"
    )
    return tuple(dict.fromkeys(named))


def read_keyword(text: str) -> Pattern:
    """The pattern of a keyword that is fit to be added. Raises `Malformed` in words for whoever typed it."""
    pattern = read_pattern(text)
    words = [word for choices in pattern.places for choice in choices for word in choice]
    if len(text) > KEYWORD_LENGTH:
        raise Malformed(f"a keyword has {KEYWORD_LENGTH} characters at most")
    for word in words:
        if "{" in word and not (_RANGE.fullmatch(word) and _rises(word)):
            raise Malformed(f"{word} is no range of numbers, such as {{10-17}}")
        if word.endswith("*") and len(word) <= STEM:
            raise Malformed(
                f"{word} begins too many words: give {STEM} letters or more before the *"
            )
    if min(_letters(pattern)) < LETTERS:
        raise Malformed("a keyword needs a word of two letters or more in each of its readings")
    return pattern


def _rises(word: str) -> bool:
    low, _, high = word[1:-1].partition("-")
    return int(low) <= int(high)


def _letters(pattern: Pattern) -> Iterable[int]:
    """How many letters the pattern's shortest and longest readings have."""
    counted = [
        [sum(map(str.isalpha, "".join(choice))) for choice in choices] for choices in pattern.places
    ]
    return sum(map(min, counted)), sum(map(max, counted))


def read_example(text: str) -> str:
    """The message as it is kept. Raises `Malformed` in words for whoever typed it."""
    plain = " ".join(text.split())
    if not any(map(str.isalpha, plain)):
        raise Malformed("an example is a message with words in it")
    if len(plain) > LONGEST:
        raise Malformed(f"an example has {LONGEST} characters at most")
    if not plain.isprintable():
        raise Malformed("an example holds no characters that cannot be seen")
    return plain


def entry_of(word: Word) -> Entry:
    """The keyword as an entry of the vocabulary. Raises `Malformed` where it is no pattern."""
    pattern = read_pattern(word.text)
    if sign(word.label):
        return Entry("redflags", sign(word.label), pattern, whole=False)
    return Entry("intents", word.label, pattern, whole=False)


def alone(vocabulary: Vocabulary, words: Iterable[Word]) -> Vocabulary:
    """The language with nothing but the keywords among `words`."""
    return replace(vocabulary, entries=tuple(entry_of(w) for w in words if w.kind == "keyword"))


def with_words(vocabulary: Vocabulary, words: Iterable[Word]) -> Vocabulary:
    """The vocabulary with the keywords among `words` that are of its language."""
    added = alone(vocabulary, (w for w in words if w.tag == vocabulary.tag)).entries
    return replace(vocabulary, entries=(*vocabulary.entries, *added)) if added else vocabulary


def examples_of(words: Iterable[Word]) -> tuple[Example, ...]:
    """The example messages among `words`, to be learned from."""
    return tuple(Example(w.text, w.label, w.tag, w.romanised) for w in words if w.kind == "example")

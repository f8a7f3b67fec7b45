"""What a word that staff want to add runs into: another meaning's pattern, an example of another meaning, the carrier's own word."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Literal

from .examples import Example, sign
from .folding import tokens
from .lexicon import Lexicon, Target
from .vocabulary import Pattern, Vocabulary, read_pattern
from .words import Word, alone

READINGS = 64  # of a pattern with choices: so many are tried out
SHOWN = 3  # of the example messages that hold a keyword

# The carrier acts on some words by itself, and the message may never reach the bot; these labels mean the same as they do.
SAME_AS_CARRIER = frozenset({"stop", "start", "help", "yes"})


@dataclass(frozen=True, slots=True)
class Collision:
    """One thing that a word runs into. `blocks`: it cannot be added so; else it is for whoever reads it to judge.

    carrier  a word that the carrier acts on       known    the same meaning is found by a pattern already
    pattern  another meaning's pattern is in it    example  an example of another meaning has the same text
    twin     another meaning has this very pattern held     examples of another meaning hold the keyword
    """

    kind: Literal["carrier", "pattern", "twin", "known", "example", "held"]
    text: str
    label: str = ""
    tag: str = ""
    blocks: bool = False
    count: int = 1


@dataclass(frozen=True)
class Shelf:
    """The example messages of a language, the words of each, and where each word stands, for whoever looks again and again."""

    examples: tuple[Example, ...] = ()
    words: tuple[tuple[str, ...], ...] = ()
    places: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    sorted: tuple[str, ...] = ()

    def holding(self, word: str) -> Iterator[int]:
        """The examples that have the word of a pattern; of one that ends with `*`, every word that begins so."""
        if not word.endswith("*"):
            yield from self.places.get(word, ())
            return
        stem = word[:-1]
        for found in self.sorted[bisect_left(self.sorted, stem) :]:
            if not found.startswith(stem):
                return
            yield from self.places[found]

    def saying(self, words: tuple[str, ...]) -> Iterator[Example]:
        """The examples of exactly these words."""
        for number in self.holding(words[0]) if words else ():
            if self.words[number] == words:
                yield self.examples[number]


def shelf(examples: Iterable[Example]) -> Shelf:
    """The shelf of these examples."""
    kept = tuple(examples)
    words = tuple(tokens(e.text) for e in kept)
    places: dict[str, list[int]] = {}
    for number, said in enumerate(words):
        for word in dict.fromkeys(said):
            places.setdefault(word, []).append(number)
    return Shelf(kept, words, {w: tuple(p) for w, p in places.items()}, tuple(sorted(places)))


def collisions(
    word: Word, vocabulary: Vocabulary, lexicon: Lexicon, known: Shelf, carrier: Iterable[str]
) -> tuple[Collision, ...]:
    """What `word` runs into in its language's vocabulary, in the patterns of all languages and in its language's examples."""
    by_kind = _of_keyword if word.kind == "keyword" else _of_example
    found = (*_of_carrier(word, frozenset(carrier)), *by_kind(word, vocabulary, lexicon, known))
    return tuple(sorted(dict.fromkeys(found), key=lambda c: not c.blocks))


def _of_carrier(word: Word, carrier: frozenset[str]) -> Iterator[Collision]:
    for said in _said(word):
        text = " ".join(said)
        if text in carrier:
            yield Collision("carrier", text, blocks=word.label not in SAME_AS_CARRIER)


def _said(word: Word) -> Sequence[tuple[str, ...]]:
    return spelled(read_pattern(word.text)) if word.kind == "keyword" else (tokens(word.text),)


def spelled(pattern: Pattern) -> tuple[tuple[str, ...], ...]:
    """The messages that are nothing but the pattern: one for each way through its choices, the first ones of very many."""
    ways = islice(product(*pattern.places), READINGS)
    return tuple(tuple(_plain(word) for choice in way for word in choice) for way in ways)


def _plain(word: str) -> str:
    return word[1:-1].partition("-")[0] if word.startswith("{") else word.rstrip("*")


# ---------------------------------------------------------------- a keyword


def _of_keyword(
    word: Word, vocabulary: Vocabulary, lexicon: Lexicon, known: Shelf
) -> Iterator[Collision]:
    pattern = read_pattern(word.text)
    twins = {label_of(t) for t in _twins(pattern, vocabulary)} - {word.label}
    yield from (
        Collision("twin", word.text, label, word.tag, not _shared(word.label, label))
        for label in sorted(twins)
    )
    for target in dict.fromkeys(_hit(pattern, lexicon)):
        label = label_of(target)
        if label != word.label and label not in twins:
            yield Collision("pattern", target.pattern, label, target.language)
        elif label == word.label and target.language == word.tag:
            yield Collision("known", target.pattern, label, target.language)
    yield from _held(word, vocabulary, known)


def label_of(target: Target) -> str:
    """What a pattern stands for, as words are labelled; a follow-up question under its own name."""
    return target.name if target.kind == "intents" else f"{target.kind}.{target.name}"


def _shared(one: str, other: str) -> bool:
    """Whether both are signs of danger: these may share words, since each of them is answered."""
    return bool(sign(one) and sign(other))


def _twins(pattern: Pattern, vocabulary: Vocabulary) -> Iterator[Target]:
    for entry in vocabulary.entries:
        same = (entry.pattern.places, entry.pattern.gaps) == (pattern.places, pattern.gaps)
        if same and not entry.whole:
            yield Target(entry.kind, entry.name, vocabulary.tag, entry.whole, entry.pattern.text)


def _hit(pattern: Pattern, lexicon: Lexicon) -> Iterator[Target]:
    for said in spelled(pattern):
        yield from (hit.target for hit in lexicon.find(said) if not hit.near)


def _held(word: Word, vocabulary: Vocabulary, known: Shelf) -> Iterator[Collision]:
    """The example messages of other meanings in which the keyword stands, counted by meaning."""
    few = Lexicon([alone(vocabulary, [word])])
    first = read_pattern(word.text).places[
        0
    ]  # whatever holds the keyword holds one of its first words
    numbers = {number for choice in first for number in known.holding(choice[0])}
    found: dict[str, list[str]] = {}
    for number in sorted(numbers):
        example = known.examples[number]
        if example.label != word.label and few.find(known.words[number]):
            found.setdefault(example.label, []).append(example.text)
    for label, texts in sorted(found.items(), key=lambda item: -len(item[1])):
        shown = " · ".join(texts[:SHOWN])
        yield Collision("held", shown, label, word.tag, count=len(texts))


# ---------------------------------------------------------------- an example message


def _of_example(
    word: Word, _vocabulary: Vocabulary, lexicon: Lexicon, known: Shelf
) -> Iterator[Collision]:
    said = tokens(word.text)
    by_label: dict[str, list[str]] = {}
    for example in known.saying(said):
        by_label.setdefault(example.label, []).append(example.text)
    for label, texts in by_label.items():
        other = label != word.label
        yield Collision(
            "example" if other else "known", texts[0], label, word.tag, other, len(texts)
        )
    for hit in lexicon.find(said):
        if not hit.near and hit.target.kind == "redflags" and label_of(hit.target) != word.label:
            yield Collision(
                "pattern", hit.target.pattern, label_of(hit.target), hit.target.language
            )

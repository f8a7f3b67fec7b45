"""Finds the patterns of every loaded language in a message at once.

All patterns of all languages lie in one tree of words, walked once from each word of the message, so the cost grows with the
message and not with the number of languages. A word of five letters or more that is nowhere in the tree is also tried with one
letter wrong, missing, added or swapped (optimal string alignment distance 1, same first letter); a word of four letters only with
two letters swapped, since any other change of so short a word makes another word too often.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .folding import variants
from .vocabulary import Entry, Pattern, Vocabulary

WORD_GAP = 3  # words that may stand where a pattern says "..", in languages with spaces
ENDING = 4  # letters at most after a misspelled beginning of a word: more make another word
TELLING = 4  # letters of a beginning that tells which word it begins
BEGINNING = 7  # letters of a word by which its likes are looked up
CHARACTER_GAP = 6  # characters, in languages without


@dataclass(frozen=True, slots=True)
class Target:
    """What a pattern stands for, in which language."""

    kind: str
    name: str
    language: str
    whole: bool
    pattern: str


class Hit(NamedTuple):
    """A pattern found in the words from `start` up to `end`; `weight` words matched, `near` when one was misspelled."""

    target: Target
    start: int
    end: int
    weight: int
    near: bool

    @property
    def name(self) -> str:
        """The intent, follow-up question or red-flag class that was found."""
        return self.target.name


class _Node:
    """A place in the tree: where each next word leads, also after other words, and what has been found on arriving here."""

    __slots__ = ("after_gap", "following", "targets")

    def __init__(self) -> None:
        self.following: dict[str, tuple[_Node, ...]] = {}
        self.after_gap: tuple[int, _Node] | None = (
            None  # how many words may stand between, and what follows them
        )
        self.targets: tuple[Target, ...] = ()


_Choices = tuple[tuple[str, ...], ...]


# Gives what was found in words before, or has it found now and keeps it.
Remember = Callable[[str, Callable[[], tuple[Hit, ...]]], tuple[Hit, ...]]


def anew(_words: str, find: Callable[[], tuple[Hit, ...]]) -> tuple[Hit, ...]:
    """Remembers nothing."""
    return find()


class Lexicon:
    """The patterns of several vocabularies, ready to be found. It is built once and not changed."""

    def __init__(self, vocabularies: Iterable[Vocabulary], remember: Remember = anew) -> None:
        self._root = _Node()
        self._beginnings: dict[str, str] = {}
        self._ranges: dict[str, range] = {}
        self._remember = remember
        self._known: set[str] = set()
        self._near: dict[int, tuple[str, ...]] = {}
        self._fillers: set[str] = set()
        guarded: set[str] = set()
        places: dict[tuple[int, _Choices], _Node] = {}
        for vocabulary in vocabularies:
            self._fillers |= vocabulary.fillers
            gap = WORD_GAP if vocabulary.spaces else CHARACTER_GAP
            for entry in vocabulary.entries:
                self._add(entry, vocabulary.tag, gap, places)
                if vocabulary.near_misses:
                    guarded.update(_guarded(entry.pattern))
        for word in guarded:
            alone = (word,)  # one value for most of its keys
            for key in _deletions(word.rstrip("*")):
                others = self._near.get(key)
                self._near[key] = (*others, word) if others else alone
        self._lengths = sorted({len(b) for b in self._beginnings})
        # The same words come again and again; numbers, which may be somebody's, are not remembered.
        self._read = lru_cache(maxsize=8192)(self._readings)

    def _add(
        self, entry: Entry, language: str, gap: int, places: dict[tuple[int, _Choices], _Node]
    ) -> None:
        """Lays a pattern into the tree. All choices at a place lead to one node, and patterns that begin alike share it."""
        target = Target(entry.kind, entry.name, language, entry.whole, entry.pattern.text)
        node = self._root
        for number, choices in enumerate(entry.pattern.places):
            if number in entry.pattern.gaps:
                node.after_gap = node.after_gap or (gap, _Node())
                node = node.after_gap[1]
            key = (id(node), choices)
            if key not in places:
                places[key] = self._place(node, choices)
            node = places[key]
        if target not in node.targets:
            node.targets += (target,)

    def _place(self, node: _Node, choices: _Choices) -> _Node:
        """A new node to which each of the choices leads from `node`."""
        end = _Node()
        for words in choices:
            at = node
            for word in words[:-1]:
                self._learn(word)
                step = _Node()
                at.following[word] = (*at.following.get(word, ()), step)
                at = step
            self._learn(words[-1])
            at.following[words[-1]] = (*at.following.get(words[-1], ()), end)
        return end

    def _learn(self, word: str) -> None:
        if word.endswith("*"):
            self._beginnings[word[:-1]] = word
        elif word.startswith("{"):
            low, _, high = word[1:-1].partition("-")
            self._ranges[word] = range(int(low), int(high) + 1)
        else:
            self._known.add(word)

    def find(self, words: Sequence[str]) -> tuple[Hit, ...]:
        """Every pattern that stands in `words` (folded), longest first.

        Many write the same few words, so what was found is remembered where the lexicon was given something to remember by.
        """
        return self._remember("\x00".join(words), lambda: self._found(words))

    def _found(self, words: Sequence[str]) -> tuple[Hit, ...]:
        readings = [self._read(word) if word.isalpha() else self._readings(word) for word in words]
        spared = frozenset(i for i, word in enumerate(words) if word in self._fillers)
        present = {word for known_as in readings for word, _ in known_as}
        hits: dict[tuple[int, int], Hit] = {}
        for start, known_as in enumerate(readings):
            if not known_as:
                continue
            for hit in self._from(start, readings, present):
                if hit.target.whole and not _covers(hit, len(words), spared):
                    continue
                key = (id(hit.target), start)
                known = hits.get(key)
                if known is None or (hit.weight, not hit.near) > (known.weight, not known.near):
                    hits[key] = hit
        return tuple(sorted(hits.values(), key=_longest_first))

    def _from(
        self, start: int, readings: list[list[tuple[str, bool]]], present: set[str]
    ) -> list[Hit]:
        """Every pattern that begins with the word at `start`; `present` are all words of the message."""
        found: list[Hit] = []
        last = len(readings) - 1
        # Where in the tree, the next word, how many words matched, whether one of them was mended.
        paths = [(self._root, start, 0, False)]
        while paths:
            node, at, weight, near = paths.pop()
            for target in node.targets:
                found.append(Hit(target, start, at, weight, near))
            if node.after_gap is not None:
                gap, gapped = node.after_gap
                if not gapped.following.keys().isdisjoint(present):
                    for place in range(at, min(at + gap, last) + 1):
                        for word, missed in readings[place]:
                            for following in gapped.following.get(word, ()):
                                paths.append((following, place + 1, weight + 1, near or missed))
            if at <= last and node.following:
                for word, missed in readings[at]:
                    for following in node.following.get(word, ()):
                        paths.append((following, at + 1, weight + 1, near or missed))
        return found

    def _readings(self, word: str) -> list[tuple[str, bool]]:
        """The words of the tree that `word` may be, each with whether it had to be mended."""
        found = list(self._exactly(word))
        for variant in variants(word):
            found.extend(self._exactly(variant))
        if found or not word.isalpha():
            return [(w, False) for w in dict.fromkeys(found)]
        return [(w, True) for w in self.near(word)]

    def _exactly(self, word: str) -> Iterator[str]:
        if word in self._known:
            yield word
        for length in self._lengths:
            if length > len(word):
                break
            if beginning := self._beginnings.get(word[:length]):
                yield beginning
        if word.isdigit() and len(word) <= 3:
            yield from (w for w, numbers in self._ranges.items() if int(word) in numbers)

    def knows(self, word: str) -> bool:
        """Whether a folded word, in one of the forms under which it may be meant, stands in the tree as it is.

        A beginning of a few letters knows no word: `al*` beside others means taking, alone it would know Alice.
        """
        forms = (word, *variants(word))
        found = (known for form in forms for known in self._exactly(form))
        return any(not known.endswith("*") or len(known) > TELLING for known in found)

    def near(self, word: str) -> tuple[str, ...]:
        """The words of the tree from which `word` differs by one slip, as the head of this module says."""
        if len(word) <= 4:
            swapped = (
                (word[0] + word[2] + word[1] + word[3], word[:2] + word[3] + word[2])
                if len(word) == 4
                else ()
            )
            return tuple(w for w in swapped if w in self._known)
        found = {w for w in self._candidates(word) if not w.endswith("*") and one_slip(word, w)}
        for length in range(max(6, len(word) - ENDING), len(word) + 1):
            head = word[:length]
            found |= {
                w for w in self._candidates(head) if w.endswith("*") and one_slip(head, w[:-1])
            }
        return tuple(sorted(found))

    def _candidates(self, word: str) -> Iterator[str]:
        for key in _deletions(word):
            yield from (w for w in self._near.get(key, ()) if w[0] == word[0])


class Widened(Lexicon):
    """A lexicon with a few more patterns beside it, found together. The large tree is not built anew.

    A word that one of the two knows as it is, is mended into nothing of the other, as if all lay in one tree.
    """

    def __init__(self, base: Lexicon, more: Iterable[Vocabulary]) -> None:
        self._base = base
        super().__init__(more)

    def find(self, words: Sequence[str]) -> tuple[Hit, ...]:
        """Every pattern of both that stands in `words` (folded), longest first."""
        mine = frozenset(i for i, word in enumerate(words) if super(Widened, self).knows(word))
        theirs = (
            hit
            for hit in self._base.find(words)
            if not (hit.near and any(i in mine for i in range(hit.start, hit.end)))
        )
        return tuple(sorted((*theirs, *super().find(words)), key=_longest_first))

    def knows(self, word: str) -> bool:
        """Whether one of the two knows the word."""
        return super().knows(word) or self._base.knows(word)

    def near(self, word: str) -> tuple[str, ...]:
        """The words of the few patterns from which `word` differs by one slip, where it is no word of the large tree."""
        return () if self._base.knows(word) else super().near(word)


def _longest_first(hit: Hit) -> tuple[int, int, bool, int]:
    return (-hit.weight, hit.start - hit.end, hit.near, hit.start)


def _covers(hit: Hit, length: int, spared: frozenset[int]) -> bool:
    """Whether nothing but fillers stands beside the hit."""
    return all(i in spared for i in range(length) if not hit.start <= i < hit.end)


def _guarded(pattern: Pattern) -> Iterator[str]:
    """The words of a pattern that are long enough to be known in spite of a slip."""
    for choices in pattern.places:
        for words in choices:
            yield from (
                w
                for w in words
                if len(w) >= (6 if w.endswith("*") else 5) and w.rstrip("*").isalpha()
            )


def _deletions(word: str) -> Iterator[int]:
    """The beginning of the word and that beginning with each letter left out: two words one slip apart share one of these.

    As hashes, which take half the room; what they find is compared in full.
    """
    head = word[:BEGINNING]
    yield hash(head)
    for i in range(len(head)):
        yield hash(head[:i] + head[i + 1 :])


def one_slip(typed: str, word: str) -> bool:
    """Whether one character wrong, missing or added, or two neighbours swapped, make `word` of `typed`, which differs from it."""
    if len(typed) == len(word):
        wrong = [i for i, (a, b) in enumerate(zip(typed, word, strict=True)) if a != b]
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
            return typed[wrong[0]] == word[wrong[1]] and typed[wrong[1]] == word[wrong[0]]
        return len(wrong) == 1
    short, long = sorted((typed, word), key=len)
    if len(long) - len(short) != 1:
        return False
    cut = next((i for i, c in enumerate(short) if long[i] != c), len(short))
    return short[cut:] == long[cut + 1 :]

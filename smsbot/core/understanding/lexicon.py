"""Finds the patterns of every loaded language in a message at once.

All patterns of all languages lie in one tree of words, walked once from each word of the message, so the cost grows with the
message and not with the number of languages. A word of five letters or more that is nowhere in the tree is also tried with one
letter wrong, missing, added or swapped (optimal string alignment distance 1, same first letter); a word of four letters only with
two letters swapped, since any other change of so short a word makes another word too often.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import NamedTuple
from zlib import crc32

from .folding import variants
from .vocabulary import Pattern, Vocabulary

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


_Choices = tuple[tuple[str, ...], ...]
_Leads = dict[int, tuple[int, ...]]  # place -> the places to which a word leads from there


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns of several vocabularies as one tree, whose places are numbers. Plain values, which can be kept and read again."""

    leads: Mapping[str, _Leads]  # by the word
    gaps: Mapping[int, tuple[int, int]]  # place -> how many words may follow, and the place after
    targets: Mapping[int, tuple[Target, ...]]  # place -> what was found on arriving there
    near: Mapping[int, tuple[str, ...]]  # a shortened beginning, as a number -> the words so begun
    fillers: frozenset[str]


ROOT = 0  # the place from which every pattern begins


def lay(vocabularies: Iterable[Vocabulary]) -> Patterns:
    """Lays patterns into a tree. All choices at a place lead to one place, and patterns that begin alike share it."""
    leads: dict[str, _Leads] = {}
    gaps: dict[int, tuple[int, int]] = {}
    targets: dict[int, tuple[Target, ...]] = {}
    known: dict[tuple[int, _Choices], int] = {}
    numbers = count(ROOT + 1)
    fillers: set[str] = set()
    guarded: set[str] = set()
    for vocabulary in vocabularies:
        fillers |= vocabulary.fillers
        gap = WORD_GAP if vocabulary.spaces else CHARACTER_GAP
        for entry in vocabulary.entries:
            place = ROOT
            for number, choices in enumerate(entry.pattern.places):
                if number in entry.pattern.gaps:
                    place = gaps.setdefault(place, (gap, next(numbers)))[1]
                key = (place, choices)
                if key not in known:
                    known[key] = next(numbers)
                    _lead(leads, place, choices, known[key], numbers)
                place = known[key]
            target = Target(entry.kind, entry.name, vocabulary.tag, entry.whole, entry.pattern.text)
            if target not in (found := targets.get(place, ())):
                targets[place] = (*found, target)
            if vocabulary.near_misses:
                guarded.update(_guarded(entry.pattern))
    return Patterns(leads, gaps, targets, _by_beginnings(guarded), frozenset(fillers))


def _lead(
    leads: dict[str, _Leads], place: int, choices: _Choices, end: int, numbers: Iterator[int]
) -> None:
    """Has each of the choices lead from a place to the end."""
    last = (end,)  # one value for all of them
    for words in choices:
        at = place
        for word in words[:-1]:
            step = next(numbers)
            _add(leads, word, at, (step,))
            at = step
        _add(leads, words[-1], at, last)


def _add(leads: dict[str, _Leads], word: str, place: int, to: tuple[int, ...]) -> None:
    of = leads.setdefault(word, {})
    of[place] = of[place] + to if place in of else to


def _by_beginnings(words: Iterable[str]) -> dict[int, tuple[str, ...]]:
    near: dict[int, tuple[str, ...]] = {}
    for word in words:
        alone = (word,)  # one value for most of its keys
        for key in _deletions(word.rstrip("*")):
            near[key] = (*near[key], word) if key in near else alone
    return near


# Lays patterns into a tree, or has them from where they were kept.
Lay = Callable[[Iterable[Vocabulary]], Patterns]
# Gives what was found in words before, or has it found now and keeps it.
Remember = Callable[[str, Callable[[], tuple[Hit, ...]]], tuple[Hit, ...]]


def anew(_words: str, find: Callable[[], tuple[Hit, ...]]) -> tuple[Hit, ...]:
    """Remembers nothing."""
    return find()


class Lexicon:
    """The patterns of several vocabularies, ready to be found. It is built once and not changed."""

    def __init__(
        self, vocabularies: Iterable[Vocabulary], remember: Remember = anew, lay: Lay = lay
    ) -> None:
        self._patterns = lay(vocabularies)
        self._leads = self._patterns.leads
        self._remember = remember
        self._beginnings = {word[:-1]: word for word in self._leads if word.endswith("*")}
        self._ranges = {word: _range(word) for word in self._leads if word.startswith("{")}
        self._lengths = sorted({len(b) for b in self._beginnings})
        # The same words come again and again; numbers, which may be somebody's, are not remembered.
        self._read = lru_cache(maxsize=8192)(self._readings)

    def find(self, words: Sequence[str]) -> tuple[Hit, ...]:
        """Every pattern that stands in `words` (folded), longest first.

        Many write the same few words, so what was found is remembered where the lexicon was given something to remember by.
        """
        return self._remember("\x00".join(words), lambda: self._found(words))

    def _found(self, words: Sequence[str]) -> tuple[Hit, ...]:
        readings = [self._read(word) if word.isalpha() else self._readings(word) for word in words]
        ways = [[(self._leads[w], missed) for w, missed in known_as] for known_as in readings]
        fillers = self._patterns.fillers
        spared = frozenset(i for i, word in enumerate(words) if word in fillers)
        hits: dict[tuple[int, int], Hit] = {}
        for start, known_as in enumerate(ways):
            if not known_as:
                continue
            for hit in self._from(start, ways):
                if hit.target.whole and not _covers(hit, len(words), spared):
                    continue
                key = (id(hit.target), start)
                known = hits.get(key)
                if known is None or (hit.weight, not hit.near) > (known.weight, not known.near):
                    hits[key] = hit
        return tuple(sorted(hits.values(), key=_longest_first))

    def _from(self, start: int, ways: list[list[tuple[_Leads, bool]]]) -> list[Hit]:
        """Every pattern that begins with the word at `start`."""
        targets, gaps = self._patterns.targets, self._patterns.gaps
        found: list[Hit] = []
        last = len(ways) - 1
        # The place in the tree, the next word, how many words matched, whether one of them was mended.
        paths = [(ROOT, start, 0, False)]
        while paths:
            place, at, weight, near = paths.pop()
            for target in targets.get(place, ()):
                found.append(Hit(target, start, at, weight, near))
            if place in gaps:
                gap, after = gaps[place]
                for word in range(at, min(at + gap, last) + 1):
                    for leads, missed in ways[word]:
                        for following in leads.get(after, ()):
                            paths.append((following, word + 1, weight + 1, near or missed))
            if at <= last:
                for leads, missed in ways[at]:
                    for following in leads.get(place, ()):
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
        if word in self._leads:
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
            return tuple(w for w in swapped if w in self._leads)
        found = {w for w in self._candidates(word) if not w.endswith("*") and one_slip(word, w)}
        for length in range(max(6, len(word) - ENDING), len(word) + 1):
            head = word[:length]
            found |= {
                w for w in self._candidates(head) if w.endswith("*") and one_slip(head, w[:-1])
            }
        return tuple(sorted(found))

    def _candidates(self, word: str) -> Iterator[str]:
        for key in _deletions(word):
            yield from (w for w in self._patterns.near.get(key, ()) if w[0] == word[0])


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


def _range(word: str) -> range:
    low, _, high = word[1:-1].partition("-")
    return range(int(low), int(high) + 1)


def _deletions(word: str) -> Iterator[int]:
    """The beginning of the word and that beginning with each letter left out: two words one slip apart share one of these.

    As checksums, which take half the room and are the same in every process; what they find is compared in full.
    """
    head = word[:BEGINNING]
    yield crc32(head.encode())
    for i in range(len(head)):
        yield crc32((head[:i] + head[i + 1 :]).encode())


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

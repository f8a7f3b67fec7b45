"""Looks at a message: its words, the patterns that stand in it, its scripts, and the parts in which it is read."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from .folding import tokens
from .lexicon import Hit, Lay, Lexicon, Remember, Widened, anew, lay
from .vocabulary import Vocabulary

PART_WORDS = 3  # below this many words a sentence is read with the one before it
PART_LENGTH = 160  # characters of a message that are read in one go; the rest is read apart
PARTS = 12  # parts at most


@dataclass(frozen=True, slots=True)
class Reader:
    """What is needed to read in the loaded languages; built once for all messages."""

    lexicon: Lexicon
    scripts: Mapping[str, tuple[str, ...]]  # language -> the scripts that it is written in
    risks: Mapping[str, int]  # intent -> which of two answers goes first: the higher
    covers: Mapping[str, tuple[str, ...]]  # intent -> those that its answer answers as well
    stop_words: frozenset[str]  # single words that opt out as a whole message
    stop_rows: frozenset[tuple[str, ...]]  # the same in characters, where no spaces part the words
    romanised: frozenset[str] = frozenset()  # languages that people also type in Latin letters

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that can be read."""
        return tuple(self.scripts)


def make_reader(
    vocabularies: Iterable[Vocabulary],
    risks: Mapping[str, int],
    covers: Mapping[str, tuple[str, ...]] | None = None,
    romanised: Iterable[str] = (),
    remember: Remember = anew,
    lay: Lay = lay,
) -> Reader:
    """The reader of the given vocabularies, whose patterns `lay` lays into a tree."""
    known = tuple(vocabularies)
    return Reader(
        lexicon=Lexicon(known, remember, lay),
        scripts={v.tag: v.scripts or (script_of(v.own_name[0]),) for v in known},
        risks=risks,
        covers=covers or {},
        stop_words=frozenset(word for v in known for word in _stop_words(v)),
        stop_rows=frozenset(row for v in known if not v.spaces for row in _stop_rows(v)),
        romanised=frozenset(romanised),
    )


def widened(reader: Reader, more: Iterable[Vocabulary]) -> Reader:
    """The reader with a few more patterns; none of them may be a whole message that opts out."""
    return replace(reader, lexicon=Widened(reader.lexicon, more))


def _stop_words(vocabulary: Vocabulary) -> Iterator[str]:
    """The single words by which a whole message opts out; single characters are words of too many meanings."""
    for places in _stops_whole(vocabulary):
        if len(places) == 1:
            yield from (w for (w, *more) in places[0] if not more and len(w) >= _least(w))


def _stop_rows(vocabulary: Vocabulary) -> Iterator[tuple[str, ...]]:
    """The characters of each word or phrase by which a whole message opts out."""
    for places in _stops_whole(vocabulary):
        for choice in product(*places):
            row = tuple(character for words in choice for character in words)
            if _length(row) > 1:
                yield row


def _stops_whole(vocabulary: Vocabulary) -> Iterator[tuple[tuple[tuple[str, ...], ...], ...]]:
    for entry in vocabulary.entries:
        stops = (entry.kind, entry.name, entry.whole) == ("intents", "stop", True)
        if stops and not entry.pattern.gaps:
            yield entry.pattern.places


def _least(word: str) -> int:
    """Letters that a word of one meaning has at least: a syllable of Hangul is two or three of another script."""
    return 2 if script_of(word[0]) == "HANGUL" else 3


@dataclass(frozen=True, slots=True)
class Look:
    """What stands in a message: its words, the patterns found, its scripts (share of letters) and whether it asks."""

    text: str
    words: tuple[str, ...]
    length: int  # in words, also where no spaces part them
    hits: tuple[Hit, ...]
    scripts: Mapping[str, float]
    letters: int
    question: bool
    number: int | None
    stops: bool  # a sentence of its own opts out, whatever the others say
    commanded: bool  # the whole message is one of the words or phrases that mean one thing: nothing more has to be asked

    @property
    def parts(self) -> tuple[str, ...]:
        """The message cut at its sentences, each to be read for itself; one part where it is one sentence."""
        return _parts(self.text)


def look(reader: Reader, text: str) -> Look:
    """What stands in `text`."""
    words = tokens(text)
    scripts, letters = _scripts(text)
    number = words[0] if len(words) == 1 else ""
    hits = reader.lexicon.find(words)
    return Look(
        text=text,
        words=words,
        length=_length(words),
        hits=hits,
        scripts=scripts,
        letters=letters,
        question="?" in text or "؟" in text or "？" in text or text.rstrip().endswith("\u037e"),
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 4 else None,
        stops=_stops(reader, text, words),
        commanded=any(hit.target.whole and not hit.near for hit in hits),
    )


_SENTENCE = re.compile(r"[.!?,;:\n…،؛؟。！？，；]+")
_END = re.compile(r"[.!?;\n…؛؟。！？；।]+")


def _stops(reader: Reader, text: str, words: tuple[str, ...]) -> bool:
    """Whether one of several sentences is nothing but a word that opts out."""
    if reader.stop_words.isdisjoint(words) and all(len(w) > 1 for w in words):
        return False
    sentences = [said for part in _SENTENCE.split(text) if (said := tokens(part))]
    return len(sentences) > 1 and any(
        said in reader.stop_rows or reader.stop_words.issuperset(said) for said in sentences
    )


# Thai letters to a word, as its words have on average; the characters of other scripts without spaces count as words.
_THAI_LETTERS = 4


def _length(words: tuple[str, ...]) -> int:
    """How many words there are; Thai ones are counted by their letters."""
    letters = sum("\u0e01" <= word <= "\u0e5b" for word in words if len(word) == 1)
    return len(words) - letters + -(-letters // _THAI_LETTERS)


def _parts(text: str) -> tuple[str, ...]:
    """The sentences of a text, short ones with the one before, long ones cut between words."""
    parts: list[str] = []
    for sentence in _END.split(text):
        for piece in _lines(sentence.strip()):
            if parts and (len(tokens(piece)) < PART_WORDS or len(tokens(parts[-1])) < PART_WORDS):
                parts[-1] = f"{parts[-1]}, {piece}"
            else:
                parts.append(piece)
    return tuple(parts[:PARTS])


_PAUSES = " 、，"


def _lines(sentence: str) -> Iterator[str]:
    while len(sentence) > PART_LENGTH:
        cut = max(sentence.rfind(pause, 1, PART_LENGTH) for pause in _PAUSES)
        cut = cut if cut > 0 else PART_LENGTH
        yield sentence[:cut]
        sentence = sentence[cut:].strip()
    if sentence:
        yield sentence


def _scripts(text: str) -> tuple[Mapping[str, float], int]:
    """The share of each script among the letters of the text, and how many letters there are."""
    if text.isascii():
        count = sum(map(str.isalpha, text))
        return ({"LATIN": 1.0} if count else {}), count
    counts = Counter(map(script_of, filter(str.isalpha, unicodedata.normalize("NFKC", text))))
    total = counts.total()
    return {script: count / total for script, count in counts.items()}, total


@lru_cache(maxsize=4096)
def script_of(letter: str) -> str:
    """The script of a letter, by its name in Unicode; UNKNOWN where it has none."""
    name = unicodedata.name(letter, "UNKNOWN").partition(" ")[0]
    return _SHARED.get(name, name)


# Marks that stand among the letters of one script and have a name of their own.
_SHARED = {"KATAKANA-HIRAGANA": "KATAKANA", "IDEOGRAPHIC": "CJK"}

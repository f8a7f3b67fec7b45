"""The words that decide whether a text may be sent: patterns of each language, and the names of the medicine in any spelling.

A pattern is a row of words, written as in the vocabularies:   best|top clinic*   .. between words   a_b|c   several words as one choice.
Beside those: a word with * before it ends so, with * on both sides it holds it (*rabatt*: Winterrabattaktion); a word with = before
it counts with its accents (=sûr is not sur); # is any number, in the digits of any script.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, get_args

from ..content.broken import Broken
from ..understanding.folding import fold, tokens, variants

FILE = "campaign_words.toml"

Subject = Literal[
    "medicine",  # the medicine without its name
    "safe",
    "best",
    "result",
    "painless",
    "offer",
    "price",
    "minors",
    "health",  # what somebody suffers from, or was treated for
    "looks",  # what is wrong with somebody's face
    "wrinkles",  # what the medicine is for
]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)
HARMLESS = "harmless"

GAP, CHARACTER_GAP = (
    3,
    6,
)  # words that may stand where a pattern says "..", and characters in scripts without spaces
SPACED_OUT = 10  # pieces at most into which the spaces in it may have cut a name
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


# ---------------------------------------------------------------- patterns


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a pattern, folded: whether it may go on after it, or begin before it, and whether its accents count."""

    text: str
    goes_on: bool = False
    begins_before: bool = False
    exact: bool = False

    def fits(self, token: "Token") -> bool:
        """Whether the token is the word, in one of the forms under which it may be meant."""
        if self.text == "#":
            return token.forms[0].isdigit()
        if self.exact:
            return self._fits(token.written)
        return any(map(self._fits, token.forms))

    def _fits(self, form: str) -> bool:
        if self.begins_before:
            return self.text in form if self.goes_on else form.endswith(self.text)
        return form.startswith(self.text) if self.goes_on else form == self.text


@dataclass(frozen=True, slots=True)
class Pattern:
    """A row of words to be found: the choices at each place, and the places before which other words may stand."""

    text: str
    places: tuple[tuple[tuple[Word, ...], ...], ...]  # place > choice > words
    gaps: frozenset[int] = frozenset()

    @property
    def gap(self) -> int:
        """How many words may stand where the pattern says so."""
        return CHARACTER_GAP if _UNSPACED.search(self.text) else GAP


def read_pattern(text: str) -> Pattern:
    """The pattern that `text` writes. Raises ValueError for an empty one and for `..` at an end."""
    places: list[tuple[tuple[Word, ...], ...]] = []
    gaps = set()
    for part in text.split():
        if part == "..":
            gaps.add(len(places))
            continue
        choices = tuple(words for choice in part.split("|") if (words := tuple(_words(choice))))
        if not choices:
            raise ValueError(f"the pattern {text!r} has nothing to find in {part!r}")
        places.append(choices)
    if not places or gaps & {0, len(places)}:
        raise ValueError(f"the pattern {text!r} is empty, or begins or ends with '..'")
    return Pattern(text, tuple(places), frozenset(gaps))


def _words(choice: str) -> Iterator[Word]:
    for part in choice.split("_"):
        exact, bare = part.startswith("="), part.strip("=*")
        before, after = part.startswith("*"), part.endswith("*")
        if bare == "#":
            yield Word("#")
            continue
        found = [t.written if exact else t.forms[0] for t in tokens_of(bare)]
        for place, word in enumerate(found):
            last = place == len(found) - 1
            yield Word(word, after and last, before and place == 0, exact)


# ---------------------------------------------------------------- texts


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: the forms under which it may be meant, the folded one first; as written; where it stands."""

    forms: tuple[str, ...]
    written: str  # small letters, with its accents
    start: int
    end: int


_CHUNK = re.compile(r"\S+")


def tokens_of(text: str) -> tuple[Token, ...]:
    """The words of a text; in scripts without spaces, its characters. Each knows the piece of the text in which it stands."""
    return tuple(
        token
        for chunk in _CHUNK.finditer(text)
        for token in _tokens(chunk[0], chunk.start(), chunk.end())
    )


def _tokens(chunk: str, start: int, end: int) -> Iterator[Token]:
    folded = tokens(_GLUED.sub(r"\1 ", chunk))
    written = _WRITTEN.findall(unicodedata.normalize("NFKC", chunk).casefold())
    if len(written) != len(folded):
        written = list(folded)
    for word, as_written in zip(folded, written, strict=True):
        yield Token((word, *variants(word), *_without_hebrew_prefix(word)), as_written, start, end)


_WRITTEN = re.compile(r"[^\W\d_]+|\d+")
# A figure and its unit: 20zl, rp200.
_GLUED = re.compile(r"(?<!\w)(\d+(?=[^\W\d_])|[^\W\d_]{1,3}(?=\d{2}))")
_HEBREW_PREFIX = frozenset("הובלמשכ")


def _without_hebrew_prefix(word: str) -> Iterator[str]:
    """The word without one and without two of the letters that Hebrew writes to its beginning: the, and, in, to, from, that, as."""
    for cut in (1, 2):
        if len(word) - cut >= 3 and set(word[:cut]) <= _HEBREW_PREFIX:
            yield word[cut:]


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern found: under which heading it stands, and the words of the text from `start` up to `end`."""

    heading: str
    pattern: Pattern
    start: int
    end: int

    @property
    def span(self) -> frozenset[int]:
        """The places of its words."""
        return frozenset(range(self.start, self.end))


Entry = tuple[str, Pattern]  # a heading and a pattern under it


class Lookup:
    """Patterns under headings, by the words with which they may begin. It is built once and not changed."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._whole: dict[str, list[Entry]] = {}
        self._beginnings: dict[str, list[Entry]] = {}
        self._others: list[
            Entry
        ] = []  # begin with a number, inside a word, or with a letter's accent
        for entry in entries:
            firsts = [choice[0] for choice in entry[1].places[0]]
            if any(word.exact or word.begins_before or word.text == "#" for word in firsts):
                self._others.append(entry)
                continue
            for word in firsts:
                room = self._beginnings if word.goes_on else self._whole
                room.setdefault(word.text, []).append(entry)
        self._lengths = sorted({len(beginning) for beginning in self._beginnings})

    def find(self, text: Sequence[Token]) -> Iterator[Hit]:
        """Every pattern that stands in the words of a text, each place where it begins once."""
        for start, token in enumerate(text):
            for heading, pattern in dict.fromkeys(self._beginning_with(token)):
                end = _match(pattern, 0, start, text)
                if end is not None:
                    yield Hit(heading, pattern, start, end)

    def _beginning_with(self, token: Token) -> Iterator[Entry]:
        for form in token.forms:
            yield from self._whole.get(form, ())
            for length in self._lengths:
                if length > len(form):
                    break
                yield from self._beginnings.get(form[:length], ())
        yield from self._others


def _match(pattern: Pattern, place: int, at: int, text: Sequence[Token]) -> int | None:
    """Where the pattern, from `place` on, ends when it goes on at the word `at`."""
    if place == len(pattern.places):
        return at
    for start in range(at, at + (pattern.gap if place in pattern.gaps else 0) + 1):
        for words in pattern.places[place]:
            end = start + len(words)
            if end <= len(text) and all(w.fits(text[start + i]) for i, w in enumerate(words)):
                found = _match(pattern, place + 1, end, text)
                if found is not None:
                    return found
    return None


def excerpt(text: str, words: Sequence[Token]) -> str:
    """The piece of the text in which these words stand; of scripts without spaces the words alone."""
    written = "".join(token.written for token in words)
    if _UNSPACED.search(written):
        return written
    return text[words[0].start : words[-1].end].strip(".,;:!?()[]{}\"'«»„“”،؛؟।")


# ---------------------------------------------------------------- names in any spelling

# Letters of other alphabets that look like Latin ones, signs typed in place of letters; i, l and 1 are one.
_ALIKE = str.maketrans(
    {
        **dict(zip("авекмнорстухѕіјԛԝһԁԍь", "abekmhopctyxsijqwhdgb", strict=True)),
        **dict(zip("αβεικνορτυχγω", "abeikvoptuxyw", strict=True)),
        **dict(zip("0345789@$€", "oeastbgase", strict=True)),
        **dict.fromkeys("l1|!¡", "i"),
    }
)


def letters(text: str) -> str:
    """What is left of a text when only what its letters look like counts: no case, accents, signs, nor the alphabet."""
    alike = fold(_unboxed(text)).translate(_ALIKE)
    return "".join(c for c in alike if c.isalnum() or unicodedata.category(c)[0] == "M")


def _unboxed(text: str) -> str:
    """Letters drawn in boxes and circles, which no folding knows, as plain ones."""
    if text.isascii():
        return text
    return "".join(
        chr(ord("a") + (ord(c) - first) % 26) if (first := _boxes(c)) else c for c in text
    )


def _boxes(character: str) -> int:
    """The first letter of the row of boxed letters in which the character stands; 0 where it stands in none."""
    return next((f for f in (0x1F150, 0x1F170, 0x1F1E6) if f <= ord(character) < f + 26), 0)


@dataclass(frozen=True, slots=True)
class Spellings:
    """Names to be found however they are written: inside any word, or only as a word of their own."""

    inside: tuple[str, ...]
    whole: frozenset[str]

    def find(self, text: str) -> Iterator[str]:
        """Each piece of the text that holds a name: with signs between its letters, look-alike letters, digits or spaces."""
        chunks = [(chunk, letters(chunk[0])) for chunk in _CHUNK.finditer(text)]
        for place, (chunk, seen) in enumerate(chunks):
            if any(name in seen for name in self.inside) or self._is_whole(chunk[0], seen):
                yield chunk[0].strip(".,;:!?()[]\"'")
            elif seen and (end := self._spaced(seen, chunks[place + 1 : place + SPACED_OUT])):
                yield text[chunk.start() : end]

    def _is_whole(self, chunk: str, seen: str) -> bool:
        return seen in self.whole or any(letters(word) in self.whole for word in tokens(chunk))

    def _spaced(self, seen: str, after: Sequence[tuple[re.Match[str], str]]) -> int:
        """Where a name ends that begins with this piece and goes on in the next ones; 0 where none does."""
        for chunk, more in after:
            seen += more
            if seen in self.inside:
                return chunk.end()
        return 0


# ---------------------------------------------------------------- the lists


@dataclass(frozen=True, slots=True)
class Wording:
    """The patterns of one language by subject, and those in which they mean no harm."""

    scripts: frozenset[str]  # in which its texts are written, as Unicode names them
    patterns: Lookup  # under their subjects, and under HARMLESS


@dataclass(frozen=True)
class Words:
    """The words of every language, the names of the medicine, and what is said alike in any language."""

    names: Spellings
    everywhere: Lookup
    languages: Mapping[str, Wording] = field(default_factory=dict)

    def of(self, language: str) -> Wording | None:
        """The words of a language, or of the one that it is a part of (fr for fr-CA); None where there are none."""
        while language not in self.languages:
            language, _, rest = language.rpartition("-")
            if not rest or not language:
                return None
        return self.languages[language]


def read_words(table: Mapping[str, Any], file: str = FILE) -> Words:
    """The lists from their parsed file. Raises `Broken` naming the list and what is wrong with it.

    Every language needs its scripts and at least one pattern of every subject: without, its texts could not be examined.
    """
    _only(table, ("names", "everywhere", "language"), file, "")
    names = _table(table, "names", file, "names")
    _only(names, ("inside", "whole"), file, "names")
    return Words(
        names=Spellings(
            tuple(dict.fromkeys(map(letters, _texts(names, "inside", file, "names")))),
            frozenset(map(letters, _texts(names, "whole", file, "names"))),
        ),
        everywhere=Lookup(
            _subjects(_table(table, "everywhere", file, "everywhere"), file, "everywhere", False)
        ),
        languages={
            tag: _wording(row, file, f"language.{tag}")
            for tag, row in _table(table, "language", file, "language").items()
        },
    )


def _wording(table: Any, file: str, name: str) -> Wording:
    if not isinstance(table, Mapping):
        raise Broken(file, name, "must be a table")
    scripts = _texts(table, "scripts", file, name)
    if not scripts:
        raise Broken(file, f"{name}.scripts", 'is missing; name how it is written, such as "LATIN"')
    lists = {key: value for key, value in table.items() if key not in ("scripts", HARMLESS)}
    harmless = ((HARMLESS, pattern) for pattern in _patterns(table, HARMLESS, file, name))
    return Wording(frozenset(scripts), Lookup((*_subjects(lists, file, name, True), *harmless)))


def _subjects(table: Mapping[str, Any], file: str, name: str, needed: bool) -> Iterator[Entry]:
    _only(table, SUBJECTS, file, name)
    for subject in SUBJECTS:
        patterns = tuple(_patterns(table, subject, file, name))
        if needed and not patterns:
            raise Broken(file, f"{name}.{subject}", "is empty; no text can be examined without it")
        yield from ((subject, pattern) for pattern in patterns)


def _patterns(table: Mapping[str, Any], key: str, file: str, name: str) -> Iterator[Pattern]:
    for text in _texts(table, key, file, name):
        try:
            yield _pattern(text)
        except ValueError as error:
            raise Broken(file, f"{name}.{key}", str(error)) from None


_pattern: Callable[[str], Pattern] = lru_cache(maxsize=None)(read_pattern)


def _texts(table: Mapping[str, Any], key: str, file: str, name: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise Broken(file, f"{name}.{key}", "must be a list of texts that are not empty")
    return tuple(value)


def _table(table: Mapping[str, Any], key: str, file: str, name: str) -> Mapping[str, Any]:
    value = table.get(key)
    if not isinstance(value, Mapping):
        raise Broken(file, name, "is missing")
    return value


def _only(table: Mapping[str, Any], known: Sequence[str], file: str, name: str) -> None:
    if unknown := sorted(set(table) - set(known)):
        key = f"{name}.{unknown[0]}" if name else unknown[0]
        raise Broken(file, key, f"is not known here; known are {', '.join(known)}")

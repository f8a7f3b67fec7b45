"""What people type in one language, as its file says it: patterns for intents, follow-up questions and red flags."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .folding import tokens


class Malformed(ValueError):
    """A vocabulary that cannot be read; the message names the key and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A row of words to be found: the choices at each place, and the places before which other words may stand."""

    text: str
    places: tuple[
        tuple[tuple[str, ...], ...], ...
    ]  # place > choice > words; "word*" and "{5-17}" are words too
    gaps: frozenset[int]  # the places before which other words may stand


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a language can say: `kind` is intents, follow_ups or redflags, `name` which one."""

    kind: str
    name: str
    pattern: Pattern
    whole: bool


@dataclass(frozen=True, slots=True)
class Formats:
    """How a language says what the general data on languages does not hold, or holds in another language's words; all may be empty."""

    months: tuple[str, ...] = ()  # as in a date, January first
    days: tuple[str, ...] = ()  # Monday first
    days_short: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)  # unit -> "{} of it", for any count
    one: Mapping[str, str] = field(default_factory=dict)  # unit -> one of it, said without a figure
    languages: Mapping[str, str] = field(default_factory=dict)  # tag -> the language's name


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What people type in one language, and the words by which its texts are checked."""

    tag: str
    own_name: str
    rtl: bool
    spaces: bool
    near_misses: bool
    fillers: frozenset[str]
    comma: str
    clear_yes: tuple[tuple[str, ...], ...]  # words that agree beyond doubt, as consent needs
    names: tuple[tuple[str, ...], ...]  # what else people call the language, in any
    entries: tuple[Entry, ...]
    negations: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    glossary: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # how the texts call a thing
    scripts: tuple[
        str, ...
    ] = ()  # how it is written, where that is more than its own name's script
    formats: Formats = Formats()


KINDS = ("intents", "follow_ups", "redflags")


def read_pattern(text: str) -> Pattern:
    """The pattern that `text` writes. Raises `Malformed` for an empty one or for `..` at an end."""
    places: list[tuple[tuple[str, ...], ...]] = []
    gaps = set()
    for part in text.split():
        if part == "..":
            gaps.add(len(places))
            continue
        places.extend(_places(part))
    if not places or gaps & {0, len(places)}:
        raise Malformed(f"the pattern {text!r} has nothing to find, or begins or ends with '..'")
    return Pattern(text, tuple(places), frozenset(gaps))


def _places(part: str) -> Iterable[tuple[tuple[str, ...], ...]]:
    """One written word as places: a single choice of several words is that many places side by side."""
    choices = tuple(words for choice in part.split("|") if (words := _words(choice)))
    if len(choices) == 1:
        return [((word,),) for word in choices[0]]
    return [choices] if choices else []


@lru_cache(maxsize=1 << 17)  # the same words stand in many patterns
def _words(choice: str) -> tuple[str, ...]:
    if choice.startswith("{") and choice.endswith("}"):
        return (choice,)
    words = tokens(choice.replace("_", " ").rstrip("*"))
    if choice.endswith("*") and words:
        return (*words[:-1], words[-1] + "*")
    return words


def read_vocabulary(tag: str, table: Mapping[str, Any]) -> Vocabulary:
    """The vocabulary of the language `tag` from its parsed file. Raises `Malformed` naming the key that is wrong."""
    for key in ("own_name", "direction", "intents", "redflags", "safety"):
        if key not in table:
            raise Malformed(f"{key} is missing")
    if table["direction"] not in ("ltr", "rtl"):
        raise Malformed('direction must be "ltr" or "rtl"')
    entries = [
        e
        for kind in KINDS
        for name, t in table.get(kind, {}).items()
        for e in _entries(kind, name, t)
    ]
    safety = table["safety"]
    return Vocabulary(
        tag=tag,
        own_name=table["own_name"],
        rtl=table["direction"] == "rtl",
        spaces=table.get("spaces", True),
        near_misses=table.get("near_misses", True),
        fillers=frozenset(word for filler in table.get("fillers", ()) for word in tokens(filler)),
        comma=table.get("comma", ", "),
        clear_yes=_said(table.get("clear_yes", ())),
        names=_said(table.get("names", ())),
        entries=tuple(entries),
        negations=tuple(safety.get("negations", ())),
        forbidden=tuple(safety.get("forbidden", ())),
        terms={name: tuple(words) for name, words in safety.get("terms", {}).items()},
        glossary={name: tuple(words) for name, words in table.get("glossary", {}).items()},
        scripts=tuple(table.get("scripts", ())),
        formats=_formats(table.get("formats", {})),
    )


def _formats(table: Mapping[str, Any]) -> Formats:
    listed = {"months": 12, "days": 7, "days_short": 7}
    for key, value in table.items():
        if key in listed and not (isinstance(value, list) and len(value) == listed[key]):
            raise Malformed(f"formats.{key} must have {listed[key]} words")
        if key not in (*listed, "units", "one", "languages"):
            raise Malformed(f"formats.{key} is not known")
    for unit, text in table.get("units", {}).items():
        if text.count("{}") != 1:
            raise Malformed(f"formats.units.{unit} must hold {{}} once, where the number stands")
    return Formats(
        months=tuple(table.get("months", ())),
        days=tuple(table.get("days", ())),
        days_short=tuple(table.get("days_short", ())),
        units=dict(table.get("units", {})),
        one=dict(table.get("one", {})),
        languages=dict(table.get("languages", {})),
    )


def _said(texts: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """The texts as people type them, folded."""
    return tuple(words for text in texts if (words := tokens(text)))


def _entries(kind: str, name: str, table: Mapping[str, Any]) -> Iterable[Entry]:
    if unknown := set(table) - {"words", "whole"}:
        raise Malformed(
            f"{kind}.{name} has {', '.join(sorted(unknown))}; only words and whole are known"
        )
    for place in ("words", "whole"):
        for text in table.get(place, ()):
            if not isinstance(text, str):
                raise Malformed(f"{kind}.{name}.{place} holds {text!r}, which is not a text")
            try:
                yield Entry(kind, name, read_pattern(text), whole=place == "whole")
            except Malformed as error:
                raise Malformed(f"{kind}.{name}.{place}: {error}") from None

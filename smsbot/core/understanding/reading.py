"""Reads a message in two pure steps: `look` finds what stands in it, `understand` says what was meant and in which language.

Between the two the caller asks the language detector for its votes, so that nothing here calls out.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .folding import tokens
from .lexicon import Hit, Lexicon
from .triage import Triage, triage
from .vocabulary import Vocabulary

Tier = Literal["choice", "command", "redflag", "keywords", "near", "none"]

# Meant only beside nothing else, or only when nothing else was said.
POLITENESS = frozenset({"greeting", "thanks", "yes", "no", "more", "help", "menu", "exit"})
ALONE = ("stop", "forget", "minor")

CLEAR_LEAD = 0.15  # by how much one language must lead the next to be believed
SWITCH_LEAD = 0.5  # by how much another language must lead the talk's own
SAFETY_RISK = 8  # from this risk on a misspelled word counts beside well-spelled ones
SWITCH_LETTERS = 8  # below this many letters a message does not change the talk's language


@dataclass(frozen=True, slots=True)
class Reader:
    """What is needed to read in the loaded languages; built once for all messages."""

    lexicon: Lexicon
    scripts: Mapping[str, str]  # language -> the script of its own name
    risks: Mapping[str, int]  # intent -> which of two answers goes first: the higher
    covers: Mapping[str, tuple[str, ...]]  # intent -> those that its answer answers as well
    stop_words: frozenset[str]  # single words that opt out as a whole message

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that can be read."""
        return tuple(self.scripts)


def make_reader(
    vocabularies: Iterable[Vocabulary],
    risks: Mapping[str, int],
    covers: Mapping[str, tuple[str, ...]] | None = None,
) -> Reader:
    """The reader of the given vocabularies."""
    known = tuple(vocabularies)
    return Reader(
        lexicon=Lexicon(known),
        scripts={v.tag: _script(v.own_name[0]) for v in known},
        risks=risks,
        covers=covers or {},
        stop_words=frozenset(word for v in known for word in _stop_words(v)),
    )


def _stop_words(vocabulary: Vocabulary) -> Iterator[str]:
    """The single words by which a whole message opts out; single characters are words of too many meanings."""
    for entry in vocabulary.entries:
        if (entry.kind, entry.name, entry.whole) != ("intents", "stop", True):
            continue
        if len(entry.pattern.places) == 1:
            yield from (w for (w, *more) in entry.pattern.places[0] if not more and len(w) > 2)


@dataclass(frozen=True, slots=True)
class Look:
    """What stands in a message: its words, the patterns found, its scripts (share of letters) and whether it asks."""

    text: str
    words: tuple[str, ...]
    hits: tuple[Hit, ...]
    scripts: Mapping[str, float]
    letters: int
    question: bool
    number: int | None
    stops: bool  # a sentence of its own opts out, whatever the others say


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of the language before a message is read."""

    current: str | None = None  # the talk's language
    expected: tuple[str, ...] = ()  # the languages of the person's region, likeliest first
    default: str = "en"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was meant. `intents` in the order to be answered; `likeliest` the two languages that an uncertain message may be in."""

    intents: tuple[str, ...]
    follow_up: str | None
    triage: Triage | None
    language: str
    certain: bool
    switches: bool
    likeliest: tuple[str, ...]
    confidence: float
    tier: Tier
    candidates: tuple[tuple[str, float], ...]
    question: bool
    number: int | None
    words: tuple[str, ...]
    evidence: Mapping[str, float]  # language -> how much speaks for it
    found: tuple[str, ...]  # the patterns that decided


def look(reader: Reader, text: str) -> Look:
    """What stands in `text`."""
    words = tokens(text)
    scripts, letters = _scripts(text)
    number = words[0] if len(words) == 1 else ""
    return Look(
        text=text,
        words=words,
        hits=reader.lexicon.find(words),
        scripts=scripts,
        letters=letters,
        question="?" in text or "؟" in text or "？" in text or text.rstrip().endswith("\u037e"),
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 4 else None,
        stops=_stops(reader, text, words),
    )


_SENTENCE = re.compile(r"[.!?,;:\n…،؛؟。！？，；]+")


def _stops(reader: Reader, text: str, words: tuple[str, ...]) -> bool:
    """Whether one of several sentences is nothing but a word that opts out."""
    if reader.stop_words.isdisjoint(words):
        return False
    sentences = [said for part in _SENTENCE.split(text) if (said := tokens(part))]
    return len(sentences) > 1 and any(reader.stop_words.issuperset(said) for said in sentences)


def _scripts(text: str) -> tuple[Mapping[str, float], int]:
    """The share of each script among the letters of the text, and how many letters there are."""
    if text.isascii():
        count = sum(map(str.isalpha, text))
        return ({"LATIN": 1.0} if count else {}), count
    counts = Counter(_script(c) for c in text if c.isalpha())
    total = counts.total()
    return {script: count / total for script, count in counts.items()}, total


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").partition(" ")[0]


def understand(reader: Reader, look: Look, votes: Mapping[str, float], prior: Prior) -> Reading:
    """What was meant by the message that `look` saw. `votes` is a detector's share for each language, summing to one at most."""
    evidence = _evidence(reader, look, votes)
    language, certain, switches, likeliest = _language(evidence, look, prior)
    preference = {
        tag: rank for rank, tag in reversed(list(enumerate((language, prior.default, "en"))))
    }
    chosen = _chosen(reader, look, preference)
    intents = _ordered(reader, [h for h in chosen if h.target.kind == "intents"])
    follow_up = next((h.name for h in chosen if h.target.kind == "follow_ups"), None)
    flags = triage(h.name for h in look.hits if h.target.kind == "redflags")
    begins = bool(flags) and bool(look.words) and look.words[0] in reader.stop_words
    if (look.stops or begins) and "stop" not in intents:
        intents = (*intents, "stop") if flags else ("stop",)
    scores = _scores(chosen)
    near = bool(chosen) and all(h.near for h in chosen)
    return Reading(
        intents=intents,
        follow_up=follow_up if not set(intents) - POLITENESS else None,
        triage=flags,
        language=language,
        certain=certain,
        switches=switches,
        likeliest=likeliest,
        confidence=1.0 if flags else max(scores.values(), default=0.0),
        tier=_tier(flags, chosen, near),
        candidates=tuple(sorted(scores.items(), key=lambda item: -item[1])),
        question=look.question,
        number=look.number,
        words=look.words,
        evidence=evidence,
        found=tuple(f"{h.target.language}: {h.target.pattern}" for h in chosen),
    )


def _tier(flags: Triage | None, chosen: list[Hit], near: bool) -> Tier:
    if flags:
        return "redflag"
    if not chosen:
        return "none"
    if near:
        return "near"
    return "command" if any(h.target.whole for h in chosen) else "keywords"


# ---------------------------------------------------------------- language


def _evidence(reader: Reader, look: Look, votes: Mapping[str, float]) -> dict[str, float]:
    """What speaks for each language in the message itself: its script, the detector, the patterns found."""
    if not look.letters:
        return dict.fromkeys(reader.scripts, 0.0)
    fitting = {tag: look.scripts.get(script, 0.0) for tag, script in reader.scripts.items()}
    same_script = {tag for tag, share in fitting.items() if share >= 0.5}
    trust = min(1.0, look.letters / 12)
    matched: dict[str, dict[int, float]] = {}
    for hit in look.hits:
        words = matched.setdefault(hit.target.language, {})
        for place in range(hit.start, hit.end):
            words[place] = max(words.get(place, 0.0), 0.5 if hit.near else 1.0)
    evidence = {}
    for tag in reader.scripts:
        if tag not in same_script:
            evidence[tag] = 0.0
            continue
        share = sum(matched.get(tag, {}).values()) / len(look.words) if look.words else 0.0
        alone = 1.0 if len(same_script) == 1 else 0.0
        evidence[tag] = alone + trust * votes.get(tag, 0.0) + 0.8 * share
    return evidence


def _language(
    evidence: Mapping[str, float], look: Look, prior: Prior
) -> tuple[str, bool, bool, tuple[str, ...]]:
    """The language to answer in, whether that is certain, whether the talk changes to it, and the two likeliest."""
    if prior.current is not None and prior.current in evidence:
        best = max(evidence, key=lambda tag: evidence[tag])
        lead = evidence[best] - evidence[prior.current]
        clear = lead >= SWITCH_LEAD and (
            look.letters >= SWITCH_LETTERS or evidence[best] >= 1.0 > look.scripts.get("LATIN", 0)
        )
        language = best if clear else prior.current
        return language, True, clear, (language,)
    expected = [tag for tag in (*prior.expected, prior.default) if tag in evidence]
    bonus = {
        tag: 0.2 - 0.05 * min(rank, 3)
        for rank, tag in reversed(list(enumerate(dict.fromkeys(expected))))
    }
    totals = {tag: value + bonus.get(tag, 0.0) for tag, value in evidence.items()}
    ranked = sorted(totals, key=lambda tag: -totals[tag])
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else ranked[0]
    said = evidence[first] > 0.25
    certain = first == second or (said and totals[first] - totals[second] >= CLEAR_LEAD)
    return first, certain, False, (first,) if certain else (first, second)


# ---------------------------------------------------------------- intents


def _chosen(reader: Reader, look: Look, preference: Mapping[str, int]) -> list[Hit]:
    """The hits that count: matters of safety, then the longest at each place, in the preferred language where several share the words."""
    candidates = [
        h for h in look.hits if h.target.kind != "redflags" and not _stray(h, look, preference)
    ]
    candidates.sort(
        key=lambda h: (
            h.near or reader.risks.get(h.name, 0) < SAFETY_RISK,
            -h.weight,
            h.near,
            preference.get(h.target.language, 9),
            h.target.kind != "follow_ups",
            not h.target.whole,
            h.start,
        )
    )
    taken: set[int] = set()
    chosen: list[Hit] = []
    for hit in candidates:
        span = set(range(hit.start, hit.end))
        if span & taken:
            continue
        taken |= span
        chosen.append(hit)
    exact = [h for h in chosen if not h.near or reader.risks.get(h.name, 0) >= SAFETY_RISK]
    return sorted(exact if any(not h.near for h in exact) else chosen, key=lambda h: h.start)


def _stray(hit: Hit, look: Look, preference: Mapping[str, int]) -> bool:
    """Whether a word of another language stands in a longer message by chance: a short one, or one that is misspelled."""
    if hit.near and preference.get(hit.target.language, 9) > 0 and len(look.words) > 3:
        return True
    if (
        hit.target.language in preference
        or hit.target.whole
        or hit.weight > 1
        or len(look.words) <= 3
    ):
        return False
    return len(look.words[hit.start]) < 5


def _ordered(reader: Reader, hits: list[Hit]) -> tuple[str, ...]:
    names = list(dict.fromkeys(h.name for h in hits))
    if "pregnant" in names and "minor" in names:
        names.remove("minor")  # a child's age beside a question about nursing is the child's
    if alone := [name for name in ALONE if name in names]:
        return tuple(alone) if alone == ["stop", "forget"] else (alone[0],)
    if len(names) > 1 and (substance := [n for n in names if n not in POLITENESS]):
        names = substance
    covered = {n for name in names for n in reader.covers.get(name, ())}
    return tuple(
        sorted((n for n in names if n not in covered), key=lambda n: -reader.risks.get(n, 0))
    )


def _scores(chosen: list[Hit]) -> dict[str, float]:
    scores: dict[str, float] = {}
    for hit in chosen:
        score = 1.0 if hit.target.whole else 0.9 if hit.weight > 1 else 0.8
        name = hit.name
        scores[name] = max(scores.get(name, 0.0), round(score - 0.25 * hit.near, 2))
    return scores

"""The rules that every wording keeps to, in any language. Each finding names its rule and says in a sentence what to mend.

An error blocks; a warning is shown. The rules know texts and words, nothing of where they come from: what a text must say is
handed in as a `Demand`, the language's own words as a `Tongue`, and the folding of words as a function.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from . import placeholders
from .fold import fold
from .segments import Cost, foreign

Severity = Literal["error", "warning"]
Kind = Literal["text", "whatsapp", "label", "title"]
Rule = Literal[
    "missing",
    "fuzzy",
    "source",
    "placeholders",
    "plurals",
    "numbers",
    "negations",
    "attribution",
    "forbidden",
    "segments",
    "label",
    "length",
    "leftover",
    "typography",
    "controls",
    "vocabulary",
    "glossary",
]

TITLE_LENGTH = 20  # characters on a button (Twilio quick replies)
WHATSAPP_LENGTH = 700  # characters of a text that is still read to its end
DEAR = 3  # segments of UCS-2 beyond which a text is worth shortening

# Marks that steer the direction of writing (UAX 9): ours to set around values, and invisible where a translator leaves one.
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
PERCENT = frozenset("%٪﹪％‰")
_SENTENCE_END = re.compile(r"[.!?؟。！？।۔…\n]+")

# A word of a text, folded: itself first, then the other forms under which it may be meant (an Arabic word without its article).
Words = Callable[[str], Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one text, by which rule, and the sentence that staff read."""

    key: str
    rule: Rule
    severity: Severity
    says: str


@dataclass(frozen=True, slots=True)
class Demand:
    """What one phrase asks of its wording in every language.

    `budget` is in segments, in the GSM alphabet and in any other; None where segments do not matter.
    """

    key: str
    source: tuple[str, ...]
    kind: Kind = "text"
    count: str = ""  # the placeholder whose number picks the plural form
    denies: tuple[str, ...] = ()  # terms that must stand beside a negation
    attributed: bool = False  # says something that may only be said as what the article says
    budget: tuple[int, int] | None = None
    safety: bool = False


@dataclass(frozen=True, slots=True)
class Tongue:
    """What the rules need of one language. `exact` are the plural forms that stand for a single number."""

    tag: str
    words: Words
    plural_forms: int = 1
    exact: frozenset[int] = frozenset()
    negations: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source: bool = False  # the language in which the texts were first written
    glossary: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # the one word for a thing
    english: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the same of the English


# ---------------------------------------------------------------- one text


def check_state(demand: Demand, state: str) -> Iterator[Finding]:
    """Whether there is a text, and whether a second reader agreed: a matter of safety where the text is."""
    severity: Severity = "error" if demand.safety else "warning"
    if state == "empty":
        yield Finding(
            demand.key,
            "missing",
            severity,
            "is not translated yet; people get the language that it falls back on",
        )
    if state == "fuzzy":
        yield Finding(demand.key, "fuzzy", severity, "has no second reader yet, so it is not sent")


def check_text(demand: Demand, forms: tuple[str, ...], tongue: Tongue) -> tuple[Finding, ...]:
    """What is wrong with the wording itself, by every rule that needs no measuring."""
    found = [finding for rule in _TEXT_RULES for finding in rule(demand, forms, tongue)]
    return tuple(dict.fromkeys(found))


def _placeholders(demand: Demand, forms: tuple[str, ...], tongue: Tongue) -> Iterator[Finding]:
    """Each form names what the English names; a form for one exact number may leave the number out."""
    wanted = frozenset().union(*(placeholders.names(s) for s in demand.source))
    for index, form in enumerate(forms):
        named = placeholders.names(form)
        spared = {demand.count} if len(forms) > 1 and index in tongue.exact else set()
        if lacking := wanted - named - spared:
            yield Finding(
                demand.key, "placeholders", "error", f"lacks {_written(lacking)}{_of(index, forms)}"
            )
        if unknown := named - wanted:
            yield Finding(
                demand.key,
                "placeholders",
                "error",
                f"names {_written(unknown)}, which the English does not have",
            )


def _plurals(demand: Demand, forms: tuple[str, ...], tongue: Tongue) -> Iterator[Finding]:
    wanted = tongue.plural_forms if len(demand.source) > 1 else 1
    if len(forms) != wanted:
        yield Finding(
            demand.key,
            "plurals",
            "error",
            f"has {len(forms)} plural forms; it needs {wanted} in this language",
        )


def _numbers(demand: Demand, forms: tuple[str, ...], _tongue: Tongue) -> Iterator[Finding]:
    """Every figure is a placeholder, so that no translator can mistype one. Number words (one, 一) are words."""
    for form in forms:
        typed = [
            c
            for c in placeholders.outside(form)
            if unicodedata.category(c) in ("Nd", "Nl", "No") or c in PERCENT
        ]
        if typed:
            yield Finding(
                demand.key,
                "numbers",
                "error",
                f"has {_listed(typed)} typed in it; a placeholder has to stand there",
            )


def _negations(demand: Demand, forms: tuple[str, ...], tongue: Tongue) -> Iterator[Finding]:
    """What a fact rules out stands in one sentence with a word that denies."""
    for form in forms:
        sentences = [tongue.words(s) for s in _SENTENCE_END.split(placeholders.outside(form))]
        denying = [
            s for s in sentences if any(_holds(s, n, tongue, whole=True) for n in tongue.negations)
        ]
        for term in demand.denies:
            if not any(
                _holds(s, beginning, tongue)
                for s in denying
                for beginning in tongue.terms.get(term, ())
            ):
                says = f"must rule out {term!r}: one sentence has to name it ({_beginnings(tongue, term)}) beside a word that denies"
                yield Finding(demand.key, "negations", "error", says)


def _attribution(demand: Demand, forms: tuple[str, ...], tongue: Tongue) -> Iterator[Finding]:
    """What is only the article's word is said as the article's word."""
    if not demand.attributed:
        return
    for form in forms:
        words = tongue.words(placeholders.outside(form))
        if not any(
            _holds(words, beginning, tongue) for beginning in tongue.terms.get("article", ())
        ):
            says = f"must say that this is what the article says ({_beginnings(tongue, 'article')})"
            yield Finding(demand.key, "attribution", "error", says)


def _forbidden(demand: Demand, forms: tuple[str, ...], tongue: Tongue) -> Iterator[Finding]:
    for form in forms:
        words = tongue.words(placeholders.outside(form))
        for claim in tongue.forbidden:
            if _holds(words, claim, tongue):
                yield Finding(
                    demand.key, "forbidden", "error", f"says {claim!r}, which may never be claimed"
                )


def _glossary(demand: Demand, forms: tuple[str, ...], tongue: Tongue) -> Iterator[Finding]:
    """What the English calls by a word of its glossary is called by the language's own word for it."""
    if tongue.source or demand.kind in ("label", "title"):
        return
    for term, english in tongue.english.items():
        sources = [tongue.words(placeholders.outside(s)) for s in demand.source]
        if not any(_holds(s, b, tongue) for s in sources for b in english):
            continue
        ours = tongue.glossary.get(term, ())
        for form in forms:
            words = tongue.words(placeholders.outside(form))
            if ours and not any(_holds(words, beginning, tongue) for beginning in ours):
                says = f"names {term!r} by another word than the glossary's ({', '.join(ours)})"
                yield Finding(demand.key, "glossary", "error", says)


def _length(demand: Demand, forms: tuple[str, ...], _tongue: Tongue) -> Iterator[Finding]:
    longest = max((len(form) for form in forms), default=0)
    if demand.kind == "title" and longest > TITLE_LENGTH:
        yield Finding(
            demand.key,
            "length",
            "error",
            f"has {longest} characters; a button has room for {TITLE_LENGTH}",
        )


def _leftover(demand: Demand, forms: tuple[str, ...], tongue: Tongue) -> Iterator[Finding]:
    """A whole text that is still the English one. One word alone may be the same in both."""
    if tongue.source or demand.kind == "label":
        return
    if any(
        form in demand.source and len(tongue.words(placeholders.outside(form))) > 1
        for form in forms
    ):
        yield Finding(demand.key, "leftover", "warning", "is the English text")


def _typography(demand: Demand, forms: tuple[str, ...], _tongue: Tongue) -> Iterator[Finding]:
    """Signs outside the GSM alphabet that, without any letter outside it, more than double the price of an SMS."""
    if demand.budget is None:
        return
    for form in forms:
        signs = foreign(fold(placeholders.outside(form)))
        if signs and not any(unicodedata.category(c)[0] in "LM" for c in signs):
            named = ", ".join(
                f"{c} (U+{ord(c):04X} {unicodedata.name(c, 'control')})" for c in signs
            )
            yield Finding(
                demand.key,
                "typography",
                "warning",
                f"costs more than twice as much as an SMS only because of {named}",
            )


def _controls(demand: Demand, forms: tuple[str, ...], _tongue: Tongue) -> Iterator[Finding]:
    """No invisible sign that turns the direction of writing or controls a device; values are isolated when they are filled in."""
    for form in forms:
        stray = [
            c for c in form if c in BIDI or (c != "\n" and unicodedata.category(c) in ("Cc", "Cs"))
        ]
        if stray:
            named = ", ".join(f"U+{ord(c):04X}" for c in dict.fromkeys(stray))
            yield Finding(
                demand.key, "controls", "error", f"has the invisible character {named} in it"
            )


_TEXT_RULES: tuple[Callable[[Demand, tuple[str, ...], Tongue], Iterator[Finding]], ...] = (
    _placeholders,
    _plurals,
    _numbers,
    _negations,
    _attribution,
    _forbidden,
    _glossary,
    _length,
    _leftover,
    _typography,
    _controls,
)


# ---------------------------------------------------------------- one text, measured


def check_cost(demand: Demand, cost: Cost) -> tuple[Finding, ...]:
    """Whether a text, filled at its longest, keeps to its budget of segments."""
    if demand.budget is None:
        return ()
    limit = demand.budget[0 if cost.encoding == "GSM-7" else 1]
    if cost.segments > limit:
        says = f"needs {cost.segments} segments of {cost.encoding} ({cost.units} units) at its longest; {limit} are allowed"
        return (Finding(demand.key, "segments", "error", says),)
    if cost.encoding == "UCS-2" and cost.segments > DEAR:
        says = f"needs {cost.segments} segments at its longest; try to say it in {DEAR}"
        return (Finding(demand.key, "segments", "warning", says),)
    return ()


def check_size(demand: Demand, characters: int) -> tuple[Finding, ...]:
    """Whether a WhatsApp text, filled at its longest, is short enough to be read."""
    if demand.kind != "whatsapp" or characters <= WHATSAPP_LENGTH:
        return ()
    return (
        Finding(
            demand.key,
            "length",
            "error",
            f"has {characters} characters at its longest; {WHATSAPP_LENGTH} are allowed",
        ),
    )


# ---------------------------------------------------------------- the words to type


def check_labels(
    labels: Mapping[str, str],
    tongue: Tongue,
    carrier: frozenset[str],
    meant: Mapping[str, frozenset[str]],
) -> tuple[Finding, ...]:
    """Whether each word to type is one word, unlike all others, and none on which the carrier acts by itself.

    `carrier` are the carrier's own words, and `meant` which of them a label may be because it means the same.
    """
    found: list[Finding] = []
    first: dict[tuple[str, ...], str] = {}
    for key, label in labels.items():
        if not label or not all(unicodedata.category(c)[0] in "LM" or c in "-'’·" for c in label):
            found.append(
                Finding(
                    key, "label", "error", f"{label!r} must be one word of letters, without a space"
                )
            )
        folded = tuple(word[0] for word in tongue.words(label))
        if folded in first:
            found.append(
                Finding(key, "label", "error", f"{label!r} is the same word as {first[folded]}")
            )
            found.append(
                Finding(first[folded], "label", "error", f"{label!r} is the same word as {key}")
            )
        first.setdefault(folded, key)
        typed = {label.strip().casefold(), "".join(folded)}
        if typed & (carrier - meant.get(key, frozenset())):
            found.append(
                Finding(
                    key,
                    "label",
                    "error",
                    f"{label!r} is a word on which the carrier acts by itself",
                )
            )
    return tuple(dict.fromkeys(found))


# ---------------------------------------------------------------- words in texts


def _holds(
    words: Sequence[Sequence[str]], phrase: str, tongue: Tongue, whole: bool = False
) -> bool:
    """Whether the words of `phrase` stand side by side in `words`; the last may be a beginning unless it must be `whole`."""
    wanted = [word[0] for word in tongue.words(phrase)]
    last = len(wanted) - 1
    for start in range(len(words) - last if wanted else 0):
        if all(
            any(
                form == word or (i == last and not whole and form.startswith(word))
                for form in words[start + i]
            )
            for i, word in enumerate(wanted)
        ):
            return True
    return False


def _written(names: Iterable[str]) -> str:
    return ", ".join(f"%({name})s" for name in sorted(names))


def _listed(characters: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(characters))


def _of(index: int, forms: tuple[str, ...]) -> str:
    return f" in plural form {index}" if len(forms) > 1 else ""


def _beginnings(tongue: Tongue, term: str) -> str:
    return ", ".join(tongue.terms.get(term, ())) or f"the vocabulary has no safety term {term!r}"

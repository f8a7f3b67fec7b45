"""One text as it would go out while somebody is still writing it: measured, cut into its segments, and held against the rules."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..content.demands import demand
from ..language.checks import Finding, Tongue, check_text
from ..language.edits import TEXT_LENGTH
from ..language.fold import fold
from ..language.segments import Cost, foreign, measure, pieces
from ..language.translation import Translation
from .compose import Book, standing_of
from .proofread import Library, book_of, fillable, measured, tongue_in
from .samples import samples


@dataclass(frozen=True, slots=True)
class Swap:
    """A character that sends a whole SMS as UCS-2, and its nearest in the GSM alphabet ("" where there is none)."""

    character: str
    twin: str

    @property
    def name(self) -> str:
        """The character's name in Unicode."""
        return unicodedata.name(self.character, "")


@dataclass(frozen=True, slots=True)
class Shown:
    """A text on the phone: what it is on, its pieces (segments on SMS), its cost, and what swapping characters would make of it.

    A word to type and a title stand inside other texts: they are shown on no phone of their own.
    """

    channel: str
    form: int
    pieces: tuple[str, ...]
    cost: Cost
    swaps: tuple[Swap, ...] = ()
    swapped: Cost | None = None  # None where swapping brings nothing


@dataclass(frozen=True, slots=True)
class Preview:
    """What there is to see of a text, and what the rules say of it."""

    shown: tuple[Shown, ...]
    findings: tuple[Finding, ...]

    @property
    def blocked(self) -> bool:
        """Whether a rule forbids the text."""
        return any(f.severity == "error" for f in self.findings)


@dataclass(frozen=True)
class Bench:
    """A language laid out for writing in: made once for many looks."""

    library: Library
    tag: str
    book: Book
    tongue: Tongue


def bench(library: Library, tag: str) -> Bench:
    """The bench of a language."""
    return Bench(library, tag, book_of(library, tag), tongue_in(library, tag))


def preview(at: Bench, key: str, forms: tuple[str, ...]) -> Preview:
    """The text `key` of the language with this wording. Raises `KeyError` for a key that is none."""
    phrase = at.library.content.phrases[key]
    asked = demand(phrase, at.library.content)
    found = [*_shape(key, forms), *check_text(asked, forms, at.tongue)]
    text = Translation(key, asked.source, forms)
    if not fillable(text, {key: Translation(key, asked.source, asked.source)}):
        return Preview((), tuple(found))
    book = _with(at, key, forms)
    went_out = samples(book, at.tag, phrase)
    found += measured(asked, went_out)
    shown = [_on_sms(s.text, n) for n, s in enumerate(went_out)] if asked.kind == "text" else []
    apart = f"{key}.whatsapp" in at.library.content.phrases  # WhatsApp has a text of its own
    if not apart and asked.kind in ("text", "whatsapp"):
        also = samples(book, at.tag, phrase, "whatsapp")
        shown += [_on_whatsapp(sample.text, number) for number, sample in enumerate(also)]
    return Preview(tuple(shown), tuple(dict.fromkeys(found)))


@dataclass(frozen=True, slots=True)
class Looked:
    """What a list shows of a text: what it costs as an SMS at its longest (0 where it is none), and what the rules say."""

    segments: int
    findings: tuple[Finding, ...]


def looked_at(at: Bench, key: str, forms: tuple[str, ...]) -> Looked:
    """The text with this wording, for a list."""
    seen = preview(at, key, forms)
    sms = (shown.cost.segments for shown in seen.shown if shown.channel == "sms")
    return Looked(max(sms, default=0), seen.findings)


def looked_over(library: Library, tag: str) -> dict[str, Looked]:
    """Every text that a language has."""
    at, known = bench(library, tag), library.content.phrases
    return {
        text.key: looked_at(at, text.key, text.forms)
        for text in library.scripts[tag].translations
        if text.state != "empty" and text.key in known
    }


def _shape(key: str, forms: tuple[str, ...]) -> list[Finding]:
    """What no text of ours is, whatever it says."""
    found = []
    if any(not form.strip() for form in forms):
        found.append(Finding(key, "missing", "error", "must not be empty"))
    longest = max((len(form) for form in forms), default=0)
    if longest > TEXT_LENGTH:
        says = f"has {longest} characters; {TEXT_LENGTH} are the most"
        found.append(Finding(key, "length", "error", says))
    if any("<" in form and ">" in form for form in forms):
        says = "has < and > in it: a text has no HTML; people would see it as it stands"
        found.append(Finding(key, "controls", "error", says))
    return found


def _with(at: Bench, key: str, forms: tuple[str, ...]) -> Book:
    """The book with this wording in it; what stands inside other texts is laid into the language's values as well."""
    catalogs = at.book.catalogs
    catalog = catalogs.by_tag[at.tag]
    catalog = replace(catalog, texts={**catalog.texts, key: forms})
    changed = replace(catalogs, by_tag={**catalogs.by_tag, at.tag: catalog})
    book = replace(at.book, catalogs=changed)
    if key.endswith(".label") or key == "emergency_words":
        return replace(
            book, standing={**book.standing, at.tag: standing_of(book, at.library.phone, catalog)}
        )
    return book


def on_phones(text: str) -> tuple[Shown, ...]:
    """A text without placeholders, as each kind of phone shows it."""
    return (_on_sms(text, 0), _on_whatsapp(text, 0))


def _on_whatsapp(text: str, form: int) -> Shown:
    return Shown("whatsapp", form, (text,), Cost("UCS-2", len(text), 1))


def _on_sms(text: str, form: int) -> Shown:
    """The text as the carrier cuts it, and what it would cost with other characters."""
    sent = fold(text)
    swaps = tuple(Swap(c, _twin(c)) for c in foreign(sent))
    other = sent
    for swap in swaps:
        other = other.replace(swap.character, swap.twin) if swap.twin else other
    cost, better = measure(sent), measure(other)
    gain = better if better.segments < cost.segments else None
    return Shown("sms", form, pieces(sent), cost, swaps, gain)


_TWINS: Mapping[str, str] = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE"}


def _twin(character: str) -> str:
    """The nearest to a character in the GSM alphabet: itself without its marks, or "" where that is none either."""
    bare = "".join(
        c for c in unicodedata.normalize("NFD", character) if not unicodedata.combining(c)
    )
    twin = _TWINS.get(character, bare)
    return "" if foreign(twin) else twin

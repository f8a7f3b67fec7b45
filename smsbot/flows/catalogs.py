"""The catalogs' doors: check them, count them, hand them out to translators, and take in what comes back."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from smsbot.core.content.demands import comments, demands
from smsbot.core.conversation.proofread import Library, Proof, proofread, readers_of
from smsbot.core.language.checks import Demand, Finding, check_state
from smsbot.core.language.edits import Published
from smsbot.core.language.language import Language
from smsbot.core.language.translation import STATES, Translation, by_key
from smsbot.core.understanding.words import Word

Texts = Mapping[str, Translation]


class Shelf(Protocol):
    """Where the languages' files stand."""

    def write(self, tag: str, changed: Texts, comments: Mapping[str, Sequence[str]]) -> None:
        """Put the changed texts into the language's file, all or nothing."""


# ---------------------------------------------------------------- stats


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a language is. Segments are those of its SMS texts at their longest."""

    tag: str
    texts: int
    read: int
    fuzzy: int
    untranslated: int
    signed: int
    segments_average: float
    segments_most: int
    ucs2: float  # share of the SMS texts that are not in the GSM alphabet
    errors: int
    warnings: int

    @property
    def done(self) -> float:
        """The share of texts that a second reader agreed to."""
        return self.read / self.texts if self.texts else 0.0


def standing(library: Library, proof: Proof) -> Standing:
    """The figures of one language, from its texts and its proof."""
    wanted = demands(library.content)
    texts = by_key(library.scripts[proof.tag].translations)
    states = [texts[d.key].state if d.key in texts else "empty" for d in wanted]
    costs = tuple(proof.costs.values())
    return Standing(
        tag=proof.tag,
        texts=len(wanted),
        read=states.count("read"),
        fuzzy=states.count("fuzzy"),
        untranslated=states.count("empty"),
        signed=len(library.scripts[proof.tag].signed & {d.key for d in wanted}),
        segments_average=sum(c.segments for c in costs) / len(costs) if costs else 0.0,
        segments_most=max((c.segments for c in costs), default=0),
        ucs2=sum(c.encoding == "UCS-2" for c in costs) / len(costs) if costs else 0.0,
        errors=len(proof.errors),
        warnings=len(proof.warnings),
    )


# ---------------------------------------------------------------- out to translators


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a translator's sheet: one plural form of one text. `state` is one of read, fuzzy, empty."""

    language: str
    key: str
    form: int
    english: str
    text: str
    state: str
    notes: str


def rows(
    library: Library, tag: str, english: Mapping[str, tuple[str, ...]] | None = None
) -> Iterator[Row]:
    """Every text of a language as lines of a sheet, in the order of the content, untranslated ones with an empty text.

    `english` is what stands beside each text; the first wordings, under which the files keep the texts, where not given.
    """
    script = library.scripts[tag]
    texts = by_key(script.translations)
    for phrase in library.content.phrases.values():
        text = texts.get(phrase.key, Translation(phrase.key, phrase.forms, ()))
        count = script.language.plural_forms if phrase.plural else 1
        told = list(comments(phrase, library.content))
        for form in range(count):
            beside = english[phrase.key] if english else phrase.forms
            said = beside[min(form, len(beside) - 1)]
            written = text.forms[form] if form < len(text.forms) else ""
            notes = [*told, _counted(script.language, form)] if count > 1 else told
            yield Row(tag, phrase.key, form, said, written, text.state, "\n".join(notes))


def _counted(language: Language, form: int) -> str:
    """Which numbers a plural form is for, by its first few."""
    numbers = [str(n) for n in range(1000) if language.plural(n) == form][:5]
    return f"plural form {form}: for {', '.join(numbers)}" + (
        " and so on" if len(numbers) == 5 else ""
    )


# ---------------------------------------------------------------- back in


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the texts that came in for a language."""

    tag: str
    accepted: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    refused: tuple[Finding, ...] = ()


def texts_of(lines: Iterable[Row]) -> dict[str, dict[str, Translation]]:
    """The texts in a sheet's lines: language -> key -> text. A text without a state counts as not read by a second person."""
    gathered: dict[tuple[str, str], list[Row]] = {}
    for row in lines:
        gathered.setdefault((row.language, row.key), []).append(row)
    texts: dict[str, dict[str, Translation]] = {}
    for (tag, key), forms in gathered.items():
        ordered = sorted(forms, key=lambda row: row.form)
        source = tuple(dict.fromkeys(row.english for row in ordered))
        fuzzy = any(row.state != "read" for row in ordered)
        texts.setdefault(tag, {})[key] = Translation(
            key, source, tuple(row.text for row in ordered), fuzzy
        )
    return texts


def take(library: Library, tag: str, proposed: Texts, shelf: Shelf) -> Taken:
    """Checks the texts that came in for a language and keeps those that no rule refuses. Raises what the shelf raises.

    A refused text leaves what stood there as it was; the others are written together, or not at all.
    """
    wanted = {d.key: d for d in demands(library.content)}
    known = by_key(library.scripts[tag].translations)
    refused = [
        Finding(key, "source", "error", "is no text of the bot")
        for key in proposed
        if key not in wanted
    ]
    offered = {
        key: _whole(text, wanted[key])
        for key, text in proposed.items()
        if key in wanted and text.state != "empty"
    }
    changed = {key: text for key, text in offered.items() if not _same(known.get(key), text)}
    refused += [
        f for key, text in changed.items() for f in _unread(wanted[key], known.get(key), text)
    ]
    accepted = {key: text for key, text in changed.items() if key not in {f.key for f in refused}}
    accepted, wrong = sifted(library, tag, accepted)
    if accepted:
        told = {
            key: tuple(comments(library.content.phrases[key], library.content)) for key in accepted
        }
        shelf.write(tag, accepted, told)
    return Taken(
        tag, tuple(accepted), tuple(k for k in offered if k not in changed), (*refused, *wrong)
    )


def _whole(text: Translation, demand: Demand) -> Translation:
    """The text with the English as the file has it. A sheet shows the English plural once for each further form."""
    return replace(text, source=demand.source) if set(text.source) <= set(demand.source) else text


def _same(known: Translation | None, text: Translation) -> bool:
    return known is not None and (known.forms, known.fuzzy) == (text.forms, text.fuzzy)


def _unread(demand: Demand, known: Translation | None, text: Translation) -> Iterator[Finding]:
    """A safety text that is sent is not replaced by one that no second person has read."""
    if text.fuzzy and known is not None and known.state == "read":
        yield from (f for f in check_state(demand, "fuzzy") if f.severity == "error")


def sifted(
    library: Library, tag: str, accepted: dict[str, Translation]
) -> tuple[dict[str, Translation], list[Finding]]:
    """The texts that pass every rule, tried together because labels stand in other texts, and what is wrong with the rest."""
    refused: list[Finding] = []
    readers = readers_of(library, tag)
    before = (
        {(f.key, f.rule) for f in proofread(library, tag, readers).errors} if accepted else set()
    )
    while accepted:
        tried = library.with_script(
            library.scripts[tag].with_texts(
                {k: replace(t, fuzzy=False) for k, t in accepted.items()}
            )
        )
        errors = proofread(tried, tag, readers).texts
        wrong = [
            f
            for f in errors
            if f.severity == "error" and (f.key in accepted or (f.key, f.rule) not in before)
        ]
        if not wrong:
            break
        own = {f.key for f in wrong} & set(accepted) or _spread(accepted)
        refused += [f for f in wrong if f.key in own] or [_blamed(key, wrong) for key in own]
        accepted = {key: text for key, text in accepted.items() if key not in own}
    return accepted, refused


def _spread(accepted: Texts) -> set[str]:
    """The texts that stand inside other texts; all, where none of them does."""
    return {key for key in accepted if inside(key)} or set(accepted)


def inside(key: str) -> bool:
    """Whether a text stands inside other texts."""
    return key.rpartition(".")[2] in ("label", "title") or key in ("emergency_words", "next")


def _blamed(key: str, wrong: Sequence[Finding]) -> Finding:
    first = wrong[0]
    return Finding(key, first.rule, "error", f"would break {first.key}, which {first.says}")


# ---------------------------------------------------------------- what staff published, into the files


@dataclass(frozen=True, slots=True)
class Kept:
    """The words that were added to a language's files, and those that were not, each with why."""

    added: tuple[Word, ...] = ()
    refused: tuple[tuple[Word, str], ...] = ()


class WordShelf(Protocol):
    """Where the languages' vocabularies and examples stand."""

    def write(self, tag: str, words: Sequence[Word], intents: Collection[str]) -> Kept:
        """Adds the words that are not there yet. `intents` are those that the bot knows. Raises `Broken`."""


def give_back(
    library: Library,
    tag: str,
    published: Published,
    words: Sequence[Word],
    shelf: Shelf,
    word_shelf: WordShelf,
) -> tuple[Taken, Kept]:
    """Writes what staff published in a language into its files, held against the rules once more. Raises what the shelves raise.

    What the files have already stays untouched, to the byte, and so does what a rule refuses.
    """
    masters = {phrase.key: phrase.forms for phrase in library.content.phrases.values()}
    edited = {
        key: Translation(key, masters.get(key, edit.source), edit.forms)
        for (language, key), edit in published.edits.items()
        if language == tag
    }
    taken = take(library, tag, edited, shelf)
    source = library.scripts[library.source].vocabulary
    intents = {entry.name for entry in source.entries if entry.kind == "intents"} | {"unknown"}
    mine = sorted((word for word in words if word.tag == tag), key=lambda word: word.id)
    return taken, word_shelf.write(tag, mine, intents) if mine else Kept()


def known_state(state: str) -> bool:
    """Whether a sheet's cell names a state of a text; an empty cell is one of a text that nobody has read."""
    return not state or state in STATES

"""Proofreads a language: holds each of its texts, its words to type and its vocabulary against every rule."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..content.content import Content
from ..content.demands import demands, terms
from ..content.profile import Profile
from ..language import placeholders
from ..language.catalog import Catalog, Catalogs
from ..language.checks import (
    Demand,
    Finding,
    Tongue,
    check_cost,
    check_labels,
    check_size,
    check_state,
    check_text,
)
from ..language.edits import Missing
from ..language.language import Language
from ..language.segments import Cost
from ..language.translation import Translation, by_key
from ..people.carrier import CARRIER_WORDS, HELP_WORDS, START_WORDS, STOP_WORDS
from ..understanding.checks import check_read_back, check_vocabulary, words
from ..understanding.look import Reader, make_reader
from ..understanding.vocabulary import Vocabulary
from .compose import Book, Text, make_book
from .samples import samples

# Which of the carrier's words a label of ours may be, because it means the same.
SAME_MEANING = {
    "stop.label": STOP_WORDS | {"arret"},
    "start.label": START_WORDS,
    "help.label": HELP_WORDS,
    "yes.label": frozenset({"yes"}),
}
NUMBERS = 1000  # plural forms are told apart by the numbers below this


@dataclass(frozen=True)
class Script:
    """One language as its files have it: its words, its formats, and its texts, fit to be sent or not."""

    vocabulary: Vocabulary
    language: Language
    translations: tuple[Translation, ...]
    signed: frozenset[str] = frozenset()

    @property
    def tag(self) -> str:
        """The language's tag."""
        return self.language.tag

    def with_texts(self, changed: Mapping[str, Translation]) -> "Script":
        """The same language with other texts in place of those of the same keys; new keys go to the end."""
        known = {t.key for t in self.translations}
        added = (t for key, t in changed.items() if key not in known)
        return replace(
            self, translations=(*(changed.get(t.key, t) for t in self.translations), *added)
        )


@dataclass(frozen=True)
class Library:
    """All languages and what they are held against. English is among them."""

    content: Content
    profile: Profile
    phone: str  # as people write it
    scripts: Mapping[str, Script]
    risks: Mapping[str, int]  # of intents, as the bot reads them
    source: str = "en"
    missing: Mapping[str, Missing] = field(default_factory=dict)  # what staff set a gap to mean

    def english(self) -> dict[str, tuple[str, ...]]:
        """The English of every text, by key; the first wording where there is no other."""
        said = by_key(self.scripts[self.source].translations)
        return {
            key: said[key].forms if key in said and said[key].state != "empty" else phrase.forms
            for key, phrase in self.content.phrases.items()
        }

    def with_script(self, script: Script) -> "Library":
        """The library with one language replaced."""
        return replace(self, scripts={**self.scripts, script.tag: script})


@dataclass(frozen=True)
class Proof:
    """What was found in one language: in its texts and in its vocabulary, and what each SMS text costs at its longest."""

    tag: str
    texts: tuple[Finding, ...]
    vocabulary: tuple[Finding, ...]
    costs: Mapping[str, Cost]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What blocks."""
        return tuple(f for f in (*self.texts, *self.vocabulary) if f.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What is only shown."""
        return tuple(f for f in (*self.texts, *self.vocabulary) if f.severity == "warning")


@dataclass(frozen=True)
class Readers:
    """Who reads the words to type of one language back, each named for staff: its own, and, beside it, the English ones."""

    own: Mapping[str, Reader]
    english: Mapping[str, Reader]


def proofread(library: Library, tag: str, readers: Readers | None = None) -> Proof:
    """What is wrong with one language. `readers` are `readers_of` its vocabularies, where the caller has them already."""
    script = library.scripts[tag]
    tongue = tongue_in(library, tag)
    found, costs = _texts(library, script, tongue)
    labels = _labels(library, script)
    found += check_labels(labels, tongue, CARRIER_WORDS, SAME_MEANING)
    readers = readers or readers_of(library, tag)
    found += check_read_back(_by_intent(labels), tag, readers.own)
    found += check_read_back(
        _by_intent(_labels(library, library.scripts[library.source])), tag, readers.english
    )
    english = library.scripts[library.source].vocabulary
    return Proof(
        tag,
        tuple(found),
        check_vocabulary(script.vocabulary, english, terms(library.content)),
        costs,
    )


def proofread_all(
    library: Library, tags: Iterable[str], seen: Callable[[str], object] = str
) -> tuple[Proof, ...]:
    """The proofs of several languages; `seen` is told of each as it is done."""
    everyone = reader_of(library, library.scripts)
    proofs = []
    for tag in tags:
        proofs.append(proofread(library, tag, readers_of(library, tag, everyone)))
        seen(tag)
    return tuple(proofs)


def reader_of(library: Library, tags: Iterable[str]) -> Reader:
    """The reader of some languages, as where a clinic offers them."""
    return make_reader((library.scripts[tag].vocabulary for tag in tags), library.risks)


def readers_of(library: Library, tag: str, everyone: Reader | None = None) -> Readers:
    """A language's words to type are read by it alone and by all; the English ones, which work everywhere, beside it."""
    everyone = everyone or reader_of(library, library.scripts)
    alone = reader_of(library, (tag,)) if len(library.scripts) > 1 else everyone
    own = {"by this language alone": alone, "with all languages loaded": everyone}
    if tag == library.source:
        return Readers(own, {})
    pair = reader_of(library, (tag, library.source)) if len(library.scripts) > 2 else everyone
    return Readers(
        own,
        {
            "the English word, beside this language": pair,
            "the English word, with all languages loaded": everyone,
        },
    )


def tongue_of(script: Script, source: str = "en") -> Tongue:
    """What the rules need of a language."""
    takers: dict[int, int] = {}
    for number in range(NUMBERS):
        form = script.language.plural(number)
        takers[form] = takers.get(form, 0) + 1
    return Tongue(
        tag=script.tag,
        words=words,
        plural_forms=script.language.plural_forms,
        exact=frozenset(form for form, count in takers.items() if count == 1),
        negations=script.vocabulary.negations,
        forbidden=script.vocabulary.forbidden,
        terms=script.vocabulary.terms,
        source=script.tag == source,
        glossary=script.vocabulary.glossary,
    )


def tongue_in(library: Library, tag: str) -> Tongue:
    """The same, with what the English is held to beside it."""
    english = library.scripts[library.source].vocabulary.glossary
    return replace(tongue_of(library.scripts[tag], library.source), english=english)


# ---------------------------------------------------------------- texts


def _texts(
    library: Library, script: Script, tongue: Tongue
) -> tuple[list[Finding], dict[str, Cost]]:
    """What is wrong with the texts of a language, and what its SMS texts cost."""
    texts = by_key(script.translations)
    book = book_of(library, script.tag)
    found: list[Finding] = []
    costs: dict[str, Cost] = {}
    for demand in demands(library.content):
        text = texts.get(demand.key, Translation(demand.key, demand.source, ()))
        if text.state == "empty" and _inherited(library, script.tag, demand.key):
            continue
        found += check_state(demand, text.state)
        if text.state != "empty":
            about, dear = _about(demand, text, tongue, book, script.tag)
            found += (_shown(f) for f in about) if text.state == "fuzzy" else about
            costs |= dear
    return [*found, *_stale(library.content, script.translations)], costs


def _about(
    demand: Demand, text: Translation, tongue: Tongue, book: Book, tag: str
) -> tuple[tuple[Finding, ...], dict[str, Cost]]:
    """What is wrong with one text, and, for an SMS, what it costs at its longest."""
    found = list(check_text(demand, text.forms, tongue))
    if text.source != demand.source:
        says = "translates an English text that has changed since: run `pybabel update -N`"
        found.append(Finding(demand.key, "source", "error", says))
    went_out = samples(book, tag, book.content.phrases[demand.key])
    found += measured(demand, went_out)
    dearest = max(went_out, key=_price_of, default=None)
    costs = {demand.key: dearest.cost} if dearest and demand.budget else {}
    return tuple(dict.fromkeys(found)), costs


def measured(demand: Demand, went_out: Iterable[Text]) -> Iterator[Finding]:
    """Whether a text keeps to its budget, by its samples at their longest."""
    for sample in went_out:
        yield from check_cost(demand, sample.cost)
        yield from check_size(demand, len(sample.text))


def _price_of(sample: Text) -> tuple[int, int]:
    return sample.cost.segments, sample.cost.units


def _shown(finding: Finding) -> Finding:
    """A fuzzy text is not sent, so nothing in it blocks."""
    return replace(finding, severity="warning")


def _stale(content: Content, translations: Iterable[Translation]) -> Iterable[Finding]:
    for text in translations:
        if text.key not in content.phrases:
            yield Finding(text.key, "source", "warning", "is no text of the bot any more")


def _inherited(library: Library, tag: str, key: str) -> bool:
    """Whether a regional language (fr-CA) leaves the text to the one that it is a part of (fr)."""
    parent = tag.rpartition("-")[0]
    script = library.scripts.get(parent)
    return script is not None and any(
        t.key == key and t.state == "read" for t in script.translations
    )


def book_of(library: Library, tag: str) -> Book:
    """The book as if all texts of the language were read, and English had every text."""
    english = library.scripts[library.source]
    sources = {d.key: Translation(d.key, d.source, d.source) for d in demands(library.content)}
    written = {
        **sources,
        **{k: t for k, t in by_key(english.translations).items() if fillable(t, sources)},
    }
    by_tag = {library.source: _complete(english, written)}
    for other, script in library.scripts.items():
        if other != library.source:
            texts = {t.key: t for t in script.translations if fillable(t, sources)}
            by_tag[other] = _complete(
                script, texts if other == tag or tag.startswith(f"{other}-") else {}
            )
    catalogs = Catalogs(by_tag, library.profile.languages, library.source)
    chain = {c.language.tag: c for c in catalogs.chain(tag)}
    book = make_book(
        library.content, replace(catalogs, by_tag=chain), library.profile, library.phone
    )
    return replace(book, catalogs=catalogs)


def _complete(script: Script, texts: Mapping[str, Translation]) -> Catalog:
    return Catalog(
        script.language, {key: text.forms for key, text in texts.items()}, signed=script.signed
    )


def fillable(text: Translation, sources: Mapping[str, Translation]) -> bool:
    """Whether a text can be composed at all: it is there, and names nothing that the English does not name."""
    if text.state == "empty" or text.key not in sources:
        return False
    known = frozenset().union(*(placeholders.names(s) for s in sources[text.key].source))
    return all(placeholders.names(form) <= known for form in text.forms)


# ---------------------------------------------------------------- labels


def _labels(library: Library, script: Script) -> dict[str, str]:
    """The words to type that the language itself has, by key, in the order of the content."""
    texts = by_key(script.translations)
    keys = [d.key for d in demands(library.content) if d.kind == "label"]
    return {
        key: texts[key].forms[0] for key in keys if key in texts and texts[key].state != "empty"
    }


def _by_intent(labels: Mapping[str, str]) -> dict[str, str]:
    return {key.removesuffix(".label"): label for key, label in labels.items()}

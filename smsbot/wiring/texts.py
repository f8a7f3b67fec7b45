"""From the languages' files to what is said and read: the library, the texts made of it, and the edition in force."""

import gc
import hashlib
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

from smsbot.adapters import files
from smsbot.adapters.clock import SystemClock
from smsbot.adapters.gettext import (
    CatalogShelf,
    check_placeholders,
    file_name,
    posix,
    read_translations,
)
from smsbot.adapters.kept import kept
from smsbot.adapters.language_id import ROMANISED, Detector
from smsbot.adapters.learned.build import Learned, load
from smsbot.adapters.learned.intents import LearnedIntents
from smsbot.adapters.numbers import written
from smsbot.adapters.remembered import Remembered
from smsbot.core.content.broken import Broken
from smsbot.core.content.content import Content, read_content
from smsbot.core.content.profile import read_profile
from smsbot.core.conversation.compose import Book, make_book
from smsbot.core.conversation.proofread import Library, Script
from smsbot.core.conversation.samples import samples
from smsbot.core.language.catalog import Catalog, Catalogs
from smsbot.core.language.edits import never_half
from smsbot.core.language.language import Language, code
from smsbot.core.language.translation import catalog_of
from smsbot.core.understanding.examples import Example, read_examples
from smsbot.core.understanding.folding import tokens
from smsbot.core.understanding.lexicon import Hit, Lay, Lexicon, Patterns, Target, lay
from smsbot.core.understanding.look import Reader, make_reader, widened
from smsbot.core.understanding.vocabulary import (
    Entry,
    Formats,
    Malformed,
    Pattern,
    Vocabulary,
    read_pattern,
    read_vocabulary,
)
from smsbot.settings import Settings

# Service intents among two in one message: which goes first, beside the topics' own risks.
SERVICE_RISKS = {"minor": 20, "stop": 19, "forget": 18, "human": 3, "check": 3, "not_covered": 0}

Offers = Mapping[str, tuple[Entry, ...]]  # language -> what the bot itself offers to type


@dataclass(frozen=True)
class Tree:
    """A reader whose patterns were laid into one tree, which takes seconds, and what was laid into it."""

    reader: Reader
    vocabularies: Mapping[str, Vocabulary]
    offers: Offers


@dataclass(frozen=True)
class Texts:
    """What can be said, and how it is read; and who votes on the language. `library` is what it was made of."""

    library: Library
    book: Book
    reader: Reader
    offers: Offers
    names: Mapping[tuple[str, ...], str]
    codes: Mapping[str, str]
    yes: frozenset[tuple[str, ...]]
    languages: Detector
    intents: LearnedIntents
    lacking: Mapping[str, str]  # what of the readers this machine has not, and why
    tree: Tree  # what `reader` is, or what it is but for a few more patterns


def load_texts(
    clinic_file: str = "",
    locales: Path = files.LOCALES,
    content_folder: Path = files.CONTENT,
    model_folder: Path = files.MODEL,
) -> Texts:
    """Reads content, catalogs, vocabularies and the clinic. Raises `Broken` naming the file, the key and what is wrong."""
    with unswept():
        library = whole_library(clinic_file, locales, content_folder, model_folder=model_folder)
        for script in library.scripts.values():
            check_placeholders(script.translations, file_name(script.tag))
        check_budgets(library.content, library.scripts[library.source].language, content_folder)
        vocabularies = {tag: script.vocabulary for tag, script in library.scripts.items()}
        learned = _learned(model_folder, locales, vocabularies)
        detector = Detector(tuple(vocabularies), learned.languages.shares)
        return make_texts(
            library, LearnedIntents(learned), detector, lay=_kept_patterns(model_folder)
        )


@contextmanager
def unswept() -> Iterator[None]:
    """Without the collector of garbage: half a million values that all stay would be looked through again and again."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


def make_texts(
    library: Library,
    intents: LearnedIntents,
    detector: Detector,
    before: Texts | None = None,
    lay: Lay = lay,
) -> Texts:
    """What the library says and how it is read. What did not change since `before` is taken over from it."""
    book = spoken_by(library)
    catalogs = book.catalogs
    offers = _offered(library, catalogs)
    tree, reader = _heard_by(before, library, offers, intents.learned, lay)
    vocabularies = [script.vocabulary for script in library.scripts.values()]
    names, codes = (
        (before.names, before.codes) if before else _language_names(catalogs, vocabularies)
    )
    return Texts(
        library=library,
        book=book,
        reader=reader,
        offers=offers,
        names=names,
        codes=codes,
        yes=_clear_yes(vocabularies, catalogs),
        languages=detector,
        intents=intents,
        lacking={
            **({"encoder": intents.lacking} if intents.lacking else {}),
            **dict.fromkeys(detector.missing, "not on this machine"),
        },
        tree=tree,
    )


def spoken_by(library: Library) -> Book:
    """The book of what the library says."""
    catalogs = Catalogs(
        {
            tag: catalog_of(script.language, script.translations, script.signed)
            for tag, script in library.scripts.items()
        },
        library.profile.languages,
        library.source,
    )
    safety = (p.key for p in library.content.phrases.values() if p.safety)
    unhalved = never_half(safety, library.missing)
    return make_book(library.content, catalogs, library.profile, library.phone, unhalved)


def _heard_by(
    before: Texts | None, library: Library, offers: Offers, learned: Learned, lay: Lay
) -> tuple[Tree, Reader]:
    """The tree of patterns, and the reader that goes by it. Patterns that were only added stand beside the tree of before."""
    vocabularies = {tag: script.vocabulary for tag, script in library.scripts.items()}
    if before is None or not _grown_from(before.tree, vocabularies, offers):
        tree = Tree(_reader(library, offers, learned, lay), vocabularies, offers)
        return tree, tree.reader
    known = before.library.scripts
    if all(vocabulary is known[tag].vocabulary for tag, vocabulary in vocabularies.items()):
        return before.tree, before.reader
    old = before.tree.vocabularies
    more = [
        replace(vocabulary, entries=added)
        for tag, vocabulary in vocabularies.items()
        if (added := vocabulary.entries[len(old[tag].entries) :])
    ]
    return before.tree, widened(before.tree.reader, more) if more else before.tree.reader


def _grown_from(tree: Tree, vocabularies: Mapping[str, Vocabulary], offers: Offers) -> bool:
    """Whether all that lies in the tree is still typed so, whatever came to it."""
    return (
        offers == tree.offers
        and vocabularies.keys() == tree.vocabularies.keys()
        and all(
            vocabularies[tag].entries[: len(old.entries)] == old.entries
            for tag, old in tree.vocabularies.items()
        )
    )


def _with_offers(library: Library, offers: Offers) -> tuple[Vocabulary, ...]:
    """The languages' vocabularies, each with what the bot itself offers to type."""
    return tuple(
        replace(s.vocabulary, entries=(*s.vocabulary.entries, *offers[tag]))
        for tag, s in library.scripts.items()
    )


def _offered(library: Library, catalogs: Catalogs) -> Offers:
    return {tag: _offers(catalog, library.content) for tag, catalog in catalogs.by_tag.items()}


def _reader(library: Library, offers: Offers, learned: Learned, lay: Lay) -> Reader:
    return make_reader(
        _with_offers(library, offers),
        library.risks,
        {t.id: t.covers for t in library.content.topics.values()},
        {
            label.removesuffix(ROMANISED)
            for label in learned.languages.labels
            if label.endswith(ROMANISED)
        },
        Remembered[tuple[Hit, ...]]().get,
        lay,
    )


# What decides how patterns are read and laid, beside the files.
_READING = tuple(
    files.PACKAGE / "core/understanding" / name
    for name in ("folding.py", "lexicon.py", "vocabulary.py")
)


_READ = (Vocabulary, Entry, Pattern, Formats)


def _kept_vocabularies(folder: Path, heard: bool) -> Callable[[Path], Vocabulary]:
    """Reads a language's vocabulary from where it was kept, which takes a fifth of the time; without its patterns if they are not heard."""

    def vocabulary(language: Path) -> Vocabulary:
        known = _vocabulary(language)
        return known if heard else replace(known, entries=())

    def read(language: Path) -> Vocabulary:
        state = files.state_of((language / "vocabulary.toml", *_READING))
        name = f"{'vocabulary' if heard else 'unheard'}-{language.name}"
        return kept(folder, name, state, lambda: vocabulary(language), _READ)

    return read


def _kept_patterns(folder: Path) -> Lay:
    """Lays patterns into a tree, or has the tree from where these very patterns were laid before."""

    def laid(vocabularies: Iterable[Vocabulary]) -> Patterns:
        known = tuple(vocabularies)
        state = hashlib.sha256(files.state_of(_READING).encode())
        for vocabulary in known:
            said = [(e.kind, e.name, e.whole, e.pattern.text) for e in vocabulary.entries]
            about = (vocabulary.tag, vocabulary.spaces, vocabulary.near_misses)
            state.update(repr((about, sorted(vocabulary.fillers), said)).encode())
        return kept(folder, "patterns", state.hexdigest(), lambda: lay(known), (Patterns, Target))

    return laid


def patterns_of(library: Library, folder: Path) -> tuple[Lexicon, Mapping[tuple[str, ...], str]]:
    """What is understood by its words alone, without what was learned from examples; and what people call the languages."""
    book = spoken_by(library)
    vocabularies = _with_offers(library, _offered(library, book.catalogs))
    names, _ = _language_names(book.catalogs, vocabularies)
    return Lexicon(vocabularies, lay=_kept_patterns(folder)), names


def texts_of(settings: Settings) -> Texts:
    """The texts of the clinic that the settings name, with the readers fitted to the examples: at once where they were before."""
    return load_texts(settings.clinic_file, model_folder=model_folder(settings))


def model_folder(settings: Settings) -> Path:
    """Where the fitted readers are kept."""
    return Path(settings.model_dir) if settings.model_dir else files.MODEL


def read_all_examples(
    locales: Path = files.LOCALES,
    vocabularies: Mapping[str, Vocabulary] | None = None,
    intents_of: Vocabulary | None = None,
) -> tuple[Example, ...]:
    """The example messages of the given languages, of all where none are given. Raises `Broken` naming the file and the key.

    The intents are those of `intents_of`, English where it is not given.
    """
    if vocabularies is None:
        vocabularies = {v.tag: v for v in map(_vocabulary, files.language_folders(locales))}
    model = intents_of or vocabularies["en"]
    known = {e.name for e in model.entries if e.kind == "intents"} | {"unknown"}
    return tuple(
        example for tag in vocabularies for example in _examples(locales / posix(tag), tag, known)
    )


def _examples(folder: Path, tag: str, intents: Collection[str]) -> tuple[Example, ...]:
    path = folder / "examples.toml"
    if not path.exists():
        return ()  # a language may start without: it reads by its keywords and by what the others taught
    try:
        return read_examples(tag, files.read_toml(path), intents)
    except Malformed as error:
        raise Broken(f"locales/{folder.name}/examples.toml", "examples", str(error)) from None


def _learned(folder: Path, locales: Path, vocabularies: Mapping[str, Vocabulary]) -> Learned:
    """What the examples teach, with a line on standard error, and a bar on a terminal, for what takes long."""
    return load(
        folder,
        files.state_of(locales / posix(tag) / "examples.toml" for tag in vocabularies),
        lambda: read_all_examples(locales, vocabularies),
        say=lambda what: print(f"smsbot: {what} (once)", file=sys.stderr, flush=True),
        steps=lambda rows, total, what: tqdm(
            rows,
            total=total,
            desc=f"smsbot: {what} (once)",
            unit="",
            leave=False,
            disable=not sys.stderr.isatty(),
        ),
    )


def _risks(content: Content) -> dict[str, int]:
    """Which of two intents in one message goes first: the higher."""
    return {**SERVICE_RISKS, **{t.id: t.risk for t in content.topics.values()}}


def _offers(catalog: Catalog, content: Content) -> tuple[Entry, ...]:
    """What the bot itself offers: a label or a title that is typed back is always understood."""
    return tuple(
        Entry("intents", name, read_pattern(" ".join(words)), whole=True)
        for name in (*content.topics, *content.words)
        for part in ("label", "title")
        if name != "urgent" and (words := tokens(catalog.texts.get(f"{name}.{part}", ("",))[0]))
    )


def check_budgets(content: Content, english: Language, folder: Path) -> None:
    """Raises `Broken` for a first wording that costs more SMS segments than it may, measured with the shipped clinic's values."""
    profile = read_profile(
        files.read_toml(folder / "clinic.toml"), "clinic.toml", ("en",), lenient=True
    )
    masters = Catalogs(
        {"en": Catalog(english, {p.key: p.forms for p in content.phrases.values()})}, ("en",)
    )
    book = make_book(content, masters, profile, written(profile.phone))
    for phrase in content.phrases.values():
        for text in samples(book, "en", phrase) if phrase.budget else ():
            most = phrase.budget[text.cost.encoding == "UCS-2"]  # type: ignore[index]
            if text.cost.segments > most:
                raise Broken(
                    phrase.file,
                    phrase.key,
                    f"costs {text.cost.segments} SMS segments; it may cost {most}",
                )


def _vocabulary(folder: Path) -> Vocabulary:
    name = f"locales/{folder.name}/vocabulary.toml"
    table = files.read_toml(folder / "vocabulary.toml")
    try:
        return read_vocabulary(files.tag_of(folder), table)
    except Malformed as error:
        raise Broken(name, "vocabulary", str(error)) from None


def _po(locales: Path, vocabulary: Vocabulary) -> Path:
    folder = locales / posix(vocabulary.tag)
    path = folder / "LC_MESSAGES" / "bot.po"
    if not path.exists():
        raise Broken(
            f"locales/{folder.name}",
            "LC_MESSAGES/bot.po",
            "does not exist; `pybabel init` makes it (see CONTRIBUTING)",
        )
    return path


def _signed(folder: Path) -> Mapping[str, object]:
    return files.read_toml(folder / "signoff.toml") if (folder / "signoff.toml").exists() else {}


def load_library(
    clinic_file: str = "",
    locales: Path = files.LOCALES,
    content_folder: Path = files.CONTENT,
    *,
    heard: bool = True,
    model_folder: Path = files.MODEL,
) -> tuple[Library, dict[str, Broken]]:
    """Every language as its files have it, to be checked and edited, and the languages whose files cannot be read at all.

    Where nothing is to be `heard` it is without what people type, which is the larger part. Vocabularies that were read before are
    kept in `model_folder`.

    Raises `Broken` where the content, the clinic or English cannot be read.
    """
    content = read_content(files.read_content_files(content_folder))
    folders = files.language_folders(locales)
    read = _kept_vocabularies(model_folder, heard)
    scripts: dict[str, Script] = {}
    broken: dict[str, Broken] = {}
    for folder in folders:
        tag = files.tag_of(folder)
        try:
            scripts[tag] = _script(locales, folder, read)
        except Broken as error:
            broken[tag] = error
    if "en" not in scripts:
        raise broken.get(
            "en",
            Broken(str(locales), "en", "is missing: English is what every language falls back on"),
        )
    path = Path(clinic_file) if clinic_file else content_folder / "clinic.toml"
    profile = read_profile(files.read_toml(path), path.name, (*scripts, *broken))
    profile = replace(
        profile, languages=tuple(t for t in profile.languages if t in scripts) or ("en",)
    )
    return Library(content, profile, written(profile.phone), scripts, _risks(content)), broken


def whole_library(
    clinic_file: str = "",
    locales: Path = files.LOCALES,
    content_folder: Path = files.CONTENT,
    *,
    heard: bool = True,
    model_folder: Path = files.MODEL,
) -> Library:
    """The library, where every language's files can be read. Raises `Broken` for the first that cannot."""
    library, broken = load_library(
        clinic_file, locales, content_folder, heard=heard, model_folder=model_folder
    )
    for error in broken.values():
        raise error
    return library


def _script(locales: Path, folder: Path, read: Callable[[Path], Vocabulary]) -> Script:
    vocabulary = read(folder)
    language, translations = read_translations(
        _po(locales, vocabulary), vocabulary, file_name(vocabulary.tag)
    )
    return Script(vocabulary, language, translations, frozenset(_signed(folder)))


def load_shelf(locales: Path = files.LOCALES) -> CatalogShelf:
    """Where edited texts are written."""
    return CatalogShelf(locales, SystemClock().now)


def _language_names(
    catalogs: Catalogs, vocabularies: Iterable[Vocabulary]
) -> tuple[dict[tuple[str, ...], str], dict[str, str]]:
    """How people may name a language: in its own words, in any loaded language's words, as its file adds, or by its code."""
    names: dict[tuple[str, ...], str] = {}
    for tag, catalog in catalogs.by_tag.items():
        own, letters = catalog.language, tag.partition("-")[0]
        said = {own.own_name}
        for other in catalogs.by_tag.values():
            said |= {other.language.name_of(tag), other.language.name_of(letters)}
        # Where two languages share a name (Chinese in two scripts), it is the first one's.
        names |= {tokens(n): tag for n in said if tokens(n) and tokens(n) not in names}
        names[tokens(own.own_name)] = tag
    for vocabulary in vocabularies:
        names |= {said: vocabulary.tag for said in vocabulary.names if said not in names}
    codes = {tag.partition("-")[0]: tag for tag in reversed(tuple(catalogs.by_tag))}
    codes |= {code(tag, tuple(catalogs.by_tag)).lower(): tag for tag in catalogs.by_tag}
    return names, codes


def _clear_yes(
    vocabularies: Iterable[Vocabulary], catalogs: Catalogs
) -> frozenset[tuple[str, ...]]:
    """How people agree beyond doubt: by the very word that the question asks for, or another that means nothing else."""
    labels = (catalog.texts.get("yes.label", ("",))[0] for catalog in catalogs.by_tag.values())
    asked = {said for label in labels if (said := tokens(label))}
    return frozenset(asked | {said for v in vocabularies for said in v.clear_yes})

"""Babel: the formats of a language, and its PO file as a catalog."""

import gettext
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Literal

from babel import Locale, UnknownLocaleError, dates, languages, numbers, units
from babel.messages import Catalog as PoFile
from babel.messages import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import (
    PoFileError,
    PoFileParser,
    generate_po,
    normalize,
    read_po,
    write_po,
)
from babel.support import NullTranslations, Translations

from smsbot.adapters.entries import added, dated, places, reworded, unsound_line
from smsbot.adapters.files import replace_file, tag_of
from smsbot.core.content.broken import Broken
from smsbot.core.content.demands import comments as told
from smsbot.core.conversation.proofread import Library
from smsbot.core.language import placeholders
from smsbot.core.language.language import Language
from smsbot.core.language.translation import Translation
from smsbot.core.understanding.vocabulary import Formats, Vocabulary
from smsbot.flows.exchange import Line, Unusable

WIDTH = 120  # columns of a PO file

_OURS = {"fil": "tl"}  # the data's tag for a language that is Tagalog with another name
TELLING = 200  # numbers by which two ways of counting are told apart


def posix(tag: str) -> str:
    """The POSIX spelling of a tag: zh-Hans -> zh_Hans."""
    return tag.replace("-", "_")


def make_language(
    vocabulary: Vocabulary, plural: Callable[[int], int], plural_forms: int
) -> Language:
    """The formats of one language, after the CLDR data of Babel and, where those lack something, after its vocabulary."""
    said = vocabulary.formats
    try:
        locale = Locale.parse(posix(vocabulary.tag))
    except (UnknownLocaleError, ValueError) as error:
        raise Broken(
            f"locales/{posix(vocabulary.tag)}",
            "folder",
            f"is no language that Babel knows ({error})",
        ) from None
    return Language(
        tag=vocabulary.tag,
        own_name=vocabulary.own_name,
        rtl=vocabulary.rtl,
        plural=plural,
        plural_forms=plural_forms,
        number=lambda value: _ascii(numbers.format_decimal(value, locale=locale)),
        percent=lambda value: _ascii(numbers.format_percent(Decimal(value) / 100, locale=locale)),
        unit=lambda value, unit: _unit(value, unit, locale, said),
        price=lambda amount, currency: _ascii(
            numbers.format_currency(amount, currency, locale=locale)
        ),
        day=lambda day: (
            f"{day.day} {said.months[day.month - 1]} {day.year}"
            if said.months
            else _ascii(dates.format_date(day, "long", locale=locale))
        ),
        clock=lambda clock: _ascii(dates.format_time(clock, "short", locale=locale)),
        moment=lambda moment: _moment(moment, locale, said),
        weekday=lambda day: (said.days_short or locale.days["format"]["abbreviated"])[day],
        name_of=lambda tag: (
            said.languages.get(tag)
            or locale.languages.get(posix(tag))
            or Locale.parse(posix(tag)).get_language_name(locale)
            or tag
        ),
        comma=vocabulary.comma,
    )


def _moment(moment: datetime, locale: Locale, said: Formats) -> str:
    day = (said.days or locale.days["format"]["wide"])[moment.weekday()]
    return f"{day} {_ascii(dates.format_time(moment.timetz(), 'short', locale=locale))}"


def _unit(value: int, name: str, locale: Locale, said: Formats) -> str:
    """A count of a unit, in the longest form in which the language's data has the plural that the number takes.

    Babel's data keeps some long forms in the short ones (Chinese) or leaves singulars out (Arabic weeks), and
    `format_unit` then writes a wrong plural or the unit's own id.
    """
    if value == 1 and name in said.one:
        return said.one[name]
    if name in said.units:
        return said.units[name].format(value)
    unit = f"duration-{name}"
    known = locale._data["unit_patterns"].get(unit, {})
    plural = locale.plural_form(value)
    lengths: tuple[Literal["long", "short", "narrow"], ...] = ("long", "short", "narrow")
    for length in lengths:
        if plural in known.get(length, {}):
            return _ascii(units.format_unit(value, unit, length=length, locale=locale))
    raise Broken(f"locales/{locale}", unit, "is a unit that the language's data cannot count")


def _ascii(text: str) -> str:
    """The text with ASCII digits, whatever digits the language prefers: a number must be dialled and compared."""
    return "".join(
        c if c.isascii() or not c.isdecimal() else str(unicodedata.decimal(c)) for c in text
    )


def check_placeholders(translations: Iterable[Translation], name: str) -> None:
    """Raises `Broken`, calling the file `name`, for a text that names a placeholder which its English does not have."""
    for text in translations:
        known = frozenset().union(*(placeholders.names(s) for s in text.source))
        if extra := frozenset().union(*(placeholders.names(f) for f in text.forms)) - known:
            where = f"line {text.line}, {text.key}"
            raise Broken(
                name, where, f"names {', '.join(sorted(extra))}, which the text does not have"
            )


def file_name(tag: str) -> str:
    """Where a language's texts are, as staff and messages name it."""
    return f"locales/{posix(tag)}/LC_MESSAGES/bot.po"


def vocabulary_name(tag: str) -> str:
    """Where what people type in a language is, as staff and messages name it."""
    return f"locales/{posix(tag)}/vocabulary.toml"


def read_translations(
    path: Path, vocabulary: Vocabulary, name: str
) -> tuple[Language, tuple[Translation, ...]]:
    """The texts of one PO file as they stand, with the language's formats. Raises `Broken`, calling the file `name`."""
    po = _read(path, vocabulary.tag, name)
    language = make_language(vocabulary, gettext.c2py(po.plural_expr), po.num_plurals)
    return language, tuple(
        _translation(message) for message in po if message.id and message.context
    )


def language_named(path: Path) -> str:
    """The tag in the header of a PO file; "" where it has none. Raises `Broken`."""
    return str(_read(path, None, path.name).locale_identifier or "").replace("_", "-")


def write_translations(
    path: Path,
    tag: str,
    changed: Mapping[str, Translation],
    at: datetime | None,
    comments: Mapping[str, Sequence[str]],
) -> None:
    """Writes the changed texts into the PO file at `path`, all or nothing; every byte of what did not change stays as it is.

    `at` is the date of the change that the header tells, which stays too where it is None. `comments` are what the translator is
    told, for texts that the file does not have yet. Raises `Broken`.
    """
    name = file_name(tag)
    content = _content(path, name)
    po = _parsed(content, tag, name)
    text = content.decode("utf-8")
    ending = "\r\n" if "\r\n" in text else "\n"
    written = _written(text.replace("\r\n", "\n"), po, changed, comments)
    if at is not None:
        written = dated(written, f"{at:%Y-%m-%d %H:%M%z}")
    after = written.replace("\n", ending).encode("utf-8")
    _check_written(po, _parsed(after, tag, name), changed, name)
    if after != content:
        replace_file(path, after)


def _written(
    text: str,
    po: PoFile,
    changed: Mapping[str, Translation],
    comments: Mapping[str, Sequence[str]],
) -> str:
    """The file's text with the changes in it; from the last entry to the first, so that the numbers of lines stay right."""
    known = {key: po.get(_identity(said), context=key) for key, said in changed.items()}
    for key, message in sorted(
        ((k, m) for k, m in known.items() if m is not None), key=lambda pair: -(pair[1].lineno or 0)
    ):
        said = changed[key]
        wording = "" if _forms(message) == said.forms else _msgstr(said)
        text = reworded(text, message.lineno or 0, wording, fuzzy=said.fuzzy)
    for key in (k for k, message in known.items() if message is None):
        text = added(text, _entry(po, changed[key], tuple(comments.get(key, ()))))
    return text


def _identity(text: Translation) -> str | tuple[str, ...]:
    return text.source if len(text.source) > 1 else text.source[0]


def _msgstr(text: Translation) -> str:
    if len(text.source) == 1:
        return f"msgstr {normalize(text.forms[0], width=WIDTH)}"
    return "\n".join(
        f"msgstr[{form}] {normalize(words, width=WIDTH)}" for form, words in enumerate(text.forms)
    )


def _entry(po: PoFile, text: Translation, comments: Sequence[str]) -> str:
    """A text as an entry of its own."""
    alone = PoFile(locale=po.locale_identifier, fuzzy=False)
    alone.mime_headers = po.mime_headers
    flags = ("fuzzy",) if text.fuzzy else ()
    _add(alone, text, comments, flags)
    return "".join(generate_po(alone, width=WIDTH, no_location=True, omit_header=True))


def _add(po: PoFile, text: Translation, comments: Sequence[str], flags: Sequence[str] = ()) -> None:
    string = tuple(text.forms) if len(text.source) > 1 else "".join(text.forms[:1])
    po.add(
        _identity(text), string, context=text.key, auto_comments=tuple(comments), flags=tuple(flags)
    )


def _check_written(
    before: PoFile, after: PoFile, changed: Mapping[str, Translation], name: str
) -> None:
    """Raises `Broken` unless the file reads as it did, but for what was to change."""
    wanted = {(m.context, m.id): (_forms(m), m.fuzzy) for m in before if m.id}
    for key, text in changed.items():
        wanted[key, _identity(text)] = (text.forms, text.fuzzy)
    if {(m.context, m.id): (_forms(m), m.fuzzy) for m in after if m.id} != wanted:
        raise Broken(name, "file", "could not be changed without changing more; nothing was")


def translators_po(
    path: Path, library: Library, tag: str, english: Mapping[str, tuple[str, ...]]
) -> bytes:
    """Every text of a language as a PO file for a translator, under the given English; the head is that of the file at `path`.

    Raises `Broken`.
    """
    known = _read(path, tag, file_name(tag))
    po = PoFile(locale=known.locale_identifier, header_comment=known.header_comment, fuzzy=False)
    po.mime_headers = known.mime_headers
    texts = {text.key: text for text in library.scripts[tag].translations}
    count = library.scripts[tag].language.plural_forms
    for phrase in library.content.phrases.values():
        text = texts.get(phrase.key, Translation(phrase.key, phrase.forms, ()))
        forms = text.forms or ("",) * (count if phrase.plural else 1)
        said = Translation(phrase.key, english[phrase.key], forms)
        _add(po, said, tuple(told(phrase, library.content)), ("fuzzy",) * (text.state == "fuzzy"))
    written = BytesIO()
    write_po(written, po, width=WIDTH, no_location=True)
    return written.getvalue()


class _Sent(PoFile):
    """A file that somebody sent: it has as many plural forms as the language, whatever it says of itself.

    A header that claims a thousand million of them would else take all memory.
    """

    def __init__(self, language: Language) -> None:
        super().__init__(fuzzy=False)
        self._count = language.plural_forms

    @property
    def num_plurals(self) -> int:
        """The language's own."""
        return self._count

    def counts_like(self, language: Language) -> bool:
        """Whether the file picks a plural form as the language does, for the numbers that tell."""
        try:
            plural = gettext.c2py(str(self.plural_expr))
            return super().num_plurals == self._count and all(
                plural(number) == language.plural(number) for number in range(TELLING)
            )
        except (ValueError, ArithmeticError, RecursionError):
            return False


def sent_lines(content: bytes, language: Language) -> tuple[Line, ...]:
    """The lines of a PO file that somebody sent, numbered by their `msgid`. Raises `Unusable`."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Unusable("letters") from None
    if number := unsound_line(text):
        raise Unusable("po", str(number))
    po = _Sent(language)
    try:
        PoFileParser(po, abort_invalid=True).parse(StringIO(text, newline="\n"))
    except PoFileError as error:
        raise Unusable("po", str(error.lineno + 1)) from None
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError):
        raise Unusable("po") from None  # the library's ways of stumbling over what is no PO file
    messages = [message for message in po if message.id]
    if not messages:
        raise Unusable("empty")
    if not po.locale_identifier:
        raise Unusable("unnamed")
    tag = str(po.locale_identifier).replace("_", "-")
    counts = any(isinstance(message.id, tuple) for message in messages)
    if tag == language.tag and counts and not po.counts_like(language):
        raise Unusable("plurals")
    lines = [line for message in messages for line in _lines(message, tag)]
    lines += [
        Line(number, tag, key, 0, "", "")
        for key, numbers in places(text).items()
        for number in numbers[1:]
    ]
    return tuple(lines)


def _lines(message: Message, tag: str) -> Iterable[Line]:
    english = message.id if isinstance(message.id, tuple) else (str(message.id),)
    for form, words in enumerate(_forms(message)):
        yield Line(
            number=message.lineno or 0,
            language=tag,
            key=str(message.context or ""),
            form=form,
            english=english[min(form, len(english) - 1)],
            text=words.replace("\r\n", "\n").strip(),
            unfinished=message.fuzzy,
        )


class CatalogShelf:
    """The language folders under `locales`, written to when texts come in."""

    def __init__(self, locales: Path, now: Callable[[], datetime | None]) -> None:
        """`now` dates what is written; None leaves the date that stands there."""
        self.locales, self._now = locales, now

    def path(self, tag: str) -> Path:
        """The PO file of a language."""
        return self.locales / posix(tag) / "LC_MESSAGES" / "bot.po"

    def write(
        self, tag: str, changed: Mapping[str, Translation], comments: Mapping[str, Sequence[str]]
    ) -> None:
        """Writes the changed texts into the language's PO file, all or nothing. Raises `Broken`."""
        write_translations(self.path(tag), tag, changed, self._now(), comments)

    def copy(self, tag: str, target: Path) -> None:
        """Puts a copy of the language's PO file at `target`. Raises `Broken`."""
        replace_file(target, _content(self.path(tag), file_name(tag)))


def _read(path: Path, tag: str | None, name: str) -> PoFile:
    return _parsed(_content(path, name), tag, name)


def _content(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Broken(name, "file", f"cannot be read: {error.strerror}") from None


def _parsed(content: bytes, tag: str | None, name: str) -> PoFile:
    try:
        return read_po(BytesIO(content), locale=posix(tag) if tag else None, abort_invalid=True)
    except PoFileError as error:
        raise Broken(name, f"line {error.lineno}", str(error)) from None
    except (UnicodeDecodeError, UnknownLocaleError, LookupError, ValueError) as error:
        raise Broken(name, "file", f"cannot be read: {error}") from None


def _forms(message: Message) -> tuple[str, ...]:
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return tuple(form or "" for form in forms)


def _translation(message: Message) -> Translation:
    source = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    return Translation(
        str(message.context), tuple(source), _forms(message), message.fuzzy, message.lineno or 0
    )


def page_words(locales: Path, domain: str = "console") -> dict[str, NullTranslations]:
    """The words of the pages, by language: those of each <domain>.po, and English as the pages are written.

    `console` is what staff see, `ways` what a campaign's links, page and poster say.

    Raises `Broken` for a file that cannot be read.
    """
    found: dict[str, NullTranslations] = {"en": NullTranslations()}
    for path in sorted(locales.glob(f"*/LC_MESSAGES/{domain}.po")):
        tag = tag_of(path.parent.parent)
        compiled = BytesIO()
        name = f"locales/{posix(tag)}/LC_MESSAGES/{domain}.po"
        write_mo(compiled, _read(path, tag, name), use_fuzzy=False)
        compiled.seek(0)
        found[tag] = Translations(compiled, domain=domain)
    return found


def spoken_in(region: str) -> tuple[str, ...]:
    """The official languages of a region, as Babel's data has them, then others with regional standing."""
    if not region:
        return ()
    official = languages.get_official_languages(region, regional=True, de_facto=True)
    return tuple(_OURS.get(tag, tag).replace("_", "-") for tag in official)

"""Babel: the formats of a language, and its PO file as a catalog."""

import gettext
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel import Locale, UnknownLocaleError, dates, languages, numbers, units
from babel.messages import Catalog as PoFile
from babel.messages import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from babel.support import NullTranslations, Translations

from smsbot.adapters.files import replace_file
from smsbot.core.content.broken import Broken
from smsbot.core.language import placeholders
from smsbot.core.language.language import Language
from smsbot.core.language.translation import Translation
from smsbot.core.understanding.vocabulary import Vocabulary

WIDTH = 120  # columns of a PO file


def posix(tag: str) -> str:
    """The POSIX spelling of a tag: zh-Hans -> zh_Hans."""
    return tag.replace("-", "_")


def make_language(
    vocabulary: Vocabulary, plural: Callable[[int], int], plural_forms: int
) -> Language:
    """The formats of one language, after the CLDR data of Babel."""
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
        unit=lambda value, unit: _unit(value, f"duration-{unit}", locale),
        price=lambda amount, currency: _ascii(
            numbers.format_currency(amount, currency, locale=locale)
        ),
        day=lambda day: _ascii(dates.format_date(day, "long", locale=locale)),
        clock=lambda clock: _ascii(dates.format_time(clock, "short", locale=locale)),
        moment=lambda moment: _moment(moment, locale),
        weekday=lambda day: locale.days["format"]["abbreviated"][day],
        name_of=lambda tag: (
            locale.languages.get(posix(tag))
            or Locale.parse(posix(tag)).get_language_name(locale)
            or tag
        ),
        comma=vocabulary.comma,
    )


def _moment(moment: datetime, locale: Locale) -> str:
    day = locale.days["format"]["wide"][moment.weekday()]
    return f"{day} {_ascii(dates.format_time(moment.timetz(), 'short', locale=locale))}"


def _unit(value: int, unit: str, locale: Locale) -> str:
    """A count of a unit, in the longest form in which the language's data has the plural that the number takes.

    Babel's data keeps some long forms in the short ones (Chinese) or leaves singulars out (Arabic weeks), and
    `format_unit` then writes a wrong plural or the unit's own id.
    """
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
    at: datetime,
    comments: Mapping[str, Sequence[str]],
) -> None:
    """Writes the changed texts into the PO file at `path`, all or nothing; what did not change stays as it is.

    `comments` are what the translator is told, for texts that the file does not have yet. Raises `Broken`.
    """
    po = _read(path, tag, file_name(tag))
    for key, text in changed.items():
        identity = text.source if len(text.source) > 1 else text.source[0]
        message = po.get(identity, context=key)
        if message is None:
            message = po.add(identity, context=key, auto_comments=tuple(comments.get(key, ())))
        message.string = tuple(text.forms) if len(text.source) > 1 else text.forms[0]
        message.flags.discard("fuzzy")
        if text.fuzzy:
            message.flags.add("fuzzy")
    po.revision_date = at
    written = BytesIO()
    write_po(written, po, width=WIDTH, no_location=True)
    replace_file(path, written.getvalue())


class CatalogShelf:
    """The language folders under `locales`, written to when texts come in."""

    def __init__(self, locales: Path, now: Callable[[], datetime]) -> None:
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
        try:
            content = self.path(tag).read_bytes()
        except OSError as error:
            raise Broken(file_name(tag), "file", f"cannot be read: {error.strerror}") from None
        replace_file(target, content)


def _read(path: Path, tag: str | None, name: str) -> PoFile:
    try:
        return read_po(
            BytesIO(path.read_bytes()), locale=posix(tag) if tag else None, abort_invalid=True
        )
    except PoFileError as error:
        raise Broken(name, f"line {error.lineno}", str(error)) from None
    except OSError as error:
        raise Broken(name, "file", f"cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, UnknownLocaleError, LookupError, ValueError) as error:
        raise Broken(name, "file", f"cannot be read: {error}") from None


def _translation(message: Message) -> Translation:
    source = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    texts = tuple(form or "" for form in forms)
    return Translation(
        str(message.context), tuple(source), texts, message.fuzzy, message.lineno or 0
    )


def page_words(locales: Path) -> dict[str, NullTranslations]:
    """The words of the staff's pages, by language: those of each console.po, and English as the pages are written.

    Raises `Broken` for a file that cannot be read.
    """
    found: dict[str, NullTranslations] = {"en": NullTranslations()}
    for path in sorted(locales.glob("*/LC_MESSAGES/console.po")):
        tag = path.parent.parent.name
        compiled = BytesIO()
        name = f"locales/{tag}/LC_MESSAGES/console.po"
        write_mo(compiled, _read(path, tag, name), use_fuzzy=False)
        compiled.seek(0)
        found[tag.replace("_", "-")] = Translations(compiled, domain="console")
    return found


def spoken_in(region: str) -> tuple[str, ...]:
    """The official languages of a region, as Babel's data has them, then others with regional standing."""
    if not region:
        return ()
    official = languages.get_official_languages(region, regional=True, de_facto=True)
    return tuple(tag.replace("_", "-") for tag in official)

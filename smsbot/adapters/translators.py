"""The files of translators outside, PO and XLSX, out and back in."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from smsbot.adapters import gettext, sheets
from smsbot.core.conversation.proofread import Library
from smsbot.core.language.language import Language
from smsbot.flows.catalogs import rows
from smsbot.flows.exchange import Form, Line, Unusable


class TranslatorFiles:
    """The port `Files`. `locales` has the languages' own PO files, whose heads go out with the texts."""

    def __init__(self, locales: Path) -> None:
        self._locales = locales

    def write(
        self, form: Form, library: Library, tag: str, english: Mapping[str, tuple[str, ...]]
    ) -> bytes:
        """Every text of a language beside the given English, as a file of that form. Raises `Broken`."""
        if form == "xlsx":
            return sheets.workbook(rows(library, tag, english))
        path = self._locales / gettext.posix(tag) / "LC_MESSAGES" / "bot.po"
        return gettext.translators_po(path, library, tag, english)

    def read(self, name: str, content: bytes, language: Language) -> Sequence[Line]:
        """The lines of a file, by the ending of its name. Raises `Unusable`."""
        if not content:
            raise Unusable("empty")
        match name.casefold().rpartition(".")[2]:
            case "xlsx":
                return sheets.sent_lines(content)
            case "po":
                return gettext.sent_lines(content, language)
            case _:
                raise Unusable("ending")

"""Translators' sheets: the texts of a language as CSV or as an Excel workbook, out and back in."""

import csv
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, fields
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils.exceptions import InvalidFileException

from smsbot.adapters.files import replace_file
from smsbot.core.content.broken import Broken
from smsbot.flows.catalogs import Row, known_state
from smsbot.flows.exchange import Line, Unusable, Wrong

COLUMNS = tuple(field.name for field in fields(Row))
NEEDED = ("language", "key", "english", "text")
WIDTHS = (10, 22, 6, 70, 70, 9, 50)  # of the columns, in characters
MOST_LINES = 10_000  # of a sheet that somebody sends: many times what a language has
MOST_COLUMNS = 40
MOST_BYTES = (
    64 * 1024 * 1024
)  # of a workbook once it is unpacked: 5 MB of a few letters repeated unpack to gigabytes
# What the reader raises for bytes that are no workbook, or only look like one.
NO_WORKBOOK = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,  # it finds no part that is a workbook
    ParseError,
)


def write_sheet(path: Path, lines: Iterable[Row]) -> None:
    """Writes a sheet, CSV or XLSX by the file's ending, all or nothing. Raises `Broken`."""
    table = [COLUMNS, *(astuple(row) for row in lines)]
    replace_file(path, _workbook(table) if path.suffix == ".xlsx" else _csv(table))


def workbook(lines: Iterable[Row]) -> bytes:
    """The lines as an Excel workbook."""
    return _workbook([COLUMNS, *(astuple(row) for row in lines)])


def sent_lines(content: bytes) -> tuple[Line, ...]:
    """The lines of a workbook that somebody sent, with those that cannot be taken marked. Raises `Unusable`."""
    try:
        table = list(islice(_sent_cells(content), MOST_LINES + 1))
    except NO_WORKBOOK:
        raise Unusable("workbook") from None
    if len(table) > MOST_LINES:
        raise Unusable("large")
    names = [value.strip().casefold() for value, _ in table[0]] if table else []
    if lacking := [name for name in NEEDED if name not in names]:
        raise Unusable("columns", ", ".join(lacking))
    return tuple(
        _sent_line(number, dict(zip(names, cells, strict=False)))
        for number, cells in enumerate(table[1:], 2)
        if any(value for value, _ in cells)
    )


Cell = tuple[str, Wrong | None]  # what it shows, and whether it is more than a text
NOTHING: Cell = ("", None)
NO_TEXT: dict[str, Wrong] = {
    "f": "formula",
    "e": "mistake",
}  # by Excel's own word for a cell's kind


def _sent_cells(content: bytes) -> Iterator[list[Cell]]:
    """The cells of the first sheet, a formula as the text that it is. Raises `Unusable`, and any of `NO_WORKBOOK`."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_BYTES:
            raise Unusable("large")
    book = load_workbook(BytesIO(content), read_only=True, data_only=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # a sheet may say that it is smaller, or larger, than it is
    for cells in sheet.iter_rows(max_col=MOST_COLUMNS):
        yield [_sent_cell(cell) for cell in cells]


def _sent_cell(cell: Any) -> Cell:
    value = "" if cell.value is None else str(cell.value).replace("_x000D_", "")
    return value, NO_TEXT.get(cell.data_type)


def _sent_line(number: int, cells: dict[str, Cell]) -> Line:
    value = {name: cells.get(name, NOTHING)[0].strip() for name in COLUMNS}
    wrong, what = next(
        ((kind, name) for name, (_, kind) in cells.items() if kind and name in COLUMNS), (None, "")
    )
    form = value["form"] or "0"
    if not (form.isascii() and form.isdecimal() and len(form) < 4) and wrong is None:
        wrong, what = "form", form
    return Line(
        number=number,
        language=value["language"].replace("_", "-"),
        key=value["key"],
        form=0 if wrong == "form" or not form.isdecimal() else int(form),
        english=value["english"],
        text=value["text"].replace("\r\n", "\n"),
        wrong=wrong,
        what=what,
    )


def read_sheet(path: Path) -> tuple[Row, ...]:
    """The lines of a sheet. Raises `Broken` naming the line and what is wrong with it."""
    table = _from_workbook(path) if path.suffix == ".xlsx" else _from_csv(path)
    numbered = enumerate(table, 1)
    _, header = next(numbered, (1, []))
    names = [cell.strip().casefold() for cell in header]
    if lacking := [name for name in NEEDED if name not in names]:
        raise Broken(
            path.name,
            "line 1",
            f"has no column {', '.join(lacking)}; export a sheet to see them all",
        )
    return tuple(
        _row(path, number, dict(zip(names, cells, strict=False)))
        for number, cells in numbered
        if any(cells)
    )


def _row(path: Path, number: int, cells: dict[str, str]) -> Row:
    form, state = cells.get("form", "").strip() or "0", cells.get("state", "").strip().casefold()
    if not form.isdecimal():
        raise Broken(
            path.name,
            f"line {number}",
            f"form is {form!r}; it must be a whole number, as in the export",
        )
    if not known_state(state):
        raise Broken(
            path.name, f"line {number}", f"state is {state!r}; it must be read, fuzzy or empty"
        )
    language, key = cells.get("language", "").strip(), cells.get("key", "").strip()
    english, text = (
        cells.get(name, "").replace("\r\n", "\n").strip() for name in ("english", "text")
    )
    return Row(language, key, int(form), english, text, state, cells.get("notes", ""))


# ---------------------------------------------------------------- CSV


def _csv(table: Sequence[Sequence[object]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text).writerows(table)
    return text.getvalue().encode("utf-8-sig")  # with the mark by which Excel knows UTF-8


def _from_csv(path: Path) -> Iterator[list[str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        head = text.partition("\n")[0]
        separator = ";" if head.count(";") > head.count(",") else ","
        yield from csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    except OSError as error:
        raise Broken(path.name, "file", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise Broken(
            path.name, "file", f"is not UTF-8 text (byte {error.start}); save it as CSV UTF-8"
        ) from None
    except csv.Error as error:
        raise Broken(path.name, "file", f"is not CSV: {error}") from None


# ---------------------------------------------------------------- XLSX


def _workbook(table: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in table:
        sheet.append(list(line))
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a text that begins with = is a text
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, width in zip("ABCDEFG", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _from_workbook(path: Path) -> Iterator[list[str]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Broken(path.name, "file", f"cannot be read: {error.strerror}") from None
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=False)
        for line in book.worksheets[0].iter_rows(values_only=True):
            yield ["" if value is None else str(value) for value in line]
    except NO_WORKBOOK as error:
        raise Broken(path.name, "file", f"is not an Excel workbook: {error}") from None

"""Translators' sheets: the texts of a language as CSV or as an Excel workbook, out and back in."""

import csv
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, fields
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils.exceptions import InvalidFileException

from smsbot.adapters.files import replace_file
from smsbot.core.content.broken import Broken
from smsbot.flows.catalogs import Row, known_state

COLUMNS = tuple(field.name for field in fields(Row))
NEEDED = ("language", "key", "english", "text")
WIDTHS = (10, 22, 6, 70, 70, 9, 50)  # of the columns, in characters


def write_sheet(path: Path, lines: Iterable[Row]) -> None:
    """Writes a sheet, CSV or XLSX by the file's ending, all or nothing. Raises `Broken`."""
    table = [COLUMNS, *(astuple(row) for row in lines)]
    replace_file(path, _workbook(table) if path.suffix == ".xlsx" else _csv(table))


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
        book = load_workbook(BytesIO(path.read_bytes()), read_only=True, data_only=False)
        for line in book.worksheets[0].iter_rows(values_only=True):
            yield ["" if value is None else str(value) for value in line]
    except OSError as error:
        raise Broken(path.name, "file", f"cannot be read: {error.strerror}") from None
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        IndexError,
        ValueError,
        ParseError,
    ) as error:
        raise Broken(path.name, "file", f"is not an Excel workbook: {error}") from None

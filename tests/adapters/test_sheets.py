"""Translators' sheets, CSV and Excel, out and back in."""

import contextlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from smsbot.adapters.sheets import MOST_LINES, read_sheet, sent_lines, workbook, write_sheet
from smsbot.core.content.broken import Broken
from smsbot.flows.catalogs import Row
from smsbot.flows.exchange import Line, Unusable

ROWS = (
    Row(
        "fr",
        "price",
        0,
        'Price, "quoted"',
        "Prix ; « cité »\nligne 2",
        "read",
        "facts: one (S01)\nbudget: 2",
    ),
    Row("ar", "rate_limited", 5, "%(minutes)s minutes", "=دقائق %(minutes)s", "fuzzy", ""),
)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_written_is_read_back(tmp_path: Path, ending: str) -> None:
    write_sheet(tmp_path / f"sheet.{ending}", ROWS)
    assert read_sheet(tmp_path / f"sheet.{ending}") == ROWS
    assert [p.name for p in tmp_path.iterdir()] == [f"sheet.{ending}"]


PLAIN = st.text(
    st.characters(blacklist_categories=("Cc", "Cs"), blacklist_characters="\ufffe\uffff"),
    max_size=60,
).map(str.strip)


@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(PLAIN, st.sampled_from(["csv", "xlsx"]))
def test_any_text_survives_a_sheet(tmp_path: Path, text: str, ending: str) -> None:
    row = Row("fr", "price", 0, "Price", text, "read", "")
    write_sheet(tmp_path / f"any.{ending}", [row])
    assert read_sheet(tmp_path / f"any.{ending}") == (row,)


def test_a_text_that_begins_like_a_formula_is_a_text(tmp_path: Path) -> None:
    write_sheet(tmp_path / "sheet.xlsx", ROWS)
    sheet = load_workbook(tmp_path / "sheet.xlsx").worksheets[0]
    assert sheet["E3"].data_type == "s"


def test_a_sheet_as_a_european_office_saves_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_bytes(
        b'Language;Key;English;Text\r\nfr;price;Price;"Prix\r\nici"\r\n;;;\r\n'
    )
    assert read_sheet(tmp_path / "sheet.csv") == (
        Row("fr", "price", 0, "Price", "Prix\nici", "", ""),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "line 1: has no column language, key, english, text"),
        ("language,key,text\n", "line 1: has no column english"),
        ("language,key,english,text,form\nfr,price,Price,Prix,one\n", "line 2: form is 'one'"),
        ("language,key,english,text,state\nfr,price,Price,Prix,good\n", "line 2: state is 'good'"),
        ('language,key,english,text\nfr,price,Price,"Prix\n', "file: is not CSV"),
    ],
)
def test_a_sheet_that_is_wrong_is_refused_with_its_line(
    tmp_path: Path, text: str, why: str
) -> None:
    (tmp_path / "sheet.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Broken) as refused:
        read_sheet(tmp_path / "sheet.csv")
    assert f"sheet.csv: {why}" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"\xff\xfe\x00"),
        ("a.xlsx", b"no workbook"),
        ("a.xlsx", b"PK\x05\x06" + b"\0" * 18),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Broken):
        read_sheet(tmp_path / name)


def test_a_sheet_that_is_not_there_is_said_not_to_be(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="cannot be read"):
        read_sheet(tmp_path / "none.csv")


# ---------------------------------------------------------------- what somebody sent


def book(*table: Sequence[object]) -> bytes:
    made, out = Workbook(), io.BytesIO()
    for line in table:
        made.worksheets[0].append(list(line))
    made.save(out)
    return out.getvalue()


HEAD: list[object] = ["Language", "KEY", "English", "text", "form", "state", "notes"]


def test_a_workbook_that_comes_back_has_the_same_texts_by_the_rows_of_the_sheet() -> None:
    lines = sent_lines(workbook(ROWS))
    assert [(x.number, x.language, x.key, x.form, x.english, x.text, x.wrong) for x in lines] == [
        (n, r.language, r.key, r.form, r.english, r.text, None) for n, r in enumerate(ROWS, 2)
    ]


def test_a_row_is_counted_as_the_sheet_counts_it_also_behind_empty_ones() -> None:
    sent = book(HEAD, [], [None, None], ["fr", "price", "Price", "Prix"])
    assert sent_lines(sent) == (Line(4, "fr", "price", 0, "Price", "Prix"),)


def test_a_formula_is_read_as_the_text_that_it_is_and_marked() -> None:
    (line,) = sent_lines(book(HEAD, ["fr", "price", "Price", "=1+1"]))
    assert (line.text, line.wrong, line.what) == ("=1+1", "formula", "text")
    (line,) = sent_lines(book(HEAD, ["fr", "=A1", "Price", "Prix"]))
    assert (line.wrong, line.what) == ("formula", "key")


def test_a_mistake_of_the_spreadsheet_is_marked() -> None:
    (line,) = sent_lines(book(HEAD, ["fr", "price", "Price", "#NAME?"]))
    assert (line.wrong, line.what) == ("mistake", "text")


@pytest.mark.parametrize("form", ["one", "-1", "1.5", "²", "9999"])
def test_a_form_that_is_no_number_is_marked_and_the_other_rows_are_read(form: str) -> None:
    sent = book(HEAD, ["fr", "a", "A", "x", form], ["fr", "b", "B", "y", 1])
    assert [(line.wrong, line.what) for line in sent_lines(sent)] == [("form", form), (None, "")]


def test_a_cell_that_excel_made_a_number_is_read_as_its_figures() -> None:
    (line,) = sent_lines(book(HEAD, ["fr", "price", "Price", 12, 0]))
    assert line.text == "12"


@pytest.mark.parametrize(
    ("content", "why", "what"),
    [
        (b"no workbook", "workbook", ""),
        (b"PK\x05\x06" + b"\0" * 18, "workbook", ""),
        (book(["language", "key", "text"]), "columns", "english"),
        (book(), "columns", "language, key, english, text"),
        (book(HEAD, *([["fr", "a", "A", "b"]] * MOST_LINES)), "large", ""),
    ],
    ids=["letters", "archive", "columns", "empty", "long"],
)
def test_what_is_no_sheet_of_ours_is_refused(content: bytes, why: str, what: str) -> None:
    with pytest.raises(Unusable) as refused:
        sent_lines(content)
    assert (refused.value.why, refused.value.what) == (why, what)


def test_a_small_file_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO(workbook(ROWS))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/huge.bin", b"\0" * (65 * 1024 * 1024))
    assert len(out.getvalue()) < 5 * 1024 * 1024
    with pytest.raises(Unusable, match="large"):
        sent_lines(out.getvalue())


WHOLE = workbook(ROWS)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8))
def test_a_workbook_that_was_damaged_on_the_way_is_read_or_refused(at: int, bytes_: bytes) -> None:
    damaged = WHOLE[:at] + bytes_ + WHOLE[at + len(bytes_) :]
    with contextlib.suppress(Unusable):
        sent_lines(damaged)

"""Translators' sheets, CSV and Excel, out and back in."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from smsbot.adapters.sheets import read_sheet, write_sheet
from smsbot.core.content.broken import Broken
from smsbot.flows.catalogs import Row

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

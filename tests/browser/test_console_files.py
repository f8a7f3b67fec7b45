"""Files for translators outside, in a real browser: a workbook goes out, is changed in a cell, comes back, and is what patients read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from .clinic import Clinic
from .looks import DARK, LIGHT, NARROW

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.enable_socket]

KEY, ASKED = "pain", "ça fait mal ?"


def changed(path: Path, to: Path, cell: str, new: str) -> int:
    """Writes the workbook with another text of `KEY`; the row it stands in. `new` takes the place of `cell` in it, or of all."""
    book = load_workbook(path)
    sheet = book.active
    assert sheet is not None
    head, *rows = sheet.iter_rows()
    columns = {str(cell.value): number for number, cell in enumerate(head)}
    (row,) = [row for row in rows if row[columns["key"]].value == KEY]
    text = row[columns["text"]]
    assert cell in str(text.value)
    text.value = str(text.value).replace(cell, new) if cell else new
    book.save(to)
    return int(text.row)


def bring(page: Page, path: Path) -> None:
    """Sends a French file, to look at it first."""
    page.get_by_label("Language", exact=True).select_option("fr")
    page.get_by_label("PO or Excel file").set_input_files(path)
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(path.name)


def test_a_workbook_goes_out_comes_back_changed_and_is_what_patients_read(
    clinic: Clinic, tmp_path: Path
) -> None:
    page = clinic.sign_in("filippa", "translator")
    clinic.open(page, "/files")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Français: Excel").click()
    assert downloading.value.suggested_filename == "fr.xlsx"
    out = tmp_path / "fr.xlsx"
    downloading.value.save_as(out)

    formula, mended = tmp_path / "formula.xlsx", tmp_path / "mended.xlsx"
    number = changed(out, formula, "", '="mal"&"gré"')
    bring(page, formula)
    expect(page.get_by_text("There is nothing to propose in this file.")).to_be_visible()
    (refused,) = page.locator("ol[aria-labelledby=out] > li").all()
    expect(refused).to_contain_text(f"{KEY} row {number} left out")
    expect(refused).to_contain_text("There is a formula in the column text.")
    assert clinic.looked_at(page, LIGHT, NARROW) == []

    page.get_by_role("link", name="Another file").click()
    changed(out, mended, "L'article ne dit pas", "Notre article ne dit pas")
    bring(page, mended)
    expect(page.get_by_text("1 change", exact=True)).to_be_visible()
    expect(page.locator("ol[aria-labelledby=out]")).to_have_count(0)
    (change,) = page.locator("ol[aria-labelledby=in] > li").all()
    expect(change).to_contain_text(f"{KEY} row {number}")
    expect(change.locator(".was mark")).to_have_text(["L'"])
    expect(change.locator(".becomes mark")).to_have_text(["Notre "])
    assert clinic.looked_at(page, LIGHT, DARK, NARROW) == []
    assert clinic.ask(ASKED).startswith("L'article ne dit pas")

    page.get_by_role("button", name="Propose 1 text").click()
    expect(page.get_by_role("status")).to_contain_text("1 text was proposed")
    expect(page.locator(".texts a", has_text=KEY)).to_contain_text("to review")

    reviewer = clinic.sign_in("remy", "reviewer")
    clinic.open(reviewer, "/texts")
    reviewer.get_by_role("link", name=f"fr {KEY}", exact=True).click()
    expect(reviewer.get_by_text("from mended.xlsx").first).to_be_visible()
    reviewer.get_by_role("button", name="Publish", exact=True).click()
    expect(reviewer.get_by_role("status")).to_contain_text("Published")
    clinic.hears(ASKED, "Notre article ne dit pas", datetime.now(UTC))

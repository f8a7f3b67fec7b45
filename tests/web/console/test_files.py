"""Files for translators outside: out, back in with a look first, and nothing done before the button."""

import html
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from smsbot import wiring
from smsbot.adapters.sheets import COLUMNS
from smsbot.core.language.edits import Edit

from .conftest import SignIn, Staff

MOST = 5 * 1024 * 1024


@pytest.fixture(autouse=True)
def nothing_left(assembled: wiring.Parts) -> Iterator[None]:
    """What waits is taken back before a test, from wherever it came, and what the test proposes after it."""
    take_back(assembled)
    yield
    take_back(assembled)


def take_back(assembled: wiring.Parts) -> None:
    for edit in waiting(assembled):
        assembled.stores.edits.decide(edit.id, "withdrawn", edit.by, edit.at)


def waiting(assembled: wiring.Parts, tag: str = "") -> list[Edit]:
    return list(assembled.stores.edits.waiting(tag))


def exported(staff: Staff, tag: str = "fr", form: str = "xlsx") -> bytes:
    content: bytes = staff.client.get(f"/console/files/{tag}/{form}").data
    return content


def changed(book: bytes, change: Callable[[Any, dict[str, int]], object]) -> bytes:
    """The workbook after something was done to its sheet, which is given with the rows of the keys."""
    opened = load_workbook(io.BytesIO(book))
    sheet = opened.worksheets[0]
    rows = {str(sheet.cell(n, 2).value): n for n in range(sheet.max_row, 1, -1)}
    change(sheet, rows)
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


def texts(**said: str) -> Callable[[Any, dict[str, int]], None]:
    def change(sheet: Any, rows: dict[str, int]) -> None:
        for key, text in said.items():
            sheet.cell(rows[key], 5).value = text

    return change


def send(staff: Staff, content: bytes, name: str = "fr.xlsx", tag: str = "fr") -> Any:
    staff.get("/console/files")
    return staff.post(
        "/console/files",
        {"tag": tag, "file": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )


def press(staff: Staff, page: Any, **reasons: str) -> Any:
    sealed = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert sealed is not None, page.text
    form = {f"waive-{rule}": why for rule, why in reasons.items()}
    return staff.post("/console/files/propose", {"sealed": sealed[1], **form})


def words(page: Any) -> str:
    """What the page says, without its tags and with single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


THANKS = (
    "Avec plaisir, et à bientôt. Répondez %(MENU)s pour d'autres sujets ou %(HUMAN)s pour l'équipe."
)


# ---------------------------------------------------------------- out


@pytest.mark.parametrize("form", ["po", "xlsx"])
@pytest.mark.parametrize("tag", ["ar", "en", "fr", "tl", "zh-Hans"])
def test_a_file_that_comes_back_as_it_went_out_changes_nothing(
    sign_in: SignIn, tag: str, form: str
) -> None:
    staff = sign_in("translator")
    page = send(staff, exported(staff, tag, form), f"x.{form}", tag)
    assert page.status_code == 200
    assert "There is nothing to propose in this file." in words(page)
    assert "left out" not in words(page)


def test_a_file_has_its_language_in_its_name_and_is_kept_as_a_download(sign_in: SignIn) -> None:
    page = sign_in("translator").get("/console/files/zh-Hant/po")
    assert page.headers["Content-Disposition"] == 'attachment; filename="zh-Hant.po"'


def test_what_is_published_goes_out(sign_in: SignIn, assembled: wiring.Parts) -> None:
    translator, reviewer = sign_in("translator"), sign_in("reviewer")
    page = send(translator, changed(exported(translator), texts(thanks=THANKS)))
    press(translator, page)
    (edit,) = waiting(assembled, "fr")
    assert THANKS.encode() not in exported(translator, form="po").replace(b'"\n"', b"")
    reviewer.get("/console/texts/fr/thanks")
    reviewer.post(f"/console/edits/{edit.id}/publish")
    try:
        assert THANKS.encode() in exported(translator, form="po").replace(b'"\n"', b"")
    finally:
        newest = assembled.stores.edits.published().edits["fr", "thanks"]
        reviewer.get("/console/texts/fr/thanks")
        reviewer.post("/console/texts/fr/thanks/back", {"edit": "0", "base": str(newest.id)})


@pytest.mark.parametrize("path", ["xx/po", "fr/csv", "fr/../po"])
def test_a_file_that_there_is_not_is_not_found(sign_in: SignIn, path: str) -> None:
    assert sign_in("translator").get(f"/console/files/{path}").status_code == 404


def test_who_may_not_translate_has_no_files(sign_in: SignIn, stranger: Staff) -> None:
    assert sign_in("marketer").get("/console/files").status_code == 403
    assert stranger.get("/console/files/fr/po").status_code == 401


# ---------------------------------------------------------------- a look first


def test_a_look_shows_each_change_and_does_nothing(
    sign_in: SignIn, assembled: wiring.Parts
) -> None:
    staff = sign_in("translator")
    page = send(staff, changed(exported(staff), texts(thanks=THANKS)))
    assert "1 change" in words(page)
    assert "Propose 1 text" in words(page)
    assert "<mark>" in page.text
    assert waiting(assembled) == []


def test_the_button_proposes_in_the_members_name_and_publishes_nothing(
    sign_in: SignIn, assembled: wiring.Parts
) -> None:
    staff = sign_in("translator")
    page = send(staff, changed(exported(staff), texts(thanks=THANKS)), "from Anna.xlsx")
    before = assembled.stores.edits.version()
    done = press(staff, page)
    assert done.headers["Location"] == "/console/texts/fr?only=review"
    (edit,) = waiting(assembled)
    assert (edit.tag, edit.key, edit.forms) == ("fr", "thanks", (THANKS,))
    assert edit.note == "from from Anna.xlsx"
    assert assembled.stores.edits.version() == before


def test_the_button_pressed_twice_proposes_once(sign_in: SignIn, assembled: wiring.Parts) -> None:
    staff = sign_in("translator")
    page = send(staff, changed(exported(staff), texts(thanks=THANKS)))
    press(staff, page)
    first = waiting(assembled)
    press(staff, page)
    assert waiting(assembled) == first


def test_an_empty_cell_takes_nothing_away(sign_in: SignIn) -> None:
    staff = sign_in("translator")
    page = send(staff, changed(exported(staff), texts(thanks="", urgent="  ")))
    assert "There is nothing to propose" in words(page)
    assert "2 empty" in words(page)


def test_a_plural_form_that_is_left_empty_stays_as_it_is(
    sign_in: SignIn, assembled: wiring.Parts
) -> None:
    staff = sign_in("translator")
    now = assembled.texts.library.scripts["fr"].translations
    (forms,) = (t.forms for t in now if t.key == "rate_limited")

    def change(sheet: Any, rows: dict[str, int]) -> None:
        first = rows["rate_limited"]
        sheet.cell(first, 5).value = ""
        sheet.cell(first + 1, 5).value = forms[1].rstrip(".") + " !"

    press(staff, send(staff, changed(exported(staff), change)))
    (edit,) = waiting(assembled)
    assert edit.forms == (forms[0], forms[1].rstrip(".") + " !")


# ---------------------------------------------------------------- what is refused, by row


def formula(sheet: Any, rows: dict[str, int]) -> None:
    sheet.cell(rows["thanks"], 5).value = '=HYPERLINK("http://x.example")'


def key(sheet: Any, rows: dict[str, int]) -> None:
    sheet.cell(rows["thanks"], 2).value = "thank_you"


def twice(sheet: Any, rows: dict[str, int]) -> None:
    sheet.append([sheet.cell(rows["thanks"], n).value for n in range(1, 8)])


def language(sheet: Any, rows: dict[str, int]) -> None:
    sheet.cell(rows["thanks"], 1).value = "de"


def english(sheet: Any, rows: dict[str, int]) -> None:
    texts(thanks=THANKS)(sheet, rows)
    sheet.cell(rows["thanks"], 4).value = "You are welcome."


def form(sheet: Any, rows: dict[str, int]) -> None:
    sheet.cell(rows["thanks"], 3).value = 7


def no_form(sheet: Any, rows: dict[str, int]) -> None:
    sheet.cell(rows["thanks"], 3).value = "one"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (formula, "There is a formula in the column text."),
        (key, "The bot has no text thank_you."),
        (twice, "It stands twice in the file, in row "),
        (language, "The row is of another language: de."),
        (english, "The English beside it is not today's."),
        (form, "The language has no plural form 7 for this text."),
        (no_form, "The language has no plural form one for this text."),
        (texts(thanks=THANKS + " %(nothing)s"), "names %(nothing)s, which the English does not"),
        (texts(thanks=THANKS.replace("%(MENU)s", "MENU")), "lacks %(MENU)s"),
        (texts(thanks=THANKS + " <b>x</b>"), "has no HTML"),
        (texts(thanks=THANKS + " x" * 5000), "4000 are the most"),
        (texts(thanks=THANKS + " Appelez le 911."), "a placeholder has to stand there"),
    ],
)
def test_a_row_that_cannot_be_taken_is_left_out_with_its_reason_and_the_rest_is_taken(
    sign_in: SignIn, assembled: wiring.Parts, change: Callable[..., None], why: str
) -> None:
    staff, touched = sign_in("translator"), []

    def both(sheet: Any, rows: dict[str, int]) -> None:
        touched.append(rows["thanks"])
        change(sheet, rows)
        where = sheet.cell(rows["where"], 5)
        where.value = where.value.removesuffix(".") + " !"

    page = send(staff, changed(exported(staff), both))
    said = words(page)
    assert why in said
    assert "1 left out" in said
    assert f"row {touched[0]}" in said
    press(staff, page)
    assert [edit.key for edit in waiting(assembled)] == ["where"]


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "a.xlsx", "has nothing in it"),
        (b"no workbook", "a.xlsx", "is not an Excel workbook"),
        (b"PK\x05\x06" + b"\0" * 18, "a.xlsx", "is not an Excel workbook"),
        (b"language,key\n", "a.csv", "must be a file that ends in .po or .xlsx"),
        (b'msgid "x"\nmsgstr "never closed\n', "a.po", "line 2 cannot be read"),
        (b'msgid "x"\nmsgstr "y"\n', "a.po", "does not say which language"),
        (b"\xff\xfe", "a.po", "is not UTF-8"),
        (b"# nothing\n", "a.po", "has nothing in it"),
    ],
)
def test_a_file_that_cannot_be_used_at_all_is_refused_in_words(
    sign_in: SignIn, content: bytes, name: str, why: str
) -> None:
    page = send(sign_in("translator"), content, name)
    assert page.status_code == 422
    assert why in words(page)
    assert "Nothing was changed." in words(page)


def test_a_workbook_without_the_columns_is_refused_with_those_that_it_lacks(
    sign_in: SignIn,
) -> None:
    book, out = Workbook(), io.BytesIO()
    book.worksheets[0].append(["language", "key", "text"])
    book.save(out)
    page = send(sign_in("translator"), out.getvalue())
    assert "row 1 lacks the column english" in words(page)


@pytest.mark.parametrize("form", ["po", "xlsx"])
def test_a_file_of_another_language_is_refused_whole(sign_in: SignIn, form: str) -> None:
    staff = sign_in("translator")
    page = send(staff, exported(staff, "de", form), f"de.{form}", "fr")
    assert page.status_code == 422
    assert "is of another language: de" in words(page)


def test_a_po_file_that_counts_otherwise_is_refused(sign_in: SignIn) -> None:
    staff = sign_in("translator")
    po = exported(staff, "fr", "po").replace(b"(n > 1)", b"(n != 1)")
    assert "counts otherwise" in words(send(staff, po, "fr.po"))
    bomb = exported(staff, "fr", "po").replace(b"nplurals=2", b"nplurals=999999999")
    assert "counts otherwise" in words(send(staff, bomb, "fr.po"))


def test_a_text_that_a_po_file_has_twice_or_marks_as_unfinished_is_left_out(
    sign_in: SignIn,
) -> None:
    staff = sign_in("translator")
    po = exported(staff, "fr", "po").decode()
    entry = re.search(r'#, python-format\nmsgctxt "thanks"\n(?:.+\n)+', po)
    assert entry is not None
    page = send(staff, (po + "\n" + entry[0]).encode(), "fr.po")
    assert "It stands twice in the file" in words(page)
    fuzzy = entry[0].replace("#, ", "#, fuzzy, ").replace('msgstr "', 'msgstr "Bien. ')
    page = send(staff, po.replace(entry[0], fuzzy).encode(), "fr.po")
    assert "marked it as unfinished" in words(page)


def test_more_than_five_megabytes_are_refused_in_words(sign_in: SignIn) -> None:
    body = b"--x\r\n" + b"x" * MOST
    page = sign_in("translator").client.post(
        "/console/files", data=body, content_type="multipart/form-data; boundary=x"
    )
    assert page.status_code == 413
    assert "A file may have 5 MB." in words(page)


# ---------------------------------------------------------------- reasons, others, seals


def test_a_warning_wants_one_reason_for_its_rule_and_stays_out_without(
    sign_in: SignIn, assembled: wiring.Parts
) -> None:
    staff = sign_in("translator")
    costly = THANKS.replace("à bientôt", "bonne journée →").replace("é", "e").replace("É", "E")
    page = send(staff, changed(exported(staff), texts(thanks=costly)))
    assert 'name="waive-typography"' in page.text, words(page)
    left = press(staff, page)
    assert left.status_code == 409
    assert "costs more than twice as much" in words(left)
    assert waiting(assembled) == []
    assert press(staff, page, typography="from the translator").status_code == 302
    (edit,) = waiting(assembled)
    assert dict(edit.waived)["typography"] == "from the translator"


def test_somebody_elses_proposal_is_shown_and_left_alone(
    sign_in: SignIn, assembled: wiring.Parts
) -> None:
    anna, ben = sign_in("translator", name="anna"), sign_in("translator", name="ben")
    press(anna, send(anna, changed(exported(anna), texts(thanks=THANKS))))
    (first,) = waiting(assembled)
    page = send(ben, changed(exported(ben), texts(thanks=THANKS + " !")))
    said = words(page)
    assert "Somebody else's proposal waits for this text." in said
    assert f"proposed by anna {THANKS}" in said
    assert "There is nothing to propose" in said
    assert waiting(assembled) == [first]


def test_who_was_slower_between_the_look_and_the_button_is_told(
    sign_in: SignIn, assembled: wiring.Parts
) -> None:
    anna, ben = sign_in("translator", name="anna"), sign_in("translator", name="ben")
    look = send(ben, changed(exported(ben), texts(thanks=THANKS + " !")))
    press(anna, send(anna, changed(exported(anna), texts(thanks=THANKS))))
    late = press(ben, look)
    assert late.status_code == 409
    assert "somebody changed this text meanwhile" in words(late)
    assert [edit.forms for edit in waiting(assembled)] == [(THANKS,)]


def test_a_member_proposes_only_in_their_languages(sign_in: SignIn) -> None:
    staff = sign_in("translator", languages=("de",))
    assert send(staff, exported(staff), tag="fr").status_code == 403
    assert 'value="fr"' not in staff.get("/console/files").text.partition("<table")[0].replace(
        'name="language" value="fr"', ""
    )


def test_a_look_that_is_forged_or_somebody_elses_proposes_nothing(
    sign_in: SignIn, assembled: wiring.Parts
) -> None:
    anna, ben = sign_in("translator", name="anna"), sign_in("translator", name="ben")
    page = send(anna, changed(exported(anna), texts(thanks=THANKS)))
    ben.get("/console/files")
    assert press(ben, page).status_code == 400
    anna.get("/console/files")
    assert anna.post("/console/files/propose", {"sealed": "W10.x.y"}).status_code == 400
    assert waiting(assembled) == []


def test_words_to_type_that_come_together_are_tried_together(
    sign_in: SignIn, assembled: wiring.Parts
) -> None:
    staff = sign_in("translator")
    labels = {"price.label": "FRAIS", "insurance.label": "FRAIS", "thanks": THANKS}
    page = send(staff, changed(exported(staff), lambda s, rows: texts(**labels)(s, rows)))
    assert "2 left out" in words(page)
    press(staff, page)
    assert [edit.key for edit in waiting(assembled)] == ["thanks"]


def test_the_columns_of_an_exported_workbook_are_those_that_come_back() -> None:
    assert COLUMNS == ("language", "key", "form", "english", "text", "state", "notes")


def test_many_changes_are_shown_page_by_page_and_the_reasons_that_were_typed_stay(
    sign_in: SignIn, assembled: wiring.Parts
) -> None:
    staff = sign_in("translator")

    def change(sheet: Any, rows: dict[str, int]) -> None:
        for key, row in rows.items():
            cell = sheet.cell(row, 5)
            if row > 1 and not key.endswith((".label", ".title")):
                cell.value = str(cell.value).replace("।", "!")

    page = send(staff, changed(exported(staff, "hi"), change), "hi.xlsx", "hi")
    shown = set(re.findall(r'class="key" href="/console/texts/hi/([^"]+)"', page.text))
    assert len(page.data) < 100_000
    assert 'value="40">The next ones' in page.text
    sealed = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert sealed is not None
    form = {"sealed": sealed[1], "first": "40", "waive-segments": "it must be said"}
    after = staff.post("/console/files/look", form)
    further = set(re.findall(r'class="key" href="/console/texts/hi/([^"]+)"', after.text))
    assert len(shown) == 40
    assert further
    assert not shown & further
    assert 'value="it must be said"' in after.text
    assert waiting(assembled) == []

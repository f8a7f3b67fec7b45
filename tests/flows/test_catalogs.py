"""What goes out to translators and comes back, on real files."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from smsbot import wiring
from smsbot.adapters.files import CONTENT, LOCALES
from smsbot.core.conversation.proofread import Library, proofread
from smsbot.core.language.translation import Translation, by_key
from smsbot.flows.catalogs import Row, Taken, rows, standing, take, texts_of


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    """English alone, in a folder that may be changed."""
    shutil.copytree(LOCALES / "en", tmp_path / "locales" / "en")
    clinic = (CONTENT / "clinic.toml").read_text(encoding="utf-8")
    (tmp_path / "clinic.toml").write_text(
        re.sub(r"(?m)^languages = .*$", 'languages = ["en"]', clinic), encoding="utf-8"
    )
    return tmp_path / "locales"


def library(locales: Path) -> Library:
    return wiring.load_library(str(locales.parent / "clinic.toml"), locales)[0]


def bring(locales: Path, **texts: str | Translation) -> Taken:
    """Takes in new English texts by key, read by a second person unless said otherwise."""
    known = by_key(library(locales).scripts["en"].translations)
    proposed = {
        key: text
        if isinstance(text, Translation)
        else replace(known[key], forms=(text,), fuzzy=False)
        for key, text in texts.items()
    }
    return take(library(locales), "en", proposed, wiring.load_shelf(locales))


def text(locales: Path, key: str) -> Translation:
    return by_key(library(locales).scripts["en"].translations)[key]


GOOD = "You are very welcome. Reply %(MENU)s for more topics or %(HUMAN)s for our team."


def test_what_passes_every_rule_is_written(locales: Path) -> None:
    assert bring(locales, thanks=GOOD) == Taken("en", ("thanks",), (), ())
    assert text(locales, "thanks").forms == (GOOD,)


def test_what_breaks_a_rule_is_refused_and_named_and_the_rest_is_written(locales: Path) -> None:
    before = text(locales, "insurance")
    taken = bring(
        locales, thanks=GOOD, insurance="It is covered. Ask us.", price="Reply %(nothing)s"
    )
    assert taken.accepted == ("thanks",)
    assert ("insurance", "negations") in [(f.key, f.rule) for f in taken.refused]
    assert ("price", "placeholders") in [(f.key, f.rule) for f in taken.refused]
    assert text(locales, "insurance") == before
    assert text(locales, "thanks").forms == (GOOD,)


def test_a_file_is_not_touched_where_nothing_is_taken_in(locales: Path) -> None:
    po = locales / "en" / "LC_MESSAGES" / "bot.po"
    before = po.read_bytes()
    known = text(locales, "thanks")
    assert bring(locales, thanks=known, price="No.").unchanged == ("thanks",)
    assert po.read_bytes() == before


def test_an_empty_text_takes_nothing_away(locales: Path) -> None:
    assert bring(locales, thanks="") == Taken("en")
    assert text(locales, "thanks").state == "read"


def test_a_text_of_an_older_english_wording_is_refused(locales: Path) -> None:
    old = Translation("thanks", ("Welcome.",), (GOOD,))
    assert [(f.key, f.rule) for f in bring(locales, thanks=old).refused] == [("thanks", "source")]


def test_a_text_that_the_bot_does_not_have_is_refused(locales: Path) -> None:
    assert [
        f.key for f in bring(locales, nothing=Translation("nothing", ("x",), ("y",))).refused
    ] == ["nothing"]


def test_a_text_that_nobody_read_waits_as_fuzzy_with_its_errors_refused_all_the_same(
    locales: Path,
) -> None:
    known = text(locales, "thanks")
    assert bring(locales, thanks=replace(known, forms=(GOOD,), fuzzy=True)).accepted == ("thanks",)
    assert text(locales, "thanks").state == "fuzzy"
    assert bring(locales, thanks=replace(known, forms=("Call 911.",), fuzzy=True)).accepted == ()


def test_a_safety_text_that_is_sent_is_not_replaced_by_one_that_nobody_read(locales: Path) -> None:
    known = text(locales, "urgent")
    taken = bring(locales, urgent=replace(known, forms=(known.forms[0] + "!",), fuzzy=True))
    assert [(f.key, f.rule) for f in taken.refused] == [("urgent", "fuzzy")]
    assert text(locales, "urgent") == known


def test_labels_that_come_together_are_tried_together(locales: Path) -> None:
    taken = bring(locales, **{"price.label": "FEE", "insurance.label": "FEE"})
    assert {f.key for f in taken.refused} == {"price.label", "insurance.label"}
    assert bring(locales, **{"price.label": "COST"}).accepted == ("price.label",)


def test_a_label_that_would_break_other_texts_is_refused(locales: Path) -> None:
    long = (
        "PRICE" + "E" * 200
    )  # a letter typed many times is read as one, so that the label itself is understood
    taken = bring(locales, **{"price.label": long})
    assert taken.accepted == ()
    assert {f.key for f in taken.refused} == {"price.label"}


# ---------------------------------------------------------------- sheets


def test_a_sheet_that_comes_back_as_it_went_out_changes_nothing(locales: Path) -> None:
    whole = library(locales)
    out = tuple(rows(whole, "en"))
    assert [r.key for r in out if r.form == 0] == list(whole.content.phrases)
    back = texts_of(out)["en"]
    taken = take(whole, "en", back, wiring.load_shelf(locales))
    assert (taken.accepted, taken.refused) == ((), ())
    assert len(taken.unchanged) == len(whole.content.phrases)


def test_a_counted_text_goes_out_form_by_form_with_the_numbers_of_each(locales: Path) -> None:
    forms = [r for r in rows(library(locales), "en") if r.key == "rate_limited"]
    assert [r.form for r in forms] == [0, 1]
    assert forms[0].notes.endswith("plural form 0: for 1")
    assert forms[1].notes.endswith("plural form 1: for 0, 2, 3, 4, 5 and so on")


def test_a_line_without_a_state_has_no_second_reader() -> None:
    line = Row("en", "thanks", 0, "You are welcome.", GOOD, "", "")
    assert texts_of([line])["en"]["thanks"].fuzzy
    assert not texts_of([replace(line, state="read")])["en"]["thanks"].fuzzy


# ---------------------------------------------------------------- stats


def test_the_table_counts_every_text_once(locales: Path) -> None:
    known = text(locales, "thanks")
    bring(locales, thanks=replace(known, forms=(GOOD,), fuzzy=True))
    whole = library(locales)
    row = standing(whole, proofread(whole, "en"))
    assert row.read + row.fuzzy + row.untranslated == row.texts == len(whole.content.phrases)
    assert (row.fuzzy, row.untranslated, row.errors, row.warnings) == (1, 0, 0, 1)
    assert row.done == pytest.approx((row.texts - 1) / row.texts)
    assert 1 < row.segments_average < row.segments_most <= 3

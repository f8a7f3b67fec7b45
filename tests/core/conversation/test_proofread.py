"""Proofreading a whole language, on the real content and the real English."""

from dataclasses import replace

import pytest

from smsbot import wiring
from smsbot.core.conversation.compose import make_book
from smsbot.core.conversation.proofread import Library, Script, proofread
from smsbot.core.conversation.samples import samples
from smsbot.core.language.catalog import Catalogs
from smsbot.core.language.translation import Translation, catalog_of


@pytest.fixture(scope="module")
def library() -> Library:
    """English alone, as it is."""
    whole, _ = wiring.load_library()
    return replace(
        whole,
        scripts={"en": whole.scripts["en"]},
        profile=replace(whole.profile, languages=("en",)),
    )


def changed(
    library: Library, key: str, *forms: str, fuzzy: bool = False
) -> list[tuple[str, str, str]]:
    """What is found when one English text is another."""
    script = library.scripts["en"]
    known = next(t for t in script.translations if t.key == key)
    proof = proofread(
        library.with_script(script.with_texts({key: replace(known, forms=forms, fuzzy=fuzzy)})),
        "en",
    )
    return [(f.key, f.rule, f.severity) for f in proof.texts]


def test_the_english_texts_keep_every_rule(library: Library) -> None:
    proof = proofread(library, "en")
    assert proof.errors == ()
    assert proof.costs.keys() == {p.key for p in library.content.phrases.values() if p.budget}


def test_a_wrong_number_of_a_placeholder_is_found_without_stopping_the_rest(
    library: Library,
) -> None:
    assert ("price", "placeholders", "error") in changed(
        library, "price", "Call %(nobody)s. Not every insurer covers it."
    )


def test_a_text_that_would_be_too_long_with_what_is_offered_next_is_found(library: Library) -> None:
    text = next(t for t in library.scripts["en"].translations if t.key == "neuro").forms[0]
    assert ("neuro", "segments", "error") in changed(
        library, "neuro", text + " Thank you for your question." * 3
    )


def test_a_longer_label_is_found_in_the_texts_that_name_it(library: Library) -> None:
    found = changed(library, "menu.label", "M" * 200)
    assert {("unknown", "segments", "error"), ("menu.label", "label", "error")} <= set(found)


def test_what_is_wrong_with_a_fuzzy_text_is_a_warning_since_it_is_not_sent(
    library: Library,
) -> None:
    found = changed(
        library, "insurance", "A text with 1 number. Not every insurer covers it.", fuzzy=True
    )
    assert ("insurance", "numbers", "warning") in found
    assert ("insurance", "fuzzy", "warning") in found


def test_a_safety_text_that_nobody_read_is_an_error(library: Library) -> None:
    text = next(t for t in library.scripts["en"].translations if t.key == "urgent").forms[0]
    assert ("urgent", "fuzzy", "error") in changed(library, "urgent", text, fuzzy=True)
    assert ("urgent", "missing", "error") in changed(library, "urgent", "")


def test_a_translation_of_an_older_english_text_is_an_error(library: Library) -> None:
    script = library.scripts["en"]
    old = Translation("thanks", ("You're welcome.",), ("Welcome. %(MENU)s %(HUMAN)s",))
    proof = proofread(library.with_script(script.with_texts({"thanks": old})), "en")
    assert ("thanks", "source") in [(f.key, f.rule) for f in proof.errors]


def test_a_text_that_the_bot_does_not_have_is_a_warning(library: Library) -> None:
    script = library.scripts["en"]
    proof = proofread(
        library.with_script(
            script.with_texts({"gone": Translation("gone", ("Gone.",), ("Gone.",))})
        ),
        "en",
    )
    assert [(f.key, f.severity) for f in proof.warnings if f.rule == "source"] == [
        ("gone", "warning")
    ]


def test_a_regional_language_may_leave_texts_to_the_language_it_is_part_of(
    library: Library,
) -> None:
    english = library.scripts["en"]
    vocabulary = replace(english.vocabulary, tag="en-GB")
    british = Script(vocabulary, replace(english.language, tag="en-GB"), ())
    assert proofread(library.with_script(british), "en-GB").errors == ()


def test_a_sample_is_the_longest_that_may_go_out(library: Library) -> None:
    script = library.scripts["en"]
    catalogs = Catalogs({"en": catalog_of(script.language, script.translations)}, ("en",))
    book = make_book(library.content, catalogs, library.profile, library.phone)
    price = samples(book, "en", library.content.phrases["price"])[0].text
    assert price.endswith("\nNext: 1 INSURANCE, 2 LAST, 3 WHAT")
    assert (
        "your local emergency number"
        in samples(book, "en", library.content.phrases["minor"])[0].text
    )
    assert "CALL 10177 NOW" in samples(book, "en", library.content.phrases["urgent"])[0].text
    forms = [s.text for s in samples(book, "en", library.content.phrases["rate_limited"])]
    assert [("1 minute " in f, "100 minutes " in f) for f in forms] == [
        (True, False),
        (False, True),
    ]

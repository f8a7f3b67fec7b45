"""What a person gets whose language lacks a text."""

from dataclasses import replace

import pytest

from smsbot import wiring
from smsbot.core.conversation.compose import compose
from smsbot.core.conversation.decision import Say
from smsbot.core.language.catalog import Catalogs


def without(texts: wiring.Texts, key: str) -> wiring.Texts:
    """The texts as if German lacked one of them."""
    catalogs = texts.book.catalogs
    german = catalogs.by_tag["de"]
    rest = {k: forms for k, forms in german.texts.items() if k != key}
    by_tag = {**catalogs.by_tag, "de": replace(german, texts=rest)}
    changed = Catalogs(by_tag, catalogs.offered, catalogs.source)
    return replace(texts, book=replace(texts.book, catalogs=changed))


@pytest.mark.parametrize(("key", "number"), [("pregnant", True), ("men", False)])
def test_a_safety_text_in_another_language_comes_with_the_number_of_a_human(
    texts: wiring.Texts, key: str, number: bool
) -> None:
    (said,) = compose(without(texts, key).book, (Say(key),), "de", "sms")
    assert said.language == "en"
    assert said.text.startswith("Diese Antwort")
    assert said.text.endswith("Aurora Demo Clinic: +1 514-555-0100") is number


def test_staff_can_have_it_so_for_any_text(texts: wiring.Texts) -> None:
    library = replace(texts.library, missing={"men": "never_half"})
    made = wiring.make_texts(library, texts.intents, texts.languages, texts)
    (said,) = compose(without(made, "men").book, (Say("men"),), "de", "sms")
    assert said.text.endswith("+1 514-555-0100")

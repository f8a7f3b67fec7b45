"""A language that is not among the shipped ones is added by its folder alone, as CONTRIBUTING says, without touching Python."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

from smsbot import wiring
from smsbot.adapters import files
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address
from smsbot.flows.answer import Turn

PRICE = (
    "L'article no diu cap preu, així que aquí no en donem cap. Sí que diu que no totes les asseguradores cobreixen "
    "aquests procediments: pregunteu a la vostra. Els resultats són temporals i mantenir-los demana més sessions. "
    "Per saber un preu, truqueu al %(phone)s"
)


@pytest.fixture(scope="module")
def catalan(tmp_path_factory: pytest.TempPathFactory, texts: wiring.Texts) -> wiring.Texts:
    """The bot with Catalan beside all others: vocabulary, examples, and one text translated in a catalog that Babel made."""
    locales = tmp_path_factory.mktemp("catalan") / "locales"
    shutil.copytree(files.LOCALES, locales)
    folder = locales / "ca"
    shutil.copytree(Path(__file__).parent / "ca", folder)
    (folder / "LC_MESSAGES").mkdir()
    with (locales / "fr/LC_MESSAGES/bot.po").open("rb") as file:
        catalog = read_po(file, locale="ca")
    for message in catalog:
        if message.id:
            message.string = PRICE if message.context == "price" else ""
    with (folder / "LC_MESSAGES/bot.po").open("wb") as file:
        write_po(file, catalog)
    model = locales.parent / "model"
    model.mkdir()
    for kept in files.MODEL.glob("encoder-*"):
        (model / kept.name).symlink_to(kept)
    for kept in files.MODEL.glob("rows-*.npz"):
        shutil.copy(kept, model)
    return wiring.load_texts(locales=locales, model_folder=model)


@pytest.fixture
def say(catalan: wiring.Texts) -> Callable[[str], Turn]:
    bot = wiring.in_memory(catalan)

    def say(body: str) -> Turn:
        at = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
        address = Address("sms", "+15145550123")
        return bot.answer(Inbound(f"SM{hash(body):032x}"[:34], (address,), body, at))

    return say


def test_the_new_language_is_read_and_answered(say: Callable[[str], Turn]) -> None:
    turn = say("bon dia, per quant em surt una sessió?")
    assert (turn.kept.language, turn.kept.intents) == ("ca", ("price",))
    assert turn.kept.texts[0].startswith("L'article no diu cap preu")


def test_its_signs_of_danger_are_seen_by_pattern_and_by_what_its_examples_teach(
    say: Callable[[str], Turn],
) -> None:
    assert say("no puc respirar").kept.intents[0] == "urgent"
    assert say("des de la punxada tinc la parpella caiguda i no la puc aixecar").kept.intents[
        0
    ] in ("urgent_today", "urgent")


def test_what_it_has_no_text_for_is_said_in_the_language_it_falls_back_on(
    say: Callable[[str], Turn],
) -> None:
    turn = say("quin preu té i fa mal?")
    assert set(turn.kept.intents) == {"price", "pain"}
    assert any("numbing" in text for text in turn.kept.texts)


def test_what_it_lacks_is_listed_for_those_who_add_it(catalan: wiring.Texts) -> None:

    assert len(catalan.book.catalogs.by_tag["ca"].texts) == 1

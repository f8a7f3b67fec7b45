"""Every language that has a folder keeps every rule, and its file says what the content says."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from smsbot import wiring
from smsbot.adapters.extractor import extract
from smsbot.adapters.files import CONTENT, LOCALES, language_folders
from smsbot.core.conversation.proofread import Library, Proof, proofread_all

FOLDERS = [folder.name for folder in language_folders()]
TEXTS = ("topics.toml", "service.toml", "check.toml")


@pytest.fixture(scope="module")
def library() -> Library:
    found, broken = wiring.load_library()
    assert broken == {}
    return found


@pytest.fixture(scope="module")
def proofs(library: Library) -> dict[str, Proof]:
    return {proof.tag: proof for proof in proofread_all(library, library.scripts)}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_text_and_no_word_of_the_language_breaks_a_rule(
    folder: str, proofs: dict[str, Proof]
) -> None:
    assert [f"{f.key}: {f.rule}: {f.says}" for f in proofs[folder.replace("_", "-")].errors] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_text_of_the_language_is_there_and_read(
    folder: str, library: Library, proofs: dict[str, Proof]
) -> None:
    states = {
        f.key: f.rule
        for f in proofs[folder.replace("_", "-")].texts
        if f.rule in ("missing", "fuzzy")
    }
    assert states == {}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_file_holds_what_the_extractor_finds_in_the_content(folder: str) -> None:
    """The same keys, English texts, plurals and comments; after a change of the content `pybabel update -N` makes it so again."""
    wanted = {}
    for name in TEXTS:
        with (CONTENT / name).open("rb") as file:
            for _, _, (key, *forms), comments in extract(file, (), (), {}):
                wanted[key] = (tuple(forms), " ".join(comments))
    with _po(folder).open("rb") as file:
        found = {}
        for message in read_po(file, abort_invalid=True):
            if message.id:
                forms = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
                found[message.context] = (tuple(forms), " ".join(message.auto_comments))
    assert found == wanted


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_file_names_its_own_language_and_the_plural_forms_of_its_texts(folder: str) -> None:
    with _po(folder).open("rb") as file:
        po = read_po(file, abort_invalid=True)
    assert po.locale_identifier == folder  # the data may know it under another tag
    assert {len(m.string) for m in po if isinstance(m.id, (tuple, list))} == {po.num_plurals}


def _po(folder: str) -> Path:
    return LOCALES / folder / "LC_MESSAGES" / "bot.po"

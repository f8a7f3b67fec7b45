"""The words that staff published, in the languages' own files."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smsbot.adapters.files import LOCALES, read_toml
from smsbot.adapters.word_files import WordFiles
from smsbot.core.understanding.words import Word, WordKind

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
INTENTS = frozenset(read_toml(LOCALES / "fr" / "examples.toml")["intents"])


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    shutil.copytree(LOCALES / "fr", tmp_path / "fr")
    return tmp_path


def word(kind: WordKind, label: str, text: str, *, romanised: bool = False) -> Word:
    return Word(1, "fr", kind, label, text, 1, AT, "published", romanised)


KEYWORD = word("keyword", "price", "combien de sous tout rond")
SIGN = word("keyword", "redflags.breathing", "poumon qui siffle fort")
MESSAGE = word("example", "price", "ça me coûterait dans les combien, à peu près ?")
LATIN = word("example", "price", "bch7al hadchi", romanised=True)


def test_words_go_to_the_ends_of_their_lists(locales: Path) -> None:
    kept = WordFiles(locales).write("fr", [KEYWORD, SIGN, MESSAGE, LATIN], INTENTS)
    vocabulary = read_toml(locales / "fr" / "vocabulary.toml")
    examples = read_toml(locales / "fr" / "examples.toml")
    assert kept.added == (KEYWORD, SIGN, MESSAGE, LATIN)
    assert vocabulary["intents"]["price"]["words"][-1] == KEYWORD.text
    assert vocabulary["redflags"]["breathing"]["words"][-1] == SIGN.text
    assert examples["intents"]["price"][-1] == MESSAGE.text
    assert examples["romanised"]["intents"]["price"] == [LATIN.text]


def test_what_is_there_already_changes_no_byte(locales: Path) -> None:
    WordFiles(locales).write("fr", [KEYWORD, MESSAGE], INTENTS)
    before = {path: path.read_bytes() for path in (locales / "fr").glob("*.toml")}
    kept = WordFiles(locales).write("fr", [KEYWORD, MESSAGE], INTENTS)
    assert (kept.added, kept.refused) == ((), ())
    assert {path: path.read_bytes() for path in (locales / "fr").glob("*.toml")} == before


def test_a_message_under_another_meaning_is_left_out_and_the_rest_is_added(locales: Path) -> None:
    taken = read_toml(locales / "fr" / "examples.toml")["intents"]["where"][0]
    other = word("example", "price", taken)
    kept = WordFiles(locales).write("fr", [other, MESSAGE], INTENTS)
    assert kept.added == (MESSAGE,)
    ((refused, why),) = kept.refused
    assert refused == other
    assert "where" in why


@pytest.mark.parametrize(
    "wrong",
    [
        word("keyword", "price", ".."),
        word("keyword", "gone", "x"),
        word("keyword", "redflags.gone", "x"),
        word("example", "price", "x" * 500),
        word("example", "price", " "),
    ],
    ids=["pattern", "intent", "sign", "long", "empty"],
)
def test_a_word_that_cannot_stand_in_the_files_is_left_out(locales: Path, wrong: Word) -> None:
    before = {path: path.read_bytes() for path in (locales / "fr").glob("*.toml")}
    assert [w for w, _ in WordFiles(locales).write("fr", [wrong], INTENTS).refused] == [wrong]
    assert {path: path.read_bytes() for path in (locales / "fr").glob("*.toml")} == before


def test_a_language_without_examples_gets_its_first(locales: Path) -> None:
    (locales / "fr" / "examples.toml").unlink()
    WordFiles(locales).write("fr", [MESSAGE], INTENTS)
    assert read_toml(locales / "fr" / "examples.toml") == {"intents": {"price": [MESSAGE.text]}}

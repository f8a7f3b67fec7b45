"""Vocabularies and their tree are kept beside the model, and read anew when their file changes."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

from smsbot import wiring
from smsbot.adapters import files
from smsbot.core.conversation.proofread import Library
from smsbot.core.understanding.folding import tokens
from smsbot.core.understanding.lexicon import Lexicon
from smsbot.wiring.texts import patterns_of


def english(tmp_path: Path, model: Path, heard: bool = True) -> Library:
    """English alone, as its files in the folder have it."""
    locales, clinic = tmp_path / "locales", tmp_path / "clinic.toml"
    if not locales.exists():
        shutil.copytree(files.LOCALES / "en", locales / "en")
        shipped = (files.CONTENT / "clinic.toml").read_text()
        clinic.write_text(re.sub(r"(?m)^languages = .*$", 'languages = ["en"]', shipped))
    library, broken = wiring.load_library(str(clinic), locales, heard=heard, model_folder=model)
    assert not broken
    return library


def test_a_vocabulary_is_kept_as_it_was_read_until_its_file_changes(tmp_path: Path) -> None:
    model = tmp_path / "model"
    first = english(tmp_path, model).scripts["en"].vocabulary
    (kept,) = model.glob("vocabulary-en-*.pickle")
    assert english(tmp_path, model).scripts["en"].vocabulary == first
    assert list(model.glob("vocabulary-*")) == [kept]

    path = tmp_path / "locales" / "en" / "vocabulary.toml"
    path.write_text(path.read_text().replace('own_name = "English"', 'own_name = "Anglish"'))
    assert english(tmp_path, model).scripts["en"].vocabulary.own_name == "Anglish"


def test_where_nothing_is_heard_it_is_kept_without_its_patterns(tmp_path: Path) -> None:
    model = tmp_path / "model"
    heard = english(tmp_path, model).scripts["en"].vocabulary
    for _ in range(2):
        said = english(tmp_path, model, heard=False).scripts["en"].vocabulary
        assert said == replace(heard, entries=())
    assert english(tmp_path, model).scripts["en"].vocabulary == heard


def test_a_kept_tree_finds_what_a_new_one_finds(tmp_path: Path) -> None:
    model = tmp_path / "model"
    library = english(tmp_path, model)
    made, _ = patterns_of(library, model)
    assert list(model.glob("patterns-*.pickle"))
    kept, _ = patterns_of(library, model)
    plain = Lexicon([library.scripts["en"].vocabulary])
    for text in ("how much is it", "i cant swalow since the shot", "stop texting me", "i am 15"):
        assert made.find(tokens(text)) == kept.find(tokens(text))
        assert {hit.name for hit in plain.find(tokens(text))} <= {
            hit.name for hit in kept.find(tokens(text))
        }
        assert kept.find(tokens(text))

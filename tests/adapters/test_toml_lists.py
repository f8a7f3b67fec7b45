"""Items are added to the lists of a TOML file, and everything else stays as somebody wrote it."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsbot.adapters.files import LOCALES
from smsbot.adapters.toml_lists import appended

FILES = sorted(LOCALES.glob("*/*.toml"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('a = ["x"]', 'a = ["x", "n"]'),
        ('a = ["x",]  # c', 'a = ["x", "n",]  # c'),
        ("a = []", 'a = ["n"]'),
        ("a = [\n]\n", 'a = ["n"]\n'),
        ('a = [\n  "x",\n]\n', 'a = [\n  "x",\n  "n",\n]\n'),
        ('a = [\n  "x"\n]\n', 'a = [\n  "x",\n  "n"\n]\n'),
        ('a = [\n  "x", # ] "c"\n]\n', 'a = [\n  "x", # ] "c"\n  "n",\n]\n'),
        ('a = ["]", \'[\', """\n]"""]', 'a = ["]", \'[\', """\n]""",\n"n"]'),
        ('b = "a = [1]"\na = ["x"]\n', 'b = "a = [1]"\na = ["x", "n"]\n'),
        ('b = 1\n\n[t]\na = ["y"]\n', 'b = 1\na = [\n  "n",\n]\n\n[t]\na = ["y"]\n'),
        ("", 'a = [\n  "n",\n]\n'),
        ("# only a comment", 'a = [\n  "n",\n]\n# only a comment'),
    ],
)
def test_an_item_goes_to_the_end_of_its_list_in_the_form_that_the_list_has(
    before: str, after: str
) -> None:
    assert appended(before, {("a",): ["n"]}) == after


def test_a_list_or_a_table_that_is_not_there_is_made() -> None:
    text = '[one]\na = ["x"]  # c\n\n[two]\nb = 1\n'
    assert appended(text, {("one", "new"): ["n"]}) == text.replace(
        "# c\n", '# c\nnew = [\n  "n",\n]\n'
    )
    assert appended(text, {("three", "sub", "a"): ["n", "m"]}) == (
        text + '\n[three.sub]\na = [\n  "n",\n  "m",\n]\n'
    )


def test_nothing_added_changes_nothing() -> None:
    assert appended('a = [ "x" ]', {("a",): []}) == 'a = [ "x" ]'


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_word_is_added_to_each_list_of_each_language_by_its_own_line_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    table = tomllib.loads(text)
    for kind, name in (("intents", "price"), ("redflags", "breathing")):
        place = (kind, name) if path.name == "examples.toml" else (kind, name, "words")
        if name not in table[kind]:
            continue
        before, after = text.split("\n"), appended(text, {place: ['so "new" \\ é']}).split("\n")
        kept = [line for line in before if line in after]
        assert len(before) - len(kept) <= 1
        assert len(after) - len(before) in (0, 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_any_text_is_read_back_as_it_was(items: list[str]) -> None:
    text = appended('[t]\na = [\n  "x",\n]\nb = ["y"]\n', {("t", "a"): items, ("t", "b"): items})
    assert tomllib.loads(text) == {"t": {"a": ["x", *items], "b": ["y", *items]}}

"""A PO file's text: one entry changes, and every byte of the others stays."""

import shutil
from pathlib import Path

import pytest

from smsbot.adapters.entries import places, unsound_line
from smsbot.adapters.files import LOCALES, language_folders, read_toml
from smsbot.adapters.gettext import read_translations, write_translations
from smsbot.core.language.translation import Translation, by_key
from smsbot.core.understanding.vocabulary import read_vocabulary

FOLDERS = [folder.name for folder in language_folders()]

# As another tool would have left it: other line breaks, no blank line between two entries, an earlier wording, an old entry.
OTHERS = """# A head.
msgid ""
msgstr ""
"Language: fr\\n"
"PO-Revision-Date: 2026-01-01 00:00+0000\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"X-Generator: Another 5.1\\n"

# By hand.
#. facts: one (S01)
#, fuzzy, python-format
#| msgctxt "a"
#| msgid "Old %(x)s"
msgctxt "a"
msgid "New %(x)s"
msgstr ""
"Ancien "
"%(x)s"
msgctxt "b"
msgid "Two"
msgid_plural "Twos"
msgstr[0] "un"
msgstr[1] ""
"deux"

#~ msgctxt "gone"
#~ msgid "Gone"
#~ msgstr "Parti"
"""


@pytest.fixture
def others(tmp_path: Path) -> Path:
    path = tmp_path / "bot.po"
    path.write_text(OTHERS, encoding="utf-8")
    return path


def write(path: Path, *texts: Translation) -> str:
    write_translations(path, "fr", {text.key: text for text in texts}, None, {})
    return path.read_bytes().decode()


A = Translation("a", ("New %(x)s",), ("Nouveau %(x)s",))
B = Translation("b", ("Two", "Twos"), ("un", "trois"))


@pytest.mark.parametrize("folder", FOLDERS)
def test_writing_what_stands_there_changes_no_byte_in_any_language(
    folder: str, tmp_path: Path
) -> None:
    po = Path(shutil.copy(LOCALES / folder / "LC_MESSAGES" / "bot.po", tmp_path / "bot.po"))
    tag, before = folder.replace("_", "-"), po.read_bytes()
    vocabulary = read_vocabulary(tag, read_toml(LOCALES / folder / "vocabulary.toml"))
    texts = by_key(read_translations(po, vocabulary, po.name)[1])
    write_translations(po, tag, texts, None, {})
    assert po.read_bytes() == before


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_changed_text_changes_its_own_lines_alone_in_any_language(
    folder: str, tmp_path: Path
) -> None:
    po = Path(shutil.copy(LOCALES / folder / "LC_MESSAGES" / "bot.po", tmp_path / "bot.po"))
    tag, before = folder.replace("_", "-"), po.read_text(encoding="utf-8").split("\n\n")
    vocabulary = read_vocabulary(tag, read_toml(LOCALES / folder / "vocabulary.toml"))
    for text in read_translations(po, vocabulary, po.name)[1][::40]:
        other = tuple(f"{form} Zz" for form in text.forms)
        changed = Translation(text.key, text.source, other)
        write_translations(po, tag, {text.key: changed}, None, {})
        after = po.read_text(encoding="utf-8").split("\n\n")
        assert [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [
            n for n, entry in enumerate(before) if f'msgctxt "{text.key}"\n' in entry
        ]
        before = after


def test_the_hand_of_another_tool_stays_where_nothing_was_changed(others: Path) -> None:
    written = write(others, B)
    assert written == OTHERS.replace('msgstr[1] ""\n"deux"', 'msgstr[1] "trois"')


def test_a_text_that_is_read_loses_its_mark_and_its_earlier_wording(others: Path) -> None:
    assert write(others, A) == OTHERS.replace(
        '#, fuzzy, python-format\n#| msgctxt "a"\n#| msgid "Old %(x)s"\n', "#, python-format\n"
    ).replace('msgstr ""\n"Ancien "\n"%(x)s"', 'msgstr "Nouveau %(x)s"')


def test_several_texts_and_new_ones_are_written_together(others: Path) -> None:
    new = Translation("c", ("New.",), ("Neuf.",))
    written = write(others, A, B, new)
    assert 'msgstr "Nouveau %(x)s"' in written
    assert 'msgstr[1] "trois"' in written
    assert '\n\nmsgctxt "c"\nmsgid "New."\nmsgstr "Neuf."\n\n#~ msgctxt "gone"' in written


def test_a_file_with_the_line_ends_of_windows_keeps_them(others: Path) -> None:
    others.write_bytes(OTHERS.replace("\n", "\r\n").encode())
    write(others, B)
    assert (
        others.read_bytes()
        == OTHERS.replace("\n", "\r\n")
        .replace('msgstr[1] ""\r\n"deux"', 'msgstr[1] "trois"')
        .encode()
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (OTHERS, 0),
        ('msgid "a"\nmsgstr "never closed\n', 2),
        ('msgid "a \\"', 1),
        ('msgid "a"\nmsgstr "b" c', 2),
        ("<html>", 1),
        ('msgstr[12] "x"', 1),
    ],
)
def test_a_line_that_no_po_file_has_is_named(text: str, line: int) -> None:
    assert unsound_line(text) == line


def test_a_key_that_stands_twice_has_two_places() -> None:
    assert places('msgctxt "a"\nmsgid "x"\n\n#~ msgctxt "a"\nmsgctxt "a"\n') == {"a": [1, 5]}

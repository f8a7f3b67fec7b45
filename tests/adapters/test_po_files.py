"""PO files are read as they stand and written all or nothing."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from smsbot.adapters.files import LOCALES, read_toml
from smsbot.adapters.gettext import language_named, read_translations, write_translations
from smsbot.core.content.broken import Broken
from smsbot.core.language.translation import Translation, by_key
from smsbot.core.understanding.vocabulary import Vocabulary, read_vocabulary

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture
def po(tmp_path: Path) -> Path:
    return Path(shutil.copy(LOCALES / "en" / "LC_MESSAGES" / "bot.po", tmp_path / "bot.po"))


@pytest.fixture(scope="module")
def english() -> Vocabulary:
    return read_vocabulary("en", read_toml(LOCALES / "en" / "vocabulary.toml"))


def texts(po: Path, english: Vocabulary) -> dict[str, Translation]:
    return dict(by_key(read_translations(po, english, po.name)[1]))


def test_what_is_written_is_what_is_read_and_the_rest_stays(po: Path, english: Vocabulary) -> None:
    before = texts(po, english)
    counted = Translation(
        "rate_limited",
        before["rate_limited"].source,
        ("One %(emergency)s", "Many %(minutes)s %(emergency)s"),
    )
    thanks = Translation(
        "thanks", before["thanks"].source, ("Thanks %(MENU)s\n%(HUMAN)s",), fuzzy=True
    )
    write_translations(po, "en", {"thanks": thanks, "rate_limited": counted}, AT, {})
    after = texts(po, english)
    assert (after["thanks"].forms, after["thanks"].state) == (thanks.forms, "fuzzy")
    assert (after["rate_limited"].forms, after["rate_limited"].state) == (counted.forms, "read")
    assert {k: t.forms for k, t in after.items() if k not in ("thanks", "rate_limited")} == {
        k: t.forms for k, t in before.items() if k not in ("thanks", "rate_limited")
    }


def test_writing_what_stands_there_changes_nothing_but_the_date(
    po: Path, english: Vocabulary
) -> None:
    before = po.read_text(encoding="utf-8").splitlines()
    write_translations(po, "en", {"thanks": texts(po, english)["thanks"]}, AT, {})
    after = po.read_text(encoding="utf-8").splitlines()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert all(a.startswith('"PO-Revision-Date') and "2026-11-24 15:00" in b for a, b in changed)


def test_a_text_that_the_file_lacks_is_added_with_what_its_translator_is_told(
    po: Path, english: Vocabulary
) -> None:
    write_translations(
        po,
        "en",
        {"new": Translation("new", ("New.",), ("New!",))},
        AT,
        {"new": ["facts: one (S01)"]},
    )
    assert texts(po, english)["new"].forms == ("New!",)
    assert '#. facts: one (S01)\nmsgctxt "new"' in po.read_text(encoding="utf-8")


def test_a_fuzzy_text_that_is_read_is_fuzzy_no_more(po: Path, english: Vocabulary) -> None:
    thanks = texts(po, english)["thanks"]
    write_translations(
        po, "en", {"thanks": Translation("thanks", thanks.source, thanks.forms, fuzzy=True)}, AT, {}
    )
    assert texts(po, english)["thanks"].state == "fuzzy"
    write_translations(po, "en", {"thanks": thanks}, AT, {})
    assert texts(po, english)["thanks"].state == "read"


def test_no_half_written_file_is_left_where_writing_fails(tmp_path: Path, po: Path) -> None:
    broken = po.read_bytes()[:2000] + b'\nmsgid "never closed\n'
    po.write_bytes(broken)
    with pytest.raises(Broken, match=r"locales/en/LC_MESSAGES/bot.po: line"):
        write_translations(po, "en", {"x": Translation("x", ("x",), ("y",))}, AT, {})
    assert po.read_bytes() == broken
    assert [p.name for p in tmp_path.iterdir()] == ["bot.po"]


def test_a_file_says_which_language_it_is(po: Path) -> None:
    assert language_named(po) == "en"
    po.write_text(
        po.read_text(encoding="utf-8").replace("Language: en", "Language: zh_Hans"),
        encoding="utf-8",
    )
    assert language_named(po) == "zh-Hans"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, english: Vocabulary) -> None:
    with pytest.raises(Broken, match=r"bot.po: file: cannot be read"):
        read_translations(tmp_path / "bot.po", english, "bot.po")

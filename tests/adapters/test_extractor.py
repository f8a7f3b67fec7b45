"""The extractor as Babel runs it, and the standard round: extract, update, init."""

import shutil
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from smsbot.adapters.extractor import extract
from smsbot.adapters.files import CONTENT, PACKAGE
from smsbot.core.content.broken import Broken

MAPPING = PACKAGE.parent / "pyproject.toml"


def messages(
    name: str, folder: Path = CONTENT
) -> dict[str, tuple[int, str, tuple[str, ...], list[str]]]:
    with (folder / name).open("rb") as file:
        return {message[2][0]: message for message in extract(file, (), (), {})}


def pybabel(*arguments: str | Path) -> None:
    """Runs the `pybabel` command in this process."""
    CommandLineInterface().run(["pybabel", "-q", *map(str, arguments)])


def catalog(path: Path) -> Catalog:
    return read_po(BytesIO(path.read_bytes()), abort_invalid=True)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the content files, to be changed."""
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


@pytest.fixture
def template(tmp_path: Path, content: Path) -> Path:
    path = tmp_path / "bot.pot"
    pybabel("extract", "-F", MAPPING, "--no-location", "-w", "120", "-o", path, content)
    return path


def test_a_topic_gives_its_texts_label_and_title_under_their_keys() -> None:
    found = messages("topics.toml")
    assert {"price", "price.whatsapp", "price.label", "price.title"} <= found.keys()
    assert found["price.label"][1:] == ("pgettext", ("price.label", "PRICE"), [])
    assert found["price"][3][0].startswith("facts: insurance-not-all-cover (S20), ")


def test_a_counted_text_gives_singular_and_plural() -> None:
    _, function, arguments, _ = messages("service.toml")["rate_limited"]
    assert function == "npgettext"
    assert [a.count("minutes and") for a in arguments] == [0, 0, 1]


def test_a_message_names_the_line_on_which_it_is_written() -> None:
    for name in ("topics.toml", "service.toml", "check.toml"):
        lines = (CONTENT / name).read_text(encoding="utf-8").splitlines()
        for line, _, arguments, _ in messages(name).values():
            assert arguments[1].splitlines()[0].replace('"', '\\"') in lines[line - 1]


@pytest.mark.parametrize("name", ["facts.toml", "emergency.toml", "clinic.toml"])
def test_files_without_texts_give_none(name: str) -> None:
    assert messages(name) == {}


def test_a_content_file_that_breaks_a_rule_is_refused_with_file_and_key(content: Path) -> None:
    text = (
        (content / "topics.toml")
        .read_text(encoding="utf-8")
        .replace('facts = ["serum-name"', 'facts = ["no-such-fact"')
    )
    (content / "topics.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Broken, match=r"topics.toml: what: .*no-such-fact"):
        messages("topics.toml", content)
    (content / "topics.toml").write_text("[topic", encoding="utf-8")
    with pytest.raises(Broken, match=r"topics.toml: file"):
        messages("topics.toml", content)


def test_pybabel_extracts_every_text_of_the_bot(template: Path) -> None:
    found = {m.context: m for m in catalog(template) if m.id}
    assert len(found) == sum(
        len(messages(name)) for name in ("topics.toml", "service.toml", "check.toml")
    )
    assert found["rate_limited"].id[0].startswith("You sent many messages.")
    assert "python-format" in found["price"].flags
    assert "python-format" not in found["price.label"].flags


def test_pybabel_update_keeps_what_is_translated_and_guesses_nothing(
    tmp_path: Path, content: Path, template: Path
) -> None:
    po = tmp_path / "locales" / "en" / "LC_MESSAGES" / "bot.po"
    po.parent.mkdir(parents=True)
    shutil.copy(PACKAGE.parent / "locales" / "en" / "LC_MESSAGES" / "bot.po", po)
    before = {m.context: m.string for m in catalog(po) if m.id}
    text = (content / "service.toml").read_text(encoding="utf-8")
    (content / "service.toml").write_text(
        text.replace("You are welcome. Reply", "You are very welcome. Reply"), encoding="utf-8"
    )
    pybabel("extract", "-F", MAPPING, "--no-location", "-w", "120", "-o", template, content)
    pybabel("update", "-N", "-D", "bot", "-d", tmp_path / "locales", "-i", template, "-w", "120")
    after = {m.context: m for m in catalog(po) if m.id}
    assert not after["thanks"].string
    assert not any(m.fuzzy for m in after.values())
    assert {k: m.string for k, m in after.items() if k != "thanks"} == {
        k: v for k, v in before.items() if k != "thanks"
    }


def test_pybabel_init_makes_an_empty_file_for_a_new_language(
    tmp_path: Path, template: Path
) -> None:
    pybabel("init", "-D", "bot", "-d", tmp_path / "locales", "-i", template, "-l", "pt_BR")
    made = catalog(tmp_path / "locales" / "pt_BR" / "LC_MESSAGES" / "bot.po")
    assert {m.context for m in made if m.id} == {m.context for m in catalog(template) if m.id}
    assert not any(any(m.string) if isinstance(m.string, tuple) else m.string for m in made if m.id)

"""The pages' own words: each is there in every language that the pages speak."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from smsbot.adapters import files, said
from smsbot.adapters.gettext import posix
from smsbot.web.console import LANGUAGES

ROOT = Path(said.__file__).parent.parent
FLOWS = (
    *sorted((ROOT / "core/campaign").glob("*.py")),
    ROOT / "flows/campaigns.py",
    ROOT / "adapters/sql/campaigns.py",
    ROOT / "adapters/sql/broadcasts.py",
)


def said_by_flows() -> Iterator[str]:
    for path in FLOWS:
        with path.open("rb") as file:
            for _line, _function, words, _comments in said.extract(file, (), (), {}):
                yield words


def said_by_pages() -> Iterator[str]:
    methods = [("**/console/**.py", "python"), ("**/console/**.html", "jinja2")]
    keywords = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
    for found in extract_from_dir(str(ROOT / "web"), methods, keywords=keywords):
        message = found[2]
        yield message if isinstance(message, str) else message[0]


def test_the_gates_advice_and_what_is_wrong_with_a_campaign_are_found() -> None:
    words = set(said_by_flows())
    assert "give the campaign a name" in words
    assert "Take out “%(where)s”: nothing may be said of pain." in words
    assert "The budget is spent." in words
    assert "a second person releases it: not who submitted it" in words
    assert len(words) > 100


@pytest.mark.parametrize("tag", [tag for tag in LANGUAGES if tag != "en"])
def test_every_word_of_the_pages_is_there_in_each_of_their_languages(tag: str) -> None:
    path = files.LOCALES / posix(tag) / "LC_MESSAGES" / "console.po"
    with path.open("rb") as file:
        known = read_po(file, locale=posix(tag))
    found = ((words, known.get(words)) for words in (*said_by_pages(), *said_by_flows()))
    lacking = {words for words, of in found if of is None or of.fuzzy or not all(strings(of))}
    assert lacking == set()


def strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)

"""The languages' vocabularies and examples as files, to which the words that staff published are added."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from smsbot.adapters.files import read_toml, replace_file
from smsbot.adapters.gettext import posix
from smsbot.adapters.toml_lists import Unchangeable, appended
from smsbot.core.content.broken import Broken
from smsbot.core.understanding.examples import LONGEST, SIGN, read_examples, sign
from smsbot.core.understanding.triage import TIERS
from smsbot.core.understanding.vocabulary import Malformed, read_vocabulary
from smsbot.core.understanding.words import Word, entry_of
from smsbot.flows.catalogs import Kept

Lists = dict[tuple[str, ...], list[str]]


class WordFiles:
    """The port `WordShelf` over the language folders under `locales`."""

    def __init__(self, locales: Path) -> None:
        self._locales = locales

    def write(self, tag: str, words: Sequence[Word], intents: Collection[str]) -> Kept:
        """Adds what is not there yet at the ends of its lists; a file is changed whole or not at all. Raises `Broken`."""
        folder = self._locales / posix(tag)
        vocabulary, examples = folder / "vocabulary.toml", folder / "examples.toml"
        said = read_toml(examples) if examples.exists() else {}
        keywords, k_added, k_refused = _keywords(read_toml(vocabulary), words, intents)
        messages, m_added, m_refused = _messages(said, words, intents)
        ready = [
            (path, _changed(path, lists, tag, intents))
            for path, lists in ((vocabulary, keywords), (examples, messages))
            if lists
        ]
        for path, content in ready:
            replace_file(path, content)
        return Kept((*k_added, *m_added), (*k_refused, *m_refused))


Sorted = tuple[Lists, list[Word], list[tuple[Word, str]]]


def _keywords(table: Mapping[str, Any], words: Sequence[Word], intents: Collection[str]) -> Sorted:
    lists: Lists = {}
    added: list[Word] = []
    refused: list[tuple[Word, str]] = []
    for word in words:
        if word.kind != "keyword":
            continue
        flag = sign(word.label)
        path = ("redflags", flag, "words") if flag else ("intents", word.label, "words")
        if word.text in (*_at(table, path), *lists.get(path, ())):
            continue
        if why := _unfit(word, intents):
            refused.append((word, why))
            continue
        lists.setdefault(path, []).append(word.text)
        added.append(word)
    return lists, added, refused


def _messages(table: Mapping[str, Any], words: Sequence[Word], intents: Collection[str]) -> Sorted:
    known = _meanings(table)
    lists: Lists = {}
    added: list[Word] = []
    refused: list[tuple[Word, str]] = []
    for word in words:
        if word.kind != "example" or known.get(word.text) == word.label:
            continue
        why = _unfit(word, intents)
        if word.text in known:
            why = f"stands under {known[word.text]} already: one message, one meaning"
        if why:
            refused.append((word, why))
            continue
        flag = sign(word.label)
        path = ("redflags", flag) if flag else ("intents", word.label)
        lists.setdefault(("romanised", *path) if word.romanised else path, []).append(word.text)
        known[word.text] = word.label
        added.append(word)
    return lists, added, refused


def _unfit(word: Word, intents: Collection[str]) -> str:
    """Why the word cannot stand in the files; "" where it can."""
    flag = sign(word.label)
    if (flag not in TIERS) if flag else (word.label not in intents):
        return "is for something that the bot does not know any more"
    if word.kind == "example":
        return "" if word.text.strip() and len(word.text) <= LONGEST else "is empty or too long"
    try:
        entry_of(word)
    except Malformed as error:
        return str(error)
    return ""


def _meanings(table: Mapping[str, Any]) -> dict[str, str]:
    """The messages of a file of examples, each with its label."""
    return {
        text: before + name
        for part in (table, table.get("romanised", {}))
        for kind, before in (("intents", ""), ("redflags", SIGN))
        for name, texts in part.get(kind, {}).items()
        for text in texts
    }


def _at(table: Mapping[str, Any], path: tuple[str, ...]) -> Sequence[str]:
    at: Any = table
    for name in path:
        at = at.get(name, {})
    return at if isinstance(at, list) else ()


def _changed(path: Path, lists: Lists, tag: str, intents: Collection[str]) -> bytes:
    """The file with the items in it, held against what reads it. Raises `Broken`."""
    name = f"locales/{path.parent.name}/{path.name}"
    try:
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
        ending = "\r\n" if "\r\n" in before else "\n"
        text = appended(before.replace("\r\n", "\n"), lists)
        table = tomllib.loads(text)
        if path.name == "examples.toml":
            read_examples(tag, table, intents)
        else:
            read_vocabulary(tag, table)
    except (Unchangeable, Malformed) as error:
        raise Broken(name, "words", str(error)) from None
    return text.replace("\n", ending).encode("utf-8")

"""Babel's way into the content files: every phrase as a message, with what its translator should know."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from smsbot.adapters.files import CONTENT_FILES, read_content_files
from smsbot.core.content.broken import Broken
from smsbot.core.content.content import read_content
from smsbot.core.content.demands import comments
from smsbot.core.content.phrases import Phrase

# (line, function, arguments, comments): what Babel takes a marked text of a program to be.
Message = tuple[int, str, tuple[str, ...], list[str]]


def extract(
    fileobj: IO[bytes],
    keywords: Collection[str],  # noqa: ARG001 - Babel calls every extractor so
    comment_tags: Collection[str],  # noqa: ARG001
    options: Mapping[str, Any],  # noqa: ARG001
) -> Iterator[Message]:
    """The phrases of one content file, as calls of `pgettext` and `npgettext` whose context is the phrase's key.

    The other content files are read from the same folder, since a phrase's facts are in one of them. A file that is no content
    file has no phrases. Raises `Broken` where the content breaks a rule.
    """
    path = Path(fileobj.name)
    if path.name not in CONTENT_FILES:
        return
    lines = fileobj.read().decode("utf-8").splitlines()
    try:
        tables = {**read_content_files(path.parent), path.name: tomllib.loads("\n".join(lines))}
    except tomllib.TOMLDecodeError as error:
        raise Broken(path.name, "file", f"is not valid TOML: {error}") from None
    content = read_content(tables)
    for phrase in content.phrases.values():
        if phrase.file == path.name:
            function = "npgettext" if phrase.plural else "pgettext"
            yield (
                _line(phrase, lines),
                function,
                (phrase.key, *phrase.forms),
                list(comments(phrase, content)),
            )


def _line(phrase: Phrase, lines: list[str]) -> int:
    """The line, from 1, on which the phrase is written; that of its table where it cannot be told."""
    name, _, part = phrase.key.partition(".")
    tables = ("topic", "word") if part in ("label", "title") else ("topic", "service")
    headers = tuple(f"[{table}.{name}]" for table in tables)
    header = next((number for number, line in enumerate(lines, 1) if line.startswith(headers)), 1)
    for number, line in enumerate(lines[header:], header + 1):
        if line.startswith("["):
            break
        if line.startswith(f"{part or 'sms'} ="):
            return number
    return header

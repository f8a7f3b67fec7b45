"""The text of a TOML file, to which items are added in the lists that it has; everything else stays as somebody wrote it.

The standard library reads TOML and does not write it, and what writes it would lose the comments and the way the lists stand.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]  # the tables and the key that lead to a list


class Unchangeable(ValueError):
    """The text cannot be changed so that it reads as it should."""


@dataclass(frozen=True, slots=True)
class _List:
    """Where a list stands in the text: its brackets, the end of its last item, and whether a comma follows that."""

    opens: int
    closes: int
    last: int  # = opens where it is empty
    comma: int  # where the comma after the last item stands; -1 where there is none


def appended(text: str, items: Mapping[Path, Sequence[str]]) -> str:
    """The text with items at the ends of lists; a list or table that is not there is made. Raises `Unchangeable`.

    What comes out is read again: it holds what was there and the items, and nothing else.
    """
    wanted = _wanted(tomllib.loads(text), items)
    for path, added in items.items():
        text = _append(text, path, added) if added else text
    try:
        if tomllib.loads(text) == wanted:
            return text
    except tomllib.TOMLDecodeError:
        pass
    raise Unchangeable("its lists are written in a way that cannot be added to")


def _wanted(table: dict[str, Any], items: Mapping[Path, Sequence[str]]) -> dict[str, Any]:
    table = deepcopy(table)
    for (*tables, key), added in items.items():
        at = table
        for name in tables:
            at = at.setdefault(name, {})
        if added:
            at.setdefault(key, []).extend(added)
    return table


def _append(text: str, path: Path, added: Sequence[str]) -> str:
    lists, tables = _places(text)
    if path in lists:
        return _into(text, lists[path], [_quoted(item) for item in added])
    values = [_quoted(item) for item in added]
    line = f"{_name(path[-1:])} = [\n" + "".join(f"  {value},\n" for value in values) + "]\n"
    if path[:-1] in tables:
        at = tables[path[:-1]]
        before = "" if not text[:at] or text[:at].endswith("\n") else "\n"
        return text[:at] + before + line + text[at:]
    gap = "\n" if text.strip() else ""
    return f"{text.rstrip()}{gap}{gap}[{_name(path[:-1])}]\n{line}".lstrip("\n")


def _into(text: str, at: _List, values: Sequence[str]) -> str:
    inner = text[at.opens + 1 : at.closes]
    if at.last == at.opens:
        return text[: at.opens + 1] + ", ".join(values) + text[at.closes :]
    if "\n" not in inner:
        return text[: at.last] + "".join(f", {value}" for value in values) + text[at.last :]
    line = text[text.rfind("\n", 0, at.last) + 1 : at.last]
    indent = line[: len(line) - len(line.lstrip())]
    # What stands behind the last item on its line, such as a comment, stays there.
    end = text.find("\n", max(at.last, at.comma))
    end = at.closes if end < 0 or end > at.closes else end
    comma = "" if at.comma >= 0 else ","
    tail = "," if at.comma >= 0 else ""
    rows = f"\n{indent}" + f",\n{indent}".join(values) + tail
    return text[: at.last] + comma + text[at.last : end] + rows + text[end:]


def _quoted(value: str) -> str:
    """The value as TOML writes it: as JSON does, which has the same escapes, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _name(path: Sequence[str]) -> str:
    bare = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
    return ".".join(n if n and set(n) <= set(bare) else _quoted(n) for n in path)


# ---------------------------------------------------------------- where things stand


def _places(text: str) -> tuple[dict[Path, _List], dict[Path, int]]:
    """The lists by their paths, and the tables with the place behind the last line of each that says something."""
    lists: dict[Path, _List] = {}
    tables: dict[Path, int] = {(): 0}
    table: Path = ()
    at = 0
    while (at := _gap(text, at)) < len(text):
        if text[at] == "[":
            end = _line_end(text, at)
            table = _keys(text[at:end])
            at = end
        else:
            equals = _equals(text, at)
            path = (*table, *_keys(f"{text[at:equals]} = 0"))
            start = equals + 1
            while text[start] in " \t":
                start += 1
            if text[start] == "[":
                lists[path] = _list(text, start)
            at = _value_end(text, start)
        tables[table] = min(_line_end(text, at) + 1, len(text))
    return lists, tables


def _keys(line: str) -> Path:
    """The names in a table's head, or before an equals sign."""
    found: list[str] = []
    table: Any = tomllib.loads(line)
    while isinstance(table, dict) and table:
        name, table = next(iter(table.items()))
        found.append(name)
    return tuple(found)


def _gap(text: str, at: int) -> int:
    """The next place that is neither space nor comment."""
    while at < len(text) and (text[at].isspace() or text[at] == "#"):
        at = _line_end(text, at) if text[at] == "#" else at + 1
    return at


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _equals(text: str, at: int) -> int:
    while text[at] != "=":
        at = _string_end(text, at) if text[at] in "\"'" else at + 1
    return at


def _string_end(text: str, at: int) -> int:
    """The place behind the string that begins here."""
    quote = text[at]
    long = text.startswith(quote * 3, at)
    mark = quote * 3 if long else quote
    end = at + len(mark)
    while not text.startswith(mark, end):
        end += 2 if quote == '"' and text[end] == "\\" else 1
    end += len(mark)
    while long and text.startswith(
        quote, end
    ):  # up to two quotes may stand before the closing ones
        end += 1
    return end


def _tokens(text: str, at: int) -> Iterator[tuple[int, int]]:
    """What a value is made of from here on, but for spaces and comments: where each piece begins and ends."""
    while (at := _gap(text, at)) < len(text):
        end = _string_end(text, at) if text[at] in "\"'" else at + 1
        yield at, end
        at = end


def _list(text: str, opens: int) -> _List:
    depth, last, comma = 0, opens, -1
    for at, end in _tokens(text, opens):
        letter = text[at]
        if letter in "]}" and depth == 1:
            return _List(opens, at, last, comma)
        depth += (letter in "[{") - (letter in "]}")
        if letter == "," and depth == 1:
            comma = at
        elif at > opens:
            last, comma = end, -1
    raise Unchangeable("a list is not closed")


def _value_end(text: str, at: int) -> int:
    """The place behind the value that begins here."""
    depth = 0
    for start, end in _tokens(text, at):
        depth += (text[start] in "[{") - (text[start] in "]}")
        if depth == 0:
            bare = text[start] not in "\"'[]{}"
            return _line_end(text, start) if bare else end
    return len(text)

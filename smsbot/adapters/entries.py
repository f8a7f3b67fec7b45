"""The text of a PO file, entry by entry: one is given another wording, and every byte of all the others stays.

A library that reads a file and writes it anew breaks lines and writes headers in its own way, and another tool in another; a
commit would then show what nobody changed.
"""

import re
from collections.abc import Sequence

_REVISED = re.compile(r'^"PO-Revision-Date:[^"\n]*"$', re.MULTILINE)
# What a line of a PO file may be, beside a comment: a keyword and a text in quotes, or the text alone.
_SOUND = re.compile(r'(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) +)?"(?:[^"\\]|\\.)*"')


def reworded(text: str, number: int, wording: str, *, fuzzy: bool) -> str:
    """The file with `wording` (its `msgstr` lines; "" leaves what is there) in one entry, marked fuzzy or not.

    The entry is the one whose `msgid` stands on line `number`.
    """
    lines = text.split("\n")
    top = number - 1
    while top and lines[top - 1].startswith(("#", "msgctxt", '"')) and lines[top - 1][:2] != "#~":
        top -= 1
    named = next(n for n in range(top, number) if not lines[n].startswith("#"))
    first = next(n for n in range(number, len(lines)) if lines[n].startswith("msgstr"))
    after = next((n for n in range(first, len(lines)) if not _of_wording(lines[n])), len(lines))
    said = wording.rstrip("\n").split("\n") if wording else lines[first:after]
    head = _marked(lines[top:named], fuzzy=fuzzy)
    return "\n".join((*lines[:top], *head, *lines[named:first], *said, *lines[after:]))


def _of_wording(line: str) -> bool:
    return line.startswith(("msgstr", '"'))


def _marked(comments: Sequence[str], *, fuzzy: bool) -> list[str]:
    """The comments above an entry with its flags set right; what it was called before is of use only while it is fuzzy."""
    flags = {f.strip() for line in comments if line.startswith("#,") for f in line[2:].split(",")}
    wanted = (flags | {"fuzzy"}) if fuzzy else (flags - {"fuzzy"})
    if wanted == flags:
        return list(comments)
    kept = [line for line in comments if not line.startswith(("#,", "#|"))]
    before = [line for line in comments if line.startswith("#|")] if fuzzy else []
    marks = sorted(wanted - {""})
    return [*kept, *([f"#, {', '.join(marks)}"] if marks else []), *before]


def added(text: str, entry: str) -> str:
    """The file with one more entry after the last that is in use."""
    live, mark, gone = text.partition("\n#~")
    return f"{live.rstrip()}\n\n{entry.strip()}\n\n" + (f"#~{gone}" if mark else "")


def dated(text: str, moment: str) -> str:
    """The file with another date of its last change."""
    return _REVISED.sub(lambda _: f'"PO-Revision-Date: {moment}\\n"', text, count=1)


def unsound_line(text: str) -> int:
    """The number of the first line that is nothing that a PO file has; 0 where there is none."""
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if bare and not bare.startswith("#") and not _SOUND.fullmatch(bare):
            return number
    return 0


def places(text: str) -> dict[str, list[int]]:
    """The numbers of the lines that name each key: several where a key stands twice."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith('msgctxt "') and line.rstrip().endswith('"'):
            found.setdefault(line.rstrip()[9:-1], []).append(number)
    return found

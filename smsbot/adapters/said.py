"""Babel's way into what the flows of campaigns say to staff: faults, refusals, the gate's advice, and what words mean.

These stand in the core and in the flows, which know nothing of gettext; the pages look them up as they are.
"""

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import IO, Any

# What is said, by which call: the place of its words among the arguments (None: all of them).
CALLS: Mapping[str, int | None] = {
    "Fault": 1,
    "Refused": 0,
    "_Unread": 0,
    "_fault": 0,
    "_meaning": 0,
    "Meaning": None,
}
TABLES = frozenset({"SAYS", "SKIPS", "ERRORS", "FAILURES"})  # whose values are said

Message = tuple[int, None, str, list[str]]


def extract(
    fileobj: IO[bytes],
    keywords: Collection[str],  # noqa: ARG001 - Babel calls every extractor so
    comment_tags: Collection[str],  # noqa: ARG001
    options: Mapping[str, Any],  # noqa: ARG001
) -> Iterator[Message]:
    """The words of one Python file, in their order."""
    tree = ast.parse(fileobj.read())
    found = {(text.lineno, str(text.value)) for node in ast.walk(tree) for text in _said(node)}
    for line, words in sorted(found):
        yield (line, None, words, [])


def _said(node: ast.AST) -> Iterator[ast.Constant]:
    """The texts that a node says."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        place = CALLS[node.func.id]
        yield from _texts(node.args if place is None else node.args[place : place + 1])
    elif isinstance(node, ast.Assign):
        yield from _kept(node.targets, node.value)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield from _kept([node.target], node.value)


def _kept(targets: Sequence[ast.expr], value: ast.expr) -> Iterator[ast.Constant]:
    """Words under a name, and in a table. A constant is words where it has a space in it."""
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    if names & TABLES and isinstance(value, ast.Dict):
        yield from _texts(value.values)
    elif "words" in names:
        yield from _texts([value])
    elif any(name.isupper() for name in names):
        yield from (text for text in _texts([value]) if " " in str(text.value))


def _texts(nodes: Sequence[ast.expr]) -> Iterator[ast.Constant]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield node

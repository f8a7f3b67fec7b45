"""Placeholders: `%(name)s`, filled by strict substitution; never by the formatting operators on a half-trusted text."""

import re
from collections.abc import Mapping

_NAME = re.compile(r"%\((\w+)\)s")


class Unfilled(KeyError):
    """A text names a placeholder for which there is no value."""


def names(text: str) -> frozenset[str]:
    """The placeholders that `text` names."""
    return frozenset(_NAME.findall(text))


def outside(text: str) -> str:
    """`text` without its placeholders: what the translator typed."""
    return _NAME.sub("", text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with each placeholder replaced by its value. Raises `Unfilled` where a value is missing."""
    try:
        return _NAME.sub(lambda match: values[match[1]], text)
    except KeyError as missing:
        raise Unfilled(missing.args[0]) from None

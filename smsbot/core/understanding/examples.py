"""Whole messages as people type them in one language, each under what it means: what the statistical readers learn from."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from .triage import TIERS
from .vocabulary import Malformed

SIGN = "redflags."  # begins the label of a red-flag class
LONGEST = 400  # characters of one example


@dataclass(frozen=True, slots=True)
class Example:
    """A message and its label: an intent, or `redflags.` and a class of signs. `romanised` where the script is not the language's own."""

    text: str
    label: str
    language: str
    romanised: bool = False


@cache
def sign(label: str) -> str:
    """The class of signs that a label stands for; "" for an intent."""
    return label.removeprefix(SIGN) if label.startswith(SIGN) else ""


def read_examples(
    tag: str, table: Mapping[str, Any], intents: Collection[str]
) -> tuple[Example, ...]:
    """The examples of the language `tag` from its parsed file. Raises `Malformed` naming the key that is wrong."""
    if unknown := set(table) - {"intents", "redflags", "romanised"}:
        raise Malformed(
            f"{', '.join(sorted(unknown))} is unknown; intents, redflags and romanised are known"
        )
    found = [*_examples(tag, "", table, intents, romanised=False)]
    found += _examples(tag, "romanised.", table.get("romanised", {}), intents, romanised=True)
    first: dict[str, str] = {}
    for example in found:
        if (known := first.setdefault(example.text, example.label)) != example.label:
            raise Malformed(
                f"{example.label} has {example.text!r}, which {known} has too: one message, one meaning"
            )
    return tuple({e.text: e for e in found}.values())


def _examples(
    tag: str, at: str, table: Mapping[str, Any], intents: Collection[str], *, romanised: bool
) -> Iterable[Example]:
    for kind, known, before in (("intents", intents, ""), ("redflags", TIERS, SIGN)):
        for name, messages in table.get(kind, {}).items():
            if name not in known:
                raise Malformed(f"{at}{kind}.{name} is not known; one of: {', '.join(known)}")
            if not isinstance(messages, list):
                raise Malformed(f"{at}{kind}.{name} must be a list of messages")
            for text in messages:
                if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
                    raise Malformed(
                        f"{at}{kind}.{name} holds {text!r}; a message is a text of 1 to {LONGEST} characters"
                    )
                yield Example(text, before + name, tag, romanised)

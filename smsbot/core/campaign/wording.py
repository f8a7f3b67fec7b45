"""A campaign's text as it goes out: filled for a person's language, measured, and as a template of WhatsApp's."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..language import placeholders
from ..language.fold import fold
from ..language.segments import Cost, measure
from ..people.address import Channel

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Wording:
    """A text ready to go out on a channel, with its cost as an SMS (one message elsewhere)."""

    text: str
    cost: Cost


def worded(text: str, values: Mapping[str, str], channel: Channel) -> Wording:
    """The text with its values. Raises `placeholders.Unfilled`."""
    filled = placeholders.fill(text, values)
    if channel == "whatsapp":
        return Wording(filled, Cost("UCS-2", len(filled), 1))
    folded = fold(filled)
    return Wording(folded, measure(folded))


@dataclass(frozen=True, slots=True)
class Template:
    """A text as WhatsApp's templates are written: variables by number, and what stands for each."""

    body: str
    names: tuple[str, ...]

    @property
    def digest(self) -> str:
        """By which a template that was registered is found again: another wording is another template."""
        return hashlib.sha256(self.body.encode()).hexdigest()[:32]

    def variables(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values by number. Raises `KeyError` where one is missing."""
        return {str(number): values[name] for number, name in enumerate(self.names, 1)}


def template(text: str) -> Template:
    """The text as a template: each placeholder a variable, numbered in the order in which they first stand."""
    names = tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))
    number = {name: str(n) for n, name in enumerate(names, 1)}
    return Template(_PLACEHOLDER.sub(lambda found: f"{{{{{number[found[1]]}}}}}", text), names)

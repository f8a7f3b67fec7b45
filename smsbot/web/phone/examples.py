"""What a visitor of the phone page may try with one tap; the messages are data, in examples.toml."""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Example:
    """A message, the tag of its language, and what it is for those who do not read it."""

    language: str
    text: str
    gloss: str


def examples_in(languages: Collection[str]) -> tuple[Example, ...]:
    """The examples in the languages that the clinic offers, in the order of the file."""
    table = tomllib.loads(Path(__file__).with_name("examples.toml").read_text(encoding="utf-8"))
    return tuple(Example(**row) for row in table["example"] if row["language"] in languages)

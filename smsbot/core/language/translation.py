"""A text of a language's file as it stands there, before it is known to be fit to be sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from .catalog import Catalog
from .language import Language

# fuzzy: no second reader has agreed yet, so it is never sent. read: one has. empty: there is nothing to send.
State = Literal["read", "fuzzy", "empty"]
STATES: tuple[State, ...] = ("read", "fuzzy", "empty")


@dataclass(frozen=True, slots=True)
class Translation:
    """One text: the English that it translates and its own wording, each with its plural forms (one where nothing is counted)."""

    key: str
    source: tuple[str, ...]
    forms: tuple[str, ...]
    fuzzy: bool = False
    line: int = 0  # of the file; 0 where it comes from elsewhere

    @property
    def state(self) -> State:
        """How far it is: a text that lacks one of its forms counts as empty."""
        if not self.forms or not all(form.strip() for form in self.forms):
            return "empty"
        return "fuzzy" if self.fuzzy else "read"


def catalog_of(
    language: Language, translations: Iterable[Translation], signed: frozenset[str] = frozenset()
) -> Catalog:
    """The catalog that the translations make: what is read is sent, what is fuzzy is not."""
    texts: dict[str, tuple[str, ...]] = {}
    unread: dict[str, tuple[str, ...]] = {}
    for text in translations:
        if text.state != "empty":
            (unread if text.state == "fuzzy" else texts)[text.key] = text.forms
    return Catalog(language, texts, unread, signed)


def by_key(translations: Iterable[Translation]) -> Mapping[str, Translation]:
    """The translations by their keys."""
    return {text.key: text for text in translations}

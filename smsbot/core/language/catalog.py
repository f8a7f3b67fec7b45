"""What the bot says in each language, and what it falls back on where a language has no text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .language import Language


@dataclass(frozen=True)
class Catalog:
    """One language's texts: key -> its plural forms (one form where nothing is counted).

    `unread` texts have no second reader yet (fuzzy in the PO file) and are never sent; `signed` ones were signed off by a named
    person.
    """

    language: Language
    texts: Mapping[str, tuple[str, ...]]
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Catalogs:
    """All languages, in the order in which they are offered; the first is the clinic's default."""

    by_tag: Mapping[str, Catalog]
    offered: tuple[str, ...]
    source: str = "en"

    @property
    def default(self) -> str:
        """The clinic's default language."""
        return self.offered[0]

    def chain(self, tag: str) -> Iterator[Catalog]:
        """The catalogs to look into for `tag`, in order: itself, its parents (fr-CA, fr), the clinic's default, English."""
        parts = tag.split("-")
        parents = ["-".join(parts[:n]) for n in range(len(parts), 0, -1)]
        for candidate in dict.fromkeys((*parents, self.default, self.source)):
            if candidate in self.by_tag:
                yield self.by_tag[candidate]

    def find(self, tag: str, key: str) -> tuple[Catalog, tuple[str, ...]]:
        """The text of `key` for `tag`, from the first catalog of the chain that has it. Raises `KeyError` where none has."""
        own = self.by_tag.get(tag)
        if own is not None and (forms := own.texts.get(key)):
            return own, forms
        for catalog in self.chain(tag):
            if key in catalog.texts:
                return catalog, catalog.texts[key]
        raise KeyError(key)

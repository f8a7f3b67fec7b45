"""Facts of the article and their figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..language.language import Language

Flag = Literal["ok", "attr", "never"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a text may name: written by each language's own rules as a number, a percentage or a count of `unit`."""

    value: int
    format: Literal["number", "percent", "unit"]
    unit: str = ""

    def written(self, language: Language) -> str:
        """The figure in `language`."""
        if self.format == "percent":
            return language.percent(self.value)
        if self.format == "unit":
            return language.unit(self.value, self.unit)
        return language.number(self.value)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: the sentence of the article (S01 to S23) that it comes from, and how it may be used.

    `attr` facts may only be said as what the article says; `never` facts may not be said; `denies` names what the fact rules out.
    """

    id: str
    sentence: str
    flag: Flag
    says: str
    denies: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)

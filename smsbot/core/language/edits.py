"""The life of an edit: proposed by one person, published or refused by another, rolled back by a later one.

A text's wording is that of its last published edit; where there is none, that of the language's file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from .translation import Translation

EditState = Literal["proposed", "published", "refused", "withdrawn"]
TEXT_LENGTH = 4000  # characters of one form that an edit may have

SIGN_OFF_LIFE = timedelta(days=365)  # after which a safety text is to be signed off anew

# What a person gets for a text that their language lacks. `fall_back`: the text of the language that it falls back on, with a
# sentence that says so. `never_half`: the same, and a message of its own with the number of a human.
Missing = Literal["fall_back", "never_half"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One wording of one text, as somebody proposed it. `source` is the English that they had before them."""

    id: int
    tag: str
    key: str
    forms: tuple[str, ...]
    source: tuple[str, ...]
    by: int
    at: datetime
    state: EditState = "proposed"
    base: int = 0  # the edit that was published when this one was written; 0: the file's wording
    decided_by: int = 0
    decided_at: datetime | None = None
    waived: tuple[tuple[str, str], ...] = ()  # rule, and why its warning does not matter here
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """A named person's word that a text is right, until a day, for exactly this wording."""

    tag: str
    key: str
    by: str
    at: datetime
    until: datetime
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody looked at a text after the English had changed, and found that it still holds."""

    tag: str
    key: str
    source: tuple[str, ...]


@dataclass(frozen=True)
class Published:
    """All that is in force beside the files: the newest edit of each text, who signed, who looked, what a gap means."""

    version: int = 0
    edits: Mapping[tuple[str, str], Edit] = field(default_factory=dict)
    signatures: Mapping[tuple[str, str], Signature] = field(default_factory=dict)
    seen: Mapping[tuple[str, str], Seen] = field(default_factory=dict)
    missing: Mapping[str, Missing] = field(default_factory=dict)


def overlaid(
    tag: str,
    translations: Iterable[Translation],
    edits: Mapping[tuple[str, str], Edit],
    masters: Mapping[str, tuple[str, ...]],
) -> tuple[Translation, ...]:
    """The texts of a language's file with the published edits in their places; texts that the file lacks come last.

    `masters` are the first English wordings, under which the files keep their texts. An edit of a text that is no more is left out.
    """
    mine = {k: e for (language, k), e in edits.items() if language == tag and k in masters}
    laid = [
        replace(text, forms=mine.pop(text.key).forms, fuzzy=False) if text.key in mine else text
        for text in translations
    ]
    return (*laid, *(Translation(key, masters[key], edit.forms) for key, edit in mine.items()))


def in_date(
    signatures: Mapping[tuple[str, str], Signature],
    tag: str,
    texts: Mapping[str, Translation],
    at: datetime,
) -> frozenset[str]:
    """The texts of a language that are signed off at this moment: in date, and for the very wording that is in force."""
    return frozenset(
        key
        for (language, key), signature in signatures.items()
        if language == tag
        and signature.until > at
        and key in texts
        and texts[key].forms == signature.forms
    )


def stale(
    tag: str,
    key: str,
    english: tuple[str, ...],
    first: tuple[str, ...],
    published: Published,
) -> bool:
    """Whether the English changed since somebody last looked at this text: `first` is the file's English, `english` today's."""
    seen = published.seen.get((tag, key))
    edit = published.edits.get((tag, key))
    known = [seen.source] if seen else []
    known.append(edit.source if edit else first)
    return tag != "en" and english not in known


def never_half(safety: Iterable[str], rules: Mapping[str, Missing]) -> frozenset[str]:
    """The texts that are never half-translated: the safety texts, and those for which staff set it so."""
    return frozenset(safety) | {key for key, rule in rules.items() if rule == "never_half"}

"""The rules for vocabularies: nothing that English reads is missing, nothing is ambiguous, every word to type is read back."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from ..language.checks import Finding
from .folding import tokens, variants
from .look import Reader, look
from .reading import understand
from .spoken import Prior, spoken, weigh
from .vocabulary import Entry, Vocabulary


@lru_cache(maxsize=16384)
def words(text: str) -> tuple[tuple[str, ...], ...]:
    """The words of a text as the checks compare them: each folded, then the forms under which it may be meant."""
    return tuple((word, *variants(word)) for word in tokens(text))


def check_vocabulary(
    vocabulary: Vocabulary, model: Vocabulary, terms: Iterable[str]
) -> tuple[Finding, ...]:
    """What a vocabulary lacks beside the model's (English), which patterns are ambiguous, which safety words are missing."""
    found = [
        _error(key, "has no pattern; English has some")
        for key in sorted(_named(model) - _named(vocabulary))
    ]
    found += _ambiguous(vocabulary)
    for name in ("negations", "forbidden"):
        if not [w for w in getattr(vocabulary, name) if tokens(w)]:
            found.append(
                _error(f"safety.{name}", "is empty; the texts cannot be checked without it")
            )
    for term in sorted(terms):
        if not [w for w in vocabulary.terms.get(term, ()) if tokens(w)]:
            found.append(
                _error(f"safety.terms.{term}", "is empty; the texts cannot be checked without it")
            )
    for term in sorted(model.glossary):
        if not [w for w in vocabulary.glossary.get(term, ()) if tokens(w)]:
            found.append(
                _error(f"glossary.{term}", "is empty; the texts cannot be held to one word")
            )
    return tuple(found)


def _error(key: str, says: str) -> Finding:
    return Finding(key, "vocabulary", "error", says)


def _named(vocabulary: Vocabulary) -> set[str]:
    return {f"{entry.kind}.{entry.name}" for entry in vocabulary.entries}


def _ambiguous(vocabulary: Vocabulary) -> list[Finding]:
    """Patterns that stand for two things of one kind. Signs of danger may share words: each of them is answered."""
    first: dict[tuple[object, ...], Entry] = {}
    found = []
    for entry in vocabulary.entries:
        if entry.kind == "redflags":
            continue
        key = (entry.kind, entry.whole, entry.pattern.places, entry.pattern.gaps)
        other = first.setdefault(key, entry)
        if other.name != entry.name:
            says = f"has the pattern {entry.pattern.text!r}, which {other.name} has too"
            found.append(_error(f"{entry.kind}.{entry.name}", says))
    return found


# ---------------------------------------------------------------- labels


def check_read_back(
    labels: Mapping[str, str], tag: str, readers: Mapping[str, Reader]
) -> tuple[Finding, ...]:
    """Whether each label, typed by a person, is read as what it stands for, by each of `readers` (named for staff).

    `labels` are by intent. A label is tried as a first message and in the middle of a talk in the language `tag`.
    """
    found = []
    for intent, label in labels.items():
        for name, reader in readers.items():
            if heard := _misheard(label, intent, tag, reader):
                found.append(
                    Finding(
                        f"{intent}.label",
                        "label",
                        "error",
                        f"{label!r} is read as {heard} ({name})",
                    )
                )
    return tuple(dict.fromkeys(found))


def _misheard(label: str, intent: str, tag: str, reader: Reader) -> str:
    """What else the label is read as; "" where it is read as it should be."""
    for prior in (Prior(tag, (), tag), Prior(None, (), tag)):
        seen = look(reader, label)
        reading = understand(reader, seen, spoken(seen, weigh(reader, seen, {}), prior))
        meant = (*(reading.triage.intents if reading.triage else ()), *reading.intents)
        if meant != (intent,) or reading.follow_up or reading.tier == "near":
            told = ", ".join((*meant, *((reading.follow_up,) if reading.follow_up else ())))
            return (told or "nothing") + (
                ", and only by guessing at a misspelling" if reading.tier == "near" else ""
            )
    return ""

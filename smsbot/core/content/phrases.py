"""Phrases: everything that the bot can say, in its first English wording, with what it may and must name."""

from dataclasses import dataclass

DEFAULT_BUDGET = (2, 5)

# Placeholders that any text may name: the clinic's own values and words of ours. Words to type back are named in capitals.
CLINIC = frozenset(
    {
        "clinic",
        "phone",
        "address",
        "hours",
        "wait",
        "privacy_contact",
        "privacy_url",
        "max_per_month",
    }
)
PLACE = frozenset({"emergency", "crisis_line"})
TURN = frozenset(
    {
        "topics",
        "languages",
        "language",
        "fallback_language",
        "option_1",
        "option_2",
        "options",
        "minutes",
        "channel",
        "next_open",
        "ref",
        "step",
        "steps",
        "service",
        "price",
        "valid_until",
        "restrictions",
        "extra_fees",
        *(f"n{n}" for n in range(1, 10)),
    }
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing to say. `budget` is in SMS segments, in the GSM alphabet and in any other; None where segments do not matter."""

    key: str
    text: str
    file: str
    plural: str = ""
    count: str = ""
    facts: tuple[str, ...] = ()
    budget: tuple[int, int] | None = DEFAULT_BUDGET
    safety: bool = False
    options: int = 0  # topics offered after it on the same SMS, which the budget must hold as well

    @property
    def forms(self) -> tuple[str, ...]:
        """The English wordings: one, or singular and plural."""
        return (self.text, self.plural) if self.plural else (self.text,)


@dataclass(frozen=True, slots=True)
class Topic:
    """What can be asked about: the facts its answer uses, what is offered next, and how it ranks beside another."""

    id: str
    facts: tuple[str, ...]
    next: tuple[str, ...]
    risk: int
    sensitive: bool = False
    beyond: str = ""
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One possible answer to a question of CHECK: where it leads (a step, or `end:` and a text) and the note that it adds."""

    to: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One question of CHECK and its answers, numbered from 1."""

    id: str
    asks: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question whose meaning depends on what was talked about: topic before -> topic meant."""

    id: str
    after: tuple[tuple[str, str], ...]
    otherwise: tuple[str, ...]

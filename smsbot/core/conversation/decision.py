"""What a turn decides: the new state of the talk, what to say, what happened, and what has to be written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args

import msgspec

from .conversation import Conversation

EventName = Literal[
    "TurnAnswered",
    "OptedOut",
    "OptedIn",
    "ConsentAsked",
    "ConsentGiven",
    "ConsentDeclined",
    "ForgetAsked",
    "Forgotten",
    "CallRequested",
    "RedFlagSeen",
    "LanguageChanged",
    "CampaignEntered",
    "RateLimited",
    "WroteAgain",
]
EVENTS: tuple[EventName, ...] = get_args(EventName)

# What has to be written down. Withdrawals take away, or mark what staff must see, and may be repeated; they are written before the
# turn is closed.
# Grants give something; they are written only for the decision that won.
WITHDRAWALS: tuple[EventName, ...] = (
    "OptedOut",
    "Forgotten",
    "RedFlagSeen",
    "ConsentDeclined",
    "WroteAgain",
)
GRANTS: tuple[EventName, ...] = ("OptedIn", "ConsentAsked", "ConsentGiven", "CallRequested")

# What is said instead where a grant could not be written: never pretended.
FAILED: Mapping[EventName, str] = {
    "OptedIn": "start_failed",
    "ConsentAsked": "consent_failed",
    "ConsentGiven": "consent_failed",
    "CallRequested": "human_failed",
}

# The texts that say that something was given: what is replaced where it was not.
GIVEN: Mapping[EventName, tuple[str, ...]] = {
    "OptedIn": ("start_done",),
    "ConsentAsked": ("consent_ask",),
    "ConsentGiven": ("consent_yes",),
    "CallRequested": ("human_open", "human_closed"),
}


@dataclass(frozen=True, slots=True)
class Title:
    """The title of a topic or word, in the language of the text that names it."""

    id: str


@dataclass(frozen=True, slots=True)
class Labels:
    """Topics or words as a numbered list of the words to type, in the language of the text."""

    ids: tuple[str, ...]
    first: int = 1


@dataclass(frozen=True, slots=True)
class LanguageNames:
    """Languages as a list of code and own name; `left` is how many more there are for MORE."""

    tags: tuple[str, ...]
    left: int = 0


@dataclass(frozen=True, slots=True)
class LanguageName:
    """A language by its own name."""

    tag: str


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    amount: Decimal
    currency: str


Value = str | int | datetime | Title | Labels | LanguageNames | LanguageName | Money


@dataclass(frozen=True, slots=True)
class Words:
    """A text that no catalog has, and its language: a campaign's."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Say:
    """One reply: which phrase, with what, and what is offered after it. `language` where it is not the talk's own."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    language: str = ""
    words: "Words | None" = None  # a text of the clinic's own in place of a phrase of the catalogs


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one turn. `intents` in the order answered; `topic` what was answered where that is another."""

    conversation: Conversation
    replies: tuple[Say, ...] = ()
    events: tuple[EventName, ...] = ()
    intents: tuple[str, ...] = ()
    topic: str = ""
    classes: tuple[str, ...] = ()  # of red flags
    hold: bool = False  # no marketing from now on for a while: a red flag, or a minor
    ask_id: str = ""  # the message whose question a consent answers
    tier: str = (
        ""  # what the understanding rested on, where the talk itself decided (an option, a step)
    )

    @property
    def withdraws(self) -> bool:
        """Whether something has to be taken away before the turn may be closed."""
        return self.hold or any(e in WITHDRAWALS for e in self.events)

    @property
    def grants(self) -> tuple[EventName, ...]:
        """What has to be written down after the turn was won."""
        return tuple(e for e in self.events if e in GRANTS)


def without_ask(conversation: Conversation) -> Conversation:
    """The talk with no question of ours open."""
    return msgspec.structs.replace(conversation, ask=None)

"""What the flows need of the outside, as faces; and the three errors that may come back through them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from smsbot.core.conversation.conversation import Conversation
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address
from smsbot.core.people.ledger import Grounds
from smsbot.core.understanding.reading import Scores


class Forged(Exception):
    """A message that was not signed by the carrier."""


class Refused(Exception):
    """An outside thing understood and said no; trying again does not help."""


class Unavailable(Exception):
    """An outside thing could not be reached in time; trying again may help."""


# ---------------------------------------------------------------- the talk


@dataclass(frozen=True, slots=True)
class Proof:
    """The exact question of consent: which phrase, in which language, and the SHA-256 of the text as it was sent.

    `version` tells the phrase's wordings apart: the first twelve hex digits of the SHA-256 of the phrase as the languages' files or
    the staff had it, before it was filled in.
    """

    key: str
    language: str
    digest: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply as it was given: the texts, and what was said of them, so that the same message is answered alike again."""

    texts: tuple[str, ...]
    segments: tuple[int, ...]
    intents: tuple[str, ...]
    topic: str
    language: str
    events: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()  # the phrase of each text
    grants: tuple[str, ...] = ()  # what was given by it and is not yet known to be written down
    ask_id: str = ""
    proof: Proof | None = None
    campaign: int = 0  # by which the person came to this talk
    action: str = ""  # what the person did, as `Grounds` has it
    method: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What is known at the start of a turn: the talk so far, and the reply if this very message was answered before."""

    talk: Conversation | None = None
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """Whether the turn was won; if not, what stands there now: the newer talk, or the reply that another try gave."""

    won: bool
    newer: Opened = Opened()


class Conversations(Protocol):
    """Talks under a person's coded mark. Each call raises `Unavailable` after the deadline."""

    def open(self, person: str, message_id: str) -> Opened:
        """The talk and any kept reply, in one round trip."""

    def close(
        self,
        person: str,
        message_id: str,
        talk: Conversation,
        kept: Kept,
        expected: int,
        *,
        erase: bool = False,
    ) -> Closed:
        """Keep talk and reply together if the talk still has the version `expected` (0: none), in one round trip.

        `erase` takes every earlier reply to the person away.
        """

    def amend(self, person: str, message_id: str, talk: Conversation, kept: Kept) -> None:
        """Replace a kept reply that could not be honoured, and the talk if it is still the one that was closed."""

    def hand_over(self, person: str, until: int) -> None:
        """Leave the talk to staff until then (seconds since 1970; 0: no longer), whatever turn is under way.

        A talk is begun where there is none. Raises `Unavailable` also where turns come between again and again.
        """

    def handed_over(self, person: str) -> int:
        """Until when the talk is left to staff; 0 where it is not."""


# ---------------------------------------------------------------- people


RecordName = Literal[
    "OptedOut",
    "Forgotten",
    "RedFlagSeen",
    "ConsentDeclined",
    "Held",
    "OptedIn",
    "ConsentAsked",
    "ConsentGiven",
    "CallRequested",
    "WroteAgain",
    "Undeliverable",
    "Lapsed",
]


@dataclass(frozen=True, slots=True)
class Record:
    """Something about a person that has to be written down, once for each message, name and person however often it is tried."""

    name: RecordName
    message_id: str
    keys: tuple[str, ...]  # every coded mark under which the person is known
    at: datetime
    language: str
    channel: str
    address: (
        Address  # kept, encrypted, only where a call or an alert needs it or the person subscribed
    )
    classes: tuple[str, ...] = ()  # of red flags
    proof: Proof | None = None
    ask_id: str = ""  # the message that a consent answers
    reference: str = ""
    held_until: datetime | None = None
    campaign: int = 0  # by which the person came to this talk
    carrier_blocks: bool = (
        False  # on this sender the carrier lets nothing of ours through to people who opted out
    )
    grounds: Grounds = field(default_factory=Grounds)
    words: str = ""  # the exact question, of which `proof` has the hash
    zones: str = ""  # where the person may be, of a consent given: kept while they subscribe


class People(Protocol):
    """The ledger of people. Raises `Unavailable` after the deadline and `Refused` for a grant that it does not accept."""

    def write(self, record: Record) -> None:
        """Write a record down; the same record again changes nothing."""

    def link(self, keys: Sequence[str]) -> None:
        """Coded marks seen in one message are one person's; nobody is recorded of whom the ledger knows nothing."""

    def alive(self) -> bool:
        """Whether the ledger answers."""


class Outbox(Protocol):
    """Where withdrawals wait that the ledger could not take."""

    def put(self, record: Record) -> None:
        """Keep the record until the ledger has it. Raises `Unavailable`."""

    def waiting(self) -> int:
        """How many wait. Raises `Unavailable`."""

    def drain(self, people: People) -> int:
        """Write what waits, oldest first, each removed only when written; how many were. Raises `Unavailable`."""


NoticeKind = Literal["call", "red_flag"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A call to return or a red-flag alert: what staff are told of it. Never what the person wrote."""

    id: str
    kind: NoticeKind
    classes: tuple[str, ...]
    at: datetime
    language: str
    channel: str
    blocked: bool = False
    told: int = 0  # how often staff were told
    acknowledged_at: datetime | None = None
    address: Address | None = None
    acknowledged_by: str = ""
    done_at: datetime | None = None
    done_by: str = ""
    answered_at: datetime | None = None  # staff's latest text to the person
    wrote_at: datetime | None = None  # the person's latest message since, while the bot kept silent

    @property
    def done(self) -> bool:
        """Whether nothing is left to do: it is done, and the person has not written to staff since."""
        return self.done_at is not None and (self.wrote_at is None or self.wrote_at <= self.done_at)


class Notices(Protocol):
    """Calls to return and red-flag alerts. Raises `Unavailable`."""

    def open(self) -> Sequence[Notice]:
        """Those that nobody has acknowledged, oldest first, with the address where it is still kept."""

    def get(self, notice_id: str) -> Notice | None:
        """One of them; None where there is none."""

    def due(self, at: datetime, limit: int) -> Sequence[Notice]:
        """Those that staff should be told of now; each is claimed, so that no other process tells it at the same time."""

    def told(self, notice_id: str, at: datetime, again: datetime) -> None:
        """Staff were told; tell them again at `again` unless it is acknowledged."""

    def acknowledge(self, notice_id: str, at: datetime, by: str) -> bool:
        """Somebody took it; False where it is not known or was taken before."""

    def undone(self) -> Sequence[Notice]:
        """Those with something left to do, oldest first, with the address where it is still kept."""

    def lately(self, since: datetime) -> Sequence[Notice]:
        """Those that were done since then and still are, latest first."""

    def done(self, notice_id: str, at: datetime, by: str) -> bool:
        """Nothing is left to do, and nobody need take it any more; False where it is not known or was done before."""

    def reopen(self, notice_id: str) -> bool:
        """Something is left to do after all; False where it is not known or was not done."""

    def answer(self, notice_id: str, at: datetime | None, before: datetime | None) -> bool:
        """Staff write to the person at that time (None: they did not after all), having seen that they last wrote at `before`.

        False where it is not known, or somebody has written meanwhile: of two at once one may.
        """

    def marks(self, notice_id: str) -> Sequence[str]:
        """The coded marks under which the person is known; none where nothing leads to a person any more."""

    def tidy(self, at: datetime) -> int:
        """Remove numbers that need no longer be kept; how many were removed."""


class Send(Protocol):
    """Sends one text to a person."""

    def __call__(self, to: Address, text: str, /) -> object:
        """Raises `Refused`, or `Unavailable`: then nobody knows whether the text will arrive."""


class Notify(Protocol):
    """Tells the clinic's staff of a notice, with class, time and a link."""

    def tell(self, notice: Notice, link: str) -> None:
        """Raises `Unavailable` or `Refused`."""


# ---------------------------------------------------------------- the rest


class Languages(Protocol):
    """The language detector."""

    def votes(self, text: str) -> Mapping[str, float]:
        """For each loaded language its share of the vote, summing to one at most; empty where there is no detector."""


class Intents(Protocol):
    """The model of meanings."""

    def scores(self, text: str) -> Scores:
        """The share of each meaning of the text; without shares where there is no model."""


class Regions(Protocol):
    """What a number says of its country."""

    def region(self, address: Address) -> str:
        """ISO 3166-1 alpha-2 of the number's region; "" where unknown."""

    def zones(self, address: Address) -> str:
        """The names of the time zones where the person may be, joined by spaces; "" where nothing tells."""

    def languages(self, region: str) -> tuple[str, ...]:
        """The region's languages, most spoken first."""


class Carrier(Protocol):
    """The edge to whoever carries the messages."""

    def hear(self, url: str, form: Mapping[str, Sequence[str]], signature: str) -> Inbound:
        """The message in a signed form. Raises `Forged`, or `Refused` for a form that is no message."""

    def vouch(self, url: str, form: Mapping[str, Sequence[str]], signature: str) -> None:
        """Raises `Forged` where the carrier did not sign the form."""

    def speak(self, texts: Sequence[str]) -> str:
        """The answer in the carrier's own form."""


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Now, in UTC."""


class Note(Protocol):
    """Writes one line of what happened."""

    def __call__(self, event: str, /, **details: object) -> None:
        """`details` hold no number and no body."""


def silent(event: str, /, **details: object) -> None:
    """Notes nothing: where nobody reads along."""


@dataclass(frozen=True, slots=True)
class Health:
    """The state of one thing that the bot leans on."""

    ok: bool
    detail: str = ""
    needed: bool = True
    extra: Mapping[str, object] = field(default_factory=dict)

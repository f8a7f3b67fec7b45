"""What the proof of consent needs of the ledger: all of one person, consents from elsewhere taken in, and the chain proved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from smsbot.core.people.address import Address
from smsbot.core.people.ledger import Standing, Subscription
from smsbot.core.people.receipt import Chained

from . import Notice, Record


class ChainBroken(Exception):
    """The ledger is not as it was written: an entry was changed, added or removed past the bot. `seq` is the first such entry.

    Where an entry is whole and the question that it is the proof of is not, `text` is the hash of the question.
    """

    def __init__(self, seq: int, text: str = "") -> None:
        what = f": the question {text[:12]} that was asked is missing or changed" if text else ""
        super().__init__(f"the chain of consent is broken at entry {seq}{what}")
        self.seq, self.text = seq, text


@dataclass(frozen=True, slots=True)
class Invitation:
    """A message of a broadcast to one person."""

    broadcast_id: int
    state: str
    language: str
    channel: str
    due_at: datetime | None
    started_at: datetime | None
    replied_at: datetime | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is kept of one person: their marks, how they stand, their events in the ledger and the questions by their hash.

    With them what they asked of staff, and the invitations of the last thirty days. `sealed` where there is a number that none of
    the keys opens.
    """

    keys: tuple[str, ...]
    standing: Standing
    address: Address | None
    subscription: Subscription | None
    events: tuple[Chained, ...]
    texts: Mapping[str, str]
    notices: tuple[Notice, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    sealed: bool = False


# What becomes of a consent from elsewhere: it is taken; the person subscribes already; they opted out once, so that only they
# themselves can say yes again; they declined, or their subscription ended, after it.
TakenIn = Literal["taken", "subscribed", "opted_out", "ended"]

Sealed = Literal["people", "notices"]  # where sealed numbers stand
SEALED: tuple[Sealed, ...] = ("people", "notices")


@dataclass(frozen=True, slots=True)
class Resealed:
    """One page of numbers: where the next one begins (None: there is none), and what became of those of this one.

    They were sealed anew, were so already, or could be opened with none of the keys.
    """

    after: int | str | None
    anew: int = 0
    already: int = 0
    unread: int = 0


class Ledger(Protocol):
    """The ledger as those need it who prove what is in it. Raises `Unavailable`."""

    def write(self, record: Record) -> None:
        """Writes a record down; the same record again changes nothing."""

    def dossier(self, key: str) -> Dossier | None:
        """All that is kept of the person with this mark; None where nothing is."""

    def take_in(self, pairs: Sequence[tuple[Record, Record]], *, write: bool) -> Sequence[TakenIn]:
        """Takes in questions with their answers in one transaction, or only says what would become of each."""

    def verify_chain(self) -> int:
        """How many entries there are, all as they were written. Raises `ChainBroken`."""

    def reseal(self, what: Sealed, after: int | str | None, limit: int) -> Resealed:
        """Seals a page of numbers with the first key, those after `after` (None: from the first on)."""

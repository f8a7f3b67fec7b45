"""What the staff's flows need of the outside: who they are, what was done, and what is published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from smsbot.core.language.edits import Edit, EditState, Missing, Published, Signature
from smsbot.core.people.staff import Member, Role
from smsbot.core.understanding.words import Word, WordState


class Taken(Exception):
    """Somebody was quicker: `edit` is what stands there now."""

    def __init__(self, edit: Edit) -> None:
        super().__init__("somebody changed this text meanwhile")
        self.edit = edit


# ---------------------------------------------------------------- who they are


class Members(Protocol):
    """The staff, their links and their sessions. Secrets come as digests. Raises `Unavailable`."""

    def add(
        self, email: str, name: str, roles: Sequence[Role], languages: Sequence[str], at: datetime
    ) -> Member:
        """A new member. Raises `Refused` where the address is known."""

    def change(
        self,
        member_id: int,
        *,
        name: str,
        roles: Sequence[Role],
        languages: Sequence[str],
        active: bool,
    ) -> None:
        """Changes a member; who is put off duty is signed out. Raises `Refused` for the last active admin's role."""

    def get(self, member_id: int) -> Member | None:
        """One member."""

    def by_email(self, email: str) -> Member | None:
        """The member with this address."""

    def all(self) -> Sequence[Member]:
        """Everybody, by name."""

    def password(self, member_id: int) -> str:
        """The hash of a member's password; "" where there is none."""

    def set_password(self, member_id: int, hashed: str) -> None:
        """Keeps the hash; every session of the member ends."""

    def offer_link(self, member_id: int, digest: str, until: datetime) -> None:
        """A link that signs the member in once."""

    def redeem_link(self, digest: str, at: datetime) -> Member | None:
        """The member whom a link signs in; None where it was used, ran out or never was."""

    def open_session(self, member_id: int, digest: str, at: datetime, until: datetime) -> None:
        """Signs the member in."""

    def session(self, digest: str, at: datetime) -> Member | None:
        """Who is signed in; None where the session ran out, idled too long or was ended."""

    def end_session(self, digest: str) -> None:
        """Signs out."""

    def failed(self, email: str, at: datetime) -> int:
        """A wrong password; how many there were lately, this one included."""

    def failures(self, email: str, at: datetime) -> int:
        """How many wrong passwords there were lately."""


class Passwords(Protocol):
    """How passwords are kept."""

    def hashed(self, password: str) -> str:
        """What is kept of the password."""

    def right(self, hashed: str, password: str) -> bool:
        """Whether it is the password; "" is nobody's."""


# ---------------------------------------------------------------- what was done


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that a member of staff did. `subject` names what it was done to; neither holds a number or a message."""

    act: str
    subject: str
    at: datetime
    member_id: int | None = None
    who: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    seq: int = 0

    @classmethod
    def by(
        cls,
        member: Member,
        act: str,
        subject: str,
        at: datetime,
        details: Mapping[str, str] | None = None,
    ) -> "Done":
        """What this member did, under their name of today."""
        return cls(act, subject, at, member.id, member.name, details or {})


class Audit(Protocol):
    """The record of what staff did: only ever added to. Raises `Unavailable`."""

    def add(self, done: Done) -> None:
        """Writes it down."""

    def find(
        self,
        words: str = "",
        act: str = "",
        member_id: int = 0,
        before: int = 0,
        limit: int = 50,
    ) -> Sequence[Done]:
        """The newest first; `before` is the `seq` of the last one seen."""


# ---------------------------------------------------------------- what is published


class Edits(Protocol):
    """The wordings that staff proposed and what became of them. Raises `Unavailable`."""

    def propose(self, edit: Edit) -> Edit:
        """Keeps a proposal, with its id. Raises `Taken` where another one waits, or was published since `edit.base`."""

    def get(self, edit_id: int) -> Edit | None:
        """One edit."""

    def decide(self, edit_id: int, state: EditState, by: int, at: datetime, note: str = "") -> Edit:
        """Publishes, refuses or withdraws a proposal, as it is then. Raises `Refused` where it is no longer open."""

    def restore(self, edit: Edit) -> Edit:
        """Publishes a wording that was published before, at once. Raises `Taken`."""

    def waiting(self, tag: str = "") -> Sequence[Edit]:
        """Proposals that nobody has decided on, oldest first."""

    def history(self, tag: str, key: str) -> Sequence[Edit]:
        """All edits of a text, newest first."""

    def version(self) -> int:
        """The number of the newest publication; 0 before the first."""

    def published(self) -> Published:
        """All that is in force."""

    def sign(self, signature: Signature, by: int) -> None:
        """Keeps a sign-off; it is in force at once."""

    def mark_seen(self, tag: str, key: str, source: Sequence[str], by: int, at: datetime) -> None:
        """Somebody looked: the text still holds beside this English."""

    def set_missing(self, key: str, rule: Missing, by: int, at: datetime) -> None:
        """What a gap in this text means from now on."""


# ---------------------------------------------------------------- words


class Words(Protocol):
    """The words that staff added. Raises `Unavailable`."""

    def propose(self, word: Word) -> Word:
        """Keeps it, with its id. Raises `Refused` where the same word stands there already."""

    def decide(self, word_ids: Sequence[int], state: WordState, by: int, at: datetime) -> None:
        """What became of them. Raises `Refused`, and changes none, where one of them cannot come into this state any more."""

    def word(self, word_id: int) -> Word | None:
        """One word."""

    def find(
        self, tag: str = "", state: WordState | None = None, label: str = ""
    ) -> Sequence[Word]:
        """Those of a language, in a state, of an intent; newest first."""

    def version(self) -> int:
        """The number of the newest fitting that is in force; 0 before the first."""

    def ids_in_force(self) -> frozenset[int]:
        """Which words the newest fitting has."""

    def in_force(self) -> tuple[Sequence[Word], bytes]:
        """The words of the newest fitting, and the fitted head (b"" where it fitted none)."""

    def fitted(
        self, word_ids: Sequence[int], head: bytes, report: Mapping[str, object], at: datetime
    ) -> int:
        """Puts the words in force, with the head fitted on them; the new version."""


PublishingState = Literal["waiting", "running", "done", "blocked", "failed"]
PublishingStep = Literal["", "reading", "fitting", "replaying"]


@dataclass(frozen=True, slots=True)
class Publishing:
    """One try to put words in force: how far it is (`share` of its step, in percent), when it last gave a sign of life, what it found."""

    id: int
    by: int
    at: datetime
    state: PublishingState
    step: PublishingStep
    share: int
    beat_at: datetime
    report: Mapping[str, object]

    @property
    def open(self) -> bool:
        """Whether it is still to be done or being done."""
        return self.state in ("waiting", "running")


class Publishings(Protocol):
    """The tries to put words in force, one at a time. Raises `Unavailable`."""

    def ask(self, by: int, at: datetime) -> Publishing:
        """A new one, waiting. Raises `Refused` while another one is under way; one without a sign of life for long has failed."""

    def begin(self, publishing_id: int, at: datetime) -> bool:
        """Takes one that waits on; False where it waits no longer."""

    def tell(self, publishing_id: int, step: PublishingStep, share: int, at: datetime) -> bool:
        """How far it is; False where it was given up on meanwhile."""

    def end(
        self,
        publishing_id: int,
        state: PublishingState,
        report: Mapping[str, object],
        at: datetime,
    ) -> None:
        """What came of it. Changes nothing where it was given up on meanwhile."""

    def newest(self, limit: int = 1) -> Sequence[Publishing]:
        """The latest ones, newest first."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A message that the bot could not read, without name, number or figures, with its guesses (intent, share)."""

    id: int
    tag: str
    text: str
    guesses: tuple[tuple[str, float], ...]
    at: datetime
    state: Literal["open", "taught", "aside"] = "open"


class UnreadMessages(Protocol):
    """Kept only where the clinic has switched it on. Raises `Unavailable`."""

    def keep(self, tag: str, text: str, guesses: Sequence[tuple[str, float]], at: datetime) -> None:
        """Keeps one; the same text again counts once."""

    def open(self, tag: str = "", limit: int = 100) -> Sequence[Unread]:
        """Those that nobody has looked at, newest first."""

    def get(self, unread_id: int) -> Unread | None:
        """One of them."""

    def close(self, unread_id: int, state: Literal["taught", "aside"]) -> None:
        """Somebody looked at it."""

    def tidy(self, before: datetime) -> int:
        """Removes those from before; how many."""


# ---------------------------------------------------------------- counts


GAP = "gap "  # begins the outcome that counts how often a text (its key follows) was lacking in a language
CAMPAIGN = "campaign/"  # before a campaign's id and what came of it: `campaign/7/talk`


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages of a day were answered so. `outcome` is a topic, or another word that tells of nobody's health."""

    day: date
    language: str
    channel: str
    outcome: str
    count: int


class Tallies(Protocol):
    """Counts by day; nobody can be found in them. Raises `Unavailable`."""

    def add(self, tallies: Sequence[Tally]) -> None:
        """Adds to what is there."""

    def since(self, day: date) -> Sequence[Tally]:
        """All from that day on."""

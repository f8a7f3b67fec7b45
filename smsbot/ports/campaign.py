"""What campaigns need of the world: a carrier that sends and that can be asked what it has, and what is kept of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from smsbot.core.campaign.broadcast import Broadcast, BroadcastAct, BroadcastState, Variant
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.delivery import State
from smsbot.core.campaign.plan import Plan, Subscriber
from smsbot.core.people.address import Address

from . import Refused, Unavailable


class Rejected(Refused):
    """The carrier said no: the message was surely not created. `code` is the carrier's own, where it gave one."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.code = code


class Busy(Unavailable):
    """The message was surely not created, and may be tried again later."""


class InDoubt(Unavailable):
    """Nobody knows whether the message was created."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to be sent: a text of ours, or an approved template with its variables by number.

    `delivery` is our own id of it, which the address of its status carries. After `valid_for` seconds (1 to 36000) the carrier
    sends it no more.
    """

    to: Address
    delivery: str
    text: str = ""
    content_sid: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    valid_for: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took a message: its id, and the segments that it counts."""

    sid: str
    segments: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One message in the carrier's own list. `outbound`: created by its API."""

    sid: str
    body: str
    status: str
    error: int | None
    created_at: datetime
    outbound: bool


class Messages(Protocol):
    """Messages by the carrier's API."""

    def send(self, message: Outgoing) -> Accepted:
        """Raises `Rejected`, `Busy` or `InDoubt`; none of them names a number or a text."""

    def sent_to(self, to: Address, since: datetime) -> Sequence[Listed]:
        """What the carrier lists for the address from then on, latest first. Raises `Rejected` or `Unavailable`."""


# ---------------------------------------------------------------- what is kept


class Campaigns(Protocol):
    """The campaigns."""

    def all(self) -> Sequence[Campaign]:
        """All of them, the latest first."""

    def get(self, campaign_id: int) -> Campaign | None:
        """One of them."""

    def version(self) -> int:
        """Another number whenever one of them has changed."""

    def keep(self, campaign: Campaign) -> Campaign:
        """Keeps it, with the next version; a new one where its id is 0. Raises `Refused` where somebody changed it meanwhile."""


class Broadcasts(Protocol):
    """The broadcasts."""

    def all(self, campaign_id: int = 0) -> Sequence[Broadcast]:
        """Those of a campaign, or all, the latest first."""

    def get(self, broadcast_id: int) -> Broadcast | None:
        """One of them."""

    def keep(self, broadcast: Broadcast) -> Broadcast:
        """Keeps a draft, with the next version; a new one where its id is 0. Raises `Refused` where it was changed or is no draft."""

    def move(
        self,
        broadcast_id: int,
        act: BroadcastAct,
        *,
        by: int = 0,
        reason: str = "",
        decide_at: datetime | None = None,
    ) -> Broadcast:
        """Does one act with it. Raises `Refused` where it is not possible, or where who submitted it releases it.

        At `decide_at` the better of two wordings is chosen.
        """

    def lately(self, since: datetime) -> bool:
        """Whether any was under way, or could still be answered, since then."""

    def in_state(self, *states: BroadcastState) -> Sequence[Broadcast]:
        """Those in these states, the oldest first."""

    def decide(self, broadcast_id: int, winner: Variant) -> None:
        """Which wording the rest gets."""

    def tell(
        self,
        broadcast_id: int,
        what: Literal["forecast", "progress"],
        report: Mapping[str, object],
        at: datetime,
    ) -> None:
        """Keeps the newest forecast, or how far it is."""

    def report(
        self, broadcast_id: int, what: Literal["forecast", "progress"]
    ) -> Mapping[str, object]:
        """The newest that was kept; empty without."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery whose moment has come, and that nobody else has: its state is `sending` until its outcome is written."""

    id: int
    broadcast_id: int
    person_id: int
    to: Address
    language: str
    country: str
    zones: str
    variant: Variant
    tries: int
    wrote_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed delivery. `due_at` is when it is tried again, where it is `planned` once more."""

    delivery_id: int
    state: State
    reason: str = ""
    due_at: datetime | None = None
    sid: str = ""
    segments: int = 0
    error: int | None = None
    variant: Variant = ""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A delivery that was begun and whose outcome nobody wrote."""

    id: int
    broadcast_id: int
    person_id: int
    to: Address | None  # None where the number is gone with the consent
    language: str
    variant: Variant
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """What the carrier told of a message: by our own id of it, and by the carrier's."""

    delivery_id: int
    sid: str
    status: str
    error: int | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many deliveries of a broadcast share a language, a channel, a wording, a state and a reason."""

    language: str
    channel: str
    variant: str
    state: str
    reason: str
    error: int | None
    people: int
    segments: int
    replied: int
    opted_out: int


class Deliveries(Protocol):
    """The deliveries of all broadcasts."""

    def audience(
        self, broadcast: Broadcast, after: int, limit: int, at: datetime
    ) -> Sequence[Subscriber]:
        """The next people of its audience by id, who subscribe now. Nothing is decrypted."""

    def plan(self, broadcast_id: int, checkpoint: int, last: int, plans: Sequence[Plan]) -> bool:
        """Keeps what each gets, and that everybody up to `last` is planned; False where somebody else planned on from `checkpoint`."""

    def all_planned(self, broadcast_id: int) -> None:
        """Everybody of its audience is planned."""

    def due(
        self, broadcast: Broadcast, at: datetime, limit: int, slot: int = 0, slots: int = 1
    ) -> Sequence[int]:
        """The ids of those whose moment has come, the first due first; of all slots' those of one."""

    def claim(
        self, broadcast: Broadcast, delivery_id: int, at: datetime, done: Outcome | None = None
    ) -> Claimed | None:
        """Writes the outcome of the one before, and claims this one; None where it cannot be had or may not be sent any more.

        Consent is read with it: who does not subscribe any more, is held or has got enough is skipped.
        """

    def finish(self, done: Outcome) -> None:
        """Writes an outcome alone."""

    def heard(self, statuses: Sequence[Status]) -> int:
        """Moves deliveries on by what the carrier told, whatever the order; how many told of no delivery of ours."""

    def doubtful(self, before: datetime, limit: int) -> Sequence[Doubtful]:
        """Those that were begun before then and have no outcome."""

    def person(self, delivery_id: int, sid: str) -> Doubtful | None:
        """Whose the delivery is that the carrier knows by that id; None where it is none of ours."""

    def owned(self, sids: Sequence[str]) -> frozenset[str]:
        """Which of the carrier's ids are those of deliveries."""

    def cancel(self, broadcast_id: int, state: State, limit: int) -> int:
        """Ends what is still planned; how many were."""

    def tally(self, broadcast_id: int) -> Sequence[Tally]:
        """Counts them."""

    def next_due(self, broadcast_id: int) -> datetime | None:
        """When the next is due; None where none is planned."""

    def wrote(
        self, keys: Sequence[str], at: datetime, *, stops: bool = False, campaign: int = 0
    ) -> int | None:
        """A person wrote: an answer to the invitation that they got last, if it is not long ago. Its broadcast's campaign, or None.

        Of a subscriber it is kept when, and the campaign by which they came just now.
        """

    def active(self, seen: Mapping[str, datetime]) -> None:
        """When people wrote last, by their keys; of those who do not subscribe nothing is kept."""

    def let_go(self, before: datetime, limit: int) -> int:
        """Deliveries begun before then lead to nobody any more; how many did."""


class Contents(Protocol):
    """What was registered with the carrier."""

    def sid(self, key: str, language: str, digest: str) -> str:
        """The id of an approved template or of a menu; "" where there is none."""

    def all(self) -> Sequence["Content"]:
        """All of them."""

    def keep(self, content: "Content", at: datetime) -> None:
        """Keeps one, in place of the one with the same key, language and digest."""


@dataclass(frozen=True, slots=True)
class Content:
    """A template or a menu that the carrier knows: which text, in which wording (by digest), its id there and its approval."""

    key: str
    language: str
    digest: str
    sid: str
    state: str  # as the carrier says: unsubmitted, pending, approved, rejected, paused, disabled


class Pace(Protocol):
    """The one rate at which all workers send."""

    def take(self, segments: int) -> float:
        """Takes that many and gives 0; else how many seconds to wait. Raises `Unavailable`: then nothing is sent."""

    def owe(self, segments: int) -> None:
        """Takes more than is there: what went out was longer than what was taken for it."""


class Statuses(Protocol):
    """What the carrier told, until a worker has written it down."""

    def put(self, status: Status) -> None:
        """Keeps one. Raises `Unavailable`."""

    def drain(self, write: Callable[[Sequence[Status]], None]) -> int:
        """Has what waits written down, oldest first, each let go only when it was; how many. Raises `Unavailable`.

        Written twice they change nothing. Only one worker drains at a time: the others get 0.
        """


class Ask(Protocol):
    """Asks those who send for one of their tasks, by its name and ids."""

    def __call__(self, task: str, /, *ids: int) -> None:
        """Raises `Unavailable`."""


class Leases(Protocol):
    """Which worker is at what: each thing has one holder at most, for a while."""

    def take(self, name: str, seconds: float) -> str:
        """The proof of holding it; "" where somebody else does. Raises `Unavailable`."""

    def renew(self, name: str, proof: str, seconds: float) -> bool:
        """Holds on to it; False where it was lost. Raises `Unavailable`."""

    def release(self, name: str, proof: str) -> None:
        """Lets it go."""

    def held(self, name: str) -> bool:
        """Whether somebody holds it. Raises `Unavailable`."""


class Approval(Protocol):
    """What WhatsApp says of a template."""

    @property
    def status(self) -> str:
        """unsubmitted, received, pending, approved, rejected, paused or disabled."""


class Templates(Protocol):
    """The carrier's templates. Raises `Rejected`, `Busy` or `InDoubt`."""

    def make(
        self,
        friendly_name: str,
        language: str,
        variables: Mapping[str, str],
        types: Mapping[str, Mapping[str, Any]],
    ) -> str:
        """Makes a template and returns its id. Raises `ValueError` where WhatsApp has none in the language."""

    def ask_approval(
        self, sid: str, name: str, category: Literal["UTILITY", "MARKETING", "AUTHENTICATION"]
    ) -> Approval:
        """Hands it in."""

    def approvals(self, sid: str) -> Approval:
        """Where it stands."""

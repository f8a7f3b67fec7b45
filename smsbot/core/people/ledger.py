"""What the ledger keeps of a person: entries that are never changed, and the standing that follows from them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from .consent import ConsentEvent, link

VERSION = 2  # of an entry's fields


@dataclass(frozen=True, slots=True)
class Grounds:
    """What stands beside an event of consent: from whom to whom, for what, how it was said and where.

    `source` is where it was said: `keyword` (in a message), `web`, `paper`, `staff`; `carrier` where the carrier told it, `clinic`
    where nobody said it and the clinic's own rules ended it. `method` is how it came here: `keyword` (the message was nothing but a
    word of that meaning: it is the `action`), `words` (it was said in other words, which are not kept), `choice` (a button or a
    number), `carrier`, `import`, `terminal`, `console`, `inactive`.
    """

    sender: str = ""  # the number or service of the clinic that it was said to
    business: str = ""  # the clinic's name
    purpose: str = ""  # what the consent is for: news
    action: str = ""  # what the person did, in one word
    method: str = ""
    source: str = ""
    actor: str = ""  # who wrote it down, where that was not the person's own message
    frequency: str = ""  # what was promised: "2 a month"
    unconditional: bool = False  # whether the question says that nothing depends on the answer
    policy: str = ""  # the privacy policy that was named: its address, and its version where the clinic's file has one
    country: str = ""  # ISO 3166-1 alpha-2 of the person's number at the time
    zone: str = ""  # the clinic's time zone (IANA), in which a receipt shows the moment
    adult: bool = False  # whether the person said to be 18 or older
    ip: str = ""  # both of a form on a web page only
    agent: str = ""
    campaign: str = ""  # the id of the campaign by which the person came to the talk


# What leads to a person or, in an import, to whoever wrote it down.
IDENTIFYING = ("person", "message_id", "ask_id", "reference", "actor", "ip", "agent")
_FIRST = (
    "event", "person", "message_id", "at", "channel", "language", "ask_id", "proof_key", "proof_language", "proof_digest", "reference",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of consent as it is kept for good, with the proof of the question where it is one.

    The chain's hash is taken over `fields`. Entries of version 1 have the first eleven of them, up to `reference`, and are kept
    whole. From version 2 on it is taken over `identity` in place of what identifies the person: the hash of that and of `salt`, a
    secret of the entry. So what identifies can be dropped, when it need no longer be kept, and the chain is proved as before.
    """

    event: ConsentEvent
    person: str  # the coded mark under which it came
    message_id: str
    at: datetime
    channel: str
    language: str
    ask_id: str = ""
    proof_key: str = ""
    proof_language: str = ""
    proof_digest: str = ""
    reference: str = ""
    version: int = VERSION
    proof_version: str = ""
    sender: str = ""
    business: str = ""
    purpose: str = ""
    action: str = ""
    method: str = ""
    source: str = ""
    actor: str = ""
    frequency: str = ""
    unconditional: bool = False
    policy: str = ""
    country: str = ""
    zone: str = ""
    adult: bool = False
    ip: str = ""
    agent: str = ""
    campaign: str = ""
    salt: str = ""
    identity: str = ""

    @property
    def pair(self) -> str:
        """What a question and its answer share: the id of the message that the question answered."""
        return self.message_id if self.event == "ask" else self.ask_id

    @property
    def erased(self) -> bool:
        """Whether what identifies was dropped."""
        return self.version > 1 and not self.salt

    @property
    def sound(self) -> bool:
        """Whether everything that the hash of the chain does not reach is as it was written."""
        if self.version == 1:
            return self == Entry(**{name: getattr(self, name) for name in _FIRST}, version=1)
        if self.erased:
            return not any(getattr(self, name) for name in IDENTIFYING if name != "message_id")
        return self.identity == self._identity(self.salt)

    def fields(self) -> Mapping[str, str]:
        """What the chain's hash is taken over, as texts. The moment is in UTC."""
        if self.version == 1:
            return {name: _text(getattr(self, name)) for name in _FIRST}
        hidden = {"salt", *IDENTIFYING}
        return {
            field.name: _text(getattr(self, field.name))
            for field in fields(self)
            if field.name not in hidden
        }

    def bound(self, salt: str) -> "Entry":
        """The entry with what identifies bound to its hash. `salt` is to be one that nobody can guess."""
        return replace(self, salt=salt, identity=self._identity(salt))

    def without_identity(self, seq: int) -> "Entry":
        """The entry, the chain's `seq`, without what identifies; entries of version 1 stay whole."""
        if self.version == 1:
            return self
        gone: dict[str, Any] = dict.fromkeys(IDENTIFYING, "")
        return replace(self, **{**gone, "message_id": str(seq), "salt": ""})

    def _identity(self, salt: str) -> str:
        return link(salt, {name: getattr(self, name) for name in IDENTIFYING})


def entry(event: ConsentEvent, grounds: Grounds, **more: Any) -> Entry:
    """An entry of an event with its grounds."""
    return Entry(event, **asdict(grounds), **more)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What is kept of a person exactly while they subscribe, beside the number: what planning needs, so that it reads no number.

    `at` is the moment of the yes in force, `zones` the time zones where the person may be, as text; `first_campaign` and
    `last_campaign` the ids of those by which they came, 0 for none.
    """

    channel: str
    language: str
    country: str
    zones: str
    at: datetime
    wrote_at: datetime
    first_campaign: int = 0
    last_campaign: int = 0

    def after(self, before: "Subscription | None") -> "Subscription":
        """The subscription in place of the one `before`: the first campaign stays, the last one too where this came by none."""
        if before is None:
            return replace(self, first_campaign=self.first_campaign or self.last_campaign)
        return replace(
            self,
            wrote_at=max(self.wrote_at, before.wrote_at),
            first_campaign=before.first_campaign or self.first_campaign or self.last_campaign,
            last_campaign=self.last_campaign or before.last_campaign,
        )


def joined(one: Subscription | None, other: Subscription | None) -> Subscription | None:
    """The subscription of two people who turn out to be one: the newer, and their latest message."""
    if one is None or other is None:
        return one or other
    newer = max(one, other, key=lambda s: s.at)
    return replace(newer, wrote_at=max(one.wrote_at, other.wrote_at))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands today: opted out since when, held from marketing until when (no reason is kept), subscribing or not."""

    opted_out_at: datetime | None = None
    held_until: datetime | None = None
    subscribed: bool = False

    def held(self, until: datetime | None) -> "Standing":
        """The standing with marketing held at least until then."""
        return replace(self, held_until=_later(self.held_until, until))


GRANTS: tuple[ConsentEvent, ...] = ("start", "yes")
ENDS: tuple[ConsentEvent, ...] = (
    "no",
    "withdraw",
    "forget",
    "expire",
)  # what ends a subscription


def follow(
    standing: Standing, event: ConsentEvent, at: datetime, latest: Mapping[ConsentEvent, datetime]
) -> Standing:
    """The standing after an event; `latest` tells when each kind of event last happened before it was written.

    A withdrawal may have waited in the outbox: the later word counts whatever order they are written in, and of two words of
    the same moment the one that is written last.
    """
    if event in GRANTS:
        if standing.opted_out_at is not None and at < standing.opted_out_at:
            return standing
        return replace(
            standing, opted_out_at=None, subscribed=standing.subscribed or event == "yes"
        )
    if event in ENDS and not _before(at, latest, "yes"):
        standing = replace(standing, subscribed=False)
    if event in ("withdraw", "forget") and not any(_before(at, latest, grant) for grant in GRANTS):
        standing = replace(standing, opted_out_at=_later(standing.opted_out_at, at))
    return standing


def united(one: Standing, other: Standing) -> Standing:
    """The standing of two people who turn out to be one: whatever either of them may not be sent, neither may."""
    opted_out_at = _later(one.opted_out_at, other.opted_out_at)
    return Standing(
        opted_out_at=opted_out_at,
        held_until=_later(one.held_until, other.held_until),
        subscribed=opted_out_at is None and (one.subscribed or other.subscribed),
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)


def _before(at: datetime, latest: Mapping[ConsentEvent, datetime], event: ConsentEvent) -> bool:
    return event in latest and at < latest[event]

"""Each port in memory: the twin that tests and `smsbot chat` use. The same tests hold it and the real one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from threading import Lock, RLock

from smsbot.adapters.records import (
    NOTICE_OF,
    OPTING,
    ends_nothing,
    entry_of,
    lapsed,
    misquoted,
    subscription_of,
)
from smsbot.core.conversation.conversation import STAFF_SPAN, Conversation
from smsbot.core.people.address import Address
from smsbot.core.people.consent import (
    CLAIM_LIFE,
    EVENT_OF,
    FIRST,
    NUMBER_LIFE,
    ConsentEvent,
    Latest,
    link,
    objection,
)
from smsbot.core.people.ledger import Entry, Standing, Subscription, follow, joined, united
from smsbot.core.people.retention import USUAL, Retention
from smsbot.ports import (
    Closed,
    Kept,
    Notice,
    NoticeKind,
    Opened,
    People,
    Record,
    Refused,
    Unavailable,
)


class MemoryConversations:
    """Talks in a dictionary. `broken` makes every call fail, as when the store is gone."""

    def __init__(self) -> None:
        self.talks: dict[str, Conversation] = {}
        self.kept: dict[tuple[str, str], Kept] = {}
        self.broken = False
        self._lock = Lock()

    def open(self, person: str, message_id: str) -> Opened:
        """The talk and any kept reply."""
        self._reach()
        return Opened(self.talks.get(person), self.kept.get((person, message_id)))

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
        """Keep talk and reply if nothing came between."""
        self._reach()
        with self._lock:
            newer = self.open(person, message_id)
            if newer.kept is not None or (newer.talk.version if newer.talk else 0) != expected:
                return Closed(won=False, newer=newer)
            if erase:
                self.kept = {key: k for key, k in self.kept.items() if key[0] != person}
            self.talks[person] = talk
            self.kept[person, message_id] = kept
            return Closed(won=True)

    def amend(self, person: str, message_id: str, talk: Conversation, kept: Kept) -> None:
        """Replace the kept reply, and the talk if it is still the same."""
        self._reach()
        with self._lock:
            self.kept[person, message_id] = kept
            if person in self.talks and self.talks[person].version == talk.version:
                self.talks[person] = talk

    def hand_over(self, person: str, until: int) -> None:
        """Leave the talk to staff until then; 0: no longer."""
        self._reach()
        with self._lock:
            talk = self.talks.get(person, Conversation())
            if until != talk.staff_until:
                self.talks[person] = talk.handed_over(until)

    def handed_over(self, person: str) -> int:
        """Until when the talk is left to staff."""
        self._reach()
        return self.talks.get(person, Conversation()).staff_until

    def _reach(self) -> None:
        if self.broken:
            raise Unavailable("the store of talks is gone")


class MemoryPeople:
    """The ledger and its notices in dictionaries. `broken` makes every call fail, as when the database is gone."""

    def __init__(self, retention: Retention = USUAL) -> None:
        self.broken = False
        self.retention = retention
        self.chain: list[tuple[str, Entry]] = []
        self.texts: dict[str, str] = {}  # the questions that were asked, by their hash
        self.notices: dict[str, Notice] = {}
        self.again: dict[str, datetime] = {}
        self._persons: dict[str, int] = {}  # by coded mark
        self._standings: dict[int, Standing] = {}
        self._subscribers: dict[int, tuple[Address, Subscription]] = {}
        self._sources: dict[str, tuple[int, str]] = {}  # of a notice: the person and the message
        self._seen: set[tuple[str, str, str]] = set()
        self._lock = RLock()

    def alive(self) -> bool:
        """Whether the ledger answers."""
        return not self.broken

    def write(self, record: Record) -> None:
        """Write a record down; the same record again changes nothing."""
        with self._reached():
            identity = (record.keys[0], record.message_id, record.name)
            if identity in self._seen:
                return
            event = EVENT_OF.get(record.name)
            last = self._latest(record.keys)[0]
            reason = misquoted(record) or (
                objection(event, record.ask_id, record.at, last) if event else None
            )
            if reason:
                raise Refused(reason)
            self._seen.add(identity)
            before = self.subscription(record.keys[0])
            if ends_nothing(record, before.channel if before else None):
                return
            person = self._person(record.keys)
            standing = self._standings[person].held(record.held_until)
            subscriber = None
            if event:
                standing = follow(standing, event, record.at, self._latest(record.keys)[1])
                self._append(record, event)
            if event == "yes":
                known = self._subscribers.get(person)
                subscription = subscription_of(record).after(known[1] if known else None)
                subscriber = (record.address, subscription)
            self._keep(person, standing, subscriber)
            self._told_of(record, person, standing)

    def _append(self, record: Record, event: ConsentEvent) -> None:
        entry = entry_of(record, event, f"salt {len(self.chain)}")
        self.chain.append((link(self.chain[-1][0] if self.chain else FIRST, entry.fields()), entry))
        if record.proof:
            self.texts[record.proof.digest] = record.words

    def link(self, keys: Sequence[str]) -> None:
        """Coded marks seen in one message are one person's, where any of them is known."""
        with self._reached():
            if any(key in self._persons for key in keys):
                self._person(keys)

    def standing(self, key: str) -> Standing:
        """How the person with this mark stands."""
        with self._reached():
            return self._standings.get(self._persons.get(key, 0), Standing())

    def subscriber(self, key: str) -> Address | None:
        """Where the person with this mark subscribes."""
        with self._reached():
            known = self._subscribers.get(self._persons.get(key, 0))
            return known[0] if known else None

    def subscription(self, key: str) -> Subscription | None:
        """What is kept of the person with this mark while they subscribe."""
        with self._reached():
            known = self._subscribers.get(self._persons.get(key, 0))
            return known[1] if known else None

    @contextmanager
    def _reached(self) -> Iterator[None]:
        if self.broken:
            raise Unavailable("the ledger is gone")
        with self._lock:
            yield

    def _person(self, keys: Sequence[str]) -> int:
        """The person with these marks; where they were several, they are one from now on."""
        known = sorted({self._persons[key] for key in keys if key in self._persons})
        person = known[0] if known else len(self._persons) + 1
        standing = self._standings.get(person, Standing())
        subscriber = self._subscribers.get(person)
        for other in known[1:]:
            standing = united(standing, self._standings.pop(other))
            subscriber = _joined(subscriber, self._subscribers.pop(other, None))
            self._persons = {key: person if p == other else p for key, p in self._persons.items()}
            self._sources = {
                i: (person if p == other else p, m) for i, (p, m) in self._sources.items()
            }
        self._persons |= dict.fromkeys(keys, person)
        self._keep(person, standing, subscriber)
        return person

    def _keep(
        self, person: int, standing: Standing, subscriber: tuple[Address, Subscription] | None
    ) -> None:
        self._standings[person] = standing
        if not standing.subscribed:
            self._subscribers.pop(person, None)
        elif subscriber:
            self._subscribers[person] = subscriber

    def _latest(self, keys: Sequence[str]) -> tuple[Latest | None, dict[ConsentEvent, datetime]]:
        persons = {self._persons[key] for key in keys if key in self._persons}
        theirs = [entry for _, entry in self.chain if self._persons.get(entry.person) in persons]
        last = Latest(theirs[-1].event, theirs[-1].message_id, theirs[-1].at) if theirs else None
        return last, {entry.event: entry.at for entry in sorted(theirs, key=lambda e: e.at)}

    def _told_of(self, record: Record, person: int, standing: Standing) -> None:
        """What the record means for the notices to staff."""
        blocked = record.carrier_blocks and standing.opted_out_at is not None
        theirs = [self.notices[i] for i, (p, _) in self._sources.items() if p == person]
        kind = NOTICE_OF.get(record.name)
        call_waits = any(n.kind == "call" and n.acknowledged_at is None for n in theirs)
        if kind and not (kind == "call" and call_waits):
            self._post(kind, record, person, blocked)
        for notice in theirs:
            if record.name in OPTING and record.carrier_blocks and notice.channel == record.channel:
                self.notices[notice.id] = replace(notice, blocked=blocked)
            if record.name == "Forgotten" and notice.at <= record.at:
                self.notices[notice.id] = replace(notice, address=None)
            if record.name == "WroteAgain" and _hears(notice, record.at):
                self.notices[notice.id] = replace(notice, wrote_at=record.at)

    def _post(self, kind: NoticeKind, record: Record, person: int, blocked: bool) -> None:
        notice_id = f"{kind}-{len(self.notices) + 1}"
        place = (record.at, record.language, record.channel)
        self.notices[notice_id] = Notice(
            notice_id, kind, record.classes, *place, blocked, address=record.address
        )
        self._sources[notice_id] = (person, record.message_id)

    # ------------------------------------------------------------ the notices

    def open(self) -> Sequence[Notice]:
        """Notices that nobody has acknowledged, oldest first."""
        with self._reached():
            return sorted(
                (n for n in self.notices.values() if n.acknowledged_at is None), key=lambda n: n.at
            )

    def get(self, notice_id: str) -> Notice | None:
        """One notice."""
        with self._reached():
            return self.notices.get(notice_id)

    def due(self, at: datetime, limit: int) -> Sequence[Notice]:
        """Notices to be told now; each is claimed for a minute."""
        with self._reached():
            claimed = [n for n in self.open() if self.again.get(n.id, n.at) <= at][:limit]
            self.again |= {n.id: at + CLAIM_LIFE for n in claimed}
            return claimed

    def told(self, notice_id: str, at: datetime, again: datetime) -> None:  # noqa: ARG002 - the port has it
        """Staff were told."""
        with self._reached():
            if notice := self.notices.get(notice_id):
                self.notices[notice_id] = replace(notice, told=notice.told + 1)
                self.again[notice_id] = again

    def acknowledge(self, notice_id: str, at: datetime, by: str) -> bool:
        """Somebody took it."""
        with self._reached():
            notice = self.notices.get(notice_id)
            if notice is None or notice.acknowledged_at is not None:
                return False
            self.notices[notice_id] = replace(notice, acknowledged_at=at, acknowledged_by=by)
            return True

    def undone(self) -> Sequence[Notice]:
        """Notices with something left to do, oldest first."""
        with self._reached():
            return sorted((n for n in self.notices.values() if not n.done), key=lambda n: n.at)

    def lately(self, since: datetime) -> Sequence[Notice]:
        """Notices that were done since then, latest first."""
        with self._reached():
            done = [(n.done_at, n) for n in self.notices.values() if n.done and n.done_at]
            latest = sorted(done, key=lambda pair: pair[0], reverse=True)
            return [n for at, n in latest if at >= since]

    def done(self, notice_id: str, at: datetime, by: str) -> bool:
        """Nothing is left to do."""
        with self._reached():
            self.acknowledge(notice_id, at, by)
            notice = self.notices.get(notice_id)
            if notice is None or notice.done:
                return False
            self.notices[notice_id] = replace(notice, done_at=at, done_by=by)
            return True

    def reopen(self, notice_id: str) -> bool:
        """Something is left to do after all."""
        with self._reached():
            notice = self.notices.get(notice_id)
            if notice is None or not notice.done:
                return False
            self.notices[notice_id] = replace(notice, done_at=None, done_by="")
            return True

    def answer(self, notice_id: str, at: datetime | None, before: datetime | None) -> bool:
        """Staff write, unless somebody else has."""
        with self._reached():
            notice = self.notices.get(notice_id)
            if notice is None or notice.answered_at != before:
                return False
            self.notices[notice_id] = replace(notice, answered_at=at)
            return True

    def marks(self, notice_id: str) -> Sequence[str]:
        """The coded marks of the person."""
        with self._reached():
            person = self._sources.get(notice_id, (0, ""))[0]
            return sorted(key for key, p in self._persons.items() if p == person)

    def tidy(self, at: datetime) -> int:
        """Remove numbers that need no longer be kept, and what else leads from a notice to a person."""
        with self._reached():
            taken = [
                n
                for n in self.notices.values()
                if n.acknowledged_at and n.acknowledged_at < at - NUMBER_LIFE
            ]
            for notice in taken:
                self.notices[notice.id] = replace(notice, address=None)
                self._sources.pop(notice.id, None)
            return sum(n.address is not None for n in taken) + self._kept_no_longer(at)

    def _kept_no_longer(self, at: datetime) -> int:
        """Subscriptions of the inactive end, and old entries lead to nobody; how many subscriptions."""
        silent = [
            (person, subscription)
            for person, (_, subscription) in self._subscribers.items()
            if subscription.wrote_at < at - self.retention.inactive
        ]
        for person, subscription in silent:
            keys = sorted(key for key, p in self._persons.items() if p == person)
            self.write(lapsed(keys, subscription, at))
        before = at - self.retention.proof
        whose = [(self._persons.get(entry.person), entry.at) for _, entry in self.chain]
        kept = {who for who, told in whose if told >= before or who in self._subscribers}
        self.chain = [
            (tied, entry if self._persons.get(entry.person) in kept else entry.without_identity(n))
            for n, (tied, entry) in enumerate(self.chain, 1)
        ]
        return len(silent)


def _joined(
    one: tuple[Address, Subscription] | None, other: tuple[Address, Subscription] | None
) -> tuple[Address, Subscription] | None:
    """The subscriber that two people are who turn out to be one."""
    if one is None or other is None:
        return one or other
    subscription = joined(one[1], other[1])
    assert subscription is not None
    return max(one, other, key=lambda s: s[1].at)[0], subscription


def _hears(notice: Notice, at: datetime) -> bool:
    """Whether a message of that time, while staff have the talk, is about this notice of the person."""
    lately = notice.answered_at is not None and notice.answered_at >= at - STAFF_SPAN
    newer = notice.wrote_at is None or notice.wrote_at < at
    return notice.at < at and newer and (notice.done_at is None or lately)


class MemoryOutbox:
    """Withdrawals that wait, in a list."""

    def __init__(self) -> None:
        self.broken = False
        self.records: list[Record] = []

    def put(self, record: Record) -> None:
        """Keep the record."""
        if self.broken:
            raise Unavailable("the outbox is gone")
        self.records.append(record)

    def waiting(self) -> int:
        """How many wait."""
        return len(self.records)

    def drain(self, people: People) -> int:
        """Write what waits, oldest first."""
        count = 0
        while self.records:
            people.write(self.records[0])
            self.records.pop(0)
            count += 1
        return count


class Nobody:
    """The ledger of the demo space: it takes everything and keeps nothing, so that no demo person reaches a count or a list."""

    def write(self, record: Record) -> None:
        """Nothing."""

    def link(self, keys: Sequence[str]) -> None:
        """Nothing."""

    def alive(self) -> bool:
        """Always."""
        return True


def at_once(work: Callable[[], None]) -> None:
    """Does at once what a server would do after the answer."""
    work()

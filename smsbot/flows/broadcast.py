"""One broadcast, from its release to its last message: the order of doors.

`prepare` plans everybody in pages, `deliver` sends what is due, one at a time, and `tend` looks after all of them again and again:
what the carrier told, what was left in doubt, what must stop. Each may be killed at any moment, and done again by somebody else.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

from smsbot.core.campaign.broadcast import (
    ERRORS_FROM,
    HELD_LIFE,
    Broadcast,
    Variant,
)
from smsbot.core.campaign.delivery import Action, action_of
from smsbot.core.campaign.outcome import better, shares
from smsbot.core.campaign.plan import WINDOW, Plan, Skip, Surroundings, closing, plan
from smsbot.core.campaign.wording import Wording, template, worded
from smsbot.core.conversation.compose import Book
from smsbot.core.people.address import Address, Channel, key_of
from smsbot.core.people.hours import Hours, at_local, lawful, next_lawful
from smsbot.core.people.ledger import Grounds
from smsbot.ports import Clock, Note, Outbox, People, Record, Refused, Unavailable
from smsbot.ports.campaign import (
    Broadcasts,
    Busy,
    Claimed,
    Contents,
    Deliveries,
    Doubtful,
    InDoubt,
    Messages,
    Outcome,
    Outgoing,
    Pace,
    Rejected,
    Status,
    Statuses,
    Tally,
)

AHEAD = 50  # ids that a slot reads ahead
PAGE = 2_000  # people planned in one transaction
SHORTEST = timedelta(
    seconds=60
)  # a message that could leave no longer than this is left for another hour
LONGEST = timedelta(hours=10)  # how long the carrier may keep a message (Twilio: 36000 seconds)
TRIES = 8  # of a carrier that is busy
BACK_OFF = timedelta(seconds=2)  # before the second try; twice as long before each further one
RECONCILED = 50  # deliveries in doubt looked up in one round
LET_GO = timedelta(days=30)  # after which a delivery leads to nobody any more
COUNTING = (
    20  # times as long as counting took, until it is counted again: a twentieth of the time at most
)
MATCHED = timedelta(seconds=5)  # how far the carrier's clock may be behind ours

Tell = Callable[[int, int], None]  # how far: people done, and of how many (0: not known)


@dataclass(frozen=True, slots=True)
class Law:
    """What the rules say of a country: its hours (None: no rules), which channels they forbid there, and what a holiday is."""

    hours: Callable[[str], Hours | None]
    banned: Callable[[Channel, str], bool]
    holiday: Callable[[str, date], bool]


@dataclass(frozen=True, kw_only=True)
class Broadcasting:
    """What broadcasts need. `book` gives the texts of this moment; `zones` those that were kept as text.

    `handful` is how many segments a slot takes from the pace at once. `doubt` is how long after a message was begun it is looked up
    in the carrier's list, `give_up` how long until nobody looks any more.
    """

    broadcasts: Broadcasts
    deliveries: Deliveries
    contents: Contents
    messages: Messages | None
    statuses: Statuses
    people: People
    outbox: Outbox
    pace: Pace
    zones: Callable[[str], tuple[tzinfo, ...]]  # those that were kept as text
    law: Law
    book: Callable[[], Book]
    clock: Clock
    note: Note
    pepper: bytes
    fresh: Callable[[], str]
    price: Decimal | None
    handful: int = 1
    doubt: timedelta = timedelta(minutes=2)
    give_up: timedelta = timedelta(minutes=10)
    counted: dict[int, datetime] = field(default_factory=dict)  # when each is counted again
    ended: set[int] = field(default_factory=set)  # those that were canceled and have nothing left

    # ------------------------------------------------------------ planning

    def forecast(self, broadcast_id: int, tell: Tell) -> None:
        """Plans without keeping anything, and keeps the sums: who would get it, in which language, for how much, as of when."""
        broadcast = self.broadcasts.get(broadcast_id)
        if broadcast is None:
            return
        around = self.surroundings(broadcast)
        sums: Counter[tuple[str, str, str]] = Counter()
        segments: Counter[tuple[str, str]] = Counter()
        last = total = 0
        while people := self.deliveries.audience(broadcast, last, PAGE, self.clock.now()):
            for person in people:
                one = plan(broadcast, person, around)
                sums[one.language, one.channel, one.reason or one.state] += 1
                if one.state == "planned":
                    segments[one.language, one.channel] += self._segments(broadcast, one)
            last = people[-1].id
            total += len(people)
            tell(total, 0)
        report = {
            "version": broadcast.version,
            "at": around.now.isoformat(),
            "people": total,
            "rows": [[*key, count] for key, count in sorted(sums.items())],
            "segments": [[*key, count] for key, count in sorted(segments.items())],
            "cost": str(self.price * sum(segments.values())) if self.price else "",
        }
        self.broadcasts.tell(broadcast_id, "forecast", report, self.clock.now())

    def prepare(self, broadcast_id: int, tell: Tell = lambda _done, _of: None) -> None:
        """Plans everybody, page by page from the last one that was kept, and lets sending begin with the first page."""
        broadcast = self.broadcasts.get(broadcast_id)
        if broadcast is None or broadcast.state not in ("released", "sending"):
            return
        if broadcast.planned:
            self._started(broadcast)
            return
        around = self.surroundings(broadcast)
        last, total = broadcast.checkpoint, 0
        while people := self.deliveries.audience(broadcast, last, PAGE, around.now):
            plans = [plan(broadcast, person, around) for person in people]
            if not self.deliveries.plan(broadcast_id, last, people[-1].id, plans):
                return  # paused or canceled, or somebody else plans it
            broadcast = self._started(broadcast)
            last = people[-1].id
            total += len(people)
            tell(total, 0)
        self.deliveries.all_planned(broadcast_id)
        self._started(broadcast)

    def _started(self, broadcast: Broadcast) -> Broadcast:
        if broadcast.state == "released":
            self._moved(broadcast.id, "start")
        return replace(broadcast, state="sending")

    def surroundings(self, broadcast: Broadcast) -> Surroundings:
        """What planning looks up, each thing once."""
        now, book = self.clock.now(), self.book()

        @lru_cache(maxsize=65536)
        def due(country: str, zones: str) -> datetime | Skip:
            hours, found = self.law.hours(country), self.zones(zones)
            if hours is None:
                return "no_rules"
            if not found:
                return "no_zone"
            wished = at_local(broadcast.day, broadcast.at, found)
            assert wished is not None  # there are zones
            last = min(broadcast.until, max(wished, now) + HELD_LIFE)
            return self._next(max(wished, now), country, zones, last) or "no_hour"

        @lru_cache(maxsize=1024)
        def banned(channel: Channel, country: str) -> Skip | None:
            return "banned" if self.law.banned(channel, country) else None

        @lru_cache(maxsize=256)
        def language_of(tag: str) -> str:
            return next(
                (
                    t
                    for t in (tag, tag.partition("-")[0])
                    if t and t in broadcast.texts and t in book.standing
                ),
                "",
            )

        return Surroundings(now, due, banned, language_of, self.templates(broadcast))

    def templates(self, broadcast: Broadcast) -> Mapping[str, frozenset[Variant]]:
        """The languages and wordings for which WhatsApp has approved a template."""
        approved = {(c.language, c.digest) for c in self.contents.all() if c.state == "approved"}
        names: tuple[Variant, ...] = ("A", "B")
        return {
            tag: frozenset(
                name
                for name, text in zip(names, wordings, strict=False)
                if (tag, template(text).digest) in approved
            )
            for tag, wordings in broadcast.texts.items()
        }

    def _segments(self, broadcast: Broadcast, one: Plan) -> int:
        return self.wording(broadcast, one.language, one.variant, one.channel).cost.segments

    def wording(
        self, broadcast: Broadcast, language: str, variant: Variant, channel: Channel
    ) -> Wording:
        """The text that goes out. Raises `placeholders.Unfilled`."""
        return _worded(self.book(), broadcast.texts[language], variant, language, channel)

    # ------------------------------------------------------------ sending

    def deliver(
        self,
        broadcast_id: int,
        until: datetime,
        wait: Callable[[float], None],
        slot: int = 0,
        slots: int = 1,
    ) -> bool:
        """Sends what is due in one slot, one after another, until then; whether there is more to do at once."""
        broadcast = self.broadcasts.get(broadcast_id)
        if broadcast is None or broadcast.state != "sending" or self.messages is None:
            return False
        due: deque[int] = deque()
        taken = 0  # segments that may leave
        done: Outcome | None = None
        try:
            while (now := self.clock.now()) < until:
                if not due:
                    due.extend(self.deliveries.due(broadcast, now, AHEAD, slot, slots))
                if not due or self.outbox_waits(taken):
                    return False
                if not taken:
                    taken, seconds = self._taken()
                    if not taken:
                        self._written(done)
                        done = None
                        wait(min(seconds, 1.0))
                        continue
                claimed, done = self.deliveries.claim(broadcast, due.popleft(), now, done), None
                if claimed is not None:
                    taken -= 1
                    done = self._sent(broadcast, claimed)
            return True
        finally:
            self._written(done)

    def outbox_waits(self, taken: int) -> bool:
        """Whether somebody has said stop and the ledger does not know it yet: asked as often as for the pace."""
        return not taken and self.outbox.waiting() > 0

    def _taken(self) -> tuple[int, float]:
        """How many segments may leave; where none may, the seconds to wait."""
        seconds = self.pace.take(self.handful)
        return (0, seconds) if seconds else (self.handful, 0.0)

    def _written(self, done: Outcome | None) -> None:
        if done is not None:
            self.deliveries.finish(done)

    def _sent(self, broadcast: Broadcast, claimed: Claimed) -> Outcome | None:
        """Sends one and says what became of it; None where nobody knows: then it stays begun, and is looked up later."""
        outgoing = self._outgoing(broadcast, claimed, self.clock.now())
        if isinstance(outgoing, Outcome):
            return outgoing
        assert self.messages is not None
        try:
            accepted = self.messages.send(outgoing)
        except Rejected as refusal:
            return self._rejected(broadcast, claimed, refusal.code)
        except Busy:
            return self._later(claimed, BACK_OFF * 2 ** (claimed.tries - 1), "busy")
        except InDoubt:
            return None
        segments = accepted.segments or self._cost(broadcast, claimed)
        if segments > 1:
            self.pace.owe(segments - 1)
        return Outcome(
            claimed.id,
            "sent",
            sid=accepted.sid,
            segments=segments,
            variant=claimed.variant or broadcast.winner or "A",
        )

    def _cost(self, broadcast: Broadcast, claimed: Claimed) -> int:
        variant = claimed.variant or broadcast.winner
        return self.wording(broadcast, claimed.language, variant, claimed.to.channel).cost.segments

    def _outgoing(
        self, broadcast: Broadcast, claimed: Claimed, now: datetime
    ) -> Outgoing | Outcome:
        """The message, if it may leave now; else what becomes of the delivery."""
        if now >= broadcast.until:
            return Outcome(claimed.id, "expired")
        zones, hours = self.zones(claimed.zones), self.law.hours(claimed.country)
        if hours is None or not zones:
            return Outcome(claimed.id, "skipped", "no_zone" if hours else "no_rules")
        if self.law.banned(claimed.to.channel, claimed.country):
            return Outcome(claimed.id, "skipped", "banned")
        left = self._left(broadcast, claimed, now)
        if left < SHORTEST:
            again = self._next(now + left, claimed.country, claimed.zones, broadcast.until)
            return (
                Outcome(claimed.id, "planned", due_at=again)
                if again
                else Outcome(claimed.id, "expired", "no_hour")
            )
        variant = claimed.variant or broadcast.winner or "A"
        valid = int(min(left, LONGEST).total_seconds())
        whatsapp = claimed.to.channel == "whatsapp"
        if whatsapp and not (claimed.wrote_at and now < claimed.wrote_at + WINDOW):
            made = template(_wording_of(broadcast.texts[claimed.language], variant))
            sid = self.contents.sid(
                f"broadcast/{broadcast.id}/{variant}", claimed.language, made.digest
            )
            if not sid:
                return Outcome(claimed.id, "skipped", "no_template")
            values = self.book().standing[claimed.language]
            return Outgoing(
                claimed.to,
                str(claimed.id),
                content_sid=sid,
                variables=made.variables(values),
                valid_for=valid,
            )
        text = self.wording(broadcast, claimed.language, variant, claimed.to.channel).text
        return Outgoing(claimed.to, str(claimed.id), text, valid_for=valid)

    def _left(self, broadcast: Broadcast, claimed: Claimed, now: datetime) -> timedelta:
        """How long a message to this person may leave from now on; nothing where it is not their hour."""
        zones, hours = self.zones(claimed.zones), self.law.hours(claimed.country)
        assert hours is not None
        country = claimed.country
        if not lawful(now, zones, hours, lambda day: self.law.holiday(country, day)):
            return timedelta()
        return min(closing(now, zones, hours), broadcast.until) - now

    def _next(self, after: datetime, country: str, zones: str, until: datetime) -> datetime | None:
        hours = self.law.hours(country)
        assert hours is not None
        return next_lawful(
            after,
            self.zones(zones),
            hours,
            lambda day: self.law.holiday(country, day),
            until,
        )

    def _later(self, claimed: Claimed, after: timedelta, reason: str) -> Outcome:
        if claimed.tries >= TRIES:
            return Outcome(claimed.id, "failed", reason)
        return Outcome(claimed.id, "planned", reason, due_at=self.clock.now() + after)

    def _rejected(self, broadcast: Broadcast, claimed: Claimed, code: int | None) -> Outcome:
        action = action_of(code)
        if action.kind == "pause":
            self.stop(broadcast.id, f"carrier_{code or 'refused'}")
            return Outcome(claimed.id, "planned", due_at=self.clock.now(), error=code)
        if action.kind == "back_off":
            return self._later(
                claimed, (action.after or BACK_OFF) * 2 ** (claimed.tries - 1), "busy"
            )
        self._acted(action, claimed.id, claimed.to, claimed.language)
        return Outcome(claimed.id, "failed", action.kind, error=code)

    def _acted(self, action: Action, delivery_id: int, to: Address, language: str) -> None:
        """What an error means for the person: who said stop to the carrier has said it to us; a dead number subscribes no more."""
        if action.kind != "suppress":
            return
        now, profile = self.clock.now(), self.book().profile
        record = Record(
            name="OptedOut" if action.opt_out else "Undeliverable",
            message_id=f"delivery-{delivery_id}",
            keys=(key_of(self.pepper, to),),
            at=now,
            language=language,
            channel=to.channel,
            address=to,
            carrier_blocks=action.opt_out,
            grounds=Grounds(
                source="carrier",
                method="carrier",
                business=profile.name,
                purpose="news",
                zone=profile.time_zone.key,
            ),
        )
        try:
            self.people.write(record)
        except (Unavailable, Refused):
            self.outbox.put(record)

    def stop(self, broadcast_id: int, reason: str) -> None:
        """Stands a broadcast still, and says why."""
        try:
            self.broadcasts.move(broadcast_id, "pause", reason=reason)
        except Refused:
            return  # somebody stopped or ended it already
        self.note("broadcast_stopped", broadcast=broadcast_id, why=reason)

    def _moved(self, broadcast_id: int, act: str) -> None:
        try:
            self.broadcasts.move(broadcast_id, act)  # type: ignore[arg-type]
        except Refused:
            self.note("broadcast_not_moved", broadcast=broadcast_id, act=act)

    # ------------------------------------------------------------ looking after

    def tend(self) -> Sequence[Broadcast]:
        """One round; those that have something to be planned or sent now."""
        self.statuses.drain(self._told)
        self._reconcile()
        self.deliveries.let_go(self.clock.now() - LET_GO, PAGE)
        self._canceled()
        due = []
        for broadcast in self.broadcasts.in_state("released", "sending", "paused"):
            if self._looked_after(broadcast):
                due.append(broadcast)
        return due

    def _canceled(self) -> None:
        """Ends what a task that was lost should have ended; each broadcast is looked at once by a process."""
        for broadcast in self.broadcasts.in_state("canceled"):
            if broadcast.id not in self.ended:
                if self.deliveries.next_due(broadcast.id) is not None:
                    self.cancel(broadcast.id)
                self.ended.add(broadcast.id)

    def hear(self, status: Status) -> None:
        """Keeps what the carrier told of a message until a worker writes it down; writes it down where it cannot be kept."""
        try:
            self.statuses.put(status)
        except Unavailable:
            self.deliveries.heard([status])

    def _told(self, statuses: Sequence[Status]) -> None:
        """Moves deliveries on; errors that come late are acted on like those that come at once."""
        foreign = self.deliveries.heard(statuses)
        if foreign:
            self.note("foreign_statuses", count=foreign)
        for one in statuses:
            if one.error is None:
                continue
            action = action_of(one.error)
            if action.kind not in ("pause", "suppress"):
                continue
            found = self.deliveries.person(one.delivery_id, one.sid)
            if found is None:
                continue
            if action.kind == "pause":
                self.stop(found.broadcast_id, f"carrier_{one.error}")
            elif found.to is not None:
                self._acted(action, one.delivery_id, found.to, found.language)

    def _reconcile(self) -> None:
        """Looks up in the carrier's list what was begun and never ended; what is not there for long is `unknown`, and never sent again."""
        if self.messages is None:
            return
        now = self.clock.now()
        for one in self.deliveries.doubtful(now - self.doubt, RECONCILED):
            try:
                known = self._adopted(one)
            except (Unavailable, Refused) as error:
                self.note("reconciling_waits", why=str(error))
                return
            if not known and one.started_at <= now - self.give_up:
                self.deliveries.finish(Outcome(one.id, "unknown"))

    def _adopted(self, one: Doubtful) -> bool:
        """Whether the carrier has the message; then it is ours."""
        if one.to is None or self.messages is None:
            return False
        broadcast = self.broadcasts.get(one.broadcast_id)
        if broadcast is None:
            return False
        variant = one.variant or broadcast.winner or "A"
        text = self.wording(broadcast, one.language, variant, one.to.channel).text
        listed = [
            message
            for message in self.messages.sent_to(one.to, one.started_at - MATCHED)
            if message.outbound
            and message.created_at >= one.started_at - MATCHED
            and message.body.strip() == text.strip()
        ]
        owned = self.deliveries.owned([message.sid for message in listed])
        mine = next((message for message in listed if message.sid not in owned), None)
        if mine is None:
            return False
        self.deliveries.finish(
            Outcome(
                one.id,
                "sent",
                sid=mine.sid,
                segments=self._segments_of(broadcast, one, variant),
                variant=variant,
            )
        )
        self.deliveries.heard([Status(one.id, mine.sid, mine.status, mine.error)])
        return True

    def _segments_of(self, broadcast: Broadcast, one: Doubtful, variant: Variant) -> int:
        assert one.to is not None
        return self.wording(broadcast, one.language, variant, one.to.channel).cost.segments

    def _looked_after(self, broadcast: Broadcast) -> bool:
        """Whether it has something to do now: to plan, or to send."""
        now = self.clock.now()
        if broadcast.until <= now and broadcast.state != "paused":
            while self.deliveries.cancel(broadcast.id, "expired", PAGE):
                continue
        elif now < self.counted.get(broadcast.id, now):
            return broadcast.state != "paused" and self._due(broadcast, now)
        tallies = self.deliveries.tally(broadcast.id)
        self.broadcasts.tell(broadcast.id, "progress", progress(tallies), now)
        self.counted[broadcast.id] = now + COUNTING * (self.clock.now() - now)
        if broadcast.state == "paused":
            return False
        if why := self._must_stop(broadcast, tallies):
            self.stop(broadcast.id, why)
            return False
        if not broadcast.planned or broadcast.state == "released":
            return True
        self._decided(broadcast, tallies, now)
        counts = shares(tallies)
        if counts["planned"] == 0 and counts["sending"] == 0:
            self._moved(broadcast.id, "finish")
            return False
        return self._due(broadcast, now)

    def _due(self, broadcast: Broadcast, now: datetime) -> bool:
        if not broadcast.planned or broadcast.state == "released":
            return True
        due = self.deliveries.next_due(broadcast.id)
        return due is not None and due <= now

    def _must_stop(self, broadcast: Broadcast, tallies: Sequence[Tally]) -> str:
        """Why it must not go on; "" where it may."""
        if self.price and broadcast.budget is not None:
            spent = self.price * sum(t.segments for t in tallies)
            if spent >= broadcast.budget:
                return "budget"
        counts = shares(tallies)
        left = sum(counts[s] for s in ("sent", "delivered", "read", "failed", "undelivered"))
        bad = counts["failed"] + counts["undelivered"]
        if left >= ERRORS_FROM and bad * 100 > left * broadcast.error_share:
            return "errors"
        return ""

    def _decided(self, broadcast: Broadcast, tallies: Sequence[Tally], now: datetime) -> None:
        if broadcast.decide_at is None or broadcast.winner or now < broadcast.decide_at:
            return
        self.broadcasts.decide(broadcast.id, better(tallies))

    def cancel(self, broadcast_id: int) -> None:
        """Ends all that is still planned of a broadcast that was canceled."""
        while self.deliveries.cancel(broadcast_id, "canceled", PAGE):
            continue
        self.broadcasts.tell(
            broadcast_id,
            "progress",
            progress(self.deliveries.tally(broadcast_id)),
            self.clock.now(),
        )


def progress(tallies: Sequence[Tally]) -> dict[str, object]:
    """The counts as they are kept for the page that shows them."""
    return {
        "rows": [
            [
                t.language,
                t.channel,
                t.variant,
                t.state,
                t.reason,
                t.error or 0,
                t.people,
                t.segments,
                t.replied,
                t.opted_out,
            ]
            for t in tallies
        ]
    }


def _wording_of(wordings: tuple[str, ...], variant: Variant) -> str:
    return wordings[1] if variant == "B" and len(wordings) > 1 else wordings[0]


@lru_cache(maxsize=1024)
def _worded(
    book: Book, wordings: tuple[str, ...], variant: Variant, language: str, channel: Channel
) -> Wording:
    return worded(_wording_of(wordings, variant), book.standing[language], channel)

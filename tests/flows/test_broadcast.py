"""One broadcast from its release to its last message, on a real database, with a carrier that does what a test says."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select

from smsbot.adapters.cipher import Cipher
from smsbot.adapters.memory import MemoryOutbox, MemoryPeople
from smsbot.adapters.numbers import zones_of
from smsbot.adapters.sql.broadcasts import SqlBroadcasts
from smsbot.adapters.sql.campaigns import SqlCampaigns, SqlContents
from smsbot.adapters.sql.deliveries import SqlDeliveries
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.tables import deliveries, people
from smsbot.core.campaign.broadcast import Audience, Broadcast
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.wording import template
from smsbot.core.conversation.compose import Book
from smsbot.core.people.address import Address, Channel
from smsbot.core.people.hours import Hours, Window
from smsbot.flows.broadcast import Broadcasting, Law
from smsbot.ports import Record
from smsbot.ports.campaign import (
    Accepted,
    Busy,
    Content,
    InDoubt,
    Listed,
    Outgoing,
    Rejected,
    Status,
)
from smsbot.wiring import load_library
from smsbot.wiring.texts import spoken_by
from tests.adapters.conftest import migrated

NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # in Toronto, on a Tuesday
TEN_TO_SIX = Hours((*(((Window(time(10), time(18)),),) * 5), (), ()))
TEXT = "%(clinic)s: hello. %(address)s. %(STOP)s to end."


@pytest.fixture(scope="module")
def book() -> Book:
    library, _ = load_library(heard=False)
    return spoken_by(library)


@dataclass
class Ticking:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class Carrier:
    """A carrier that takes every message, or does next what a test says."""

    clock: Ticking
    sent: list[Outgoing] = field(default_factory=list)
    next: deque[Exception] = field(default_factory=deque)
    book: list[tuple[Outgoing, Listed]] = field(default_factory=list)

    def send(self, message: Outgoing) -> Accepted:
        fault = self.next.popleft() if self.next else None
        if fault is None or (isinstance(fault, InDoubt) and "created" in str(fault)):
            sid = f"SM{len(self.book):032x}"
            listed = Listed(sid, message.text, "sent", None, self.clock.at, True)
            self.book.append((message, listed))
            self.sent.append(message)
        if fault is not None:
            raise fault
        return Accepted(sid, 1)

    def sent_to(self, to: Address, since: datetime) -> Sequence[Listed]:
        return [m for out, m in self.book if out.to == to and m.created_at >= since]


@dataclass
class Pace:
    owed: int = 0
    wait: float = 0.0

    def take(self, segments: int) -> float:  # noqa: ARG002 - the port has it
        return self.wait

    def owe(self, segments: int) -> None:
        self.owed += segments


@dataclass
class Statuses:
    kept: list[Status] = field(default_factory=list)

    def put(self, status: Status) -> None:
        self.kept.append(status)

    def drain(self, write: Callable[[Sequence[Status]], None]) -> int:
        some, self.kept = self.kept, []
        if some:
            write(some)
        return len(some)


@dataclass
class House:
    """Broadcasts on a database of their own."""

    engine: Engine
    book: Book
    cipher: Cipher = field(default_factory=lambda: Cipher([Cipher.make_key()]))
    clock: Ticking = field(default_factory=Ticking)
    ledger: MemoryPeople = field(default_factory=MemoryPeople)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    statuses: Statuses = field(default_factory=Statuses)
    pace: Pace = field(default_factory=Pace)
    notes: list[str] = field(default_factory=list)
    banned: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.carrier = Carrier(self.clock)
        self.broadcasts = SqlBroadcasts(self.engine, 10)
        self.campaigns = SqlCampaigns(self.engine, 10)
        self.contents = SqlContents(self.engine, 10)
        self.deliveries = SqlDeliveries(self.engine, self.cipher)
        self.flow = Broadcasting(
            broadcasts=self.broadcasts,
            deliveries=self.deliveries,
            contents=self.contents,
            messages=self.carrier,
            statuses=self.statuses,
            people=self.ledger,
            outbox=self.outbox,
            pace=self.pace,
            zones=zones_of,
            law=Law(
                lambda country: TEN_TO_SIX if country in ("CA", "US") else None,
                lambda channel, country: channel in self.banned,
                lambda country, day: day == date(2026, 12, 25),
            ),
            book=lambda: self.book,
            clock=self.clock,
            note=self.note,
            pepper=b"p",
            fresh=lambda: "REF",
            price=Decimal("0.01"),
            doubt=timedelta(seconds=60),
            give_up=timedelta(seconds=600),
        )

    def note(self, event: str, /, **details: object) -> None:  # noqa: ARG002 - the same
        self.notes.append(event)

    def subscribe(self, count: int = 1, **more: object) -> None:
        rows = [
            {
                "created_at": NOON,
                "number": self.cipher.seal(f"+151455501{n:02}"),
                "number_channel": "sms",
                "language": "en",
                "country": "CA",
                "zones": "America/Toronto",
                "subscribed_at": NOON,
                **more,
            }
            for n in range(count)
        ]
        with self.engine.begin() as connection:
            connection.execute(insert(people).values(rows))

    def release(self, **more: object) -> Broadcast:
        campaign = self.campaigns.keep(
            Campaign(0, "Spring", f"K{len(self.campaigns.all())}", NOON.date(), NOON.date(), "live")
        )
        made = Broadcast(
            id=0,
            campaign_id=campaign.id,
            name="Hello",
            day=NOON.date(),
            at=time(11),
            until=NOON + timedelta(days=3),
            texts={"en": (TEXT,)},
            cap=9,
        )
        made = self.broadcasts.keep(replace(made, **more))  # type: ignore[arg-type]
        for act, by in (("submit", 1), ("release", 2)):
            made = self.broadcasts.move(made.id, act, by=by)  # type: ignore[arg-type]
        return made

    def run(self, broadcast: Broadcast) -> bool:
        """Sends for a while; whether there is more."""
        return self.flow.deliver(broadcast.id, self.clock.at + timedelta(seconds=9), self.wait)

    def wait(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)

    def begin(self, count: int = 1, **more: object) -> Broadcast:
        """A broadcast that is planned and may send."""
        self.subscribe(count)
        made = self.release(**more)
        self.flow.prepare(made.id)
        return made

    def rows(self) -> list[tuple[str, str]]:
        """State and reason of each delivery, in order."""
        wanted = select(deliveries.c.state, deliveries.c.reason).order_by(deliveries.c.id)
        with self.engine.connect() as connection:
            return [(row[0], row[1]) for row in connection.execute(wanted)]

    def state(self, broadcast: Broadcast) -> tuple[str, str]:
        found = self.broadcasts.get(broadcast.id)
        assert found is not None
        return found.state, found.reason


@pytest.fixture
def house(tmp_path: Path, book: Book) -> Iterator[House]:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    migrated(url)
    made = House(make_engine(url, 10), book)
    yield made
    for store in (made.broadcasts, made.campaigns, made.contents, made.deliveries):
        store.close()


# ---------------------------------------------------------------- planning


def test_a_forecast_tells_who_would_get_it_and_who_not_and_keeps_nothing_else(house: House) -> None:
    house.subscribe(4)
    house.subscribe(2, language="fr")
    house.subscribe(1, zones="")
    house.subscribe(1, country="XX")
    made = house.release()
    house.flow.forecast(made.id, lambda done, of: None)
    report = house.broadcasts.report(made.id, "forecast")
    assert report["people"] == 8
    assert report["at"] == house.clock.now().isoformat()
    assert report["rows"] == [
        ["en", "sms", "no_rules", 1],
        ["en", "sms", "no_zone", 1],
        ["en", "sms", "planned", 4],
        ["fr", "sms", "no_text", 2],
    ]
    assert report["segments"] == [["en", "sms", 4]]
    assert report["cost"] == "0.04"
    assert house.rows() == []


def test_planning_goes_on_where_it_was_stopped_and_sends_from_the_first_page_on(
    house: House,
) -> None:
    made = house.begin(3)
    assert house.state(made) == ("sending", "")
    assert house.rows() == [("planned", "")] * 3
    house.subscribe(2)
    house.flow.prepare(made.id)  # everybody was planned: who came later is not of the audience
    assert len(house.rows()) == 3


def test_messages_wait_for_the_hour_that_was_wished_where_the_person_is(house: House) -> None:
    house.subscribe(1, zones="America/Vancouver")
    made = house.release(at=time(15, 30))
    house.flow.prepare(made.id)
    assert not house.run(made)
    house.clock.at = datetime(2026, 11, 24, 23, 29, tzinfo=UTC)
    assert not house.run(made)
    house.clock.at = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    house.run(made)
    assert len(house.carrier.sent) == 1


# ---------------------------------------------------------------- sending


def test_what_leaves_is_the_text_with_its_values_until_the_hours_end(house: House) -> None:
    made = house.begin()
    assert not house.run(made)
    (message,) = house.carrier.sent
    assert message.to == Address("sms", "+15145550100")
    assert message.text.startswith(f"{house.book.profile.name}: hello.")
    assert "%" not in message.text
    assert message.valid_for == 6 * 3600  # from noon until six
    assert house.rows() == [("sent", "")]


def test_nobody_is_written_to_while_somebodys_stop_waits_to_be_written_down(house: House) -> None:
    made = house.begin()
    house.outbox.put(
        Record("OptedOut", "SM1", ("a" * 32,), NOON, "en", "sms", Address("sms", "+15145550100"))
    )
    assert not house.run(made)
    assert house.carrier.sent == []
    assert house.rows() == [("planned", "")]


def test_outside_the_hours_a_message_is_put_off_to_the_next(house: House) -> None:
    made = house.begin()
    house.clock.at = NOON.replace(hour=23)  # six in the evening
    assert not house.run(made)
    assert house.carrier.sent == []
    assert house.deliveries.next_due(made.id) == datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
    assert house.rows() == [("planned", "")]


def test_once_the_offer_has_ended_nothing_leaves(house: House) -> None:
    made = house.begin(2)
    house.clock.at = NOON + timedelta(days=3)
    house.flow.tend()
    assert house.rows() == [("expired", "")] * 2
    assert house.state(made)[0] == "done"


def test_the_pace_is_waited_for_and_what_is_longer_is_owed(house: House) -> None:
    made = house.begin(1, texts={"en": (TEXT + " x" * 100,)})
    house.pace.wait = 0.5
    assert house.run(made)  # nothing could leave within its while, and there is more to do
    assert house.carrier.sent == []
    house.pace.wait = 0.0
    house.run(made)
    assert len(house.carrier.sent) == 1
    assert house.pace.owed == 0  # the carrier counted one segment


def test_a_busy_carrier_is_asked_again_later_each_time_after_longer(house: House) -> None:
    made = house.begin()
    waits = []
    for _ in range(3):
        house.carrier.next.append(Busy("429"))
        house.run(made)
        due = house.deliveries.next_due(made.id)
        assert due is not None
        waits.append((due - house.clock.at).total_seconds())
        house.clock.at = due
    assert waits == [2, 4, 8]
    house.run(made)
    assert house.rows() == [("sent", "")]


def test_a_carrier_that_stays_busy_is_given_up_on(house: House) -> None:
    made = house.begin()
    for _ in range(8):
        house.carrier.next.append(Busy("429"))
        house.run(made)
        house.clock.at = house.deliveries.next_due(made.id) or house.clock.at
    assert house.rows() == [("failed", "busy")]
    assert house.carrier.sent == []


def test_who_has_said_stop_to_the_carrier_has_said_it_to_us(house: House) -> None:
    made = house.begin()
    house.carrier.next.append(Rejected("refused", 21610))
    house.run(made)
    assert house.rows() == [("failed", "suppress")]
    ((_, entry),) = house.ledger.chain
    assert (entry.event, entry.source, entry.method) == ("withdraw", "carrier", "carrier")


def test_what_is_wrong_with_our_own_settings_stops_the_broadcast_and_loses_nothing(
    house: House,
) -> None:
    made = house.begin(3)
    house.carrier.next.append(Rejected("refused", 20003))
    house.run(made)
    assert house.state(made) == ("paused", "carrier_20003")
    assert house.rows() == [("planned", "")] * 3
    assert "broadcast_stopped" in house.notes


# ---------------------------------------------------------------- in doubt


@pytest.mark.parametrize("created", [True, False])
def test_what_nobody_knows_is_looked_up_and_never_sent_again(house: House, created: bool) -> None:
    made = house.begin()
    house.carrier.next.append(InDoubt("created" if created else "no answer"))
    house.run(made)
    assert house.rows() == [("sending", "")]
    house.clock.at += timedelta(seconds=59)
    house.flow.tend()
    assert house.rows() == [("sending", "")]
    house.clock.at += timedelta(seconds=2)
    house.flow.tend()
    assert house.rows() == [("sent" if created else "sending", "")]
    house.clock.at += timedelta(seconds=600)
    house.flow.tend()
    assert house.rows() == [("sent" if created else "unknown", "")]
    house.run(made)
    assert len(house.carrier.book) == (1 if created else 0)


def test_a_message_of_another_delivery_is_not_taken_for_one_in_doubt(house: House) -> None:
    house.begin()
    first = house.broadcasts.all()[0]
    house.run(first)
    second = house.release()
    house.flow.prepare(second.id)
    house.carrier.next.append(InDoubt("no answer"))
    house.run(second)
    house.clock.at += timedelta(seconds=601)
    house.flow.tend()
    assert house.rows() == [("sent", ""), ("unknown", "")]


# ---------------------------------------------------------------- what the carrier tells later


def test_statuses_wait_for_a_worker_and_errors_that_come_late_are_acted_on(house: House) -> None:
    made = house.begin(2)
    house.run(made)
    sids = [listed.sid for _, listed in house.carrier.book]
    house.flow.hear(Status(1, sids[0], "delivered", None))
    house.flow.hear(Status(2, sids[1], "failed", 21610))
    assert house.rows() == [("sent", "")] * 2
    house.flow.tend()
    assert house.rows() == [("delivered", ""), ("failed", "")]
    assert [entry.event for _, entry in house.ledger.chain] == ["withdraw"]


def test_a_status_of_a_message_that_is_none_of_ours_is_noted_and_changes_nothing(
    house: House,
) -> None:
    made = house.begin()
    house.run(made)
    house.flow.hear(Status(1, "SM" + "9" * 32, "failed", 20003))
    house.flow.hear(Status(77, "SM" + "8" * 32, "delivered", None))
    house.flow.tend()
    assert house.rows() == [("sent", "")]
    assert "foreign_statuses" in house.notes
    assert house.state(made)[0] == "done"


# ---------------------------------------------------------------- when it must stop


def test_it_stops_when_the_budget_is_spent(house: House) -> None:
    made = house.begin(6, budget=Decimal("0.03"))
    house.flow.deliver(made.id, house.clock.at + timedelta(seconds=9), house.wait, 0, 2)
    assert len(house.carrier.sent) == 3
    house.flow.tend()
    assert house.state(made) == ("paused", "budget")
    house.flow.deliver(made.id, house.clock.at + timedelta(seconds=9), house.wait, 1, 2)
    assert len(house.carrier.sent) == 3


def test_it_stops_when_too_many_fail(house: House) -> None:
    made = house.begin(60, error_share=10)
    house.carrier.next.extend(Rejected("refused", 30004) for _ in range(7))
    house.run(made)
    house.flow.tend()
    assert house.state(made) == ("paused", "errors")


def test_it_is_done_when_nothing_is_left(house: House) -> None:
    made = house.begin(2)
    assert [b.id for b in house.flow.tend()] == [made.id]
    house.run(made)
    house.clock.at += timedelta(seconds=5)
    assert house.flow.tend() == []
    assert house.state(made)[0] == "done"
    rows = house.broadcasts.report(made.id, "progress")["rows"]
    assert rows == [["en", "sms", "A", "sent", "", 0, 2, 2, 0, 0]]


def test_what_was_canceled_ends_at_once(house: House) -> None:
    made = house.begin(3)
    house.broadcasts.move(made.id, "cancel")
    house.run(made)
    house.flow.cancel(made.id)
    assert house.rows() == [("canceled", "")] * 3
    assert house.carrier.sent == []


def test_what_a_lost_task_should_have_ended_is_ended_by_whoever_looks_after_them(
    house: House,
) -> None:
    made = house.begin(3)
    house.broadcasts.move(made.id, "cancel")
    assert house.flow.tend() == []
    assert house.rows() == [("canceled", "")] * 3


def test_the_better_wording_goes_to_the_rest(house: House) -> None:
    house.subscribe(40)
    made = house.release(texts={"en": (TEXT, "B " + TEXT)}, tested=50)
    house.broadcasts.move(made.id, "pause")
    house.broadcasts.move(made.id, "resume", decide_at=NOON + timedelta(hours=2))
    house.flow.prepare(made.id)
    house.run(made)
    first = len(house.carrier.sent)
    assert 0 < first < 40
    with house.engine.begin() as connection:
        connection.execute(
            deliveries.update().where(deliveries.c.variant == "B").values(replied_at=NOON)
        )
    house.clock.at = NOON + timedelta(hours=2, seconds=1)
    house.flow.tend()
    house.run(made)
    assert len(house.carrier.sent) == 40
    assert all(message.text.startswith("B ") for message in house.carrier.sent[first:])


# ---------------------------------------------------------------- WhatsApp


def on_whatsapp(house: House, wrote: datetime | None, approved: bool) -> Outgoing | None:
    house.subscribe(1, number_channel="whatsapp", wrote_at=wrote)
    made = house.release()
    if approved:
        digest = template(TEXT).digest
        house.contents.keep(
            Content(f"broadcast/{made.id}/A", "en", digest, "HX1", "approved"), NOON
        )
    house.flow.prepare(made.id)
    house.run(made)
    return house.carrier.sent[0] if house.carrier.sent else None


def test_on_whatsapp_free_text_leaves_within_a_day_of_their_last_message_only(house: House) -> None:
    message = on_whatsapp(house, NOON - timedelta(hours=1), approved=False)
    assert message is not None
    assert message.text
    assert message.content_sid == ""


def test_on_whatsapp_outside_it_an_approved_template_leaves_with_its_variables(
    house: House,
) -> None:
    message = on_whatsapp(house, None, approved=True)
    assert message is not None
    assert (message.content_sid, message.text) == ("HX1", "")
    assert message.variables["1"] == house.book.profile.name


def test_on_whatsapp_nothing_leaves_without_either(house: House) -> None:
    assert on_whatsapp(house, None, approved=False) is None
    assert house.rows() == [("skipped", "no_template")]


def test_a_channel_that_a_country_forbids_is_used_for_nobody(house: House) -> None:
    made = house.begin()
    house.banned.add("sms")
    house.run(made)
    assert house.rows() == [("skipped", "banned")]
    assert house.carrier.sent == []


CHANNELS: tuple[Channel, ...] = ("sms", "whatsapp")


def test_an_audience_is_kept_to(house: House) -> None:
    house.subscribe(2)
    house.subscribe(2, country="US")
    made = house.release(audience=Audience(countries=("US",), channels=CHANNELS))
    house.flow.prepare(made.id)
    assert len(house.rows()) == 2

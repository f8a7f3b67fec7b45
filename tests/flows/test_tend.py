"""One round: what waits is written down, what is due is told, and a shut door keeps nobody from the others."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from smsbot.adapters.memory import MemoryOutbox, MemoryPeople
from smsbot.core.people.address import Address
from smsbot.core.people.consent import NUMBER_LIFE
from smsbot.core.understanding.redaction import LIFE
from smsbot.flows.tend import Round, Tend
from smsbot.ports import Notice, Record, RecordName, Refused, Unavailable

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
REPEAT = timedelta(minutes=5)


@dataclass
class Ticking:
    """A clock that a test sets forward."""

    at: datetime = AT

    def now(self) -> datetime:
        return self.at


@dataclass
class Staff:
    """Staff who keep what they are told, or cannot be reached."""

    fails: Exception | None = None
    told: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, notice: Notice, link: str) -> None:
        if self.fails:
            raise self.fails
        self.told.append((notice.id, link))


@dataclass
class House:
    """A round with its doors in memory."""

    clock: Ticking = field(default_factory=Ticking)
    staff: Staff = field(default_factory=Staff)
    people: MemoryPeople = field(default_factory=MemoryPeople)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tend = Tend(
            outbox=self.outbox,
            people=self.people,
            notices=self.people,
            notify=self.staff,
            link_of=lambda notice: f"https://bot.example.org/notices/{notice.id}",
            clock=self.clock,
            note=self.note,
            repeat=REPEAT,
        )

    def note(self, event: str, /, **details: object) -> None:
        assert "+1" not in repr(details)
        self.lines.append(event)

    def after(self, passed: timedelta) -> Round:
        """A round, so much later."""
        self.clock.at += passed
        return self.tend()

    def flagged(self, number: int = 0, name: RecordName = "RedFlagSeen") -> str:
        """Somebody names a danger sign; the id of the notice."""
        before = set(self.people.notices)
        self.people.write(record(name, number))
        [added] = set(self.people.notices) - before
        return added


def record(name: RecordName, number: int = 0) -> Record:
    address = Address("sms", f"+151455501{number:02}")
    return Record(
        name,
        f"SM{number:032x}",
        (f"{number:08x}",),
        AT,
        "en",
        "sms",
        address,
        classes=("breathing",),
    )


@pytest.fixture
def house() -> House:
    return House()


def test_a_round_with_nothing_to_do_says_nothing(house: House) -> None:
    assert house.tend() == Round()
    assert house.lines == []


def test_staff_are_told_of_what_is_due_with_a_link(house: House) -> None:
    notice = house.flagged()
    assert house.tend() == Round(told=1)
    assert house.staff.told == [(notice, f"https://bot.example.org/notices/{notice}")]


@pytest.mark.parametrize("name", ["RedFlagSeen", "CallRequested"])
def test_staff_are_told_again_until_somebody_takes_it(house: House, name: RecordName) -> None:
    notice = house.flagged(name=name)
    house.tend()
    assert house.after(REPEAT - timedelta(seconds=1)) == Round()
    assert house.after(timedelta(seconds=1)) == Round(told=1)
    assert house.people.notices[notice].told == 2
    house.people.acknowledge(notice, house.clock.now(), "Ana")
    assert house.after(REPEAT) == Round()


@pytest.mark.parametrize("error", [Unavailable("away"), Refused("no")])
def test_staff_who_could_not_be_told_are_told_a_minute_later_and_nothing_is_counted_before(
    house: House, error: Exception
) -> None:
    notice = house.flagged()
    house.staff.fails = error
    assert house.tend() == Round(untold=1)
    assert house.people.notices[notice].told == 0
    house.staff.fails = None
    assert house.after(timedelta(seconds=59)) == Round()
    assert house.after(timedelta(seconds=1)) == Round(told=1)
    assert house.people.notices[notice].told == 1


def test_every_notice_that_is_due_is_told_in_one_round(house: House) -> None:
    notices = {house.flagged(number) for number in range(30)}
    assert house.tend() == Round(told=30)
    assert {told for told, _ in house.staff.told} == notices


def test_withdrawals_that_waited_are_written_before_anything_else(house: House) -> None:
    house.outbox.put(record("OptedOut"))
    house.outbox.put(record("RedFlagSeen", 1))
    assert house.tend() == Round(drained=2, told=1)
    assert house.people.standing("00000000").opted_out_at == AT
    assert house.outbox.waiting() == 0


def test_with_the_ledger_gone_withdrawals_go_on_waiting_and_no_alert_is_lost(house: House) -> None:
    house.flagged()
    house.outbox.put(record("OptedOut"))
    house.people.broken = True
    house.tend()
    assert house.outbox.waiting() == 1
    assert "outbox_waits" in house.lines
    house.people.broken = False
    house.after(timedelta(minutes=1))
    assert house.outbox.waiting() == 0
    assert house.staff.told


def test_numbers_that_need_no_longer_be_kept_are_removed(house: House) -> None:
    notice = house.flagged()
    house.people.acknowledge(notice, AT, "Ana")
    assert house.after(NUMBER_LIFE) == Round()
    assert house.after(timedelta(seconds=1)) == Round(tidied=1)
    assert house.people.notices[notice].address is None


class ShutNotices(MemoryPeople):
    """Notices that cannot be asked, written or tidied."""

    def __init__(self, shut: str) -> None:
        super().__init__()
        self.shut = shut

    def due(self, at: datetime, limit: int) -> list[Notice]:
        self._open("due")
        return list(super().due(at, limit))

    def told(self, notice_id: str, at: datetime, again: datetime) -> None:
        self._open("told")
        super().told(notice_id, at, again)

    def tidy(self, at: datetime) -> int:
        self._open("tidy")
        return super().tidy(at)

    def _open(self, door: str) -> None:
        if self.shut == door:
            raise Unavailable("shut")


@pytest.mark.parametrize(
    ("door", "told", "line"),
    [
        ("due", 0, "notices_wait"),
        ("told", 1, "notice_told_unwritten"),
        ("tidy", 1, "tidying_waits"),
    ],
)
def test_a_shut_door_is_noted_and_the_others_are_still_tried(
    door: str, told: int, line: str
) -> None:
    house = House(people=ShutNotices(door))
    house.flagged()
    house.outbox.put(record("OptedOut"))
    assert house.tend().drained == 1
    assert len(house.staff.told) == told
    assert line in house.lines


@dataclass
class Kept:
    """Unread messages of which some are from before a day."""

    before: datetime = AT
    fails: bool = False

    def tidy(self, before: datetime) -> int:
        if self.fails:
            raise Unavailable("shut")
        self.before = before
        return 2


def test_unread_messages_are_let_go_after_their_time(house: House) -> None:
    kept = Kept()
    house.tend = replace(house.tend, unread=kept)  # type: ignore[arg-type]
    assert house.after(timedelta(days=1)) == Round(let_go=2)
    assert kept.before == house.clock.now() - LIFE
    kept.fails = True
    assert house.tend() == Round()
    assert house.lines[-1] == "unread_waits"

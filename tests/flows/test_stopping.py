"""Who says stop on one channel gets nothing on any: a talk, a ledger and a broadcast on one database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from smsbot.adapters.memory import MemoryConversations
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.people import SqlPeople
from smsbot.core.campaign.broadcast import Broadcast
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address
from smsbot.flows.answer import Answer
from smsbot.ports import Record, Unavailable
from tests.adapters.conftest import SERVER, fresh_database

from .test_broadcast import NOON, House

SMS, WHATSAPP = Address("sms", "+15145550123"), Address("whatsapp", "+15145550123")
HIDDEN = Address("whatsapp", "CA.9abc")


class Away(SqlPeople):
    """A ledger that can go away."""

    away = False

    def write(self, record: Record) -> None:
        if self.away:
            raise Unavailable("SQL: gone")
        super().write(record)


class Clinic:
    """A bot that is talked to, and a broadcast to whoever agreed."""

    def __init__(self, url: str, bot: Answer) -> None:
        engine = make_engine(url, 10)
        self.house = House(engine, bot.book)
        self.ledger = Away(make_engine(url, 10), self.house.cipher, deadline=10)
        self.house.flow = replace(self.house.flow, people=self.ledger)
        talks = MemoryConversations()
        self.bot = replace(
            bot,
            people=self.ledger,
            outbox=self.house.outbox,
            conversations=talks,
            hurried=talks,
        )
        self.count = 0

    def say(self, words: str, *addresses: Address) -> None:
        self.count += 1
        at = NOON - timedelta(minutes=60 - self.count)
        self.bot.answer(Inbound(f"SM{self.count}", addresses, words, at))

    def later(self) -> None:
        """A day later no talk is remembered."""
        talks = MemoryConversations()
        self.bot = replace(self.bot, conversations=talks, hurried=talks)

    def planned(self) -> Broadcast:
        made = self.house.release()
        self.house.flow.prepare(made.id)
        return made

    def reasons(self, broadcast: Broadcast) -> list[tuple[str, str]]:
        return [(t.state, t.reason) for t in self.house.deliveries.tally(broadcast.id)]


@pytest.fixture(params=["sqlite", SERVER])
def clinic(request: pytest.FixtureRequest, bot: Answer) -> Iterator[Clinic]:
    clinic = Clinic(fresh_database(request, request.param), bot)
    yield clinic
    clinic.ledger.close()
    house = clinic.house
    for store in (house.broadcasts, house.campaigns, house.contents, house.deliveries):
        store.close()


# By which addresses somebody agrees, by which they are seen to be one person, and by which they say stop.
WAYS = [
    ((SMS,), (), (WHATSAPP,)),
    ((WHATSAPP,), (), (SMS,)),
    ((HIDDEN, WHATSAPP), (), (SMS,)),
    ((HIDDEN, WHATSAPP), (), (HIDDEN,)),
    ((SMS,), (HIDDEN, WHATSAPP), (HIDDEN,)),
]


@pytest.mark.parametrize(("agrees", "seen", "stops"), WAYS)
def test_a_stop_on_one_channel_is_a_stop_on_all(
    clinic: Clinic,
    agrees: tuple[Address, ...],
    seen: tuple[Address, ...],
    stops: tuple[Address, ...],
) -> None:
    clinic.say("news", *agrees)
    clinic.say("yes", *agrees)
    if seen:
        clinic.say("price", *seen)
    broadcast = clinic.planned()
    clinic.say("stop", *stops)
    clinic.house.run(broadcast)
    assert clinic.house.carrier.sent == []
    assert ("skipped", "opted_out") in clinic.reasons(broadcast)
    assert clinic.house.deliveries.audience(broadcast, 0, 9, NOON) == []


def test_without_a_stop_the_same_person_is_written_to_once(clinic: Clinic) -> None:
    for address in (SMS, WHATSAPP):
        clinic.say("news", address)
        clinic.say("yes", address)
    broadcast = clinic.planned()
    clinic.house.run(broadcast)
    assert [message.to for message in clinic.house.carrier.sent] == [WHATSAPP]


def test_a_stop_that_waits_for_the_ledger_holds_everything_until_it_is_written(
    clinic: Clinic,
) -> None:
    clinic.say("news", SMS)
    clinic.say("yes", SMS)
    broadcast = clinic.planned()
    clinic.ledger.away = True
    clinic.say("stop", WHATSAPP)
    assert clinic.house.outbox.waiting() == 1
    clinic.house.run(broadcast)
    assert clinic.house.carrier.sent == []
    assert clinic.reasons(broadcast) == [("planned", "")]
    clinic.ledger.away = False
    clinic.house.outbox.drain(clinic.ledger)
    clinic.house.run(broadcast)
    assert clinic.house.carrier.sent == []
    assert clinic.reasons(broadcast) == [("skipped", "opted_out")]


def test_two_subscribers_who_turn_out_to_be_one_are_written_to_once(clinic: Clinic) -> None:
    other = Address("whatsapp", "+15145550124")
    for address in (SMS, other):
        clinic.say("news", address)
        clinic.say("yes", address)
    broadcast = clinic.planned()
    assert len(clinic.house.deliveries.audience(broadcast, 0, 9, NOON)) == 2
    for address in (WHATSAPP, other):
        clinic.later()
        clinic.say("price", HIDDEN, address)
    clinic.house.run(broadcast)
    assert len(clinic.house.carrier.sent) == 1
    assert ("canceled", "one_person") in clinic.reasons(broadcast)

"""The proof of consent, on real databases: what is exported, forgotten, taken in from elsewhere, proved and sealed anew."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, select, update

from smsbot.adapters.cipher import Cipher
from smsbot.adapters.memory import MemoryConversations, MemoryOutbox
from smsbot.adapters.numbers import PhoneRegions
from smsbot.adapters.sql.audit import SqlAudit
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.people import SqlPeople
from smsbot.adapters.sql.tables import consent_events, notices, people
from smsbot.core.conversation.conversation import Conversation
from smsbot.core.people.address import Address, key_of
from smsbot.core.people.imports import Unusable
from smsbot.core.people.retention import USUAL
from smsbot.flows.consents import PAGE, Clinic, Consents, Outcome
from smsbot.ports import Kept, Record, Unavailable
from smsbot.ports.consents import ChainBroken, TakenIn
from tests.adapters.conftest import SERVER, execute, fresh_database
from tests.adapters.people import AT, WORDS, asked, given, minutes, record

PEPPER = b"p" * 40
NUMBER = Address("sms", "+15145550123")
OLD, NEW = Cipher.make_key(), Cipher.make_key()


@dataclass
class Desk:
    """The flow with its parts to look into."""

    url: str
    engine: Engine
    ledger: SqlPeople
    audit: SqlAudit
    talks: MemoryConversations
    consents: Consents

    @property
    def key(self) -> str:
        return self.consents.key(NUMBER)

    def acts(self) -> list[tuple[str, str]]:
        return [(done.act, done.who) for done in self.audit.find()]

    def count(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(select(func.count(consent_events.c.seq))).scalar_one())

    def subscribe(self) -> None:
        self.ledger.write(asked("SM1", 0, self.key))
        self.ledger.write(given("SM2", 1, self.key, zones="America/Toronto"))

    def take_in(self, *rows: str, write: bool = True) -> list[Outcome]:
        content = "\n".join([HEAD, *rows]).encode()
        return list(self.consents.take_in(content, lambda _: "", "terminal", write=write))


class Clock:
    def now(self) -> datetime:
        return AT + timedelta(hours=1)


@pytest.fixture(params=["sqlite", SERVER])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    url = fresh_database(request, request.param)
    engine = make_engine(url, 10)
    ledger = SqlPeople(make_engine(url, 10), Cipher([OLD]), deadline=10)
    audit, talks = SqlAudit(make_engine(url, 10), 10), MemoryConversations()
    consents = Consents(
        ledger=ledger,
        audit=audit,
        regions=PhoneRegions(),
        clock=Clock(),
        clinic=Clinic("Aurora Demo Clinic", ZoneInfo("America/Toronto"), frozenset({"en", "fr"})),
        retention=USUAL,
        pepper=PEPPER,
        fresh=lambda: "REF23456",
        conversations=talks,
        outbox=MemoryOutbox(),
    )
    yield Desk(url, engine, ledger, audit, talks, consents)
    ledger.close()
    audit.close()
    engine.dispose()


# ---------------------------------------------------------------- export


def test_the_record_of_one_person_has_their_receipts_and_all_events(desk: Desk) -> None:
    desk.subscribe()
    desk.ledger.write(record("CallRequested", "SM3", 2, desk.key))
    desk.ledger.write(record("OptedOut", "SM4", 3, "b" * 32))
    found = desk.consents.export(desk.key, "Ada")
    assert found is not None
    found = json.loads(json.dumps(found))
    assert (found["number"], found["marks"]) == (NUMBER.handle, [desk.key])
    assert found["standing"] == {"opted_out_at": None, "held_until": None, "subscribed": True}
    assert found["subscription"]["zones"] == "America/Toronto"
    (receipt,) = found["consents"]
    assert (receipt["asked"]["words"], receipt["asked"]["language"]) == (WORDS, "fr")
    assert (receipt["answered"]["message_id"], receipt["ended"]) == ("SM2", None)
    assert [(e["entry"], e["event"], e["pair"]) for e in found["events"]] == [
        (1, "ask", "SM1"),
        (2, "yes", "SM1"),
    ]
    assert [(c["kind"], c["address"]) for c in found["calls_and_alerts"]] == [
        ("call", NUMBER.handle)
    ]
    assert desk.acts() == [("person exported", "Ada")]


def test_what_ended_a_consent_stands_in_its_receipt(desk: Desk) -> None:
    desk.subscribe()
    desk.ledger.write(record("OptedOut", "SM3", 2, desk.key))
    found = desk.consents.export(desk.key, "Ada")
    assert found is not None
    assert (found["number"], found["subscription"]) == (None, None)
    assert found["consents"][0]["ended"]["event"] == "withdraw"


def test_of_a_stranger_there_is_nothing(desk: Desk) -> None:
    assert desk.consents.export(desk.key, "Ada") is None
    assert desk.acts() == []


def test_a_number_that_no_key_opens_is_said_to_be_there(desk: Desk) -> None:
    desk.subscribe()
    stranger = SqlPeople(make_engine(desk.url, 10), Cipher([NEW]), deadline=10)
    found = replace(desk.consents, ledger=stranger).export(desk.key, "Ada")
    stranger.close()
    assert found is not None
    assert (found["number"], found["number_unreadable"]) == (None, True)


# ---------------------------------------------------------------- forget


def test_who_is_forgotten_leaves_the_mark_the_proof_and_no_talk(desk: Desk) -> None:
    desk.subscribe()
    talk = Conversation(version=3, language="fr")
    desk.talks.close(desk.key, "SM2", talk, Kept(("a",), (1,), (), "", "fr"), 0)
    done = desk.consents.forget(desk.key, "Ada")
    assert done is not None
    assert (done.reference, done.talk) == ("REF23456", True)
    assert desk.talks.talks[desk.key] == Conversation(version=4)
    assert (desk.key, "SM2") not in desk.talks.kept
    assert desk.ledger.subscriber(desk.key) is None
    assert desk.ledger.standing(desk.key).opted_out_at == Clock().now()
    found = desk.consents.export(desk.key, "Ada")
    assert found is not None
    end = found["consents"][0]["ended"]
    assert (end["event"], end["method"], end["source"], end["actor"], end["reference"]) == (
        "forget",
        "terminal",
        "staff",
        "Ada",
        "REF23456",
    )
    assert ("person forgotten", "Ada") in desk.acts()


def test_a_stranger_can_be_forgotten_by_number_and_is_not_written_to(desk: Desk) -> None:
    assert desk.consents.forget(desk.key, "Ada") is None
    assert desk.consents.forget(desk.key, "Ada", address=NUMBER) is not None
    assert desk.ledger.standing(desk.key).opted_out_at is not None
    (became,) = desk.take_in(row(NUMBER.handle))
    assert became.become == "refused"


def test_where_the_talk_cannot_be_reached_it_is_said(desk: Desk) -> None:
    desk.subscribe()
    desk.talks.broken = True
    done = desk.consents.forget(desk.key, "Ada")
    assert done is not None
    assert not done.talk
    assert desk.ledger.subscriber(desk.key) is None


# ---------------------------------------------------------------- consents from elsewhere

COLUMNS = {
    "number": "",
    "channel": "sms",
    "language": "fr",
    "consented_at": "2026-05-31T14:30:00-04:00",
    "source": "paper",
    "actor": "Ada",
    "words": "Oui pour vos nouvelles.",
    "frequency": "2 a month",
    "sender": "+15145550100",
    "age18": "yes",
}
HEAD = ",".join(COLUMNS)
CONSENTED = datetime(2026, 5, 31, 18, 30, tzinfo=UTC)


def row(number: str, **changed: str) -> str:
    return ",".join({**COLUMNS, "number": number, **changed}.values())


def people_of(count: int) -> list[str]:
    return [f"+1{201 + n // 100}55501{n % 100:02}" for n in range(count)]


def test_a_proved_consent_becomes_a_question_an_answer_and_a_subscriber(desk: Desk) -> None:
    (became,) = desk.take_in(row(NUMBER.handle, channel="whatsapp"))
    assert became == Outcome(2, "…23", "taken")
    assert desk.ledger.subscriber(desk.key) == Address("whatsapp", NUMBER.handle)
    subscription = desk.ledger.subscription(desk.key)
    assert subscription is not None
    assert (subscription.country, subscription.zones) == ("CA", "America/Toronto")
    assert subscription.at == CONSENTED
    found = desk.consents.export(desk.key, "Ada")
    assert found is not None
    (receipt,) = found["consents"]
    question, answer = receipt["asked"], receipt["answered"]
    assert (question["words"], question["frequency"], question["business"]) == (
        "Oui pour vos nouvelles.",
        "2 a month",
        "Aurora Demo Clinic",
    )
    assert (answer["method"], answer["source"], answer["actor"]) == ("import", "paper", "Ada")
    assert (question["age18"], answer["at"]) == (True, CONSENTED.isoformat())
    assert desk.consents.verify() == 2


def test_a_trial_run_says_the_same_and_writes_nothing(desk: Desk) -> None:
    desk.ledger.write(
        record("OptedOut", "SM1", 0, desk.consents.key(Address("sms", "+12015550101")))
    )
    rows = [row(n) for n in people_of(3)] + [row("+12015550100"), row("nothing")]
    before = desk.count()
    trial = desk.take_in(*rows, write=False)
    assert (desk.count(), desk.acts()) == (before, [])
    assert [o.become for o in trial] == ["ready", "refused", "ready", "refused", "refused"]
    done = desk.take_in(*rows)
    assert [replace(o, become="ready") if o.become == "taken" else o for o in done] == trial
    assert desk.count() == before + 4
    assert desk.acts() == [("consents imported", "terminal")]


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    rows = [row(n) for n in people_of(3)]
    desk.take_in(*rows)
    count = desk.count()
    again = desk.take_in(*rows)
    assert {(o.become, o.why) for o in again} == {("refused", "the person subscribes already")}
    assert desk.count() == count


def test_one_person_in_two_rows_is_taken_once_whatever_the_channel(desk: Desk) -> None:
    first, second = desk.take_in(row(NUMBER.handle), row("+1 514-555-0123", channel="whatsapp"))
    assert (first.become, second.become) == ("taken", "refused")
    assert second.why == "the same number stands in row 2"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (record("OptedOut", "SM1", 0), "opted out"),
        (record("Forgotten", "SM1", 0), "opted out"),
        (record("ConsentDeclined", "SM1", 0), "declined"),
        (replace(record("OptedOut"), at=CONSENTED - timedelta(days=9)), "opted out"),
    ],
)
def test_nobody_who_said_no_is_subscribed_by_a_file(desk: Desk, said: Record, why: str) -> None:
    desk.ledger.write(replace(said, keys=(desk.key,)))
    (became,) = desk.take_in(row(NUMBER.handle))
    assert became.become == "refused"
    assert why in became.why
    assert desk.ledger.subscriber(desk.key) is None


def test_who_opted_out_once_and_said_start_must_say_yes_themselves(desk: Desk) -> None:
    desk.ledger.write(
        replace(record("OptedOut", "SM1", 0, desk.key), at=CONSENTED - timedelta(days=9))
    )
    desk.ledger.write(
        replace(record("OptedIn", "SM2", 0, desk.key), at=CONSENTED - timedelta(days=8))
    )
    (became,) = desk.take_in(row(NUMBER.handle))
    assert became.become == "refused"


def test_who_declined_before_the_consent_is_taken(desk: Desk) -> None:
    no = replace(record("ConsentDeclined", "SM1", 0, desk.key), at=CONSENTED - timedelta(days=9))
    desk.ledger.write(no)
    (became,) = desk.take_in(row(NUMBER.handle))
    assert became.become == "taken"


def test_who_is_held_is_taken_and_stays_held(desk: Desk) -> None:
    desk.ledger.write(record("Held", "SM1", 0, desk.key, held_until=minutes(99_999)))
    (became,) = desk.take_in(row(NUMBER.handle))
    assert became.become == "taken"
    assert desk.ledger.standing(desk.key).held_until == minutes(99_999)


def test_no_outcome_names_a_number(desk: Desk) -> None:
    rows = [row(n) for n in people_of(3)]
    rows += [row("+1201555ABCD"), row("=+12015550109"), row("+12015550101")]
    told = repr(desk.take_in(*rows)).replace("such as +15145550123", "")
    assert "55501" not in told
    assert "ABCD" not in told


def test_a_file_that_cannot_be_read_is_refused_before_anything_is_written(desk: Desk) -> None:
    content = f"{HEAD}\n{row(NUMBER.handle)}\n".encode() + b"\xe9t\xe9"
    with pytest.raises(Unusable, match="line 3"):
        desk.consents.take_in(content, lambda _: "", "terminal", write=True)
    assert desk.count() == 0


class GoingAway(SqlPeople):
    """A ledger that goes away in the middle of its second page."""

    pages = 0

    def take_in(self, pairs, *, write):  # type: ignore[no-untyped-def]
        self.pages += 1
        if self.pages == 2:
            raise Unavailable("SQL: gone")
        return super().take_in(pairs, write=write)


def test_where_the_ledger_goes_away_the_report_says_which_rows_are_in(desk: Desk) -> None:
    ledger = GoingAway(make_engine(desk.url, 10), Cipher([OLD]), deadline=10)
    whole = desk.consents
    desk.consents = replace(whole, ledger=ledger)
    rows = [row(n) for n in people_of(3 * PAGE)]
    became = desk.take_in(*rows)
    ledger.close()
    assert [o.become for o in became] == ["taken"] * PAGE + ["unwritten"] * 2 * PAGE
    assert {o.why for o in became[PAGE:]} == {"SQL: gone"}
    assert desk.count() == 2 * PAGE
    desk.consents = whole
    again = desk.take_in(*rows)
    assert [o.become for o in again] == ["refused"] * PAGE + ["taken"] * 2 * PAGE
    assert desk.consents.verify() == 6 * PAGE


class Half(Cipher):
    """A cipher that breaks down within a page."""

    left = 7

    def seal(self, text: str) -> str:
        self.left -= 1
        if not self.left:
            raise Unavailable("broken down")
        return super().seal(text)


def test_of_a_page_all_is_written_or_nothing(desk: Desk) -> None:
    desk.ledger.write(record("Held", "SM1", 0, desk.key, held_until=minutes(9)))
    ledger = SqlPeople(make_engine(desk.url, 10), Half([OLD]), deadline=10)
    desk.consents = replace(desk.consents, ledger=ledger)
    became = desk.take_in(row(NUMBER.handle), *[row(n) for n in people_of(10)])
    ledger.close()
    assert {o.become for o in became} == {"unwritten"}
    assert desk.count() == 0
    assert desk.ledger.subscriber(desk.key) is None


def test_outcomes_come_as_soon_as_their_page_is_written(desk: Desk) -> None:
    content = "\n".join([HEAD, *(row(n) for n in people_of(3 * PAGE))]).encode()
    outcomes = desk.consents.take_in(content, lambda _: "", "terminal", write=True)
    next(outcomes)
    assert desk.count() == 2 * PAGE


# ---------------------------------------------------------------- the chain and the keys


def test_a_ledger_that_was_tampered_with_is_not_proved(desk: Desk) -> None:
    desk.subscribe()
    assert desk.consents.verify() == 2
    execute(desk.engine, update(consent_events).where(consent_events.c.seq == 2).values(zone="X"))
    with pytest.raises(ChainBroken, match="entry 2"):
        desk.consents.verify()


def rotated(desk: Desk, *keys: str) -> tuple[int, int, int]:
    ledger = SqlPeople(make_engine(desk.url, 10), Cipher(keys), deadline=10)
    pages = list(replace(desk.consents, ledger=ledger).rotate("Ada"))
    ledger.close()
    return tuple(sum(getattr(p, n) for p in pages) for n in ("anew", "already", "unread"))  # type: ignore[return-value]


def test_after_sealing_anew_the_first_key_alone_opens_every_number(desk: Desk) -> None:
    desk.take_in(*[row(n) for n in people_of(250)])
    for number in range(3):
        flag = record("RedFlagSeen", f"SM{number}", number, desk.key)
        desk.ledger.write(replace(flag, address=NUMBER))
    assert rotated(desk, NEW, OLD) == (253, 0, 0)
    alone = SqlPeople(make_engine(desk.url, 10), Cipher([NEW]), deadline=10)
    for number in people_of(250):
        address = Address("sms", number)
        assert alone.subscriber(key_of(PEPPER, address)) == address
    assert [n.address for n in alone.open()] == [NUMBER] * 3
    alone.close()
    assert rotated(desk, NEW, OLD) == (0, 253, 0)
    assert desk.acts().count(("numbers sealed anew", "Ada")) == 2


def test_sealing_anew_goes_on_where_it_was_stopped(desk: Desk) -> None:
    desk.take_in(*[row(n) for n in people_of(250)])
    ledger = SqlPeople(make_engine(desk.url, 10), Cipher([NEW, OLD]), deadline=10)
    pages = replace(desk.consents, ledger=ledger).rotate("Ada")
    assert next(pages).anew == 200  # and then it is killed
    ledger.close()
    assert rotated(desk, NEW, OLD) == (50, 200, 0)


def test_what_no_key_opens_is_counted_and_left(desk: Desk) -> None:
    desk.subscribe()
    assert rotated(desk, NEW) == (0, 0, 1)
    assert desk.ledger.subscriber(desk.key) == NUMBER


@pytest.mark.parametrize("desk", [SERVER], indirect=True)  # SQLite's writers are one at a time
def test_who_gets_another_number_meanwhile_keeps_it(desk: Desk) -> None:
    desk.subscribe()
    newer = Cipher([NEW]).seal("+15145550199")

    class Interrupted(Cipher):
        def renewed(self, sealed: str) -> str | None:
            execute(desk.engine, update(people).values(number=newer))
            return super().renewed(sealed)

    ledger = SqlPeople(make_engine(desk.url, 10), Interrupted([NEW, OLD]), deadline=10)
    assert ledger.reseal("people", None, 9).anew == 0
    assert ledger.subscriber(desk.key) == Address("sms", "+15145550199")
    ledger.close()


def test_a_ledger_is_what_the_flow_needs(desk: Desk) -> None:
    became: list[TakenIn] = list(desk.ledger.take_in([], write=False))
    assert became == []
    assert desk.ledger.dossier("c" * 32) is None
    with desk.engine.connect() as connection:
        assert connection.execute(select(notices)).all() == []

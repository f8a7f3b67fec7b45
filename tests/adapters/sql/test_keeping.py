"""What has had its time leads to nobody, and the chain is whole all the same."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, update

from smsbot.adapters.sql.people import SqlPeople
from smsbot.adapters.sql.tables import consent_events, people, person_keys
from smsbot.core.people.ledger import IDENTIFYING, Grounds
from smsbot.core.people.retention import Retention

from ..conftest import execute
from ..people import ANN, BEN, asked, given, minutes, record

LONG, PROVABLE = Retention().inactive, Retention().proof
END = minutes(9)


def fill(ledger: SqlPeople) -> None:
    """Ann said yes and withdrew, Ben subscribes."""
    grounds = Grounds(actor="Ada", ip="::1", agent="b", country="CA", business="Clinic")
    ledger.write(asked())
    ledger.write(given(grounds=grounds))
    ledger.write(record("Forgotten", "SM9", 9, reference="AB23"))
    ledger.write(asked("SM3", 0, BEN))
    ledger.write(given("SM4", 1, BEN, ask="SM3"))


def rows(engine: Engine) -> list[dict[str, object]]:
    with engine.connect() as connection:
        found = connection.execute(select(consent_events).order_by(consent_events.c.seq))
        return [dict(row._mapping) for row in found]


def test_five_years_after_the_end_entries_lead_to_nobody_and_are_still_proved(
    ledger: SqlPeople, engine: Engine
) -> None:
    fill(ledger)
    before = rows(engine)
    execute(
        engine, update(people).where(people.c.number.is_not(None)).values(wrote_at=END + PROVABLE)
    )
    ledger.tidy(END + PROVABLE)
    assert rows(engine) == before
    ledger.tidy(END + PROVABLE + timedelta(hours=2))
    assert ledger.verify_chain() == 5
    after = rows(engine)
    for seq in (1, 2, 3):
        row = after[seq - 1]
        assert {row[name] for name in (*IDENTIFYING, "salt")} == {"", str(seq)}
        kept = {n: v for n, v in before[seq - 1].items() if n not in (*IDENTIFYING, "salt")}
        assert {n: row[n] for n in kept} == kept
    assert after[3:] == before[3:]
    text = repr(after[:3])
    assert all(left not in text for left in (ANN, "SM1", "SM2", "SM9", "AB23", "Ada", "::1"))


def test_what_is_marked_as_dropped_by_somebody_else_is_found(
    ledger: SqlPeople, engine: Engine
) -> None:
    fill(ledger)
    gone = dict.fromkeys((*IDENTIFYING, "salt"), "")
    erased = update(consent_events).where(consent_events.c.seq == 2)
    execute(engine, erased.values({**gone, "message_id": "2"}))
    assert ledger.verify_chain() == 5  # as the bot itself would have done it
    for forged in ({"person": BEN}, {"event": "no"}, {"message_id": "SM2"}, {"country": "FR"}):
        execute(engine, erased.values({**gone, "message_id": "2", **forged}))
        with pytest.raises(Exception, match="broken at entry 2"):
            ledger.verify_chain()
        restored = {"person": "", "event": "yes", "message_id": "2", "country": "CA"}
        execute(engine, erased.values(restored))
        assert ledger.verify_chain() == 5


def test_of_many_a_few_are_looked_after_at_a_time_and_the_rest_at_once_afterwards(
    ledger: SqlPeople, engine: Engine
) -> None:
    for number in range(25):
        key = f"{number:032x}"
        ledger.write(asked(f"SMa{number}", 0, key))
        ledger.write(given(f"SMb{number}", 1, key, ask=f"SMa{number}"))
    late = minutes(2) + LONG
    assert [ledger.tidy(late + timedelta(seconds=5 * n)) for n in range(4)] == [10, 10, 5, 0]
    later = late + PROVABLE + timedelta(hours=2)
    for n in range(4):
        ledger.tidy(later + timedelta(seconds=5 * n))
    with engine.connect() as connection:
        left = select(func.count()).where(consent_events.c.salt != "")
        assert connection.execute(left).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(people)).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(person_keys)).scalar_one() == 0
    assert ledger.verify_chain() == 75


def test_the_end_of_the_inactive_says_whose_word_it_is(ledger: SqlPeople, engine: Engine) -> None:
    fill(ledger)
    ledger.tidy(minutes(1) + LONG + timedelta(hours=1))
    end = rows(engine)[-1]
    assert (end["event"], end["person"], end["source"], end["method"]) == (
        "expire",
        BEN,
        "clinic",
        "inactive",
    )
    ledger.verify_chain()


def test_a_dead_number_is_the_carriers_word(ledger: SqlPeople, engine: Engine) -> None:
    fill(ledger)
    ledger.write(record("Undeliverable", "delivery-3", 20, BEN))
    assert (rows(engine)[-1]["event"], rows(engine)[-1]["source"]) == ("expire", "carrier")


def test_within_an_hour_it_is_not_looked_for_again(ledger: SqlPeople) -> None:
    fill(ledger)
    at = minutes(1) + LONG
    assert ledger.tidy(at) == 0
    assert ledger.tidy(at + timedelta(minutes=30)) == 0
    assert ledger.tidy(at + timedelta(minutes=61)) == 1

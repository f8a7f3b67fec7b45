"""What every ledger does: the twin in memory, SQLite and PostgreSQL are held by the same tests."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from smsbot.adapters.cipher import Cipher
from smsbot.adapters.memory import MemoryPeople
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.people import SqlPeople
from smsbot.core.people.address import Address
from smsbot.core.people.ledger import Grounds, Standing, Subscription
from smsbot.core.people.retention import Retention
from smsbot.ports import Notices, People, Refused

from ..conftest import SERVER, fresh_database
from ..people import ANN, BEN, NUMBER, asked, given, minutes, record

Ledger = MemoryPeople | SqlPeople

WEEK = 7 * 24 * 60


@pytest.fixture(params=["memory", "sqlite", SERVER])
def another(request: pytest.FixtureRequest) -> Iterator[Callable[[], Ledger]]:
    """Gives the ledger as one more process has it."""
    if request.param == "memory":
        shared = MemoryPeople()
        yield lambda: shared
        return
    url, cipher, made = fresh_database(request, request.param), Cipher([Cipher.make_key()]), []

    def make() -> SqlPeople:
        made.append(SqlPeople(make_engine(url, 10), cipher, deadline=10))
        return made[-1]

    yield make
    for ledger in made:
        ledger.close()


@pytest.fixture
def ledger(another: Callable[[], Ledger]) -> Ledger:
    return another()


def test_a_ledger_is_both_ports(ledger: Ledger) -> None:
    people: People = ledger
    notices: Notices = ledger
    assert people.alive()
    assert notices.open() == []


# ---------------------------------------------------------------- consent


def test_a_stranger_may_be_written_to_once_they_ask_for_it(ledger: Ledger) -> None:
    assert (ledger.standing(ANN), ledger.subscriber(ANN)) == (Standing(), None)


def test_a_yes_to_the_question_subscribes_and_keeps_the_number(ledger: Ledger) -> None:
    ledger.write(asked())
    assert (ledger.standing(ANN), ledger.subscriber(ANN)) == (Standing(), None)
    ledger.write(given(address=Address("whatsapp", "+15145550124")))
    assert (ledger.standing(ANN), ledger.subscriber(ANN)) == (
        Standing(subscribed=True),
        Address("whatsapp", "+15145550124"),
    )


def test_a_yes_without_a_question_is_refused_and_leaves_no_trace(ledger: Ledger) -> None:
    for yes in (given(), given(ask="SM9"), given(ask="")):
        with pytest.raises(Refused):
            ledger.write(yes)
    assert (ledger.standing(ANN), ledger.subscriber(ANN)) == (Standing(), None)


def test_a_yes_answers_the_latest_thing_the_person_said_and_within_a_day(ledger: Ledger) -> None:
    ledger.write(asked("SM1"))
    ledger.write(asked("SM2", 1))
    with pytest.raises(Refused):
        ledger.write(given("SM3", 2, ask="SM1"))
    with pytest.raises(Refused):
        ledger.write(given("SM3", 1 + 24 * 60 + 1, ask="SM2"))
    ledger.write(given("SM3", 1 + 24 * 60, ask="SM2"))
    with pytest.raises(Refused):
        ledger.write(given("SM4", 3, ask="SM2"))


def test_a_yes_that_was_refused_can_be_said_again_to_a_new_question(ledger: Ledger) -> None:
    with pytest.raises(Refused):
        ledger.write(given("SM2", 1))
    ledger.write(asked("SM1", 0))
    ledger.write(given("SM2", 1))
    assert ledger.standing(ANN).subscribed


def test_a_withdrawal_between_question_and_yes_wins(ledger: Ledger) -> None:
    ledger.write(asked())
    ledger.write(record("OptedOut", "SM2", 1))
    with pytest.raises(Refused):
        ledger.write(given("SM3", 2))
    assert ledger.standing(ANN).opted_out_at == minutes(1)


@pytest.mark.parametrize("ending", ["OptedOut", "Forgotten", "ConsentDeclined"])
def test_whatever_takes_consent_away_takes_the_number_away(ledger: Ledger, ending: str) -> None:
    ledger.write(asked())
    ledger.write(given())
    ledger.write(record(ending, "SM3", 2))  # type: ignore[arg-type]
    opted_out_at = None if ending == "ConsentDeclined" else minutes(2)
    assert (ledger.standing(ANN), ledger.subscriber(ANN)) == (Standing(opted_out_at), None)


def test_start_ends_an_opt_out_but_does_not_subscribe(ledger: Ledger) -> None:
    ledger.write(record("OptedOut"))
    ledger.write(record("OptedIn", "SM2", 1))
    assert ledger.standing(ANN) == Standing()


def test_consent_given_after_an_opt_out_ends_it(ledger: Ledger) -> None:
    ledger.write(record("OptedOut"))
    ledger.write(asked("SM2", 1))
    ledger.write(given("SM3", 2, ask="SM2"))
    assert ledger.standing(ANN) == Standing(subscribed=True)


def test_the_same_record_again_changes_nothing(ledger: Ledger) -> None:
    out = record("OptedOut")
    ledger.write(out)
    ledger.write(record("OptedIn", "SM2", 1))
    ledger.write(out)
    assert ledger.standing(ANN) == Standing()


def test_the_same_yes_again_is_not_refused(ledger: Ledger) -> None:
    ledger.write(asked())
    ledger.write(given())
    ledger.write(given())
    assert ledger.standing(ANN).subscribed


def test_an_opt_out_that_waited_in_the_outbox_does_not_undo_a_later_word(ledger: Ledger) -> None:
    ledger.write(asked("SM2", 1))
    ledger.write(given("SM3", 2, ask="SM2"))
    ledger.write(record("OptedOut", "SM1", 0))
    assert (ledger.standing(ANN), ledger.subscriber(ANN)) == (Standing(subscribed=True), NUMBER)


def test_a_start_that_was_slow_does_not_undo_a_later_opt_out(ledger: Ledger) -> None:
    ledger.write(record("OptedOut", "SM2", 1))
    ledger.write(record("OptedIn", "SM1", 0))
    assert ledger.standing(ANN).opted_out_at == minutes(1)


def test_people_are_kept_apart(ledger: Ledger) -> None:
    ledger.write(record("OptedOut", "SM1", 0, ANN))
    assert ledger.standing(BEN) == Standing()
    ledger.write(asked("SM2", 1, ANN))
    with pytest.raises(Refused):
        ledger.write(given("SM3", 2, BEN, ask="SM2"))


def test_the_longest_hold_counts(ledger: Ledger) -> None:
    ledger.write(record("Held", "SM1", 0, held_until=minutes(100)))
    ledger.write(record("RedFlagSeen", "SM2", 1, held_until=minutes(50)))
    assert ledger.standing(ANN).held_until == minutes(100)
    ledger.write(record("RedFlagSeen", "SM3", 2, held_until=minutes(200)))
    assert ledger.standing(ANN).held_until == minutes(200)


def test_of_two_at_once_who_say_yes_to_one_question_one_is_accepted(
    another: Callable[[], Ledger],
) -> None:
    ledgers = [another() for _ in range(4)]
    ledgers[0].write(asked())
    start = Barrier(len(ledgers))

    def say_yes(number: int) -> bool:
        start.wait()
        try:
            ledgers[number].write(given(f"SM{number + 2}", 1))
        except Refused:
            return False
        return True

    with ThreadPoolExecutor() as threads:
        assert sorted(threads.map(say_yes, range(4))) == [False, False, False, True]


def test_many_at_once_are_all_written_and_chained(another: Callable[[], Ledger]) -> None:
    ledgers = [another() for _ in range(3)]

    def opt_out(number: int) -> None:
        ledgers[number % 3].write(record("OptedOut", f"SM{number}", number, f"{number % 7:032x}"))

    with ThreadPoolExecutor() as threads:
        list(threads.map(opt_out, range(30)))
    assert all(ledgers[0].standing(f"{number:032x}").opted_out_at for number in range(7))
    if isinstance(ledgers[0], SqlPeople):
        assert ledgers[0].verify_chain() == 30


# ---------------------------------------------------------------- one person, several marks


def test_marks_that_come_together_are_one_person(ledger: Ledger) -> None:
    ledger.write(record("OptedOut", "SM1", 0, ANN))
    ledger.write(record("Held", "SM2", 1, ANN, BEN, held_until=minutes(9)))
    assert ledger.standing(BEN) == ledger.standing(ANN) == Standing(minutes(0), minutes(9))


def test_two_who_turn_out_to_be_one_are_sent_nothing_that_either_may_not_be_sent(
    ledger: Ledger,
) -> None:
    ledger.write(record("OptedOut", "SM1", 0, ANN))
    ledger.write(record("Held", "SM2", 1, ANN, held_until=minutes(50)))
    ledger.write(asked("SM3", 2, BEN))
    ledger.write(given("SM4", 3, BEN, ask="SM3"))
    ledger.write(record("Held", "SM5", 4, BEN, ANN, held_until=minutes(40)))
    assert ledger.standing(ANN) == ledger.standing(BEN) == Standing(minutes(0), minutes(50))
    assert ledger.subscriber(BEN) is None


def test_a_subscription_outlives_the_finding_that_two_are_one(ledger: Ledger) -> None:
    ledger.write(record("Held", "SM1", 0, ANN, held_until=minutes(1)))
    ledger.write(asked("SM2", 2, BEN))
    ledger.write(given("SM3", 3, BEN, ask="SM2"))
    ledger.write(record("CallRequested", "SM4", 4, ANN, BEN))
    assert ledger.subscriber(ANN) == ledger.subscriber(BEN) == NUMBER


def test_a_question_under_one_mark_is_answered_under_another(ledger: Ledger) -> None:
    ledger.write(asked("SM1", 0, ANN))
    ledger.write(given("SM2", 1, BEN, ANN))
    assert ledger.standing(ANN).subscribed


def test_an_opt_out_under_one_mark_reaches_the_question_under_another(ledger: Ledger) -> None:
    ledger.write(record("Held", "SM0", 0, ANN, BEN, held_until=minutes(1)))
    ledger.write(asked("SM1", 1, ANN))
    ledger.write(record("OptedOut", "SM2", 2, BEN))
    with pytest.raises(Refused):
        ledger.write(given("SM3", 3, ANN))


def test_the_calls_of_two_who_turn_out_to_be_one_both_stay(ledger: Ledger) -> None:
    ledger.write(record("CallRequested", "SM1", 0, ANN))
    ledger.write(record("CallRequested", "SM2", 1, BEN))
    ledger.write(record("Held", "SM3", 2, BEN, ANN, held_until=minutes(9)))
    assert len(ledger.open()) == 2
    ledger.write(record("Forgotten", "SM4", 3, ANN))
    assert [n.address for n in ledger.open()] == [None, None]


# ---------------------------------------------------------------- what is kept of a subscriber

CANADA = Grounds(country="CA")
MONTREAL = {"grounds": CANADA, "zones": "America/Toronto"}


def subscribed(
    ledger: Ledger, key: str = ANN, at: float = 0, campaign: int = 0, **more: object
) -> None:
    """Somebody is asked and says yes a minute later."""
    ask, yes = f"SMa{key[0]}{at}", f"SMb{key[0]}{at}"
    ledger.write(asked(ask, at, key))
    ledger.write(given(yes, at + 1, key, ask=ask, campaign=campaign, **{**MONTREAL, **more}))


def test_what_planning_needs_is_kept_with_the_yes(ledger: Ledger) -> None:
    assert ledger.subscription(ANN) is None
    ledger.write(asked())
    assert ledger.subscription(ANN) is None
    ledger.write(given(address=Address("whatsapp", "+15145550124"), campaign=4, **MONTREAL))
    assert ledger.subscription(ANN) == Subscription(
        "whatsapp", "fr", "CA", "America/Toronto", minutes(1), minutes(1), 4, 4
    )


@pytest.mark.parametrize("ending", ["OptedOut", "Forgotten", "ConsentDeclined", "Undeliverable"])
def test_it_is_gone_with_the_subscription(ledger: Ledger, ending: str) -> None:
    subscribed(ledger, campaign=4)
    ledger.write(record(ending, "SM9", 9))  # type: ignore[arg-type]
    assert ledger.subscription(ANN) is None
    subscribed(ledger, at=20)
    subscription = ledger.subscription(ANN)
    assert subscription is not None
    assert (subscription.first_campaign, subscription.last_campaign) == (0, 0)


def test_a_second_yes_is_the_one_in_force_and_the_first_campaign_stays(ledger: Ledger) -> None:
    subscribed(ledger, campaign=4)
    subscribed(ledger, at=10, campaign=6, grounds=Grounds(country="FR"), zones="Europe/Paris")
    assert ledger.subscription(ANN) == Subscription(
        "sms", "fr", "FR", "Europe/Paris", minutes(11), minutes(11), 4, 6
    )
    subscribed(ledger, at=20)
    subscription = ledger.subscription(ANN)
    assert subscription is not None
    assert (subscription.first_campaign, subscription.last_campaign) == (4, 6)


def test_of_two_who_turn_out_to_be_one_the_newer_subscription_stays(ledger: Ledger) -> None:
    subscribed(ledger, ANN, campaign=4)
    newer = Address("whatsapp", "+15145550124")
    subscribed(ledger, BEN, at=5, campaign=6, address=newer)
    ledger.link([ANN, BEN])
    assert ledger.subscriber(ANN) == ledger.subscriber(BEN) == newer
    assert ledger.subscription(ANN) == ledger.subscription(BEN)
    assert ledger.subscription(ANN) == Subscription(
        "whatsapp", "fr", "CA", "America/Toronto", minutes(6), minutes(6), 6, 6
    )


def test_a_dead_number_ends_the_subscription_and_is_no_opt_out(ledger: Ledger) -> None:
    subscribed(ledger)
    dead = record("Undeliverable", "delivery-7", 9)
    ledger.write(dead)
    ledger.write(dead)
    assert (ledger.standing(ANN), ledger.subscriber(ANN)) == (Standing(), None)
    subscribed(ledger, at=20)
    assert ledger.standing(ANN).subscribed


def test_a_number_that_is_none_on_one_channel_says_nothing_of_another(ledger: Ledger) -> None:
    subscribed(ledger)
    ledger.write(record("Undeliverable", "delivery-7", 9, channel="whatsapp"))
    assert ledger.subscriber(ANN) == NUMBER


def test_a_dead_number_of_nobody_leaves_no_trace(ledger: Ledger) -> None:
    ledger.write(record("Undeliverable", "delivery-7", 9))
    with pytest.raises(Refused):
        ledger.write(given("SM2", 10, ask="delivery-7"))
    assert ledger.standing(ANN) == Standing()


def test_a_yes_after_the_number_was_found_dead_is_not_undone_by_hearing_of_it_late(
    ledger: Ledger,
) -> None:
    subscribed(ledger, at=10)
    ledger.write(record("Undeliverable", "delivery-7", 5))
    assert ledger.subscriber(ANN) == NUMBER


# ---------------------------------------------------------------- calls and alerts


def test_a_call_is_on_the_list_with_its_number(ledger: Ledger) -> None:
    ledger.write(record("CallRequested"))
    (notice,) = ledger.open()
    assert (notice.kind, notice.at, notice.language, notice.channel) == (
        "call",
        minutes(0),
        "fr",
        "sms",
    )
    assert (notice.classes, notice.blocked, notice.told, notice.address) == ((), False, 0, NUMBER)
    assert ledger.get(notice.id) == notice


def test_a_notice_that_does_not_exist_is_none(ledger: Ledger) -> None:
    assert ledger.get("nothing") is None
    assert not ledger.acknowledge("nothing", minutes(0), "Ada")
    ledger.told("nothing", minutes(0), minutes(1))


def test_a_second_call_while_one_waits_changes_nothing(ledger: Ledger) -> None:
    ledger.write(record("CallRequested", "SM1"))
    ledger.write(record("CallRequested", "SM2", 1, ANN, BEN))
    ledger.write(record("CallRequested", "SM3", 2, BEN))
    assert [n.at for n in ledger.open()] == [minutes(0)]


def test_a_call_after_the_first_was_taken_is_a_new_one(ledger: Ledger) -> None:
    ledger.write(record("CallRequested", "SM1"))
    ledger.acknowledge(ledger.open()[0].id, minutes(1), "Ada")
    ledger.write(record("CallRequested", "SM1"))
    assert ledger.open() == []
    ledger.write(record("CallRequested", "SM2", 2))
    assert [n.at for n in ledger.open()] == [minutes(2)]


def test_two_processes_open_one_call(another: Callable[[], Ledger]) -> None:
    ledgers = [another() for _ in range(4)]
    with ThreadPoolExecutor() as threads:
        list(threads.map(lambda n: ledgers[n].write(record("CallRequested", f"SM{n}")), range(4)))
    assert len(ledgers[0].open()) == 1


def test_each_red_flag_raises_an_alert_once_and_holds_marketing(ledger: Ledger) -> None:
    flag = record("RedFlagSeen", classes=("breathing", "swallowing"), held_until=minutes(99))
    ledger.write(flag)
    ledger.write(flag)
    ledger.write(record("RedFlagSeen", "SM2", 1, classes=("vision",), held_until=minutes(99)))
    assert [(n.kind, n.classes) for n in ledger.open()] == [
        ("red_flag", ("breathing", "swallowing")),
        ("red_flag", ("vision",)),
    ]
    assert ledger.standing(ANN) == Standing(held_until=minutes(99))


def test_an_alert_of_someone_whom_the_carrier_blocks_says_so(ledger: Ledger) -> None:
    ledger.write(record("OptedOut", carrier_blocks=True))
    ledger.write(record("RedFlagSeen", "SM2", 1, carrier_blocks=True))
    ledger.write(record("RedFlagSeen", "SM3", 2))
    ledger.write(record("RedFlagSeen", "SM4", 3, BEN, carrier_blocks=True))
    assert [n.blocked for n in ledger.open()] == [True, False, False]


def test_a_red_flag_that_says_stop_is_blocked_whichever_is_written_first(ledger: Ledger) -> None:
    ledger.write(record("RedFlagSeen", "SM1", 0, carrier_blocks=True))
    ledger.write(record("OptedOut", "SM1", 0, carrier_blocks=True))
    ledger.write(record("OptedOut", "SM2", 1, BEN, carrier_blocks=True))
    ledger.write(record("RedFlagSeen", "SM2", 1, BEN, carrier_blocks=True))
    assert [n.blocked for n in ledger.open()] == [True, True]


def test_an_opt_out_where_nothing_is_blocked_leaves_the_alert(ledger: Ledger) -> None:
    ledger.write(record("RedFlagSeen"))
    ledger.write(record("OptedOut"))
    assert [n.blocked for n in ledger.open()] == [False]


def test_open_notices_are_the_oldest_first(ledger: Ledger) -> None:
    ledger.write(record("RedFlagSeen", "SM1", 5))
    ledger.write(record("RedFlagSeen", "SM2", 1))
    ledger.write(record("RedFlagSeen", "SM3", 3))
    assert [n.at for n in ledger.open()] == [minutes(1), minutes(3), minutes(5)]
    assert [n.at for n in ledger.due(minutes(4), 9)] == [minutes(1), minutes(3)]


def test_a_notice_is_due_at_once_and_claimed_for_a_minute(ledger: Ledger) -> None:
    ledger.write(record("CallRequested"))
    assert len(ledger.due(minutes(0), 5)) == 1
    assert ledger.due(minutes(0.9), 5) == []
    assert len(ledger.due(minutes(1), 5)) == 1


def test_no_more_are_claimed_than_are_wanted(ledger: Ledger) -> None:
    for number in range(3):
        ledger.write(record("RedFlagSeen", f"SM{number}", number))
    assert [len(ledger.due(minutes(9), 2)) for _ in range(3)] == [2, 1, 0]


def test_a_notice_is_told_again_until_somebody_takes_it(ledger: Ledger) -> None:
    ledger.write(record("CallRequested"))
    (notice,) = ledger.due(minutes(0), 5)
    ledger.told(notice.id, minutes(0), minutes(5))
    assert ledger.due(minutes(4.9), 5) == []
    (again,) = ledger.due(minutes(5), 5)
    assert (again.id, again.told, again.address) == (notice.id, 1, NUMBER)
    assert ledger.acknowledge(notice.id, minutes(6), "Ada")
    assert not ledger.acknowledge(notice.id, minutes(7), "Bo")
    assert ledger.due(minutes(60), 5) == []
    assert ledger.open() == []
    taken = ledger.get(notice.id)
    assert taken is not None
    assert taken.acknowledged_at == minutes(6)


def test_processes_that_ask_at_once_share_the_notices(another: Callable[[], Ledger]) -> None:
    ledgers = [another() for _ in range(4)]
    for number in range(12):
        ledgers[0].write(record("RedFlagSeen", f"SM{number}", 0))
    start = Barrier(len(ledgers))

    def claim(ledger: Ledger) -> list[str]:
        start.wait()
        return [n.id for n in (*ledger.due(minutes(1), 4), *ledger.due(minutes(1), 12))]

    with ThreadPoolExecutor() as threads:
        claimed = [notice_id for ids in threads.map(claim, ledgers) for notice_id in ids]
    assert len(claimed) == len(set(claimed))
    assert len(set(claimed) | {n.id for n in ledgers[0].due(minutes(1), 12)}) == 12


# ---------------------------------------------------------------- what is left to do


def test_a_notice_is_left_to_do_until_it_is_done_whoever_took_it(ledger: Ledger) -> None:
    ledger.write(record("CallRequested", "SM1", 1))
    ledger.write(record("RedFlagSeen", "SM2", 0, BEN))
    alert, call = ledger.undone()
    assert (alert.kind, call.kind, call.address) == ("red_flag", "call", NUMBER)
    ledger.acknowledge(call.id, minutes(2), "Ada")
    assert [n.id for n in ledger.undone()] == [alert.id, call.id]
    assert ledger.done(call.id, minutes(3), "Bo")
    assert not ledger.done(call.id, minutes(4), "Cy")
    assert [n.id for n in ledger.undone()] == [alert.id]
    (done,) = ledger.lately(minutes(3))
    assert (done.acknowledged_by, done.done_at, done.done_by) == ("Ada", minutes(3), "Bo")
    assert ledger.lately(minutes(3.1)) == []
    assert not ledger.done("nothing", minutes(0), "Ada")


def test_what_is_done_need_not_be_taken(ledger: Ledger) -> None:
    ledger.write(record("RedFlagSeen"))
    (alert,) = ledger.open()
    ledger.done(alert.id, minutes(1), "Ada")
    assert (ledger.open(), ledger.due(minutes(60), 9)) == ([], [])
    done = ledger.get(alert.id)
    assert done is not None
    assert (done.acknowledged_at, done.acknowledged_by) == (minutes(1), "Ada")


def test_the_latest_done_stands_first(ledger: Ledger) -> None:
    for number in range(3):
        ledger.write(record("RedFlagSeen", f"SM{number}", number))
    for at, notice in zip((7, 9, 8), ledger.open(), strict=True):
        ledger.done(notice.id, minutes(at), "Ada")
    assert [n.done_at for n in ledger.lately(minutes(0))] == [minutes(9), minutes(8), minutes(7)]


def test_what_was_done_can_be_opened_again_and_stays_taken(ledger: Ledger) -> None:
    ledger.write(record("CallRequested"))
    (call,) = ledger.open()
    assert not ledger.reopen(call.id)
    ledger.done(call.id, minutes(1), "Ada")
    assert ledger.reopen(call.id)
    assert not ledger.reopen(call.id)
    (again,) = ledger.undone()
    assert (again.done_at, again.done_by, again.acknowledged_by) == (None, "", "Ada")
    assert (ledger.open(), ledger.lately(minutes(0))) == ([], [])


def test_of_two_who_answer_one_is_told_that_somebody_did(ledger: Ledger) -> None:
    ledger.write(record("CallRequested"))
    (call,) = ledger.open()
    assert ledger.answer(call.id, minutes(1), None)
    assert not ledger.answer(call.id, minutes(2), None)
    assert ledger.answer(call.id, minutes(3), minutes(1))
    assert [n.answered_at for n in ledger.open()] == [minutes(3)]
    assert ledger.answer(call.id, None, minutes(3))
    assert [n.answered_at for n in ledger.open()] == [None]
    assert not ledger.answer("nothing", minutes(1), None)


def test_a_notice_leads_to_every_mark_of_its_person_until_it_is_tidied(ledger: Ledger) -> None:
    ledger.write(record("CallRequested", "SM1", 0, ANN, BEN))
    ledger.write(record("RedFlagSeen", "SM2", 0, "c" * 32))
    call, alert = sorted(ledger.open(), key=lambda n: n.kind)
    assert (ledger.marks(call.id), ledger.marks(alert.id)) == ([ANN, BEN], ["c" * 32])
    assert ledger.marks("nothing") == []
    ledger.acknowledge(call.id, minutes(0), "Ada")
    ledger.tidy(minutes(1 + WEEK))
    assert ledger.marks(call.id) == []


def test_a_message_to_staff_is_seen_at_what_is_open_of_the_person(ledger: Ledger) -> None:
    ledger.write(record("CallRequested", "SM1", 0))
    ledger.write(record("CallRequested", "SM2", 1, BEN))
    ledger.write(record("RedFlagSeen", "SM3", 9))
    ledger.write(record("WroteAgain", "SM3", 9))
    seen = {(n.kind, n.at): n.wrote_at for n in ledger.undone()}
    assert list(seen.values()).count(minutes(9)) == 1  # not at Ben's, nor at what it raised itself
    assert seen["red_flag", minutes(9)] is None
    ledger.write(record("WroteAgain", "SM5", 12))
    ledger.write(record("WroteAgain", "SM4", 11))  # this one waited in the outbox
    times = {(n.kind, n.at): n.wrote_at for n in ledger.undone()}
    assert times["red_flag", minutes(9)] == minutes(12)


def test_a_message_soon_after_staff_wrote_opens_what_was_done(ledger: Ledger) -> None:
    ledger.write(record("CallRequested"))
    (call,) = ledger.open()
    ledger.answer(call.id, minutes(1), None)
    ledger.done(call.id, minutes(2), "Ada")
    ledger.write(record("WroteAgain", "SM2", 3))
    assert [(n.id, n.done_at) for n in ledger.undone()] == [(call.id, minutes(2))]
    assert ledger.lately(minutes(0)) == []
    assert ledger.done(call.id, minutes(4), "Bo")
    ledger.write(record("WroteAgain", "SM3", 122))
    assert ledger.undone() == []


def test_an_opt_out_after_the_call_blocks_it_on_its_channel_until_a_start(ledger: Ledger) -> None:
    ledger.write(record("CallRequested", "SM1", 0))
    ledger.write(record("RedFlagSeen", "SM2", 0, channel="whatsapp"))
    ledger.write(record("OptedOut", "SM3", 1, carrier_blocks=True))
    assert {n.channel: n.blocked for n in ledger.open()} == {"sms": True, "whatsapp": False}
    ledger.write(record("OptedIn", "SM4", 2, carrier_blocks=True))
    assert [n.blocked for n in ledger.open()] == [False, False]
    ledger.write(record("OptedOut", "SM5", 1.5, carrier_blocks=True))  # it waited in the outbox
    assert [n.blocked for n in ledger.open()] == [False, False]


# ---------------------------------------------------------------- numbers go


def test_who_is_forgotten_is_opted_out_and_leaves_no_number(ledger: Ledger) -> None:
    ledger.write(asked())
    ledger.write(given())
    ledger.write(record("CallRequested", "SM3", 2))
    ledger.write(record("RedFlagSeen", "SM4", 3))
    ledger.write(record("Forgotten", "SM5", 4))
    assert (ledger.standing(ANN), ledger.subscriber(ANN)) == (Standing(minutes(4)), None)
    assert [(n.kind, n.address) for n in ledger.open()] == [("call", None), ("red_flag", None)]


def test_a_call_asked_for_after_being_forgotten_has_its_number_even_if_the_forgetting_was_slow(
    ledger: Ledger,
) -> None:
    ledger.write(record("CallRequested", "SM2", 1))
    ledger.write(record("Forgotten", "SM1", 0))
    assert [n.address for n in ledger.open()] == [NUMBER]


def test_a_number_is_kept_seven_days_after_its_notice_was_taken(ledger: Ledger) -> None:
    ledger.write(record("CallRequested", "SM1"))
    ledger.write(record("RedFlagSeen", "SM2", 1))
    call, alert = ledger.open()
    ledger.acknowledge(call.id, minutes(10), "Ada")
    assert ledger.tidy(minutes(10 + WEEK)) == 0
    assert ledger.tidy(minutes(10 + WEEK) + timedelta(seconds=1)) == 1
    assert ledger.tidy(minutes(11 + WEEK)) == 0
    assert [n.address for n in map(ledger.get, (call.id, alert.id)) if n] == [None, NUMBER]


def test_tidying_leaves_consent_holds_and_subscribers(ledger: Ledger) -> None:
    ledger.write(asked())
    ledger.write(given())
    ledger.write(record("OptedOut", "SM3", 0, BEN))
    ledger.write(record("Held", "SM4", 0, "c" * 32, held_until=minutes(9 * WEEK)))
    ledger.tidy(minutes(2 * WEEK))
    assert (ledger.subscriber(ANN), ledger.standing(BEN).opted_out_at) == (NUMBER, minutes(0))
    assert ledger.standing("c" * 32).held_until == minutes(9 * WEEK)
    with pytest.raises(Refused):
        ledger.write(given("SM9", 2, ask="SM1"))


# ---------------------------------------------------------------- what has had its time

LONG = int(Retention().inactive.total_seconds() // 60)
PROVABLE = int(Retention().proof.total_seconds() // 60)


def test_a_subscriber_of_whom_nothing_was_heard_for_long_subscribes_no_more(
    ledger: Ledger,
) -> None:
    subscribed(ledger)
    ledger.tidy(minutes(1 + LONG))
    assert ledger.subscriber(ANN) == NUMBER
    assert ledger.tidy(minutes(1 + LONG + 60)) == 1
    assert (ledger.standing(ANN), ledger.subscription(ANN)) == (Standing(), None)
    subscribed(ledger, at=LONG + 100)
    assert ledger.subscriber(ANN) == NUMBER


def test_who_said_yes_again_meanwhile_subscribes_on(ledger: Ledger) -> None:
    subscribed(ledger)
    subscribed(ledger, at=1000)
    assert ledger.tidy(minutes(1 + LONG + 60)) == 0
    assert ledger.subscriber(ANN) == NUMBER


def test_who_opted_out_is_opted_out_long_after_their_consent_can_be_proved(
    ledger: Ledger,
) -> None:
    subscribed(ledger)
    ledger.write(record("OptedOut", "SM9", 9))
    ledger.tidy(minutes(PROVABLE + 100))
    ledger.tidy(minutes(PROVABLE + 200))
    assert ledger.standing(ANN) == Standing(minutes(9))


def test_what_was_written_long_ago_and_comes_again_still_changes_nothing(ledger: Ledger) -> None:
    ledger.write(record("OptedOut"))
    ledger.write(record("OptedIn", "SM2", 1))
    ledger.tidy(minutes(2 * WEEK))
    ledger.write(record("OptedOut"))
    assert ledger.standing(ANN) == Standing()

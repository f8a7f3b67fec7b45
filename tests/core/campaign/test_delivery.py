"""What becomes of a message, however the carrier tells it, and what each error asks of us."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsbot.core.campaign.delivery import (
    ARRIVED,
    EXPIRED,
    SETTLED,
    STATES,
    State,
    action_of,
    advance,
)

STATUSES = [
    "accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered", "failed", "canceled", "read",
    "partially_delivered", "received", "a word of tomorrow", "",
]  # fmt: skip

told = st.tuples(st.sampled_from(STATUSES), st.sampled_from([None, 30003, EXPIRED, 99999]))


def after(state: State, *said: tuple[str, int | None]) -> State:
    for status, error in said:
        state = advance(state, status, error)
    return state


@given(st.sampled_from(STATES), st.lists(told, max_size=6), st.data())
def test_the_same_callbacks_in_any_order_and_repetition_end_alike(
    state: State, said: list[tuple[str, int | None]], data: st.DataObject
) -> None:
    extra = data.draw(st.lists(st.sampled_from(said), max_size=6)) if said else []
    shuffled = data.draw(st.permutations(said + extra))
    assert after(state, *shuffled) == after(state, *said)


@given(st.sampled_from(STATES), st.lists(told, max_size=6))
def test_a_state_never_goes_back(state: State, said: list[tuple[str, int | None]]) -> None:
    ranks = [STATES.index(state)]
    for status, error in said:
        state = advance(state, status, error)
        ranks.append(STATES.index(state))
    assert ranks == sorted(ranks)


@given(st.sampled_from(["delivered", "read"]), st.lists(told))
def test_what_arrived_has_arrived(first: str, said: list[tuple[str, int | None]]) -> None:
    assert after("sending", (first, None), *said) in ARRIVED


@pytest.mark.parametrize(
    ("state", "said", "end"),
    [
        ("sending", ["queued", "sent", "delivered"], "delivered"),
        ("sending", ["delivered", "sent", "queued"], "delivered"),
        ("sent", ["delivered", "read"], "read"),
        ("sent", ["read", "delivered"], "read"),
        ("sent", ["undelivered", "delivered"], "delivered"),
        ("sent", ["delivered", "undelivered"], "delivered"),
        ("sent", ["undelivered", "undelivered", "sent"], "undelivered"),
        ("sent", ["failed", "sent"], "failed"),
        ("unknown", ["sent"], "sent"),
        ("planned", ["delivered"], "delivered"),  # a database from before the sending, restored
        ("sending", ["received", "receiving", "partially_delivered"], "sending"),
    ],
)
def test_a_message_ends_where_its_callbacks_say(state: State, said: list[str], end: State) -> None:
    assert after(state, *((status, None) for status in said)) == end


def test_a_message_that_waited_too_long_has_expired() -> None:
    for status in ("failed", "undelivered", "canceled"):
        assert advance("sent", status, EXPIRED) == "expired"
    assert advance("sent", "delivered", EXPIRED) == "delivered"
    assert after("sent", ("failed", EXPIRED), ("delivered", None)) == "delivered"


def test_only_what_may_still_change_by_our_doing_is_unsettled() -> None:
    assert set(STATES) - SETTLED == {"planned", "sending", "sent"}


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("suppress", [21211, 21217, 21401, 21610, 21614, 30006, 63003, 63024, 63033]),
        ("pause", [10001, 20003, 21408, 21606, 21659, 21703, 21704, 21654, 21656, 30002, 30018, 30023, 30024, 30027, 30032,
                   30033, 30034, 30035, 35114, 35118, 35126, 63001, 63007, 63020, 63022, 63027, 63028, 63038, 63040, 63041,
                   63042, 63051, 63062]),
        ("back_off", [20429, 21611, 30001, 30017, 30022, 63017, 63018]),
        ("retry_later", [30003, 30005, 30008, 30410, 30450]),
        ("other_route", [21612, 30004, 30007, 63005, 63013, 63016, 63019, 63021, 63030, 63032, 63034]),
        ("drop", [14107, 21602, 21617, 30010, 30036, 63015, 63049]),
    ],
)  # fmt: skip
def test_each_error_of_the_carrier_has_its_class(kind: str, codes: list[int]) -> None:
    assert {code: action_of(code).kind for code in codes} == dict.fromkeys(codes, kind)


def test_who_said_stop_is_written_to_on_no_channel_and_it_is_an_opt_out() -> None:
    assert (action_of(21610).scope, action_of(21610).opt_out) == ("all", True)


def test_a_number_without_whatsapp_may_still_get_an_sms() -> None:
    assert (action_of(63003).scope, action_of(63003).opt_out) == ("channel", False)
    assert action_of(21211).scope == "all"


@given(st.one_of(st.none(), st.integers(0, 99999), st.sampled_from(range(21000, 64000))))
def test_every_action_is_whole(code: int | None) -> None:
    action = action_of(code)
    assert (action.kind == "suppress") == (action.scope is not None)
    assert (action.kind in ("back_off", "retry_later")) == (action.after is not None)
    assert (action.kind == "retry_later") == (action.at_most > 0)
    assert action.after is None or timedelta() < action.after <= timedelta(days=1)
    assert action.kind != "pause" or action.tell


def test_a_code_of_tomorrow_is_dropped_and_staff_learn_of_it() -> None:
    assert (action_of(64999).kind, action_of(64999).tell) == ("drop", True)


def test_a_refusal_without_a_code_stops_the_broadcast() -> None:
    assert action_of(None).kind == "pause"

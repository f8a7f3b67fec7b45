"""Campaigns and broadcasts: what is wrong with them, what may follow what, and how a text goes out."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from smsbot.core.campaign.broadcast import (
    ENDED,
    MOVES,
    Broadcast,
    broadcast_faults,
    may_release,
    moved,
)
from smsbot.core.campaign.campaign import Campaign, faults, said
from smsbot.core.campaign.wording import template, worded
from smsbot.core.language.placeholders import Unfilled

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SPRING = Campaign(1, "Spring", "K7F2", date(2026, 11, 20), date(2026, 12, 20), "live")
HELLO = Broadcast(
    id=1,
    campaign_id=1,
    name="Hello",
    day=TODAY,
    at=time(11),
    until=NOW + timedelta(days=2),
    texts={"en": ("Hello",)},
)


def test_a_campaign_is_open_on_its_days_while_it_is_live() -> None:
    assert [SPRING.open(date(2026, 11, d)) for d in (19, 20, 30)] == [False, True, True]
    assert SPRING.open(SPRING.ends)
    assert not SPRING.open(SPRING.ends + timedelta(days=1))
    assert not replace(SPRING, state="ended").open(TODAY)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"ends": date(2026, 11, 1)}, "ends"),
        ({"begins": date(2025, 1, 1), "ends": date(2025, 2, 1)}, "ends"),
        ({"ends": date(2028, 1, 1)}, "ends"),
        ({"welcome": {"xx": "Hello"}}, "welcome"),
    ],
)
def test_what_is_wrong_with_a_campaign_is_said_at_its_field(
    changes: dict[str, object], where: str
) -> None:
    assert faults(SPRING, TODAY, ["en", "fr"]) == []
    found = faults(replace(SPRING, **changes), TODAY, ["en", "fr"])  # type: ignore[arg-type]
    assert [fault.where for fault in found] == [where]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"name": ""}, "name"),
        ({"until": NOW}, "until"),
        ({"day": date(2026, 11, 1)}, "day"),
        ({"day": date(2026, 12, 24)}, "until"),
        ({"holdout": 51}, "holdout"),
        ({"tested": 101}, "tested"),
        ({"cap": 0}, "cap"),
        ({"budget": Decimal(0)}, "budget"),
        ({"texts": {"xx": ("Hello",)}}, "texts"),
        ({"texts": {"en": ("a", "b", "c")}, "tested": 5}, "texts"),
        ({"texts": {"en": ("a", "b")}}, "tested"),
    ],
)
def test_what_is_wrong_with_a_broadcast_is_said_at_its_field(
    changes: dict[str, object], where: str
) -> None:
    assert broadcast_faults(HELLO, NOW, ["en", "fr"]) == []
    found = broadcast_faults(replace(HELLO, **changes), NOW, ["en", "fr"])  # type: ignore[arg-type]
    assert [fault.where for fault in found] == [where]


@pytest.mark.parametrize(
    ("now", "passed"),
    [
        (datetime(2026, 11, 27, 11, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 27, 12, 1, tzinfo=UTC), True),
    ],
)
def test_a_day_has_passed_once_it_has_everywhere_on_earth(now: datetime, passed: bool) -> None:
    thursday = replace(HELLO, day=date(2026, 11, 26), until=datetime(2026, 11, 29, tzinfo=UTC))
    found = broadcast_faults(thursday, now, ["en", "fr"])
    assert [fault.where for fault in found] == (["day"] if passed else [])


def test_what_has_ended_stays_ended_and_everything_else_can_end() -> None:
    assert not any(state in ENDED for state, _ in MOVES)
    reached = {state for (state, _), _ in MOVES.items()} | set(MOVES.values())
    for state in reached - ENDED:
        assert moved(state, "cancel") == "canceled"
    assert moved("sending", "release") is None


def test_a_second_person_releases() -> None:
    submitted = replace(HELLO, state="submitted", submitted_by=3)
    assert may_release(submitted, 4)
    assert not may_release(submitted, 3)
    assert not may_release(HELLO, 4)


def test_a_text_is_said_in_the_nearest_language_that_there_is() -> None:
    texts = {"en": "Hello", "fr": "Bonjour", "de": ""}
    assert said(texts, "fr-CA", "en") == ("fr", "Bonjour")
    assert said(texts, "de", "fr") == ("fr", "Bonjour")
    assert said(texts, "ar", "xx") == ("en", "Hello")
    assert said({}, "ar", "en") is None


def test_a_text_goes_out_with_its_values_and_at_its_price() -> None:
    values = {"clinic": "Clinic", "STOP": "STOP"}
    sms = worded("%(clinic)s: hello – %(STOP)s", values, "sms")
    assert (sms.text, sms.cost.encoding, sms.cost.segments) == (
        "Clinic: hello - STOP",
        "GSM-7",
        1,
    )
    assert worded("%(clinic)s – hi", values, "whatsapp").text == "Clinic – hi"
    with pytest.raises(Unfilled):
        worded("%(nothing)s", values, "sms")


def test_a_template_numbers_its_variables_in_the_order_in_which_they_first_stand() -> None:
    made = template("%(clinic)s: %(STOP)s ends it. %(clinic)s")
    assert made.body == "{{1}}: {{2}} ends it. {{1}}"
    assert made.variables({"clinic": "C", "STOP": "S"}) == {"1": "C", "2": "S"}
    assert made.digest != template("%(clinic)s: %(STOP)s ends it.").digest

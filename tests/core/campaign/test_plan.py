"""Who of a broadcast's people gets what, and when."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsbot.core.campaign.broadcast import Broadcast
from smsbot.core.campaign.plan import (
    Skip,
    Subscriber,
    Surroundings,
    closing,
    plan,
    share,
    variant_of,
)
from smsbot.core.people.address import Channel
from smsbot.core.people.hours import Hours, Window

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
DUE = NOW + timedelta(hours=2)
BROADCAST = Broadcast(
    id=7,
    campaign_id=1,
    name="Open day",
    day=date(2026, 11, 24),
    at=time(12),
    until=NOW + timedelta(days=3),
    texts={"en": ("Hello",), "fr": ("Bonjour", "Salut")},
    cap=2,
)
ANN = Subscriber(1, "sms", "en", "CA", "America/Toronto")


def around(
    due: datetime | Skip = DUE,
    banned: Skip | None = None,
    templates: dict[str, frozenset[str]] | None = None,
) -> Surroundings:
    def banned_on(channel: Channel, country: str) -> Skip | None:
        return banned

    return Surroundings(
        NOW,
        lambda country, zones: due,
        banned_on,
        lambda tag: tag if tag in BROADCAST.texts else "",
        templates or {},  # type: ignore[arg-type]
    )


def test_whoever_nothing_speaks_against_gets_it_at_the_first_lawful_moment() -> None:
    found = plan(BROADCAST, ANN, around())
    assert (found.state, found.variant, found.due_at, found.language) == ("planned", "A", DUE, "en")


@pytest.mark.parametrize(
    ("person", "surroundings", "reason"),
    [
        (replace(ANN, held_until=NOW + timedelta(days=1)), around(), "held"),
        (replace(ANN, language="de"), around(), "no_text"),
        (ANN, around(banned="banned"), "banned"),
        (ANN, around(due="no_zone"), "no_zone"),
        (ANN, around(due="no_hour"), "no_hour"),
        (replace(ANN, lately=2), around(), "cap"),
        (replace(ANN, channel="whatsapp"), around(), "no_template"),
        (
            replace(ANN, channel="whatsapp", wrote_at=NOW - timedelta(hours=23)),
            around(),
            "no_template",
        ),
        # Of two reasons the weightier is told.
        (replace(ANN, held_until=NOW + timedelta(days=1), lately=5), around("no_zone"), "held"),
    ],
)
def test_everybody_else_is_passed_over_for_a_reason(
    person: Subscriber, surroundings: Surroundings, reason: str
) -> None:
    found = plan(BROADCAST, person, surroundings)
    assert (found.state, found.reason, found.due_at) == ("skipped", reason, None)


def test_a_hold_that_is_over_holds_nobody() -> None:
    assert plan(BROADCAST, replace(ANN, held_until=NOW), around()).state == "planned"


def test_on_whatsapp_an_approved_template_or_a_window_that_is_open_until_then_is_needed() -> None:
    there = replace(ANN, channel="whatsapp")
    assert plan(BROADCAST, there, around(templates={"en": frozenset("A")})).state == "planned"
    open_until_then = replace(there, wrote_at=DUE - timedelta(hours=24))
    assert plan(BROADCAST, open_until_then, around()).state == "planned"
    just_closed = replace(there, wrote_at=DUE - timedelta(hours=24, seconds=1))
    assert plan(BROADCAST, just_closed, around()).reason == "no_template"


def test_where_the_better_wording_is_not_known_yet_both_need_a_template_and_the_moment_waits() -> (
    None
):
    testing = replace(BROADCAST, tested=0, decide_at=DUE + timedelta(hours=4))
    there = replace(ANN, channel="whatsapp", language="fr")
    assert plan(testing, there, around(templates={"fr": frozenset("A")})).reason == "no_template"
    found = plan(testing, there, around(templates={"fr": frozenset("AB")}))
    assert (found.variant, found.due_at) == ("", DUE + timedelta(hours=4))


@given(st.integers(1, 10**9), st.integers(0, 50))
def test_a_person_is_held_out_of_the_same_broadcast_each_time(person: int, percent: int) -> None:
    held = replace(BROADCAST, holdout=percent)
    first, second = (plan(held, replace(ANN, id=person), around()) for _ in range(2))
    assert first == second
    assert (first.state == "holdout") == (share("holdout/7", person) < percent / 100)
    assert first.due_at == plan(BROADCAST, replace(ANN, id=person), around()).due_at


def test_people_are_shared_out_as_the_percentages_say_and_apart_from_each_other() -> None:
    testing = replace(BROADCAST, holdout=10, tested=20)
    people = range(1, 20_001)
    variants = Counter(variant_of(testing, i, "fr") for i in people)
    held = Counter(plan(testing, replace(ANN, id=i), around()).state for i in people)
    # A binomial's standard deviation here is below 0.25 percent: five of them either way.
    assert abs(variants["A"] / 20_000 - 0.10) < 0.0125
    assert abs(variants["B"] / 20_000 - 0.10) < 0.0125
    assert abs(held["holdout"] / 20_000 - 0.10) < 0.0125
    both = sum(
        1 for i in people if share("holdout/7", i) < 0.1 and variant_of(testing, i, "fr") == "A"
    )
    assert abs(both / 20_000 - 0.01) < 0.004


def test_once_it_is_decided_the_rest_get_the_better_wording() -> None:
    decided = replace(BROADCAST, tested=20, winner="B")
    rest = [i for i in range(100) if share("test/7", i) >= 0.2]
    assert {variant_of(decided, i, "fr") for i in rest} == {"B"}
    assert {variant_of(decided, i, "en") for i in range(100)} == {"A"}


# ---------------------------------------------------------------- until when


WEEK = Hours(((Window(time(10), time(18)),),) * 7)


def test_hours_close_where_they_close_first() -> None:
    at = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
    toronto, denver = ZoneInfo("America/Toronto"), ZoneInfo("America/Denver")
    assert closing(at, (toronto, denver), WEEK) == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    assert closing(at, (denver,), WEEK) == datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    assert closing(at, (), WEEK) == at
    assert closing(at.replace(hour=3), (toronto,), WEEK) == at.replace(hour=3)

"""Where a person stands follows from what they said, in the order in which they said it."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsbot.core.people.consent import FIRST, ConsentEvent, link
from smsbot.core.people.ledger import Entry, Standing, follow, united

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
STANDINGS = st.builds(
    lambda out, held, subscribed: Standing(out, held, subscribed and out is None),
    *(st.one_of(st.none(), st.sampled_from([AT, LATER])),) * 2,
    st.booleans(),
)
ENTRY = Entry("yes", "p", "SM1", AT, "sms", "fr", "SM0", "key", "en", "digest", "ref")


@pytest.mark.parametrize(
    ("event", "opted_out_at", "subscribed"),
    [
        ("ask", None, True),
        ("no", None, False),
        ("withdraw", LATER, False),
        ("forget", LATER, False),
        ("start", None, True),
    ],
)
def test_what_each_event_does_to_a_subscriber(
    event: ConsentEvent, opted_out_at: datetime | None, subscribed: bool
) -> None:
    assert follow(Standing(subscribed=True), event, LATER, {"yes": AT}) == Standing(
        opted_out_at, None, subscribed
    )


@pytest.mark.parametrize("event", ["start", "yes"])
def test_what_was_said_before_the_opt_out_does_not_end_it(event: ConsentEvent) -> None:
    assert follow(Standing(LATER), event, AT, {"withdraw": LATER}) == Standing(LATER)
    assert follow(Standing(AT), event, AT, {"withdraw": AT}) == Standing(None, None, event == "yes")


@pytest.mark.parametrize("grant", ["start", "yes"])
def test_an_opt_out_said_before_a_grant_does_not_end_it(grant: ConsentEvent) -> None:
    standing = Standing(subscribed=grant == "yes")
    assert follow(standing, "withdraw", AT, {grant: LATER}) == standing
    assert follow(standing, "withdraw", LATER, {grant: LATER}) == Standing(LATER)


def test_an_opt_out_between_yes_and_start_ends_the_subscription_all_the_same() -> None:
    last = LATER + timedelta(minutes=1)
    assert (
        follow(Standing(subscribed=True), "withdraw", LATER, {"yes": AT, "start": last})
        == Standing()
    )


@given(STANDINGS, STANDINGS)
def test_two_who_are_one_may_be_sent_what_both_may(one: Standing, other: Standing) -> None:
    both = united(one, other)
    assert both == united(other, one)
    assert (both.opted_out_at is None) == (one.opted_out_at is None and other.opted_out_at is None)
    assert all(
        both.held_until and both.held_until >= s.held_until for s in (one, other) if s.held_until
    )
    assert not (both.subscribed and both.opted_out_at)


@pytest.mark.parametrize("field", [f.name for f in fields(Entry)])
def test_every_field_of_an_entry_is_in_its_hash(field: str) -> None:
    changed = replace(ENTRY, **{field: LATER if field == "at" else "no"})
    assert link(FIRST, changed.fields()) != link(FIRST, ENTRY.fields())


def test_the_hash_is_the_same_in_every_time_zone() -> None:
    elsewhere = replace(ENTRY, at=AT.astimezone(timezone(timedelta(hours=9))))
    assert link(FIRST, elsewhere.fields()) == link(FIRST, ENTRY.fields())

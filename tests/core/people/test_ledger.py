"""Where a person stands follows from what they said, in the order in which they said it."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsbot.core.people.consent import FIRST, ConsentEvent, link
from smsbot.core.people.ledger import (
    IDENTIFYING,
    Entry,
    Grounds,
    Standing,
    Subscription,
    entry,
    follow,
    joined,
    united,
)

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
STANDINGS = st.builds(
    lambda out, held, subscribed: Standing(out, held, subscribed and out is None),
    *(st.one_of(st.none(), st.sampled_from([AT, LATER])),) * 2,
    st.booleans(),
)
FIRST_FIELDS = [f.name for f in fields(Entry)][:11]
OLD = Entry("yes", "p", "SM1", AT, "sms", "fr", "SM0", "key", "en", "digest", "ref", version=1)
ENTRY = entry(
    "yes",
    Grounds("+1", "Clinic", "news", "oui", "keyword", "paper", "Ada", "2 a month", country="CA", ip="::1", agent="b"),
    person="p", message_id="SM1", at=AT, channel="sms", language="fr", ask_id="SM0", reference="ref",
).bound("salt")  # fmt: skip
# An ask, a yes and a deletion as the release before version 2 wrote them, and the hashes that it tied them with.
WRITTEN = [
    Entry("ask", "a" * 32, "SM1", AT, "sms", "fr", "", "consent_ask", "fr", "d" * 64, version=1),
    Entry("yes", "a" * 32, "SM2", LATER, "sms", "fr", "SM1", version=1),
    Entry("forget", "b" * 32, "SM3", LATER + timedelta(minutes=1), "whatsapp", "zh-Hans", reference="AB23", version=1),
]  # fmt: skip
TIED = [
    "f0ea74b34af467cacda23a099240940aa9fdd286adbac3e05e7262638dda0a9a",
    "030b0a660b0e0262d1609c5773c42425e34745b3200c016d40191950d2d10536",
    "2a40072b321c52ffca71ba0f730c4f0f0d1e5f7e80f6c816dc8119892458d8c0",
]


@pytest.mark.parametrize(
    ("event", "opted_out_at", "subscribed"),
    [
        ("ask", None, True),
        ("no", None, False),
        ("withdraw", LATER, False),
        ("forget", LATER, False),
        ("start", None, True),
        ("expire", None, False),
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


# ---------------------------------------------------------------- entries


def other(field: str) -> object:
    """Another value for a field."""
    return {"at": LATER, "version": 3, "unconditional": True, "adult": True}.get(field, "no")


def proved(one: Entry, tied: str) -> bool:
    return one.sound and link(FIRST, one.fields()) == tied


@pytest.mark.parametrize("entry", [OLD, ENTRY, ENTRY.without_identity(7)])
@pytest.mark.parametrize("field", [f.name for f in fields(Entry)])
def test_whatever_is_changed_in_an_entry_is_found(entry: Entry, field: str) -> None:
    tied = link(FIRST, entry.fields())
    assert proved(entry, tied)
    if entry.erased and field == "message_id":
        return  # it is the entry's own number then, which the chain itself knows
    assert not proved(replace(entry, **{field: other(field)}), tied)


def test_the_hash_is_the_same_in_every_time_zone() -> None:
    elsewhere = replace(ENTRY, at=AT.astimezone(timezone(timedelta(hours=9))))
    assert link(FIRST, elsewhere.fields()) == link(FIRST, ENTRY.fields())


def test_entries_of_the_first_version_hash_as_they_did() -> None:
    tied, found = FIRST, []
    for one in WRITTEN:
        tied = link(tied, one.fields())
        found.append(tied)
    assert found == TIED
    assert all(one.sound for one in WRITTEN)


def test_what_identifies_can_be_dropped_and_the_entry_is_proved_as_before() -> None:
    erased = ENTRY.without_identity(7)
    assert erased.fields() == ENTRY.fields()
    assert erased.erased
    assert not ENTRY.erased
    assert [getattr(erased, name) for name in IDENTIFYING] == ["", "7", "", "", "", "", ""]
    assert (erased.country, erased.business, erased.at) == ("CA", "Clinic", AT)
    assert OLD.without_identity(7) == OLD


def test_what_was_dropped_cannot_be_guessed_from_what_stays() -> None:
    again = replace(ENTRY, salt="", identity="").bound("another salt")
    assert again.identity != ENTRY.identity


def test_a_question_and_its_answer_share_a_pair() -> None:
    ask = replace(ENTRY, event="ask", message_id="SM0", ask_id="")
    assert ask.pair == ENTRY.pair == "SM0"


# ---------------------------------------------------------------- subscriptions

SUBSCRIBED = Subscription("sms", "fr", "CA", "America/Toronto", AT, AT)


def test_the_first_campaign_stays_and_the_last_one_is_the_latest() -> None:
    first = replace(SUBSCRIBED, last_campaign=3).after(None)
    assert (first.first_campaign, first.last_campaign) == (3, 3)
    second = replace(SUBSCRIBED, at=LATER, wrote_at=LATER, last_campaign=5).after(first)
    assert (second.first_campaign, second.last_campaign, second.at) == (3, 5, LATER)
    third = SUBSCRIBED.after(second)
    assert (third.first_campaign, third.last_campaign, third.wrote_at) == (3, 5, LATER)
    assert SUBSCRIBED.after(None).first_campaign == 0


def test_two_subscriptions_of_one_person_are_the_newer_one_with_the_latest_message() -> None:
    newer = replace(SUBSCRIBED, channel="whatsapp", at=LATER)
    older = replace(SUBSCRIBED, wrote_at=LATER + timedelta(minutes=5))
    both = replace(newer, wrote_at=older.wrote_at)
    assert joined(older, newer) == joined(newer, older) == both
    assert joined(None, newer) == joined(newer, None) == newer
    assert joined(None, None) is None

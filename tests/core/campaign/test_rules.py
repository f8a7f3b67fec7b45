"""The rules of countries: what ships, what a clinic may make of them, and what is refused with its row named."""

import tomllib
from datetime import time, timedelta
from importlib import resources
from typing import Any

import pytest

from smsbot.adapters.calendar import knows
from smsbot.core.campaign.rules import RuleBook, read_rules
from smsbot.core.content.broken import Broken
from smsbot.core.people.hours import Window, within

TABLE = tomllib.loads(resources.files("smsbot.content").joinpath("campaign_rules.toml").read_text())
BOOK = read_rules(TABLE)

TEN_TO_SIX, TEN_TO_FIVE = Window(time(10), time(18)), Window(time(10), time(17))
DEFAULT = (*((TEN_TO_SIX,),) * 5, (TEN_TO_FIVE,), ())


def clinic(text: str) -> RuleBook:
    return BOOK.with_clinic(tomllib.loads(text)["campaigns"], "clinic.toml")


# ---------------------------------------------------------------- what ships


@pytest.mark.parametrize("country", BOOK.countries)
def test_every_country_begins_with_no_names_in_the_default_hours(country: str) -> None:
    rules = BOOK.of(country)
    assert rules is not None
    assert (rules.names, rules.hours.week) == ("none", DEFAULT)


@pytest.mark.parametrize("place", sorted(BOOK.reach))
def test_the_default_lies_within_every_rule(place: str) -> None:
    week = BOOK.reach[place].week
    assert week is None or within(DEFAULT, week)


@pytest.mark.parametrize("country", BOOK.countries)
def test_the_holidays_of_every_country_are_known(country: str) -> None:
    rules = BOOK.of(country)
    assert rules is not None
    assert knows(country, rules.holidays_of)
    assert knows(country, BOOK.parts_of(country))


@pytest.mark.parametrize("country", ["XX", "BR", "", "TX", "US-TX", "us"])
def test_a_country_without_a_rule_has_none(country: str) -> None:
    assert BOOK.of(country) is None


def test_north_american_numbers_have_an_hour_on_either_side() -> None:
    for country in ("CA", "US"):
        rules = BOOK.of(country)
        assert rules is not None
        assert rules.hours.guarded[0] == (Window(time(11), time(17)),)


def test_nobody_in_the_united_states_is_invited_by_whatsapp() -> None:
    for part in ("", "TX", "NY"):
        rules = BOOK.of("US", part)
        assert rules is not None
        assert set(rules.barred) == {"whatsapp"}
    canada = BOOK.of("CA")
    assert canada is not None
    assert canada.barred == {}


def test_of_a_country_with_parts_the_strictest_counts_for_those_whose_part_is_not_known() -> None:
    book = clinic('[campaigns.US]\nwindows = { monday-sunday = ["08:00-21:00"] }')
    everywhere, texas, new_york = (book.of("US", part) for part in ("", "TX", "NY"))
    assert everywhere is not None
    assert texas is not None
    assert new_york is not None
    assert (
        everywhere.hours.week == DEFAULT
    )  # Rhode Island's evenings, Kentucky's mornings, Alabama's Sundays
    assert texas.hours.week[6] == (Window(time(12), time(21)),)
    assert texas.hours.week[0] == (Window(time(9), time(21)),)
    assert new_york.hours.week == ((Window(time(8), time(21)),),) * 7
    assert everywhere.holidays_of == ("AL", "LA", "MS", "PA", "RI", "UT")
    assert (texas.place, texas.holidays_of) == ("US-TX", ("TX",))
    assert texas.hours.guard == timedelta(hours=1)


# ---------------------------------------------------------------- the clinic's own file


def test_a_clinic_may_go_as_far_as_the_rule() -> None:
    book = clinic('[campaigns.CA]\nnames = "price"\nwindows = { monday = ["09:00-21:30"] }')
    rules = book.of("CA")
    assert rules is not None
    assert (rules.names, rules.evidence) == ("price", ())
    assert rules.hours.week == ((Window(time(9), time(21, 30)),), *((),) * 6)
    germany = book.of("DE")
    assert germany is not None
    assert germany.names == "none"  # a wish is for its own country


def test_a_clinic_may_narrow() -> None:
    book = clinic(
        '[campaigns.DE]\nwindows = { tuesday = ["14:00-16:00"] }\nwords = ["glow*"]\nbarred = { rcs = "no sender" }'
    )
    rules = book.of("DE")
    assert rules is not None
    assert rules.hours.week == ((), (Window(time(14), time(16)),), *((),) * 5)
    assert [p.text for p in rules.words] == ["glow*"]
    assert rules.barred == {"rcs": "no sender"}


WIDER = [
    ("CA", 'names = "drug"', "names"),
    ("US", 'names = "price"', "names"),  # the law would allow it, carriers do not: on evidence only
    ("US", 'names = "drug"', "names"),
    ("DE", 'names = "price"', "names"),
    ("CA", 'windows = { monday-friday = ["08:59-18:00"] }', "windows"),
    ("DE", 'windows = { sunday = ["12:00-13:00"] }', "windows"),
    ("US-RI", 'windows = { monday = ["10:00-18:01"] }', "windows"),
    ("US", 'open = ["whatsapp"]', "open"),
    ("BR", 'names = "none"', ""),
]


@pytest.mark.parametrize(("place", "line", "key"), WIDER)
def test_what_goes_further_than_a_rule_needs_a_reason_and_evidence(
    place: str, line: str, key: str
) -> None:
    for half in ("", '\noverride = "Dr Example, 2027-01-15"', '\nevidence = "legal/advice.pdf"'):
        with pytest.raises(Broken, match="goes further than the rule") as broken:
            clinic(f"[campaigns.{place}]\n{line}{half}")
        assert broken.value.key == ".".join(filter(None, ("campaigns", place, key)))
    whole = f'{line}\noverride = "Dr Example, 2027-01-15"\nevidence = "legal/advice.pdf"'
    rules = clinic(f"[campaigns.{place}]\n{whole}").of(*place.split("-"))
    assert rules is not None
    assert rules.evidence == ("legal/advice.pdf",)


def test_evidence_opens_what_it_is_for() -> None:
    proof = 'override = "Dr Example"\nevidence = "legal/us.pdf"'
    rules = clinic(f'[campaigns.US]\nnames = "drug"\nopen = ["whatsapp"]\n{proof}').of("US")
    assert rules is not None
    assert (rules.names, rules.barred) == ("drug", {})
    late = clinic(f'[campaigns.DE]\nwindows = {{ sunday = ["12:00-13:00"] }}\n{proof}').of("DE")
    assert late is not None
    assert late.hours.week[6] == (Window(time(12), time(13)),)
    brazil = clinic(f'[campaigns.BR]\nnames = "none"\n{proof}').of("BR")
    assert brazil is not None
    assert brazil.hours.week == DEFAULT


def test_evidence_that_is_not_needed_opens_nothing() -> None:
    rules = clinic('[campaigns.DE]\nnames = "none"\noverride = "me"\nevidence = "legal/de.pdf"').of(
        "DE"
    )
    assert rules is not None
    assert (rules.evidence, rules.hours.week) == ((), DEFAULT)


# ---------------------------------------------------------------- faults


def changed(**rule: Any) -> dict[str, Any]:
    return {**TABLE, "rule": [{"places": ["CA"], "names": "none", **rule}]}


@pytest.mark.parametrize(
    ("table", "key", "says"),
    [
        (changed(names="all"), "rule[1].names", "not one of none, price, drug"),
        (changed(places=[]), "rule[1].places", "is missing"),
        (changed(places=["CAN"]), "rule[1]", "ISO 3166"),
        (changed(places=["ca"]), "rule[1]", "ISO 3166"),
        (changed(places=["US-TX"]), "rule", "part of a country that has no rule"),
        (changed(hours=1), "rule[1].hours", "not known here"),
        (changed(windows={"mon": ["10:00-11:00"]}), "rule[1].windows.mon", "monday"),
        (changed(windows={"friday-monday": []}), "rule[1].windows.friday-monday", "begins on"),
        (changed(windows={"monday": ["18:00-10:00"]}), "rule[1].windows.monday", "18:00-10:00"),
        (changed(windows={"monday": ["10-11-12"]}), "rule[1].windows.monday", "10-11-12"),
        (changed(windows={"monday": [10]}), "rule[1].windows.monday", "span"),
        (changed(windows={"monday": "10:00-11:00"}), "rule[1].windows.monday", "list"),
        (
            changed(windows={"monday": [], "monday-friday": []}),
            "rule[1].windows.monday-friday",
            "already",
        ),
        (changed(guard_minutes=-1), "rule[1].guard_minutes", "minutes"),
        (changed(guard_minutes=True), "rule[1].guard_minutes", "minutes"),
        (changed(barred={"fax": "old"}), "rule[1].barred", "no channel"),
        (changed(barred={"sms": ""}), "rule[1].barred", "reason"),
        (changed(words=[".. toxin"]), "rule[1].words", "begins or ends"),
        (changed(words=[""]), "rule[1].words", "not empty"),
        (changed(holidays_of="QC"), "rule[1].holidays_of", "list"),
        (changed(on_evidence="yes"), "rule[1].on_evidence", "true or false"),
        ({**TABLE, "rule": [1]}, "rule[1]", "table"),
        ({**TABLE, "rule": TABLE["rule"] * 2}, f"rule[{len(TABLE['rule']) + 1}].places", "already"),
        ({**TABLE, "limits": {**TABLE["limits"], "emoji": 0}}, "limits.emoji", "whole number"),
        ({k: v for k, v in TABLE.items() if k != "default"}, "default", "is missing"),
        ({**TABLE, "more": {}}, "more", "not known here"),
    ],
)
def test_a_fault_names_its_row(table: dict[str, Any], key: str, says: str) -> None:
    with pytest.raises(Broken) as broken:
        read_rules(table)
    assert (broken.value.file, broken.value.key) == ("campaign_rules.toml", key)
    assert says in broken.value.why


def test_midnight_ends_a_day() -> None:
    book = read_rules(changed(windows={"monday": ["22:00-24:00"]}))
    assert book.reach["CA"].week[0] == (Window(time(22), time.max),)  # type: ignore[index]


def test_a_part_of_a_country_never_loosens_what_the_country_asks() -> None:
    country = {
        "places": ["US"],
        "names": "drug",
        "guard_minutes": 60,
        "purpose": True,
        "barred": {"rcs": "no sender"},
        "price_needs": ["valid_until"],
        "words": ["glow*"],
    }
    part = {"places": ["US-TX"], "names": "drug", "guard_minutes": 30, "words": ["shine*"]}
    book = read_rules({**TABLE, "rule": [country, part]})
    for rules in (book.of("US", "TX"), book.of("US")):
        assert rules is not None
        assert rules.hours.guard == timedelta(hours=1)
        assert rules.purpose
        assert rules.barred == {"rcs": "no sender"}
        assert rules.price_needs == ("valid_until",)
        assert [pattern.text for pattern in rules.words] == ["glow*", "shine*"]

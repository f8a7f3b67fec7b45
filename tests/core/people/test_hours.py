"""Lawful hours: in every zone, over the changes of the clock, on holidays, and never where no zone is known."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from smsbot.core.people.hours import (
    Hours,
    Window,
    at_local,
    common,
    lawful,
    next_lawful,
    within,
)

WEEKDAY = (Window(time(10), time(18)),)
SATURDAY = (Window(time(10), time(17)),)
USUAL = Hours((WEEKDAY,) * 5 + (SATURDAY, ()))
GUARDED = Hours(USUAL.week, guard=timedelta(hours=1))
TORONTO, VANCOUVER, PARIS = map(ZoneInfo, ("America/Toronto", "America/Vancouver", "Europe/Paris"))
# Zones that change their clocks at midnight, by half an hour, by two hours, by none at all, and far from Greenwich.
ZONES = [
    *(TORONTO, VANCOUVER, PARIS),
    *map(
        ZoneInfo,
        (
            "Australia/Lord_Howe", "Africa/Casablanca", "America/Havana", "America/Asuncion", "Africa/Cairo", "Asia/Beirut",
            "Antarctica/Troll", "America/Phoenix", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Scoresbysund",
        ),
    ),
]  # fmt: skip


def no_holiday(_day: date) -> bool:
    return False


def at(text: str, zone: ZoneInfo = TORONTO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


# ---------------------------------------------------------------- lawful


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2027-03-05 09:59:59.999999", False),  # a Friday
        ("2027-03-05 10:00", True),
        ("2027-03-05 17:59:59.999999", True),
        ("2027-03-05 18:00", False),
        ("2027-03-06 16:59", True),  # Saturday
        ("2027-03-06 17:00", False),
        ("2027-03-07 12:00", False),  # Sunday
    ],
)
def test_a_window_begins_and_ends_where_it_says(when: str, expected: bool) -> None:
    assert lawful(at(when), (TORONTO,), USUAL, no_holiday) is expected


def test_every_zone_has_to_agree() -> None:
    assert lawful(at("2027-03-05 13:00"), (TORONTO, VANCOUVER), USUAL, no_holiday)
    assert not lawful(at("2027-03-05 12:59"), (TORONTO, VANCOUVER), USUAL, no_holiday)
    assert not lawful(at("2027-03-05 18:00"), (TORONTO, VANCOUVER), USUAL, no_holiday)


def test_without_a_zone_nothing_is_lawful() -> None:
    assert not lawful(at("2027-03-05 12:00"), (), USUAL, no_holiday)
    assert next_lawful(at("2027-03-05 12:00"), (), USUAL, no_holiday, at("2027-04-01")) is None
    assert at_local(date(2027, 3, 5), time(12), ()) is None


@pytest.mark.parametrize(
    ("when", "expected"), [("10:59", False), ("11:00", True), ("16:59", True), ("17:00", False)]
)
def test_a_guard_is_cut_off_both_ends(when: str, expected: bool) -> None:
    assert lawful(at(f"2027-03-05 {when}"), (TORONTO,), GUARDED, no_holiday) is expected


def test_a_guard_as_wide_as_a_window_leaves_nothing_of_it() -> None:
    week = ((Window(time(0, 30), time(1)), Window(time(9), time(11)), Window(time(23), time.max)),)
    hours = Hours(week * 7, guard=timedelta(minutes=60))
    assert hours.guarded == ((),) * 7
    assert next_lawful(at("2027-03-05"), (TORONTO,), hours, no_holiday, at("2027-04-01")) is None


def test_a_holiday_is_one_where_the_person_is() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    friday_there = at("2027-03-05 10:30", auckland)  # still Thursday in Greenwich
    assert not lawful(friday_there, (auckland,), USUAL, {date(2027, 3, 5)}.__contains__)
    assert lawful(friday_there, (auckland,), USUAL, {date(2027, 3, 4)}.__contains__)


# ---------------------------------------------------------------- next_lawful


@pytest.mark.parametrize(
    ("after", "zones", "expected"),
    [
        (at("2027-03-05 12:34:56.789"), (TORONTO,), at("2027-03-05 12:34:56.789")),
        (at("2027-03-05 03:00"), (TORONTO,), at("2027-03-05 10:00")),
        (at("2027-03-05 18:00"), (TORONTO,), at("2027-03-06 10:00")),
        (at("2027-03-06 17:00"), (TORONTO,), at("2027-03-08 10:00")),
        (at("2027-03-05 03:00"), (TORONTO, VANCOUVER), at("2027-03-05 13:00")),
        (at("2027-03-05 03:00"), (VANCOUVER, TORONTO), at("2027-03-05 13:00")),
        (at("2027-03-05 18:00"), (VANCOUVER, TORONTO), at("2027-03-06 13:00")),
        # The clocks go forward on Sunday the 14th: Monday's 10:00 comes an hour sooner in UTC.
        (at("2027-03-13 17:00"), (TORONTO,), datetime(2027, 3, 15, 14, tzinfo=UTC)),
        (at("2027-03-06 17:00"), (TORONTO,), datetime(2027, 3, 8, 15, tzinfo=UTC)),
    ],
)
def test_the_next_lawful_moment(
    after: datetime, zones: tuple[ZoneInfo, ...], expected: datetime
) -> None:
    assert next_lawful(after, zones, USUAL, no_holiday, after + timedelta(days=7)) == expected


def test_holidays_are_passed_over() -> None:
    easter = {date(2027, 3, 26), date(2027, 3, 29)}.__contains__
    found = next_lawful(at("2027-03-25 18:00"), (PARIS,), USUAL, easter, at("2027-04-01"))
    assert found == at("2027-03-27 10:00", PARIS)


def test_until_is_no_longer_in_time() -> None:
    after, opens = at("2027-03-05 18:00"), at("2027-03-06 10:00")
    assert next_lawful(after, (TORONTO,), USUAL, no_holiday, opens) is None
    assert (
        next_lawful(after, (TORONTO,), USUAL, no_holiday, opens + timedelta(microseconds=1))
        == opens
    )
    assert next_lawful(opens, (TORONTO,), USUAL, no_holiday, opens) is None


def test_zones_that_share_no_hour_have_no_next() -> None:
    zones = (ZoneInfo("Pacific/Kiritimati"), PARIS, VANCOUVER)
    assert (
        next_lawful(at("2027-03-05"), zones, USUAL, no_holiday, at("2027-03-05") + timedelta(60))
        is None
    )


@pytest.mark.parametrize(
    ("window", "after", "expected"),
    [
        # On 14 March 2027 the clocks go from 2:00 to 3:00, into a window and over the beginning of one.
        ((time(2, 30), time(3, 30)), "2027-03-14T05:00", "2027-03-14T07:00"),
        ((time(2, 15), time(2, 45)), "2027-03-14T05:00", "2027-03-15T06:15"),
        # On 1 November 2026 they go from 2:00 back to 1:00: a window comes twice, and one is come back into.
        ((time(1, 30), time(1, 45)), "2026-11-01T05:00", "2026-11-01T05:30"),
        ((time(1, 30), time(1, 45)), "2026-11-01T05:45", "2026-11-01T06:30"),
        ((time(0, 30), time(1, 30)), "2026-11-01T05:30", "2026-11-01T06:00"),
    ],
)
def test_a_change_of_the_clock_opens_a_window(
    window: tuple[time, time], after: str, expected: str
) -> None:
    begin, end = (datetime.fromisoformat(t).replace(tzinfo=UTC) for t in (after, expected))
    hours = Hours(((Window(*window),),) * 7)
    assert next_lawful(begin, (TORONTO,), hours, no_holiday, begin + timedelta(days=3)) == end


FIRST = datetime(2026, 9, 20, tzinfo=UTC)
seconds = st.integers(0, 416 * 86400)
moments = seconds.map(lambda number: FIRST + timedelta(seconds=number))
walls = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


@st.composite
def windows(draw: Callable[..., time]) -> Window:
    start, end = sorted([draw(walls), draw(walls)])
    assume(start < end)
    return Window(start, end)


weeks = st.lists(st.lists(windows(), max_size=2).map(tuple), min_size=7, max_size=7).map(tuple)
hours_of_a_week = st.builds(
    Hours,
    week=weeks,
    guard=st.sampled_from([timedelta(), timedelta(minutes=30), timedelta(hours=1)]),
)
# Around these days clocks are changed in one zone or another.
CHANGES = [
    "2026-10-03", "2026-10-24", "2026-10-29", "2026-10-31", "2027-02-06", "2027-03-13", "2027-03-27", "2027-04-03", "2027-04-29",
]  # fmt: skip
quarters = st.integers(0, 3 * 96).map(lambda number: timedelta(minutes=15 * number))
near_changes = st.builds(
    lambda day, after: datetime.fromisoformat(day).replace(tzinfo=UTC) + after,
    st.sampled_from(CHANGES),
    quarters,
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(moments, near_changes),
    st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique_by=lambda z: z.key),
    hours_of_a_week,
    st.sets(st.integers(0, 6)),
)
def test_what_next_lawful_gives_is_lawful_and_nothing_before_it_is(
    after: datetime, zones: list[ZoneInfo], hours: Hours, free: set[int]
) -> None:
    until = after + timedelta(days=4)

    def is_holiday(day: date) -> bool:
        return day.day % 7 in free

    found = next_lawful(after, zones, hours, is_holiday, until)
    if found is not None:
        assert after <= found < until
        assert lawful(found, zones, hours, is_holiday)
    # Windows begin on a quarter of an hour, and zones change on one: nothing lawful begins between two quarters.
    first = after.replace(minute=after.minute // 15 * 15, second=0, microsecond=0)
    steps = [after, *(first + timedelta(minutes=15 * n) for n in range(1, 4 * 96 + 1))]
    before = [q for q in steps if after <= q < (found or until)]
    assert not any(lawful(q, zones, hours, is_holiday) for q in before)


# ---------------------------------------------------------------- at_local


@pytest.mark.parametrize(
    ("day", "wall", "zones", "expected"),
    [
        (date(2027, 3, 5), time(12), (TORONTO,), "2027-03-05T17:00"),
        (date(2027, 3, 5), time(12), (TORONTO, VANCOUVER), "2027-03-05T20:00"),
        (date(2027, 3, 14), time(2, 30), (TORONTO,), "2027-03-14T07:00"),  # 2:00 to 3:00 is skipped
        (date(2026, 11, 1), time(1, 30), (TORONTO,), "2026-11-01T05:30"),  # the first of the two
        (date(2026, 11, 1), time(2), (TORONTO,), "2026-11-01T07:00"),
    ],
)
def test_a_wall_time_is_reached_when_the_last_zone_has_it(
    day: date, wall: time, zones: tuple[ZoneInfo, ...], expected: str
) -> None:
    assert at_local(day, wall, zones) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@settings(max_examples=200, deadline=None)
@given(
    st.dates(date(2026, 9, 20), date(2027, 11, 10)),
    walls,
    st.lists(st.sampled_from(ZONES), min_size=1, max_size=3),
)
def test_at_local_shows_that_wall_time_in_one_zone_and_a_later_one_in_the_others(
    day: date, wall: time, zones: list[ZoneInfo]
) -> None:
    wanted = datetime.combine(day, wall)
    found = at_local(day, wall, zones)
    assert found is not None
    shown = [found.astimezone(zone).replace(tzinfo=None) for zone in zones]
    assert min(shown) >= wanted
    just_before = found - timedelta(microseconds=1)
    assert any(just_before.astimezone(zone).replace(tzinfo=None) < wanted for zone in zones)


# ---------------------------------------------------------------- weeks


def test_a_window_that_is_empty_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        Window(time(10), time(10))
    with pytest.raises(ValueError, match="seven days"):
        Hours((WEEKDAY,) * 6)


@settings(deadline=None)
@given(weeks, weeks)
def test_what_two_weeks_share_is_in_both(one: tuple, other: tuple) -> None:
    shared = common(one, other)
    assert within(shared, one)
    assert within(shared, other)


@settings(deadline=None)
@given(weeks, weeks, st.integers(0, 6), walls)
def test_a_moment_is_shared_where_both_weeks_have_it(
    one: tuple, other: tuple, day: int, wall: time
) -> None:
    both = any(wall in w for w in one[day]) and any(wall in w for w in other[day])
    assert any(wall in w for w in common(one, other)[day]) is both


def test_a_week_is_within_another_whose_windows_touch() -> None:
    touching = ((Window(time(9), time(12)), Window(time(12), time(18))),) * 7
    assert within((WEEKDAY,) * 7, touching)
    assert not within(((Window(time(8), time(10)),),) * 7, touching)
    assert within(((),) * 7, touching)
    assert not within(touching, ((),) * 7)

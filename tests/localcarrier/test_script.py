"""Rules that say what goes wrong: which message they are for, what they make of it, and that chance can be repeated."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcarrier.script import (
    BadScript,
    Rule,
    Script,
    Step,
    choose,
    fate,
    parse,
    statuses_of,
    verdict,
)

TO = "+15145550123"


def script(*rules: dict[str, object], **more: object) -> Script:
    return parse(json.dumps({"rules": rules, **more}))


def rule_for(
    rules: Script, to: str = TO, channel: str = "sms", attempt: int = 1, seed: int = 1
) -> Rule:
    return choose(rules, seed, to, channel, attempt)  # type: ignore[arg-type]


def test_the_first_rule_that_fits_counts() -> None:
    rules = script(
        {"to": "whatsapp:*", "outcome": "failed"},
        {"to": TO, "times": 2, "answer": "refused", "status": 429},
        {"channel": "sms", "outcome": "undelivered"},
    )
    assert rule_for(rules, f"whatsapp:{TO}", "whatsapp").outcome == "failed"
    assert [rule_for(rules, attempt=n).answer for n in (1, 2, 3)] == [
        "refused",
        "refused",
        "created",
    ]
    assert rule_for(rules, attempt=3).outcome == "undelivered"
    assert rule_for(rules, "rcs:+15145550124", "rcs") == Rule()


@given(st.integers(), st.floats(0, 1))
def test_a_share_is_the_same_people_each_time_and_about_as_many_as_it_says(
    seed: int, share: float
) -> None:
    rules = script({"share": share, "outcome": "failed"})
    people = [f"+1514555{n:04d}" for n in range(400)]
    hit = [rule_for(rules, to, seed=seed).outcome == "failed" for to in people]
    again = [rule_for(rules, to, seed=seed).outcome == "failed" for to in reversed(people)]
    assert hit == again[::-1]
    assert abs(sum(hit) - 400 * share) < 80


def test_another_seed_is_another_run() -> None:
    rules = script({"share": 0.5, "outcome": "failed"})
    people = [f"+1514555{n:04d}" for n in range(100)]
    runs = {tuple(rule_for(rules, to, seed=seed).outcome for to in people) for seed in range(5)}
    assert len(runs) == 5


@pytest.mark.parametrize(
    ("rule", "channel", "service", "statuses"),
    [
        ({}, "sms", False, ("sent", "delivered")),
        ({}, "sms", True, ("queued", "sent", "delivered")),
        ({}, "whatsapp", False, ("sent", "delivered", "read")),
        ({"outcome": "delivered"}, "whatsapp", False, ("sent", "delivered")),
        ({"outcome": "undelivered"}, "sms", False, ("sent", "undelivered")),
        ({"outcome": "failed"}, "sms", True, ("queued", "failed")),
        (
            {"statuses": ["sent", "undelivered", "delivered"]},
            "sms",
            False,
            ("sent", "undelivered", "delivered"),
        ),
    ],
)
def test_a_message_goes_its_channels_way(
    rule: dict[str, object], channel: str, service: bool, statuses: tuple[str, ...]
) -> None:
    assert statuses_of(script(rule).rules[0], channel, service) == statuses  # type: ignore[arg-type]


def made(
    rule: dict[str, object],
    statuses: tuple[str, ...] = ("sent", "delivered", "read"),
    seed: int = 1,
) -> list[Step]:
    rules = script(rule)
    return list(fate(rules, seed, rules.rules[0], statuses, rules.rules[0].error, "key").callbacks)


def test_callbacks_come_in_order_each_after_its_delay() -> None:
    assert made({"delay": 2}) == [Step(2, "sent"), Step(4, "delivered"), Step(6, "read")]
    times = [step.after for step in made({"delay": [1, 3]})]
    assert all(1 <= b - a <= 3 for a, b in zip([0.0, *times], times, strict=False))


def test_callbacks_are_repeated_shuffled_dropped_and_early_as_told() -> None:
    assert [s.status for s in made({"repeat": 2})] == [
        "sent",
        "sent",
        "delivered",
        "delivered",
        "read",
        "read",
    ]
    assert made({"dropped": 1}) == []
    orders = {tuple(s.status for s in made({"shuffle": True}, seed=seed)) for seed in range(40)}
    assert len(orders) == 6
    assert [s.after for s in made({"shuffle": True, "delay": 1})] == [1, 2, 3]
    assert [s.after for s in made({"early": 2, "delay": 1})] == [0, 0, 3]


def test_what_fails_has_a_reason() -> None:
    assert made({"error": 30003}, ("sent", "undelivered"))[-1].error == 30003
    assert made({}, ("failed",))[-1].error == 30008
    assert made({"error": 30003}, ("sent", "delivered"))[-1].error is None


@given(st.integers(), st.text(max_size=10))
def test_the_same_seed_and_message_have_the_same_fate(seed: int, key: str) -> None:
    rules = script({"delay": [0, 5], "shuffle": True, "repeat": 3, "dropped": 0.3})
    args = (rules, seed, rules.rules[0], ("sent", "delivered", "read"), None, key)
    assert fate(*args) == fate(*args)


def test_a_template_is_approved_where_no_rule_says_otherwise() -> None:
    rules = script(approvals=[{"name": "sale_*", "language": "fr", "status": "rejected"}])
    assert verdict(rules, "sale_1", "fr").status == "rejected"
    assert verdict(rules, "sale_1", "en").status == "approved"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "cannot be read"),
        ("{", "cannot be read"),
        ('{"rules": [{"two": "x"}]}', "two"),
        ('{"rules": [{"answer": "maybe"}]}', "maybe"),
        ('{"rules": [{"share": 2}]}', "rule 0: a share"),
        ('{"rules": [{}, {"repeat": 0}]}', "rule 1: a callback"),
        ('{"rules": [{"outcome": "sent", "statuses": []}]}', "not both"),
    ],
)
def test_a_script_that_is_wrong_is_named_with_its_place(text: str, why: str) -> None:
    with pytest.raises(BadScript, match=why):
        parse(text)

"""The scoreboard measures on messages of its own: enough of each, rightly written, and none of them learned from."""

import pytest

from benchmarks.scoreboard import Message, interval, messages
from smsbot import wiring
from smsbot.adapters import files

SIGNS = {"urgent", "urgent_today", "crisis"}


@pytest.fixture(scope="module")
def several() -> list[Message]:
    return messages()


def of(several: list[Message], tag: str, intents: set[str]) -> int:
    return sum(bool(m.intents & intents) for m in several if m.language == tag)


def test_every_language_has_enough_messages_and_enough_of_each_matter_of_safety(
    several: list[Message],
) -> None:
    for folder in files.language_folders():
        tag = folder.name.replace("_", "-")
        counts = {
            "all": of(several, tag, {i for m in several for i in m.intents}),
            "stop": of(several, tag, {"stop"}),
            "forget": of(several, tag, {"forget"}),
            "pregnant": of(several, tag, {"pregnant"}),
            "signs": of(several, tag, SIGNS),
        }
        assert counts["all"] >= 60, tag
        assert min(counts.values()) >= 20, (tag, counts)


def test_it_holds_two_thousand_harmless_messages_a_third_of_them_near_misses(
    several: list[Message],
) -> None:
    grave = SIGNS | {"stop", "forget", "pregnant", "minor"}
    harmless = [m for m in several if not m.intents & grave]
    assert len(harmless) >= 2000
    assert sum(m.near for m in several) >= 650
    assert sum(m.hard for m in several) / len(several) >= 0.45


def test_every_intent_of_it_is_one_that_the_bot_knows(
    several: list[Message], texts: wiring.Texts
) -> None:
    known = {e.label for e in wiring.read_all_examples() if "." not in e.label} | SIGNS
    assert {i for m in several for i in m.intents} <= known


def test_nothing_of_it_was_learned(several: list[Message]) -> None:
    def plain(text: str) -> str:
        return " ".join(text.casefold().split()).strip(" ?.!¿¡؟。？！")

    learned = {(e.language, plain(e.text)) for e in wiring.read_all_examples()}
    assert [m.text for m in several if (m.language, plain(m.text)) in learned] == []


def test_an_interval_holds_the_share_and_narrows_with_the_number() -> None:
    low, high = interval(95, 100)
    assert (round(low, 3), round(high, 3)) == (
        0.888,
        0.978,
    )  # Wilson's, as published tables give it
    wider = interval(19, 20)
    assert wider[0] < low < 0.95 < high < wider[1]
    assert interval(0, 0) == (0.0, 1.0)

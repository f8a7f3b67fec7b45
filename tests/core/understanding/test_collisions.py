"""A word that runs into another meaning, into an example or into the carrier says so before it is added."""

from datetime import UTC, datetime

import pytest

from smsbot.core.understanding.collisions import Collision, Shelf, collisions, shelf, spelled
from smsbot.core.understanding.examples import Example
from smsbot.core.understanding.lexicon import Lexicon
from smsbot.core.understanding.vocabulary import read_pattern
from smsbot.core.understanding.words import Word, with_words

from .test_lexicon import vocabulary

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ENGLISH = vocabulary(price=["how much", "pric*"], human=["a person"], hours=["open .. today"])
DUTCH = vocabulary("nl", source=["de prijs"], price=["damage"])
EXAMPLES = shelf(
    [
        Example("How much??", "price", "en"),
        Example("it hurts so much", "pain", "en"),
        Example("thanks so much", "thanks", "en"),
        Example("much pain", "pain", "en"),
    ]
)


def found(kind: str, label: str, text: str, known: Shelf = EXAMPLES) -> list[tuple[object, ...]]:
    word = Word(0, "en", kind, label, text, 1, AT)  # type: ignore[arg-type]
    lexicon = Lexicon([ENGLISH, DUTCH])
    told = collisions(word, ENGLISH, lexicon, known, {"stop", "help", "yes"})
    return [(c.kind, c.label, c.tag, c.blocks, c.count) for c in told]


def test_a_word_of_its_own_runs_into_nothing() -> None:
    assert found("keyword", "price", "the bill") == []
    assert found("example", "price", "what is the bill") == []


@pytest.mark.parametrize("text", ["stop", "STOP", "halt|stop", "stop*"])
def test_a_word_that_the_carrier_acts_on_never_reaches_the_bot(text: str) -> None:
    assert ("carrier", "", "", True, 1) in found("keyword", "price", text)
    assert ("carrier", "", "", False, 1) in found("keyword", "stop", text)


def test_the_very_same_pattern_stands_for_one_thing_only() -> None:
    assert found("keyword", "human", "how much")[0] == ("twin", "price", "en", True, 1)


def test_two_signs_of_danger_may_share_a_pattern() -> None:
    sign = Word(0, "en", "keyword", "redflags.lid", "cannot see", 1, AT)
    known = with_words(ENGLISH, [sign])
    other = Word(0, "en", "keyword", "redflags.vision", "cannot see", 1, AT)
    told = collisions(other, known, Lexicon([known]), Shelf(), ())
    assert told == (Collision("twin", "cannot see", "redflags.lid", "en"),)


def test_another_meanings_pattern_in_a_keyword_is_told_in_whatever_language() -> None:
    assert ("pattern", "human", "en", False, 1) in found("keyword", "price", "a person costs")
    assert ("pattern", "source", "nl", False, 1) in found("keyword", "price", "wat is de prijs")
    assert found("keyword", "price", "the damage") == []  # the same meaning in another language


def test_a_keyword_that_says_nothing_new_is_told() -> None:
    assert ("known", "price", "en", False, 1) in found("keyword", "price", "pricing list")


def test_examples_of_other_meanings_that_hold_a_keyword_are_counted() -> None:
    told = found("keyword", "news", "much|lots")
    assert [(k, label, n) for k, label, _, _, n in told if k == "held"] == [
        ("held", "pain", 2),
        ("held", "price", 1),
        ("held", "thanks", 1),
    ]
    assert [label for kind, label, *_ in found("keyword", "news", "hurt*") if kind == "held"] == [
        "pain"
    ]


def test_one_message_has_one_meaning() -> None:
    assert found("example", "pain", "how  MUCH") == [("example", "price", "en", True, 1)]
    assert found("example", "price", "how much?!") == [("known", "price", "en", False, 1)]


def test_a_pattern_is_spelled_out_in_every_way_and_in_no_more_than_can_be_tried() -> None:
    assert spelled(read_pattern("can't|cannot breath* {3-9}")) == (
        ("cant", "breath", "3"),
        ("cannot", "breath", "3"),
    )
    assert len(spelled(read_pattern(" ".join(["aa|bb|cc|dd"] * 9)))) == 64

"""The example messages of a language, and what is refused in them."""

from typing import Any

import pytest

from smsbot.core.understanding.examples import Example, read_examples, sign
from smsbot.core.understanding.vocabulary import Malformed

INTENTS = ("price", "stop", "unknown")


def test_each_message_stands_under_its_meaning_its_language_and_its_script() -> None:
    table = {
        "intents": {"price": ["kitna paisa", "कितना"]},
        "redflags": {"breathing": ["सांस नहीं आ रही"]},
        "romanised": {"intents": {"stop": ["band karo"]}},
    }
    assert read_examples("hi", table, INTENTS) == (
        Example("kitna paisa", "price", "hi"),
        Example("कितना", "price", "hi"),
        Example("सांस नहीं आ रही", "redflags.breathing", "hi"),
        Example("band karo", "stop", "hi", romanised=True),
    )


def test_a_label_tells_a_sign_from_an_intent() -> None:
    assert (sign("redflags.breathing"), sign("price")) == ("breathing", "")


def test_a_message_that_stands_twice_counts_once() -> None:
    assert len(read_examples("en", {"intents": {"price": ["how much", "how much"]}}, INTENTS)) == 1


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"intent": {}}, "intent is unknown"),
        ({"intents": {"prize": ["x"]}}, "intents.prize is not known"),
        ({"redflags": {"breath": ["x"]}}, "redflags.breath is not known"),
        ({"romanised": {"intents": {"prize": ["x"]}}}, "romanised.intents.prize is not known"),
        ({"intents": {"price": "how much"}}, "intents.price must be a list"),
        ({"intents": {"price": [" "]}}, "intents.price holds ' '"),
        ({"intents": {"price": [7]}}, "intents.price holds 7"),
        ({"intents": {"price": ["x" * 500]}}, "1 to 400 characters"),
        ({"intents": {"price": ["same"], "stop": ["same"]}}, "one message, one meaning"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(table: dict[str, Any], says: str) -> None:
    with pytest.raises(Malformed, match=says):
        read_examples("en", table, INTENTS)

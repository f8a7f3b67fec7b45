"""How the model's shares become a reading: what is answered, what is asked, and what is never left unheard."""

from typing import Any

import pytest

from smsbot.core.understanding.look import Reader, look, make_reader
from smsbot.core.understanding.reading import Reading, Scores, asked_of, understand
from smsbot.core.understanding.spoken import Prior, spoken, weigh
from smsbot.core.understanding.vocabulary import read_vocabulary


def reader() -> Reader:
    table: dict[str, Any] = {
        "own_name": "English",
        "direction": "ltr",
        "intents": {
            "price": {"words": ["how much"], "whole": ["price"]},
            "stop": {"words": ["stop texting"], "whole": ["stop"]},
            "pain": {"words": ["hurt"]},
        },
        "redflags": {"breathing": {"words": ["cant breathe"]}},
        "safety": {},
    }
    return make_reader([read_vocabulary("en", table)], {"stop": 19, "pregnant": 9, "pain": 2})


READER = reader()


def read(text: str, *shares: dict[str, float], tier: Any = "encoder") -> Reading:
    seen = look(READER, text)
    scores = [Scores(tier, s) for s in shares]
    return understand(READER, seen, spoken(seen, weigh(READER, seen, {}), Prior()), scores)


def test_a_clear_meaning_is_answered() -> None:
    reading = read("bill shock incoming?", {"price": 0.8, "pain": 0.2})
    assert (reading.intents, reading.tier, reading.asks) == (("price",), "encoder", ())


def test_between_sure_and_unsure_it_asks_for_the_two_likeliest() -> None:
    reading = read("and the damage?", {"price": 0.4, "pain": 0.35, "unknown": 0.25})
    assert (reading.intents, reading.asks, reading.tier) == ((), ("price", "pain"), "unsure")


def test_a_keyword_confirms_what_the_model_leans_to() -> None:
    assert read("how much then", {"price": 0.4, "pain": 0.35}).intents == ("price",)


def test_a_keyword_alone_does_not_overrule_the_model() -> None:
    assert read("how much longer must i wait", {"human": 0.9, "pain": 0.1}).intents == ("human",)


def test_two_questions_in_two_sentences_are_both_answered_the_riskier_first() -> None:
    reading = read(
        "is it expensive? will i feel it",
        {"price": 0.7, "pain": 0.3},
        {"price": 0.9, "pain": 0.1},
        {"pain": 0.9, "price": 0.1},
    )
    assert reading.intents == ("pain", "price")


def test_what_is_not_ours_is_not_added_to_a_question_that_is() -> None:
    reading = read(
        "my cat is fat. is it expensive",
        {"price": 0.8, "unknown": 0.2},
        {"unknown": 0.99, "price": 0.01},
        {"price": 0.9, "unknown": 0.1},
    )
    assert reading.intents == ("price",)


def test_signs_of_danger_count_at_a_low_share_and_beside_any_answer() -> None:
    reading = read("air is thin in here", {"price": 0.5, "redflags.breathing": 0.5})
    assert reading.triage is not None
    assert (reading.triage.classes, reading.triage.intents) == (("breathing",), ("urgent",))
    assert (reading.tier, reading.confidence) == ("redflag", 1.0)


def test_a_sign_in_one_sentence_of_many_is_seen() -> None:
    reading = read(
        "lovely place. my lids hang",
        {"thanks": 1.0},
        {"thanks": 1.0},
        {"redflags.lid": 0.9, "thanks": 0.1},
    )
    assert reading.triage is not None
    assert reading.triage.intents == ("urgent_today",)


def test_a_pattern_finds_a_sign_whatever_the_model_says() -> None:
    assert read("cant breathe", {"price": 1.0}).triage is not None


def test_an_opt_out_counts_where_the_model_or_a_pattern_with_it_says_so() -> None:
    assert read("leave me be", {"stop": 0.9, "unknown": 0.1}).intents == ("stop",)
    assert "stop" in read("stop texting while driving", {"stop": 0.3, "unknown": 0.7}).intents
    assert "stop" not in read("stop texting lol", {"stop": 0.01, "unknown": 0.99}).intents


def test_a_command_asks_no_model() -> None:
    assert asked_of(look(READER, "PRICE")) == ()
    assert asked_of(look(READER, "...!!! 42")) == ()
    assert asked_of(look(READER, "what is the price")) == ("what is the price",)


def test_without_a_model_the_keywords_read_as_before() -> None:
    assert read("does it hurt and how much").intents == ("pain", "price")


def test_the_model_of_characters_is_heard_only_where_no_keyword_speaks() -> None:
    shares = {"price": 0.9, "pain": 0.1}
    assert read("will it hurt", shares, tier="characters").intents == ("pain",)
    assert read("whats the cost", shares, tier="characters").intents == ("price",)


@pytest.mark.parametrize("text", ["", "👍", "1234567", "\u200b\u202e", "\ud800 x", "a" * 10_000])
def test_no_text_is_too_odd(text: str) -> None:
    asked = asked_of(look(READER, text))
    assert len(asked) <= 13
    assert read(text, *({"price": 1.0} for _ in asked)).tier


def two_languages() -> Reader:
    """Persian beside an Arabic that knows one sign, to be misread."""

    def table(own_name: str, words: list[str]) -> dict[str, Any]:
        signs = {"crisis": {"words": words}} if words else {}
        return {
            "own_name": own_name,
            "direction": "rtl",
            "intents": {"price": {"words": ["قیمت"]}},
            "redflags": signs,
            "safety": {},
        }

    tables = {"ar": table("العربية", ["انتحارات"]), "fa": table("فارسی", [])}
    return make_reader([read_vocabulary(tag, t) for tag, t in tables.items()], {})


@pytest.mark.parametrize(
    ("text", "votes", "shares", "is_sign"),
    [
        ("انتظارات من از این کار", {"fa": 0.9, "ar": 0.05}, (), False),  # expectations, in Persian
        ("انتظارات من از این کار", {"fa": 0.9}, ({"redflags.crisis": 0.1, "what": 0.9},), True),
        ("انتحارات من از این کار", {"fa": 0.9, "ar": 0.05}, (), True),
        ("انتظارات", {"ar": 0.9, "fa": 0.05}, (), True),
    ],
)
def test_a_misspelled_sign_of_an_unlikely_language_is_none_unless_the_model_leans_to_one(
    text: str, votes: dict[str, float], shares: tuple[dict[str, float], ...], is_sign: bool
) -> None:
    known = two_languages()
    seen = look(known, text)
    scores = [Scores("encoder", s) for s in shares]
    reading = understand(known, seen, spoken(seen, weigh(known, seen, votes), Prior()), scores)
    assert (reading.triage is not None) == is_sign

"""What may be added to a vocabulary, and as what."""

from datetime import UTC, datetime

import pytest

from smsbot.core.understanding.vocabulary import Malformed
from smsbot.core.understanding.words import (
    Word,
    alone,
    examples_of,
    grave,
    labels_of,
    read_example,
    read_keyword,
    with_words,
)

from .test_lexicon import vocabulary

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def word(text: str, kind: str = "keyword", label: str = "price", tag: str = "en") -> Word:
    return Word(0, tag, kind, label, text, 1, AT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["how much", "pric*", "can't|cannot breathe", "stop .. now", "i am {10-17}", "多少", "ok"],
)
def test_a_pattern_of_the_vocabularys_language_may_be_a_keyword(text: str) -> None:
    assert read_keyword(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        ".. now",
        "a",
        "5",
        "2025",
        "?",
        "pr*",
        "a|price",
        "价",
        "{10-17}",
        "i am {x-y}",
        "i am {17-10}",
        "x" * 101,
    ],
)
def test_what_would_stand_in_too_many_messages_or_cannot_be_read_is_no_keyword(text: str) -> None:
    with pytest.raises(Malformed):
        read_keyword(text)


def test_an_example_is_a_message_with_words_in_it_on_one_line() -> None:
    assert read_example("  how\nmuch  ") == "how much"
    for text in ("", "?!", "12", "x" * 401, "a\u200bb"):
        with pytest.raises(Malformed):
            read_example(text)


@pytest.mark.parametrize(
    ("label", "is_grave"),
    [
        ("stop", True),
        ("forget", True),
        ("minor", True),
        ("pregnant", True),
        ("neuro", True),
        ("redflags.lid", True),
        ("price", False),
        ("unknown", False),
    ],
)
def test_what_opts_out_deletes_or_names_a_danger_is_grave(label: str, is_grave: bool) -> None:
    assert grave(label) == is_grave


def test_keywords_of_its_language_come_to_a_vocabulary_and_examples_do_not() -> None:
    known = vocabulary(price=["how much"])
    added = [
        word("the damage"),
        word("le prix", tag="fr"),
        word("how dear is it", "example"),
        word("turning blue", label="redflags.breathing"),
    ]
    entries = with_words(known, added).entries
    assert entries[: len(known.entries)] == known.entries
    assert [(e.kind, e.name, e.pattern.text, e.whole) for e in entries[1:]] == [
        ("intents", "price", "the damage", False),
        ("redflags", "breathing", "turning blue", False),
    ]
    assert with_words(known, [word("le prix", tag="fr")]) is known
    assert len(alone(known, added[:1]).entries) == 1
    assert [e.text for e in examples_of(added)] == ["how dear is it"]


def test_a_word_may_stand_for_any_intent_and_any_sign_of_danger_but_no_follow_up() -> None:
    known = vocabulary(price=["how much"], human=["a person"])
    known = with_words(known, [word("turning blue", label="redflags.breathing")])
    assert labels_of(known) == ("price", "human", "redflags.breathing")

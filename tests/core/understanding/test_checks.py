"""The rules for vocabularies: one that passes and one that does not; and labels that are read back."""

from typing import Any

import pytest

from smsbot.core.understanding.checks import check_read_back, check_vocabulary
from smsbot.core.understanding.look import Reader, make_reader
from smsbot.core.understanding.vocabulary import Vocabulary, read_vocabulary

TERMS = ("pregnant", "article")


def vocabulary(tag: str = "fr", **tables: Any) -> Vocabulary:
    table: dict[str, Any] = {
        "own_name": "Français",
        "direction": "ltr",
        "intents": {"price": {"words": ["prix"]}, "time": {"words": ["combien de temps"]}},
        "follow_ups": {"when": {"whole": ["quand"]}},
        "redflags": {"breathing": {"words": ["respirer"]}, "emergency": {"whole": ["urgent"]}},
        "safety": {
            "negations": ["jamais"],
            "forbidden": ["sans risque"],
            "terms": {"pregnant": ["enceinte"], "article": ["article"]},
        },
    }
    return read_vocabulary(tag, table | tables)


MODEL = vocabulary("en")


def keys(found: Vocabulary) -> list[str]:
    findings = check_vocabulary(found, MODEL, TERMS)
    assert all(f.rule == "vocabulary" and f.severity == "error" for f in findings)
    return [f.key for f in findings]


def test_a_vocabulary_that_has_all_that_english_has_passes() -> None:
    assert keys(vocabulary()) == []


@pytest.mark.parametrize(
    ("tables", "missing"),
    [
        ({"intents": {"price": {"words": ["prix"]}}}, "intents.time"),
        ({"intents": {"price": {"words": ["prix"]}, "time": {"words": []}}}, "intents.time"),
        ({"follow_ups": {}}, "follow_ups.when"),
        ({"redflags": {"emergency": {"whole": ["urgent"]}}}, "redflags.breathing"),
    ],
)
def test_an_intent_follow_up_or_sign_of_danger_without_a_pattern_is_an_error(
    tables: dict[str, Any], missing: str
) -> None:
    assert keys(vocabulary(**tables)) == [missing]


def test_a_pattern_of_two_intents_is_an_error_however_it_is_written() -> None:
    twice = {"price": {"words": ["c'est combien"]}, "time": {"words": ["C est  COMBIEN"]}}
    assert keys(vocabulary(intents=twice)) == ["intents.time"]


def test_a_whole_message_may_be_a_pattern_of_another_intent_too() -> None:
    told_apart = {"price": {"words": ["combien"]}, "time": {"whole": ["combien"]}}
    assert keys(vocabulary(intents=told_apart)) == []


def test_signs_of_danger_may_share_words() -> None:
    shared = {"breathing": {"words": ["respirer"]}, "emergency": {"words": ["respirer"]}}
    assert keys(vocabulary(redflags=shared)) == []


@pytest.mark.parametrize(
    ("safety", "missing"),
    [
        (
            {"negations": [], "forbidden": ["x"], "terms": {"pregnant": ["y"], "article": ["z"]}},
            "safety.negations",
        ),
        (
            {
                "negations": ["x"],
                "forbidden": ["!"],
                "terms": {"pregnant": ["y"], "article": ["z"]},
            },
            "safety.forbidden",
        ),
        (
            {"negations": ["x"], "forbidden": ["x"], "terms": {"pregnant": ["y"]}},
            "safety.terms.article",
        ),
    ],
)
def test_words_that_the_checks_need_may_not_be_empty(safety: dict[str, Any], missing: str) -> None:
    assert keys(vocabulary(safety=safety)) == [missing]


# ---------------------------------------------------------------- labels


def misheard(intent: str, label: str, *vocabularies: Vocabulary) -> list[str]:
    readers: dict[str, Reader] = {"alone": make_reader(vocabularies or [vocabulary()], {})}
    return [f"{f.key} {f.says}" for f in check_read_back({intent: label}, "fr", readers)]


def test_a_label_that_its_vocabulary_knows_is_read_back() -> None:
    assert misheard("price", "PRIX") == []


def test_a_label_for_danger_is_read_as_danger() -> None:
    assert misheard("urgent", "URGENT") == []


def test_a_label_that_means_nothing_or_something_else_is_an_error() -> None:
    assert misheard("price", "TARIF") == ["price.label 'TARIF' is read as nothing (alone)"]
    assert misheard("time", "PRIX") == ["time.label 'PRIX' is read as price (alone)"]
    assert misheard("time", "QUAND") == ["time.label 'QUAND' is read as when (alone)"]


def test_a_label_that_is_half_a_follow_up_question_is_an_error() -> None:
    intents, follow_ups = {"menu": {"words": ["菜 单"]}}, {"when": {"words": ["多 久"]}}
    chinese = vocabulary(
        "zh", own_name="中文", spaces=False, intents=intents, follow_ups=follow_ups
    )
    assert misheard("menu", "菜单", chinese) == []
    assert misheard("menu", "菜单多久", chinese) == [
        "menu.label '菜单多久' is read as menu, when (alone)"
    ]


def test_a_label_that_sounds_like_danger_is_an_error() -> None:
    assert misheard("price", "RESPIRER") == ["price.label 'RESPIRER' is read as urgent (alone)"]


def test_a_label_that_is_only_nearly_a_known_word_is_an_error() -> None:
    known = vocabulary(intents={"price": {"words": ["tarifs"]}, "time": {"words": ["temps"]}})
    assert len(misheard("price", "TARIF", known)) == 1
    assert "misspelling" in misheard("price", "TARIF", known)[0]


def test_a_word_of_another_language_that_hides_a_label_is_found() -> None:
    english = vocabulary(
        "en",
        intents={"price": {"words": ["price"]}, "time": {"words": ["prix bas"], "whole": ["prix"]}},
    )
    french = vocabulary(intents={"price": {"words": ["prix"]}, "time": {"words": ["duree"]}})
    assert misheard("price", "PRIX", french, english) == []  # the talk's own language goes first
    french = vocabulary(intents={"price": {"words": ["tarif"]}, "time": {"words": ["duree"]}})
    assert len(misheard("price", "PRIX", french, english)) == 1

"""The language of a message, beside the talk that it stands in."""

from typing import Any

import pytest

from smsbot.core.understanding.look import Reader, look, make_reader
from smsbot.core.understanding.spoken import Prior, Spoken, chinese_form, spoken, weigh
from smsbot.core.understanding.vocabulary import read_vocabulary


def reader() -> Reader:
    names = {
        "en": "English",
        "fr": "Français",
        "hi": "हिन्दी",
        "zh-Hans": "简体中文",
        "zh-Hant": "繁體中文",
    }
    tables: dict[str, Any] = {
        tag: {"own_name": name, "direction": "ltr", "intents": {}, "redflags": {}, "safety": {}}
        for tag, name in names.items()
    }
    return make_reader((read_vocabulary(t, v) for t, v in tables.items()), {}, romanised={"hi"})


READER = reader()


def settle(text: str, votes: dict[str, float], **prior: Any) -> Spoken:
    seen = look(READER, text)
    return spoken(seen, weigh(READER, seen, votes), Prior(**prior))


def test_a_script_of_one_language_decides_without_votes() -> None:
    told = settle("कितना खर्च आएगा", {})
    assert (told.language, told.certain) == ("hi", True)


def test_romanised_hindi_is_hindi_and_romanised_chinese_is_not_chinese() -> None:
    assert settle("kitna kharcha aayega bhai", {"hi": 0.8, "en": 0.2}).language == "hi"
    assert settle("duo shao qian a", {"zh-Hans": 0.8, "en": 0.2}).language == "en"


@pytest.mark.parametrize(
    ("text", "form"),
    [("多少钱", {"Hans": 1.0, "Hant": 0.0}), ("多少錢", {"Hans": 0.0, "Hant": 1.0}), ("你好", {})],
)
def test_characters_of_one_form_tell_the_forms_apart(text: str, form: dict[str, float]) -> None:
    assert chinese_form(text) == form


def test_what_both_forms_write_alike_stays_in_the_form_of_the_talk() -> None:
    assert settle("你好", {"zh-Hans": 0.5, "zh-Hant": 0.5}, current="zh-Hant").language == "zh-Hant"


def test_one_short_message_never_changes_the_talk() -> None:
    told = settle("ok non", {"fr": 1.0}, current="en")
    assert (told.language, told.switches) == ("en", False)


def test_two_messages_that_lean_the_same_way_change_it() -> None:
    first = settle("c koi ce truc", {"fr": 0.65, "en": 0.15}, current="en")
    assert first.language == "en"
    second = settle("c koi ce truc", {"fr": 0.65, "en": 0.15}, current="en", heard=first.heard)
    assert (second.language, second.switches) == ("fr", True)


def test_a_message_without_letters_says_nothing_of_its_language() -> None:
    told = settle("👍 123", {"fr": 1.0}, expected=("fr", "en"))
    assert (told.certain, told.likeliest, told.heard) == (False, ("fr", "en"), {})

"""The language of a message, beside the talk that it stands in."""

from typing import Any

import pytest

from smsbot.core.understanding.look import Reader, look, make_reader
from smsbot.core.understanding.spoken import (
    Prior,
    Spoken,
    chinese_form,
    japanese_form,
    spoken,
    weigh,
)
from smsbot.core.understanding.vocabulary import read_vocabulary


def reader() -> Reader:
    names = {
        "en": "English",
        "fr": "Français",
        "hi": "हिन्दी",
        "ur": "اردو",
        "zh-Hans": "简体中文",
        "zh-Hant": "繁體中文",
        "ja": "日本語",
        "ko": "한국어",
        "th": "ไทย",
    }
    tables: dict[str, Any] = {
        tag: {"own_name": name, "direction": "ltr", "intents": {}, "redflags": {}, "safety": {}}
        for tag, name in names.items()
    }
    tables["ja"]["scripts"] = ["CJK", "HIRAGANA", "KATAKANA"]
    return make_reader(
        (read_vocabulary(t, v) for t, v in tables.items()), {}, romanised={"hi", "ur"}
    )


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
    ("prior", "language"),
    [
        ({}, "hi"),
        ({"current": "ur"}, "ur"),
        ({"expected": ("ur", "en")}, "ur"),
        ({"expected": ("hi", "en", "ur")}, "hi"),
        ({"current": "hi", "expected": ("ur",)}, "hi"),
    ],
)
def test_of_hindi_and_urdu_in_latin_letters_the_talk_or_the_region_decides(
    prior: dict[str, Any], language: str
) -> None:
    told = settle("kitna kharcha aayega bhai", {"hi": 0.8, "ur": 0.1, "en": 0.1}, **prior)
    assert told.language == language
    assert settle("कितना खर्च आएगा", {"hi": 1.0}, **prior).language == "hi"


@pytest.mark.parametrize(
    ("text", "form"),
    [("多少钱", {"Hans": 1.0, "Hant": 0.0}), ("多少錢", {"Hans": 0.0, "Hant": 1.0}), ("你好", {})],
)
def test_characters_of_one_form_tell_the_forms_apart(text: str, form: dict[str, float]) -> None:
    assert chinese_form(text) == form


@pytest.mark.parametrize(
    "text",
    [
        "息ができない",
        "施術後に呼吸困難です",
        "ボトックスの料金",
        "ﾎﾞﾄｯｸｽ",
        "コーヒー",
        "いつ効く？",
        "喉が腫れて飲込めない",
    ],
)
def test_kana_among_the_characters_are_japanese_whatever_is_voted(text: str) -> None:
    told = settle(text, {"zh-Hant": 0.6, "zh-Hans": 0.4})
    assert (told.language, told.certain) == ("ja", True)
    assert told.evidence["zh-Hans"] == told.evidence["zh-Hant"] == 0


def test_one_kana_that_is_the_fashion_in_a_chinese_message_does_not_make_it_japanese() -> None:
    text = "請問你們の診所打一次肉毒桿菌要多少錢呢謝謝"
    assert settle(text, {"zh-Hant": 0.9, "ja": 0.1}).language == "zh-Hant"


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("価格", 1.0),
        ("予約変更", 1.0),
        ("多少錢", 0.0),
        ("多少钱", 0.0),
        ("請問價錢", 0.5),
        ("安全", 0.0),
        ("how", 0.0),
    ],
)
def test_characters_that_only_japan_writes_speak_for_japanese(text: str, share: float) -> None:
    assert japanese_form(text) == share


def test_japanese_without_kana_is_told_from_chinese_by_its_characters_and_the_region() -> None:
    votes = {"zh-Hans": 0.3, "zh-Hant": 0.4, "ja": 0.3}
    assert settle("予約変更", votes).language == "ja"
    assert settle("安全性", votes, expected=("ja",)).language == "ja"
    assert settle("價錢多少", votes, expected=("ja",)).language == "zh-Hant"


@pytest.mark.parametrize(("text", "tag"), [("숨을 못 쉬겠어요ㅠㅠ", "ko"), ("หายใจไม่ออก", "th")])
def test_hangul_and_thai_are_of_one_language_each(text: str, tag: str) -> None:
    assert settle(text, {"zh-Hans": 1.0}).language == tag


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

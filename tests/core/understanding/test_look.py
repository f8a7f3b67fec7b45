"""What is seen in a message before anything is understood: its sentences, its length, and a word that opts out."""

import pytest

from smsbot import wiring
from smsbot.core.understanding.look import look


@pytest.mark.parametrize(
    "text",
    [
        "Hello. Stop.",
        "안녕하세요. 그만",
        "你好。退订。",
        "予約の件です。配信停止",
        "สวัสดีค่ะ. ยกเลิก",
    ],
)
def test_a_sentence_that_is_nothing_but_an_opt_out_stops(text: str, texts: wiring.Texts) -> None:
    assert look(texts.reader, text).stops


@pytest.mark.parametrize(
    "text",
    [
        "Stop by at 5. Thanks",
        "停车方便吗？谢谢",
        "途中で停止しますか。教えて",
        "그만큼 아파요? 네",
        "退订",
    ],
)
def test_its_words_inside_another_sentence_do_not(text: str, texts: wiring.Texts) -> None:
    assert not look(texts.reader, text).stops


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("how much is it", 4),
        ("多少钱", 3),
        ("หายใจไม่ออก", 3),
        ("โบท็อกซ์ 2 ครั้ง", 5),
        ("", 0),
        ("!?", 0),
    ],
)
def test_the_length_is_in_words_and_thai_is_counted_by_its_letters(
    text: str, length: int, texts: wiring.Texts
) -> None:
    assert look(texts.reader, text).length == length


def test_long_text_without_spaces_is_cut_at_its_pauses(texts: wiring.Texts) -> None:
    text = "施術のあとに、" * 40
    parts = look(texts.reader, text).parts
    assert len(parts) > 1
    assert all(part.endswith("に") or part.startswith("、") for part in parts[:-1])

"""Case, accents, punctuation, spaces, emoji, full-width forms and local digits do not matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsbot.core.understanding.folding import fold, tokens, variants


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("PRICE!!!", ("price",)),
        ("  how   much?? 💸", ("how", "much")),
        ("ＰＲＩＣＥ", ("price",)),
        ("Ça coûte", ("ca", "coute")),
        ("l’injection", ("l", "injection")),
        ("can't don’t", ("cant", "dont")),
        ("qu'est-ce", ("qu", "est", "ce")),
        ("٢ و ۳", ("2", "و", "3")),
        ("１２", ("12",)),
        ("ÉTÉ", ("ete",)),
        ("Straße Œuvre", ("strasse", "oeuvre")),
        ("أُحِبُّ", ("احب",)),
        ("إلى", ("الي",)),
        ("حاملـــة", ("حامله",)),
        ("多少钱？", ("多", "少", "钱")),
        ("heyyyyy", ("hey",)),
        ("stop\u200b", ("stop",)),
        ("how much $", ("how", "much", "$")),
        ("", ()),
        ("🙂", ()),
    ],
)  # fmt: skip
def test_what_people_type_comes_to_one_form(typed: str, words: tuple[str, ...]) -> None:
    assert tokens(typed) == words


def test_letters_typed_as_digits_and_arabic_prefixes_have_their_plain_form() -> None:
    assert variants("pr1ce") == ("price",)
    assert variants("123") == ()
    assert "سعر" in variants("السعر")
    assert "بوتوكس" in variants("والبوتوكس")


@given(st.text(max_size=100))
def test_folding_never_fails_and_words_stay_as_they_are_when_folded_again(text: str) -> None:
    for word in tokens(text):
        assert tokens(word) == (word,) or not fold(word)

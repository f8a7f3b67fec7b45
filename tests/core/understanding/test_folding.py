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
        ("حاملہ حاملۃ حاملھ", ("حامله",) * 3),
        ("کتاب كتاب ڪتاب", ("كتاب",) * 3),
        ("بارداری بارداري", ("بارداري",) * 2),
        ("۱۵ ١٥", ("15", "15")),
        ("אי־אפשר", ("אי", "אפשר")),
        ("קולאז׳ים ג׳ל", ("קולאזים", "ג", "ל")),
        ("קולאז'ים ג'ל", ("קולאזים", "ג", "ל")),
        ("מד״א מד\"א", ("מד", "א", "מד", "א")),
        ("הֵרָיוֹן", ("הריון",)),
        ("IPTAL İPTAL iptal ıptal", ("iptal",) * 4),
        ("IĞDIR ığdır", ("igdir",) * 2),
        ("Ağrı kəsici", ("agri", "kesici")),
        ("多少钱？", ("多", "少", "钱")),
        ("17살 16лет ١٥سنة ১৭বছর", ("17", "살", "16", "лет", "15", "سنه", "17", "বছর")),
        ("2nd b4 ağrı2", ("2nd", "b4", "agri2")),
        ("৫০০৳ ₹500 ๕๐๐฿", ("500", "৳", "₹", "500", "500", "฿")),
        ("দাঁত দাত হঠাৎ হঠাত", ("দাত", "দাত", "হঠাত", "হঠাত")),
        ("ਪਿੰਡ ਪਿਂਡ", ("ਪਿਂਡ",) * 2),
        ("네ㅋㅋㅋ 아파요ㅠㅠ ㅇㅇ", ("네", "\u110f", "아파요", "\u1172\u1172", "\u110b\u110b")),
        ("ﾎﾞﾄｯｸｽ・注射", ("ボ", "ト", "ッ", "ク", "ス", "注", "射")),
        ("ค่ะ๑๗ปี", ("ค", "่", "ะ", "17", "ป", "ี")),
        ("heyyyyy", ("hey",)),
        ("stop\u200b", ("stop",)),
        ("how much $", ("how", "much", "$")),
        ("🆘🆘 🤰", ("sos", "sos", "pregnant")),
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


@pytest.mark.parametrize("typed", ["کہاں", "وہاں", "بڑے", "لگتا", "وگرنه", "کچھ"])
def test_no_arabic_prefix_is_put_off_from_a_word_that_is_not_arabic(typed: str) -> None:
    assert variants(fold(typed)) == ()


def test_arabic_from_a_persian_keyboard_or_from_iraq_has_its_prefixes_put_off() -> None:
    assert fold("حکیم") in variants(fold("والحکیم"))
    assert fold("چرخ") in variants(fold("الچرخ"))


@pytest.mark.parametrize("typed", ["בהריון", "שבהריון", "וההריון", "כשהריון", "מהריון", "להריון"])
def test_hebrew_prefixes_have_their_plain_form(typed: str) -> None:
    assert "הריון" in variants(typed)


def test_a_hebrew_word_keeps_three_letters_at_least() -> None:
    assert variants("שלום") == ("לום",)
    assert variants("מת") == ()


@given(st.text(max_size=100))
def test_folding_never_fails_and_words_stay_as_they_are_when_folded_again(text: str) -> None:
    for word in tokens(text):
        assert tokens(word) == (word,) or not fold(word)

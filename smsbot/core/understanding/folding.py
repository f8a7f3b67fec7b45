"""Folds what people type, so that case, accents, punctuation, spaces, emoji and the script of the digits do not matter.

The same folding is applied to the vocabulary's patterns, so that a pattern and a message meet in one form.
"""

import re
import unicodedata

# Marks that are only decoration over a letter: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowel signs, the dot below
# of Indic letters, the nasal mark of Bengali, which most leave out; and what is not seen at all: joiners, zero-width spaces, marks of
# direction. The vowel signs of Indic and South-East Asian scripts are letters of the word and stay; the Hebrew maqaf (U+05BE) is a
# hyphen and parts words.
_DECORATION = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640"
    "\u093c\u0981\u09bc\u0a3c\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)

# Letters that people type in place of one another, or that have no decomposition.
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىیئېۍ", "ي"),
        **dict.fromkeys("ةہھۃۂۀە", "ه"),
        **dict.fromkeys("کڪ", "ك"),
        "ؤ": "و",
        "׳": "'",
        "״": '"',
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ə": "e",
        "\u0901": "\u0902",  # the two nasal marks of Devanagari
        "\u0a70": "\u0a02",  # and of Gurmukhi
        "ৎ": "ত",
        "৳": " ৳ ",  # the sign of a currency, which would stick to its figure as a letter does
        "🆘": " sos ",  # pictures that are the whole message at times
        "🤰": " pregnant ",
        "🤱": " breastfeeding ",
        "।": " ",  # ends an Indic sentence, and would stick to its last word
        "॥": " ",
    }
)

# Scripts that write no spaces between words: each character stands for itself.
_UNSPACED = "\u0e01-\u0e3e\u0e40-\u0e7f\u3040-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(
    rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:[\u0900-\u09f1\u0a01-\u0d7f][^\W_{_UNSPACED}]*)*|[$€£¥৳฿₩₪₫₱₹]"
)
_SHORT_ELISION = re.compile(r"(?<!\w)(\w{1,2})['’ʼ`´](?=\w)")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ`´](?=\w)")
# A figure and the word that is written onto it: 17살, 16лет. In Latin letters the two are often one word, or one in disguise (pr1ce).
_FIGURE = re.compile(r"(?<=\d)(?=[^\W\d_a-z])|(?<=[^\W\d_a-z])(?=\d)")
# Laughter and tears in single letters of Hangul, which are written onto the last word: 네ㅋㅋ, 아파요ㅠㅠ.
_LAUGHTER = re.compile("(?<=[\uac00-\ud7a3])(?=[\u1100-\u11ff])")
_RUN = re.compile(r"([^\W\d_])\1{2,}")
_ASCII_WORDS = re.compile(r"[a-z0-9$]+")

_LEET = str.maketrans("013457", "oieast")


def fold(text: str) -> str:
    """`text` in the one form in which words are compared.

    Compatibility characters, full-width forms and local digits become plain ones (NFKC), capitals small, accents fall away, a
    letter typed three times or more counts once. An apostrophe separates an elided word of one or two letters (l', qu') and
    vanishes otherwise (can't).
    """
    if text.isascii():
        folded = text.lower()
    else:
        folded = unicodedata.normalize("NFKC", text).casefold()
        folded = _DECORATION.sub("", unicodedata.normalize("NFD", folded))
        folded = unicodedata.normalize("NFC", folded).translate(_LETTERS)
        folded = "".join(_digit(c) if c.isdigit() and not c.isascii() else c for c in folded)
        folded = _LAUGHTER.sub(" ", _FIGURE.sub(" ", folded))
    if "'" in folded or not folded.isascii():
        folded = _APOSTROPHE.sub("", _SHORT_ELISION.sub(r"\1 ", folded))
    return _RUN.sub(r"\1", folded)


def _digit(character: str) -> str:
    value = unicodedata.digit(character, None)
    return character if value is None else str(value)


def tokens(text: str) -> tuple[str, ...]:
    """The words of `text`, folded; in scripts without spaces, its characters. Punctuation and emoji are gone."""
    folded = fold(text)
    return tuple((_ASCII_WORDS if folded.isascii() else _TOKEN).findall(folded))


def variants(token: str) -> tuple[str, ...]:
    """Other forms under which a folded word may stand in the vocabulary: letters typed as digits, prefixes put off.

    Prefixes are those that Arabic and Hebrew write as one with the word.
    """
    if token.isascii():
        if token.isalpha() or token.isdigit():
            return ()
        return (token.translate(_LEET),) if any(c.isalpha() for c in token) else ()
    if "\u0620" <= token[0] <= "\u06d3":
        return _without(_arabic_prefixes(token), token)
    if "\u05d0" <= token[0] <= "\u05ea":
        return _without(_HEBREW_PREFIXES, token)
    return ()


_ARTICLES = ("وال", "فال", "بال", "كال", "لل", "ال")
_ARABIC_PREFIXES = (*_ARTICLES, "و", "ف", "ب", "ل", "ك")
_HEBREW_PREFIXES = (
    *("וכשה", "וכש", "כשה", "לכש", "וה", "וב", "ול", "ומ", "וש", "וכ", "שה", "שב", "של", "שמ", "כש", "מה"),
    *"והבלשכמ",
)  # fmt: skip

# Letters of Urdu and Persian that Arabic lacks, and those of them that Iraq and the Gulf write in Arabic words too. Ye, kaf and the
# letters he say nothing of the language: they are folded, and a Persian keyboard writes its own in Arabic as well.
_NOT_ARABIC = frozenset("ٹڈڑژںے")
_SELDOM_ARABIC = frozenset("پچگ")


def _arabic_prefixes(token: str) -> tuple[str, ...]:
    """What may be put off from a word: nothing where it cannot be Arabic, the article alone where it hardly is."""
    if not _NOT_ARABIC.isdisjoint(token):
        return ()
    return _ARABIC_PREFIXES if _SELDOM_ARABIC.isdisjoint(token) else _ARTICLES


def _without(prefixes: tuple[str, ...], token: str) -> tuple[str, ...]:
    """The word without each of the prefixes that it has, where three letters or more are left."""
    rests = (token[len(p) :] for p in prefixes if token.startswith(p))
    return tuple(dict.fromkeys(rest for rest in rests if len(rest) >= 3))

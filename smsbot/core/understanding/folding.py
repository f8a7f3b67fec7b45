"""Folds what people type, so that case, accents, punctuation, spaces, emoji and the script of the digits do not matter.

The same folding is applied to the vocabulary's patterns, so that a pattern and a message meet in one form.
"""

import re
import unicodedata

# Marks that are only decoration over a letter: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowel signs, the dot below
# of Indic letters; and what is not seen at all: joiners, zero-width spaces, marks of direction. The vowel signs of Indic and
# South-East Asian scripts are letters of the word and stay.
_DECORATION = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640"
    "\u093c\u09bc\u0a3c\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)

# Letters that people type in place of one another, or that have no decomposition.
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        "ى": "ي",
        "ی": "ي",
        "ئ": "ي",
        "ؤ": "و",
        "ة": "ه",
        "ک": "ك",
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "\u0901": "\u0902",  # the two nasal marks of Devanagari
        "।": " ",  # ends an Indic sentence, and would stick to its last word
        "॥": " ",
    }
)

# Scripts that write no spaces between words: each character stands for itself.
_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(
    rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:[\u0900-\u0d7f][^\W_{_UNSPACED}]*)*|[$€£¥]"
)
_SHORT_ELISION = re.compile(r"(?<!\w)(\w{1,2})['’ʼ`´](?=\w)")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ`´](?=\w)")
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
    """Other forms under which a folded word may stand in the vocabulary: letters typed as digits, Arabic prefixes put off."""
    if token.isascii():
        if token.isalpha() or token.isdigit():
            return ()
        return (token.translate(_LEET),) if any(c.isalpha() for c in token) else ()
    if "\u0620" <= token[0] <= "\u06d3":
        return tuple(dict.fromkeys(_without_prefixes(token)))
    return ()


_ARABIC_PREFIXES = ("وال", "فال", "بال", "كال", "لل", "ال", "و", "ف", "ب", "ل", "ك")


def _without_prefixes(token: str) -> list[str]:
    return [
        token[len(p) :]
        for p in _ARABIC_PREFIXES
        if token.startswith(p) and len(token) - len(p) >= 3
    ]

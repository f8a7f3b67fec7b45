"""The typographic fold of an SMS: look-alikes from the GSM alphabet in place of dearer characters; never another letter."""

import unicodedata

# Quotes, dashes, ellipsis and spaces that have a twin in the GSM alphabet. Accents are letters, and stay.
TWINS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛´`ʹ′", "'"),
        **dict.fromkeys("“”„‟″ʺ", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\u2002\u2003\u2004\u2005\u2006\u2008", " "),
        "…": "...",
        "•": "-",
        "\t": " ",
        **dict.fromkeys("\u200b\u2060\ufeff\u00ad", ""),
    }
)


def fold(text: str) -> str:
    """`text` composed (NFC) and with its typographic signs folded to their GSM twins."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text).translate(TWINS)

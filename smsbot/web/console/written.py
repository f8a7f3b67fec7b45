"""Texts of right-to-left languages, as a page shows them."""

import re

from markupsafe import Markup, escape

from smsbot.core.language.language import Language


def written(text: str, language: Language) -> Markup:
    """The text as HTML; inside right-to-left writing each placeholder is kept whole, as %(phone)s, from left to right."""
    if not language.rtl:
        return escape(text)
    held = Markup('<bdi dir="ltr">{}</bdi>')
    return Markup("").join(
        held.format(piece) if piece.startswith("%(") else escape(piece)
        for piece in re.split(r"(%\(\w+\)s)", text)
    )

"""Texts with placeholders, as a page shows them."""

import re

from markupsafe import Markup, escape

HELD = Markup('<bdi dir="ltr">{}</bdi>')


def written(text: str) -> Markup:
    """The text as HTML with each placeholder, as %(phone)s, kept whole: from left to right in any writing, and on one line."""
    return Markup("").join(
        HELD.format(piece) if piece.startswith("%(") else escape(piece)
        for piece in re.split(r"(%\(\w+\)s)", text)
    )

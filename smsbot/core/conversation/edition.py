"""What is in force: the languages' files with everything laid over them that staff published."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..language.edits import Published, in_date, overlaid
from ..language.translation import by_key
from ..understanding.words import Word, with_words
from .proofread import Library, Script


def laid_over(
    library: Library, published: Published, words: Sequence[Word], at: datetime
) -> Library:
    """The library as it is to be said and read at this moment; languages without an edit stay the very same value."""
    masters = {phrase.key: phrase.forms for phrase in library.content.phrases.values()}
    touched = {tag for tag, _ in (*published.edits, *published.signatures)} | {w.tag for w in words}
    scripts = {
        tag: _laid(script, published, words, masters, at) if tag in touched else script
        for tag, script in library.scripts.items()
    }
    return replace(library, scripts=scripts, missing=published.missing)


def _laid(
    script: Script,
    published: Published,
    words: Sequence[Word],
    masters: Mapping[str, tuple[str, ...]],
    at: datetime,
) -> Script:
    texts = overlaid(script.tag, script.translations, published.edits, masters)
    edited = {key for tag, key in published.edits if tag == script.tag}
    signed = in_date(published.signatures, script.tag, by_key(texts), at)
    return replace(
        script,
        translations=texts,
        # A sign-off in the file is for the file's wording.
        signed=frozenset(script.signed - edited) | signed,
        vocabulary=with_words(script.vocabulary, words),
    )

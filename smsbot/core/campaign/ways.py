"""The ways into a campaign: its links, the words that they write for people, its keywords, and the advertisements that lead to it.

Sources: RFC 5724 (sms:), of which iOS reads the text only after `&` and Android only after `?`, so that `?&` serves both (tried by
many, and written down by neither maker: Apple's own page on SMS links allows no text at all); WhatsApp's help on "click to chat"
(https://wa.me/<number>?text=<text>, the number in international form with nothing but digits).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from ..language import placeholders
from ..people.carrier import CARRIER_WORDS
from ..people.referral import Referral
from ..understanding.collisions import label_of
from ..understanding.folding import fold, tokens
from ..understanding.lexicon import Hit, Lexicon, one_slip
from ..understanding.words import grave
from .campaign import Campaign, Fault
from .codes import FROM, as_typed, find_code, find_keyword, is_code, place_of, slipped

PATH = "/c/"  # of the counted links
SHORTEST = 3  # letters of a keyword; two in scripts whose characters are words
SHORTEST_UNSPACED = 2
LONGEST = 20  # letters of a keyword: more are not typed from a poster
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}|[0-9]{3,8}", re.ASCII)
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{4,14}", re.ASCII)

# ---------------------------------------------------------------- links


def sms_link(number: str, text: str) -> str:
    """Opens a phone's messages with the text written. Raises `ValueError` for what is neither a number in E.164 nor a short code."""
    if not _NUMBER.fullmatch(number):
        raise ValueError("give the number as +15145550100, or a short code of 3 to 8 digits")
    return f"sms:{number}?&body={quote(text, safe='')}" if text else f"sms:{number}"


def wa_link(number: str, text: str) -> str:
    """Opens WhatsApp with the text written. Raises `ValueError` for what is no number in E.164."""
    if not _INTERNATIONAL.fullmatch(number):
        raise ValueError("give the WhatsApp number as +15145550100")
    link = f"https://wa.me/{number[1:]}"
    return f"{link}?text={quote(text, safe='')}" if text else link


def counted_link(public_url: str, code: str, language: str = "") -> str:
    """The campaign's page, which counts who comes by; in a language, or in the visitor's own where none is given."""
    link = f"{public_url.rstrip('/')}{PATH}{quote(code, safe='')}"
    return f"{link}?lang={quote(language, safe='')}" if language else link


def prefilled(template: str, code: str, values: Mapping[str, str]) -> str:
    """What a link writes for somebody: the words, and the code on a line of its own below them, out of the way of the thumb.

    Raises `placeholders.Unfilled`.
    """
    words = placeholders.fill(template, values).strip()
    return f"{words}\n{code}" if words else code


# ---------------------------------------------------------------- advertisements


def referral_code(referral: Referral, campaigns: Sequence[Campaign]) -> str | None:
    """The code of the campaign that an advertisement leads to: by its id or the click's, or by a code in its own words."""
    for known in filter(None, (referral.source_id.strip(), referral.clid.strip())):
        for campaign in campaigns:
            if known in campaign.referrals:
                return campaign.code
    codes = [campaign.code for campaign in campaigns]
    return find_code(f"{referral.headline}\n{referral.body}", codes)


# ---------------------------------------------------------------- nothing but the campaign's own words

KEPT = 0.5  # of the prefilled words that must be left, in their order, for a message to be the prefilled text


def bare(body: str, campaign: Campaign, standing: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether a message says nothing of its own: it is empty, a code or keyword, or what a link wrote, less some words or misspelled.

    `standing` are the values of the placeholders by language. A word that the link did not write may be a question.
    """
    place = place_of(body, [campaign.code])
    if place is not None:
        start = place.start
        while start and body[place.start - 1] == "/" and not body[start - 1].isspace():
            start -= 1  # a link with the code at its end
        body = f"{body[:start]} {body[place.end :]}"
    said = tokens(body)
    if not said or find_keyword(body, campaign.keywords):
        return True
    written = (
        _filled(text, standing.get(tag, {})).replace(campaign.code, " ")
        for tag, text in campaign.prefill.items()
    )
    return any(_left_of(said, tokens(words)) for words in written)


def _filled(text: str, values: Mapping[str, str]) -> str:
    try:
        return placeholders.fill(text, values)
    except placeholders.Unfilled:
        return placeholders.outside(text)


def _left_of(said: Sequence[str], written: Sequence[str]) -> bool:
    """Whether the words are the written ones in their order, without a few of them, with a slip here and there, or grown together."""
    if len(said) > 2 * len(written):
        return False
    if "".join(said) == "".join(written):
        return True
    place = 0
    for word in said:
        found = next((i for i in range(place, len(written)) if _same(word, written[i])), None)
        if found is None:
            return False
        place = found + 1
    return len(said) >= KEPT * len(written)


def _same(said: str, written: str) -> bool:
    return said == written or (min(len(said), len(written)) >= FROM - 1 and one_slip(said, written))


# ---------------------------------------------------------------- keywords


def keyword_faults(
    keyword: str,
    others: Sequence[Campaign],
    lexicon: Lexicon,
    names: Mapping[tuple[str, ...], str] | None = None,
    carrier: Iterable[str] = CARRIER_WORDS,
) -> list[Fault]:
    """Why a word cannot be a campaign's keyword; nothing where it can.

    `others` are the other campaigns, `lexicon` what the bot understands in every language, `names` what people call the languages
    (folded words -> tag), `carrier` the words that a carrier acts on before the bot hears them.
    """
    shape = _shape_fault(keyword)
    if shape is not None:
        return [shape]
    word = as_typed(keyword)
    found = _carrier_faults(word, carrier)
    if tokens(keyword) in (names or {}):
        found.append(_fault("%(word)s is the name of a language: people choose it so", word))
    if not found:
        found = _meaning_faults(keyword, lexicon)
    return found + [fault for other in others for fault in _campaign_faults(word, other)]


def _fault(words: str, word: str, **values: str) -> Fault:
    return Fault("keywords", words, {"word": word, **values})


def _shape_fault(keyword: str) -> Fault | None:
    """What is wrong with the keyword as a word; None where nothing is."""
    said = tokens(keyword)
    word = "".join(said)
    unspaced = len(said) > 1 and all(len(token) == 1 for token in said)
    least = SHORTEST_UNSPACED if unspaced else SHORTEST
    if not word:
        return Fault("keywords", "a keyword needs letters", {})
    if word.isdecimal():
        return _fault("%(word)s is a number: people choose from menus with numbers", word)
    if any(c.isspace() for c in keyword.strip()) or (len(said) > 1 and not unspaced):
        return _fault("%(word)s must be one word, without spaces or marks", keyword.strip())
    if word != "".join(c for c in fold(keyword.strip()) if unicodedata.category(c) != "Cf"):
        return _fault("%(word)s must be letters and digits only", keyword.strip())
    if len(word) < least:
        return _fault(
            "%(word)s is too short: use %(least)s letters or more", word, least=str(least)
        )
    if len(word) > LONGEST:
        return _fault("%(word)s is too long: use %(most)s letters at most", word, most=str(LONGEST))
    if is_code(word.upper()):
        return _fault("%(word)s looks like a campaign's code: choose a word", word)
    return None


def _carrier_faults(word: str, carrier: Iterable[str]) -> list[Fault]:
    reserved = sorted({as_typed(c) for c in carrier})
    if word in reserved:
        return [_fault("the carrier acts on %(word)s itself, and the bot may never hear it", word)]
    near = [c for c in reserved if slipped(c, word)]
    words = "%(word)s is one letter from %(other)s, on which the carrier acts itself"
    return [_fault(words, word, other=near[0])] if near else []


def _meaning_faults(keyword: str, lexicon: Lexicon) -> list[Fault]:
    """What the bot understands by the word already, in any language; of what it is mended into, only what comes before a campaign."""
    word = as_typed(keyword)
    hits = lexicon.find(tokens(keyword))
    same = next((hit for hit in hits if not hit.near), None)
    if same is not None:
        return [_meaning("%(word)s already means %(meaning)s (%(language)s)", word, same)]
    near = next((hit for hit in hits if grave(label_of(hit.target))), None)
    if near is not None:
        words = "%(word)s is one letter from a word for %(meaning)s (%(language)s)"
        return [_meaning(words, word, near)]
    return []


def _meaning(words: str, word: str, hit: Hit) -> Fault:
    return _fault(words, word, meaning=hit.name, language=hit.target.language)


def _campaign_faults(word: str, other: Campaign) -> list[Fault]:
    for keyword in other.keywords:
        theirs = as_typed(keyword)
        if word == theirs:
            words = "%(word)s is a keyword of the campaign %(campaign)s"
            return [_fault(words, word, campaign=other.name)]
        if slipped(word, theirs) or slipped(theirs, word):
            words = "%(word)s is one letter from %(other)s, a keyword of the campaign %(campaign)s"
            return [_fault(words, word, other=theirs, campaign=other.name)]
    code = as_typed(other.code)
    if word == code or find_code(word, [other.code]) or slipped(word, code):
        words = "%(word)s is, or is one letter from, the code of the campaign %(campaign)s"
        return [_fault(words, word, campaign=other.name)]
    return []

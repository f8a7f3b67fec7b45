"""Who comes by which campaign: by its code, its keyword, or the advertisement that was tapped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..people.referral import Referral
from .campaign import Campaign
from .codes import find_code, find_keyword
from .ways import bare, referral_code


@dataclass(frozen=True, slots=True)
class Entered:
    """The campaign by which a message comes. `alone`: the message is nothing but the campaign's own word or prefilled text."""

    campaign: Campaign
    alone: bool


def entered(
    body: str,
    referral: Referral | None,
    campaigns: Sequence[Campaign],
    standing: Mapping[str, Mapping[str, str]],
    known: Callable[[str], bool],
) -> Entered | None:
    """The campaign of a message; None where it comes by none. A code in what was sent counts before the advertisement.

    `standing` are the values of the placeholders in prefilled texts, by language; `known` tells of a folded word whether it means
    something to the bot: then it is no keyword misspelled.
    """
    by_code = {campaign.code: campaign for campaign in campaigns}
    code = find_code(body, by_code) or (referral and referral_code(referral, campaigns))
    if code:
        return Entered(by_code[code], bare(body, by_code[code], standing))
    by_keyword = {keyword: campaign for campaign in campaigns for keyword in campaign.keywords}
    keyword = find_keyword(body, by_keyword, known)
    return Entered(by_keyword[keyword], True) if keyword else None

"""Who comes by which campaign: by its code, its keyword, or the advertisement that was tapped."""

from collections.abc import Sequence
from dataclasses import dataclass

from .campaign import Campaign


@dataclass(frozen=True, slots=True)
class Entered:
    """The campaign by which a message comes. `alone`: the message is nothing but the campaign's own word or prefilled text."""

    campaign: Campaign
    alone: bool


def entered(body: str, referral: str, campaigns: Sequence[Campaign]) -> Entered | None:
    """The campaign of a message; None where it comes by none. `referral` names the advertisement, "" without."""
    for campaign in campaigns:
        if referral and referral in campaign.referrals:
            return Entered(campaign, not body.strip())
    said = body.casefold().split()
    for campaign in campaigns:
        words = {campaign.code.casefold(), *(k.casefold() for k in campaign.keywords)}
        if len(said) == 1 and said[0] in words:
            return Entered(campaign, True)
        if campaign.code.casefold() in said:
            return Entered(campaign, False)
    return None

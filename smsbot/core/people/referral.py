"""The advertisement that somebody tapped before they wrote: what the carrier tells of it, once, with that message."""

from dataclasses import dataclass

LONGEST_ID = 256  # characters of an id that are kept
LONGEST_WORDS = 1600  # characters of the advertisement's own words


@dataclass(frozen=True, slots=True, repr=False)
class Referral:
    """An advertisement: its id, the id of this one click, and its words. It lasts for the turn; its `repr` tells nothing of it.

    Source: Twilio's parameters of WhatsApp messages that come by an advertisement (ReferralSourceId, ReferralCtwaClid,
    ReferralHeadline, ReferralBody).
    """

    source_id: str = ""
    clid: str = ""
    headline: str = ""
    body: str = ""

    def __repr__(self) -> str:
        return "Referral(…)"

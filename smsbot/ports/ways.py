"""The ways into a campaign: its links, its QR code and its poster."""

from dataclasses import dataclass
from typing import Literal, Protocol

from smsbot.core.campaign.campaign import Campaign

Paper = Literal["a4", "letter"]
PAPERS: tuple[Paper, ...] = ("a4", "letter")


@dataclass(frozen=True, slots=True)
class Links:
    """The links of a campaign in one language; "" where there is none. `counted` leads to a page that counts who comes by it."""

    prefill: str  # what they write for a person
    sms: str
    whatsapp: str
    counted: str


class Ways(Protocol):
    """Makes what leads people to a campaign."""

    def links(self, campaign: Campaign, language: str) -> Links:
        """Its links in a language."""

    def address(self, campaign: Campaign) -> str:
        """Where its QR code leads: to a page in the language of whoever looks at it."""

    def qr_svg(self, text: str) -> bytes:
        """A QR code as a picture that scales."""

    def qr_png(self, text: str) -> bytes:
        """The same as pixels, large enough to be printed."""

    def poster(self, campaign: Campaign, language: str, paper: Paper) -> bytes:
        """A poster as PDF. Raises `Refused` where it cannot be set, saying what is lacking."""

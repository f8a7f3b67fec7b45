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


@dataclass(frozen=True, slots=True)
class PageWords:
    """What the page of a counted link says, in one language. `lead` and `small` stand above and below the buttons."""

    language: str
    rtl: bool
    lead: str
    text_us: str
    whatsapp: str
    or_text: str
    small: str
    closed: str
    call: str
    languages: str


class Ways(Protocol):
    """Makes what leads people to a campaign."""

    def links(self, campaign: Campaign, language: str) -> Links:
        """Its links in a language."""

    def qr_svg(self, text: str) -> bytes:
        """A QR code as a picture that scales."""

    def qr_png(self, text: str) -> bytes:
        """The same as pixels, large enough to be printed."""

    def poster(self, campaign: Campaign, language: str, paper: Paper) -> bytes:
        """A poster as PDF. Raises `Refused` where it cannot be set, saying what is lacking."""

    def words(self, language: str) -> PageWords:
        """What the page of the counted link says in a language, or in English where the language has no words for it."""

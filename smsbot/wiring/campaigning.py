"""What staff's work on campaigns leans on, for the console and for the terminal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from smsbot.adapters.twilio import TwilioMessages
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.conversation.compose import Book
from smsbot.core.people.address import Address, Channel
from smsbot.flows.campaigns import Campaigning, Objection, TextKind
from smsbot.ports import Clock, Refused
from smsbot.ports.campaign import Ask
from smsbot.ports.ways import Links, Paper

from .console import Stores


def make_campaigning(
    stores: Stores,
    clock: Clock,
    book: Callable[[], Book],
    ask: Ask,
    messages: TwilioMessages | None,
    refresh: Callable[[], object] = bool,
    trial_numbers: Sequence[Address] = (),
) -> Campaigning:
    """The flow of campaigns."""
    return Campaigning(
        campaigns=stores.campaigns,
        broadcasts=stores.broadcasts,
        audit=stores.audit,
        clock=clock,
        book=book,
        gate=shut,
        keyword_faults=lambda _keyword, _others: [],
        new_code=_numbered,
        ask=ask,
        messages=messages,
        trial_numbers=trial_numbers,
        refresh=refresh,
    )


def shut(
    _text: str, tag: str, _kind: TextKind, _countries: Sequence[str], _channels: Sequence[Channel]
) -> Sequence[Objection]:
    """The gate where nothing can be examined: no text passes."""
    return [Objection(tag, "", True, "this text cannot be examined here, so it cannot be sent", {})]


def _numbered(campaigns: Sequence[Campaign]) -> str:
    return f"K{max((c.id for c in campaigns), default=0) + 1}"


@dataclass(frozen=True)
class NoWays:
    """Where nothing makes links, QR codes and posters."""

    def links(self, campaign: Campaign, language: str) -> Links:  # noqa: ARG002
        """None."""
        return Links("", "", "", "")

    def qr_svg(self, text: str) -> bytes:  # noqa: ARG002
        """None."""
        return b""

    def qr_png(self, text: str) -> bytes:  # noqa: ARG002
        """None."""
        return b""

    def poster(self, campaign: Campaign, language: str, paper: Paper) -> bytes:  # noqa: ARG002
        """Raises `Refused`."""
        raise Refused("posters cannot be made here")

"""What the carrier does by itself with STOP, START and HELP, by kind of sender and channel.

Source: Twilio's pages on opt-out keywords and on Advanced Opt-Out. Long codes and Messaging Services answer and block on their
English keywords, when the message is nothing but the keyword; toll-free numbers are blocked by the network; short codes are left
to us; with Advanced Opt-Out the message carries `OptOutType` where Twilio has acted, on WhatsApp too. Plain WhatsApp: nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .address import Channel

SenderKind = Literal[
    "long_code", "toll_free", "short_code", "messaging_service", "advanced_opt_out"
]
SENDER_KINDS: tuple[SenderKind, ...] = (
    "long_code",
    "toll_free",
    "short_code",
    "messaging_service",
    "advanced_opt_out",
)
# Segments a second that Twilio takes by default, the slowest of what each kind of sender may be (Twilio's page on rate limits and
# message queues): a long number to Canada, a toll-free number in North America, a short code, any sender to other countries.
RATES: Mapping[SenderKind, float] = {
    "long_code": 1.0,
    "toll_free": 3.0,
    "short_code": 100.0,
    "messaging_service": 10.0,
    "advanced_opt_out": 10.0,
}

OptOutType = Literal["STOP", "START", "HELP"]

STOP_WORDS = frozenset(
    {"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"}
)
START_WORDS = frozenset({"start", "unstop"})
HELP_WORDS = frozenset({"help", "info"})

# Every word that a carrier may act on: a menu word of ours must not be one of them unless it means the same.
CARRIER_WORDS = STOP_WORDS | START_WORDS | HELP_WORDS | {"yes", "arret"}


@dataclass(frozen=True, slots=True)
class Habit:
    """What the carrier did with one message: the keyword it acted on, if any, and whether STOP blocks the pair of numbers."""

    acted: OptOutType | None
    blocks: bool


_KEYWORDS: tuple[tuple[OptOutType, frozenset[str]], ...] = (
    ("STOP", STOP_WORDS),
    ("START", START_WORDS),
    ("HELP", HELP_WORDS),
)
_ACTS_BY_KEYWORD: frozenset[SenderKind] = frozenset({"long_code", "toll_free", "messaging_service"})


def habit(kind: SenderKind, channel: Channel, body: str, opt_out_type: str | None) -> Habit:
    """What the carrier has done by itself with a message of this text on this kind of sender.

    Where `OptOutType` is present Twilio has acted, whatever the settings say of the sender.
    """
    if opt_out_type in ("STOP", "START", "HELP"):
        return Habit(opt_out_type, blocks=True)  # type: ignore[arg-type]
    if channel == "whatsapp" or kind not in _ACTS_BY_KEYWORD:
        return Habit(None, blocks=kind == "advanced_opt_out")
    word = body.strip().casefold()
    return Habit(next((name for name, words in _KEYWORDS if word in words), None), blocks=True)

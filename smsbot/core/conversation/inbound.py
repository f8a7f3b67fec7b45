"""One message that came in, as a value, whatever the carrier."""

from dataclasses import dataclass
from datetime import datetime

from ..people.address import Address
from ..people.carrier import SenderKind
from ..people.referral import Referral

BODY_LIMIT = 1600  # characters in one message (Twilio)


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message: who from (each address under which the carrier knows the person, likeliest to last first) and what."""

    message_id: str
    addresses: tuple[Address, ...]
    body: str
    at: datetime
    choice: str | None = None  # the id on the button or list row that was tapped
    media: tuple[str, ...] = ()  # MIME types; the files are never fetched
    location: bool = False
    referral: Referral | None = None  # the advertisement that was tapped; lasts for the turn
    opt_out_type: str | None = None
    sender_kind: SenderKind = "short_code"
    demo: bool = False  # from the phone page: a person who does not exist
    to: str = ""  # the clinic's number or service that was written to, as the carrier writes it

    @property
    def address(self) -> Address:
        """The address that the talk is kept under."""
        return self.addresses[0]

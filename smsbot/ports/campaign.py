"""What campaigns need of the world: a carrier that sends and that can be asked what it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from smsbot.core.people.address import Address

from . import Refused, Unavailable


class Rejected(Refused):
    """The carrier said no: the message was surely not created. `code` is the carrier's own, where it gave one."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.code = code


class Busy(Unavailable):
    """The message was surely not created, and may be tried again later."""


class InDoubt(Unavailable):
    """Nobody knows whether the message was created."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to be sent: a text of ours, or an approved template with its variables by number.

    `delivery` is our own id of it, which the address of its status carries. After `valid_for` seconds (1 to 36000) the carrier
    sends it no more.
    """

    to: Address
    delivery: str
    text: str = ""
    content_sid: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    valid_for: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took a message: its id, and the segments that it counts."""

    sid: str
    segments: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One message in the carrier's own list. `outbound`: created by its API."""

    sid: str
    body: str
    status: str
    error: int | None
    created_at: datetime
    outbound: bool


class Messages(Protocol):
    """Messages by the carrier's API."""

    def send(self, message: Outgoing) -> Accepted:
        """Raises `Rejected`, `Busy` or `InDoubt`; none of them names a number or a text."""

    def sent_to(self, to: Address, since: datetime) -> Sequence[Listed]:
        """What the carrier lists for the address from then on, latest first. Raises `Rejected` or `Unavailable`."""

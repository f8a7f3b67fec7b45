"""Addresses: where a message came from. A number is never printed by accident: an address masks itself."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal

Channel = Literal["sms", "whatsapp", "rcs"]
Kind = Literal["e164", "bsuid"]

# A business-scoped user id of WhatsApp: two letters of a country, a dot, up to 128 letters and digits; a parent has ENT between.
_BSUID = re.compile(r"([A-Z]{2})\.(?:ENT\.)?[0-9A-Za-z]{1,128}")
_E164 = re.compile(r"\+[1-9][0-9]{4,14}")


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """A person's handle on a channel: a number in E.164, or an id where WhatsApp hides the number."""

    channel: Channel
    handle: str

    def __repr__(self) -> str:
        return f"Address({self.channel}, {self.handle[:2]}…)"

    @property
    def kind(self) -> Kind:
        """Whether the handle is a number or a business-scoped user id."""
        return "bsuid" if _BSUID.fullmatch(self.handle) else "e164"

    @property
    def country(self) -> str | None:
        """The country that a business-scoped user id names itself; None for a number."""
        match = _BSUID.fullmatch(self.handle)
        return match[1] if match else None

    @property
    def valid(self) -> bool:
        """Whether the handle has the form of a number or of an id (short codes and names of senders have not)."""
        return bool(_E164.fullmatch(self.handle) or _BSUID.fullmatch(self.handle))


PREFIXES: dict[str, Channel] = {"whatsapp:": "whatsapp", "rcs:": "rcs"}


def parse_address(text: str) -> Address:
    """The address in the carrier's spelling: `+1...`, `whatsapp:+1...`, `rcs:+1...` or `whatsapp:CC.id`."""
    for prefix, channel in PREFIXES.items():
        if text.startswith(prefix):
            return Address(channel, text[len(prefix) :])
    return Address("sms", text)


def key_of(pepper: bytes, address: Address, space: str = "") -> str:
    """The coded mark of a person: 32 hex digits of HMAC-SHA256 over the kind and the handle. `space` keeps demo people apart."""
    material = f"{space}{address.kind}\x00{address.handle}".encode("utf-8", "surrogatepass")
    return hmac.digest(pepper, material, hashlib.sha256).hex()[:32]

"""What an SMS costs: its encoding and its segments, as the carrier counts them.

The alphabet is that of 3GPP TS 23.038 (GSM 7-bit default alphabet and its extension table) as Twilio applies it: code 0x09 is a
capital C with cedilla, so the small one is not in the alphabet. One character outside it sends the whole text as UCS-2.
A segment holds 1120 bits: 160 septets alone and 153 when joined, or 70 UTF-16 units alone and 67 when joined. A character of two
septets (extension) or two units (outside the basic plane) is never cut by the end of a segment.
"""

from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")

ALONE: dict[Encoding, int] = {"GSM-7": 160, "UCS-2": 70}
JOINED: dict[Encoding, int] = {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True, slots=True)
class Cost:
    """An SMS text's encoding, its length in septets (GSM-7) or UTF-16 units (UCS-2), and its segments."""

    encoding: Encoding
    units: int
    segments: int


def foreign(text: str) -> tuple[str, ...]:
    """The characters of `text` that are not in the GSM alphabet, in order, each once: what forces UCS-2."""
    return tuple(dict.fromkeys(c for c in text if c not in BASIC and c not in EXTENSION))


def measure(text: str) -> Cost:
    """The cost of `text` as one SMS; the empty text costs one segment, as the carrier bills it."""
    if BASIC.issuperset(text):
        return Cost("GSM-7", len(text), _plain(len(text), "GSM-7"))
    encoding, widths = _widths(text)
    units = sum(widths)
    if units == len(widths) or units <= ALONE[encoding]:
        return Cost(encoding, units, _plain(units, encoding))
    return Cost(encoding, units, len(_starts(widths, JOINED[encoding])))


def _plain(units: int, encoding: Encoding) -> int:
    if units <= ALONE[encoding]:
        return 1
    return -(-units // JOINED[encoding])


def _widths(text: str) -> tuple[Encoding, list[int]]:
    """The encoding of a text, and the septets or UTF-16 units of each of its characters."""
    if foreign(text):
        return "UCS-2", [2 if ord(c) > 0xFFFF else 1 for c in text]
    return "GSM-7", [2 if c in EXTENSION else 1 for c in text]


def _starts(widths: list[int], room: int) -> list[int]:
    """Where each segment begins when characters of two units may not be cut."""
    starts, filled = [0], 0
    for at, width in enumerate(widths):
        if filled + width > room:
            starts.append(at)
            filled = 0
        filled += width
    return starts


def pieces(text: str) -> tuple[str, ...]:
    """`text` cut as the carrier cuts it: one piece for each segment that `measure` counts."""
    encoding, widths = _widths(text)
    if sum(widths) <= ALONE[encoding]:
        return (text,)
    starts = _starts(widths, JOINED[encoding])
    return tuple(text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True))


def split(text: str, limit: int) -> tuple[str, ...]:
    """`text` in parts of at most `limit` characters, cut at a line end or a space where there is one."""
    parts = []
    while len(text) > limit:
        head = text[:limit]
        cut = max(head.rfind("\n"), head.rfind(" "))
        cut = cut if cut > limit // 2 else limit
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return (*parts, text)

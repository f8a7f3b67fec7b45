"""Reads what was drawn: the pixels of a PNG, and what a QR code among them says."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

Pixel = tuple[int, int, int]


@dataclass(frozen=True)
class Picture:
    """The pixels of a PNG, row by row."""

    width: int
    height: int
    rows: list[list[Pixel]]


def picture(png: bytes) -> Picture:
    """The picture in a PNG of 8 bits a channel (with or without transparency), or of 1 bit in grey."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data, palette = 8, b"", b""
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        chunk = png[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", chunk[:10])
        data += chunk if kind == b"IDAT" else b""
        palette = chunk if kind == b"PLTE" else palette
        at += size + 12
    channels = {0: 1, 2: 3, 3: 1, 6: 4}[colour]
    assert (depth, channels) in ((8, 3), (8, 4), (1, 1))
    step = max(1, depth * channels // 8)
    raw, line = zlib.decompress(data), (width * depth * channels + 7) // 8
    before, rows = bytearray(line), []
    for y in range(height):
        kind, *said = raw[y * (line + 1) : (y + 1) * (line + 1)]
        now = bytearray(said)
        for x in range(line):
            left = now[x - step] if x >= step else 0
            above, corner = before[x], before[x - step] if x >= step else 0
            now[x] = (now[x] + _filter(kind, left, above, corner)) & 255
        rows.append(_pixels(now, width, channels, palette))
        before = now
    return Picture(width, height, rows)


def _filter(kind: int, left: int, above: int, corner: int) -> int:
    if kind == 4:
        guess = left + above - corner
        return min(
            (abs(guess - v), n, v) for n, v in enumerate((left, above, corner))
        )[2]  # fmt: skip
    return (0, left, above, (left + above) // 2)[kind]


def _pixels(line: bytearray, width: int, channels: int, palette: bytes) -> list[Pixel]:
    if channels == 1:
        bits = [line[x // 8] >> (7 - x % 8) & 1 for x in range(width)]
        colours = [tuple(palette[i : i + 3]) for i in (0, 3)] if palette else [(0,) * 3, (255,) * 3]
        return [colours[bit] for bit in bits]  # type: ignore[misc]
    return [tuple(line[x * channels : x * channels + 3]) for x in range(width)]  # type: ignore[misc]


def black(pixel: Pixel) -> bool:
    """Whether a pixel is quite black, as nothing but a QR code is."""
    return max(pixel) < 20


def qr_in(seen: Picture) -> list[list[bool]]:
    """The modules of the one QR code in a picture: its black pixels are a square, and its corner patterns seven modules wide."""
    rows = [y for y, row in enumerate(seen.rows) if any(map(black, row))]
    columns = [x for x in range(seen.width) if any(black(seen.rows[y][x]) for y in rows)]
    top, left, side = rows[0], columns[0], columns[-1] - columns[0] + 1
    assert abs(rows[-1] - top + 1 - side) <= 1
    middle = top + 1
    seven = next(x for x in range(left, seen.width) if not black(seen.rows[middle][x])) - left
    size = min((17 + 4 * v for v in range(1, 41)), key=lambda n: abs(side / n - seven / 7))
    module = side / size
    centre = [int((n + 0.5) * module) for n in range(size)]
    return [[black(seen.rows[top + y][left + x]) for x in centre] for y in centre]


# Where the alignment patterns of a version stand (ISO/IEC 18004, annex E), up to the largest that is tried here.
_ALIGNMENT = {1: (), 2: (6, 18), 3: (6, 22), 4: (6, 26), 5: (6, 30), 6: (6, 34)}
# Blocks of data codewords at error correction Q (the same, table 9).
_BLOCKS_Q = {1: [13], 2: [22], 3: [17, 17], 4: [24, 24], 5: [15, 15, 16, 16], 6: [19] * 4}
_MASKS = (
    lambda y, x: (y + x) % 2 == 0,
    lambda y, x: y % 2 == 0,
    lambda y, x: x % 3 == 0,
    lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)


def read_qr(modules: Sequence[Sequence[bool]]) -> str:
    """What a QR code of error correction Q says, without mending anything. Raises `AssertionError` where it is not such a one."""
    size = len(modules)
    version = (size - 17) // 4
    told = [modules[8][x] for x in (0, 1, 2, 3, 4, 5, 7, 8)]
    form = sum(bit << n for n, bit in enumerate(reversed(told[:5]))) ^ 0b10101
    assert form >> 3 == 0b11, "not of error correction Q"
    mask = _MASKS[form & 7]
    bits = [modules[y][x] ^ mask(y, x) for y, x in _way(size) if not _fixed(y, x, size, version)]
    codewords = [
        sum(bit << (7 - n) for n, bit in enumerate(bits[i : i + 8])) for i in range(0, len(bits) - 7, 8)
    ]  # fmt: skip
    lengths = _BLOCKS_Q[version]
    blocks: list[list[int]] = [[] for _ in lengths]
    words = iter(codewords)
    for place in range(max(lengths)):
        for block, length in zip(blocks, lengths, strict=True):
            if place < length:
                block.append(next(words))
    stream = "".join(f"{word:08b}" for block in blocks for word in block)
    assert stream[:4] == "0100", "not in bytes"
    count = int(stream[4:12], 2)
    return bytes(int(stream[12 + 8 * n : 20 + 8 * n], 2) for n in range(count)).decode()


def _way(size: int) -> list[tuple[int, int]]:
    """The modules in the order of the bits: up and down in pairs of columns from the right, past the timing column."""
    found, up = [], True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for y in range(size - 1, -1, -1) if up else range(size):
            found += [(y, right), (y, right - 1)]
        up = not up
    return found


def _fixed(y: int, x: int, size: int, version: int) -> bool:
    """Whether a module belongs to a pattern or to what the code says of itself."""
    corner = (y < 9 and x < 9) or (y < 9 and x >= size - 8) or (y >= size - 8 and x < 9)
    spots = _ALIGNMENT[version]
    aligned = any(
        abs(y - cy) <= 2 and abs(x - cx) <= 2
        for cy in spots
        for cx in spots
        if (cy, cx) not in ((6, 6), (6, spots[-1]), (spots[-1], 6))
    )
    return corner or aligned or y == 6 or x == 6

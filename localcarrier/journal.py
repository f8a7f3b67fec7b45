"""The carrier's log: one JSON object a line, appended and never changed. What it is started with again is read from it."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

Entry = Mapping[str, Any]


class Journal:
    """A file of entries. Each goes to the operating system in one piece before anything else happens, so a kill loses none."""

    def __init__(self, path: Path) -> None:
        """Opens the file, or makes it (for its owner alone). A last line that was cut off is taken away."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.ftruncate(self._file, whole)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Everything so far, oldest first."""
        with self._path.open("rb") as lines:
            for line in lines:
                yield msgspec.json.decode(line)

    def add(self, entry: Entry) -> None:
        """Writes an entry down."""
        os.write(self._file, msgspec.json.encode(entry) + b"\n")

    def close(self) -> None:
        """Nothing is written any more."""
        os.close(self._file)

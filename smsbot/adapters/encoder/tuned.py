"""What was learned on top of the encoder's weights: for each matrix a small correction, the product of a thin and a flat one.

`training/tune.py` makes the file from the example messages. Where it is not there, the encoder is used as it came.
"""

import hashlib
from pathlib import Path

import numpy as np

from .weights import Floats

PATH = Path(__file__).with_name("tuned.npz")


class Tuned:
    """The corrections by the name of the matrix; none where there is no file."""

    def __init__(self, path: Path = PATH) -> None:
        self._thin: dict[str, Floats] = {}
        self._flat: dict[str, Floats] = {}
        if path.exists():
            with np.load(path) as file:
                for name in file.files:
                    kind, _, matrix = name.partition(":")
                    part = file[name].astype(np.float32)
                    (self._thin if kind == "thin" else self._flat)[matrix] = part

    def correction(self, name: str) -> Floats | float:
        """What is added to the matrix `name` (rows × columns); 0 where nothing was learned for it."""
        return self._thin[name] @ self._flat[name] if name in self._thin else 0.0


def digest(path: Path = PATH) -> str:
    """Which corrections these are, in eight letters; `plain` where there are none."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.exists() else "plain"

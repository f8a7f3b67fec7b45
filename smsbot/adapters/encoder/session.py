"""Runs the converted encoder on one core. What it holds is shared by processes that are forked after it was loaded."""

from pathlib import Path

import numpy as np

from .convert import LAYERS, PIECES, PLACES, WORDS
from .weights import Floats, opened

LONGEST = 64  # pieces of a text that are read; more would cost more time than a message is worth


class Encoder:
    """The encoder in a folder that `convert` has filled."""

    def __init__(self, folder: Path, rewritten: dict[int, str]) -> None:
        import onnxruntime
        from sentencepiece import SentencePieceProcessor

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._run = onnxruntime.InferenceSession(
            str(folder / LAYERS), options, providers=["CPUExecutionProvider"]
        ).run
        self._pieces = SentencePieceProcessor(model_file=str(folder / PIECES))
        self._rewritten = rewritten
        self._words = np.load(folder / WORDS, mmap_mode="r")
        self._places = np.load(folder / PLACES)

    def numbers(self, text: str) -> list[int]:
        """The word pieces of a text, with the marks of its begin and end."""
        whole = text.encode("utf-8", "replace").decode()  # half a surrogate pair is no text
        ids: list[int] = self._pieces.encode(whole.translate(self._rewritten))
        return [self._pieces.bos_id(), *ids[: LONGEST - 2], self._pieces.eos_id()]

    def embed(self, text: str) -> Floats:
        """The text as 384 numbers of length one."""
        ids = self.numbers(text)
        words = opened(self._words[ids]) + self._places[: len(ids)]
        (meaning,) = self._run(None, {"words": words[None]})
        row: Floats = meaning[0]
        return row / np.linalg.norm(row)

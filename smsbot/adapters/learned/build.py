"""Builds what the readers need, once for each state of the examples, and loads it; a folder's name tells what it was built from.

encoder-…/      the converted encoder
rows-….npz      the examples as the encoder's numbers, so that one more example costs one more row
learned-….npz   the head and the models of characters, fitted on all examples
"""

import fcntl
import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from smsbot.adapters.encoder import convert
from smsbot.adapters.encoder.session import Encoder
from smsbot.adapters.encoder.tuned import Tuned, digest
from smsbot.adapters.encoder.weights import SHA256, Unfit, Weights, checked, weight_path
from smsbot.adapters.language_id import ROMANISED
from smsbot.core.understanding.examples import Example

from .characters import Characters, learn, learn_apart
from .head import Head, fit

VERSION = "3"  # of how the head is fitted and what is kept: a change of it fits anew
TAUGHT_WORTH = 30  # as so many examples one that staff taught counts: among tens of thousands, one would change nothing
REFIT_STEPS = 40  # for a head that learns a few more examples
SCALE = 12.0  # the encoder's rows lie close together; spread so, a head is found in few steps

Floats = npt.NDArray[np.float32]
Progress = Callable[[Iterable[Floats], int, str], Iterable[Floats]]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Taught:
    """What staff taught, as rows of length one about the middle, and the label of each."""

    rows: Floats
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Learned:
    """What was learned. `encoder` and `head` are None where the encoder cannot be had, and `lacking` says why."""

    intents: Characters
    languages: Characters
    encoder: Encoder | None = None
    head: Head | None = None
    middle: Floats | None = None  # the mean row, which every row is taken less
    lacking: str = ""
    taught: Taught | None = None


def load(
    folder: Path,
    state: str,
    read: Callable[[], Sequence[Example]],
    say: Say,
    steps: Progress,
) -> Learned:
    """What was learned from the examples, built where it is not there yet. One process builds; others wait for it.

    `state` changes when an example does; `read` reads them where they are needed. `say` is told of each thing that takes long,
    `steps` wraps the longest loop for a progress bar.
    """
    state = hashlib.sha256(f"{VERSION} {state}".encode()).hexdigest()[:12]
    try:
        path = weight_path()
        kept = folder / f"learned-{state}-{_encoder_name()}.npz"
        if not (kept.exists() and (folder / _encoder_name()).is_dir()):
            with _alone(folder):
                encoder = _built_encoder(folder, path, say)
                if not kept.exists():
                    examples = read()
                    if not examples:
                        raise Unfit("no language has examples")
                    _learn(folder, kept, examples, encoder, say, steps)
        return _loaded(folder, kept)
    except (Unfit, ImportError, OSError) as error:
        return _without_encoder(read(), str(error))


def _encoder_name() -> str:
    return f"encoder-{SHA256[:8]}-{digest()}-{convert.VERSION}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Holds the folder's lock, so that processes which start together build once."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _built_encoder(folder: Path, path: Path, say: Say) -> Encoder:
    ready = folder / _encoder_name()
    if not ready.is_dir():
        checked(path)
        weights = Weights(path)
        aside = Path(tempfile.mkdtemp(dir=folder, prefix=".encoder-"))
        try:
            convert.convert(weights, Tuned(), aside, say)
            (aside / "rewritten.json").write_text(json.dumps(weights.rewritten))
            aside.chmod(0o755)
            aside.rename(ready)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return _encoder(ready)


def _encoder(ready: Path) -> Encoder:
    rewritten = json.loads((ready / "rewritten.json").read_text())
    return Encoder(ready, {int(character): text for character, text in rewritten.items()})


def _learn(
    folder: Path,
    kept: Path,
    examples: Sequence[Example],
    encoder: Encoder,
    say: Say,
    steps: Progress,
) -> None:
    rows = embedded(folder / f"rows-{_encoder_name()}.npz", examples, encoder, steps)
    say("fitting the readers")
    middle = rows.mean(0)
    head = fit((rows - middle) * SCALE, [e.label for e in examples])
    intents, languages = _characters(examples)
    _save(
        kept,
        labels=np.array(head.labels),
        weights=head.weights * SCALE,
        offsets=head.offsets,
        middle=middle,
        intents=intents.table,
        intent_offsets=np.asarray(intents.offsets),
        intent_labels=np.array(intents.labels),
        languages=languages.table,
        language_labels=np.array(languages.labels),
    )
    for old in folder.glob(f"learned-*-{_encoder_name()}.npz"):
        if old != kept:
            old.unlink(missing_ok=True)


def embedded(path: Path, examples: Sequence[Example], encoder: Encoder, steps: Progress) -> Floats:
    """The examples as rows of the encoder's numbers; rows that were made before are taken from `path`."""
    keys = [
        hashlib.sha256(e.text.encode("utf-8", "surrogatepass")).hexdigest()[:16] for e in examples
    ]
    known: dict[str, Floats] = {}
    if path.exists():
        with np.load(path) as file:
            known = dict(zip(file["keys"].tolist(), file["rows"], strict=True))
    new = [e for key, e in zip(keys, examples, strict=True) if key not in known]
    if new:
        with ThreadPoolExecutor(os.cpu_count() or 1) as several:
            rows_of_new = several.map(lambda e: encoder.embed(e.text), new)
            made = list(steps(rows_of_new, len(new), "reading the examples"))
        fresh = dict(zip((k for k in keys if k not in known), made, strict=True))
        known |= fresh
        rows = np.stack([known[key] for key in keys]).astype(np.float16)
        _save(path, keys=np.array(keys), rows=rows)
    return np.stack([known[key] for key in keys]).astype(np.float16).astype(np.float32)


def _save(path: Path, **arrays: npt.NDArray[np.generic]) -> None:
    """Writes whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".learned-", suffix=".npz")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _characters(examples: Sequence[Example]) -> tuple[Characters, Characters]:
    texts = [e.text for e in examples]
    tags = [e.language + (ROMANISED if e.romanised else "") for e in examples]
    return (
        learn_apart(texts, [e.label for e in examples]),
        learn(texts, tags),
    )


def _loaded(folder: Path, kept: Path) -> Learned:
    with np.load(kept) as file:
        part = {name: file[name] for name in file.files}
    return Learned(
        intents=Characters(
            tuple(part["intent_labels"].tolist()), part["intents"], part["intent_offsets"]
        ),
        languages=Characters(tuple(part["language_labels"].tolist()), part["languages"]),
        encoder=_encoder(folder / _encoder_name()),
        head=Head(tuple(part["labels"].tolist()), part["weights"], part["offsets"]),
        middle=part["middle"],
    )


def refitted(
    folder: Path,
    learned: Learned,
    examples: Sequence[Example],
    taught: Sequence[Example],
    steps: Progress,
    say: Say,
) -> bytes:
    """The head fitted on the files' examples and those that staff taught, packed; b"" where the encoder is not there.

    It goes on from the head that is there, since most examples are the same. New ones are kept as rows in the folder.
    """
    if learned.encoder is None or learned.head is None or learned.middle is None:
        return b""
    with _alone(folder):
        everything = (*examples, *taught)
        rows = embedded(folder / f"rows-{_encoder_name()}.npz", everything, learned.encoder, steps)
    say("fitting the readers")
    near = rows[len(examples) :] - learned.middle
    rows = np.concatenate([rows, np.repeat(rows[len(examples) :], TAUGHT_WORTH - 1, 0)])
    labels = [e.label for e in (*everything, *(e for e in taught for _ in range(TAUGHT_WORTH - 1)))]
    known = Head(learned.head.labels, learned.head.weights / SCALE, learned.head.offsets)
    head = fit((rows - learned.middle) * SCALE, labels, steps=REFIT_STEPS, start=known)
    return packed_head(
        Head(head.labels, head.weights * SCALE, head.offsets),
        learned.middle,
        Taught(unit(near), tuple(e.label for e in taught)),
    )


def unit(rows: Floats) -> Floats:
    """The rows, each brought to the length one."""
    lengths: Floats = np.linalg.norm(rows, axis=-1, keepdims=True) + np.float32(1e-9)
    return rows / lengths


def packed_head(head: Head, middle: Floats, taught: Taught) -> bytes:
    """A fitted head with its middle and what it was taught, as it is kept beside the words that it was fitted on."""
    file = io.BytesIO()
    np.savez_compressed(
        file,
        labels=np.array(head.labels),
        weights=head.weights,
        offsets=head.offsets,
        middle=middle,
        encoder=np.array(_encoder_name()),
        taught=taught.rows.astype(np.float16),
        taught_labels=np.array(taught.labels),
    )
    return file.getvalue()


def head_of(packed: bytes) -> dict[str, Any]:
    """The head, the middle and what was taught again, by the names that `Learned` has for them.

    Nothing where another encoder than this release's made the rows: its head would read these rows as if at random.
    """
    with np.load(io.BytesIO(packed)) as file:
        if str(file["encoder"]) != _encoder_name():
            return {}
        head = Head(tuple(file["labels"].tolist()), file["weights"], file["offsets"])
        taught = Taught(file["taught"].astype(np.float32), tuple(file["taught_labels"].tolist()))
        return {"head": head, "middle": file["middle"], "taught": taught}


def _without_encoder(examples: Sequence[Example], why: str) -> Learned:
    intents, languages = _characters(examples)
    return Learned(intents, languages, lacking=why)

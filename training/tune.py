"""Tunes the sentence encoder to the example messages: thin corrections to its matrices, learned with a head that is thrown away."""

import argparse
import random
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from smsbot import wiring
from smsbot.adapters.encoder.tuned import PATH
from smsbot.adapters.encoder.weights import Weights, checked, opened, weight_path
from smsbot.adapters.learned.build import SCALE
from smsbot.core.understanding.examples import Example

RANK = 16
STRENGTH = 16.0  # of the corrections while they are learned; it is multiplied into the file
PARTS = ("q", "k", "v", "ao", "fi", "fo")
SPOILED = 0.3  # share of the messages that are made worse each time they are shown
Half = torch.bfloat16


class Corrected(nn.Module):
    """A matrix of the encoder, which stays, and its correction, which is learned."""

    def __init__(self, matrix: np.ndarray, offset: np.ndarray) -> None:
        super().__init__()
        rows, columns = matrix.shape
        self.register_buffer("matrix", torch.tensor(matrix).to(Half))
        self.register_buffer("offset", torch.tensor(offset).to(Half))
        self.flat = nn.Parameter(torch.randn(RANK, columns) / columns**0.5)
        self.thin = nn.Parameter(torch.zeros(rows, RANK))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        plain = functional.linear(rows, self.matrix, self.offset)
        flat = functional.linear(rows, self.flat.to(Half))
        return plain + functional.linear(flat, self.thin.to(Half)) * (STRENGTH / RANK)


class Network(nn.Module):
    """The encoder as `smsbot.adapters.encoder.convert` writes it, in a form that can be learned."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        sizes = self.sizes = weights.sizes
        width, inner = sizes.width, sizes.inner
        self.words = weights.blocks("emb.word", sizes.words, width)
        places = weights.plain("emb.pos", sizes.positions * width).reshape(-1, width)
        self.places = torch.tensor(places + weights.plain("emb.type", width))
        shapes = dict.fromkeys(PARTS, (width, width)) | {"fi": (inner, width), "fo": (width, inner)}
        self.layers = nn.ModuleList(
            nn.ModuleDict(
                {
                    part: Corrected(
                        weights.matrix(f"l{n}.{part}.w", *shapes[part]),
                        weights.plain(f"l{n}.{part}.b", shapes[part][0]),
                    )
                    for part in PARTS
                }
            )
            for n in range(sizes.layers)
        )
        self.norms = [
            [self._norm(weights, f"l{n}.{which}ln") for which in "ao"] for n in range(sizes.layers)
        ]
        self.first = self._norm(weights, "emb.ln")

    def _norm(self, weights: Weights, name: str) -> tuple[torch.Tensor, torch.Tensor]:
        width = self.sizes.width
        return (
            torch.tensor(weights.plain(f"{name}.w", width)).to(Half),
            torch.tensor(weights.plain(f"{name}.b", width)).to(Half),
        )

    def _normal(self, rows: torch.Tensor, norm: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        return functional.layer_norm(rows, (self.sizes.width,), *norm, self.sizes.epsilon)

    def forward(self, ids: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        """Texts × pieces, and which of them are there, to texts × numbers of length one."""
        texts, length = ids.shape
        words = torch.tensor(opened(self.words[ids.numpy().ravel()])).view(texts, length, -1)
        at = self._normal((words + self.places[:length]).to(Half), self.first)
        seen = there[:, None, None, :].bool()
        for layer, (after, out) in zip(self.layers, self.norms, strict=True):
            query, key, value = (
                layer[part](at).view(texts, length, self.sizes.heads, -1).transpose(1, 2)
                for part in "qkv"
            )
            # Written out: the fused step of PyTorch's CPU build takes more than half of the time.
            likeness = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
            share = likeness.masked_fill(~seen, -1e4).softmax(-1)
            mixed = (share @ value).transpose(1, 2).reshape(texts, length, -1)
            at = self._normal(at + layer["ao"](mixed), after)
            at = self._normal(at + layer["fo"](functional.gelu(layer["fi"](at))), out)
        weight = there[..., None].float()
        return functional.normalize((at.float() * weight).sum(1) / weight.sum(1), dim=-1)


def batch(ids: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of pieces brought to one length, and which of them are there."""
    length = max(map(len, ids))
    rows = np.zeros((len(ids), length), np.int64)
    there = np.zeros((len(ids), length), np.int64)
    for number, row in enumerate(ids):
        rows[number, : len(row)] = row
        there[number, : len(row)] = 1
    return torch.tensor(rows), torch.tensor(there)


def spoiled(text: str, chance: random.Random) -> str:
    """The message as somebody hastier might have typed it: no accents, no capitals, a letter lost, doubled or swapped."""
    if chance.random() > SPOILED:
        return text
    if chance.random() < 0.4:
        bare = unicodedata.normalize("NFD", text)
        text = "".join(c for c in bare if not "\u0300" <= c <= "\u036f")
        text = unicodedata.normalize("NFC", text)
    if chance.random() < 0.4:
        text = text.lower().replace("?", "")
    if len(text) > 8 and chance.random() < 0.5:
        at = chance.randrange(1, len(text) - 2)
        slip = chance.randrange(3)
        middle = ("", text[at] * 2, text[at + 1] + text[at])[slip]
        text = text[:at] + middle + text[at + (2 if slip == 2 else 1) :]
    return text


def learn(
    network: Network,
    examples: Sequence[Example],
    numbers,
    *,
    rounds: int,
    pace: float,
    at_once: int,
) -> tuple[nn.Linear, torch.Tensor, list[str]]:
    """Shows the examples `rounds` times; the head, the middle of the rows and the labels come back."""
    chance = random.Random(5)
    torch.manual_seed(5)
    names = sorted({e.label for e in examples})
    which = torch.tensor([names.index(e.label) for e in examples])
    counts = torch.bincount(which, minlength=len(names)).float()
    worth = (counts.mean() / counts).sqrt()
    middle = torch.tensor(rows_of(network, [numbers(e.text) for e in examples[::8]]).mean(0))
    head = nn.Linear(network.sizes.width, len(names))
    nn.init.normal_(head.weight, std=0.02)
    nn.init.zeros_(head.bias)
    optimizer = torch.optim.AdamW(
        [
            {"params": list(network.parameters()), "weight_decay": 1e-2},
            {"params": head.parameters(), "weight_decay": 1e-3},
        ],
        lr=pace,
    )
    steps = rounds * -(-len(examples) // at_once)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [pace, pace * 5], total_steps=steps + rounds * 30, pct_start=0.1
    )
    began, done, lost = time.monotonic(), 0, 0.0
    for number in range(rounds):
        ids = [numbers(spoiled(e.text, chance)) for e in examples]
        order = list(range(len(ids)))
        chance.shuffle(order)
        groups = []
        for start in range(0, len(order), at_once * 20):
            near = sorted(order[start : start + at_once * 20], key=lambda i: len(ids[i]))
            groups += [near[i : i + at_once] for i in range(0, len(near), at_once)]
        chance.shuffle(groups)
        for group in groups:
            rows = network(*batch([ids[i] for i in group]))
            loss = functional.cross_entropy(
                head((rows - middle) * SCALE), which[group], weight=worth, label_smoothing=0.1
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            done, lost = done + 1, lost + loss.item()
            if done % 100 == 0:
                print(
                    f"round {number + 1}, step {done} of {steps}: {lost / 100:.3f}, {time.monotonic() - began:.0f} s",
                    flush=True,
                )
                lost = 0.0
    return head, middle, names


def rows_of(network: Network, ids: Sequence[Sequence[int]]) -> np.ndarray:
    """The network's rows for texts given as pieces."""
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    rows = np.zeros((len(ids), network.sizes.width), np.float32)
    with torch.no_grad():
        for start in range(0, len(order), 64):
            group = order[start : start + 64]
            rows[group] = network(*batch([ids[i] for i in group])).numpy()
    return rows


def write(network: Network, path: Path) -> None:
    """The corrections as the bot reads them."""
    parts = {}
    for number, layer in enumerate(network.layers):
        for part in PARTS:
            name = f"l{number}.{part}.w"
            parts[f"thin:{name}"] = (layer[part].thin.detach().numpy() * (STRENGTH / RANK)).astype(
                np.float16
            )
            parts[f"flat:{name}"] = layer[part].flat.detach().numpy().astype(np.float16)
    np.savez_compressed(path, **parts)


def resume(network: Network, path: Path) -> None:
    """Sets the corrections to those of a file that `write` made."""
    with np.load(path) as file, torch.no_grad():
        for number, layer in enumerate(network.layers):
            for part in PARTS:
                thin = file[f"thin:l{number}.{part}.w"].astype(np.float32) / (STRENGTH / RANK)
                layer[part].thin.copy_(torch.tensor(thin))
                flat = file[f"flat:l{number}.{part}.w"].astype(np.float32)
                layer[part].flat.copy_(torch.tensor(flat))


def rehearsed(examples: Sequence[Example], known: Path, share: float) -> list[Example]:
    """All that are new, and a share of those that stand in the example files of the folder `known`."""
    there = {e.text for e in wiring.read_all_examples(known)}
    chance = random.Random(2)
    return [e for e in examples if e.text not in there or chance.random() < share]


def main() -> None:
    """Learns, and writes the file or says how the held-out share is read."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--held-out", type=float, default=0.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pace", type=float, default=1e-3)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--output", type=Path, default=PATH)
    parser.add_argument(
        "--onto", type=Path, help="corrections to go on from, where few examples are new"
    )
    parser.add_argument(
        "--known",
        type=Path,
        help="locales as they were when those were learned: of what stands there a share is shown again",
    )
    parser.add_argument("--rehearsed", type=float, default=0.3, help="that share")
    options = parser.parse_args()
    examples = list(wiring.read_all_examples())
    random.Random(1).shuffle(examples)
    if options.known:
        examples = rehearsed(examples, options.known, options.rehearsed)
    held = int(len(examples) * options.held_out)
    path = weight_path()
    checked(path)
    network = Network(Weights(path))
    if options.onto:
        resume(network, options.onto)
    numbers = wiring.load_texts().intents.learned.encoder.numbers
    head, middle, names = learn(
        network,
        examples[held:],
        numbers,
        rounds=options.rounds,
        pace=options.pace,
        at_once=options.at_once,
    )
    if not held:
        write(network, options.output)
        return
    rows = torch.tensor(rows_of(network, [numbers(e.text) for e in examples[:held]]))
    with torch.no_grad():
        read = [names[i] for i in head((rows - middle) * SCALE).argmax(-1)]
    right: dict[str, list[bool]] = {}
    for example, label in zip(examples, read, strict=False):
        tag = example.language + ("-Latn" if example.romanised else "")
        right.setdefault(tag, []).append(label == example.label)
    for tag, several in sorted(right.items()):
        print(f"{tag:10}{np.mean(several):.3f}  of {len(several)}")


if __name__ == "__main__":
    main()

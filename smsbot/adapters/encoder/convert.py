"""Converts the weight file once for ONNX Runtime: the layers as 8-bit matrices, the words as they are, the pieces as a tokenizer."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .tuned import Tuned
from .weights import Floats, Weights

VERSION = "3"  # of what is written here: a change of it builds everything anew
OPSET, IR = 20, 9

LAYERS, WORDS, PLACES, PIECES = "layers.onnx", "words.npy", "places.npy", "pieces.model"


def convert(weights: Weights, tuned: Tuned, folder: Path, progress: Callable[[str], None]) -> None:
    """Writes the four files of the encoder into `folder`, which exists."""
    progress("reading the encoder's weights")
    np.save(folder / WORDS, weights.blocks("emb.word", weights.sizes.words, weights.sizes.width))
    np.save(folder / PLACES, _places(weights))
    (folder / PIECES).write_bytes(_pieces(weights))
    progress("converting the encoder")
    _write_layers(weights, tuned, folder / LAYERS)


def _places(weights: Weights) -> Floats:
    """What is added to a word for its place in the text: positions × width."""
    sizes = weights.sizes
    places = weights.plain("emb.pos", sizes.positions * sizes.width).reshape(-1, sizes.width)
    return places + weights.plain("emb.type", sizes.width)


def _pieces(weights: Weights) -> bytes:
    """The word pieces as a unigram model of the `sentencepiece` library; numbers of pieces are rows of the word matrix."""
    from sentencepiece import sentencepiece_model_pb2 as form

    model = form.ModelProto()  # type: ignore[attr-defined]
    control = {weights.begin, weights.end, weights.pad}
    for number, (piece, score) in enumerate(zip(weights.pieces, weights.scores, strict=True)):
        kind = 3 if number in control else 2 if number == weights.unknown else 1
        model.pieces.add(piece=piece or f"<empty {number}>", score=float(score), type=kind)
    model.trainer_spec.model_type = 1  # unigram
    model.trainer_spec.unk_id = weights.unknown
    model.trainer_spec.bos_id, model.trainer_spec.eos_id = weights.begin, weights.end
    model.trainer_spec.pad_id = weights.pad
    model.trainer_spec.unk_piece = weights.pieces[weights.unknown]
    model.trainer_spec.bos_piece = weights.pieces[weights.begin]
    model.trainer_spec.eos_piece = weights.pieces[weights.end]
    model.trainer_spec.pad_piece = weights.pieces[weights.pad]
    model.normalizer_spec.name = "identity"  # characters are rewritten before
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.remove_extra_whitespaces = True
    model.normalizer_spec.escape_whitespaces = True
    return bytes(model.SerializeToString())


class _Graph:
    """The network as it is written down: each step by name, each constant beside it."""

    def __init__(self, tuned: Tuned) -> None:
        self.tuned = tuned
        self.steps: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: Any, kind: Any = np.float32) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, kind), name))
        return name

    def step(self, kind: str, of: Sequence[str], name: str, domain: str = "", **more: Any) -> str:
        from onnx import helper

        self.steps.append(helper.make_node(kind, list(of), [name], domain=domain, **more))
        return name


OWN = "com.microsoft"  # steps that ONNX Runtime has fused of several


def _write_layers(weights: Weights, tuned: Tuned, path: Path) -> None:
    """Words in, one row of numbers for each text out: the mean over its words. Texts of one call have one length."""
    from onnx import TensorProto, helper, save
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph, width = _Graph(tuned), weights.sizes.width
    first = [
        graph.constant(f"emb.ln.{part}", weights.plain(f"emb.ln.{part}", width)) for part in "wb"
    ]
    epsilon = weights.sizes.epsilon
    at = graph.step("LayerNormalization", ["words", *first], "begin", axis=-1, epsilon=epsilon)
    for layer in range(weights.sizes.layers):
        at = _layer(graph, weights, at, f"l{layer}")
    graph.constant("axis", [1], np.int64)
    graph.step("ReduceMean", [at, "axis"], "meaning", keepdims=0)
    model = helper.make_model(
        helper.make_graph(
            graph.steps,
            "encoder",
            [helper.make_tensor_value_info("words", TensorProto.FLOAT, ["texts", "length", width])],
            [helper.make_tensor_value_info("meaning", TensorProto.FLOAT, ["texts", width])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(OWN, 1)],
        ir_version=IR,
    )
    whole = path.with_suffix(".whole")
    save(model, str(whole))
    quantize_dynamic(
        str(whole),
        str(path),
        weight_type=QuantType.QInt8,
        per_channel=True,
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )
    whole.unlink()


def _layer(graph: _Graph, weights: Weights, at: str, name: str) -> str:
    """Attention over the words, then the inner layer, each added to what came in."""
    width, inner = weights.sizes.width, weights.sizes.inner
    matrices = [_matrix(graph, weights, f"{name}.{part}", width, width).T for part in "qkv"]
    offsets = [weights.plain(f"{name}.{part}.b", width) for part in "qkv"]
    mixed = graph.step(
        "Attention",
        [
            at,
            graph.constant(f"{name}.qkv.w", np.concatenate(matrices, 1)),
            graph.constant(f"{name}.qkv.b", np.concatenate(offsets)),
        ],
        f"{name}.mixed",
        OWN,
        num_heads=weights.sizes.heads,
    )
    at = _added(graph, weights, _times(graph, weights, mixed, f"{name}.ao", width, width), at, name)
    wide = _times(graph, weights, at, f"{name}.fi", width, inner)
    offset = graph.constant(f"{name}.fi.b", weights.plain(f"{name}.fi.b", inner))
    bent = graph.step("BiasGelu", [wide, offset], f"{name}.bent", OWN)
    return _added(
        graph, weights, _times(graph, weights, bent, f"{name}.fo", inner, width), at, name, "o"
    )


def _matrix(graph: _Graph, weights: Weights, name: str, rows: int, columns: int) -> Floats:
    """A matrix with what was learned on top of it."""
    return weights.matrix(f"{name}.w", rows, columns) + graph.tuned.correction(f"{name}.w")


def _times(graph: _Graph, weights: Weights, at: str, name: str, inner: int, outer: int) -> str:
    matrix = graph.constant(f"{name}.w", _matrix(graph, weights, name, outer, inner).T)
    return graph.step("MatMul", [at, matrix], f"{name}.times")


def _added(
    graph: _Graph, weights: Weights, new: str, old: str, layer: str, which: str = "a"
) -> str:
    """The new rows with their offset and the old ones, brought to one scale."""
    width, source = weights.sizes.width, f"{layer}.{'ao' if which == 'a' else 'fo'}.b"
    norm = f"{layer}.{which}ln"
    parts = [graph.constant(f"{norm}.{p}", weights.plain(f"{norm}.{p}", width)) for p in "wb"]
    offset = graph.constant(source, weights.plain(source, width))
    return graph.step(
        "SkipLayerNormalization",
        [new, old, *parts, offset],
        f"{norm}.out",
        OWN,
        epsilon=weights.sizes.epsilon,
    )

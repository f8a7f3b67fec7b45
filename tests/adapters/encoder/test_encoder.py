"""The sentence encoder: texts that mean the same lie close together, whatever their language."""

from pathlib import Path

import numpy as np
import pytest

from smsbot import wiring
from smsbot.adapters.encoder.session import LONGEST, Encoder
from smsbot.adapters.encoder.tuned import Tuned, digest
from smsbot.adapters.encoder.weights import Unfit, Weights, checked


@pytest.fixture
def encoder(texts: wiring.Texts) -> Encoder:
    encoder = texts.intents.learned.encoder
    if encoder is None:
        pytest.skip(texts.intents.lacking)
    return encoder


def test_a_question_lies_closer_to_its_translation_than_to_another_question(
    encoder: Encoder,
) -> None:
    price, prix, pain = map(encoder.embed, ("how much is it", "c'est combien", "does it hurt"))
    assert float(price @ prix) > float(price @ pain)


def test_a_row_has_length_one_and_is_the_same_each_time(encoder: Encoder) -> None:
    row = encoder.embed("does it hurt")
    assert float(np.linalg.norm(row)) == pytest.approx(1.0, abs=1e-5)
    assert np.array_equal(row, encoder.embed("does it hurt"))


@pytest.mark.parametrize("text", ["", "x" * 5000, "\x00\u202e\ud800", "😀" * 400, "ａｂｃ \u200b"])
def test_any_text_has_a_row_and_no_more_pieces_than_are_read(text: str, encoder: Encoder) -> None:
    assert len(encoder.numbers(text)) <= LONGEST
    assert np.isfinite(encoder.embed(text)).all()


def test_a_weight_file_that_was_tampered_with_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(b"E5S1" + bytes(100))
    with pytest.raises(Unfit, match="not the ones"):
        checked(path)


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(Unfit, match="another form"):
        Weights(path)


def test_corrections_are_the_product_of_what_the_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "tuned.npz"
    thin, flat = np.ones((3, 2), np.float16), np.full((2, 4), 0.5, np.float16)
    np.savez(path, **{"thin:l0.q.w": thin, "flat:l0.q.w": flat})
    tuned = Tuned(path)
    assert np.array_equal(tuned.correction("l0.q.w"), np.ones((3, 4)))
    assert tuned.correction("l0.k.w") == 0.0
    assert digest(path) != digest(tmp_path / "none.npz") == "plain"

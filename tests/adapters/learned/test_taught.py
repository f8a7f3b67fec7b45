"""What staff taught is remembered: the same message and nearly the same one are read so, and no danger is talked away by it."""

import io

import numpy as np
import pytest

from smsbot import wiring
from smsbot.adapters.learned.build import Taught, head_of, packed_head, unit
from smsbot.adapters.learned.intents import LearnedIntents, with_head
from smsbot.core.understanding.examples import sign

ASKED = "is tuesday the man with the beard working"


@pytest.fixture(autouse=True)
def encoder(texts: wiring.Texts) -> None:
    if texts.intents.lacking:
        pytest.skip("the encoder is not on this machine")


def taught(texts: wiring.Texts, text: str, label: str) -> LearnedIntents:
    """The model that was taught one message, with the head that it has."""
    learned = texts.intents.learned
    assert learned.encoder is not None
    assert learned.head is not None
    assert learned.middle is not None
    row = unit(learned.encoder.embed(text)[None] - learned.middle)
    return with_head(
        texts.intents, packed_head(learned.head, learned.middle, Taught(row, (label,)))
    )


def test_a_message_that_was_taught_is_read_as_that_and_so_is_nearly_the_same(
    texts: wiring.Texts,
) -> None:
    model = taught(texts, ASKED, "doctor")
    for text, least in (
        (ASKED, 0.5),
        (f"{ASKED} pls", 0.1),
        ("is the man with the beard working", 0.1),
    ):
        assert texts.intents.scores(text).shares["doctor"] < 0.1
        shares = model.scores(text).shares
        assert shares["doctor"] > least
        assert sum(shares.values()) == pytest.approx(1, abs=1e-3)


def test_a_message_that_says_something_else_is_read_as_before(texts: wiring.Texts) -> None:
    model = taught(texts, ASKED, "doctor")
    for text in ("how much is it", "does it hurt", "i cannot breathe"):
        assert model.scores(text).shares == pytest.approx(
            texts.intents.scores(text).shares, abs=1e-4
        )


@pytest.mark.parametrize(
    "text",
    [
        "my throat feels tight since the botox",
        "stop texting me please",
        "im pregnant can i have it",
    ],
)
def test_no_danger_and_no_opt_out_is_talked_away(text: str, texts: wiring.Texts) -> None:
    before, after = (
        texts.intents.scores(text).shares,
        taught(texts, text, "price").scores(text).shares,
    )
    for label in ("stop", "forget", "minor", "pregnant", "neuro", *filter(sign, before)):
        assert after[label] == pytest.approx(before[label], abs=1e-4)


def test_a_danger_can_be_taught(texts: wiring.Texts) -> None:
    text = "my peepers will not stay up since"
    model = taught(texts, text, "redflags.lid")
    assert (
        model.scores(text).shares["redflags.lid"]
        > texts.intents.scores(text).shares["redflags.lid"]
    )


def test_what_was_learned_on_another_encoder_is_passed_over(texts: wiring.Texts) -> None:
    learned = texts.intents.learned
    assert learned.head is not None
    assert learned.middle is not None
    packed = packed_head(learned.head, learned.middle, Taught(learned.middle[None], ("price",)))
    with np.load(io.BytesIO(packed)) as file:
        parts = {name: file[name] for name in file.files}
    other = io.BytesIO()
    np.savez(other, **{**parts, "encoder": np.array("encoder-of-before")})
    assert set(head_of(packed)) == {"head", "middle", "taught"}
    assert head_of(other.getvalue()) == {}
    assert with_head(texts.intents, other.getvalue()) is texts.intents
    assert with_head(texts.intents, b"") is texts.intents

"""What is learned from examples: the head, the model of characters, and how both are built once and kept."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from smsbot import wiring
from smsbot.adapters.learned.build import load
from smsbot.adapters.learned.characters import learn
from smsbot.adapters.learned.head import fit
from smsbot.adapters.learned.intents import LearnedIntents
from smsbot.core.understanding.examples import Example

EXAMPLES = (
    Example("how much does it cost", "price", "en"),
    Example("what is the price", "price", "en"),
    Example("combien ça coûte", "price", "fr"),
    Example("does it hurt", "pain", "en"),
    Example("is it painful", "pain", "en"),
    Example("ça fait mal ?", "pain", "fr"),
)


def test_a_head_tells_apart_what_it_was_shown_and_is_the_same_each_time() -> None:
    chance = np.random.default_rng(1)
    middles = {"a": 3.0, "b": -3.0}
    labels = ["a", "b"] * 40
    rows = np.stack([chance.normal(middles[label], 1, 8) for label in labels]).astype(np.float32)
    head, again = fit(rows, labels), fit(rows, labels)
    right = [head.labels[head.shares(row).argmax()] for row in rows]
    assert right == labels
    assert np.array_equal(head.weights, again.weights)
    assert float(head.shares(rows[0]).sum()) == pytest.approx(1.0, abs=1e-5)


def test_a_label_with_few_rows_is_not_drowned() -> None:
    rows = np.array([[1.0, 0.0]] * 95 + [[0.0, 1.0]] * 5, np.float32) * 5
    head = fit(rows, ["many"] * 95 + ["few"] * 5)
    assert head.labels[head.shares(rows[-1]).argmax()] == "few"


def test_characters_tell_languages_apart_also_without_accents() -> None:
    told = learn(["combien ca coute", "how much is it", "gibt es das"], ["fr", "en", "de"])
    shares = told.shares("ca coute combien")
    assert max(shares, key=lambda tag: shares[tag]) == "fr"
    assert told.shares("123 !?") == {} or sum(told.shares("123 !?").values()) == pytest.approx(1)
    assert told.shares("😀") == {}


def state(examples: tuple[Example, ...]) -> str:
    return str(hash(examples))


def counted(seen: list[int]):  # type: ignore[no-untyped-def]
    def steps(rows: Iterable[object], total: int, _what: str) -> Iterable[object]:
        seen.append(total)
        return rows

    return steps


@pytest.mark.live
def test_a_model_is_built_once_and_one_more_example_costs_one_more_row(tmp_path: Path) -> None:
    said: list[str] = []
    made: list[int] = []
    first = load(tmp_path, state(EXAMPLES), lambda: EXAMPLES, said.append, counted(made))
    if first.encoder is None:
        pytest.skip(first.lacking)
    assert made == [len(EXAMPLES)]
    assert any("convert" in line for line in said)
    said.clear()
    load(tmp_path, state(EXAMPLES), lambda: EXAMPLES, said.append, counted(made))
    assert (said, made) == ([], [len(EXAMPLES)])
    more = (*EXAMPLES, Example("when can i come", "human", "en"))
    told = LearnedIntents(load(tmp_path, state(more), lambda: more, said.append, counted(made)))
    assert made == [len(EXAMPLES), 1]
    shares = told.scores("when may i come by").shares
    assert max(shares, key=lambda name: shares[name]) == "human"


def test_where_nothing_can_be_kept_the_characters_read_and_say_why(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way of a folder")
    learned = load(blocked, "", lambda: EXAMPLES, lambda _: None, lambda rows, *_: rows)
    assert learned.encoder is None
    assert learned.lacking
    scores = LearnedIntents(learned).scores("what does it cost")
    assert (scores.tier, max(scores.shares, key=lambda n: scores.shares[n])) == (
        "characters",
        "price",
    )


def test_without_any_example_there_is_no_model_and_nothing_breaks(tmp_path: Path) -> None:
    learned = load(tmp_path, "", lambda: (), lambda _: None, lambda rows, *_: rows)
    assert LearnedIntents(learned).scores("hello").shares == {}


def test_a_text_without_a_letter_is_not_scored(texts: wiring.Texts) -> None:
    assert texts.intents.scores("123 👍").shares == {}


def test_the_same_text_is_scored_alike_however_it_is_spaced(texts: wiring.Texts) -> None:
    assert texts.intents.scores("does  it hurt") is texts.intents.scores("Does it hurt")

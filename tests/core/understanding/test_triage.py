"""Which signs call for what."""

import pytest

from smsbot.core.understanding.triage import TIERS, triage


@pytest.mark.parametrize(
    ("classes", "intents"),
    [
        (["breathing"], ("urgent",)),
        (["lid"], ("urgent_today",)),
        (["lid", "headache"], ("urgent",)),
        (["lid", "lid"], ("urgent_today",)),
        (["lid", "vision"], ("urgent",)),
        (["crisis"], ("crisis",)),
        (["breathing", "crisis"], ("crisis", "urgent")),
    ],
)
def test_signs_call_for_an_answer(classes: list[str], intents: tuple[str, ...]) -> None:
    found = triage(classes)
    assert found is not None
    assert found.intents == intents


def test_no_sign_calls_for_nothing() -> None:
    assert triage([]) is None


def test_every_class_of_the_table_is_one_that_the_languages_know(texts: object) -> None:
    import tomllib
    from pathlib import Path

    for path in Path("locales").glob("*/vocabulary.toml"):
        assert set(tomllib.loads(path.read_text())["redflags"]) == set(TIERS), path

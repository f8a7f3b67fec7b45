"""What the readers were taught they know, in every language; and the patterns alone, as where there is no model, know the gravest.

The examples taught what is asked here, so this measures nothing: it shows that a language's files and what was learned from them
hold together. `make bench` measures, on messages that nothing was learned from.
"""

from collections.abc import Callable

import pytest

from smsbot import wiring
from smsbot.adapters import files
from smsbot.core.understanding.examples import Example, sign
from smsbot.core.understanding.look import look
from smsbot.core.understanding.reading import Reading, understand
from smsbot.core.understanding.spoken import Prior, spoken, weigh

EVERY = 12  # one example in so many is read
OFTEN = 4  # and of the opt-outs one in so many: a language has few
TAGS = sorted(folder.name.replace("_", "-") for folder in files.language_folders())


@pytest.fixture(scope="module")
def examples() -> tuple[Example, ...]:
    return wiring.read_all_examples()


def share(several: list[bool]) -> float:
    return sum(several) / len(several)


@pytest.mark.parametrize("tag", TAGS)
def test_what_was_taught_is_known(
    tag: str, examples: tuple[Example, ...], read: Callable[..., Reading], texts: wiring.Texts
) -> None:
    if texts.lacking.get("encoder"):
        pytest.skip(texts.lacking["encoder"])
    signs, alarms, opted = [], [], []
    for example in [e for e in examples if e.language == tag][::EVERY]:
        reading = read(example.text, tag)
        alarmed = reading.triage is not None
        (signs if sign(example.label) else alarms).append(alarmed)
        if example.label != "stop":
            opted.append("stop" in reading.intents)
    asked = [e for e in examples if e.language == tag and e.label == "stop"][::OFTEN]
    assert share(signs) >= 0.9
    assert share(alarms) <= 0.07
    assert share(["stop" in read(e.text, tag).intents for e in asked]) >= 0.75
    assert share(opted) <= 0.02


@pytest.mark.parametrize("tag", TAGS)
def test_the_patterns_alone_raise_few_alarms_and_find_many_signs(
    tag: str, examples: tuple[Example, ...], texts: wiring.Texts
) -> None:
    signs, alarms = [], []
    for example in [e for e in examples if e.language == tag and not e.romanised][::EVERY]:
        seen = look(texts.reader, example.text)
        language = spoken(seen, weigh(texts.reader, seen, {}), Prior(tag))
        alarmed = understand(texts.reader, seen, language).triage is not None
        (signs if sign(example.label) else alarms).append(alarmed)
    assert share(signs) >= 0.35
    assert share(alarms) <= 0.12

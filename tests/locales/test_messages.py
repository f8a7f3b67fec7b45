"""Messages as hurried people type them, read with every language loaded; what is known to be misread is listed beside them."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smsbot.core.understanding.reading import Reading

FOLDER = Path(__file__).parent
OPTING = {"stop", "forget", "minor", "pregnant", "neuro"}


def tables() -> Iterator[tuple[str, dict[str, object]]]:
    for path in sorted(FOLDER.glob("messages_*.toml")):
        yield path.stem.removeprefix("messages_"), tomllib.loads(path.read_text(encoding="utf-8"))


def misses(table: dict[str, object]) -> set[str]:
    """Every message under [known_misses], however it is grouped there."""

    def within(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for part in value.values():
                yield from within(part)
        elif isinstance(value, list):
            for part in value:
                yield from within(part)

    return set(within(table.get("known_misses", {})))


@pytest.fixture(params=[tag for tag, _ in tables()])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def readings(
    messages: list[str], language: str, read: Callable[..., Reading], known: set[str]
) -> Iterator[tuple[str, Reading]]:
    for message in messages:
        if message not in known:
            yield message, read(message, language)


def test_every_sign_is_seen(language: str, read: Callable[..., Reading]) -> None:
    table = dict(tables())[language]
    missed = []
    for name, group in table["redflags"].items():  # type: ignore[attr-defined]
        for message, reading in readings(group["messages"], language, read, misses(table)):
            if reading.triage is None or name not in reading.triage.classes:
                missed.append(f"{name}: {message}")
    assert missed == []


def test_every_question_is_understood(language: str, read: Callable[..., Reading]) -> None:
    table = dict(tables())[language]
    missed = []
    for name, group in table["intents"].items():  # type: ignore[attr-defined]
        for message, reading in readings(group["messages"], language, read, misses(table)):
            if name not in reading.intents[:2] or reading.triage:
                missed.append(f"{name}: {message}: {reading.intents} {reading.triage}")
    assert missed == []


def test_harmless_words_alarm_nobody_and_opt_nobody_out(
    language: str, read: Callable[..., Reading]
) -> None:
    table = dict(tables())[language]
    alarmed = []
    for message, reading in readings(table["harmless"]["messages"], language, read, misses(table)):  # type: ignore[index]
        if reading.triage or OPTING & set(reading.intents):
            alarmed.append(f"{message}: {reading.intents} {reading.triage}")
    assert alarmed == []

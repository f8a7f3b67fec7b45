"""What many tests lean on: the texts, the bot wired in memory, and a moment in time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from smsbot import wiring
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address
from smsbot.core.understanding.look import look
from smsbot.core.understanding.reading import Reading, asked_of, understand
from smsbot.core.understanding.spoken import Prior, spoken, weigh
from smsbot.flows.answer import Answer, Turn

# A Tuesday, 10:00 in Montreal: the demo clinic is open.
OPEN = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def texts() -> wiring.Texts:
    return wiring.load_texts()


@pytest.fixture
def read(texts: wiring.Texts) -> Callable[..., Reading]:
    """What a text means: `read("how much?", current="fr")`, with the languages of the region in `expected`."""

    def read(text: str, current: str | None = None, expected: tuple[str, ...] = ()) -> Reading:
        seen = look(texts.reader, text)
        evidence = weigh(texts.reader, seen, texts.languages.votes(text))
        language = spoken(seen, evidence, Prior(current, expected))
        scores = tuple(map(texts.intents.scores, asked_of(seen)))
        return understand(texts.reader, seen, language, scores)

    return read


@pytest.fixture
def bot(texts: wiring.Texts) -> Answer:
    return wiring.in_memory(texts)


@pytest.fixture
def say(bot: Answer) -> Callable[..., Turn]:
    """Says something to the bot: `say("how much?")`; each call is a new message, a minute after the one before."""
    numbers = count(1)

    def say(
        body: str = "",
        sender: str = "+15145550123",
        channel: str = "sms",
        at: datetime | None = None,
        **details: object,
    ) -> Turn:
        number = next(numbers)
        message_id = details.pop("message_id", f"SM{number:032x}")
        at = at or OPEN + timedelta(minutes=number)
        address = Address(channel, sender)  # type: ignore[arg-type]
        return bot.answer(
            Inbound(message_id=str(message_id), addresses=(address,), body=body, at=at, **details)
        )  # type: ignore[arg-type]

    return say

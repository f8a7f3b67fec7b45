"""The bot on its in-memory twins: for the terminal, for tests, and as what the servers' bot is made from."""

from dataclasses import replace
from typing import Any

from smsbot.adapters import memory
from smsbot.adapters.clock import reference
from smsbot.adapters.numbers import PhoneRegions
from smsbot.flows.answer import Answer
from smsbot.ports import Note, silent

from .texts import Texts


def in_memory(texts: Texts, note: Note = silent, pepper: bytes = b"chat") -> Answer:
    """The bot on its in-memory twins: for the terminal and for tests."""
    return Answer(
        **_of(texts), **_twins(), regions=PhoneRegions(), note=note, fresh=reference, pepper=pepper
    )


def apart(answer: Answer) -> Answer:
    """The same bot with nobody's talks in it, on its in-memory twins: what it is told stays there, and two of them answer alike."""
    # A reference that is the same each time.
    return replace(
        answer, **_twins(), note=silent, fresh=lambda: "TALK", pepper=b"talk", unread=None
    )


def speaking(answer: Answer, texts: Texts) -> Answer:
    """The same bot with other texts and other ears."""
    return replace(answer, **_of(texts))


def _of(texts: Texts) -> dict[str, Any]:
    """What a bot has of the texts."""
    return {
        "book": texts.book,
        "reader": texts.reader,
        "languages": texts.languages,
        "intents": texts.intents,
        "names": texts.names,
        "codes": texts.codes,
        "yes": texts.yes,
    }


def _twins() -> dict[str, Any]:
    """Stores in memory, which nobody has used yet, and what is done behind the answer done at once."""
    talks = memory.MemoryConversations()
    return {
        "conversations": talks,
        "hurried": talks,
        "people": memory.MemoryPeople(),
        "nobody": memory.Nobody(),
        "outbox": memory.MemoryOutbox(),
        "later": memory.at_once,
        "wake": silent,
    }

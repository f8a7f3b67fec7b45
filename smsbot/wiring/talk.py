"""The bot on its in-memory twins: for the terminal, for tests, and as what the servers' bot is made from."""

from dataclasses import replace

from smsbot.adapters import memory
from smsbot.adapters.clock import reference
from smsbot.adapters.numbers import PhoneRegions
from smsbot.flows.answer import Answer
from smsbot.ports import Note, silent

from .texts import Texts


def in_memory(texts: Texts, note: Note = silent, pepper: bytes = b"chat") -> Answer:
    """The bot on its in-memory twins: for the terminal and for tests."""
    talks, people = memory.MemoryConversations(), memory.MemoryPeople()
    return Answer(
        book=texts.book,
        reader=texts.reader,
        conversations=talks,
        hurried=talks,
        people=people,
        nobody=memory.Nobody(),
        outbox=memory.MemoryOutbox(),
        languages=texts.languages,
        intents=texts.intents,
        regions=PhoneRegions(),
        note=note,
        later=memory.at_once,
        wake=silent,
        fresh=reference,
        pepper=pepper,
        names=texts.names,
        codes=texts.codes,
        yes=texts.yes,
    )


def apart(answer: Answer) -> Answer:
    """The same bot with nobody's talks in it, on its in-memory twins: what it is told stays there, and two of them answer alike."""
    talks, people = memory.MemoryConversations(), memory.MemoryPeople()
    return replace(
        answer,
        conversations=talks,
        hurried=talks,
        people=people,
        nobody=memory.Nobody(),
        outbox=memory.MemoryOutbox(),
        note=silent,
        later=memory.at_once,
        wake=silent,
        fresh=lambda: "TALK",  # a reference that is the same each time
        pepper=b"talk",
        unread=None,
    )


def speaking(answer: Answer, texts: Texts) -> Answer:
    """The same bot with other texts and other ears."""
    return replace(
        answer,
        book=texts.book,
        reader=texts.reader,
        languages=texts.languages,
        intents=texts.intents,
        names=texts.names,
        codes=texts.codes,
        yes=texts.yes,
    )

"""Ties together what staff's words need: the look at one of them, and the publishing of all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

from smsbot.adapters import files
from smsbot.adapters.learned.build import head_of, refitted
from smsbot.adapters.learned.intents import with_head
from smsbot.adapters.live import Live
from smsbot.core.conversation.edition import laid_over
from smsbot.core.understanding.collisions import Shelf, shelf
from smsbot.core.understanding.words import Word, examples_of
from smsbot.flows.edition import Edition
from smsbot.flows.phrasebook import Phrasebook
from smsbot.flows.publish import Candidate, Publish, Tell
from smsbot.flows.talks import Bot
from smsbot.ports import Clock, Note
from smsbot.settings import Settings

from .console import Stores
from .talk import apart
from .texts import Texts, make_texts, model_folder, read_all_examples, unswept

T = TypeVar("T")

talks = lru_cache(maxsize=1)(files.talks)  # read when they are first asked for


def make_phrasebook(
    settings: Settings,
    texts: Texts,
    stores: Stores,
    live: Live[Edition],
    clock: Clock,
    send: Callable[[int], None],
) -> Phrasebook:
    """The life of words. A language's example messages are read when its page is first opened."""
    return Phrasebook(
        words=stores.words,
        unread=stores.words,
        publishings=stores.publishings,
        audit=stores.audit,
        clock=clock,
        edition=live.now,
        examples=cache(lambda tag: examples_on_shelf(texts, tag)),
        talks=talks,
        apart=apart,
        send=send,
        one_person=settings.review == "one",
        keeps_unread=settings.keep_unread == "on",
    )


def examples_on_shelf(texts: Texts, tag: str) -> Shelf:
    """A language's example messages, as its file has them. Raises `Broken`."""
    vocabularies = {t: script.vocabulary for t, script in texts.library.scripts.items()}
    return shelf(
        read_all_examples(
            vocabularies={tag: vocabularies[tag]}, intents_of=vocabularies[texts.library.source]
        )
    )


def make_publish(
    settings: Settings,
    texts: Texts,
    stores: Stores,
    live: Live[Edition],
    clock: Clock,
    note: Note,
) -> Publish:
    """What the worker does when a member publishes."""

    def build(words: Sequence[Word], tell: Tell) -> Candidate:
        edition = live.now()
        with unswept():
            head, left_out = fitted_head(model_folder(settings), texts, stores, words, tell)
            library = laid_over(edition.files, edition.published, words, clock.now())
            made = make_texts(library, with_head(texts.intents, head), texts.languages, texts)
        bot = replace(edition.answer, book=made.book, reader=made.reader, intents=made.intents)
        return Candidate(lambda: apart(bot), head, left_out)

    def in_force() -> Bot:
        live.look()
        answer = live.now().answer
        return lambda: apart(answer)

    return Publish(
        words=stores.words,
        publishings=stores.publishings,
        audit=stores.audit,
        clock=clock,
        note=note,
        talks=talks,
        bot=in_force,
        build=build,
    )


def fitted_head(
    folder: Path, texts: Texts, stores: Stores, words: Sequence[Word], tell: Tell
) -> tuple[bytes, int]:
    """The head fitted on the files' examples and those among `words`, packed; and how many of these cannot be learned from.

    The head in force is taken where it learned from the same ones; b"" where the files' own head is as good.
    """
    learned = examples_of(words)
    if not learned:
        return b"", 0
    if texts.intents.learned.encoder is None:
        return b"", len(learned)
    known, head = stores.words.in_force()
    if head and head_of(head) and set(examples_of(known)) == set(learned):
        return head, 0
    vocabularies = {tag: script.vocabulary for tag, script in texts.library.scripts.items()}
    said = {(e.language, e.text) for e in learned}
    examples = read_all_examples(vocabularies=vocabularies)
    packed = refitted(
        folder,
        texts.intents.learned,
        [e for e in examples if (e.language, e.text) not in said],
        learned,
        lambda rows, total, _what: _counted(rows, total, tell),
        lambda _what: tell("fitting", 0),
    )
    return packed, 0


def _counted(rows: Iterable[T], total: int, tell: Tell) -> Iterator[T]:
    """The rows, telling how far they are."""
    for number, row in enumerate(rows, 1):
        tell("reading", 100 * number // total)
        yield row

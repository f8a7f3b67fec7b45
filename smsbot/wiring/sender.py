"""The process that sends broadcasts: small, since it reads no messages and answers none."""

from dataclasses import dataclass

from dramatiq import Broker

from smsbot.adapters.cipher import Cipher
from smsbot.adapters.clock import SystemClock, reference
from smsbot.adapters.live import Live
from smsbot.adapters.log import make_note
from smsbot.adapters.queue import Ask
from smsbot.adapters.redis.client import TURN, WORK, make_client
from smsbot.adapters.redis.outbox import RedisOutbox
from smsbot.adapters.sql.edits import SqlEdits
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.people import SqlPeople
from smsbot.core.conversation.compose import Book
from smsbot.core.conversation.edition import laid_over
from smsbot.core.conversation.proofread import Library
from smsbot.flows.broadcast import Broadcasting
from smsbot.flows.shifts import Shifts
from smsbot.jobs import declare_broadcasts
from smsbot.ports import Clock, Note
from smsbot.settings import Misconfigured, Settings

from .campaigns import (
    Around,
    law_of,
    make_broadcasting,
    make_deliveries,
    make_shifts,
    rules_of,
    sender_of,
)
from .console import make_stores
from .queues import queue_of
from .texts import model_folder, spoken_by, unswept, whole_library


@dataclass(frozen=True)
class Said:
    """What is said at the moment, and of which publication it was made."""

    version: int
    book: Book


def build_sender(settings: Settings, clock: Clock | None = None) -> Broker:
    """The broker of the process that sends. Raises `Misconfigured` or `Broken`, in words for the person who starts it."""
    if lacking := settings.lacking():
        raise Misconfigured([*lacking, "`smsbot doctor` looks at the rest."])
    note = make_note(settings.log_format)
    broadcasting, live, around = _assembled(settings, note, clock or SystemClock())
    ask = Ask(queue_of(settings, TURN))
    broker = queue_of(settings, WORK)
    redis = make_client(settings.redis_url, WORK)
    shifts = make_shifts(settings, broadcasting, redis, ask, around)
    declare_broadcasts(broker, _Following(shifts, live), note)
    return broker


def build_broadcasting(settings: Settings) -> Broadcasting:
    """Broadcasts alone, without a queue."""
    return _assembled(settings, make_note(settings.log_format), SystemClock())[0]


def _assembled(
    settings: Settings, note: Note, clock: Clock
) -> tuple[Broadcasting, Live[Said], Around]:
    stores = make_stores(settings, WORK)
    with unswept():
        library = whole_library(
            settings.clinic_file, heard=False, model_folder=model_folder(settings)
        )
    live = Live(Said(0, spoken_by(library)), _follower(library, stores.edits, clock), note)
    cipher = Cipher(settings.data_keys.split(","))
    redis = make_client(settings.redis_url, WORK)
    people = SqlPeople(make_engine(settings.database_url, WORK), cipher, deadline=WORK)
    around = Around(
        people=people,
        outbox=RedisOutbox(redis, cipher.seal_record, cipher.unseal_record),
        book=lambda: live.now().book,
        clock=clock,
        note=note,
        fresh=reference,
    )
    deliveries = make_deliveries(settings, cipher)
    broadcasting = make_broadcasting(
        settings, stores, deliveries, sender_of(settings), redis, law_of(rules_of(settings)), around
    )
    return broadcasting, live, around


def _follower(library: Library, edits: SqlEdits, clock: Clock):  # type: ignore[no-untyped-def]
    """Gives what is said after what staff published last."""

    def follow(before: Said) -> Said | None:
        version = edits.version()
        if version == before.version:
            return None
        with unswept():
            laid = laid_over(library, edits.published(), (), clock.now())
            return Said(version, spoken_by(laid))

    return follow


class _Following:
    """The tasks, with what staff published looked at once in each round."""

    def __init__(self, shifts: Shifts, live: Live[Said]) -> None:
        self._shifts, self._live = shifts, live
        self.plan, self.send = shifts.plan, shifts.send
        self.forecast, self.cancel = shifts.forecast, shifts.cancel

    def round(self) -> None:
        """Looks after all broadcasts."""
        self._live.look()
        self._shifts.round()

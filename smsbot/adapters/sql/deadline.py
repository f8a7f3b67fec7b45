"""Nobody waits for SQL longer than the deadline, and what was given up on does not happen afterwards unless that is safe."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from smsbot.ports import Refused, Unavailable

T = TypeVar("T")

TRIES = 3
WORK_SHARE = 0.8  # of the deadline is for the work; the rest is for a commit that has begun


class Ticket:
    """Between the thread that works and the caller who waits: either it is committed, or it is given up on, never both."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._committing = False
        self.given_up = False

    def may_commit(self) -> bool:
        """Whether the work still counts; from then on it cannot be given up on."""
        with self._lock:
            self._committing = not self.given_up
            return self._committing

    def give_up(self) -> bool:
        """Give up on the work; False where its commit has begun."""
        with self._lock:
            self.given_up = not self._committing
            return self.given_up


class Hurried:
    """Runs work on an engine in a few threads of its own, which begin with the first call (hence after any fork)."""

    def __init__(self, engine: Engine, deadline: float, threads: int = 4) -> None:
        self._deadline = deadline
        self._patient = Patient(engine)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="sql")

    def run(
        self, work: Callable[[Connection], T], *, writes: bool = False, late: bool = False
    ) -> T:
        """What `work` gives, done in one transaction. `late`: it may be committed after the caller has given up.

        Raises `Unavailable` at the deadline or where the database cannot be reached, and `Refused` for what it cannot hold.
        The one thing that cannot be known is whether a commit that the database did not confirm in time has happened.
        """
        ticket = Ticket()
        try:
            future = self._pool.submit(self._patient.tried, work, ticket, writes, late)
        except RuntimeError:
            raise Unavailable("SQL: shutting down") from None
        wait([future], self._deadline * WORK_SHARE)
        if not future.done() and not ticket.give_up():
            wait([future], self._deadline * (1 - WORK_SHARE))
        if not future.done():
            future.cancel()
            raise Unavailable("SQL: no answer in time")
        return future.result()

    def close(self) -> None:
        """Ends the threads and the connections."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._patient.close()


class Patient:
    """Runs work on an engine in the thread of the caller, who waits as long as the engine lets it: for workers, where nobody waits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._errors = (SQLAlchemyError, engine.dialect.loaded_dbapi.Error)

    def run(self, work: Callable[[Connection], T], *, writes: bool = False) -> T:
        """What `work` gives, done in one transaction. Raises `Unavailable` and `Refused` as `Hurried` does."""
        return self.tried(work, Ticket(), writes, late=False)

    def close(self) -> None:
        """Ends the connections."""
        self._engine.dispose()

    def tried(self, work: Callable[[Connection], T], ticket: Ticket, writes: bool, late: bool) -> T:
        """What `work` gives, tried again where that can help; nothing where the ticket was given up meanwhile."""
        for left in reversed(range(TRIES)):
            try:
                return self._once(work, ticket, writes, late)
            except self._errors as error:
                if not left or ticket.given_up or not _passing(error):
                    raise translated(error) from None
            except UnicodeError as error:  # half a surrogate pair, which no database takes
                raise Refused(said(error)) from None
        raise AssertionError("unreachable")

    def _once(self, work: Callable[[Connection], T], ticket: Ticket, writes: bool, late: bool) -> T:
        with (
            self._engine.connect().execution_options(writes=writes) as connection,
            connection.begin(),
        ):
            result = work(connection)
            if writes and not ticket.may_commit() and not late:
                raise Unavailable("SQL: given up on")
            return result


def translated(error: Exception) -> Refused | Unavailable:
    """A database's error as one of ours: what it cannot hold is refused, all else may go right another time."""
    cannot_be_sent = isinstance(error, StatementError) and not isinstance(error, DBAPIError)
    return (Refused if cannot_be_sent or isinstance(error, DataError) else Unavailable)(said(error))


def said(error: BaseException) -> str:
    """What may be said of a database's error: its kind, never its words, which could hold what was being written."""
    cause = getattr(error, "orig", None) or error
    if _unmigrated(cause):
        return "SQL: the tables are missing or old; run: smsbot migrate"
    return f"SQL: {type(cause).__name__}"


def _unmigrated(cause: Any) -> bool:
    missing = getattr(cause, "sqlstate", "") in (
        "42P01",
        "42703",
    )  # PostgreSQL: undefined table, undefined column
    return missing or str(cause).startswith(
        ("no such table", "no such column")
    )  # SQLite has no codes for these


def _passing(error: BaseException) -> bool:
    """Whether the same work can succeed at once: a connection gone stale, a deadlock, two who wrote the same row."""
    if isinstance(error, IntegrityError):
        return True
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return isinstance(error, DBAPIError) and (
        error.connection_invalidated or state in ("40001", "40P01")
    )

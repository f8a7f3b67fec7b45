"""Words that staff added, in SQL, and the fittings that put them in force; and the messages that the bot could not read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from smsbot.core.understanding.words import BEFORE, Word, WordState
from smsbot.ports import Refused
from smsbot.ports.console import Unread

from .deadline import Hurried
from .tables import fittings, unread, words


class SqlWords:
    """The ports `Words` and `UnreadMessages`."""

    def __init__(self, engine: Engine, deadline: float) -> None:
        """`deadline` in seconds: how long a call may take."""
        self._hurried = Hurried(engine, deadline)

    def close_all(self) -> None:
        """Ends the threads and connections."""
        self._hurried.close()

    # ------------------------------------------------------------ words

    def propose(self, word: Word) -> Word:
        """Keeps it, with its id. Raises `Refused` where the same word stands there already."""

        def work(connection: Connection) -> Word:
            same = select(words.c.id).where(
                words.c.tag == word.tag,
                words.c.kind == word.kind,
                words.c.text == word.text,
                words.c.state.in_(("proposed", "published")),
            )
            if connection.execute(same).first():
                raise Refused("the same word stands there already")
            values = {
                "tag": word.tag,
                "kind": word.kind,
                "label": word.label,
                "text": word.text,
                "romanised": word.romanised,
                "by_id": word.by,
                "at": word.at,
                "state": word.state,
                "unread_id": word.unread_id,
                "decided_by": word.decided_by,
                "decided_at": word.decided_at,
            }
            return _word(connection.execute(insert(words).values(values).returning(words)).one())

        return self._hurried.run(work, writes=True)

    def decide(self, word_ids: Sequence[int], state: WordState, by: int, at: datetime) -> None:
        """What became of them. Raises `Refused`, and changes none, where one of them cannot come into this state any more."""
        ids = set(word_ids)
        told = update(words).where(words.c.id.in_(ids), words.c.state.in_(BEFORE[state]))
        told = told.values(state=state, decided_by=by, decided_at=at)

        def work(connection: Connection) -> None:
            if connection.execute(told).rowcount != len(ids):
                raise Refused("somebody has decided on this word already")

        self._hurried.run(work, writes=True)

    def word(self, word_id: int) -> Word | None:
        """One word."""
        wanted = select(words).where(words.c.id == word_id)
        row = self._hurried.run(lambda c: c.execute(wanted).one_or_none())
        return _word(row) if row else None

    def find(
        self, tag: str = "", state: WordState | None = None, label: str = ""
    ) -> Sequence[Word]:
        """Those of a language, in a state, of an intent; newest first."""
        wanted = select(words).order_by(words.c.id.desc())
        for column, value in ((words.c.tag, tag), (words.c.state, state), (words.c.label, label)):
            wanted = wanted.where(column == value) if value else wanted
        return [_word(row) for row in self._hurried.run(lambda c: c.execute(wanted).all())]

    def version(self) -> int:
        """The number of the newest fitting that is in force; 0 before the first."""
        return self._hurried.run(_version)

    def ids_in_force(self) -> frozenset[int]:
        """Which words the newest fitting has."""
        newest = select(fittings.c.words).order_by(fittings.c.version.desc()).limit(1)
        row = self._hurried.run(lambda c: c.execute(newest).one_or_none())
        return frozenset(row.words) if row else frozenset()

    def in_force(self) -> tuple[Sequence[Word], bytes]:
        """The words of the newest fitting, and the fitted head (b"" where it fitted none)."""

        def work(connection: Connection) -> tuple[Sequence[Word], bytes]:
            newest = select(fittings).order_by(fittings.c.version.desc()).limit(1)
            fitting = connection.execute(newest).one_or_none()
            if fitting is None:
                return (), b""
            wanted = select(words).where(words.c.id.in_(fitting.words)).order_by(words.c.id)
            return [_word(row) for row in connection.execute(wanted)], fitting.head

        return self._hurried.run(work)

    def fitted(
        self, word_ids: Sequence[int], head: bytes, report: Mapping[str, object], at: datetime
    ) -> int:
        """Puts the words in force, with the head fitted on them; the new version. Heads of before are let go, but for the last."""

        def work(connection: Connection) -> int:
            version = _version(connection) + 1
            connection.execute(
                insert(fittings).values(
                    version=version, at=at, words=list(word_ids), head=head, report=dict(report)
                )
            )
            old = update(fittings).where(fittings.c.version < version - 1)
            connection.execute(old.values(head=b""))
            return version

        return self._hurried.run(work, writes=True)

    # ------------------------------------------------------------ unread messages

    def keep(self, tag: str, text: str, guesses: Sequence[tuple[str, float]], at: datetime) -> None:
        """Keeps one; the same text again counts once."""

        def work(connection: Connection) -> None:
            same = select(unread.c.id).where(unread.c.tag == tag, unread.c.text == text)
            if connection.execute(same).first() is None:
                connection.execute(
                    insert(unread).values(
                        tag=tag,
                        text=text,
                        guesses=[[name, share] for name, share in guesses],
                        at=at,
                        state="open",
                    )
                )

        self._hurried.run(work, writes=True, late=True)

    def open(self, tag: str = "", limit: int = 100) -> Sequence[Unread]:
        """Those that nobody has looked at, newest first."""
        wanted = select(unread).where(unread.c.state == "open")
        wanted = wanted.where(unread.c.tag == tag) if tag else wanted
        wanted = wanted.order_by(unread.c.id.desc()).limit(limit)
        return [_unread(row) for row in self._hurried.run(lambda c: c.execute(wanted).all())]

    def get(self, unread_id: int) -> Unread | None:
        """One of them."""
        wanted = select(unread).where(unread.c.id == unread_id)
        row = self._hurried.run(lambda c: c.execute(wanted).one_or_none())
        return _unread(row) if row else None

    def close(self, unread_id: int, state: Literal["taught", "aside"]) -> None:
        """Somebody looked at it."""
        told = update(unread).where(unread.c.id == unread_id).values(state=state)
        self._hurried.run(lambda c: c.execute(told), writes=True)

    def tidy(self, before: datetime) -> int:
        """Removes those from before; how many."""
        old = delete(unread).where(unread.c.at < before)
        return self._hurried.run(lambda c: c.execute(old).rowcount, writes=True)


def _version(connection: Connection) -> int:
    newest = select(func.coalesce(func.max(fittings.c.version), 0))
    return int(connection.execute(newest).scalar_one())


def _word(row: Row[Any]) -> Word:
    return Word(
        id=row.id,
        tag=row.tag,
        kind=row.kind,
        label=row.label,
        text=row.text,
        by=row.by_id,
        at=row.at,
        state=row.state,
        romanised=row.romanised,
        unread_id=row.unread_id,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )


def _unread(row: Row[Any]) -> Unread:
    guesses = tuple((name, share) for name, share in row.guesses)
    return Unread(row.id, row.tag, row.text, guesses, row.at, row.state)

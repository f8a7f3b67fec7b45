"""Edits in SQL: proposals, what is in force for each text, and the number of the newest publication."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from smsbot.core.language.edits import Edit, EditState, Missing, Published, Seen, Signature
from smsbot.ports import Refused
from smsbot.ports.console import Taken

from .deadline import Hurried
from .tables import edit_heads, edits, missing_rules, publications, signatures, texts_seen

T = TypeVar("T")


class SqlEdits:
    """The port `Edits`."""

    def __init__(self, engine: Engine, deadline: float) -> None:
        """`deadline` in seconds: how long a call may take."""
        self._hurried = Hurried(engine, deadline)

    def close(self) -> None:
        """Ends the threads and connections."""
        self._hurried.close()

    # ------------------------------------------------------------ proposals

    def propose(self, edit: Edit) -> Edit:
        """Keeps a proposal, with its id. Raises `Taken` where another one waits, or was published since `edit.base`.

        A member's own waiting proposal for the text is withdrawn by the new one.
        """

        def work(connection: Connection) -> Edit:
            waits = _waiting(connection, edit.tag, edit.key)
            if waits is not None and waits.by != edit.by:
                raise Taken(waits)
            _unchanged(connection, edit)
            if waits is not None:
                _decided(connection, waits.id, "withdrawn", edit.by, edit.at, "")
            return _kept(connection, replace(edit, state="proposed"))

        return self._write(work)

    def get(self, edit_id: int) -> Edit | None:
        """One edit."""
        return self._hurried.run(lambda c: _get(c, edit_id))

    def decide(self, edit_id: int, state: EditState, by: int, at: datetime, note: str = "") -> Edit:
        """Publishes, refuses or withdraws a proposal, as it is then. Raises `Refused` where it is no longer open."""

        def work(connection: Connection) -> Edit:
            edit = _get(connection, edit_id)
            if edit is None or not _decided(connection, edit_id, state, by, at, note):
                raise Refused("somebody has decided on this proposal already")
            if state == "published":
                _in_force(connection, edit)
                publish(connection, by, at, f"{edit.tag} {edit.key}")
            return replace(edit, state=state, decided_by=by, decided_at=at)

        return self._write(work)

    def restore(self, edit: Edit) -> Edit:
        """Publishes a wording that was published before, at once. Raises `Taken`."""

        def work(connection: Connection) -> Edit:
            _unchanged(connection, edit)
            kept = _kept(connection, replace(edit, state="published"))
            _in_force(connection, kept)
            publish(connection, edit.by, edit.at, f"{edit.tag} {edit.key}")
            return kept

        return self._write(work)

    # ------------------------------------------------------------ what there is

    def waiting(self, tag: str = "") -> Sequence[Edit]:
        """Proposals that nobody has decided on, oldest first."""
        wanted = select(edits).where(edits.c.state == "proposed").order_by(edits.c.id)
        wanted = wanted.where(edits.c.tag == tag) if tag else wanted
        return [_edit(row) for row in self._hurried.run(lambda c: c.execute(wanted).all())]

    def history(self, tag: str, key: str) -> Sequence[Edit]:
        """All edits of a text, newest first."""
        wanted = select(edits).where(edits.c.tag == tag, edits.c.key == key)
        wanted = wanted.order_by(edits.c.id.desc())
        return [_edit(row) for row in self._hurried.run(lambda c: c.execute(wanted).all())]

    def version(self) -> int:
        """The number of the newest publication; 0 before the first."""
        return self._hurried.run(_version)

    def published(self) -> Published:
        """All that is in force, of one moment."""
        return self._hurried.run(_published)

    # ------------------------------------------------------------ marks

    def sign(self, signature: Signature, by: int) -> None:
        """Keeps a sign-off; it is in force at once."""

        def work(connection: Connection) -> None:
            connection.execute(
                insert(signatures).values(
                    tag=signature.tag,
                    key=signature.key,
                    by=signature.by,
                    by_id=by,
                    at=signature.at,
                    until=signature.until,
                    forms=list(signature.forms),
                )
            )
            publish(connection, by, signature.at, f"{signature.tag} {signature.key} signed")

        self._write(work)

    def mark_seen(self, tag: str, key: str, source: Sequence[str], by: int, at: datetime) -> None:
        """Somebody looked: the text still holds beside this English."""

        def work(connection: Connection) -> None:
            place = (texts_seen.c.tag == tag, texts_seen.c.key == key)
            connection.execute(delete(texts_seen).where(*place))
            connection.execute(
                insert(texts_seen).values(tag=tag, key=key, source=list(source), by_id=by, at=at)
            )
            publish(connection, by, at, f"{tag} {key} seen")

        self._write(work)

    def set_missing(self, key: str, rule: Missing, by: int, at: datetime) -> None:
        """What a gap in this text means from now on."""

        def work(connection: Connection) -> None:
            connection.execute(delete(missing_rules).where(missing_rules.c.key == key))
            connection.execute(insert(missing_rules).values(key=key, rule=rule, by_id=by, at=at))
            publish(connection, by, at, f"{key} missing")

        self._write(work)

    def _write(self, work: Callable[[Connection], T]) -> T:
        return self._hurried.run(work, writes=True)


def publish(connection: Connection, by: int, at: datetime, what: str) -> int:
    """The next version, which every process sees within a second; two publishers at once get two of them."""
    version = _version(connection) + 1
    connection.execute(insert(publications).values(version=version, at=at, by_id=by, what=what))
    return version


def _version(connection: Connection) -> int:
    newest = select(func.coalesce(func.max(publications.c.version), 0))
    return int(connection.execute(newest).scalar_one())


def _published(connection: Connection) -> Published:
    in_force = select(edits).join(edit_heads, edit_heads.c.edit_id == edits.c.id)
    signed = select(signatures).order_by(signatures.c.id)
    return Published(
        version=_version(connection),
        edits={(r.tag, r.key): _edit(r) for r in connection.execute(in_force)},
        signatures={
            (r.tag, r.key): Signature(r.tag, r.key, r.by, r.at, r.until, tuple(r.forms))
            for r in connection.execute(signed)
        },
        seen={
            (r.tag, r.key): Seen(r.tag, r.key, tuple(r.source))
            for r in connection.execute(select(texts_seen))
        },
        missing={r.key: r.rule for r in connection.execute(select(missing_rules))},
    )


def _get(connection: Connection, edit_id: int) -> Edit | None:
    row = connection.execute(select(edits).where(edits.c.id == edit_id)).one_or_none()
    return _edit(row) if row else None


def _waiting(connection: Connection, tag: str, key: str) -> Edit | None:
    open_ = (edits.c.tag == tag, edits.c.key == key, edits.c.state == "proposed")
    row = connection.execute(select(edits).where(*open_)).one_or_none()
    return _edit(row) if row else None


def _unchanged(connection: Connection, edit: Edit) -> None:
    """Raises `Taken` where another wording is in force than the one that the edit was written beside."""
    place = (edit_heads.c.tag == edit.tag, edit_heads.c.key == edit.key)
    head = connection.execute(
        select(edit_heads.c.edit_id).where(*place).with_for_update()
    ).scalar_one_or_none()
    if (head or 0) != edit.base:
        newer = _get(connection, head or 0)
        assert newer is not None  # a head is never taken away
        raise Taken(newer)


def _kept(connection: Connection, edit: Edit) -> Edit:
    values = {
        "tag": edit.tag,
        "key": edit.key,
        "forms": list(edit.forms),
        "source": list(edit.source),
        "by_id": edit.by,
        "at": edit.at,
        "state": edit.state,
        "base": edit.base,
        "decided_by": edit.decided_by,
        "decided_at": edit.decided_at,
        "waived": [list(w) for w in edit.waived],
        "note": edit.note,
    }
    new_id = connection.execute(insert(edits).values(values).returning(edits.c.id)).scalar_one()
    return replace(edit, id=new_id)


def _decided(
    connection: Connection, edit_id: int, state: EditState, by: int, at: datetime, note: str
) -> bool:
    values: dict[str, Any] = {"state": state, "decided_by": by, "decided_at": at}
    if note:
        values["note"] = note
    open_ = (edits.c.id == edit_id, edits.c.state == "proposed")
    return connection.execute(update(edits).where(*open_).values(values)).rowcount == 1


def _in_force(connection: Connection, edit: Edit) -> None:
    """From here on this is the text's wording. Raises `Taken` where another one was put in force since it was written."""
    _unchanged(connection, edit)
    place = (edit_heads.c.tag == edit.tag, edit_heads.c.key == edit.key)
    if not connection.execute(update(edit_heads).where(*place).values(edit_id=edit.id)).rowcount:
        connection.execute(insert(edit_heads).values(tag=edit.tag, key=edit.key, edit_id=edit.id))


def _edit(row: Row[Any]) -> Edit:
    return Edit(
        id=row.id,
        tag=row.tag,
        key=row.key,
        forms=tuple(row.forms),
        source=tuple(row.source),
        by=row.by_id,
        at=row.at,
        state=row.state,
        base=row.base,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        waived=tuple((rule, why) for rule, why in row.waived),
        note=row.note,
    )

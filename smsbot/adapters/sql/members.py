"""The staff in SQL: their links and sessions are kept as digests only, so that nobody signs in with what the database holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from smsbot.core.people.staff import FAILURE_SPAN, SESSION_IDLE, Member, Role
from smsbot.ports import Refused

from .deadline import Hurried
from .tables import staff, staff_failures, staff_links, staff_sessions


class SqlMembers:
    """The port `Members`."""

    def __init__(self, engine: Engine, deadline: float) -> None:
        """`deadline` in seconds: how long a call may take."""
        self._hurried = Hurried(engine, deadline)

    def close(self) -> None:
        """Ends the threads and connections."""
        self._hurried.close()

    # ------------------------------------------------------------ who they are

    def add(
        self, email: str, name: str, roles: Sequence[Role], languages: Sequence[str], at: datetime
    ) -> Member:
        """A new member. Raises `Refused` where the address is known."""

        def work(connection: Connection) -> Member:
            if connection.execute(select(staff.c.id).where(staff.c.email == email)).first():
                raise Refused(f"{email} is among the staff already")
            row = connection.execute(
                insert(staff)
                .values(
                    email=email,
                    name=name,
                    roles=sorted(roles),
                    languages=sorted(languages),
                    active=True,
                    created_at=at,
                )
                .returning(staff)
            ).one()
            return _member(row)

        return self._hurried.run(work, writes=True)

    def change(
        self,
        member_id: int,
        *,
        name: str,
        roles: Sequence[Role],
        languages: Sequence[str],
        active: bool,
    ) -> None:
        """Changes a member; who is put off duty is signed out. Raises `Refused` where nobody would be left who can add staff."""

        def work(connection: Connection) -> None:
            everybody = connection.execute(select(staff).with_for_update()).all()
            keepers = {row.id for row in everybody if row.active and "admin" in row.roles}
            if keepers == {member_id} and not (active and "admin" in roles):
                raise Refused("this is the only admin: make somebody else one first")
            connection.execute(
                update(staff)
                .where(staff.c.id == member_id)
                .values(name=name, roles=sorted(roles), languages=sorted(languages), active=active)
            )
            if not active:
                _sign_out(connection, member_id)

        self._hurried.run(work, writes=True)

    def get(self, member_id: int) -> Member | None:
        """One member."""
        return self._one(staff.c.id == member_id)

    def by_email(self, email: str) -> Member | None:
        """The member with this address."""
        return self._one(staff.c.email == email)

    def all(self) -> Sequence[Member]:
        """Everybody, by name."""
        rows = self._hurried.run(lambda c: c.execute(select(staff).order_by(staff.c.name)).all())
        return [_member(row) for row in rows]

    # ------------------------------------------------------------ how they sign in

    def password(self, member_id: int) -> str:
        """The hash of a member's password; "" where there is none."""
        wanted = select(staff.c.password).where(staff.c.id == member_id)
        return self._hurried.run(lambda c: c.execute(wanted).scalar_one_or_none()) or ""

    def set_password(self, member_id: int, hashed: str) -> None:
        """Keeps the hash; every session of the member ends."""

        def work(connection: Connection) -> None:
            connection.execute(update(staff).where(staff.c.id == member_id).values(password=hashed))
            _sign_out(connection, member_id)

        self._hurried.run(work, writes=True)

    def offer_link(self, member_id: int, digest: str, until: datetime) -> None:
        """A link that signs the member in once."""
        kept = insert(staff_links).values(digest=digest, staff_id=member_id, until=until)
        self._hurried.run(lambda c: c.execute(kept), writes=True)

    def redeem_link(self, digest: str, at: datetime) -> Member | None:
        """The member whom a link signs in; None where it was used, ran out or never was."""

        def work(connection: Connection) -> Member | None:
            link = connection.execute(
                delete(staff_links).where(staff_links.c.digest == digest).returning(staff_links)
            ).one_or_none()
            if link is None or link.until <= at:
                return None
            row = connection.execute(
                select(staff).where(staff.c.id == link.staff_id, staff.c.active)
            ).one_or_none()
            return _member(row) if row else None

        return self._hurried.run(work, writes=True)

    def open_session(self, member_id: int, digest: str, at: datetime, until: datetime) -> None:
        """Signs the member in; sessions that ran out are swept away."""

        def work(connection: Connection) -> None:
            connection.execute(delete(staff_sessions).where(staff_sessions.c.until <= at))
            connection.execute(delete(staff_links).where(staff_links.c.until <= at))
            connection.execute(
                insert(staff_sessions).values(
                    digest=digest, staff_id=member_id, seen_at=at, until=until
                )
            )
            connection.execute(update(staff).where(staff.c.id == member_id).values(signed_in_at=at))

        self._hurried.run(work, writes=True)

    def session(self, digest: str, at: datetime) -> Member | None:
        """Who is signed in; None where the session ran out, idled too long or was ended."""
        wanted = (
            select(staff, staff_sessions.c.seen_at)
            .join(staff_sessions, staff_sessions.c.staff_id == staff.c.id)
            .where(
                staff_sessions.c.digest == digest,
                staff_sessions.c.until > at,
                staff_sessions.c.seen_at > at - SESSION_IDLE,
                staff.c.active,
            )
        )
        row = self._hurried.run(lambda c: c.execute(wanted).one_or_none())
        if row is None:
            return None
        if (at - row.seen_at).total_seconds() > 60:  # not a write for each page
            seen = update(staff_sessions).where(staff_sessions.c.digest == digest)
            self._hurried.run(lambda c: c.execute(seen.values(seen_at=at)), writes=True, late=True)
        return _member(row)

    def end_session(self, digest: str) -> None:
        """Signs out."""
        gone = delete(staff_sessions).where(staff_sessions.c.digest == digest)
        self._hurried.run(lambda c: c.execute(gone), writes=True, late=True)

    def failed(self, email: str, at: datetime) -> int:
        """A wrong password; how many there were lately, this one included."""

        def work(connection: Connection) -> int:
            connection.execute(
                delete(staff_failures).where(staff_failures.c.at <= at - FAILURE_SPAN)
            )
            connection.execute(insert(staff_failures).values(email=email, at=at))
            return _failures(connection, email, at)

        return self._hurried.run(work, writes=True)

    def failures(self, email: str, at: datetime) -> int:
        """How many wrong passwords there were lately."""
        return self._hurried.run(lambda c: _failures(c, email, at))

    def _one(self, condition: Any) -> Member | None:
        row = self._hurried.run(lambda c: c.execute(select(staff).where(condition)).one_or_none())
        return _member(row) if row else None


def _failures(connection: Connection, email: str, at: datetime) -> int:
    lately = (staff_failures.c.email == email, staff_failures.c.at > at - FAILURE_SPAN)
    counted = connection.execute(select(func.count()).select_from(staff_failures).where(*lately))
    return int(counted.scalar_one())


def _sign_out(connection: Connection, member_id: int) -> None:
    for table in (staff_sessions, staff_links):
        connection.execute(delete(table).where(table.c.staff_id == member_id))


def _member(row: Row[Any]) -> Member:
    return Member(
        id=row.id,
        email=row.email,
        name=row.name,
        roles=frozenset(row.roles),
        languages=frozenset(row.languages),
        active=row.active,
        has_password=bool(row.password),
        created_at=row.created_at,
        signed_in_at=row.signed_in_at,
    )

"""Broadcasts in SQL: each act is one conditional change, so that of two hands at once one is told."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, insert, select, update

from smsbot.core.campaign.broadcast import (
    Audience,
    Broadcast,
    BroadcastAct,
    BroadcastState,
    Variant,
    may_release,
    moved,
)
from smsbot.ports import Refused

from .deadline import Hurried
from .tables import broadcasts

# What a draft is made of; the rest of a broadcast is changed by acts alone.
WRITTEN = (
    *("campaign_id", "name", "day", "at", "until", "texts", "holdout", "tested"),
    *("decide_hours", "cap", "budget", "error_share"),
)
FRESH: Mapping[str, Any] = {
    "state": "draft",
    "reason": "",
    "decide_at": None,
    "winner": "",
    "submitted_by": 0,
    "released_by": 0,
    "checkpoint": 0,
    "planned": False,
    "version": 1,
    "forecast": {},
    "progress": {},
    "progress_at": None,
}


class SqlBroadcasts:
    """The port `Broadcasts`."""

    def __init__(self, engine: Engine, deadline: float) -> None:
        """`deadline` in seconds: how long a call may take."""
        self._hurried = Hurried(engine, deadline)

    def close(self) -> None:
        """Ends the threads and connections."""
        self._hurried.close()

    def all(self, campaign_id: int = 0) -> Sequence[Broadcast]:
        """Those of a campaign, or all, the latest first."""
        rows = select(broadcasts).order_by(broadcasts.c.id.desc())
        if campaign_id:
            rows = rows.where(broadcasts.c.campaign_id == campaign_id)
        return self._hurried.run(lambda c: [broadcast_of(row) for row in c.execute(rows)])

    def get(self, broadcast_id: int) -> Broadcast | None:
        """One of them."""
        return self._hurried.run(lambda c: found(c, broadcast_id))

    def lately(self, since: datetime) -> bool:
        """Whether any was under way, or could still be answered, since then."""
        rows = select(broadcasts.c.id).where(
            broadcasts.c.state.not_in(("draft", "submitted")), broadcasts.c.until > since
        )
        return self._hurried.run(lambda c: c.execute(rows.limit(1)).first()) is not None

    def in_state(self, *states: BroadcastState) -> Sequence[Broadcast]:
        """Those in these states, the oldest first."""
        rows = select(broadcasts).where(broadcasts.c.state.in_(states)).order_by(broadcasts.c.id)
        return self._hurried.run(lambda c: [broadcast_of(row) for row in c.execute(rows)])

    def keep(self, broadcast: Broadcast) -> Broadcast:
        """Keeps a draft, with the next version; a new one where its id is 0. Raises `Refused` where it was changed or is no draft."""
        values = {name: getattr(broadcast, name) for name in WRITTEN}
        values["texts"] = {tag: list(forms) for tag, forms in broadcast.texts.items()}
        values["audience"] = _packed(broadcast.audience)

        def work(connection: Connection) -> Row[Any] | None:
            if not broadcast.id:
                row = insert(broadcasts).values({**FRESH, **values}).returning(broadcasts)
                return connection.execute(row).one()
            changed = (
                update(broadcasts)
                .where(
                    broadcasts.c.id == broadcast.id,
                    broadcasts.c.version == broadcast.version,
                    broadcasts.c.state == "draft",
                )
                .values({**values, "version": broadcast.version + 1, "forecast": {}})
                .returning(broadcasts)
            )
            return connection.execute(changed).one_or_none()

        row = self._hurried.run(work, writes=True)
        if row is None:
            raise Refused("it was changed meanwhile, or is no draft any more; look at it again")
        return broadcast_of(row)

    def move(
        self,
        broadcast_id: int,
        act: BroadcastAct,
        *,
        by: int = 0,
        reason: str = "",
        decide_at: datetime | None = None,
    ) -> Broadcast:
        """Does one act with it. Raises `Refused` where it is not possible, or where who submitted it releases it."""

        def work(connection: Connection) -> Broadcast:
            before = found(connection, broadcast_id)
            if before is None:
                raise Refused("there is no such broadcast")
            state = moved(before.state, act)
            if state is None:
                raise Refused(f"a broadcast that is {before.state} cannot be told to {act}")
            if act == "release" and not may_release(before, by):
                raise Refused("a second person releases it: not who submitted it")
            values: dict[str, Any] = {"state": state, "reason": reason}
            if act in ("submit", "withdraw"):
                values["submitted_by"] = by if act == "submit" else 0
            if act == "release":
                values["released_by"] = by
            if decide_at is not None:
                values["decide_at"] = decide_at
            row = connection.execute(
                update(broadcasts)
                .where(broadcasts.c.id == broadcast_id, broadcasts.c.state == before.state)
                .values({**values, "version": before.version + 1})
                .returning(broadcasts)
            ).one_or_none()
            if row is None:
                raise Refused("somebody else was quicker; look at it again")
            return broadcast_of(row)

        return self._hurried.run(work, writes=True)

    def decide(self, broadcast_id: int, winner: Variant) -> None:
        """Which wording the rest gets."""
        decided = update(broadcasts).where(broadcasts.c.id == broadcast_id)
        self._hurried.run(lambda c: c.execute(decided.values(winner=winner)), writes=True)

    def tell(
        self,
        broadcast_id: int,
        what: Literal["forecast", "progress"],
        report: Mapping[str, object],
        at: datetime,
    ) -> None:
        """Keeps the newest forecast, or how far it is."""
        values = {what: dict(report)} | ({"progress_at": at} if what == "progress" else {})
        told = update(broadcasts).where(broadcasts.c.id == broadcast_id).values(values)
        self._hurried.run(lambda c: c.execute(told), writes=True, late=True)

    def report(
        self, broadcast_id: int, what: Literal["forecast", "progress"]
    ) -> Mapping[str, object]:
        """The newest that was kept; empty without."""
        rows = select(broadcasts.c[what]).where(broadcasts.c.id == broadcast_id)
        return self._hurried.run(lambda c: c.execute(rows).scalar_one_or_none()) or {}


def found(connection: Connection, broadcast_id: int) -> Broadcast | None:
    """The broadcast."""
    row = connection.execute(
        select(broadcasts).where(broadcasts.c.id == broadcast_id)
    ).one_or_none()
    return broadcast_of(row) if row else None


def broadcast_of(row: Row[Any]) -> Broadcast:
    """The broadcast in a row."""
    values = dict(row._mapping)
    for name in ("forecast", "progress", "progress_at"):
        del values[name]
    texts = {tag: tuple(forms) for tag, forms in values["texts"].items()}
    return Broadcast(**{**values, "texts": texts, "audience": _unpacked(values["audience"])})


def _packed(audience: Audience) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(audience).items()
        if value
    }


def _unpacked(packed: Mapping[str, Any]) -> Audience:
    days = {"subscribed_from", "subscribed_until"}
    fields: dict[str, Any] = {
        name: date.fromisoformat(value) if name in days else tuple(value)
        for name, value in packed.items()
    }
    return Audience(**fields)

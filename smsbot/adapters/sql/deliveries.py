"""Deliveries in SQL: planned in pages, claimed one by one, moved on by what the carrier tells.

A delivery is sent once at most because of one thing: its state goes from `planned` to `sending` in a transaction that ends before
the carrier hears of it, and nothing brings it back but an outcome that says that the carrier surely has not got it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    Engine,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from smsbot.adapters.cipher import Cipher, WrongKey
from smsbot.core.campaign.broadcast import CAP_SPAN, REPLY_SPAN, Audience, Broadcast
from smsbot.core.campaign.delivery import State, advance
from smsbot.core.campaign.plan import Plan, Subscriber
from smsbot.core.people.address import Address
from smsbot.ports.campaign import Claimed, Doubtful, Outcome, Status, Tally

from .deadline import Patient
from .tables import Moment, broadcasts, deliveries, people, person_keys

# States in which a message has left, or may have.
LEFT = ("sending", "sent", "delivered", "read", "undelivered", "unknown")
TOLD = ("sending", "sent", "delivered", "read", "failed", "undelivered", "unknown")


class SqlDeliveries:
    """The port `Deliveries`, for workers: each call waits as long as the engine lets it."""

    def __init__(self, engine: Engine, cipher: Cipher) -> None:
        self._patient = Patient(engine)
        self._one_statement = engine.dialect.name == "postgresql"
        # A statement that is a transaction by itself is begun and ended without going there and back for it.
        self._at_once = Patient(engine.execution_options(isolation_level="AUTOCOMMIT"))
        self._cipher = cipher

    def close(self) -> None:
        """Ends the connections."""
        self._patient.close()

    # ------------------------------------------------------------ planning

    def audience(
        self, broadcast: Broadcast, after: int, limit: int, at: datetime
    ) -> Sequence[Subscriber]:
        """The next people of its audience by id, who subscribe now. Nothing is decrypted."""

        def work(connection: Connection) -> list[Subscriber]:
            rows = connection.execute(_page(broadcast.audience, after, limit)).all()
            if not rows:
                return []
            lately = dict(
                map(tuple, connection.execute(_lately(rows[0].id, rows[-1].id, at - CAP_SPAN)))
            )
            return [Subscriber(*tuple(row), lately.get(row.id, 0)) for row in rows]  # type: ignore[call-arg]

        return self._patient.run(work)

    def plan(self, broadcast_id: int, checkpoint: int, last: int, plans: Sequence[Plan]) -> bool:
        """Keeps what each gets, and that everybody up to `last` is planned; False where somebody else planned on from `checkpoint`."""
        planned_on = (
            update(broadcasts)
            .where(
                broadcasts.c.id == broadcast_id,
                broadcasts.c.checkpoint == checkpoint,
                broadcasts.c.state.in_(("released", "sending")),
            )
            .values(checkpoint=last)
        )
        rows = [_row(broadcast_id, one) for one in plans]

        def work(connection: Connection) -> bool:
            if connection.execute(planned_on).rowcount != 1:
                return False
            _written(connection, rows)
            return True

        return self._patient.run(work, writes=True)

    def all_planned(self, broadcast_id: int) -> None:
        """Everybody of its audience is planned."""
        done = update(broadcasts).where(broadcasts.c.id == broadcast_id).values(planned=True)
        self._patient.run(lambda c: c.execute(done), writes=True)

    # ------------------------------------------------------------ sending

    def due(
        self, broadcast: Broadcast, at: datetime, limit: int, slot: int = 0, slots: int = 1
    ) -> Sequence[int]:
        """The ids of those whose moment has come, the first due first; of all slots' those of one."""
        columns = deliveries.c
        rows = (
            select(columns.id)
            .where(
                columns.broadcast_id == broadcast.id,
                columns.state == "planned",
                columns.due_at <= at,
                columns.id % slots == slot,
                exists().where(broadcasts.c.id == broadcast.id, broadcasts.c.state == "sending"),
            )
            .order_by(columns.due_at, columns.id)
            .limit(limit)
        )
        if not broadcast.winner:
            rows = rows.where(columns.variant != "")
        return self._patient.run(lambda c: list(c.execute(rows).scalars()))

    def claim(
        self, broadcast: Broadcast, delivery_id: int, at: datetime, done: Outcome | None = None
    ) -> Claimed | None:
        """Writes the outcome of the one before, and claims this one; None where it cannot be had or may not be sent any more.

        Consent is read with it: who does not subscribe any more, is held or has got enough is skipped. On PostgreSQL both are one
        statement, which is one way there and back.
        """
        asked = {"delivery": delivery_id, "now": at, "since": at - CAP_SPAN}
        row, lately = (self._in_one if self._one_statement else self._in_two)(asked, done)
        if row is None:
            return None
        claimed = self._lawful(broadcast, row, lately, at)
        if isinstance(claimed, Claimed):
            return claimed
        self.finish(Outcome(row.id, "skipped", claimed))
        return None

    def _in_one(self, asked: Mapping[str, Any], done: Outcome | None) -> tuple[Any, int]:
        statement = _CLAIM_COUNTED if done is None else _CLAIM_AFTER
        values = asked if done is None else {**asked, **_said(done)}
        row = self._at_once.run(lambda c: c.execute(statement, values).one_or_none())
        return row, row.lately if row else 0

    def _in_two(self, asked: Mapping[str, Any], done: Outcome | None) -> tuple[Any, int]:
        """For SQLite, which cannot name the outer row within what an update gives back."""

        def work(connection: Connection) -> tuple[Any, int]:
            if done is not None:
                connection.execute(_FINISH, _said(done))
            row = connection.execute(_CLAIM, asked).one_or_none()
            if row is None:
                return None, 0
            counted = {**asked, "person": row.person_id}
            return row, connection.execute(_LATELY_ONE, counted).scalar_one()

        return self._patient.run(work, writes=True)

    def _lawful(self, broadcast: Broadcast, row: Any, lately: int, at: datetime) -> Claimed | str:
        """The claim, or why this person gets nothing."""
        if row.number is None or row.opted_out_at is not None:
            return "opted_out"
        if row.held_until is not None and row.held_until > at:
            return "held"
        if lately >= broadcast.cap:
            return "cap"
        try:
            handle = self._cipher.unseal(row.number)
        except WrongKey:
            return "no_number"
        return Claimed(
            id=row.id,
            broadcast_id=broadcast.id,
            person_id=row.person_id,
            to=Address(row.number_channel, handle),
            language=row.language,
            country=row.country,
            zones=row.zones or "",
            variant=row.variant,
            tries=row.tries,
            wrote_at=row.wrote_at,
        )

    def finish(self, done: Outcome) -> None:
        """Writes an outcome alone."""
        self._patient.run(lambda c: c.execute(_FINISH, _said(done)), writes=True)

    # ------------------------------------------------------------ what the carrier tells

    def heard(self, statuses: Sequence[Status]) -> int:
        """Moves deliveries on by what the carrier told, whatever the order; how many told of no delivery of ours."""
        if not statuses:
            return 0
        columns = deliveries.c
        wanted = (
            select(columns.id, columns.state, columns.sid, columns.error)
            .where(columns.id.in_(sorted({one.delivery_id for one in statuses})))
            .order_by(columns.id)
            .with_for_update()
        )

        def work(connection: Connection) -> int:
            rows = {row.id: row for row in connection.execute(wanted)}
            now = {row.id: (row.state, row.sid, row.error) for row in rows.values()}
            foreign = 0
            for one in statuses:
                if one.delivery_id not in now:
                    foreign += 1
                    continue
                state, sid, error = now[one.delivery_id]
                if sid and sid != one.sid:
                    foreign += 1
                    continue
                now[one.delivery_id] = (
                    advance(state, one.status, one.error),
                    one.sid,
                    one.error if one.error is not None else error,
                )
            changed = [
                {"of": i, "state": state, "sid": sid, "error": error}
                for i, (state, sid, error) in now.items()
                if (state, sid, error) != (rows[i].state, rows[i].sid, rows[i].error)
            ]
            if changed:
                connection.execute(_TOLD, changed)
            return foreign

        return self._patient.run(work, writes=True)

    def doubtful(self, before: datetime, limit: int) -> Sequence[Doubtful]:
        """Those that were begun before then and have no outcome."""
        columns = deliveries.c
        rows = (
            _WHOSE.where(columns.state == "sending", columns.started_at <= before)
            .order_by(columns.started_at)
            .limit(limit)
        )
        return [self._whose(row) for row in self._patient.run(lambda c: c.execute(rows).all())]

    def person(self, delivery_id: int, sid: str) -> Doubtful | None:
        """Whose the delivery is that the carrier knows by that id; None where it is none of ours."""
        rows = _WHOSE.where(deliveries.c.id == delivery_id, deliveries.c.sid == sid)
        row = self._patient.run(lambda c: c.execute(rows).one_or_none())
        return self._whose(row) if row else None

    def _whose(self, row: Any) -> Doubtful:
        return Doubtful(
            row.id,
            row.broadcast_id,
            row.person_id,
            self._address(row.number, row.number_channel),
            row.language,
            row.variant,
            row.started_at,
        )

    def _address(self, sealed: str | None, channel: str | None) -> Address | None:
        try:
            return Address(channel, self._cipher.unseal(sealed)) if sealed else None  # type: ignore[arg-type]
        except WrongKey:
            return None

    def owned(self, sids: Sequence[str]) -> frozenset[str]:
        """Which of the carrier's ids are those of deliveries."""
        if not sids:
            return frozenset()
        rows = select(deliveries.c.sid).where(deliveries.c.sid.in_(list(sids)))
        return frozenset(self._patient.run(lambda c: c.execute(rows).scalars().all()))

    # ------------------------------------------------------------ the end of a broadcast

    def cancel(self, broadcast_id: int, state: State, limit: int) -> int:
        """Ends what is still planned; how many were."""
        columns = deliveries.c
        some = (
            select(columns.id)
            .where(columns.broadcast_id == broadcast_id, columns.state == "planned")
            .limit(limit)
        )
        ended = (
            update(deliveries)
            .where(columns.id.in_(some), columns.state == "planned")
            .values(state=state)
        )
        return int(self._patient.run(lambda c: c.execute(ended).rowcount, writes=True))

    def next_due(self, broadcast_id: int) -> datetime | None:
        """When the next is due; None where none is planned."""
        columns = deliveries.c
        rows = select(func.min(columns.due_at)).where(
            columns.broadcast_id == broadcast_id, columns.state == "planned"
        )
        due: datetime | None = self._patient.run(lambda c: c.execute(rows).scalar_one())
        return due

    def tally(self, broadcast_id: int) -> Sequence[Tally]:
        """Counts them."""
        columns = deliveries.c
        alike = (
            columns.language,
            columns.channel,
            columns.variant,
            columns.state,
            columns.reason,
            columns.error,
        )
        rows = (
            select(
                *alike,
                func.count(),
                func.coalesce(func.sum(columns.segments), 0),
                func.count(columns.replied_at),
                func.count(columns.opted_out_at),
            )
            .where(columns.broadcast_id == broadcast_id)
            .group_by(*alike)
        )
        return self._patient.run(lambda c: [Tally(*row) for row in c.execute(rows)])

    # ------------------------------------------------------------ people

    def wrote(
        self, keys: Sequence[str], at: datetime, *, stops: bool = False, campaign: int = 0
    ) -> int | None:
        """A person wrote: an answer to the invitation that they got last, if it is not long ago. Its broadcast's campaign, or None.

        Of a subscriber it is kept when, and the campaign by which they came just now.
        """

        def work(connection: Connection) -> int | None:
            person_id = connection.execute(
                select(person_keys.c.person_id).where(person_keys.c.key.in_(list(keys))).limit(1)
            ).scalar_one_or_none()
            if person_id is None:
                return None
            seen: dict[str, Any] = {"wrote_at": at}
            if campaign:
                first = func.coalesce(people.c.first_campaign, campaign)
                seen |= {"first_campaign": first, "last_campaign": campaign}
            connection.execute(
                update(people)
                .where(people.c.id == person_id, people.c.number.is_not(None))
                .values(seen)
            )
            return answered(connection, person_id, at, stops=stops)

        return self._patient.run(work, writes=True)

    def active(self, seen: Mapping[str, datetime]) -> None:
        """When people wrote last, by their keys; of those who do not subscribe nothing is kept."""
        latest = (
            update(people)
            .where(
                people.c.id.in_(
                    select(person_keys.c.person_id).where(person_keys.c.key == bindparam("their"))
                ),
                people.c.number.is_not(None),
            )
            .values(wrote_at=bindparam("moment", type_=Moment))
        )
        rows = [{"their": key, "moment": at} for key, at in sorted(seen.items())]
        if rows:
            self._patient.run(lambda c: c.execute(latest, rows), writes=True)

    def let_go(self, before: datetime, limit: int) -> int:
        """Deliveries begun before then lead to nobody any more; how many did."""
        columns = deliveries.c
        some = (
            select(columns.id)
            .where(
                columns.person_id.is_not(None),
                or_(
                    columns.started_at <= before,
                    and_(columns.state == "holdout", columns.due_at <= before),
                ),
            )
            .limit(limit)
        )
        gone = update(deliveries).where(columns.id.in_(some)).values(person_id=None)
        return int(self._patient.run(lambda c: c.execute(gone).rowcount, writes=True))


def answered(
    connection: Connection, person_id: int, at: datetime, *, stops: bool = False
) -> int | None:
    """Notes that a person answered the invitation that they got last, within three days; the campaign that it was of.

    Of who was left out of a broadcast on purpose it is noted that they wrote, as of those who got it: the two are compared.
    """
    columns = deliveries.c
    since = at - REPLY_SPAN
    moment = func.coalesce(columns.started_at, columns.due_at)
    last = connection.execute(
        select(columns.id, columns.state, broadcasts.c.campaign_id)
        .select_from(deliveries.join(broadcasts, broadcasts.c.id == columns.broadcast_id))
        .where(
            columns.person_id == person_id,
            or_(
                and_(columns.started_at > since, columns.state.in_(LEFT)),
                and_(columns.state == "holdout", columns.due_at > since, columns.due_at <= at),
            ),
        )
        .order_by(moment.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return None
    values: dict[str, Any] = {"replied_at": func.coalesce(columns.replied_at, at)}
    left_out = last.state == "holdout"
    if stops and not left_out:
        values["opted_out_at"] = func.coalesce(columns.opted_out_at, at)
    connection.execute(update(deliveries).where(columns.id == last.id).values(values))
    return None if left_out else int(last.campaign_id)


def _weight(state: str) -> int:
    """What counts of two deliveries to one person: the one that has left before the one that will, and that before any other."""
    return 2 if state in LEFT else 1 if state == "planned" else 0


def united(connection: Connection, one: int, other: int) -> None:
    """The deliveries of two people who turn out to be one. Where both are in a broadcast, what has left stays, or else what will."""
    columns = deliveries.c
    mine = deliveries.alias()
    twice = connection.execute(
        select(columns.id, columns.state, mine.c.id, mine.c.state)
        .select_from(deliveries.join(mine, mine.c.broadcast_id == columns.broadcast_id))
        .where(columns.person_id == other, mine.c.person_id == one)
    ).all()
    for theirs, their_state, ours, our_state in twice:
        stays_ours = _weight(our_state) >= _weight(their_state)
        ends, state = (theirs, their_state) if stays_ours else (ours, our_state)
        values: dict[str, Any] = {"person_id": None}
        if state == "planned":
            values |= {"state": "canceled", "reason": "one_person"}
        connection.execute(update(deliveries).where(columns.id == ends).values(values))
    connection.execute(update(deliveries).where(columns.person_id == other).values(person_id=one))


# ---------------------------------------------------------------- statements


def _page(audience: Audience, after: int, limit: int) -> Select[Any]:
    columns = people.c
    wanted = [
        columns.id > after,
        columns.number.is_not(None),
        columns.opted_out_at.is_(None),
    ]
    for field, column in (
        (audience.languages, columns.language),
        (audience.channels, columns.number_channel),
        (audience.countries, columns.country),
    ):
        if field:
            wanted.append(column.in_(list(field)))
    if audience.campaigns:
        ids = list(audience.campaigns)
        wanted.append(or_(columns.first_campaign.in_(ids), columns.last_campaign.in_(ids)))
    if audience.subscribed_from:
        wanted.append(columns.subscribed_at >= _midnight(audience.subscribed_from))
    if audience.subscribed_until:
        after_it = audience.subscribed_until + timedelta(days=1)
        wanted.append(columns.subscribed_at < _midnight(after_it))
    if audience.without:
        wanted.append(
            ~exists().where(
                deliveries.c.person_id == columns.id,
                deliveries.c.broadcast_id.in_(list(audience.without)),
                deliveries.c.state.in_(LEFT),
            )
        )
    return (
        select(
            columns.id,
            columns.number_channel,
            func.coalesce(columns.language, ""),
            func.coalesce(columns.country, ""),
            func.coalesce(columns.zones, ""),
            columns.wrote_at,
            columns.held_until,
        )
        .where(*wanted)
        .order_by(columns.id)
        .limit(limit)
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _lately(first: int, last: int, since: datetime) -> Select[Any]:
    columns = deliveries.c
    return (
        select(columns.person_id, func.count())
        .where(
            columns.person_id.between(first, last),
            columns.started_at > since,
            columns.state.in_(LEFT),
        )
        .group_by(columns.person_id)
    )


def _row(broadcast_id: int, one: Plan) -> dict[str, Any]:
    return {
        "broadcast_id": broadcast_id,
        "person_id": one.person_id,
        "channel": one.channel,
        "language": one.language,
        "country": one.country,
        "variant": one.variant,
        "state": one.state,
        "reason": one.reason,
        "due_at": one.due_at,
        "tries": 0,
        "segments": 0,
    }


_COPIED = tuple(_row(0, Plan(0, "planned", "sms", "")))


def _written(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Adds many rows: PostgreSQL takes them in one stream, which is several times as quick as statements."""
    rows = list(rows)
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(insert(deliveries), rows)
        return
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY deliveries ({', '.join(_COPIED)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(tuple(row.values()))


_WHOSE = select(
    deliveries.c.id,
    deliveries.c.broadcast_id,
    deliveries.c.person_id,
    people.c.number,
    people.c.number_channel,
    deliveries.c.language,
    deliveries.c.variant,
    deliveries.c.started_at,
).select_from(deliveries.outerjoin(people, people.c.id == deliveries.c.person_id))


def _of_person(column: Any) -> Any:
    """A column of the person's row, as it is at the very moment of the claim."""
    theirs = select(column).where(people.c.id == deliveries.c.person_id)
    return theirs.correlate(deliveries).scalar_subquery().label(column.name)


def _claiming(*more: Any) -> Any:
    """Takes one delivery, if it is still to be sent, and gives what there is to know of it and of the person."""
    return (
        update(deliveries)
        .where(
            deliveries.c.id == bindparam("delivery"),
            deliveries.c.state == "planned",
            exists().where(
                broadcasts.c.id == deliveries.c.broadcast_id, broadcasts.c.state == "sending"
            ),
        )
        .values(state="sending", started_at=bindparam("now"), tries=deliveries.c.tries + 1)
        .returning(
            deliveries.c.id,
            deliveries.c.person_id,
            deliveries.c.language,
            deliveries.c.country,
            deliveries.c.variant,
            deliveries.c.tries,
            *map(
                _of_person,
                (
                    people.c.number,
                    people.c.number_channel,
                    people.c.opted_out_at,
                    people.c.held_until,
                    people.c.zones,
                    people.c.wrote_at,
                ),
            ),
            *more,
        )
    )


# How many a person has got lately, beside this one.
_before = deliveries.alias("earlier")
_BEFORE = (
    select(func.count())
    .where(
        _before.c.started_at > bindparam("since", type_=Moment),
        _before.c.state.in_(LEFT),
        _before.c.id != bindparam("delivery", type_=Integer),
    )
    .select_from(_before)
)
_LATELY_ONE = _BEFORE.where(_before.c.person_id == bindparam("person"))
_CLAIM = _claiming()
_CLAIM_COUNTED = _claiming(
    _BEFORE.where(_before.c.person_id == deliveries.c.person_id)
    .correlate(deliveries)
    .scalar_subquery()
    .label("lately")
)
# What became of a claim. What the carrier has told meanwhile stays: it knows more.
_OURS = deliveries.c.state == "sending"
_FINISH = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("done_id"), deliveries.c.state.in_(TOLD))
    .values(
        state=case((_OURS, bindparam("done_state")), else_=deliveries.c.state),
        reason=case((_OURS, bindparam("done_reason")), else_=deliveries.c.reason),
        sid=func.coalesce(deliveries.c.sid, bindparam("done_sid", type_=Text)),
        error=func.coalesce(deliveries.c.error, bindparam("done_error", type_=Integer)),
        segments=func.coalesce(bindparam("done_segments", type_=Integer), deliveries.c.segments),
        variant=func.coalesce(bindparam("done_variant", type_=Text), deliveries.c.variant),
        due_at=func.coalesce(bindparam("done_due", type_=Moment), deliveries.c.due_at),
        started_at=case(
            (bindparam("done_nothing", type_=Boolean), None), else_=deliveries.c.started_at
        ),
    )
)
_CLAIM_AFTER = _CLAIM_COUNTED.add_cte(_FINISH.cte("done"))


def _said(done: Outcome) -> dict[str, Any]:
    """An outcome as `_FINISH` takes it. What was put off or passed over has not begun."""
    return {
        "done_id": done.delivery_id,
        "done_state": done.state,
        "done_reason": done.reason,
        "done_sid": done.sid or None,
        "done_error": done.error,
        "done_segments": done.segments or None,
        "done_variant": done.variant or None,
        "done_due": done.due_at,
        "done_nothing": done.due_at is not None or done.state == "skipped",
    }


_TOLD = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("of"))
    .values(state=bindparam("state"), sid=bindparam("sid"), error=bindparam("error"))
)

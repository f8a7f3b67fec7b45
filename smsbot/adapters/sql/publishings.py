"""The tries to put words in force, in SQL: one row each, and only one of them open at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from smsbot.ports import Refused
from smsbot.ports.console import Publishing, PublishingState, PublishingStep

from .deadline import Hurried
from .tables import publishings

OPEN = ("waiting", "running")
PATIENCE = timedelta(minutes=5)  # without a sign of life, after which nobody is at it any more


class SqlPublishings:
    """The port `Publishings`."""

    def __init__(self, engine: Engine, deadline: float) -> None:
        """`deadline` in seconds: how long a call may take."""
        self._hurried = Hurried(engine, deadline)

    def close(self) -> None:
        """Ends the threads and connections."""
        self._hurried.close()

    def ask(self, by: int, at: datetime) -> Publishing:
        """A new one, waiting. Raises `Refused` while another one is under way; one without a sign of life for long has failed.

        Two who ask at once make the same number, and the second is told so when the work is tried again.
        """

        def work(connection: Connection) -> Publishing:
            lost = update(publishings).where(
                publishings.c.state.in_(OPEN), publishings.c.beat_at < at - PATIENCE
            )
            connection.execute(lost.values(state="failed", report={"why": "lost"}))
            # The number first: whoever comes between the two questions is seen by the second, or makes the same number.
            newest = select(func.coalesce(func.max(publishings.c.id), 0))
            number = int(connection.execute(newest).scalar_one()) + 1
            open_ = select(publishings.c.id).where(publishings.c.state.in_(OPEN))
            if connection.execute(open_).first():
                raise Refused("words are being published already")
            added = Publishing(number, by, at, "waiting", "", 0, at, {})
            connection.execute(
                insert(publishings).values(
                    id=number,
                    by_id=by,
                    at=at,
                    state=added.state,
                    step=added.step,
                    share=0,
                    beat_at=at,
                    report={},
                )
            )
            return added

        return self._hurried.run(work, writes=True)

    def begin(self, publishing_id: int, at: datetime) -> bool:
        """Takes one that waits on; False where it waits no longer."""
        return self._changed(publishing_id, ("waiting",), state="running", beat_at=at)

    def tell(self, publishing_id: int, step: PublishingStep, share: int, at: datetime) -> bool:
        """How far it is; False where it was given up on meanwhile."""
        return self._changed(publishing_id, ("running",), step=step, share=share, beat_at=at)

    def end(
        self,
        publishing_id: int,
        state: PublishingState,
        report: Mapping[str, object],
        at: datetime,
    ) -> None:
        """What came of it. Changes nothing where it was given up on meanwhile."""
        self._changed(publishing_id, OPEN, state=state, report=dict(report), beat_at=at)

    def newest(self, limit: int = 1) -> Sequence[Publishing]:
        """The latest ones, newest first."""
        wanted = select(publishings).order_by(publishings.c.id.desc()).limit(limit)
        return [_publishing(row) for row in self._hurried.run(lambda c: c.execute(wanted).all())]

    def _changed(self, publishing_id: int, states: Sequence[str], **values: object) -> bool:
        place = (publishings.c.id == publishing_id, publishings.c.state.in_(states))
        told = update(publishings).where(*place).values(**values)
        return self._hurried.run(lambda c: c.execute(told).rowcount == 1, writes=True)


def _publishing(row: Row[Any]) -> Publishing:
    return Publishing(
        id=row.id,
        by=row.by_id,
        at=row.at,
        state=row.state,
        step=row.step,
        share=row.share,
        beat_at=row.beat_at,
        report=dict(row.report),
    )

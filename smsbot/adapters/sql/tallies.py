"""Counts by day in SQL; each process adds what it has counted."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, Engine, insert, select, update

from smsbot.ports.console import Tally

from .deadline import Hurried
from .tables import tallies


class SqlTallies:
    """The port `Tallies`."""

    def __init__(self, engine: Engine, deadline: float) -> None:
        """`deadline` in seconds: how long a call may take."""
        self._hurried = Hurried(engine, deadline)

    def close(self) -> None:
        """Ends the threads and connections."""
        self._hurried.close()

    def add(self, counted: Sequence[Tally]) -> None:
        """Adds to what is there, all or nothing."""

        def work(connection: Connection) -> None:
            for tally in counted:
                place = {
                    "day": tally.day,
                    "language": tally.language,
                    "channel": tally.channel,
                    "outcome": tally.outcome,
                }
                more = update(tallies).filter_by(**place)
                more = more.values(count=tallies.c.count + tally.count)
                if not connection.execute(more).rowcount:
                    # Two processes that make the row at once: the later one is tried again, and adds.
                    connection.execute(insert(tallies).values(count=tally.count, **place))

        self._hurried.run(work, writes=True)

    def since(self, day: date) -> Sequence[Tally]:
        """All from that day on, oldest first."""
        wanted = select(tallies).where(tallies.c.day >= day).order_by(tallies.c.day)
        rows = self._hurried.run(lambda c: c.execute(wanted).all())
        return [Tally(*r) for r in rows]

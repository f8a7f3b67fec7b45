"""Campaigns, and what was registered with the carrier for them, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from smsbot.core.campaign.campaign import Campaign
from smsbot.ports import Refused
from smsbot.ports.campaign import Content

from .deadline import Hurried
from .tables import campaigns, contents


class SqlCampaigns:
    """The port `Campaigns`."""

    def __init__(self, engine: Engine, deadline: float) -> None:
        """`deadline` in seconds: how long a call may take."""
        self._hurried = Hurried(engine, deadline)

    def close(self) -> None:
        """Ends the threads and connections."""
        self._hurried.close()

    def all(self) -> Sequence[Campaign]:
        """All of them, the latest first."""
        rows = select(campaigns).order_by(campaigns.c.id.desc())
        return self._hurried.run(lambda c: [_campaign(row) for row in c.execute(rows)])

    def get(self, campaign_id: int) -> Campaign | None:
        """One of them."""
        rows = select(campaigns).where(campaigns.c.id == campaign_id)
        row = self._hurried.run(lambda c: c.execute(rows).one_or_none())
        return _campaign(row) if row else None

    def version(self) -> int:
        """Another number whenever one of them has changed: the sum of their versions."""
        rows = select(func.coalesce(func.sum(campaigns.c.version), 0))
        return int(self._hurried.run(lambda c: c.execute(rows).scalar_one()))

    def keep(self, campaign: Campaign) -> Campaign:
        """Keeps it, with the next version; a new one where its id is 0. Raises `Refused` where somebody changed it meanwhile."""
        values = {
            **asdict(campaign),
            "keywords": list(campaign.keywords),
            "referrals": list(campaign.referrals),
            "poster": {tag: list(lines) for tag, lines in campaign.poster.items()},
        }
        del values["id"]

        def work(connection: Connection) -> Row[Any] | None:
            if not campaign.id:
                return connection.execute(
                    insert(campaigns).values(values).returning(campaigns)
                ).one()
            changed = (
                update(campaigns)
                .where(campaigns.c.id == campaign.id, campaigns.c.version == campaign.version)
                .values({**values, "version": campaign.version + 1})
                .returning(campaigns)
            )
            return connection.execute(changed).one_or_none()

        row = self._hurried.run(work, writes=True)
        if row is None:
            raise Refused("somebody changed the campaign meanwhile; look at it again")
        return _campaign(row)


def _campaign(row: Row[Any]) -> Campaign:
    values = dict(row._mapping)
    return Campaign(
        **{
            **values,
            "keywords": tuple(values["keywords"]),
            "referrals": tuple(values["referrals"]),
            "poster": {tag: tuple(lines) for tag, lines in values["poster"].items()},
        }
    )


class SqlContents:
    """The port `Contents`."""

    def __init__(self, engine: Engine, deadline: float) -> None:
        """`deadline` in seconds: how long a call may take."""
        self._hurried = Hurried(engine, deadline)

    def close(self) -> None:
        """Ends the threads and connections."""
        self._hurried.close()

    def sid(self, key: str, language: str, digest: str) -> str:
        """The id of an approved template or of a menu; "" where there is none."""
        found = select(contents.c.sid).filter_by(
            key=key, language=language, digest=digest, state="approved"
        )
        return self._hurried.run(lambda c: c.execute(found).scalar_one_or_none()) or ""

    def all(self) -> Sequence[Content]:
        """All of them, by key and language."""
        columns = contents.c
        rows = select(
            columns.key, columns.language, columns.digest, columns.sid, columns.state
        ).order_by(columns.key, columns.language)
        return self._hurried.run(lambda c: [Content(*row) for row in c.execute(rows)])

    def keep(self, content: Content, at: datetime) -> None:
        """Keeps one, in place of the one with the same key, language and digest."""
        same = {"key": content.key, "language": content.language, "digest": content.digest}

        def work(connection: Connection) -> None:
            connection.execute(delete(contents).filter_by(**same))
            connection.execute(insert(contents).values(**asdict(content), at=at))

        self._hurried.run(work, writes=True)

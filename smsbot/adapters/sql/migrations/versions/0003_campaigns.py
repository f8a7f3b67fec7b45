"""Campaigns, their broadcasts and deliveries; what planning has to know of those who subscribe."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)

PEOPLE = (
    ("language", sa.Text),
    ("country", sa.Text),
    ("zones", sa.Text),
    ("subscribed_at", MOMENT),
    ("wrote_at", MOMENT),
    ("first_campaign", sa.Integer),
    ("last_campaign", sa.Integer),
)
TABLES = ("contents", "deliveries", "broadcasts", "campaigns")


def upgrade() -> None:
    """Makes the tables. People who subscribed before have no country and no time zone yet: they are held until they have."""
    with op.batch_alter_table("people") as people:
        for name, kind in PEOPLE:
            people.add_column(sa.Column(name, kind))
    _campaigns()
    _broadcasts()
    _deliveries()
    op.create_table(
        "contents",
        _key("key"),
        _key("language"),
        _key("digest"),
        _needed("sid"),
        _needed("state"),
        _needed("at", MOMENT),
    )


def downgrade() -> None:
    """Removes them with all that they hold."""
    for table in TABLES:
        op.drop_table(table)
    with op.batch_alter_table("people") as people:
        for name, _ in PEOPLE:
            people.drop_column(name)


def _needed(name: str, kind: Any = sa.Text) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _key(name: str, kind: Any = sa.Text) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer, primary_key=True),
        _needed("name"),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        _needed("state"),
        _needed("begins", sa.Date),
        _needed("ends", sa.Date),
        *(
            _needed(name, sa.JSON)
            for name in ("keywords", "referrals", "welcome", "prefill", "poster")
        ),
        _needed("news", sa.Boolean),
        _needed("version", sa.Integer),
    )


def _broadcasts() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "campaign_id", sa.Integer, sa.ForeignKey("campaigns.id"), nullable=False, index=True
        ),
        _needed("name"),
        sa.Column("state", sa.Text, nullable=False, index=True),
        _needed("reason"),
        _needed("day", sa.Date),
        _needed("at", sa.Time),
        _needed("until", MOMENT),
        _needed("audience", sa.JSON),
        _needed("texts", sa.JSON),
        *(_needed(name, sa.Integer) for name in ("holdout", "tested", "decide_hours")),
        sa.Column("decide_at", MOMENT),
        _needed("winner"),
        _needed("cap", sa.Integer),
        sa.Column("budget", sa.Numeric(14, 4)),
        *(
            _needed(name, sa.Integer)
            for name in ("error_share", "submitted_by", "released_by", "checkpoint")
        ),
        _needed("planned", sa.Boolean),
        _needed("version", sa.Integer),
        _needed("forecast", sa.JSON),
        _needed("progress", sa.JSON),
        sa.Column("progress_at", MOMENT),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("broadcast_id", sa.Integer, sa.ForeignKey("broadcasts.id"), nullable=False),
        sa.Column("person_id", sa.Integer),
        *(
            _needed(name)
            for name in ("channel", "language", "country", "variant", "state", "reason")
        ),
        sa.Column("due_at", MOMENT),
        _needed("tries", sa.Integer),
        sa.Column("started_at", MOMENT),
        sa.Column("sid", sa.Text),
        _needed("segments", sa.Integer),
        sa.Column("error", sa.Integer),
        sa.Column("replied_at", MOMENT),
        sa.Column("opted_out_at", MOMENT),
        sa.UniqueConstraint("broadcast_id", "person_id"),
    )
    op.create_index("ix_deliveries_due", "deliveries", ["broadcast_id", "state", "due_at"])
    op.create_index("ix_deliveries_person", "deliveries", ["person_id", "started_at"])

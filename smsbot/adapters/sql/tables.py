"""The tables. Numbers stand in them sealed only; people by their coded marks."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

REVISION = (
    "0001"  # what the tables below are brought to; a test holds it against the newest migration
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone, so that it is given back to what comes from there."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """Only moments that know their time zone can be kept."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """The moment in UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


# `number` is there exactly while the person subscribes.
people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("opted_out_at", Moment),
    Column("held_until", Moment),
    Column("number", Text),
    Column("number_channel", Text),
)

person_keys = Table(
    "person_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column(
        "person_id",
        Integer,
        ForeignKey("people.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
)

# Append-only. `person` is the mark under which the event came, not a row of `people`: two people may turn out to be one.
consent_events = Table(
    "consent_events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("event", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("ask_id", Text, nullable=False),
    Column("proof_key", Text, nullable=False),
    Column("proof_language", Text, nullable=False),
    Column("proof_digest", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("person", "message_id", "event"),
)

# One row: how long the chain is and where it ends. Whoever writes a record locks it, so that they are written one by one.
consent_head = Table(
    "consent_head",
    metadata,
    Column(
        "id", Integer, CheckConstraint("id = 1", name="one"), primary_key=True, autoincrement=False
    ),
    Column("events", Integer, nullable=False),
    Column("hash", Text, nullable=False),
)

# What was written down lately, so that the same record changes nothing the second time.
written = Table(
    "written",
    metadata,
    Column("person", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("classes", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("told", Integer, nullable=False),
    Column("tell_again_at", Moment, nullable=False),
    Column("acknowledged_at", Moment),
    Column("acknowledged_by", Text),
    Column("message_id", Text),
    Column("person_id", Integer, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("address", Text),
    Index("ix_notices_due", "acknowledged_at", "tell_again_at"),
)

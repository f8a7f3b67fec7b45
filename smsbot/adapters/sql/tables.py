"""The tables. Numbers stand in them sealed only; people by their coded marks."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    Time,
    TypeDecorator,
    UniqueConstraint,
    text,
)

REVISION = (
    "0004"  # what the tables below are brought to; a test holds it against the newest migration
)

# The texts that an entry of the ledger has from its second version on.
PROOF = (
    "proof_version", "sender", "business", "purpose", "action", "method", "source", "actor", "frequency", "policy", "country", "zone",
    "ip", "agent", "campaign", "salt", "identity",
)  # fmt: skip

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


# `number` and everything below it are there exactly while the person subscribes: what planning has to know, so that it reads no
# number. `zones` are the names of the time zones in which the number may be.
people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("opted_out_at", Moment),
    Column("held_until", Moment),
    Column("number", Text),
    Column("number_channel", Text),
    Column("language", Text),
    Column("country", Text),
    Column("zones", Text),
    Column("subscribed_at", Moment),
    Column("wrote_at", Moment),
    Column("first_campaign", Integer),
    Column("last_campaign", Integer),
    Index("ix_people_subscribed_at", "subscribed_at"),
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

# Append-only, but that what identifies is dropped in the end. `person` is the mark under which the event came, not a row of `people`:
# two people may turn out to be one. Each column but `seq` and `hash` is a field of an `Entry`, and described there.
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
    Column("version", Integer, nullable=False),
    *(Column(name, Text, nullable=False) for name in PROOF),
    Column("unconditional", Boolean, nullable=False),
    Column("adult", Boolean, nullable=False),
    UniqueConstraint("person", "message_id", "event"),
    Index("ix_consent_events_at", "at"),
)

# The exact questions that were asked, each once, by the SHA-256 of its text. Nothing in them is about a person.
consent_texts = Table(
    "consent_texts",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("text", Text, nullable=False),
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
    Column("done_at", Moment),
    Column("done_by", Text),
    Column("answered_at", Moment),
    Column("wrote_at", Moment),
    Column("message_id", Text),
    Column("person_id", Integer, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("address", Text),
    Index("ix_notices_due", "acknowledged_at", "tell_again_at"),
)


# ---------------------------------------------------------------- staff

staff = Table(
    "staff",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("password", Text),
    Column("active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("signed_in_at", Moment),
)

staff_links = Table(
    "staff_links",
    metadata,
    Column("digest", Text, primary_key=True),
    Column(
        "staff_id", Integer, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("until", Moment, nullable=False),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column(
        "staff_id", Integer, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("seen_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

staff_failures = Table(
    "staff_failures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_staff_failures_email", "email", "at"),
)

# Append-only. A member who is gone stays named.
audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("staff_id", Integer, index=True),
    Column("who", Text, nullable=False),
    Column("act", Text, nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("details", JSON, nullable=False),
)

# ---------------------------------------------------------------- texts

# One proposal at most waits for each text, whoever comes at the same moment.
_WAITS = text("state = 'proposed'")

edits = Table(
    "edits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tag", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("forms", JSON, nullable=False),
    Column("source", JSON, nullable=False),
    Column("by_id", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("base", Integer, nullable=False),
    Column("decided_by", Integer, nullable=False),
    Column("decided_at", Moment),
    Column("waived", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_edits_tag", "tag", "key", "id"),
    Index(
        "uq_edits_waiting",
        "tag",
        "key",
        unique=True,
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    ),
)

# Which edit is in force for each text; the row is what two publishers meet at.
edit_heads = Table(
    "edit_heads",
    metadata,
    Column("tag", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("edit_id", Integer, nullable=False),
)

# Each thing that was put in force gets the next number; processes ask for the last one.
publications = Table(
    "publications",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("by_id", Integer, nullable=False),
    Column("what", Text, nullable=False),
)

signatures = Table(
    "signatures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tag", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("by_id", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("forms", JSON, nullable=False),
    Index("ix_signatures_tag", "tag", "key"),
)

texts_seen = Table(
    "texts_seen",
    metadata,
    Column("tag", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("source", JSON, nullable=False),
    Column("by_id", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)

missing_rules = Table(
    "missing_rules",
    metadata,
    Column("key", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("by_id", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)

# ---------------------------------------------------------------- words

words = Table(
    "words",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tag", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("romanised", Boolean, nullable=False),
    Column("by_id", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("unread_id", Integer, nullable=False),
    Column("decided_by", Integer, nullable=False),
    Column("decided_at", Moment),
    Index("ix_words_tag", "tag", "state"),
)

fittings = Table(
    "fittings",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("words", JSON, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("report", JSON, nullable=False),
)

publishings = Table(
    "publishings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("by_id", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("share", Integer, nullable=False),
    Column("beat_at", Moment, nullable=False),
    Column("report", JSON, nullable=False),
)

unread = Table(
    "unread",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tag", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("guesses", JSON, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("state", Text, nullable=False),
    UniqueConstraint("tag", "text"),
)

# ---------------------------------------------------------------- counts

tallies = Table(
    "tallies",
    metadata,
    Column("day", Date, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)

# ---------------------------------------------------------------- campaigns

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("code", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("begins", Date, nullable=False),
    Column("ends", Date, nullable=False),
    Column("keywords", JSON, nullable=False),
    Column("referrals", JSON, nullable=False),
    Column("welcome", JSON, nullable=False),
    Column("prefill", JSON, nullable=False),
    Column("poster", JSON, nullable=False),
    Column("news", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)

broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("campaign_id", Integer, ForeignKey("campaigns.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("at", Time, nullable=False),
    Column("until", Moment, nullable=False),
    Column("audience", JSON, nullable=False),
    Column("texts", JSON, nullable=False),
    Column("holdout", Integer, nullable=False),
    Column("tested", Integer, nullable=False),
    Column("decide_hours", Integer, nullable=False),
    Column("decide_at", Moment),
    Column("winner", Text, nullable=False),
    Column("cap", Integer, nullable=False),
    Column("budget", Numeric(14, 4)),
    Column("error_share", Integer, nullable=False),
    Column("submitted_by", Integer, nullable=False),
    Column("released_by", Integer, nullable=False),
    Column("checkpoint", Integer, nullable=False),
    Column("planned", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("forecast", JSON, nullable=False),
    Column("progress", JSON, nullable=False),
    Column("progress_at", Moment),
)

# One row for each person of a broadcast's audience, also for those who get nothing. A person's number is never here; after thirty
# days the row leads to nobody any more.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("broadcast_id", Integer, ForeignKey("broadcasts.id"), nullable=False),
    Column("person_id", Integer),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("due_at", Moment),
    Column("tries", Integer, nullable=False),
    Column("started_at", Moment),
    Column("sid", Text),
    Column("segments", Integer, nullable=False),
    Column("error", Integer),
    Column("replied_at", Moment),
    Column("opted_out_at", Moment),
    UniqueConstraint("broadcast_id", "person_id"),
    Index("ix_deliveries_due", "broadcast_id", "state", "due_at"),
    Index("ix_deliveries_person", "person_id", "started_at"),
)

# What was registered with the carrier: templates, and the menus' buttons and lists.
contents = Table(
    "contents",
    metadata,
    Column("key", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("sid", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

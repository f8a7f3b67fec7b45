"""Staff, their sessions and what they did; edits of texts, words, unread messages, and counts by day."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)

TABLES = (
    "tallies",
    "unread",
    "fittings",
    "publishings",
    "words",
    "missing_rules",
    "texts_seen",
    "signatures",
    "publications",
    "edit_heads",
    "edits",
    "audit",
    "staff_failures",
    "staff_sessions",
    "staff_links",
    "staff",
)


def upgrade() -> None:
    """Makes the tables; a notice can be done, and answered."""
    _staff()
    _audit()
    _edits()
    _marks()
    _words()
    _tallies()
    with op.batch_alter_table("notices") as notices:
        notices.add_column(sa.Column("done_at", MOMENT))
        notices.add_column(sa.Column("done_by", sa.Text))
        notices.add_column(sa.Column("answered_at", MOMENT))
        notices.add_column(sa.Column("wrote_at", MOMENT))
    # Until now a notice that somebody had taken was out of sight: it counts as done.
    op.execute("UPDATE notices SET done_at = acknowledged_at, done_by = acknowledged_by")


def downgrade() -> None:
    """Removes them with all that they hold."""
    for name in ("done_at", "done_by", "answered_at", "wrote_at"):
        with op.batch_alter_table("notices") as notices:
            notices.drop_column(name)
    for table in TABLES:
        op.drop_table(table)


def _needed(name: str, kind: Any = sa.Text) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _staff() -> None:
    op.create_table(
        "staff",
        _needed("id", sa.Integer),
        *map(_needed, ("email", "name")),
        _needed("roles", sa.JSON),
        _needed("languages", sa.JSON),
        sa.Column("password", sa.Text),
        _needed("active", sa.Boolean),
        _needed("created_at", MOMENT),
        sa.Column("signed_in_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("email", name="uq_staff_email"),
    )
    _of_staff("staff_links", _needed("until", MOMENT))
    _of_staff("staff_sessions", _needed("seen_at", MOMENT), _needed("until", MOMENT))
    op.create_table(
        "staff_failures",
        _needed("id", sa.Integer),
        _needed("email"),
        _needed("at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_staff_failures"),
    )
    op.create_index("ix_staff_failures_email", "staff_failures", ["email", "at"])


def _of_staff(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        _needed("digest"),
        _needed("staff_id", sa.Integer),
        *columns,
        sa.PrimaryKeyConstraint("digest", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=f"fk_{name}_staff_id", ondelete="CASCADE"
        ),
    )
    op.create_index(f"ix_{name}_staff_id", name, ["staff_id"])


def _audit() -> None:
    op.create_table(
        "audit",
        _needed("seq", sa.Integer),
        _needed("at", MOMENT),
        sa.Column("staff_id", sa.Integer),
        *map(_needed, ("who", "act", "subject")),
        _needed("details", sa.JSON),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    for column in ("at", "staff_id", "act"):
        op.create_index(f"ix_audit_{column}", "audit", [column])


def _edits() -> None:
    op.create_table(
        "edits",
        _needed("id", sa.Integer),
        *map(_needed, ("tag", "key")),
        _needed("forms", sa.JSON),
        _needed("source", sa.JSON),
        _needed("by_id", sa.Integer),
        _needed("at", MOMENT),
        _needed("state"),
        _needed("base", sa.Integer),
        _needed("decided_by", sa.Integer),
        sa.Column("decided_at", MOMENT),
        _needed("waived", sa.JSON),
        _needed("note"),
        sa.PrimaryKeyConstraint("id", name="pk_edits"),
    )
    op.create_index("ix_edits_tag", "edits", ["tag", "key", "id"])
    waits = sa.text("state = 'proposed'")
    op.create_index(
        "uq_edits_waiting",
        "edits",
        ["tag", "key"],
        unique=True,
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.create_table(
        "edit_heads",
        *map(_needed, ("tag", "key")),
        _needed("edit_id", sa.Integer),
        sa.PrimaryKeyConstraint("tag", "key", name="pk_edit_heads"),
    )
    op.create_table(
        "publications",
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        _needed("at", MOMENT),
        _needed("by_id", sa.Integer),
        _needed("what"),
        sa.PrimaryKeyConstraint("version", name="pk_publications"),
    )


def _marks() -> None:
    op.create_table(
        "signatures",
        _needed("id", sa.Integer),
        *map(_needed, ("tag", "key", "by")),
        _needed("by_id", sa.Integer),
        _needed("at", MOMENT),
        _needed("until", MOMENT),
        _needed("forms", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_signatures"),
    )
    op.create_index("ix_signatures_tag", "signatures", ["tag", "key"])
    op.create_table(
        "texts_seen",
        *map(_needed, ("tag", "key")),
        _needed("source", sa.JSON),
        _needed("by_id", sa.Integer),
        _needed("at", MOMENT),
        sa.PrimaryKeyConstraint("tag", "key", name="pk_texts_seen"),
    )
    op.create_table(
        "missing_rules",
        *map(_needed, ("key", "rule")),
        _needed("by_id", sa.Integer),
        _needed("at", MOMENT),
        sa.PrimaryKeyConstraint("key", name="pk_missing_rules"),
    )


def _words() -> None:
    op.create_table(
        "words",
        _needed("id", sa.Integer),
        *map(_needed, ("tag", "kind", "label", "text")),
        _needed("romanised", sa.Boolean),
        _needed("by_id", sa.Integer),
        _needed("at", MOMENT),
        _needed("state"),
        _needed("unread_id", sa.Integer),
        _needed("decided_by", sa.Integer),
        sa.Column("decided_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_words"),
    )
    op.create_index("ix_words_tag", "words", ["tag", "state"])
    op.create_index("ix_words_state", "words", ["state"])
    op.create_table(
        "fittings",
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        _needed("at", MOMENT),
        _needed("words", sa.JSON),
        _needed("head", sa.LargeBinary),
        _needed("report", sa.JSON),
        sa.PrimaryKeyConstraint("version", name="pk_fittings"),
    )
    op.create_table(
        "publishings",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        _needed("by_id", sa.Integer),
        _needed("at", MOMENT),
        *map(_needed, ("state", "step")),
        _needed("share", sa.Integer),
        _needed("beat_at", MOMENT),
        _needed("report", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_publishings"),
    )
    op.create_table(
        "unread",
        _needed("id", sa.Integer),
        *map(_needed, ("tag", "text")),
        _needed("guesses", sa.JSON),
        _needed("at", MOMENT),
        _needed("state"),
        sa.PrimaryKeyConstraint("id", name="pk_unread"),
        sa.UniqueConstraint("tag", "text", name="uq_unread_tag"),
    )
    op.create_index("ix_unread_at", "unread", ["at"])


def _tallies() -> None:
    op.create_table(
        "tallies",
        _needed("day", sa.Date),
        *map(_needed, ("language", "channel", "outcome")),
        _needed("count", sa.Integer),
        sa.PrimaryKeyConstraint("day", "language", "channel", "outcome", name="pk_tallies"),
    )

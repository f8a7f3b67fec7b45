"""People, their marks, their consent, and the notices to staff."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the tables, and the beginning of the chain."""
    _people()
    _consent()
    _notices()


def downgrade() -> None:
    """Removes them with all that they hold."""
    for table in ("notices", "written", "consent_head", "consent_events", "person_keys", "people"):
        op.drop_table(table)


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("opted_out_at", MOMENT),
        sa.Column("held_until", MOMENT),
        sa.Column("number", sa.Text),
        sa.Column("number_channel", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_table(
        "person_keys",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_person_keys"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_person_keys_person_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_person_keys_person_id", "person_keys", ["person_id"])


def _consent() -> None:
    texts = ("event", "person", "message_id", "channel", "language", "ask_id")
    proofs = ("proof_key", "proof_language", "proof_digest", "reference", "hash")
    op.create_table(
        "consent_events",
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.Column("at", MOMENT, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in proofs),
        sa.PrimaryKeyConstraint("seq", name="pk_consent_events"),
        sa.UniqueConstraint("person", "message_id", "event", name="uq_consent_events_person"),
    )
    head = op.create_table(
        "consent_head",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent_head"),
        sa.CheckConstraint("id = 1", name=op.f("ck_consent_head_one")),
    )
    op.bulk_insert(head, [{"id": 1, "events": 0, "hash": "0" * 64}])
    op.create_table(
        "written",
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("person", "message_id", "name", name="pk_written"),
    )
    op.create_index("ix_written_at", "written", ["at"])


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("classes", sa.JSON, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("blocked", sa.Boolean, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("tell_again_at", MOMENT, nullable=False),
        sa.Column("acknowledged_at", MOMENT),
        sa.Column("acknowledged_by", sa.Text),
        sa.Column("message_id", sa.Text),
        sa.Column("person_id", sa.Integer),
        sa.Column("address", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_notices_person_id", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_notices_person_id", "notices", ["person_id"])
    op.create_index("ix_notices_due", "notices", ["acknowledged_at", "tell_again_at"])

"""Entries of the ledger with all that a proof needs, and the exact questions that were asked."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TEXTS = (
    "proof_version", "sender", "business", "purpose", "action", "method", "source", "actor", "frequency", "policy", "country", "zone",
    "ip", "agent", "campaign", "salt", "identity",
)  # fmt: skip
TRUTHS = ("unconditional", "adult")


def upgrade() -> None:
    """What was written before is of version 1, has none of the new fields, and hashes as it did."""
    with op.batch_alter_table("consent_events") as events:
        events.add_column(sa.Column("version", sa.Integer, nullable=False, server_default="1"))
        for name in TEXTS:
            events.add_column(sa.Column(name, sa.Text, nullable=False, server_default=""))
        for name in TRUTHS:
            events.add_column(
                sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
            )
    # Of those who subscribed before it was kept when, and in which language, the ledger knows both.
    op.execute(
        """
        UPDATE people SET subscribed_at = (
            SELECT max(e.at) FROM consent_events e JOIN person_keys k ON k.key = e.person
            WHERE k.person_id = people.id AND e.event = 'yes'
        )
        WHERE number IS NOT NULL AND subscribed_at IS NULL
        """
    )
    op.execute(
        """
        UPDATE people SET language = (
            SELECT e.language FROM consent_events e JOIN person_keys k ON k.key = e.person
            WHERE k.person_id = people.id AND e.event = 'yes' ORDER BY e.seq DESC LIMIT 1
        )
        WHERE number IS NOT NULL AND language IS NULL
        """
    )
    op.create_index("ix_consent_events_at", "consent_events", ["at"])
    op.create_index("ix_people_subscribed_at", "people", ["subscribed_at"])
    op.create_table(
        "consent_texts",
        sa.Column("digest", sa.Text, primary_key=True),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("key", "language", "version", "text")
        ),
    )


def downgrade() -> None:
    """Removes them with all that they hold. The chain is provable no more where it has entries of version 2."""
    op.drop_table("consent_texts")
    op.drop_index("ix_people_subscribed_at", "people")
    op.drop_index("ix_consent_events_at", "consent_events")
    with op.batch_alter_table("consent_events") as events:
        for name in (*TRUTHS, *TEXTS, "version"):
            events.drop_column(name)

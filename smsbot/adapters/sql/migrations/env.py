"""Alembic's way in: `smsbot.adapters.sql.migrate` hands it an open connection, and ends the transaction itself."""

from alembic import context

from smsbot.adapters.sql.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()

"""SQL (SQLAlchemy, Alembic): the ledger of people, on SQLite or PostgreSQL. No exception of theirs leaves this room."""

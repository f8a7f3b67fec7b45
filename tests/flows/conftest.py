"""The databases of the adapters' tests, for flows on real stores."""

from tests.adapters.conftest import postgres_schema, sqlite_template

__all__ = ["postgres_schema", "sqlite_template"]

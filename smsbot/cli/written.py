"""Values as TOML, the way that `tomllib` reads them back."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal


def as_toml(values: Mapping[str, object], head: str = "") -> str:
    """A file of these values, tables last; `head` stands above as remarks. What is None is left out."""
    plain = {k: v for k, v in values.items() if v is not None and not isinstance(v, Mapping)}
    tables = {k: v for k, v in values.items() if isinstance(v, Mapping)}
    lines = [f"# {line}" for line in head.splitlines()]
    lines += [f"{_key(name)} = {_value(value)}" for name, value in plain.items()]
    for name, table in tables.items():
        lines += ["", f"[{_key(name)}]"]
        lines += [f"{_key(key)} = {_value(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else _text(name)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, date, time, datetime)):
        return str(value)
    if isinstance(value, Decimal):
        return _text(f"{value.normalize():f}")
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    return _text(str(value))


def _text(text: str) -> str:
    """A basic string: its escapes are those of JSON, and DEL has one as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

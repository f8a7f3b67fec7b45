"""Twilio's published contract of messages, and what in a request or an answer is not as it says.

Of JSON Schema it knows what the extract uses: types, required, enum, pattern, lengths, minimum and maximum, nullable, arrays,
references, and the formats `uri` and `date-time-rfc-2822`. Numbers of people are not looked at: channels have their own spelling.
"""

import json
import re
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parent / "twilio_messages.json").read_text())

MANY = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
ONE = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json"
FORM = "application/x-www-form-urlencoded"

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


def operation(method: str, path: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The operation of a request, and the values in its path. Raises `LookupError` where there is none."""
    for template, methods in CONTRACT["paths"].items():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
        if (match := re.fullmatch(pattern, path)) and method.lower() in methods:
            return methods[method.lower()], match.groupdict()
    raise LookupError(f"the contract knows no {method} of this path")


def request_faults(
    method: str, path: str, query: Mapping[str, Sequence[str]], form: Mapping[str, Sequence[str]]
) -> list[str]:
    """What the contract objects to in a request."""
    found, values = operation(method, path)
    known = {(p["in"], p["name"]): p for p in found["parameters"]}
    faults = []
    given = {("path", name): [value] for name, value in values.items()}
    given |= {("query", name): list(texts) for name, texts in query.items()}
    for place, texts in given.items():
        if place not in known:
            faults.append(f"{place[1]}: not in the contract")
        else:
            faults += _text_faults(place[1], known[place]["schema"], texts)
    faults += [
        f"{p[1]}: required" for p, spec in known.items() if spec.get("required") and p not in given
    ]
    body = (
        found.get("requestBody", {})
        .get("content", {})
        .get(FORM, {})
        .get("schema", {"properties": {}})
    )
    for name, texts in form.items():
        if name not in body["properties"]:
            faults.append(f"{name}: not in the contract")
        else:
            faults += _text_faults(name, body["properties"][name], list(texts))
    return faults + [f"{name}: required" for name in body.get("required", ()) if name not in form]


def answer_faults(method: str, path: str, status: int, answer: Any) -> list[str]:
    """What the contract objects to in an answer. A key that it does not name is a fault too."""
    responses = operation(method, path)[0]["responses"]
    if str(status) not in responses:
        return [f"status {status}: not in the contract"]
    schema = responses[str(status)]["content"]["application/json"]["schema"]
    return _faults("answer", schema, answer)


def _text_faults(name: str, schema: dict[str, Any], texts: list[str]) -> list[str]:
    """A value of a form or a query, which is text whatever its type."""
    schema = _resolved(schema)
    if schema["type"] == "array":
        return [fault for text in texts for fault in _text_faults(name, schema["items"], [text])]
    if len(texts) != 1:
        return [f"{name}: {len(texts)} values"]
    value: Any = texts[0]
    if schema["type"] == "integer" and re.fullmatch(r"-?[0-9]+", value):
        value = int(value)
    elif schema["type"] == "boolean" and value in ("true", "false"):
        value = value == "true"
    return _faults(name, schema, value)


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = CONTRACT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _faults(name: str, schema: dict[str, Any], value: Any) -> list[str]:
    schema = _resolved(schema)
    if value is None:
        return [] if schema.get("nullable") else [f"{name}: null"]
    kind = schema["type"]
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return [f"{name}: no {kind}"]
    if kind == "object":
        known = schema.get("properties")
        faults = [
            f"{name}.{key}: required" for key in schema.get("required", ()) if key not in value
        ]
        for key, inner in value.items():
            if known is not None and key not in known:
                faults.append(f"{name}.{key}: not in the contract")
            elif known is not None:
                faults += _faults(f"{name}.{key}", known[key], inner)
        return faults
    if kind == "array":
        return [
            f
            for n, inner in enumerate(value)
            for f in _faults(f"{name}[{n}]", schema["items"], inner)
        ]
    return [f"{name}: {what}" for what in _limits(schema, value)]


def _limits(schema: dict[str, Any], value: Any) -> list[str]:
    broken = []
    if "enum" in schema and value not in schema["enum"]:
        broken.append("not one of the values")
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            broken.append("not of the pattern")
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            broken.append("not of the length")
        if not _of_format(schema.get("format", ""), value):
            broken.append(f"no {schema['format']}")
    elif not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        broken.append("out of range")
    return broken


def _of_format(kind: str, text: str) -> bool:
    if kind == "uri":
        return bool(re.fullmatch(r"(?:[a-z][a-z0-9+.-]*:/)?/[!-~]*", text))
    if kind == "date-time-rfc-2822":
        try:
            return parsedate_to_datetime(text).utcoffset() is not None
        except ValueError:
            return False
    return True

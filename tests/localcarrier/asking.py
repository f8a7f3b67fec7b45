"""Requests to a local carrier as any program makes them."""

import itertools
from typing import Any
from urllib.parse import urlencode

from tests.carrier import ACCOUNT, PUBLIC_URL, SENDER, TOKEN, LocalCarrier

AUTH = (ACCOUNT, TOKEN)
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"

_numbers = itertools.count()


def somebody(channel: str = "sms") -> str:
    """The address of a person whom no other test writes to."""
    number = next(_numbers)
    prefix = "" if channel == "sms" else f"{channel}:"
    return f"{prefix}+1{613 + number // 100}55501{number % 100:02d}"


def create(carrier: LocalCarrier, to: str, delivery: str = "", **fields: str) -> tuple[int, Any]:
    """Asks for a message; the HTTP status and the answer."""
    channel = to.rpartition(":")[0]
    form = {"To": to, "From": f"{channel}:{SENDER}" if channel else SENDER, "Body": "hello"}
    if delivery:
        form["StatusCallback"] = f"{PUBLIC_URL}/twilio/status/{delivery}"
    return carrier.call("POST", MESSAGES, auth=AUTH, form=urlencode(form | fields).encode())


def sent(carrier: LocalCarrier, to: str, delivery: str = "", **fields: str) -> dict[str, Any]:
    """A message that the carrier has taken."""
    status, message = create(carrier, to, delivery, **fields)
    assert status == 201, message
    return dict(message)


def get(carrier: LocalCarrier, path: str) -> tuple[int, Any]:
    return carrier.call("GET", path, auth=AUTH)


def post(carrier: LocalCarrier, path: str, **form: str) -> tuple[int, Any]:
    return carrier.call("POST", path, auth=AUTH, form=urlencode(form).encode())


def listed(carrier: LocalCarrier, **query: str) -> list[dict[str, Any]]:
    """Every message of a list, over all its pages."""
    path, found = f"{MESSAGES}?{urlencode(query)}", []
    while path:
        status, page = get(carrier, path)
        assert status == 200, page
        found += page["messages"]
        path = page["next_page_uri"]
    return found

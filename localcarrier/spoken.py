"""How the carrier spells what it knows, as Twilio's REST API does: messages, lists, contents, errors, and forms that it posts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from smsbot.core.people.address import PREFIXES, parse_address

from .book import Message, Template
from .create import ERRORS
from .script import Step

API = "2010-04-01"


def moment(at: float | None) -> str | None:
    """A time in RFC 2822, in whole seconds."""
    return None if at is None else format_datetime(datetime.fromtimestamp(int(at), UTC))


def iso(at: float) -> str:
    """A time in ISO 8601, in whole seconds."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def error(code: int, status: int) -> dict[str, Any]:
    """An error of the API."""
    return {
        "code": code,
        "message": ERRORS.get(code, "Refused"),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def message(it: Message, account: str) -> dict[str, Any]:
    """A message of the list."""
    uri = f"/{API}/Accounts/{account}/Messages/{it.sid}"
    return {
        "account_sid": account,
        "api_version": API,
        "body": it.body,
        "date_created": moment(it.created),
        "date_sent": moment(it.sent),
        "date_updated": moment(it.updated),
        "direction": it.direction,
        "error_code": it.error,
        "error_message": None if it.error is None else ERRORS.get(it.error, "Not delivered"),
        "from": it.sender,
        "messaging_service_sid": it.service,
        "num_media": "0",
        "num_segments": str(it.segments),
        "price": None,
        "price_unit": "USD",
        "sid": it.sid,
        "status": it.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": it.to,
        "uri": f"{uri}.json",
    }


def status_form(it: Message, step: Step, account: str, now: float) -> dict[str, str]:
    """What a status callback says."""
    channel = parse_address(it.to).channel
    form = {
        "AccountSid": account,
        "ApiVersion": API,
        "From": it.sender or "",
        "To": it.to,
        "MessageSid": it.sid,
        "SmsSid": it.sid,
        "MessageStatus": step.status,
        "SmsStatus": step.status,
    }
    if it.service:
        form["MessagingServiceSid"] = it.service
    if step.error is not None:
        form["ErrorCode"] = str(step.error)
    if channel == "sms":
        if step.status in ("delivered", "undelivered"):
            form["RawDlrDoneDate"] = datetime.fromtimestamp(now, UTC).strftime("%y%m%d%H%M")
        return form
    form["ChannelPrefix"] = next(p for p, name in PREFIXES.items() if name == channel).rstrip(":")
    form["ChannelToAddress"] = parse_address(it.to).handle
    if step.status in ("delivered", "read"):
        form["EventType"] = step.status.upper()
    if step.error is not None:
        form["ChannelStatusMessage"] = ERRORS.get(step.error, "Not delivered")
    return form


def inbound_form(params: Mapping[str, str], sid: str, account: str) -> dict[str, str]:
    """What is posted when somebody writes."""
    sender = parse_address(params["From"])
    form = {
        "AccountSid": account,
        "ApiVersion": API,
        "MessageSid": sid,
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "Body": "",
        "NumMedia": "0",
        "NumSegments": "1",
    }
    if sender.channel == "whatsapp":
        form |= {"MessageType": "text", "WaId": sender.handle.lstrip("+"), "ReferralNumMedia": "0"}
    return {**form, **params}


def content(it: Template, account: str, base: str) -> dict[str, Any]:
    """A content of the Content API."""
    url = f"{base}/v1/Content/{it.sid}"
    return {
        "sid": it.sid,
        "account_sid": account,
        "friendly_name": it.name,
        "language": it.language,
        "variables": it.variables,
        "types": it.types,
        "date_created": iso(it.created),
        "date_updated": iso(it.updated),
        "url": url,
        "links": {
            "approval_create": f"{url}/ApprovalRequests/whatsapp",
            "approval_fetch": f"{url}/ApprovalRequests",
        },
    }


def approval(it: Template) -> dict[str, Any]:
    """What WhatsApp says of a content."""
    asked = it.approval or {}
    return {
        "type": "whatsapp",
        "name": asked.get("name", ""),
        "category": asked.get("category", ""),
        "content_type": next(iter(it.types), ""),
        "status": asked.get("status", "unsubmitted"),
        "rejection_reason": asked.get("rejection_reason", ""),
        "allow_category_change": True,
    }

"""What Twilio would say to a request to create a message: no with a code, or a message, which may yet fail.

Source: Twilio's pages on the Messages resource and on its errors; the texts of the errors are the house's own.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from smsbot.core.language.segments import measure
from smsbot.core.people.address import parse_address

from .book import Book, Template

BODY_LIMIT = 1600  # characters
VALIDITY = range(1, 36001)  # seconds

_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
_CONTENT = re.compile(r"HX[0-9a-fA-F]{32}")
_SENDER = re.compile(
    r"(?:(?:whatsapp|rcs):)?(?:\+[1-9][0-9]{4,14}|[0-9]{3,8}|[A-Za-z][A-Za-z0-9 _-]{0,60})"
)
_PLACE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:_[A-Z]{2})?")
_ONLY_WITH_A_REGION = frozenset(
    {"zh", "pt"}
)  # WhatsApp has these languages, but under no code without one
_NOT_IN_A_VARIABLE = re.compile(r"[\n\t]| {5}")
_OF_REVIEW = {"rejected": 63040, "paused": 63041, "disabled": 63042}

ERRORS: Mapping[int, str] = {
    20001: "A parameter is missing or has a value that is not allowed",
    20003: "The account or its token is not right",
    20404: "There is no such resource",
    20429: "Too many requests at once",
    20503: "The service is away",
    20009: "The message is still under way",
    21211: "'To' is no phone number or address",
    21212: "'From' is no phone number or address",
    21602: "A message needs a body, a medium or a content",
    21603: "'From' or 'MessagingServiceSid' is needed",
    21604: "'To' is needed",
    21606: "'From' is not a number of this account",
    21609: "'StatusCallback' is no address of a page",
    21610: "The person has opted out of messages from this sender",
    21617: "The body is longer than 1600 characters",
    21654: "'ContentVariables' without 'ContentSid'",
    21655: "'ContentSid' is no content of this account",
    21656: "'ContentVariables' is no JSON object of texts",
    21910: "'From' and 'To' are on different channels",
    30003: "The phone cannot be reached",
    30008: "The network gives no reason",
    30036: "The validity period is over",
    30409: "The message can be canceled no more",
    63013: "The channel's policy does not allow this content",
    63016: "Outside the 24-hour window only an approved template may be sent",
    63027: "The template is not there in this language",
    63028: "A variable of the template has no value",
    63040: "The template was rejected",
    63041: "The template is paused",
    63042: "The template is disabled",
}


class Refusal(Exception):
    """Twilio says no: the HTTP status and Twilio's code."""

    def __init__(self, code: int, status: int = 400) -> None:
        super().__init__(ERRORS.get(code, "Refused"))
        self.code, self.status = code, status


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that was taken on. `failure` is why it will not arrive, where that is known already."""

    to: str
    sender: str | None
    service: str | None
    body: str
    segments: int
    callback: str
    validity: int
    failure: int | None


def draft(
    form: Mapping[str, str], book: Book, senders: frozenset[str], late: bool, now: float
) -> Draft:
    """What a request makes. Raises `Refusal`. `late`: an opt-out is found out only on the way, as Messaging Services do."""
    to, sender, service = _parties(form, senders)
    channel = parse_address(to).channel
    template = _template(form, book)
    variables = _variables(form, template)
    body = form.get("Body", "")
    if template is not None:
        body = rendered(template, channel, variables)
    if not body and not form.get("MediaUrl"):
        raise Refusal(21602)
    if len(body) > BODY_LIMIT:
        raise Refusal(21617)
    callback = form.get("StatusCallback", "")
    if callback and (
        urlsplit(callback).scheme not in ("http", "https") or not urlsplit(callback).hostname
    ):
        raise Refusal(21609)
    validity = form.get("ValidityPeriod", str(VALIDITY[-1]))
    if not validity.isdecimal() or int(validity) not in VALIDITY:
        raise Refusal(20001)
    failure: int | None = None
    if book.blocked(to):
        if not late:
            raise Refusal(21610)
        failure = 21610
    elif channel == "whatsapp":
        failure = _on_whatsapp(to, template, variables, book, now)
    segments = measure(body).segments if channel == "sms" else 1
    return Draft(to, sender, service, body, segments, callback, int(validity), failure)


def _parties(
    form: Mapping[str, str], senders: frozenset[str]
) -> tuple[str, str | None, str | None]:
    to, sender = form.get("To", ""), form.get("From", "")
    service = form.get("MessagingServiceSid", "")
    if not to:
        raise Refusal(21604)
    if not parse_address(to).valid:
        raise Refusal(21211)
    if not sender and not service:
        raise Refusal(21603)
    if service and not _SERVICE.fullmatch(service):
        raise Refusal(20001)
    if sender and not _SENDER.fullmatch(sender):
        raise Refusal(21212)
    if sender and senders and parse_address(sender).handle not in senders:
        raise Refusal(21606)
    if sender and parse_address(sender).channel != parse_address(to).channel:
        raise Refusal(21910)
    return to, sender or None, service or None


def _template(form: Mapping[str, str], book: Book) -> Template | None:
    sid = form.get("ContentSid", "")
    if not sid:
        if form.get("ContentVariables"):
            raise Refusal(21654)
        return None
    template = book.templates.get(sid) if _CONTENT.fullmatch(sid) else None
    if template is None:
        raise Refusal(21655)
    return template


def _variables(form: Mapping[str, str], template: Template | None) -> dict[str, str]:
    """The values of the template's variables: those of the request, else those that it was made with."""
    text = form.get("ContentVariables", "")
    try:
        given: Any = json.loads(text) if text else {}
    except ValueError:
        raise Refusal(21656) from None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise Refusal(21656)
    return {**(template.variables if template else {}), **given}


def rendered(template: Template, channel: str, variables: Mapping[str, str]) -> str:
    """The text of a template. An SMS gets the plain text where there is one, other channels the richest."""
    kinds = sorted(template.types, key=lambda kind: (kind == "twilio/text") != (channel == "sms"))
    content = template.types[kinds[0]] if kinds else {}
    text = content.get("body") or content.get("title") or ""
    return _PLACE.sub(lambda match: variables.get(match[1], match[0]), str(text))


def _on_whatsapp(
    to: str, template: Template | None, variables: Mapping[str, str], book: Book, now: float
) -> int | None:
    """Why WhatsApp will not deliver the message; None where it will."""
    if template is None:
        return None if book.open_to(to, now) else 63016
    status = (template.approval or {}).get("status", "unsubmitted")
    if status in _OF_REVIEW:
        return _OF_REVIEW[status]
    if status != "approved" and not book.open_to(to, now):
        return 63016
    if not _LANGUAGE.fullmatch(template.language) or template.language in _ONLY_WITH_A_REGION:
        return 63027
    if any(_NOT_IN_A_VARIABLE.search(value) for value in variables.values()):
        return 63013
    if _PLACE.search(rendered(template, "whatsapp", variables)):
        return 63028
    return None

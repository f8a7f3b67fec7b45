"""The phone in the browser: a patient who does not exist writes to the real webhook, signed with a key of the page's own."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import get_args
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

from smsbot.core.content.profile import Profile
from smsbot.core.people.address import Address, Channel
from smsbot.core.people.carrier import SenderKind
from smsbot.core.people.fiction import is_fictional
from smsbot.ports import Refused, Unavailable
from smsbot.ports.campaign import Listed

from ..headers import hardened
from .countries import Country, known_countries
from .examples import examples_in
from .form import BODY_LIMIT, Wrong, answered_by_carrier, form_of, read_draft

WEBHOOK = "/twilio/messages"
REQUEST_LIMIT = 16 * 1024  # bytes: the longest message in any writing, and the rest

HEADERS = hardened(forms="'none'", referrer="no-referrer")

KIND_NAMES: dict[SenderKind, str] = {
    "short_code": "Short code: we answer STOP",
    "long_code": "Long code: Twilio answers STOP",
    "toll_free": "Toll-free: the network answers STOP",
    "messaging_service": "Messaging Service: Twilio answers STOP",
    "advanced_opt_out": "Advanced Opt-Out: Twilio answers STOP",
}


Inbox = Callable[[Address, datetime], Sequence[Listed]]


def fresh_id() -> str:
    """The id of a new message, as the carrier makes them: SM and 32 hexadecimal digits."""
    return f"SM{secrets.token_hex(16)}"


def blueprint(
    *,
    sign: Callable[[str, Mapping[str, str]], str],
    profile: Profile,
    account: str,
    public_url: str = "",
    sender_kind: SenderKind = "short_code",
    countries: Sequence[Country] | None = None,
    fresh: Callable[[], str] = fresh_id,
    inbox: Inbox | None = None,
) -> Blueprint:
    """The routes under /phone.

    `sign(url, form)` makes the signature of the page's own key. `account` is the AccountSid that the forms name. `public_url` is
    the address that the webhook checks signatures on, without a path; where it is empty, the address that the browser called.
    `sender_kind` is the kind of line that the page begins with: the clinic's own. `inbox` gives what was sent to a person of fiction
    by the local carrier's API since then, latest first; None where there is no local carrier.
    """
    offered = tuple(known_countries() if countries is None else countries)
    examples = examples_in(profile.languages)
    doors = Blueprint("phone", __name__, url_prefix="/phone")

    @doors.get("")
    def page() -> str:
        return render_template(
            "phone.html",
            clinic=profile.name,
            initials=_initials(profile.name),
            country=profile.country,
            languages=profile.languages,
            examples=examples,
            kinds=KIND_NAMES.items(),
            sender_kind=sender_kind,
            body_limit=BODY_LIMIT,
            inbox=inbox is not None,
        )

    @doors.get("/inbox")
    def arrived() -> Response:
        """What came to a person without their asking: texts of staff, invitations."""
        address = Address(_channel(request.args.get("channel", "")), request.args.get("number", ""))
        since = _moment(request.args.get("since", ""))
        if inbox is None or since is None or not is_fictional(address.handle):
            return _refusal(404, "there is nothing to be seen here")
        try:
            listed = inbox(address, since)
        except (Refused, Unavailable):
            return _refusal(503, "the local carrier does not answer")
        return jsonify(
            [{"sid": m.sid, "text": m.body} for m in reversed(listed) if m.outbound and m.body]
        )

    @doors.get("/countries")
    def countries_list() -> Response:
        return jsonify([country.shown() for country in offered])

    @doors.post("/sign")
    def signed() -> Response:
        if not _from_this_page():
            return _refusal(403, "only the phone page itself may ask for a signature")
        request.max_content_length = REQUEST_LIMIT
        try:
            draft = read_draft(request.get_json())
        except Wrong as wrong:
            return _refusal(400, str(wrong))
        except RecursionError:  # JSON that is nested deeper than the reader goes
            return _refusal(400, "the request is not JSON")
        form = form_of(draft, fresh(), account, profile.phone)
        url = f"{public_url or request.host_url}".rstrip("/") + WEBHOOK
        return jsonify(
            url=url, form=form, signature=sign(url, form), carrier=answered_by_carrier(draft, form)
        )

    @doors.errorhandler(HTTPException)
    def unreadable(error: HTTPException) -> Response:
        words = {
            BadRequest: "the request is not JSON",
            RequestEntityTooLarge: "the request is too large",
        }
        return _refusal(error.code or 400, words.get(type(error), "the request must be JSON"))

    @doors.after_request
    def guarded(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    return doors


def _channel(text: str) -> Channel:
    return next((known for known in get_args(Channel) if known == text), "sms")


def _moment(text: str) -> datetime | None:
    """A moment in seconds since 1970; None where it is none."""
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _refusal(status: int, words: str) -> Response:
    return make_response(jsonify(error=words), status)


def _from_this_page() -> bool:
    """Whether no other site's page asks.

    Every browser says where a POST comes from. What says nothing is not a browser, so no visitor's is used against them.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper()

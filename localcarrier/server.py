"""The carrier's doors: Twilio's REST API with Basic auth, and `/local/` for whoever tests."""

import base64
import hmac
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from aiohttp import web

from . import spoken
from .book import Message, Template
from .carrier import Carrier, Made
from .create import Refusal
from .script import BadScript, parse

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PAGE, MOST = 50, 1000  # messages on a page of the list, by default and at most (OpenAPI)
LOST = 0.05  # seconds between two looks whether somebody still waits for an answer that never comes

CARRIER: web.AppKey[Carrier] = web.AppKey("carrier", Carrier)


def make_app(carrier: Carrier) -> web.Application:
    """The application on one carrier."""
    app = web.Application(middlewares=[_guard], client_max_size=1 << 20)
    app[CARRIER] = carrier
    account = f"/{spoken.API}/Accounts/{{account}}"
    app.router.add_get("/healthz", _health)
    app.router.add_post(f"{account}/Messages.json", _create)
    app.router.add_get(f"{account}/Messages.json", _list)
    app.router.add_get(f"{account}/Messages/{{sid}}.json", _fetch)
    app.router.add_post(f"{account}/Messages/{{sid}}.json", _update)
    app.router.add_post("/v1/Content", _make_content)
    app.router.add_get("/v1/Content", _list_contents)
    app.router.add_get("/v1/ContentAndApprovals", _list_contents)
    app.router.add_get("/v1/Content/{sid}", _fetch_content)
    app.router.add_delete("/v1/Content/{sid}", _delete_content)
    app.router.add_get("/v1/Content/{sid}/ApprovalRequests", _fetch_approval)
    app.router.add_post("/v1/Content/{sid}/ApprovalRequests/whatsapp", _ask_approval)
    app.router.add_get("/local/state", _state)
    app.router.add_get("/local/script", _get_script)
    app.router.add_post("/local/script", _set_script)
    app.router.add_post("/local/inbound", _inbound)
    app.router.add_post("/local/clock", _clock)
    app.router.add_post("/local/approval", _rule)
    return app


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Twilio's part of the doors is for the account alone; every no is JSON as Twilio's."""
    try:
        if not request.path.startswith(("/local/", "/healthz")):
            _authorise(request)
        return await handler(request)
    except Refusal as refusal:
        return _error(refusal.code, refusal.status)
    except (BadScript, msgspec.DecodeError, ValueError) as error:
        return web.json_response({"error": str(error)}, status=400)
    except web.HTTPException as error:
        return _error(20404, 404) if error.status == 404 else _error(20001, error.status)


def _authorise(request: web.Request) -> None:
    identity = request.app[CARRIER].identity
    expected = base64.b64encode(f"{identity.account}:{identity.token}".encode()).decode()
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic" or not hmac.compare_digest(
        given.encode("utf-8", "replace"), expected.encode()
    ):
        raise Refusal(20003, 401)
    if request.match_info.get("account", identity.account) != identity.account:
        raise Refusal(20404, 404)


def _error(code: int, status: int) -> web.Response:
    return _json(spoken.error(code, status), status)


def _json(payload: Any, status: int = 200) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(payload), status=status, content_type="application/json"
    )


# ---------------------------------------------------------------- messages


async def _create(request: web.Request) -> web.StreamResponse:
    carrier = request.app[CARRIER]
    form = await _form(request)
    limit = carrier.script.concurrency
    carrier.creating += 1
    try:
        if limit and carrier.creating > limit:
            return _error(20429, 429)
        return await _answer(request, carrier.create(form))
    finally:
        carrier.creating -= 1


async def _answer(request: web.Request, made: Made) -> web.StreamResponse:
    """The answer as the rule has it. What becomes of the message begins before it where callbacks are early, else after."""
    carrier, rule, message = request.app[CARRIER], made.rule, made.message
    if message is not None:
        if rule.early:
            await carrier.early(message, rule.early)
        carrier.follow(message)
    if rule.hold:
        await carrier.wait(rule.hold)
    if rule.answer == "lost":
        await _until_gone(request, carrier)
    if rule.answer in ("lost", "closed") and request.transport is not None:
        request.transport.abort()
        return web.Response()
    if message is None:
        assert made.refusal is not None
        return _error(made.refusal.code, made.refusal.status)
    if rule.answer == "refused":
        return _error(rule.code or 20503, rule.status)
    if rule.answer == "garbled":
        return web.Response(text="<html>", status=201, content_type="text/html")
    return _json(spoken.message(message, carrier.identity.account), 201)


async def _until_gone(request: web.Request, carrier: Carrier) -> None:
    """Says nothing, until nobody waits any more."""
    while not carrier.stopping.is_set():
        if request.transport is None or request.transport.is_closing():
            return
        await carrier.wait(LOST)


async def _list(request: web.Request) -> web.StreamResponse:
    carrier = request.app[CARRIER]
    query = request.query
    size = _number(query.get("PageSize"), PAGE, 1, MOST)
    found = _found(carrier, query)
    token = query.get("PageToken", "")
    if token:
        last = carrier.book.messages.get(token.removeprefix("PA"))
        if last is None:
            raise Refusal(20001)
        found = [m for m in found if m.number < last.number]
    shown = found[:size]
    page = _number(query.get("Page"), 0, 0, 1 << 31)
    own = [
        (name, value)
        for name, value in query.items()
        if name not in ("Page", "PageToken", "PageSize")
    ]
    base = f"{request.path}?{urlencode([*own, ('PageSize', size)])}"
    more = f"{base}&Page={page + 1}&PageToken=PA{shown[-1].sid}" if len(found) > size else None
    return _json(
        {
            "first_page_uri": f"{base}&Page=0",
            "next_page_uri": more,
            "previous_page_uri": None if page == 0 else f"{base}&Page={page - 1}",
            "uri": f"{base}&Page={page}",
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + len(shown) - 1 if shown else page * size,
            "messages": [spoken.message(m, carrier.identity.account) for m in shown],
        }
    )


def _found(carrier: Carrier, query: Mapping[str, str]) -> list[Message]:
    """The messages that a list asks for, latest first. Only what was sent has a date of sending."""
    book = carrier.book
    to, sender = query.get("To", ""), query.get("From", "")
    of: Sequence[Message]
    if to:
        of = book.by_to.get(to, [])
    elif sender:
        of = book.by_sender.get(sender, [])
    else:
        of = list(book.messages.values())
    found = [m for m in of if not sender or m.sender == sender]
    for name in ("DateSent", "DateSent<", "DateSent>"):
        if wanted := query.get(name):
            first, last = _span(wanted)
            low = -math.inf if name.endswith("<") else first
            high = math.inf if name.endswith(">") else last
            found = [m for m in found if m.sent is not None and low <= m.sent < high]
    return sorted(found, key=lambda m: m.number, reverse=True)


def _span(text: str) -> tuple[float, float]:
    """The seconds of a date, or the second of a time, in GMT."""
    try:
        if len(text) == 10:
            first = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC).timestamp()
            return first, first + 86400
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(20001) from None
    first = float(int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()))
    return first, first + 1


async def _fetch(request: web.Request) -> web.StreamResponse:
    carrier = request.app[CARRIER]
    return _json(spoken.message(_message(request), carrier.identity.account))


async def _update(request: web.Request) -> web.StreamResponse:
    carrier, message = request.app[CARRIER], _message(request)
    form = await _form(request)
    if form.get("Status") == "canceled":
        carrier.cancel(message)
    elif form.get("Body") == "" and "Status" not in form:
        carrier.redact(message)
    else:
        raise Refusal(20001)
    return _json(spoken.message(message, carrier.identity.account))


def _message(request: web.Request) -> Message:
    found = request.app[CARRIER].book.messages.get(request.match_info["sid"])
    if found is None:
        raise Refusal(20404, 404)
    return found


async def _form(request: web.Request) -> dict[str, str]:
    """The fields of a form; of a name that comes twice the first."""
    fields: dict[str, str] = {}
    for name, value in parse_qsl((await request.read()).decode(), keep_blank_values=True):
        fields.setdefault(name, value)
    return fields


def _number(text: str | None, default: int, low: int, high: int) -> int:
    if text is None:
        return default
    if not text.isdecimal():
        raise Refusal(20001)
    return min(max(int(text), low), high)


# ---------------------------------------------------------------- contents


async def _make_content(request: web.Request) -> web.StreamResponse:
    return _content(request, request.app[CARRIER].make_content(await _object(request)), 201)


async def _fetch_content(request: web.Request) -> web.StreamResponse:
    return _content(request, _template(request))


async def _delete_content(request: web.Request) -> web.StreamResponse:
    request.app[CARRIER].record("content_deleted", sid=_template(request).sid)
    return web.Response(status=204)


async def _fetch_approval(request: web.Request) -> web.StreamResponse:
    carrier, template = request.app[CARRIER], _template(request)
    return _json(
        {
            "sid": template.sid,
            "account_sid": carrier.identity.account,
            "whatsapp": spoken.approval(carrier.review(template)),
            "url": f"{_base(request)}/v1/Content/{template.sid}/ApprovalRequests",
        }
    )


async def _ask_approval(request: web.Request) -> web.StreamResponse:
    template = request.app[CARRIER].ask_approval(_template(request), await _object(request))
    return _json(spoken.approval(template), 201)


async def _list_contents(request: web.Request) -> web.StreamResponse:
    carrier = request.app[CARRIER]
    size = _number(request.query.get("PageSize"), PAGE, 1, MOST)
    page = _number(request.query.get("Page"), 0, 0, 1 << 31)
    every = list(carrier.book.templates.values())
    shown = every[page * size : (page + 1) * size]
    with_approvals = request.path.endswith("AndApprovals")
    url = f"{_base(request)}{request.path}?PageSize={size}"
    return _json(
        {
            "meta": {
                "key": "contents",
                "page": page,
                "page_size": size,
                "first_page_url": f"{url}&Page=0",
                "previous_page_url": f"{url}&Page={page - 1}" if page else None,
                "url": f"{url}&Page={page}",
                "next_page_url": f"{url}&Page={page + 1}"
                if (page + 1) * size < len(every)
                else None,
            },
            "contents": [
                spoken.content(t, carrier.identity.account, _base(request))
                | (
                    {"approval_requests": spoken.approval(carrier.review(t))}
                    if with_approvals
                    else {}
                )
                for t in shown
            ],
        }
    )


def _content(request: web.Request, template: Template, status: int = 200) -> web.Response:
    account = request.app[CARRIER].identity.account
    return _json(spoken.content(template, account, _base(request)), status)


def _template(request: web.Request) -> Template:
    found = request.app[CARRIER].book.templates.get(request.match_info["sid"])
    if found is None:
        raise Refusal(20404, 404)
    return found


def _base(request: web.Request) -> str:
    return f"http://{request.host}"


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        return msgspec.json.decode(await request.read(), type=dict[str, Any])
    except msgspec.DecodeError:
        raise Refusal(20001) from None


# ---------------------------------------------------------------- for whoever tests


async def _health(_: web.Request) -> web.StreamResponse:
    return web.Response(text="ok")


async def _state(request: web.Request) -> web.StreamResponse:
    book = request.app[CARRIER].book
    return _json({"pending": len(book.pending()), "counts": dict(book.counts)})


async def _get_script(request: web.Request) -> web.StreamResponse:
    return _json(request.app[CARRIER].script)


async def _set_script(request: web.Request) -> web.StreamResponse:
    request.app[CARRIER].set_script(parse(await request.read()))
    return _json(request.app[CARRIER].script)


async def _inbound(request: web.Request) -> web.StreamResponse:
    asked = msgspec.json.decode(await request.read(), type=dict[str, str])
    at = asked.pop("at", None)
    if not asked.get("From") or not asked.get("To"):
        raise ValueError("From and To are needed")
    when = None if at is None else datetime.fromisoformat(at).timestamp()
    return _json(await request.app[CARRIER].hear(asked, when))


async def _clock(request: web.Request) -> web.StreamResponse:
    carrier = request.app[CARRIER]
    asked = msgspec.json.decode(await request.read(), type=dict[str, float])
    carrier.put_forward(asked["forward"])
    return _json({"now": spoken.iso(carrier.now())})


async def _rule(request: web.Request) -> web.StreamResponse:
    carrier = request.app[CARRIER]
    asked = msgspec.json.decode(await request.read(), type=dict[str, str])
    template = carrier.book.templates.get(asked.get("sid", ""))
    if template is None:
        raise Refusal(20404, 404)
    carrier.rule(carrier.review(template), asked["status"], asked.get("reason", ""))
    return _json(spoken.approval(template))

"""The carrier's doors: a message in and its answer out; and the status of what was sent.

A stranger learns nothing here: a bad signature is 403 with no body, a form that is no message 400, and where the answer could only
be pretended 503, so that the carrier tries again. The content type is always XML, because the carrier texts plain text to people.
"""

import time
from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, Response, request

from smsbot.core.conversation.compose import compose
from smsbot.core.conversation.decision import Say
from smsbot.flows.answer import Answer, Turn
from smsbot.ports import Carrier, Forged, Note, Refused, Unavailable
from smsbot.ports.campaign import Status

XML = "text/xml; charset=utf-8"
SIGNATURE = "X-Twilio-Signature"
TRACE = "X-Smsbot-Trace"


def blueprint(
    answer: Callable[[], Answer],
    carrier: Carrier,
    note: Note,
    public_url: str,
    observe: Callable[[float], None],
    trace: Callable[[Turn], str] | None,
    heard: Callable[[Status], object] = bool,
) -> Blueprint:
    """The routes under /twilio. `answer` gives the bot of this moment, which a turn keeps to its end.

    `trace` writes what the bot understood for the phone page's people, who do not exist; `heard` keeps what became of a message.
    """
    doors = Blueprint("twilio", __name__, url_prefix="/twilio")

    @doors.post("/messages")
    def hear() -> Response:
        began = time.perf_counter()
        try:
            inbound = carrier.hear(
                _signed_url(public_url), _form(), request.headers.get(SIGNATURE, "")
            )
        except Forged:
            note("forged", path=request.path)
            return Response(status=403, content_type=XML)
        except Refused as refusal:
            note("refused", path=request.path, why=str(refusal))
            return Response(status=400, content_type=XML)
        try:
            turn = answer().answer(inbound)
        except Unavailable:
            note("unavailable", path=request.path)
            return Response(status=503, content_type=XML)
        except Exception as fault:  # noqa: BLE001 - a person waits for an answer, and must not get a trace
            note("fault", path=request.path, fault=type(fault).__name__, where=_where(fault))
            return Response(carrier.speak(_apology(answer())), content_type=XML)
        response = Response(carrier.speak(turn.kept.texts), content_type=XML)
        if inbound.demo and trace is not None:
            response.headers[TRACE] = trace(turn)
        if not inbound.demo:
            observe(time.perf_counter() - began)
        return response

    @doors.post("/status")
    @doors.post("/status/<delivery>")
    def status(delivery: str = "") -> Response:
        form = _form()
        try:
            carrier.vouch(_signed_url(public_url), form, request.headers.get(SIGNATURE, ""))
        except Forged:
            note("forged", path="/twilio/status")
            return Response(status=403, content_type=XML)
        told = _status(delivery, form)
        try:
            if told.delivery_id and told.sid:
                heard(told)
        except (Refused, Unavailable):
            note("unavailable", path="/twilio/status")
            return Response(status=503, content_type=XML)
        note("status", status=told.status, error=told.error or "")
        return Response(status=204)

    return doors


def _status(delivery: str, form: Mapping[str, Sequence[str]]) -> Status:
    """What became of a message; `delivery_id` 0 where the address names none of ours."""
    error = _first(form, "ErrorCode")
    return Status(
        int(delivery) if delivery.isascii() and delivery.isdigit() and len(delivery) < 16 else 0,
        _first(form, "MessageSid")[:40],
        _first(form, "MessageStatus")[:20],
        int(error) if error.isascii() and error.isdigit() and len(error) < 8 else None,
    )


def _form() -> Mapping[str, Sequence[str]]:
    return dict(request.form.lists())


def _first(form: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(form.get(name, ())), "")


def _signed_url(public_url: str) -> str:
    """The address as the carrier signed it: the configured one, with the raw path and query of this request."""
    query = request.environ.get("QUERY_STRING", "")
    return (
        f"{public_url or request.host_url.rstrip('/')}{request.path}{'?' if query else ''}{query}"
    )


def _apology(answer: Answer) -> list[str]:
    return [
        t.text for t in compose(answer.book, (Say("error"),), answer.book.catalogs.default, "sms")
    ]


def _where(fault: BaseException) -> str:
    """The file and line where a fault arose: enough to find it, and nothing that anybody wrote."""
    trace = fault.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return (
        f"{trace.tb_frame.f_code.co_filename.rpartition('smsbot')[2]}:{trace.tb_lineno}"
        if trace
        else ""
    )

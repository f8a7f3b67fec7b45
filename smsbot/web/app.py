"""The Flask application: which door leads where. It gets everything that it needs as arguments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException

from smsbot.core.content.profile import Profile
from smsbot.flows.answer import Answer, Turn
from smsbot.ports import Carrier, Clock, Health, Note, Notices
from smsbot.ports.campaign import Status

from . import console, health, notices, webhook
from .console.desk import Desk

FORM_LIMIT = 128 * 1024  # bytes; the carrier's forms are far smaller


@dataclass(frozen=True, kw_only=True)
class Doors:
    """What the doors lead to. `phone` is the phone page's blueprint, where it is switched on."""

    answer: Callable[[], Answer]
    profile: Profile
    carrier: Carrier
    notices: Notices
    clock: Clock
    note: Note
    health: Callable[[], Mapping[str, Health]]
    metrics: Callable[[], tuple[bytes, str]]
    public_url: str
    secret_key: str
    observe: Callable[[float], None]  # the seconds that a turn took
    start: Callable[[], object] = bool  # what a process does once it has forked
    stop: Callable[[], object] = bool  # and before it ends
    console: Desk | None = None
    phone: Blueprint | None = None
    ways: Blueprint | None = None  # the pages of campaigns' counted links
    trace: Callable[[Turn], str] | None = None
    heard: Callable[[Status], object] = bool  # keeps what became of a message


def make_app(doors: Doors) -> Flask:
    """The application."""
    app = Flask("smsbot.web", static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = FORM_LIMIT
    app.config["MAX_FORM_MEMORY_SIZE"] = FORM_LIMIT
    app.config["MAX_FORM_PARTS"] = 500
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.register_blueprint(
        webhook.blueprint(
            doors.answer,
            doors.carrier,
            doors.note,
            doors.public_url,
            doors.observe,
            doors.trace,
            doors.heard,
        )
    )
    app.register_blueprint(health.blueprint(doors.health, doors.metrics))
    app.register_blueprint(
        notices.blueprint(doors.notices, doors.clock, doors.secret_key, doors.profile)
    )
    if doors.console is not None:
        console.install(app, doors.console, doors.secret_key, doors.public_url)
    app.extensions["smsbot.start"] = doors.start
    app.extensions["smsbot.stop"] = doors.stop
    if doors.ways is not None:
        app.register_blueprint(doors.ways)
    if doors.phone is not None:
        app.register_blueprint(doors.phone)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response | HTTPException:
        """The carrier would text a page to a person: what it asks for wrongly is answered with nothing."""
        if request.path.startswith("/twilio/"):
            return Response(status=error.code, content_type=webhook.XML)
        return error

    return app

"""The page behind a notice's link: what happened and when, and a button that says somebody took it. No number, no message."""

from flask import Blueprint, Response, abort, render_template, request
from itsdangerous import BadSignature, URLSafeSerializer

from smsbot.core.content.profile import Profile
from smsbot.ports import Clock, Notice, Notices, Unavailable

_SALT = "notice"

TITLES = {"call": "A call to return", "red_flag": "Red flag after an injection"}


def link_of(notice: Notice, public_url: str, secret_key: str) -> str:
    """The address of the page of a notice; whoever has it may acknowledge it."""
    return f"{public_url}/notices/{URLSafeSerializer(secret_key, _SALT).dumps(notice.id)}"


def blueprint(notices: Notices, clock: Clock, secret_key: str, profile: Profile) -> Blueprint:
    """/notices/<token>."""
    doors = Blueprint("notices", __name__)

    def found(token: str) -> Notice:
        try:
            notice_id = URLSafeSerializer(secret_key, _SALT).loads(token)
            notice = notices.get(str(notice_id))
        except BadSignature:
            notice = None
        except Unavailable:
            abort(503)
        if notice is None:
            abort(404)
        return notice

    @doors.get("/notices/<token>")
    def show(token: str) -> Response:
        return page(found(token))

    @doors.post("/notices/<token>")
    def acknowledge(token: str) -> Response:
        notice = found(token)
        try:
            notices.acknowledge(notice.id, clock.now(), "link")
        except Unavailable:
            abort(503)
        return page(found(token))

    def page(notice: Notice) -> Response:
        at = notice.at.astimezone(profile.time_zone).strftime("%A %d %B %Y, %H:%M")
        html = render_template(
            "notice.html",
            notice=notice,
            title=TITLES[notice.kind],
            at=at,
            clinic=profile.name,
            path=request.path,
        )
        response = Response(html)
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'"
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return doors

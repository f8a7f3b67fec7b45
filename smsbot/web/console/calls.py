"""Calls to return and alerts: who waits, since when, who has it; the number on click, and a text while the bot keeps silent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import flask_babel
from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from smsbot.core.conversation.conversation import STAFF_SPAN
from smsbot.core.language.language import Language
from smsbot.core.language.segments import foreign
from smsbot.core.people.staff import Member
from smsbot.flows.callback import (
    LATELY,
    LONGEST,
    MOST_SEGMENTS,
    Draft,
    Fault,
    NoWay,
    Obstacle,
    Overtaken,
    Uncertain,
    Unfit,
)
from smsbot.ports import Notice, Refused, Unavailable

from .desk import Desk
from .doors import Doors, number

PAGE = 30  # of those that are open, and as many of those that are done
HOURS = int(STAFF_SPAN.total_seconds()) // 3600

# What a person named, in words; by the class of the sign.
SIGNS: Mapping[str, object] = {
    "emergency": lazy_gettext("an emergency named as such"),
    "breathing": lazy_gettext("trouble breathing"),
    "swallowing": lazy_gettext("trouble swallowing"),
    "speech": lazy_gettext("trouble speaking"),
    "vision": lazy_gettext("trouble seeing"),
    "weakness": lazy_gettext("strong weakness"),
    "allergy": lazy_gettext("signs of an allergy"),
    "collapse": lazy_gettext("fainting or collapse"),
    "dose": lazy_gettext("too large a dose"),
    "lid": lazy_gettext("a drooping eyelid"),
    "eye": lazy_gettext("a sore or dry eye"),
    "dry_mouth": lazy_gettext("a dry mouth"),
    "tired": lazy_gettext("unusual tiredness"),
    "headache": lazy_gettext("a strong headache"),
    "fever": lazy_gettext("fever"),
    "infection": lazy_gettext("signs of an infection"),
    "crooked": lazy_gettext("a crooked face"),
    "unwell": lazy_gettext("feeling unwell after an injection"),
    "pregnant_injected": lazy_gettext("an injection during pregnancy"),
    "crisis": lazy_gettext("thoughts of self-harm"),
}

OBSTACLES: Mapping[Obstacle, object] = {
    "unset": lazy_gettext(
        "Sending texts is not set up here: whoever runs the bot names the Twilio account and the number that sends. Call instead."
    ),
    "erased": lazy_gettext(
        "No text can be sent: the number is not kept any more. It goes when the person asks for it, and a week after somebody took this."
    ),
    "blocked": lazy_gettext(
        "No text can be sent: the person opted out, and the carrier lets nothing from this number through. Call from another line."
    ),
    "late": lazy_gettext(
        "No text can be sent: WhatsApp takes one only within 24 hours of the person's last message. Call instead."
    ),
}

FAULTS: Mapping[Fault, object] = {
    "empty": lazy_gettext("Write something first."),
    "signs": lazy_gettext("The text holds a sign that no phone can show: type it anew."),
    "long": lazy_gettext("At most %(most)s characters go out: make it shorter.", most=LONGEST),
}

BY = {
    "link": lazy_gettext("by the link in the notice"),
    "terminal": lazy_gettext("in the terminal"),
}


@dataclass(frozen=True)
class Line:
    """A notice as the page shows it: the number itself is not in it."""

    notice: Notice
    language: Language | None
    signs: Sequence[object]
    number: str  # "kept", "hidden" by WhatsApp, or "" where there is none
    no_text: object  # why none can be sent; "" where one can
    silent_until: datetime | None


@dataclass(frozen=True)
class Typed:
    """What a member typed for a person, and what is to be said of it."""

    notice_id: str
    text: str
    wrong: object = ""
    draft: Draft | None = None


def routes(doors: Doors) -> None:
    """Adds the routes."""
    desk = doors.desk
    callback = desk.callback
    acts: Mapping[str, tuple[Callable[[Member, str], None], object]] = {
        "take": (callback.take, lazy_gettext("It is yours: nobody is told of it again.")),
        "done": (callback.finish, lazy_gettext("Done.")),
        "reopen": (callback.reopen, lazy_gettext("It is open again.")),
        "speak": (callback.speak_again, lazy_gettext("The bot answers this person again.")),
    }

    @doors.get("/calls", needs="calls")
    def calls(_member: Member) -> ResponseReturnValue:
        return _page(desk)

    @doors.get("/calls/<notice_id>/<what>", needs="calls")
    def call_again(_member: Member, notice_id: str, what: str) -> ResponseReturnValue:  # noqa: ARG001 - the rule has it
        """Where a page that a form gave is asked for once more: the number is not in it then."""
        return redirect(_place(notice_id))

    @doors.post("/calls/<notice_id>/number", needs="calls")
    def show_number(member: Member, notice_id: str) -> ResponseReturnValue:
        """The page with one number in it; nothing keeps it, neither the address nor the cookie."""
        try:
            return _page(desk, shown=(notice_id, callback.number(member, notice_id) or ""))
        except Refused:
            abort(404)

    @doors.post("/calls/<notice_id>/text", needs="calls")
    def answer_call(member: Member, notice_id: str) -> ResponseReturnValue:
        written = request.form.get("text", "")
        send = request.form.get("and") != "look"
        try:
            if not send:
                found = callback.draft(member, notice_id, written)
                return _page(desk, Typed(notice_id, written, draft=found))
            callback.answer(member, notice_id, written, _before())
        except Uncertain:
            says = _(
                "Nobody knows whether the text arrived: the carrier did not answer in time. Call, before you send it again."
            )
            flash(says, "wrong")
        except (NoWay, Unfit, Overtaken, Refused, Unavailable) as no:
            wrong, code = _why(no)
            return _page(desk, Typed(notice_id, written, wrong), code=code)
        else:
            says = _("Sent. The bot keeps silent for this person for %(hours)s hours.", hours=HOURS)
            flash(says)
        return redirect(_place(notice_id))

    @doors.post("/calls/<notice_id>/<what>", needs="calls")
    def act_on_call(member: Member, notice_id: str, what: str) -> ResponseReturnValue:
        act, says = acts.get(what) or abort(404)
        try:
            act(member, notice_id)
            flash(str(says))
        except Overtaken:
            flash(_("Somebody was quicker: look at it again."), "wrong")
        except Refused:
            abort(404)
        return redirect(_place(notice_id))


def _page(
    desk: Desk, typed: Typed | None = None, shown: tuple[str, str] = ("", ""), code: int = 200
) -> Response:
    """The page. `shown` is the number that was asked for: which notice, and the number, "" where there is none."""
    open_, done = desk.callback.open(), desk.callback.lately()
    typed = typed or Typed("", "")
    asked = {shown[0], typed.notice_id}  # these are on the page whatever part of the list it shows
    part = {n.id for n in open_[_from("open") :][:PAGE]} | asked
    page = render_template(
        "console/calls.html",
        lines=[
            *(_line(desk, n) for n in open_ if n.id in part),
            *(_line(desk, n) for n in done if n.id in asked),
        ],
        done=[_line(desk, n) for n in done[_from("done") :][:PAGE]],
        open_from=_from("open"),
        done_from=_from("done"),
        open_count=len(open_),
        done_count=len(done),
        alerts=sum(n.kind == "red_flag" for n in open_),
        page=PAGE,
        days=LATELY.days,
        shown=shown,
        typed=typed,
        dear=foreign(typed.draft.text)[:5] if typed.draft and typed.draft.cost else (),
        longest=LONGEST,
        hours=HOURS,
        by=BY,
        ago=lambda at: flask_babel.format_timedelta(at - desk.clock.now(), add_direction=True),
    )
    return make_response(page, code)


def _line(desk: Desk, notice: Notice) -> Line:
    address, script = notice.address, desk.edition().library.scripts.get(notice.language)
    obstacle = desk.callback.obstacle(notice)
    return Line(
        notice=replace(notice, address=None),
        language=script.language if script else None,
        signs=[SIGNS.get(name, name.replace("_", " ")) for name in notice.classes],
        number="" if address is None else "kept" if address.kind == "e164" else "hidden",
        no_text=OBSTACLES[obstacle] if obstacle else "",
        silent_until=desk.callback.silent_until(notice),
    )


def _why(no: Exception) -> tuple[object, int]:
    """Why nothing was sent, in words, and the answer's code."""
    match no:
        case NoWay():
            return OBSTACLES[no.why], 409
        case Unfit(why="segments") if no.cost is not None:
            says = _(
                "The text takes %(segments)s segments, and at most %(most)s go out: make it shorter.",
                segments=no.cost.segments,
                most=MOST_SEGMENTS,
            )
            return says, 422
        case Unfit():
            return FAULTS[no.why], 422
        case Overtaken():
            return _("Somebody wrote to this person meanwhile: look first, then send."), 409
        case Unavailable():
            says = _(
                "Nothing was sent: the bot could not be told to keep silent. Call, or try again in a minute."
            )
            return says, 503
    return _("The carrier refused the text (%(why)s): call instead.", why=str(no)), 409


def _before() -> datetime | None:
    """When staff last wrote to the person, as the member saw it on the page."""
    try:
        return datetime.fromisoformat(request.form.get("before", ""))
    except ValueError:
        return None


def _from(name: str) -> int:
    return number(request.args.get(name, ""))


def _place(notice_id: str) -> str:
    return f"{url_for('console.calls')}#n-{notice_id}"

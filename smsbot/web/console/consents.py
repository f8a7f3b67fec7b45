"""Consents from elsewhere, taken in with a look first; and what is kept of one person, given out or deleted."""

import base64
import csv
import io
import json
from collections import Counter
from collections.abc import Sequence

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from itsdangerous import BadSignature, URLSafeTimedSerializer

from smsbot.core.people.address import Address
from smsbot.core.people.imports import CHANNELS, ELSE, NEEDED, WORDS, NoProof, Unusable
from smsbot.core.people.staff import SESSION_LIFE, Member, may
from smsbot.flows.consents import Outcome

from .doors import Doors
from .files import clean

LARGEST = 1024 * 1024  # bytes of a list: more takes longer than a page may; the terminal takes any
SHOWN = 200  # rows that are shown; the report has them all
METHOD = "console"


def routes(doors: Doors, secret_key: str) -> None:
    """Adds the routes."""
    desk = doors.desk
    # What was looked at goes to the browser and back, sealed: the server keeps nothing of a list.
    seal = URLSafeTimedSerializer(secret_key, "consents")

    def taken_in(member: Member, content: bytes, *, write: bool) -> tuple[Outcome, ...]:
        flow = desk.consents
        return tuple(flow.take_in(content, _inline, member.email, write=write, member=member.id))

    def once_more(member: Member, *, write: bool) -> tuple[str, tuple[Outcome, ...], str] | None:
        """The name, the outcomes and the seal of the list that was looked at; None where it is not this member's, or too old."""
        sealed = request.form.get("sealed", "")
        try:
            whose, name, content = seal.loads(sealed, max_age=int(SESSION_LIFE.total_seconds()))
        except (BadSignature, ValueError):
            return None
        if whose != member.id:
            return None
        return name, taken_in(member, base64.b85decode(content), write=write), sealed

    @doors.get("/consents", needs="campaigns")
    def consents(member: Member) -> ResponseReturnValue:
        return _page(member)

    @doors.post("/consents", needs="campaigns")
    def consents_in(member: Member) -> ResponseReturnValue:
        """Looks at a list: nothing is written."""
        file = request.files.get("file")
        if file is None or not file.filename:
            return _page(member, _("Choose a file."), 400)
        name = clean(file.filename)
        with file.stream as stream:
            content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            wrong = _(
                "%(name)s is larger than 1 MB. Cut it, or have it taken in with: smsbot people import",
                name=name,
            )
            return _page(member, wrong, 413)
        try:
            outcomes = taken_in(member, content, write=False)
        except Unusable as no:
            return _page(member, f"{name}: {no}.", 422)
        sealed = seal.dumps([member.id, name, base64.b85encode(content).decode()])
        return _outcomes("console/consents_look.html", name, outcomes, sealed)

    @doors.post("/consents/take", needs="campaigns")
    def consents_take(member: Member) -> ResponseReturnValue:
        looked_at = once_more(member, write=True)
        if looked_at is None:
            return _too_old(member)
        name, outcomes, sealed = looked_at
        away = any(one.become == "unwritten" for one in outcomes)
        page = _outcomes("console/consents_done.html", name, outcomes, sealed if away else "")
        return make_response(page, 503 if away else 200)

    @doors.post("/consents/report", needs="campaigns")
    def consents_report(member: Member) -> ResponseReturnValue:
        """What would become of each row of a list, as a file beside it."""
        looked_at = once_more(member, write=False)
        if looked_at is None:
            return _too_old(member)
        _name, outcomes, _sealed = looked_at
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(("row", "number", "outcome", "why"))
        lines.writerows((one.row, one.number, one.become, one.why) for one in outcomes)
        return _download(text.getvalue(), "text/csv; charset=utf-8", "report.csv")

    @doors.post("/consents/export", needs="staff")
    def person_out(member: Member) -> ResponseReturnValue:
        address = _address()
        if address is None:
            return _page(member, _not_a_number(), 400)
        key = desk.consents.key(address)
        found = desk.consents.export(key, member.email, member.id)
        if found is None:
            return _page(member, _nothing_kept(), 404)
        text = json.dumps(found, ensure_ascii=False, indent=2)
        return _download(text, "application/json; charset=utf-8", "person.json")

    @doors.post("/consents/forget", needs="staff")
    def person_forget(member: Member) -> ResponseReturnValue:
        address = _address()
        if address is None:
            return _page(member, _not_a_number(), 400)
        if request.form.get("sure") != "yes":
            wrong = _("Tick the box first: what is deleted does not come back.")
            return _page(member, wrong, 400)
        done = desk.consents.forget(
            desk.consents.key(address),
            member.email,
            address=address,
            member=member.id,
            method=METHOD,
        )
        if done is None:
            return _page(member, _nothing_kept(), 404)
        says = _("Deleted. The reference for the person: %(reference)s", reference=done.reference)
        if not done.talk:
            says += " " + _("What the talk remembers ends by itself within a day.")
        flash(says)
        return redirect(url_for("console.consents"))


def _inline(_name: str) -> str:
    raise NoProof("words_file is for the terminal: put the words themselves into the column words")


def _page(member: Member, wrong: str = "", code: int = 200) -> Response:
    page = render_template(
        "console/consents.html",
        wrong=wrong,
        needed=(*NEEDED, WORDS[0]),
        more=ELSE,
        channels=CHANNELS,
        typed={n: request.form.get(n, "") for n in ("number", "channel")},
        admin=may(member, "staff"),
    )
    return make_response(page, code)


def _too_old(member: Member) -> Response:
    return _page(member, _("This look at a list is too old. Send the list once more."), 400)


def _outcomes(template: str, name: str, outcomes: Sequence[Outcome], sealed: str) -> str:
    counts = Counter(one.become for one in outcomes)
    left = [one for one in outcomes if one.become in ("refused", "unwritten")]
    return render_template(
        template,
        name=name,
        sealed=sealed,
        ready=counts["ready"],
        taken=counts["taken"],
        left=left[:SHOWN],
        more=len(left) - SHOWN,
        refused=counts["refused"],
        unwritten=counts["unwritten"],
        told=ngettext("%(num)s consent", "%(num)s consents", counts["ready"] or counts["taken"]),
    )


def _address() -> Address | None:
    """The number that was typed, in international form; None where it is none."""
    channel = request.form.get("channel", "sms")
    handle = "".join(c for c in request.form.get("number", "") if c not in " -.()\u00a0\u202f")
    if channel not in CHANNELS:
        abort(400)
    address = Address(channel, handle)
    return address if address.valid else None


def _not_a_number() -> str:
    return str(
        _("The number must be in international form, such as %(number)s.", number="+1 514-555-0123")
    )


def _nothing_kept() -> str:
    return str(_("Nothing is kept of this person."))


def _download(content: str, kind: str, name: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

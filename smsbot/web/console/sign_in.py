"""Coming in, by a link or a password; choosing a password; the pages' language; going out."""

from flask import Response, flash, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from smsbot.core.people.staff import FAILURE_SPAN, PASSWORD_LENGTH, Member
from smsbot.flows.access import TooMany

from .doors import SESSION, Doors, here

MINUTES = int(FAILURE_SPAN.total_seconds()) // 60
WRONG = lazy_gettext("The address or the password is not right.")


def routes(doors: Doors) -> None:
    """Adds the routes."""
    access = doors.desk.access

    @doors.get("/sign-in", needs="anyone")
    def sign_in(member: Member | None) -> ResponseReturnValue:
        wanted = here(request.args.get("wanted", "/console/"))
        return (
            redirect(wanted) if member else render_template("console/sign_in.html", wanted=wanted)
        )

    @doors.post("/sign-in", needs="anyone")
    def come_in(_member: Member | None) -> ResponseReturnValue:
        email = request.form.get("email", "")
        try:
            found = access.by_password(email, request.form.get("password", ""))
        except TooMany:
            says = _(
                "Too many tries. Wait %(minutes)s minutes, or ask for a sign-in link.",
                minutes=MINUTES,
            )
            return _again(says, 429)
        return doors.come_in(found[1]) if found else _again(WRONG, 401)

    @doors.get("/in/<secret>", needs="anyone")
    def link(_member: Member | None, secret: str) -> ResponseReturnValue:
        """A link is used by a click on the page, so that a program that looks into mail does not use it up."""
        return render_template("console/link.html", secret=secret)

    @doors.post("/in/<secret>", needs="anyone")
    def by_link(_member: Member | None, secret: str) -> ResponseReturnValue:
        found = access.by_link(secret)
        if found is None:
            return _again(_("This link was used before or is too old. Ask for a fresh one."), 410)
        return doors.come_in(found[1])

    @doors.post("/sign-out", needs="signed in")
    def sign_out(member: Member) -> ResponseReturnValue:
        access.leave(session.get(SESSION, ""), member)
        session.clear()
        return redirect("/console/sign-in")

    @doors.get("/me", needs="signed in")
    def me(member: Member) -> ResponseReturnValue:
        return render_template("console/me.html", member=member, least=PASSWORD_LENGTH)

    @doors.post("/me", needs="signed in")
    def password(member: Member) -> ResponseReturnValue:
        first, second = (request.form.get(name, "") for name in ("password", "again"))
        if first != second:
            wrong = _("The two are not the same.")
        else:
            try:
                session[SESSION] = access.choose_password(member, first)
                flash(_("Your password is changed. Everywhere else you are signed out."))
                return redirect("/console/me")
            except ValueError:
                wrong = _(
                    "Choose one of %(least)s characters or more, not your name.",
                    least=PASSWORD_LENGTH,
                )
        page = render_template("console/me.html", member=member, least=PASSWORD_LENGTH, wrong=wrong)
        return make_response(page, 400)

    @doors.post("/language", needs="anyone")
    def language(_member: Member | None) -> ResponseReturnValue:
        session["language"] = request.form.get("language", "en")
        return redirect(here(request.form.get("back", "/console/")))


def _again(wrong: str, code: int) -> Response:
    page = render_template(
        "console/sign_in.html",
        wrong=wrong,
        email=request.form.get("email", ""),
        resume=request.form.get("resume", ""),
        wanted=request.form.get("wanted", ""),
    )
    return make_response(page, code)

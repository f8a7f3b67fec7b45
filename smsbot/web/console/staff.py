"""Who is among the staff: adding, roles and languages, fresh links, off duty and on."""

from flask import abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smsbot.core.people.staff import ROLES, Member, Role
from smsbot.flows.access import change
from smsbot.ports import Refused

from .doors import Doors


def routes(doors: Doors, public_url: str) -> None:
    """Adds the routes."""
    desk = doors.desk
    access = desk.access

    @doors.get("/staff", needs="staff")
    def staff(_member: Member) -> ResponseReturnValue:
        return page()

    @doors.post("/staff", needs="staff")
    def add_staff(member: Member) -> ResponseReturnValue:
        email = request.form.get("email", "")
        if not (roles := _roles()):
            return page(_("Choose a role at least."), 400)
        try:
            name, languages = request.form.get("name", ""), _languages()
            added, secret = access.invite(email, name, roles, languages, by=member)
        except ValueError:
            return page(_("%(email)s is not an e-mail address.", email=email or "-"), 400)
        except Refused:
            return page(_("%(email)s is among the staff already.", email=email), 409)
        return page(link=f"{public_url}/console/in/{secret}", whose=added)

    @doors.post("/staff/<int:member_id>", needs="staff")
    def change_staff(member: Member, member_id: int) -> ResponseReturnValue:
        other = desk.members.get(member_id) or abort(404)
        try:
            change(
                access,
                other,
                member,
                name=request.form.get("name", other.name),
                roles=_roles(),
                languages=_languages(),
                active=request.form.get("active") == "yes",
            )
        except Refused as no:
            return page(str(no), 409)
        flash(_("Kept."))
        return redirect("/console/staff")

    @doors.post("/staff/<int:member_id>/link", needs="staff")
    def staff_link(member: Member, member_id: int) -> ResponseReturnValue:
        other = desk.members.get(member_id) or abort(404)
        if not other.active:
            return page(_("Who is off duty gets no link."), 409)
        secret = access.link(other, by=member)
        return page(link=f"{public_url}/console/in/{secret}", whose=other)

    def page(
        wrong: str = "", code: int = 200, link: str = "", whose: Member | None = None
    ) -> ResponseReturnValue:
        html = render_template(
            "console/staff.html",
            members=desk.members.all(),
            roles=ROLES,
            languages=[s.language for s in desk.edition().library.scripts.values()],
            wrong=wrong,
            link=link,
            whose=whose,
            email=request.form.get("email", "") if wrong else "",
        )
        return make_response(html, code)

    def _languages() -> list[str]:
        known = desk.edition().library.scripts
        return [tag for tag in request.form.getlist("language") if tag in known]


def _roles() -> list[Role]:
    chosen = request.form.getlist("role")
    return [role for role in ROLES if role in chosen]

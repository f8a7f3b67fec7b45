"""Who did what, and when: searchable, newest first, never changed."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from smsbot.core.people.staff import Member

from .doors import Doors, number

PAGE = 50  # lines


def routes(doors: Doors) -> None:
    """Adds the route."""
    desk = doors.desk

    @doors.get("/audit", needs="audit")
    def audit(_member: Member) -> ResponseReturnValue:
        words, before = request.args.get("q", ""), request.args.get("before", "")
        act, member_id = request.args.get("act", ""), request.args.get("by", "")
        found = desk.audit.find(words, act, number(member_id), number(before), PAGE + 1)
        return render_template(
            "console/audit.html",
            lines=found[:PAGE],
            more=found[PAGE - 1].seq if len(found) > PAGE else 0,
            q=words,
            act=act,
            by=member_id,
            members=desk.members.all(),
        )

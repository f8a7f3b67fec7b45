"""The morning's page: what waits, how far the languages are, and how many messages were answered. Counts only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import flask_babel
from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smsbot.core.people.staff import Member, may
from smsbot.ports import Notice
from smsbot.ports.console import CAMPAIGN, GAP, Tally

from . import charts
from .desk import Desk
from .doors import Doors
from .proofs import Proofs

DAYS = 14
NOT_UNDERSTOOD = frozenset({"unknown", "clarify"})


@dataclass(frozen=True)
class Day:
    """One day's messages, or one language's."""

    name: str
    answered: int
    not_understood: int


def routes(doors: Doors, proofs: Proofs) -> None:
    """Adds the routes."""
    desk = doors.desk

    @doors.get("/", needs="see")
    def overview(member: Member) -> ResponseReturnValue:
        tallies = _lately(desk)
        open_ = desk.notices.open() if may(member, "calls") else []
        return render_template(
            "console/overview.html",
            calls=[n for n in open_ if n.kind == "call"],
            alerts=[n for n in open_ if n.kind == "red_flag"],
            waiting=desk.translate.edits.waiting(),
            lapsed=_lapsed(desk),
            days=_by_day(tallies, _days(desk)),
            languages=_by_language(tallies),
            standing=[
                (desk.edition().library.scripts[tag].language, sums)
                for tag, sums in proofs.summaries(desk.translate).items()
            ],
            hours=_oldest(open_, desk),
        )

    @doors.get("/charts/<name>.svg", needs="see")
    def chart(_member: Member, name: str) -> ResponseReturnValue:
        size = charts.NARROW if "narrow" in request.args else charts.WIDE
        if name == "texts":
            found = list(proofs.summaries(desk.translate).items())
            return charts.stacked(
                [tag for tag, _s in found],
                {
                    _("done"): [s["done"] - s["stale"] for _t, s in found],
                    _("stale"): [s["stale"] for _t, s in found],
                    _("to review"): [s["review"] for _t, s in found],
                    _("untranslated"): [s["untranslated"] for _t, s in found],
                },
                size,
            )
        tallies = _lately(desk)
        if name not in ("days", "languages"):
            abort(404)
        counted = _by_day(tallies, _days(desk)) if name == "days" else _by_language(tallies)
        return charts.stacked(
            [day.name for day in counted],
            {
                _("answered"): [day.answered for day in counted],
                _("not understood"): [day.not_understood for day in counted],
            },
            size,
        )


def _days(desk: Desk) -> list[date]:
    today = desk.clock.now().date()
    return [today - timedelta(days=ago) for ago in reversed(range(DAYS))]


def _lately(desk: Desk) -> list[Tally]:
    """Messages of the last days; what counts a gap is no message."""
    since = _days(desk)[0]
    return [t for t in desk.tallies.since(since) if not t.outcome.startswith((GAP, CAMPAIGN))]


def _by_day(tallies: Sequence[Tally], days: Sequence[date]) -> list[Day]:
    answered: Counter[date] = Counter()
    lost: Counter[date] = Counter()
    for tally in tallies:
        (lost if tally.outcome in NOT_UNDERSTOOD else answered)[tally.day] += tally.count
    return [Day(flask_babel.format_date(d, "d MMM"), answered[d], lost[d]) for d in days]


def _by_language(tallies: Sequence[Tally]) -> list[Day]:
    answered: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for tally in tallies:
        (lost if tally.outcome in NOT_UNDERSTOOD else answered)[tally.language] += tally.count
    tags = sorted({*answered, *lost}, key=lambda tag: -(answered[tag] + lost[tag]))
    return [Day(tag, answered[tag], lost[tag]) for tag in tags]


def _lapsed(desk: Desk) -> list[tuple[str, str]]:
    """Safety texts whose sign-off has run out, or is for another wording than is in force."""
    edition, now = desk.edition(), desk.clock.now()
    return [
        (tag, key)
        for (tag, key), signature in sorted(edition.published.signatures.items())
        if tag in edition.library.scripts
        and (signature.until <= now or key not in edition.library.scripts[tag].signed)
    ]


def _oldest(open_: Sequence[Notice], desk: Desk) -> int:
    """For how many hours the oldest of them has waited."""
    first = min((n.at for n in open_), default=desk.clock.now())
    return int((desk.clock.now() - first).total_seconds() // 3600)

"""What came of a campaign and of a broadcast: pictures with their tables behind them, and CSV for a sheet."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from typing import cast

import flask_babel
from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from smsbot.core.campaign.account import (
    COUNT_HEAD,
    LINE_HEAD,
    Account,
    Came,
    Comparison,
    Counted,
    Harvest,
    account_of,
    by,
    count_rows,
    failures,
    harmless,
    harvest,
    holdout_compared,
    line_rows,
    passed_over,
    read_forecast,
    read_progress,
    wordings_compared,
)
from smsbot.core.campaign.broadcast import ENDED, Broadcast
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.meanings import failed, skipped
from smsbot.core.campaign.outcome import FEW, Share
from smsbot.core.people.staff import Member
from smsbot.ports.console import CAMPAIGN, Tally

from . import charts
from .broadcasts import broadcast_or_404
from .campaigns import campaign_or_404
from .desk import Desk
from .doors import Doors
from .money import cost_of, money
from .names import BROADCAST_STATES, CAME, CAMPAIGN_STATES, CHANNELS
from .wordings import as_of, said

DAYS = 31  # on the picture by day
OF_DAYS = ("scan", "click", "talk", "consent")
OF_LANGUAGES = ("talk", "consent", "reply", "stop")


def routes(doors: Doors) -> None:
    """Adds the routes."""
    _campaign_routes(doors)
    _broadcast_routes(doors)


# ---------------------------------------------------------------- a campaign


def _campaign_routes(doors: Doors) -> None:
    desk = doors.desk

    @doors.get("/campaigns/<int:campaign_id>/report", needs="campaigns")
    def campaign_report(_member: Member, campaign_id: int) -> ResponseReturnValue:
        campaign = campaign_or_404(desk, campaign_id)
        found = _harvest(desk, campaign)
        sums = [_sum(desk, b) for b in desk.campaigning.broadcasts.all(campaign.id)]
        return render_template(
            "console/campaign_report.html",
            campaign=campaign,
            found=found,
            columns=CAME,
            topics=[(_topic(desk, name), count) for name, count in found.topics],
            few=FEW,
            sums=sums,
            gone=[one for one in sums if one.broadcast.state not in ("draft", "submitted")],
            named={t: s.language for t, s in desk.edition().library.scripts.items()},
            channels=CHANNELS,
            states=CAMPAIGN_STATES,
            broadcast_states=BROADCAST_STATES,
        )

    @doors.get("/campaigns/<int:campaign_id>/charts/<name>.svg", needs="campaigns")
    def campaign_chart(_member: Member, campaign_id: int, name: str) -> ResponseReturnValue:
        campaign = campaign_or_404(desk, campaign_id)
        found = _harvest(desk, campaign)
        if name == "days":
            days = _days(found)
            return charts.lines(
                [flask_babel.format_date(day, "d MMM") for day, _came in days],
                _series(OF_DAYS, [came for _day, came in days]),
                _size(),
            )
        if name == "topics":
            labels = [_topic(desk, topic) for topic, _count in found.topics]
            asked = [count for _topic, count in found.topics]
            return charts.beside(labels, {_("Asked about"): asked}, _size())
        groups = {"languages": found.languages, "channels": found.channels}
        if name not in groups:
            abort(404)
        labels = [str(CHANNELS.get(one.name, one.name)) for one in groups[name]]
        return charts.beside(labels, _series(OF_LANGUAGES, groups[name]), _size())

    @doors.get("/campaigns/<int:campaign_id>/report.csv", needs="campaigns")
    def campaign_csv(_member: Member, campaign_id: int) -> ResponseReturnValue:
        campaign = campaign_or_404(desk, campaign_id)
        rows = count_rows(campaign.name, _tallies(desk, campaign), campaign.id, CAMPAIGN)
        return csv_of(f"campaign-{campaign.code}", COUNT_HEAD, rows)


def _tallies(desk: Desk, campaign: Campaign) -> list[Tally]:
    mine = f"{CAMPAIGN}{campaign.id}/"
    since = min(campaign.begins, desk.clock.now().date()) - timedelta(days=1)
    return [t for t in desk.tallies.since(since) if t.outcome.startswith(mine)]


def _harvest(desk: Desk, campaign: Campaign) -> Harvest:
    return harvest(_tallies(desk, campaign), campaign.id, CAMPAIGN)


def _days(found: Harvest) -> list[tuple[date, Came]]:
    """The last days from the first on which anything came, those with nothing among them."""
    known = dict(found.days)
    if not known:
        return []
    last = max(known)
    first = max(min(known), last - timedelta(days=DAYS - 1))
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [(day, known.get(day, Came(day.isoformat(), {}))) for day in every]


def _series(names: Sequence[str], some: Sequence[Came]) -> dict[str, list[float]]:
    return {str(CAME[what]): [came[what] for came in some] for what in names}


def _topic(desk: Desk, name: str) -> str:
    """What a topic is called, in the language of the page where it has it."""
    if name == "sensitive":
        return str(_("A matter of health"))
    texts = desk.edition().answer.book.catalogs.by_tag
    tags = [tag for tag in (str(get_locale()), "en") if tag in texts]
    titles = (texts[tag].texts.get(f"{name}.title", ("",))[0] for tag in tags)
    return next(filter(None, titles), name)


# ---------------------------------------------------------------- a broadcast


@dataclass(frozen=True)
class Sum:
    """A broadcast in one line: what it did, what it cost, what the forecast said it would, and when that was."""

    broadcast: Broadcast
    account: Account
    cost: str
    forecast: str
    as_of: str


def _broadcast_routes(doors: Doors) -> None:
    desk = doors.desk

    @doors.get("/campaigns/broadcasts/<int:broadcast_id>/report", needs="campaigns")
    def broadcast_report(_member: Member, broadcast_id: int) -> ResponseReturnValue:
        broadcast = broadcast_or_404(desk, broadcast_id)
        lines = counted(desk, broadcast)
        languages, channels, both = _groups(lines)
        return render_template(
            "console/broadcast_report.html",
            campaign=campaign_or_404(desk, broadcast.campaign_id),
            broadcast=broadcast,
            states=BROADCAST_STATES,
            sum=_sum(desk, broadcast),
            tables=((_("Language"), languages), (_("Channel"), channels)),
            both=both,
            wordings=by([x for x in lines if x.variant], lambda x: x.variant),
            failures=[
                (said(failed(error, reason)), error, count)
                for error, reason, count in failures(lines)
            ],
            skips=[(said(skipped(reason)), count) for reason, count in passed_over(lines)],
            compared=wordings_compared(lines),
            held_out=_held_out(lines),
            percent=_percent,
            points=_points,
            costs=lambda segments: cost_of(desk, segments),
            shown=_shown(desk),
        )

    @doors.get("/campaigns/broadcasts/<int:broadcast_id>/charts/<name>.svg", needs="campaigns")
    def broadcast_chart(_member: Member, broadcast_id: int, name: str) -> ResponseReturnValue:
        broadcast = broadcast_or_404(desk, broadcast_id)
        lines = counted(desk, broadcast)
        compared = {"wordings": wordings_compared, "holdout": holdout_compared}
        if name in compared:
            found = compared[name](lines) or abort(404)
            return charts.shares(
                _sides(found), [_drawn(s) for s in (found.one, found.other)], _size()
            )
        languages, channels, _both = _groups(lines)
        groups = {"languages": languages, "channels": channels}
        if name not in groups:
            abort(404)
        accounts = groups[name]
        return charts.stacked(
            [str(CHANNELS.get(one.name, one.name)) for one in accounts],
            {
                _("delivered"): [one.delivered for one in accounts],
                _("sent, not confirmed"): [_unconfirmed(one) for one in accounts],
                _("could not be delivered"): [one.failed for one in accounts],
                _("passed over"): [one.skipped for one in accounts],
                _("left out or ended"): [
                    one.held_out + one.expired + one.canceled for one in accounts
                ],
            },
            _size(),
        )

    @doors.get("/campaigns/broadcasts/<int:broadcast_id>/report.csv", needs="campaigns")
    def broadcast_csv(_member: Member, broadcast_id: int) -> ResponseReturnValue:
        broadcast = broadcast_or_404(desk, broadcast_id)
        rows = line_rows(broadcast.name, counted(desk, broadcast))
        return csv_of(f"broadcast-{broadcast.id}", LINE_HEAD, rows)


def counted(desk: Desk, broadcast: Broadcast) -> Sequence[Counted]:
    """The deliveries: as they are now where the broadcast has ended, since people go on to answer; else as last counted."""
    if broadcast.state in ENDED and broadcast.released_by:
        return desk.counted(broadcast.id)
    return read_progress(desk.campaigning.broadcasts.report(broadcast.id, "progress"))


def _groups(
    lines: Sequence[Counted],
) -> tuple[Sequence[Account], Sequence[Account], Sequence[Account]]:
    return (
        by(lines, lambda x: x.language),
        by(lines, lambda x: x.channel),
        by(lines, lambda x: f"{x.language} {x.channel}"),
    )


def _sum(desk: Desk, broadcast: Broadcast) -> Sum:
    account = account_of(counted(desk, broadcast))
    forecast = read_forecast(desk.campaigning.broadcasts.report(broadcast.id, "forecast"))
    foretold = money(desk, forecast.cost) if forecast else ""
    counted_at = as_of(desk, forecast.at) if forecast else ""
    return Sum(broadcast, account, cost_of(desk, account.segments), foretold, counted_at)


def _unconfirmed(one: Account) -> int:
    return one.sent - one.delivered - one.failed + one.unknown


def _held_out(lines: Sequence[Counted]) -> Comparison | None:
    """Those invited beside those left out, where any of the latter is known to have written."""
    found = holdout_compared(lines)
    return found if found and found.other.part else None


def _sides(found: Comparison) -> list[str]:
    names = {"invited": _("invited"), "holdout": _("left out")}
    return [str(names.get(name, name)) for name in found.names]


def _drawn(share: Share) -> tuple[float, float, float]:
    return (share.value * 100, share.low * 100, share.high * 100)


def _percent(value: float) -> str:
    return cast("str", flask_babel.format_percent(value, "0.0%"))


def _points(value: float) -> str:
    """A difference of percentages, in points."""
    return cast("str", flask_babel.format_decimal(round(value * 100, 1)))


def _shown(desk: Desk) -> Mapping[str, str]:
    """What languages and channels are called."""
    scripts = desk.edition().library.scripts
    return {
        **{tag: script.language.own_name for tag, script in scripts.items()},
        **{name: str(words) for name, words in CHANNELS.items()},
    }


def _size() -> tuple[int, int]:
    return charts.NARROW if "narrow" in request.args else charts.WIDE


# ---------------------------------------------------------------- CSV


def csv_of(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A table as a file that a sheet opens; nothing in it is taken for a formula."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    answer = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer

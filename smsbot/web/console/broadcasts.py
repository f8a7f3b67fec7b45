"""Broadcasts: writing one, its forecast, trial, submission and release, and how far it is while it goes out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import cast

import flask_babel
from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from smsbot.core.campaign.account import (
    Account,
    Forecast,
    account_of,
    failures,
    passed_over,
    read_forecast,
    read_progress,
)
from smsbot.core.campaign.broadcast import (
    ENDED,
    UNDER_WAY,
    Audience,
    Broadcast,
    BroadcastAct,
    moved,
)
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.fill import fill_broadcast
from smsbot.core.campaign.meanings import failed, skipped, stopped
from smsbot.core.campaign.wording import template
from smsbot.core.people.staff import Member
from smsbot.flows.campaigns import STAFF_ACTS, Wrong
from smsbot.ports import Refused, Unavailable

from .campaigns import CHANNELS, campaign_or_404
from .desk import Desk
from .doors import Doors, number
from .money import a_thousand, cost_of, money
from .names import BROADCAST_STATES, CAMPAIGN_STATES
from .wordings import Look, as_of, at_fields, holders, look_at, said, sentence, tongues

TEN = time(10)  # when a new broadcast leaves where nobody says otherwise
LASTS = timedelta(days=3)  # and for how long its offer stands
PLAIN = (
    *("name", "day", "at", "until", "subscribed_from", "subscribed_until", "countries"),
    *("holdout", "tested", "decide_hours", "cap", "budget", "error_share"),
)
ACTS = ("submit", "release", *STAFF_ACTS)
LISTS = ("languages", "channels", "campaigns", "without")


def routes(doors: Doors) -> None:
    """Adds the routes."""
    _writing_routes(doors)
    _act_routes(doors)


def _writing_routes(doors: Doors) -> None:
    desk = doors.desk
    flow = desk.campaigning

    @doors.get("/campaigns/<int:campaign_id>/broadcasts/new", needs="campaigns")
    def new_broadcast(_member: Member, campaign_id: int) -> ResponseReturnValue:
        campaign = campaign_or_404(desk, campaign_id)
        base = _blank(desk, campaign)
        other = flow.broadcasts.get(number(request.args.get("copy", "")))
        if other is not None:
            base = _copy(other, base)
        return _page(desk, campaign, base, shown_of(base))

    @doors.post("/campaigns/<int:campaign_id>/broadcasts/new", needs="campaigns")
    def create_broadcast(member: Member, campaign_id: int) -> ResponseReturnValue:
        campaign = campaign_or_404(desk, campaign_id)
        return _kept(desk, member, campaign, _blank(desk, campaign))

    @doors.get("/campaigns/broadcasts/<int:broadcast_id>", needs="campaigns")
    def broadcast(_member: Member, broadcast_id: int) -> ResponseReturnValue:
        found = broadcast_or_404(desk, broadcast_id)
        return _page(desk, _campaign_of(desk, found), found, shown_of(found))

    @doors.post("/campaigns/broadcasts/<int:broadcast_id>", needs="campaigns")
    def change_broadcast(member: Member, broadcast_id: int) -> ResponseReturnValue:
        found = broadcast_or_404(desk, broadcast_id)
        version = number(request.form.get("version", ""))
        return _kept(desk, member, _campaign_of(desk, found), replace(found, version=version))

    @doors.get("/campaigns/broadcasts/<int:broadcast_id>/state", needs="campaigns")
    def broadcast_state(_member: Member, broadcast_id: int) -> ResponseReturnValue:
        found = broadcast_or_404(desk, broadcast_id)
        asked = bool(request.args.get("asked"))
        return render_template("console/_broadcast_state.html", **_moving(desk, found, asked))


def _act_routes(doors: Doors) -> None:
    desk = doors.desk
    flow = desk.campaigning

    @doors.post("/campaigns/broadcasts/<int:broadcast_id>/forecast", needs="campaigns")
    def forecast(member: Member, broadcast_id: int) -> ResponseReturnValue:
        found = broadcast_or_404(desk, broadcast_id)
        try:
            flow.forecast(member, broadcast_id)
        except Unavailable:
            flash(_("The worker cannot be reached: ask again in a minute."), "wrong")
            return redirect(url_for("console.broadcast", broadcast_id=broadcast_id))
        return redirect(
            url_for("console.broadcast", broadcast_id=broadcast_id, asked=found.version) + "#live"
        )

    @doors.post("/campaigns/broadcasts/<int:broadcast_id>/trial", needs="campaigns")
    def trial(member: Member, broadcast_id: int) -> ResponseReturnValue:
        tag = request.form.get("language", "")
        try:
            sent = flow.trial(member, broadcast_id, tag)
        except Wrong as wrong:
            return _refused(desk, broadcast_id, wrong)
        except Refused as no:
            flash(sentence(str(no)), "wrong")
        except Unavailable:
            flash(_("The carrier cannot be reached: try again in a minute."), "wrong")
        else:
            flash(
                ngettext("%(num)s message sent to staff.", "%(num)s messages sent to staff.", sent)
            )
        return redirect(url_for("console.broadcast", broadcast_id=broadcast_id))

    @doors.get("/campaigns/broadcasts/<int:broadcast_id>/<act>", needs="campaigns")
    def after_act(_member: Member, broadcast_id: int, act: str) -> ResponseReturnValue:
        """Where a refused act is loaded again, or the page's language is changed there: nothing is done by it."""
        if act not in ("trial", *ACTS):
            abort(404)
        return redirect(url_for("console.broadcast", broadcast_id=broadcast_id))

    @doors.post("/campaigns/broadcasts/<int:broadcast_id>/<act>", needs="campaigns")
    def move_broadcast(member: Member, broadcast_id: int, act: str) -> ResponseReturnValue:
        found = broadcast_or_404(desk, broadcast_id)
        says = {
            "submit": _("Submitted: a second person may release it now."),
            "release": _("Released: it leaves at its hour."),
            "withdraw": _("Taken back: write on."),
            "pause": _("It stands still: nothing leaves."),
            "resume": _("It goes on."),
            "cancel": _("Canceled: nothing more leaves."),
        }
        moves: dict[str, Callable[[], Broadcast]] = {
            "submit": lambda: flow.submit(member, broadcast_id),
            "release": lambda: flow.release(member, broadcast_id),
            **{name: _act(desk, member, broadcast_id, name) for name in STAFF_ACTS},
        }
        if act not in moves:
            abort(404)
        if moved(found.state, cast("BroadcastAct", act)) is None:
            flash(_("Somebody was quicker: look at what it is now."), "wrong")
            return redirect(url_for("console.broadcast", broadcast_id=broadcast_id))
        try:
            moves[act]()
        except Wrong as wrong:
            return _refused(desk, broadcast_id, wrong)
        except Refused as no:
            flash(sentence(str(no)), "wrong")
        except Unavailable:
            flash(_("It is not certain that this was done: look at the state below."), "wrong")
        else:
            flash(says[act])
        return redirect(url_for("console.broadcast", broadcast_id=broadcast_id))


def _act(
    desk: Desk, member: Member, broadcast_id: int, name: BroadcastAct
) -> Callable[[], Broadcast]:
    return lambda: desk.campaigning.act(member, broadcast_id, name)


def broadcast_or_404(desk: Desk, broadcast_id: int) -> Broadcast:
    """The broadcast; the page of an unknown one is not there."""
    return desk.campaigning.broadcasts.get(broadcast_id) or abort(404)


def _campaign_of(desk: Desk, broadcast: Broadcast) -> Campaign:
    return campaign_or_404(desk, broadcast.campaign_id)


def _zoned(desk: Desk, at: datetime) -> datetime:
    return at.astimezone(desk.edition().library.profile.time_zone)


def _blank(desk: Desk, campaign: Campaign) -> Broadcast:
    tomorrow = _zoned(desk, desk.clock.now()).date() + timedelta(days=1)
    zone = desk.edition().library.profile.time_zone
    ends = datetime.combine(tomorrow + LASTS, time(18), zone)
    return Broadcast(0, campaign.id, "", tomorrow, TEN, ends)


def _copy(other: Broadcast, blank: Broadcast) -> Broadcast:
    """A new draft with what another one says; its days are those of a new one."""
    kept = (
        "audience",
        "texts",
        "holdout",
        "tested",
        "decide_hours",
        "cap",
        "budget",
        "error_share",
    )
    return replace(
        blank,
        name=other.name,
        at=other.at,
        **{name: getattr(other, name) for name in kept},
    )


# ---------------------------------------------------------------- keeping


def _kept(desk: Desk, member: Member, campaign: Campaign, base: Broadcast) -> ResponseReturnValue:
    """Keeps what was filled in, or gives the page back with it and with what is wrong."""
    flow = desk.campaigning
    written = _written(desk)
    filled, faults = fill_broadcast(base, _read(written), desk.edition().library.profile.time_zone)
    now = (base.id and flow.broadcasts.get(base.id)) or base
    if request.form.get("and") == "look":
        return _page(desk, campaign, now, written, at_fields(faults))
    if faults:
        return _page(desk, campaign, now, written, at_fields(faults), code=422)
    try:
        kept = flow.keep(member, filled)
    except Wrong as wrong:
        return _page(desk, campaign, now, written, at_fields(wrong.faults), code=422)
    except Refused as no:
        return _page(desk, campaign, now, written, wrong=sentence(str(no)), code=409)
    flash(_("Kept."))
    return redirect(url_for("console.broadcast", broadcast_id=kept.id))


def _refused(desk: Desk, broadcast_id: int, wrong: Wrong) -> Response:
    found = broadcast_or_404(desk, broadcast_id)
    campaign = _campaign_of(desk, found)
    return _page(desk, campaign, found, shown_of(found), at_fields(wrong.faults), code=422)


Fields = Mapping[str, object]


def shown_of(broadcast: Broadcast) -> Fields:
    """What the fields of a broadcast show. Moments are in the zone that they carry."""
    audience = broadcast.audience
    return {
        "name": broadcast.name,
        "day": broadcast.day.isoformat(),
        "at": broadcast.at.strftime("%H:%M"),
        "until": broadcast.until,
        "texts": broadcast.texts,
        "holdout": broadcast.holdout,
        "tested": broadcast.tested,
        "decide_hours": broadcast.decide_hours,
        "cap": broadcast.cap,
        "budget": "" if broadcast.budget is None else f"{broadcast.budget.normalize():f}",
        "error_share": broadcast.error_share,
        "languages": audience.languages,
        "channels": audience.channels,
        "countries": " ".join(audience.countries),
        "campaigns": audience.campaigns,
        "without": audience.without,
        "subscribed_from": audience.subscribed_from or "",
        "subscribed_until": audience.subscribed_until or "",
    }


def _written(desk: Desk) -> Fields:
    """What was typed into the fields, to be shown again."""
    form = request.form
    texts = {
        language.tag: tuple(form.get(f"texts.{language.tag}.{name}", "") for name in "AB")
        for language in tongues(desk)
    }
    ids = {name: tuple(map(number, form.getlist(name))) for name in ("campaigns", "without")}
    return {
        **{name: form.get(name, "") for name in PLAIN},
        **{name: tuple(form.getlist(name)) for name in LISTS},
        **ids,
        "texts": texts,
    }


def _read(written: Fields) -> dict[str, object]:
    """The same as `fill_broadcast` reads it."""
    empty = {"holdout": "0", "tested": "0"}
    return {name: value or empty.get(name, value) for name, value in written.items()}


# ---------------------------------------------------------------- the page


def _page(
    desk: Desk,
    campaign: Campaign,
    broadcast: Broadcast,
    written: Fields,
    faults: Mapping[str, Sequence[str]] | None = None,
    wrong: str = "",
    code: int = 200,
) -> Response:
    """The page of one broadcast: the form of a draft, or what was submitted; and what can be done with it."""
    until = written["until"]
    if isinstance(until, datetime):
        until = _zoned(desk, until).strftime("%Y-%m-%dT%H:%M")
    looks = _looks(desk, broadcast, written)
    flow = desk.campaigning
    earlier = [
        b
        for b in flow.broadcasts.all()
        if b.id != broadcast.id and b.state in (UNDER_WAY | {"done"})
    ]
    asked = request.args.get("asked", "") == str(broadcast.version)
    page = render_template(
        "console/broadcast.html",
        campaign=campaign,
        written={**written, "until": until},
        faults=faults or {},
        wrong=wrong,
        languages=tongues(desk),
        channels=CHANNELS,
        campaigns=flow.campaigns.all(),
        earlier=earlier,
        looks=looks,
        look=next(iter(looks.values()), None),
        holders=holders(desk),
        cost=a_thousand(desk),
        people=desk.names(),
        acts=_acts(broadcast),
        tries=bool(flow.messages is not None and flow.trial_numbers),
        currency=desk.price[1] if desk.price else "",
        budget=money(desk, broadcast.budget),
        zone=str(desk.edition().library.profile.time_zone),
        campaign_states=CAMPAIGN_STATES,
        spoken=_spoken(desk, broadcast),
        **_moving(desk, broadcast, asked),
    )
    return make_response(page, code)


def _looks(desk: Desk, broadcast: Broadcast, written: Fields) -> dict[str, Look]:
    """Each wording looked at, by its field, for the countries and channels of the audience."""
    texts = cast("Mapping[str, Sequence[str]]", written["texts"])
    audience: Audience = broadcast.audience
    if request.method == "POST":
        filled, _faults = fill_broadcast(
            broadcast, _read(written), desk.edition().library.profile.time_zone
        )
        audience = filled.audience
    looks = [
        look_at(
            desk,
            f"texts.{tag}.{name}",
            text,
            tag,
            "invitation",
            audience.countries,
            audience.channels,
        )
        for tag, wordings in texts.items()
        if tag in desk.edition().library.scripts
        for name, text in zip("AB", wordings, strict=False)
        if text.strip()
    ]
    return {look.field: look for look in looks}


_ACTS: Mapping[str, tuple[str, ...]] = {
    "draft": ("submit", "cancel"),
    "submitted": ("release", "withdraw", "cancel"),
    "released": ("pause", "cancel"),
    "sending": ("pause", "cancel"),
    "paused": ("resume", "cancel"),
}


def _acts(broadcast: Broadcast) -> tuple[str, ...]:
    """What can be done with it now; a new one has nothing but to be kept."""
    return _ACTS.get(broadcast.state, ()) if broadcast.id else ()


def _templates(desk: Desk, broadcast: Broadcast) -> dict[str, str]:
    """The state of each language's templates for WhatsApp: of all its wordings, the one that is least far."""
    known = {(c.language, c.digest): c.state for c in desk.contents.all()}
    found: dict[str, str] = {}
    for tag, wordings in broadcast.texts.items():
        states = [known.get((tag, template(text).digest), "") for text in wordings]
        found[tag] = next((s for s in states if s != "approved"), "approved")
    return found


def _spoken(desk: Desk, broadcast: Broadcast) -> list[str]:
    """The languages in which a trial can be sent."""
    return [tag for tag in broadcast.texts if tag in desk.edition().library.scripts]


# ---------------------------------------------------------------- what moves


def _moving(desk: Desk, broadcast: Broadcast, asked: bool = False) -> dict[str, object]:
    """What the page asks for again and again: the forecast, how far it is, and why it stands still."""
    reports = desk.campaigning.broadcasts
    forecast = read_forecast(reports.report(broadcast.id, "forecast")) if broadcast.id else None
    lines = read_progress(reports.report(broadcast.id, "progress")) if broadcast.id else ()
    account = account_of(lines)
    fresh = forecast is not None and (
        broadcast.state != "draft" or forecast.version == broadcast.version
    )
    waits = asked and not fresh and broadcast.state == "draft"
    scripts = desk.edition().library.scripts
    return {
        "broadcast": broadcast,
        "states": BROADCAST_STATES,
        "forecast": forecast,
        "fresh": fresh,
        "as_of": as_of(desk, forecast.at) if forecast else "",
        "lacking": _called(desk, forecast.lacking) if forecast else (),
        "waits": waits,
        "open": waits or broadcast.state in ("released", "sending"),
        "asked": asked,
        "account": account,
        "spent": cost_of(desk, account.segments),
        "cost_line": _cost_line(desk, forecast),
        "costs": lambda segments: cost_of(desk, segments),
        "failures": [
            (said(failed(error, reason)), error, count) for error, reason, count in failures(lines)
        ],
        "skips": [(said(skipped(reason)), count) for reason, count in passed_over(lines)],
        "skipped": lambda reason: said(skipped(reason)),
        "stop": stopped(broadcast.reason) if broadcast.state == "paused" else None,
        "named": {tag: script.language for tag, script in scripts.items()},
        "templates": _templates(desk, broadcast) if broadcast.texts else {},
        "ended": broadcast.state in ENDED,
        "share": _share(account),
    }


def _called(desk: Desk, tags: Sequence[str]) -> list[str]:
    """What languages call themselves; those that the bot does not speak by their tags."""
    scripts = desk.edition().library.scripts
    return [scripts[tag].language.own_name if tag in scripts else tag for tag in tags]


def _share(account: Account) -> str:
    """How far it is, in percent, as the page writes it."""
    if not account.people:
        return ""
    return cast("str", flask_babel.format_percent(account.settled / account.people))


def _cost_line(desk: Desk, forecast: Forecast | None) -> str:
    return money(desk, forecast.cost) if forecast is not None else ""

"""Campaigns: the list, one campaign with its texts and the phone beside them, and the ways in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast, get_args

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smsbot.core.campaign.account import harvests
from smsbot.core.campaign.broadcast import UNDER_WAY, Broadcast
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.fill import fill_campaign
from smsbot.core.people.address import Channel
from smsbot.core.people.staff import Member
from smsbot.flows.campaigns import TextKind, Wrong
from smsbot.ports import Refused
from smsbot.ports.console import CAMPAIGN
from smsbot.ports.ways import PAPERS

from .desk import Desk
from .doors import Doors
from .money import a_thousand
from .names import BROADCAST_STATES, CAME, CAMPAIGN_STATES
from .wordings import Look, at_fields, holders, look_at, look_at_paper, said, sentence, tongues

PRINTED = "poster"  # a text that is looked at as it would be printed
FIRST_RUN = timedelta(days=30)  # how long a new campaign runs where nobody says otherwise


def routes(doors: Doors) -> None:
    """Adds the routes."""
    _list_routes(doors)
    _campaign_routes(doors)
    _ways_routes(doors)


def _list_routes(doors: Doors) -> None:
    desk = doors.desk
    flow = desk.campaigning

    @doors.get("/campaigns", needs="campaigns")
    def campaigns(_member: Member) -> ResponseReturnValue:
        listed = flow.campaigns.all()
        since = min((c.begins for c in listed), default=desk.clock.now().date())
        names = {c.id: c.name for c in listed}
        waiting, moving = _under_way(flow.broadcasts.all())
        return render_template(
            "console/campaigns.html",
            campaigns=listed,
            came=harvests(desk.tallies.since(since), CAMPAIGN) if listed else {},
            columns=CAME,
            waiting=waiting,
            moving=moving,
            names=names,
            people=desk.names(),
            states=CAMPAIGN_STATES,
            broadcast_states=BROADCAST_STATES,
        )

    @doors.get("/campaigns/new", needs="campaigns")
    def new_campaign(_member: Member) -> ResponseReturnValue:
        return _page(desk, None, shown_of(_blank(desk)))

    @doors.post("/campaigns/new", needs="campaigns")
    def create_campaign(member: Member) -> ResponseReturnValue:
        return _kept(desk, _blank(desk), None, lambda filled: flow.create(member, filled))

    @doors.post("/campaigns/look", needs="campaigns")
    def look_at_wording(_member: Member) -> ResponseReturnValue:
        form = request.form
        tag, kind = form.get("tag", ""), form.get("kind", "")
        if tag not in desk.edition().library.scripts or kind not in (*get_args(TextKind), PRINTED):
            abort(404)
        if kind == PRINTED:
            look = look_at_paper(desk, "", form.get("text", ""), tag)
            return render_template("console/_wording_look.html", look=look, paper=True)
        look = look_at(
            desk,
            "",
            form.get("text", ""),
            tag,
            cast("TextKind", kind),
            tuple(form.get("countries", "").upper().replace(",", " ").split()),
            cast(
                "tuple[Channel, ...]", tuple(c for c in form.getlist("channels") if c in CHANNELS)
            ),
        )
        return render_template("console/_wording_look.html", look=look, cost=a_thousand(desk))

    @doors.post("/campaigns/look-keywords", needs="campaigns")
    def look_at_keywords(_member: Member) -> ResponseReturnValue:
        filled, found = fill_campaign(_blank(desk), {"keywords": request.form.get("keywords", "")})
        mine = request.form.get("campaign", "")
        others = [c for c in flow.campaigns.all() if str(c.id) != mine and c.state != "ended"]
        for keyword in filled.keywords:
            found += flow.keyword_faults(keyword, others)
        return render_template(
            "console/_faults.html", found=[sentence(f.words, f.values) for f in found]
        )


CHANNELS = ("sms", "whatsapp")


def _under_way(broadcasts: Sequence[Broadcast]) -> tuple[list[Broadcast], list[Broadcast]]:
    """Those that wait for a second person, and those that have begun and not ended."""
    waiting = [b for b in broadcasts if b.state == "submitted"]
    return waiting, [b for b in broadcasts if b.state in UNDER_WAY]


def _campaign_routes(doors: Doors) -> None:
    desk = doors.desk
    flow = desk.campaigning

    @doors.get("/campaigns/<int:campaign_id>", needs="campaigns")
    def campaign(_member: Member, campaign_id: int) -> ResponseReturnValue:
        found = campaign_or_404(desk, campaign_id)
        return _page(desk, found, shown_of(found))

    @doors.post("/campaigns/<int:campaign_id>", needs="campaigns")
    def change_campaign(member: Member, campaign_id: int) -> ResponseReturnValue:
        found = campaign_or_404(desk, campaign_id)
        version = request.form.get("version", "")
        base = replace(found, version=int(version) if version.isdecimal() else 0)
        return _kept(desk, base, found, lambda filled: flow.change(member, filled))

    @doors.post("/campaigns/<int:campaign_id>/launch", needs="campaigns")
    def launch_campaign(member: Member, campaign_id: int) -> ResponseReturnValue:
        says = _("Live: people can come by it from now on, on its days.")
        return _stated(desk, campaign_id, lambda: flow.launch(member, campaign_id), says)

    @doors.get("/campaigns/<int:campaign_id>/launch", needs="campaigns")
    def after_launch(_member: Member, campaign_id: int) -> ResponseReturnValue:
        """Where a refused launch is loaded again, or the page's language is changed there: nothing is done by it."""
        return redirect(url_for("console.campaign", campaign_id=campaign_id))

    @doors.post("/campaigns/<int:campaign_id>/end", needs="campaigns")
    def end_campaign(member: Member, campaign_id: int) -> ResponseReturnValue:
        says = _("Ended: nobody comes by it any more.")
        return _stated(desk, campaign_id, lambda: flow.end(member, campaign_id), says)

    @doors.get("/campaigns/<int:campaign_id>/broadcasts", needs="campaigns")
    def broadcasts(_member: Member, campaign_id: int) -> ResponseReturnValue:
        return render_template(
            "console/broadcasts.html",
            campaign=campaign_or_404(desk, campaign_id),
            broadcasts=flow.broadcasts.all(campaign_id),
            people=desk.names(),
            states=CAMPAIGN_STATES,
            broadcast_states=BROADCAST_STATES,
        )


def campaign_or_404(desk: Desk, campaign_id: int) -> Campaign:
    """The campaign; the page of an unknown one is not there."""
    return desk.campaigning.campaigns.get(campaign_id) or abort(404)


def _blank(desk: Desk) -> Campaign:
    today = desk.clock.now().astimezone(desk.edition().library.profile.time_zone).date()
    return Campaign(0, "", "", today, today + FIRST_RUN)


# ---------------------------------------------------------------- keeping


def _kept(
    desk: Desk, base: Campaign, before: Campaign | None, keep: Callable[[Campaign], Campaign]
) -> ResponseReturnValue:
    """Keeps what was filled in, or gives the page back with it and with what is wrong."""
    written = _written(desk)
    filled, faults = fill_campaign(base, written)
    if request.form.get("and") == "look":
        return _page(desk, before, written, at_fields(faults), looks=_looks(desk, written))
    if faults:
        return _page(desk, before, written, at_fields(faults), code=422)
    try:
        kept = keep(filled)
    except Wrong as wrong:
        return _page(desk, before, written, at_fields(wrong.faults), code=422)
    except Refused as no:
        newest = desk.campaigning.campaigns.get(before.id) if before else None
        return _page(desk, newest, written, wrong=sentence(str(no)), code=409)
    flash(_("Kept."))
    return redirect(url_for("console.campaign", campaign_id=kept.id))


def _stated(
    desk: Desk, campaign_id: int, act: Callable[[], Campaign], says: str
) -> ResponseReturnValue:
    found = campaign_or_404(desk, campaign_id)
    try:
        act()
    except Wrong as wrong:
        return _page(desk, found, shown_of(found), at_fields(wrong.faults), code=422)
    except Refused as no:
        flash(sentence(str(no)), "wrong")
    else:
        flash(says)
    return redirect(url_for("console.campaign", campaign_id=campaign_id))


def shown_of(campaign: Campaign) -> dict[str, object]:
    """What the fields of a campaign show."""
    return {
        "name": campaign.name,
        "begins": campaign.begins.isoformat(),
        "ends": campaign.ends.isoformat(),
        "keywords": ", ".join(campaign.keywords),
        "referrals": ", ".join(campaign.referrals),
        "news": campaign.news,
        "welcome": campaign.welcome,
        "prefill": campaign.prefill,
        "poster": {tag: "\n".join(lines) for tag, lines in campaign.poster.items()},
    }


def _written(desk: Desk) -> dict[str, object]:
    """What was typed into the fields."""
    form = request.form
    tags = [language.tag for language in tongues(desk)]
    return {
        **{
            name: form.get(name, "") for name in ("name", "begins", "ends", "keywords", "referrals")
        },
        "news": form.get("news") == "yes",
        "welcome": {tag: form.get(f"welcome.{tag}", "") for tag in tags},
        "prefill": {tag: form.get(f"prefill.{tag}", "") for tag in tags},
        "poster": {tag: form.get(f"poster.{tag}", "") for tag in tags},
    }


def _looks(desk: Desk, written: Mapping[str, object]) -> dict[str, Look]:
    """Each welcome and each poster looked at, by its field."""
    scripts = desk.edition().library.scripts

    def written_in(name: str) -> list[tuple[str, str]]:
        texts = cast("Mapping[str, str]", written[name])
        return [(tag, text) for tag, text in texts.items() if text.strip() and tag in scripts]

    looks = [
        look_at(desk, f"welcome.{tag}", text, tag, "welcome") for tag, text in written_in("welcome")
    ]
    looks += [
        look_at_paper(desk, f"{PRINTED}.{tag}", text, tag) for tag, text in written_in("poster")
    ]
    return {look.field: look for look in looks}


def _page(
    desk: Desk,
    campaign: Campaign | None,
    written: Mapping[str, object],
    faults: Mapping[str, Sequence[str]] | None = None,
    wrong: str = "",
    looks: Mapping[str, Look] | None = None,
    code: int = 200,
) -> Response:
    """The page of one campaign, or of a new one, with what stands in its fields."""
    looks = _looks(desk, written) if looks is None else looks
    languages = tongues(desk)
    page = render_template(
        "console/campaign.html",
        campaign=campaign,
        written=written,
        faults=faults or {},
        wrong=wrong,
        languages=languages,
        looks=looks,
        look=next(iter(looks.values()), None),
        holders=holders(desk),
        prefills={
            language.tag: desk.ways.links(replace(campaign, prefill={}), language.tag).prefill
            for language in languages
        }
        if campaign
        else {},
        cost=a_thousand(desk),
        states=CAMPAIGN_STATES,
    )
    return make_response(page, code)


# ---------------------------------------------------------------- the ways in


def _ways_routes(doors: Doors) -> None:
    desk = doors.desk

    @doors.get("/campaigns/<int:campaign_id>/ways", needs="campaigns")
    def ways(_member: Member, campaign_id: int) -> ResponseReturnValue:
        found = campaign_or_404(desk, campaign_id)
        return render_template(
            "console/campaign_ways.html",
            campaign=found,
            lines=[(line, desk.ways.links(found, line.tag)) for line in tongues(desk)],
            address=desk.ways.address(found),
            papers=PAPERS,
            states=CAMPAIGN_STATES,
        )

    @doors.get("/campaigns/<int:campaign_id>/qr.<kind>", needs="campaigns")
    def qr(_member: Member, campaign_id: int, kind: str) -> ResponseReturnValue:
        found = campaign_or_404(desk, campaign_id)
        makes = {
            "svg": (desk.ways.qr_svg, "image/svg+xml; charset=utf-8"),
            "png": (desk.ways.qr_png, "image/png"),
        }
        if kind not in makes:
            abort(404)
        make, mime = makes[kind]
        answer = Response(make(desk.ways.address(found)), content_type=mime)
        return _named(answer, f"qr-{found.code}.{kind}") if request.args.get("save") else answer

    @doors.get("/campaigns/<int:campaign_id>/poster", needs="campaigns")
    def poster(_member: Member, campaign_id: int) -> ResponseReturnValue:
        found = campaign_or_404(desk, campaign_id)
        tag = request.args.get("language", "")
        paper = next((p for p in PAPERS if p == request.args.get("paper", "")), None)
        if tag not in desk.edition().library.scripts or paper is None:
            abort(404)
        try:
            for objection in desk.campaigning.on_paper(tag, found.poster.get(tag, ())):
                if objection.blocks:
                    raise Refused(said(objection.words, objection.values))
            made = desk.ways.poster(found, tag, paper)
        except Refused as no:
            flash(sentence(str(no)), "wrong")
            return redirect(url_for("console.ways", campaign_id=campaign_id))
        answer = Response(made, content_type="application/pdf")
        return _named(answer, f"poster-{found.code}-{tag}-{paper}.pdf")


def _named(answer: Response, name: str) -> Response:
    """The answer as a file."""
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

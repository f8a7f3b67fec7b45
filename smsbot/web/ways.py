"""The page of a campaign's counted link: two large buttons, in the visitor's language; who comes by is counted, and nobody known.

No cookie, no script, nothing kept of the visitor. What programs ask for, to show a preview or to look a page over, is not counted.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from flask import Blueprint, Response, render_template, request

from smsbot.core.campaign.campaign import Campaign
from smsbot.ports.ways import Links, PageWords, Ways

from .headers import hardened

What = Literal["scan", "click"]
HEADERS = hardened("'none'", "no-referrer")
LONGEST_CODE = 64  # characters of what is looked up
# Browsers that load ahead what may never be looked at say so in one of these headers.
AHEAD = ("Purpose", "Sec-Purpose", "X-Moz", "X-Purpose")
# Programs that look at pages: those that say so in their name, and those that fetch previews for messengers. A telephone of the
# make Cubot is none.
_PROGRAM = re.compile(
    r"(?<!cu)bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog|^whatsapp|^telegram|^viber|^skype|^signal"
    r"|embedly|monitor|uptime|lighthouse|headless|curl|wget|python|java/|okhttp|go-http|axios|node-fetch|libwww",
    re.IGNORECASE,
)
# Where Chinese is written in traditional characters; everywhere else in simplified ones.
_TRADITIONAL = frozenset({"tw", "hk", "mo"})


@dataclass(frozen=True, kw_only=True)
class Landing:
    """What the page leans on.

    `find` gives the campaign that is open under a code, `languages` those that the clinic offers (tag and own name, its default
    first), `count` counts a visit or a click: (campaign, what, language, channel). `clinic` is its name, `phone` the number that
    staff answer, in E.164, and `shown` the same as people write it; `sms` is the number to text to as people write it.
    """

    find: Callable[[str], Campaign | None]
    ways: Ways
    languages: Callable[[], Sequence[tuple[str, str]]]
    count: Callable[[Campaign, What, str, str], object]
    clinic: str
    phone: str
    shown: str
    sms: str = ""


def blueprint(landing: Landing) -> Blueprint:
    """/c/<code>, and /c/<code>/sms and /c/<code>/wa behind its buttons."""
    doors = Blueprint("ways", __name__)

    @doors.get("/c/<code>")
    def show(code: str) -> Response:
        """The page; counted once, not again when somebody only changes the language."""
        found, words = _found(landing, code), landing.ways.words(_language(landing))
        if found is None:
            return _closed(landing, words)
        links = landing.ways.links(found, words.language)
        if _somebody() and "again" not in request.args:
            landing.count(found, "scan", words.language, "web")
        return _page(landing, words, found, links=links, by_hand=_by_hand(found))

    @doors.get("/c/<code>/<any(sms, wa):way>")
    def go(code: str, way: str) -> Response:
        """On to the messages, with the text written; a phone that does not follow finds the link on the page."""
        found, words = _found(landing, code), landing.ways.words(_language(landing))
        link = _link(landing.ways.links(found, words.language), way) if found else ""
        if found is None or not link:
            return _closed(landing, words)
        if _somebody():
            channel = "sms" if way == "sms" else "whatsapp"
            landing.count(found, "click", words.language, channel)
        page = _page(landing, words, found, link=link, by_hand=_by_hand(found))
        page.status_code = 302
        page.headers["Location"] = link
        return page

    return doors


def _link(links: Links, way: str) -> str:
    return links.sms if way == "sms" else links.whatsapp


def _found(landing: Landing, code: str) -> Campaign | None:
    return landing.find(code) if len(code) <= LONGEST_CODE else None


def _by_hand(campaign: Campaign) -> str:
    """What is typed where no button works, as on a computer."""
    return (campaign.keywords[0] if campaign.keywords else campaign.code).upper()


def _closed(landing: Landing, words: PageWords) -> Response:
    """Nobody is left standing: the clinic's number, and nothing counted."""
    page = _page(landing, words)
    page.status_code = 404
    return page


def _page(
    landing: Landing, words: PageWords, campaign: Campaign | None = None, **shown: object
) -> Response:
    page = render_template(
        "ways.html",
        landing=landing,
        words=words,
        languages=landing.languages(),
        path=f"/c/{campaign.code}" if campaign else request.path,
        campaign=campaign,
        **shown,
    )
    return Response(page, headers=HEADERS)


def _somebody() -> bool:
    """Whether a person asks, as far as can be told, and not a program."""
    agent = request.headers.get("User-Agent", "")
    ahead = any(name in request.headers for name in AHEAD)
    return request.method == "GET" and bool(agent) and not ahead and not _PROGRAM.search(agent)


def _language(landing: Landing) -> str:
    """The visitor's language among those that are offered: as the link or the visitor chose, or as the browser asks for."""
    offered = [tag for tag, _ in landing.languages()]
    chosen = request.args.get("lang", "")
    return spoken_of([chosen, *(tag for tag, _ in request.accept_languages)], offered)


def spoken_of(wanted: Iterable[str], offered: Sequence[str]) -> str:
    """The first of the wanted languages that is offered, if need be without its region; the first that is offered where none is."""
    known = {tag.lower(): tag for tag in offered}
    for tag in wanted:
        parts = tag.lower().replace("_", "-").split("-")
        traditional = "hant" if _TRADITIONAL & set(parts) else "hans"
        near = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
        for name in (*near, f"{parts[0]}-{traditional}"):
            if name in known:
                return known[name]
    return offered[0]

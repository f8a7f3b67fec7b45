"""A console with campaigns whose gate, keywords and ways are plain ones, on a database of its own."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from smsbot.core.campaign.broadcast import Broadcast
from smsbot.core.campaign.campaign import Campaign, Fault
from smsbot.core.people.address import Address
from smsbot.core.people.staff import Member, Role
from smsbot.flows.campaigns import Campaigning, Objection
from smsbot.ports import Refused, Unavailable
from smsbot.ports.campaign import Accepted, Listed, Outgoing
from smsbot.ports.ways import Links, Paper
from smsbot.web.app import make_app
from smsbot.web.console.desk import Desk
from smsbot.wiring.servers import Parts

from .desks import TOKEN

INVITATION = "%(clinic)s: our open day is on Friday. %(address)s. %(STOP)s to end."
NAMES = "“%(where)s” names the medicine: leave it out."


def gate(
    text: str, tag: str, _kind: str, _countries: Sequence[str], _channels: Sequence[str]
) -> list[Objection]:
    """Blocks the medicine's name, and finds long texts dear."""
    found = []
    if "botox" in text.casefold():
        found.append(Objection(tag, "", True, NAMES, {"where": "Botox"}))
    if len(text) > 160:
        found.append(Objection(tag, "", False, "this is long", {}))
    return found


def keyword_faults(keyword: str, others: Sequence[Campaign]) -> list[Fault]:
    """Refuses what means something, and what another campaign has."""
    if keyword.casefold() == "price":
        return [Fault("keywords", "%(word)s already means something", {"word": keyword})]
    return [
        Fault("keywords", "%(word)s is a keyword of %(name)s", {"word": keyword, "name": c.name})
        for c in others
        if keyword in c.keywords
    ]


class PlainWays:
    """Links that say what they were made of."""

    def links(self, campaign: Campaign, language: str) -> Links:
        words = campaign.prefill.get(language, f"hello in {language}")
        return Links(
            f"{words} {campaign.code}",
            f"sms:+15145550100?&body={campaign.code}",
            f"https://wa.me/15145550100?text={campaign.code}",
            f"https://bot.clinic.example/c/{campaign.code}",
        )

    def address(self, campaign: Campaign) -> str:
        return f"https://bot.clinic.example/c/{campaign.code}"

    def qr_svg(self, text: str) -> bytes:
        return f"<svg xmlns='http://www.w3.org/2000/svg'><title>{text}</title></svg>".encode()

    def qr_png(self, text: str) -> bytes:
        return b"\x89PNG" + text.encode()

    def poster(self, campaign: Campaign, language: str, paper: Paper) -> bytes:
        if language not in campaign.poster:
            raise Refused("write the headline of the poster in this language first")
        return f"%PDF {campaign.code} {language} {paper} {campaign.poster[language]}".encode()


@dataclass
class Sent:
    """A carrier that keeps what it was handed."""

    messages: list[Outgoing] = field(default_factory=list)

    def send(self, message: Outgoing) -> Accepted:
        self.messages.append(message)
        return Accepted(f"SM{len(self.messages):032x}", 1)

    def sent_to(self, to: Address, since: datetime) -> list[Listed]:  # noqa: ARG002
        return []


@dataclass
class Asked:
    """The queue: what was asked for; or away."""

    tasks: list[tuple[object, ...]] = field(default_factory=list)
    away: bool = False

    def __call__(self, task: str, /, *ids: int) -> None:
        if self.away:
            raise Unavailable("the queue")
        self.tasks.append((task, *ids))


@dataclass
class Marketing:
    """The console, what was asked of the worker, and what was sent on trial."""

    app: Flask
    desk: Desk
    asked: Asked
    sent: Sent

    @property
    def flow(self) -> Campaigning:
        return self.desk.campaigning

    def sign_in(self, name: str, role: Role = "marketer") -> "Marketer":
        access = self.desk.access
        email = f"{name.casefold()}@clinic.example"
        member = access.members.by_email(email)
        secret = access.link(member) if member else access.invite(email, name, [role])[1]
        client = self.app.test_client()
        found = TOKEN.search(client.get(f"/console/in/{secret}").text)
        assert found is not None
        client.post(f"/console/in/{secret}", data={"csrf_token": found[1]})
        member = access.members.by_email(email)
        assert member is not None
        return Marketer(client, member)

    def campaign(self, by: Member, **more: object) -> Campaign:
        today = self.desk.clock.now().date()
        wanted = Campaign(
            0, "Open day", "", today, today + timedelta(days=9), welcome={"en": "Hello."}
        )
        return self.flow.create(by, replace(wanted, **more))  # type: ignore[arg-type]

    def broadcast(self, by: Member, **more: object) -> Broadcast:
        now = self.desk.clock.now()
        campaign_id = int(str(more.pop("campaign_id", 0))) or self.campaign(by).id
        wanted = Broadcast(
            0,
            campaign_id,
            "Invitation",
            now.date() + timedelta(days=1),
            time(10),
            now + timedelta(days=4),
            texts={"en": (INVITATION,)},
        )
        return self.flow.keep(by, replace(wanted, **more))  # type: ignore[arg-type]

    def foretold(self, broadcast: Broadcast, **more: object) -> None:
        """The worker has worked out the forecast."""
        report = {
            "version": broadcast.version,
            "people": 3,
            "rows": [["en", "sms", "planned", 3]],
            "segments": [["en", "sms", 3]],
            "cost": "0.0249",
        }
        self.flow.broadcasts.tell(
            broadcast.id, "forecast", {**report, **more}, self.desk.clock.now()
        )


@dataclass
class Marketer:
    """One who is signed in."""

    client: FlaskClient
    member: Member

    def get(self, path: str, **more: object) -> TestResponse:
        return self.client.get(f"/console{path}", **more)  # type: ignore[arg-type]

    def post(self, path: str, form: dict[str, object] | None = None) -> TestResponse:
        """Sends a form as one of the pages would."""
        found = TOKEN.search(self.client.get("/console/me").text)
        assert found is not None
        return self.client.post(f"/console{path}", data={"csrf_token": found[1], **(form or {})})


def marketing(parts: Parts, **more: object) -> Marketing:
    """The assembled bot with campaigns that are plain."""
    console = parts.doors.console
    assert console is not None
    asked, sent = Asked(), Sent()
    flow = replace(
        console.campaigning,
        gate=gate,
        keyword_faults=keyword_faults,
        ask=asked,
        messages=sent,
        trial_numbers=(Address("sms", "+15145550188"),),
        **more,
    )
    desk = replace(console, campaigning=flow, ways=PlainWays())
    app = make_app(replace(parts.doors, console=desk))
    app.testing = True
    return Marketing(app, desk, asked, sent)


def plain(page: TestResponse) -> str:
    """The page's text without its markup."""
    body = re.sub(r"<(script|style).*?</\1>", " ", page.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def fields(page: TestResponse) -> dict[str, str]:
    """What stands in the page's fields, by their names."""
    found = {
        name: html.unescape(text)
        for name, text in re.findall(
            r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', page.text, re.DOTALL
        )
    }
    for tag in re.findall(r"<input[^>]*>", page.text):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        boxed = 'type="checkbox"' in tag and " checked" not in tag
        if name and not boxed:
            found[name[1]] = html.unescape(value[1]) if value else ""
    return found

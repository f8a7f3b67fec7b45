"""A clinic for a test: its patients, who write to the running bot, and its staff, each at a browser of their own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, product
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from smsbot import wiring
from smsbot.core.people.staff import Role
from smsbot.settings import Settings
from tests.running import Site

from .looks import Look, faults_of

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PATIENCE = 20_000  # milliseconds that a page may take
SOON = timedelta(seconds=2)  # until every process has what was published
# Keeps what the page tried against its own policy, where a test can read it.
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
# Of Canada; with 555-01xx they belong to nobody. No test but these writes from them.
AREAS = (204, 236, 250, 289, 306, 343, 403, 416, 418, 506, 579, 587, 604, 613, 705, 709, 867, 902)


def people() -> Iterator[str]:
    """Numbers of people who never wrote before."""
    return (f"+1{area}55501{number:02d}" for number, area in product(range(100), AREAS))


@dataclass
class Bot:
    """A running bot, another web process of it, and who has not written to it yet."""

    site: Site
    other: Site
    database: str
    strangers: Iterator[str] = field(default_factory=people)
    messages: Iterator[int] = field(default_factory=lambda: count(1))


class Clinic:
    """The staff at their browsers, and the patients."""

    def __init__(self, bot: Bot, browser: Browser) -> None:
        self.bot, self.browser = bot, browser
        self.url = f"{bot.site.url}/console"
        self.pages: list[Page] = []
        self.complaints: list[str] = []

    # ------------------------------------------------------------ staff

    def link(self, email: str, *roles: Role) -> str:
        """A link that signs this member in, who is added with these roles where nobody has the address yet."""
        access, _ = wiring.access(Settings.from_env(self.bot.site.local.environ))
        member = access.members.by_email(email)
        if member is None:
            _, secret = access.invite(email, email.partition("@")[0], roles, ())
        else:
            secret = access.link(member)
        for store in (access.members, access.audit):
            store.close()  # type: ignore[attr-defined] # they are SQL's
        return f"{self.url}/in/{secret}"

    def done(self, act: str) -> datetime | None:
        """When this was last done, as the audit has it."""
        access, _ = wiring.access(Settings.from_env(self.bot.site.local.environ))
        found = access.audit.find(act=act)
        for store in (access.members, access.audit):
            store.close()  # type: ignore[attr-defined]
        return found[0].at if found else None

    def sign_in(self, name: str, *roles: Role, **context: Any) -> Page:
        """A member's browser, on the front page of the console."""
        at: BrowserContext = self.browser.new_context(
            **{"viewport": WIDE, "locale": "en-CA", "reduced_motion": "reduce", **context}
        )
        at.set_default_timeout(PATIENCE)
        page = at.new_page()
        page.add_init_script(WATCH)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.pages.append(page)
        page.goto(self.link(f"{name}@clinic.example", *roles))
        page.get_by_role("button", name="Sign in").click()
        overview = page.get_by_role("heading", name="Overview")
        # While its processes start a slow machine may keep a page waiting for its database, which then says so.
        hurried = page.get_by_role("link", name="Try again")
        wait_for(overview.or_(hurried))
        if hurried.count():
            hurried.click()
        wait_for(overview)
        return page

    def open(self, page: Page, path: str, status: int = 200) -> None:
        """Opens a page of the console."""
        answer = page.goto(self.url + path)
        assert answer is not None
        assert answer.status == status, path
        assert len(answer.body()) < 100_000, path

    def looked_at(self, page: Page, *looks: Look) -> list[str]:
        """What is wrong with a page for somebody who sees it so. The database changes no picture: it is looked at on one."""
        return faults_of(page, looks) if self.bot.database == "sqlite" else []

    def leave(self) -> None:
        """Closes the browsers of all, which must not have complained."""
        broken = [line for page in self.pages for line in page.evaluate("window.violations")]
        for page in self.pages:
            page.context.close()
        assert broken == []
        assert self.complaints == []

    # ------------------------------------------------------------ patients

    def ask(self, text: str, of: Site | None = None) -> str:
        """What somebody who never wrote before is answered first, by the other process where none is named."""
        message = f"SM{next(self.bot.messages):032x}"
        return (of or self.bot.other).say(text, message, next(self.bot.strangers))[0]

    def hears(self, text: str, beginning: str, since: datetime) -> None:
        """Asks the other process until its answer begins so; an older answer more than two seconds after `since` is too late."""
        while not (answer := self.ask(text)).startswith(beginning):
            assert datetime.now(UTC) - since < SOON, answer


def wait_for(what: Locator) -> None:
    """Waits until it is there to be seen."""
    expect(what).to_be_visible()

"""The staff's console in a real browser, on both databases, with the bot in its real processes and one more beside it."""

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from smsbot import wiring
from smsbot.core.people.staff import Role
from smsbot.settings import Settings
from tests.adapters.conftest import SERVER, make_schema
from tests.running import Site, another_process, free_port, running

from .conftest import WATCH

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.enable_socket]

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@dataclass
class Clinic:
    """A running bot, another web process of it, and its staff at their browsers."""

    site: Site
    other: Site
    browser: Browser

    def link(self, email: str, *roles: Role, languages: tuple[str, ...] = ()) -> str:
        access, _ = wiring.access(Settings.from_env(self.site.local.environ))
        member = access.members.by_email(email)
        if member is None:
            _, secret = access.invite(email, email.partition("@")[0], roles, languages)
        else:
            secret = access.link(member)
        for store in (access.members, access.audit):
            store.close()  # type: ignore[attr-defined] # they are SQL's
        return f"{self.site.url}/console/in/{secret}"

    def sign_in(self, email: str, *roles: Role, **context: object) -> Page:
        at: BrowserContext = self.browser.new_context(
            locale="en-CA",
            **{"viewport": WIDE, **context},  # type: ignore[arg-type]
        )
        at.set_default_timeout(20_000)
        page = at.new_page()
        page.add_init_script(WATCH)
        page.goto(self.link(email, *roles))
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        return page


@pytest.fixture(scope="module", params=["sqlite", SERVER])
def clinic(
    request: pytest.FixtureRequest,
    browser: Browser,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Clinic]:
    schemas = make_schema() if request.param == "postgresql" else iter([""])
    url = next(schemas)
    port = str(free_port())
    extra = {"DATABASE_URL": url} if url else {}
    var: Path = tmp_path_factory.mktemp("clinic")
    with (
        running(
            var,
            PORT=port,
            PUBLIC_URL=f"http://127.0.0.1:{port}",
            SMS_PRICE="0.0083 USD",
            KEEP_UNREAD="on",
            **extra,
        ) as site,
        another_process(site) as other,
    ):
        yield Clinic(site, other, browser)
    shutil.rmtree(var / "redis", ignore_errors=True)
    for _ in schemas:
        """The schema is dropped."""


def test_a_mended_text_reaches_a_patient_in_another_process_within_two_seconds(
    clinic: Clinic,
) -> None:
    translator = clinic.sign_in("tania@clinic.example", "translator")
    translator.goto(f"{clinic.site.url}/console/texts/fr/time")
    editor = translator.locator("#form0")
    before = editor.input_value()
    phone = translator.locator(".phone.sms")
    cost = phone.locator(".cost")
    expect(cost).to_contain_text("2 segments")
    expect(cost).to_contain_text("$16.60")
    editor.fill("Une séance prend peu de temps : %(minutes_low)s à %(minutes_high)s minutes.")
    expect(cost).to_contain_text("1 segment")
    expect(cost).to_contain_text("$8.30")
    expect(translator.locator("#findings")).to_contain_text("lacks %(onset)s")
    translator.get_by_role("button", name="Save for review").click()
    expect(translator.locator("#findings")).to_contain_text("Must be mended")
    expect(editor).to_have_value(re.compile("Une séance prend"))

    editor.fill(before.replace("Le traitement prend", "Une séance prend"))
    expect(translator.locator("#findings")).not_to_contain_text("lacks")
    expect(translator.locator(".phone.sms .bubble")).to_contain_text("Une séance prend")
    editor.press("Control+Enter")
    expect(translator.get_by_role("status")).to_contain_text("Saved")

    clinic.other.say("combien de temps ça prend ?", "SM" + "0" * 31 + "1", "+15145550131")
    reviewer = clinic.sign_in("remy@clinic.example", "reviewer")
    reviewer.goto(f"{clinic.site.url}/console/texts/fr/time")
    reviewer.get_by_role("button", name="Publish", exact=True).click()
    expect(reviewer.get_by_role("status")).to_contain_text("Published")
    published = time.monotonic()
    number = 2
    while True:
        message = f"SM{number:032x}"
        (text, *_) = clinic.other.say(
            "combien de temps ça prend ?", message, f"+151455501{number + 30}"
        )
        if text.startswith("Une séance prend"):
            break
        assert time.monotonic() - published < 2, text
        number += 1

    reviewer.get_by_role("button", name="Back to this").click()
    expect(reviewer.get_by_role("status")).to_contain_text("in force again")
    expect(reviewer.locator("#form0")).to_have_value(before)


def test_who_works_without_the_mouse_gets_through(clinic: Clinic) -> None:
    page = clinic.sign_in("keys@clinic.example", "translator")
    page.goto(f"{clinic.site.url}/console/texts/fr/pain")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#form0").focus()
    page.keyboard.press("Alt+n")
    expect(page).to_have_url(re.compile("/console/texts/fr/pain.label"))
    page.keyboard.press("Alt+r")
    expect(page).to_have_url(re.compile("only=review"))


ROOMS = (
    "/console/",
    "/console/texts",
    "/console/texts/fr",
    "/console/texts/fr/pain",
    "/console/texts/ar/urgent",
    "/console/staff",
    "/console/audit",
    "/console/me",
)


@pytest.mark.parametrize("look", ["light", "dark", "narrow", "french"])
def test_every_page_can_be_used_by_everybody_and_keeps_its_own_policy(
    clinic: Clinic, look: str
) -> None:
    context: dict[str, object] = {
        "light": {},
        "dark": {"color_scheme": "dark"},
        "narrow": {"viewport": NARROW},
        "french": {},
    }[look]
    page = clinic.sign_in("all@clinic.example", "admin", "reviewer", "translator", **context)
    if look == "french":
        page.get_by_role("button", name="Français").click()
    for room in ROOMS:
        answer = page.goto(clinic.site.url + room)
        assert answer is not None
        assert answer.status == 200, room
        assert len(answer.body()) < 100_000, room
        found = Axe().run(page)
        assert found.violations_count == 0, f"{room}: {found.generate_report()}"
        assert page.evaluate("window.violations") == [], room
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{room} is wider than the screen"

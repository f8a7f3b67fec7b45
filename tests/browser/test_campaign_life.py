"""A campaign's whole life in a real browser: written, launched, foretold, released by a second person, watched, stopped, and counted.

The processes are real: web, sender, carrier, Redis and both databases. The sender's and the carrier's clocks are ahead, so that it
is an hour at which people may be written to.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from smsbot.adapters.local import Local
from smsbot.adapters.sql.tables import broadcasts, deliveries
from smsbot.core.campaign.broadcast import Broadcast
from tests.adapters.conftest import SERVER, make_schema, migrated
from tests.running import Site
from tests.whole.sending import TORONTO, Sending, number, sending, wait_for

from .clinic import Bot, Clinic
from .looks import DARK, LIGHT, NARROW

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.enable_socket]

ENGLISH, FRENCH = 20, 10  # people who said yes, by language
EVERYBODY = ENGLISH + FRENCH
SLOW = "0.5"  # segments a second: a minute for everybody, so that there is time to stop it
ROUNDS = 4  # of the sender, one a second: twice as long as the next message would have taken
WELCOME = {
    "en": "%(clinic)s: welcome! Ask us anything. %(address)s. %(STOP)s to end.",
    "fr": "%(clinic)s : bienvenue ! Posez-nous vos questions. %(address)s. %(STOP)s pour finir.",
}
INVITATION = {
    "en": "%(clinic)s: our open day is on Friday. %(address)s. %(STOP)s to end.",
    "fr": "%(clinic)s : notre journée d'accueil est vendredi. %(address)s. %(STOP)s pour finir.",
}
FORBIDDEN = "%(clinic)s: Botox on Friday. %(address)s. %(STOP)s to end."


@dataclass
class Life:
    """The staff at their browsers, and what sends."""

    staff: Clinic
    sending: Sending

    def sent(self) -> list[str]:
        """To whom messages of broadcasts went, as the carrier has it."""
        created = self.sending.carrier.log("created")
        return [one["to"] for one in created if one["direction"] == "outbound-api"]

    def broadcast(self) -> Broadcast:
        """The one that there is."""
        (found,) = self.sending.broadcasts.all()
        return found

    def states(self) -> Counter[str]:
        """How many deliveries are in each state."""
        return Counter(state for _, state, _ in self.sending.rows(self.broadcast()))

    def rounds(self, count: int) -> None:
        """Waits until the sender has looked after everything so many times more."""
        for _ in range(count):
            before = self._counted_at()
            wait_for(lambda before=before: self._counted_at() != before, "a round of the sender")

    def _counted_at(self) -> datetime | None:
        with self.sending.engine.connect() as connection:
            found: datetime | None = connection.execute(select(broadcasts.c.progress_at)).scalar()
        return found


@pytest.fixture(params=["sqlite", SERVER])
def life(request: pytest.FixtureRequest, tmp_path: Path, browser: Browser) -> Iterator[Life]:
    schemas = (
        make_schema() if request.param == "postgresql" else iter([f"sqlite:///{tmp_path}/bot.db"])
    )
    url = next(schemas)
    migrated(url)
    with sending(tmp_path, url, SEND_RATE=SLOW, SMS_PRICE="0.0083 USD") as clinic:
        clinic.web_answers()
        site = Site(Local(clinic.environ, tmp_path))
        staff = Clinic(Bot(site, site, request.param), browser)
        yield Life(staff, clinic)
        staff.leave()
    for _ in schemas:
        """The schema is dropped."""


def says(page: Page, words: str) -> None:
    """Waits until the page reports so, and has its script."""
    expect(page.locator(".said").first).to_contain_text(words)
    page.wait_for_load_state()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def unfold(page: Page, field: str) -> Locator:
    """The field of a language, opened."""
    found = page.locator(f'[id="{field}"]')
    if not found.is_visible():
        page.locator("details.tongue", has=found).locator("summary").first.click()
    return found


def count_of(page: Page, words: str) -> Locator:
    """The number that stands before these words in what moves."""
    named = page.locator("#live .numbers li", has_text=re.compile(rf"^[\d\s]+{words}$"))
    return named.locator("b")


# ---------------------------------------------------------------- its life


def made(life: Life, page: Page) -> None:
    """A campaign is made and written in both languages; a forbidden word keeps it from being launched."""
    life.staff.open(page, "/campaigns")
    page.get_by_role("link", name="New campaign").click()
    today = datetime.now(TORONTO).date()
    page.get_by_label("Name, for staff only").fill("Open days")
    page.get_by_label("First day").fill(today.isoformat())
    page.get_by_label("Last day").fill((today + timedelta(days=40)).isoformat())
    page.get_by_label("Keywords").fill("TULIPDAYS")
    welcome = page.locator('[id="welcome.en"]')
    welcome.fill("%(clinic)s: Botox days. %(address)s. %(STOP)s to end.")
    found = page.locator('[id="f-welcome.en"]')
    expect(found).to_contain_text("Must be mended")
    expect(found).to_contain_text("Botox")
    press(page, "Keep")
    says(page, "Kept.")
    press(page, "Launch")
    says(page, "something is to be put right")
    expect(page.locator('[id="w-welcome.en"]')).to_contain_text("Botox")
    welcome.fill(WELCOME["en"])
    expect(found).to_contain_text("No rule objects.")
    unfold(page, "welcome.fr").fill(WELCOME["fr"])
    expect(page.locator('[id="f-welcome.fr"]')).to_contain_text("No rule objects.")
    expect(page.locator(".phone.sms .bubble")).to_contain_text("bienvenue")
    press(page, "Keep")
    says(page, "Kept.")
    press(page, "Launch")
    says(page, "Live")


def printed(page: Page, folder: Path) -> None:
    """Its poster comes as a file that can be printed: one page."""
    page.get_by_role("link", name="Ways in").click()
    page.get_by_label("Language").select_option("fr")
    with page.expect_download() as downloading:
        press(page, "Make the PDF")
    name = downloading.value.suggested_filename
    assert re.fullmatch(r"poster-\w+-fr-a4\.pdf", name)
    downloading.value.save_as(folder / name)
    content = (folder / name).read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1


def written(life: Life, page: Page) -> None:
    """The invitation is written; it cannot be submitted with a forbidden word, nor without the language of a third of its people."""
    page.get_by_role("link", name="Broadcasts").click()
    page.get_by_role("link", name="New broadcast").click()
    leaves = life.sending.now().astimezone(TORONTO)
    page.get_by_label("Name, for staff only").fill("Come and see")
    page.get_by_label("Day", exact=True).fill(leaves.date().isoformat())
    page.get_by_label("Hour", exact=True).fill("10:00")
    page.get_by_label("The offer ends").fill(
        datetime.combine(leaves.date() + timedelta(days=2), time(18)).isoformat("T", "minutes")
    )
    page.get_by_label("SMS", exact=True).check()
    text = unfold(page, "texts.en.A")
    text.fill(FORBIDDEN)
    expect(page.locator('[id="f-texts.en.A"]')).to_contain_text("Must be mended")
    press(page, "Keep")
    says(page, "Kept.")
    foretold(page)
    press(page, "Submit for release")
    says(page, "something is to be put right")
    expect(page.get_by_role("alert").first).to_contain_text("English: “Botox” names")
    expect(page.locator('[id="w-texts.en.A"]')).to_contain_text("Botox")
    text.fill(INVITATION["en"])
    press(page, "Keep")
    says(page, "Kept.")
    foretold(page)
    expect(page.locator("#live")).to_contain_text("no text for people who read: Français")
    press(page, "Submit for release")
    says(page, "something is to be put right")
    expect(page.locator("#w-texts")).to_contain_text("10 people are written to in Français")
    unfold(page, "texts.fr.A").fill(INVITATION["fr"])
    press(page, "Keep")
    says(page, "Kept.")
    expect(page.locator("#live")).to_contain_text("Nobody has asked for it yet")


def foretold(page: Page) -> None:
    """The forecast is asked for, and is there when the sender has counted."""
    press(page, "Ask for the forecast")
    expect(page.locator("#live")).to_contain_text("As of")
    expect(page.locator("#live .stale")).to_have_count(0)
    expect(page.locator("#forecasting")).to_have_count(0)
    page.wait_for_load_state()


def seen_through(life: Life, page: Page) -> None:
    """The forecast by language, with people and cost, and when it was counted."""
    foretold(page)
    at = life.sending.now().astimezone(TORONTO)
    live = page.locator("#live")
    expect(live).to_contain_text(re.compile(r"As of \d+:\d\d.[AP]M on \w+ \d+, \d{4}"))
    assert at.strftime("%b %-d, %Y") in live.inner_text()
    rows = page.locator("#live tbody tr")
    expect(rows).to_have_count(2)
    for row, (name, people, cost) in enumerate(
        (("English", ENGLISH, "$0.17"), ("Français", FRENCH, "$0.08"))
    ):
        cells = rows.nth(row).locator("th, td")
        expect(cells.nth(0)).to_have_text(name)
        expect(cells.nth(1)).to_have_text(str(people))
        expect(cells.nth(3)).to_have_text(cost)
    expect(count_of(page, "get it")).to_have_text(str(EVERYBODY))
    expect(live).to_contain_text("$0.25 at most")


def submitted(page: Page) -> None:
    """Whoever submits it cannot release it, not even by a form of their own making."""
    press(page, "Submit for release")
    says(page, "a second person may release it")
    expect(page.get_by_text("You submitted it yourself")).to_be_visible()
    expect(page.get_by_role("button", name="Release", exact=True)).to_have_count(0)
    page.evaluate(
        """() => { const form = document.querySelector("form[action$='/withdraw']");
        form.action = form.action.replace("withdraw", "release"); }"""
    )
    press(page, "Take back and write on")
    says(page, "A second person releases it: not who submitted it")
    expect(page.locator("h1 .mark")).to_have_text("waits for a second person")


def released(life: Life, page: Page) -> None:
    """Somebody else finds it waiting, and lets it go."""
    life.staff.open(page, "/campaigns")
    waiting = page.locator("section", has_text="Waiting for a second person")
    expect(waiting).to_contain_text("submitted by mia")
    waiting.get_by_role("link", name="Come and see").click()
    expect(page.locator(".bubble").first).to_contain_text("our open day is on Friday")
    press(page, "Release")
    says(page, "Released")


def watched(page: Page) -> None:
    """The page counts on by itself."""
    expect(page.locator("#live [data-state=sending]")).to_have_count(1)
    sent = count_of(page, "sent")
    expect(sent).to_have_text(re.compile(r"^[1-9]"))
    page.wait_for_load_state()
    page.evaluate("window.watched = true")
    before = int(sent.inner_text())
    expect(sent).not_to_have_text(str(before))
    assert int(sent.inner_text()) > before
    assert page.evaluate("window.watched")  # it was not loaded anew


def nothing_leaves(life: Life) -> int:
    """Waits until no message is on its way, and then for longer than the next would have taken; how many have left."""
    wait_for(lambda: not life.states()["sending"], "the end of what was on its way")
    before = len(life.sent())
    life.rounds(ROUNDS)
    assert len(life.sent()) == before
    return before


def stopped_for_a_while(life: Life, page: Page) -> None:
    """A pause holds until it is ended."""
    press(page, "Pause")
    says(page, "It stands still")
    expect(page.locator("#live")).to_contain_text("Somebody of your staff paused it.")
    paused_at = nothing_leaves(life)
    assert 0 < paused_at < EVERYBODY
    press(page, "Resume")
    says(page, "It goes on")
    wait_for(lambda: len(life.sent()) > paused_at, "another message")
    expect(page.locator("#live [data-state=sending]")).to_have_count(1)
    page.wait_for_load_state()


def canceled(life: Life, page: Page) -> None:
    """What has not left by then never does."""
    press(page, "Cancel for good")
    says(page, "Canceled: nothing more leaves")
    wait_for(lambda: not life.states()["planned"], "the end of what was planned")
    wait_for(lambda: not life.states()["sending"], "the end of what was on its way")
    life.sending.carrier.settle()
    sent = life.sent()
    assert len(sent) < EVERYBODY
    assert set(Counter(sent).values()) == {1}
    assert set(sent) <= {number(n) for n in range(EVERYBODY)}
    assert life.states()["canceled"] == EVERYBODY - len(sent)


def counted(life: Life, page: Page, folder: Path) -> None:
    """The report has what the carrier has: on the page, in its picture and in its sheet."""
    sent = len(life.sent())

    def told() -> bool:
        with life.sending.engine.connect() as connection:
            states = set(connection.execute(select(deliveries.c.state)).scalars())
        return states == {"delivered", "canceled"}

    wait_for(told, "the carrier's last word")
    page.get_by_role("link", name="Report", exact=True).click()
    numbers = page.locator(".numbers").first
    for words in ("sent", "delivered"):
        expect(numbers.locator("li", has_text=re.compile(rf"^{sent} {words}$"))).to_be_visible()
    expect(numbers).to_contain_text("forecast $0.25")
    expect(numbers).to_contain_text("As of")
    for picture in page.locator("img.chart").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") > 0
        drawn = page.request.get(life.staff.bot.site.url + str(picture.get_attribute("src")))
        assert drawn.text().startswith("<svg")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV", exact=True).click()
    sheet = folder / downloading.value.suggested_filename
    downloading.value.save_as(sheet)
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    people: Counter[str] = Counter()
    for row in rows:
        people[row["state"]] += int(row["people"])
    assert people == {"delivered": sent, "canceled": EVERYBODY - sent}
    assert {row["language"] for row in rows} == {"en", "fr"}


def test_a_campaign_from_its_first_word_to_its_report(life: Life, tmp_path: Path) -> None:
    life.sending.subscribe(ENGLISH)
    life.sending.subscribe(FRENCH, start=ENGLISH, language="fr")
    life.sending.start()
    mia = life.staff.sign_in("mia", "marketer")
    made(life, mia)
    printed(mia, tmp_path)
    written(life, mia)
    seen_through(life, mia)
    submitted(mia)
    assert life.sent() == []
    noa = life.staff.sign_in("noa", "marketer")
    released(life, noa)
    watched(noa)
    stopped_for_a_while(life, noa)
    canceled(life, noa)
    counted(life, noa, tmp_path)


# ---------------------------------------------------------------- what is filled in wrong


def told_at(page: Page, field: str, words: str) -> None:
    """The field is marked, and what is wrong stands below it and leads to it from the top."""
    told = page.locator(f'[id="w-{field}"]')
    expect(told).to_contain_text(words)
    expect(page.locator(f'[id="{field}"]')).to_have_attribute("aria-invalid", "true")
    link = page.get_by_role("alert").first.get_by_role("link", name=words).first
    expect(link).to_have_attribute("href", f"#{field}")


def keeps(page: Page, typed: dict[str, str]) -> None:
    """Nothing that was typed is lost."""
    for field, value in typed.items():
        expect(page.locator(f'[id="{field}"]')).to_have_value(value)


def fill(page: Page, typed: dict[str, str]) -> None:
    for field, value in typed.items():
        unfold(page, field).fill(value)


def test_a_campaign_that_is_filled_in_wrong_is_told_so_and_loses_nothing(clinic: Clinic) -> None:
    page = clinic.sign_in("wilma", "marketer")
    clinic.open(page, "/campaigns/new")
    today = datetime.now(TORONTO).date()
    typed = {
        "name": "Spring",
        "begins": today.isoformat(),
        "ends": (today - timedelta(days=3)).isoformat(),
        "keywords": "price",
        "welcome.en": WELCOME["en"],
        "welcome.fr": WELCOME["fr"],
        "poster.fr": "Venez nous voir",
    }
    fill(page, typed)
    expect(page.locator("#found-keywords")).to_contain_text("price")  # while it is typed
    press(page, "Keep")
    told_at(page, "ends", "It ends before it begins")
    told_at(page, "keywords", "price")
    keeps(page, typed)
    assert clinic.looked_at(page, LIGHT, DARK, NARROW) == []

    typed["begins"] = (today - timedelta(days=9)).isoformat()
    fill(page, {"begins": typed["begins"], "keywords": "MARIGOLDS"})
    press(page, "Keep")
    told_at(page, "ends", "This day has passed")
    expect(page.locator("#w-keywords")).to_have_count(0)
    keeps(page, {**typed, "keywords": "MARIGOLDS"})
    fill(page, {"begins": today.isoformat(), "ends": (today + timedelta(days=9)).isoformat()})
    press(page, "Keep")
    says(page, "Kept.")

    clinic.open(page, "/campaigns/new")
    fill(page, {**typed, "keywords": "marigolds", "ends": (today + timedelta(days=9)).isoformat()})
    expect(page.locator("#found-keywords")).to_contain_text("Spring")
    press(page, "Keep")
    told_at(page, "keywords", "Spring")


def test_a_broadcast_that_is_filled_in_wrong_is_told_so_and_loses_nothing(clinic: Clinic) -> None:
    page = clinic.sign_in("wanda", "marketer")
    clinic.open(page, "/campaigns/new")
    page.get_by_label("Name, for staff only").fill("Autumn")
    press(page, "Keep")
    says(page, "Kept.")
    page.get_by_role("link", name="Broadcasts").click()
    page.get_by_role("link", name="New broadcast").click()
    today = datetime.now(TORONTO).date()
    typed = {
        "name": "Nobody comes",
        "day": (today - timedelta(days=2)).isoformat(),
        "at": "10:30",
        "until": f"{today - timedelta(days=1)}T18:00",
        "countries": "NZ",
        "texts.en.A": INVITATION["en"],
        "texts.fr.A": INVITATION["fr"],
        "texts.fr.B": f"{INVITATION['fr']} !",
        "tested": "30",
        "budget": "12.5",
    }
    page.get_by_label("SMS", exact=True).check()
    fill(page, {name: value for name, value in typed.items() if name != "texts.fr.B"})
    page.locator("details.other", has=page.locator('[id="texts.fr.B"]')).locator("summary").click()
    fill(page, {"texts.fr.B": typed["texts.fr.B"]})
    press(page, "Keep")
    told_at(page, "day", "This day has passed")
    told_at(page, "until", "This moment has passed")
    keeps(page, typed)
    expect(page.get_by_label("SMS", exact=True)).to_be_checked()
    assert clinic.looked_at(page, LIGHT, DARK, NARROW) == []

    typed |= {
        "day": (today + timedelta(days=5)).isoformat(),
        "until": f"{today + timedelta(days=3)}T18:00",
    }
    fill(page, {name: typed[name] for name in ("day", "until")})
    press(page, "Keep")
    told_at(page, "until", "The offer ends before the messages leave")
    keeps(page, typed)
    fill(page, {"until": f"{today + timedelta(days=8)}T18:00"})
    press(page, "Keep")
    says(page, "Kept.")
    foretold(page)
    press(page, "Submit for release")
    expect(page.locator("#w-audience")).to_contain_text("Nobody would get it")
    keeps(page, {**typed, "until": f"{today + timedelta(days=8)}T18:00"})
    assert clinic.looked_at(page, LIGHT, DARK, NARROW) == []

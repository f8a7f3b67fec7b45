"""The phone page in a real browser: what a visitor types, taps and sees."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from .clinic import WATCH

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
# Chooses a country by its code; on a narrow screen the list is behind a button.
CHOOSE = """(code) => {
  const list = document.getElementById("country");
  list.value = code;
  list.dispatchEvent(new Event("change"));
}"""


class Visit:
    """A page that was opened, and what its console complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.add_init_script(WATCH)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, site: str, country: str) -> Page:
        """Opens the phone as a person of a country that no other test writes from, so that no talk is shared."""
        self.page.goto(f"{site}/phone")
        expect(self.page.locator("#number")).not_to_be_empty()
        self.page.evaluate(CHOOSE, country)
        return self.page


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """A visit on a wide screen; nothing in it may break the policy or complain in the console."""
    yield from _visit(browser, WIDE)


@pytest.fixture
def narrow(browser: Browser) -> Iterator[Visit]:
    """The same on the screen of a telephone."""
    yield from _visit(browser, NARROW)


def _visit(browser: Browser, size: dict[str, int]) -> Iterator[Visit]:
    context = browser.new_context(viewport=size, reduced_motion="reduce", locale="en-CA")  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    visit = Visit(context.new_page())
    yield visit
    violations = visit.page.evaluate("window.violations")
    context.close()
    assert violations == []
    assert visit.complaints == []


def write(page: Page, text: str) -> None:
    """Types a text and sends it with Enter."""
    page.get_by_label("Your message, as a patient").fill(text)
    page.keyboard.press("Enter")


def test_a_question_in_french_is_answered_in_french_and_its_sentences_stand_beside(
    visit: Visit, site: str
) -> None:
    page = visit.open(site, "FR")
    write(page, "combien ça coûte ?")
    expect(page.locator(".mine .text")).to_have_text("combien ça coûte ?")
    answer = page.locator(".theirs .text").first
    expect(answer).to_have_attribute("lang", "fr")
    expect(answer).to_contain_text("prix")
    expect(page.locator(".theirs .cost").first).to_have_text(
        re.compile(r"^\d segments?, (GSM-7|UCS-2)$")
    )
    beside = page.get_by_role("region", name="What the bot understood")
    expect(beside.get_by_role("heading", name="The price")).to_be_visible()
    expect(beside).to_contain_text("Written in French")
    sentences = beside.locator(".facts .sentence")
    expect(sentences.first).to_have_text(re.compile(r"^S\d\d$"))
    expect(sentences.first.locator("xpath=following-sibling::*")).not_to_be_empty()


def test_a_tapped_number_is_sent_as_a_text_and_answered(visit: Visit, site: str) -> None:
    page = visit.open(site, "US")
    write(page, "how much?")
    page.locator(".theirs .option").first.click()
    expect(page.locator(".mine .text").last).to_have_text("1")
    expect(page.locator(".mine")).to_have_count(2)
    expect(page.locator(".mine.delivered")).to_have_count(2)
    beside = page.get_by_role("region", name="What the bot understood")
    expect(beside).to_contain_text("one of the choices that were offered")


def test_a_number_offered_earlier_is_sent_as_its_word(visit: Visit, site: str) -> None:
    page = visit.open(site, "GB")
    write(page, "how much?")
    expect(page.locator(".theirs .option").first).to_be_visible()
    write(page, "does it hurt")
    expect(page.locator(".mine.delivered")).to_have_count(2)
    page.locator(".theirs .option").first.click()
    expect(page.locator(".mine .text").last).to_have_text(re.compile(r"^[A-Z]{3,}$"))


def test_no_buttons_are_drawn_where_the_patient_gets_a_list(visit: Visit, site: str) -> None:
    page = visit.open(site, "MX")
    page.get_by_label("WhatsApp").check()
    write(page, "is it safe?")
    expect(page.locator(".theirs .option").first).to_be_visible()
    expect(page.locator(".theirs b").first).to_be_visible()
    expect(page.locator(".buttons")).to_have_count(0)


def test_arabic_is_written_from_right_to_left(visit: Visit, site: str) -> None:
    page = visit.open(site, "AE")
    write(page, "هل هو آمن؟")
    answer = page.locator(".theirs .text").first
    expect(answer).to_have_attribute("lang", "ar")
    expect(answer).to_have_attribute("dir", "rtl")
    assert answer.evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert page.locator(".mine .text").evaluate("node => getComputedStyle(node).direction") == "rtl"


def test_a_warning_sign_is_shown_before_all_else(visit: Visit, site: str) -> None:
    page = visit.open(site, "AU")
    write(page, "i cant swallow")
    expect(page.locator(".theirs.flagged").first).to_contain_text("000")
    expect(page.locator(".card.warning")).to_contain_text("Trouble swallowing")


def test_where_the_carrier_answers_stop_the_phone_says_so(visit: Visit, site: str) -> None:
    page = visit.open(site, "NL")
    page.get_by_label("Clinic's line").select_option("long_code")
    write(page, "STOP")
    expect(page.locator(".note")).to_contain_text("Twilio itself answers STOP")
    expect(page.locator(".theirs")).to_have_count(0)


def test_a_new_person_has_the_next_number_and_an_empty_phone(visit: Visit, site: str) -> None:
    page = visit.open(site, "SE")
    write(page, "hello")
    expect(page.locator(".theirs").first).to_be_visible()
    before = page.locator("#number").inner_text()
    page.get_by_role("button", name="New person").click()
    after = page.locator("#number").inner_text()
    assert int(after[-2:]) == (int(before[-2:]) + 1) % 100
    assert after[:-2] == before[:-2]
    expect(page.locator(".bubble")).to_have_count(0)
    expect(page.get_by_role("heading", name="Write as a patient would")).to_be_visible()


def test_a_photo_and_a_place_are_sent_without_words(visit: Visit, site: str) -> None:
    page = visit.open(site, "PT")
    page.get_by_role("button", name="Send a photo").click()
    expect(page.locator(".theirs").first).to_be_visible()
    page.get_by_role("button", name="Send a location").click()
    expect(page.locator(".mine.delivered")).to_have_count(2)
    page.get_by_text("What went over the wire").click()
    expect(page.locator(".raw")).to_contain_text("Latitude")


def test_what_went_over_the_wire_can_be_read(visit: Visit, site: str) -> None:
    page = visit.open(site, "PL")
    write(page, "hello <b>you</b>")
    expect(page.locator(".mine .text")).to_have_text("hello <b>you</b>")
    page.get_by_text("What went over the wire").click()
    raw = page.locator(".raw")
    expect(raw).to_contain_text("X-Twilio-Signature")
    expect(raw).to_contain_text("<Response>")


def test_an_answer_of_before_can_be_explained_again(visit: Visit, site: str) -> None:
    page = visit.open(site, "GR")
    write(page, "how much?")
    expect(page.locator(".theirs").first).to_be_visible()
    write(page, "does it hurt")
    beside = page.get_by_role("region", name="What the bot understood")
    expect(beside.get_by_role("heading", name="Whether it hurts")).to_be_visible()
    page.get_by_role("button", name="Why?").first.click()
    expect(beside.get_by_role("heading", name="The price")).to_be_visible()


def test_a_server_that_cannot_be_reached_is_an_error_in_the_phone_and_can_be_tried_again(
    visit: Visit, site: str
) -> None:
    page = visit.open(site, "RO")
    page.route("**/twilio/messages", lambda route: route.abort())
    write(page, "hello")
    expect(page.get_by_role("alert")).to_contain_text("could not be reached")
    page.unroute("**/twilio/messages")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".theirs").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    visit.complaints.clear()  # the browser itself reports the request that was cut


@pytest.mark.parametrize(("status", "words"), [(403, "signature"), (503, "Twilio would try again")])
def test_a_refusal_is_an_error_in_the_phone(
    visit: Visit, site: str, status: int, words: str
) -> None:
    page = visit.open(site, "IT")
    page.route(
        "**/twilio/messages",
        lambda route: route.fulfill(status=status, content_type="text/xml", body=""),
    )
    write(page, "hello")
    expect(page.get_by_role("alert")).to_contain_text(words)
    visit.complaints.clear()  # the browser itself reports the status


def test_the_page_can_be_used_on_the_screen_of_a_telephone(narrow: Visit, site: str) -> None:
    page = narrow.open(site, "ES")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    field = page.get_by_label("Your message, as a patient")
    box = field.bounding_box()
    assert box is not None
    assert box["width"] > 120
    assert box["y"] + box["height"] <= NARROW["height"]
    expect(page.get_by_text("Not for emergencies.")).to_be_visible()
    write(page, "how much?")
    expect(page.locator(".theirs").first).to_be_in_viewport()
    page.get_by_role("button", name="What the bot understood", exact=True).click()
    expect(page.locator(".facts .sentence").first).to_be_visible()
    expect(field).to_be_hidden()
    page.get_by_role("button", name="Phone", exact=True).click()
    page.get_by_role("button", name="Channel, country and line").click()
    expect(page.get_by_label("Clinic's line")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_enter_does_not_send_while_letters_are_being_composed(visit: Visit, site: str) -> None:
    page = visit.open(site, "JP")
    field = page.get_by_label("Your message, as a patient")
    field.fill("ボト")
    field.dispatch_event(
        "keydown", {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True}
    )
    expect(field).to_have_value("ボト")
    field.press("Shift+Enter")
    expect(field).to_have_value("ボト\n")
    expect(page.locator(".mine")).to_have_count(0)

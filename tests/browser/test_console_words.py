"""Vocabulary in a real browser: what a patient wrote and nobody understood is taught by a click, and understood in every process."""

import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from .clinic import Clinic
from .looks import DARK, LIGHT, NARROW

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.enable_socket]

# What nobody understands today, and what it means; the first that is unread with its meaning a click away is taught.
MEANT = (
    ("will my purse cry", "Price"),
    ("do you sell gift thingies", "Price"),
    ("is tuesday the man with the beard working", "Hours, address"),
    ("the sparkle thing for my nan", "Results"),
)
PLAIN = {
    "Price": "how much is it",
    "Hours, address": "when are you open",
    "Results": "what results can i expect",
}
JOB = 300  # seconds that the worker may take: it fits the reader to all examples and replays every golden talk


def card(page: Page, message: str) -> Locator:
    """An unread message on its page."""
    return page.locator("section.card", has=page.get_by_text(message, exact=True))


def in_force_since(clinic: Clinic, asked: datetime) -> datetime:
    """When the worker put the words in force; waits for it."""
    end = time.monotonic() + JOB
    while not ((at := clinic.done("words in force")) and at > asked):
        assert time.monotonic() < end, "the words did not come into force"
        time.sleep(0.2)
    return at


def test_an_unread_message_is_taught_by_a_click_and_understood_by_every_process(
    clinic: Clinic,
) -> None:
    asked = {message: clinic.ask(message, clinic.bot.site) for message, _ in MEANT}
    translator = clinic.sign_in("tania", "translator")
    clinic.open(translator, "/words")
    translator.locator("tr", has_text="English").get_by_role("link").last.click()
    expect(translator.get_by_role("heading", name="Unread messages")).to_be_visible()
    shown = {
        message: card(translator, message).get_by_role("button", name=title, exact=True)
        for message, title in MEANT
    }
    message, title = next((m, t) for m, t in MEANT if shown[m].count())
    right = clinic.ask(PLAIN[title])
    assert asked[message] != right
    assert clinic.looked_at(translator, LIGHT, DARK, NARROW) == []
    shown[message].click()
    expect(translator.get_by_role("status")).to_contain_text(f"Proposed as an example of “{title}”")
    expect(card(translator, message)).to_have_count(0)

    reviewer = clinic.sign_in("remy", "reviewer")
    clinic.open(reviewer, "/words/en")
    assert clinic.looked_at(reviewer, LIGHT, NARROW) == []
    reviewer.get_by_role("button", name=f"Approve: {message}").click()
    expect(reviewer.get_by_role("status")).to_contain_text("goes out with the next publishing")
    assert clinic.ask(message) == asked[message]
    clinic.open(reviewer, "/words")
    expect(reviewer.locator("li", has_text=message)).to_contain_text("comes in")
    began = datetime.now(UTC)
    reviewer.get_by_role("button", name="Publish", exact=True).click()
    state = reviewer.locator("#state")
    expect(state.locator("[data-open=yes]")).to_be_visible()
    assert clinic.looked_at(reviewer, LIGHT) == []

    clinic.hears(message, right, in_force_since(clinic, began))
    expect(state).to_contain_text("Patients are read by these words now.")
    expect(state).to_contain_text("1 word · 1 new · 0 taken out")
    if state.get_by_text("counts for nothing").count():
        pytest.skip("the encoder is not on this machine")
    assert clinic.looked_at(reviewer, LIGHT, DARK, NARROW) == []
    clinic.open(translator, "/words/en")
    expect(translator.locator("li", has_text=message)).to_contain_text("in force")

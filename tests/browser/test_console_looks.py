"""Every page of the console as everybody sees it: light and dark, on a telephone, in French, with a text from right to left."""

import pytest
from playwright.sync_api import Page, expect

from .clinic import Clinic
from .looks import DARK, LIGHT, NARROW, NARROW_WORDS, WIDE_WORDS
from .marketed import marketed

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.enable_socket]

PAGES = (
    "/",
    "/texts",
    "/texts/fr?only=budget",
    "/texts/fr/time",
    "/texts/ar?only=review",
    "/texts/ar/pain",  # it waits for a second reader
    "/words",
    "/words/en?label=price&q=card",
    "/words/ar?label=hours",
    "/words/unread",
    "/words/publishing",
    "/files",
    "/calls",
    "/staff",
    "/audit",
    "/me",
    "/nowhere",
)

# With the ids of what `marketed` makes.
CAMPAIGN_PAGES = (
    "/campaigns",
    "/campaigns/new",
    "/campaigns/{campaign}",
    "/campaigns/{campaign}/ways",
    "/campaigns/{campaign}/broadcasts",
    "/campaigns/{campaign}/report",
    "/campaigns/{campaign}/broadcasts/new",
    "/campaigns/broadcasts/{draft}",
    "/campaigns/broadcasts/{submitted}",
    "/campaigns/broadcasts/{paused}",
    "/campaigns/broadcasts/{done}",
    "/campaigns/broadcasts/{done}/report",
)


def propose_in_arabic(clinic: Clinic, page: Page) -> None:
    """Changes an Arabic text, whose page and list then have both wordings on them, from right to left."""
    clinic.open(page, "/texts/ar/pain")
    editor = page.locator("#form0")
    editor.fill(f"{editor.input_value()} شكراً")
    page.get_by_label("It does not matter here, because").fill("it was as long before")
    page.get_by_role("button", name="Save for review").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    for part in (
        editor,
        page.locator(".was"),
        page.locator(".becomes"),
        page.locator(".bubble").first,
    ):
        assert part.evaluate("node => getComputedStyle(node).direction") == "rtl"
    expect(page.locator(".becomes bdi[dir=ltr]")).to_have_text("%(phone)s")


def test_every_page_can_be_used_by_everybody_and_keeps_its_own_policy(clinic: Clinic) -> None:
    for message in ("i cant swallow", "please call me", "the sparkle thing for my nan"):
        clinic.ask(message)
    page = clinic.sign_in("all", "admin", "reviewer", "translator")
    propose_in_arabic(clinic, page)
    ids = marketed(clinic.settings, clinic.member("all"))
    paths = [*PAGES, *(path.format_map(ids) for path in CAMPAIGN_PAGES)]
    wrong = []
    for path in paths:
        clinic.open(page, path, 404 if path == "/nowhere" else 200)
        wrong += clinic.looked_at(page, LIGHT, DARK, NARROW_WORDS)
        assert page.evaluate("window.violations") == [], path
    assert wrong == []
    if clinic.bot.database != "sqlite":
        return  # the words and the pictures are the same
    clinic.open(page, "/")
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    for path in paths:
        clinic.open(page, path, 404 if path == "/nowhere" else 200)
        wrong += clinic.looked_at(page, WIDE_WORDS, NARROW)
    assert wrong == []

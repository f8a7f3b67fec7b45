"""The staff's console in a real browser: one text from hand to hand, on both databases, with one more web process beside the bot's own."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from .clinic import Clinic, wait_for
from .looks import LIGHT, NARROW

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.enable_socket]


def says(page: Page, words: str) -> None:
    """Waits until the page reports so, and has its script, whose the keys are."""
    expect(page.locator(".said").first).to_contain_text(words)
    page.wait_for_load_state()


def test_a_mended_text_is_in_every_process_within_two_seconds_and_out_again_by_one_click(
    clinic: Clinic,
) -> None:
    translator = clinic.sign_in("tania", "translator")
    clinic.open(translator, "/texts/fr/time")
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
    expect(phone.locator(".bubble")).to_contain_text("Une séance prend")
    editor.press("Control+Enter")
    says(translator, "Saved")

    asked = "combien de temps ça prend ?"
    assert clinic.ask(asked).startswith("Le traitement prend")
    reviewer = clinic.sign_in("remy", "reviewer")
    clinic.open(reviewer, "/texts/fr/time")
    reviewer.get_by_role("button", name="Publish", exact=True).click()
    says(reviewer, "Published")
    clinic.hears(asked, "Une séance prend", datetime.now(UTC))

    reviewer.get_by_role("button", name="Back to this").click()
    says(reviewer, "in force again")
    expect(reviewer.locator("#form0")).to_have_value(before)
    clinic.hears(asked, "Le traitement prend", datetime.now(UTC))


def test_the_second_of_two_people_at_one_text_is_told_and_shown_both(clinic: Clinic) -> None:
    first, second = (clinic.sign_in(name, "translator") for name in ("ana", "bo"))
    for page in (first, second):
        clinic.open(page, "/texts/de/pain")
    before = second.locator("#form0").input_value()
    hers, his = (before.replace("Er sagt, dass", f"{so}, dass") for so in ("Da steht", "Man liest"))
    assert len({before, hers, his}) == 3
    first.locator("#form0").fill(hers)
    first.locator("#form0").press("Control+Enter")
    says(first, "Saved")

    second.locator("#form0").fill(his)
    second.locator("#form0").press("Control+Enter")
    told = second.get_by_role("alert")
    expect(told).to_contain_text("Somebody else was at this text")
    expect(told).to_contain_text("ana wrote")
    expect(told.locator("blockquote")).to_have_text(hers)
    expect(told).to_contain_text("once a second person has decided")
    expect(second.locator("#form0")).to_have_value(his)
    expect(second.locator("#editor")).not_to_contain_text("proposed by")
    assert clinic.looked_at(second, LIGHT, NARROW) == []

    # Once hers is in force, his says so again, and is then kept.
    reviewer = clinic.sign_in("remy", "reviewer")
    clinic.open(reviewer, "/texts/de/pain")
    reviewer.get_by_role("button", name="Publish", exact=True).click()
    says(reviewer, "Published")
    second.get_by_role("button", name="Save for review").click()
    expect(told).to_contain_text("then save again")
    second.get_by_role("button", name="Save for review").click()
    says(second, "Saved")
    expect(second.locator(".was")).to_contain_text(hers)
    expect(second.locator(".becomes")).to_contain_text(his)


PASSWORD = "plain words of nine tulips"


def sign_in_again(page: Page, email: str) -> None:
    """Fills in what the sign-in page asks."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    wait_for(page.get_by_role("heading", name="Your text was kept"))


def choose_password(clinic: Clinic, page: Page) -> None:
    """Chooses the password, which ends the member's sessions everywhere else."""
    clinic.open(page, "/me")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Keep it").click()
    says(page, "Your password is changed")


def test_what_was_typed_outlives_the_session_and_a_forged_form(clinic: Clinic) -> None:
    page = clinic.sign_in("kim", "translator")
    clinic.open(page, "/texts/it/pain")
    editor = page.locator("#form0")
    typed = editor.input_value().replace("L'articolo non dice", "Il testo non dice")
    editor.fill(typed)
    elsewhere = clinic.sign_in("kim")
    choose_password(clinic, elsewhere)

    page.get_by_role("button", name="Save for review").click()
    says(page, "What you typed is kept")
    assert clinic.looked_at(page, LIGHT, NARROW) == []
    sign_in_again(page, "kim@clinic.example")
    kept = page.get_by_label("Text")
    expect(kept).to_have_value(typed)
    assert clinic.looked_at(page, LIGHT, NARROW) == []
    page.get_by_role("button", name="Send it").click()
    says(page, "Saved")
    expect(editor).to_have_value(typed)

    again = typed.replace("Il testo non dice", "Qui non si dice")
    editor.fill(again)
    page.evaluate("document.querySelector('#editor [name=csrf_token]').value = 'forged'")
    page.get_by_role("button", name="Save for review").click()
    says(page, "What you typed is kept")
    clinic.open(elsewhere, "/texts/it/pain")  # nothing of it was taken
    expect(elsewhere.locator("#form0")).to_have_value(typed)
    sign_in_again(page, "kim@clinic.example")
    expect(kept).to_have_value(again)
    page.get_by_role("button", name="Send it").click()
    says(page, "Saved")
    expect(editor).to_have_value(again)


def test_who_works_without_the_mouse_gets_through(clinic: Clinic) -> None:
    page = clinic.sign_in("keys", "translator")
    clinic.open(page, "/texts/fr/areas")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.locator("#form0").focus()
    page.keyboard.press("Alt+n")
    expect(page).to_have_url(re.compile("/console/texts/fr/areas.label"))
    clinic.open(page, "/texts/fr/areas")
    page.locator("#form0").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(" ")
    page.keyboard.press("Control+Enter")
    says(page, "nothing has changed")
    page.locator("#form0").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Merci.")
    page.keyboard.press("Control+Enter")
    says(page, "Saved")
    page.keyboard.press("Alt+r")
    expect(page).to_have_url(re.compile("/console/texts/fr.only=review"))
    page.locator(".texts a", has_text="areas").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/console/texts/fr/areas.only=review"))
    expect(page.locator("#form0")).to_have_value(re.compile(r"Merci\.$"))

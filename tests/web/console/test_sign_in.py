from typing import Any

import pytest

from smsbot import wiring

from .conftest import SignIn, Staff


def test_a_link_signs_in_once(assembled: wiring.Parts, stranger: Staff) -> None:
    assert assembled.doors.console is not None
    access = assembled.doors.console.access
    _, secret = access.invite("once@clinic.example", "Once", ["translator"])
    assert stranger.get(f"/console/in/{secret}").status_code == 200
    assert stranger.post(f"/console/in/{secret}").status_code == 302
    assert "Once" in stranger.get("/console/").text
    stranger.post("/console/sign-out")
    assert stranger.get("/console/").status_code == 401
    assert stranger.post(f"/console/in/{secret}").status_code == 410


def test_a_password_signs_in_and_wrong_ones_make_the_account_wait(
    assembled: wiring.Parts, sign_in: SignIn, stranger: Staff
) -> None:
    staff = sign_in("translator", name="keys")
    staff.get("/console/me")
    assert staff.post("/console/me", {"password": "short", "again": "short"}).status_code == 400
    staff.post("/console/me", {"password": "a long enough one", "again": "a long enough one"})
    stranger.get("/console/sign-in")
    good = {"email": "keys@clinic.example", "password": "a long enough one"}
    assert stranger.post("/console/sign-in", good).status_code == 302
    stranger.get("/console/me")
    stranger.post("/console/sign-out")
    stranger.get("/console/sign-in")
    for _ in range(5):
        assert stranger.post("/console/sign-in", {**good, "password": "guess"}).status_code == 401
    assert stranger.post("/console/sign-in", good).status_code == 429
    unknown = {"email": "nobody@clinic.example", "password": "guess"}
    assert stranger.post("/console/sign-in", unknown).status_code == 401


@pytest.mark.parametrize("broken", ["session", "csrf"])
def test_what_was_typed_goes_on_after_signing_in_again(
    broken: str, assembled: wiring.Parts, sign_in: SignIn
) -> None:
    staff = sign_in("translator", name=f"again{broken}")
    assert assembled.doors.console is not None
    access = assembled.doors.console.access
    member = access.members.by_email(f"again{broken}@clinic.example")
    assert member is not None
    access.members.set_password(
        member.id, access.passwords.hashed("a long enough one")
    )  # signs out
    if broken == "csrf":
        secret = access.link(member)
        staff.get(f"/console/in/{secret}")
        staff.post(f"/console/in/{secret}")
        staff.token = "forged"
    page = staff.post("/console/texts/fr/pain", {"form0": "Le texte que je tapais", "base": "0"})
    assert page.status_code == 401
    assert "What you typed is kept" in page.text
    import re

    resume = re.search(r'name="resume" value="([^"]+)"', page.text)
    assert resume is not None
    form = {
        "email": member.email,
        "password": "a long enough one",
        "resume": resume[1],
    }
    page = staff.post("/console/sign-in", form)
    assert "Le texte que je tapais" in page.text
    assert 'action="/console/texts/fr/pain"' in page.text


def test_a_link_elsewhere_is_never_followed(sign_in: SignIn) -> None:
    staff = sign_in("translator")
    for wanted in ("//evil.example", "https://evil.example/console/", "/phone"):
        answer = staff.client.get("/console/sign-in", query_string={"wanted": wanted})
        assert answer.headers["Location"] == "/console/"


def test_every_page_is_hardened(stranger: Staff) -> None:
    page: Any = stranger.get("/console/sign-in")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert "HttpOnly" in page.headers["Set-Cookie"]
    assert "SameSite=Lax" in page.headers["Set-Cookie"]


def test_who_is_put_off_duty_is_out_at_once(sign_in: SignIn, assembled: wiring.Parts) -> None:
    admin, other = sign_in("admin"), sign_in("marketer", name="leaver")
    assert assembled.doors.console is not None
    member = assembled.doors.console.members.by_email("leaver@clinic.example")
    assert member is not None
    assert other.get("/console/").status_code == 200
    admin.get("/console/staff")
    admin.post(f"/console/staff/{member.id}", {"role": "marketer", "name": "leaver"})
    assert other.get("/console/").status_code == 401


def test_the_only_admin_stays_one(sign_in: SignIn, assembled: wiring.Parts) -> None:
    admin = sign_in("admin")
    assert assembled.doors.console is not None
    members = assembled.doors.console.members
    admins = [m for m in members.all() if m.active and "admin" in m.roles]
    assert len(admins) == 1
    admin.get("/console/staff")
    answer = admin.post(f"/console/staff/{admins[0].id}", {"role": "translator", "active": "yes"})
    assert answer.status_code == 409


def test_each_door_asks_for_a_role(sign_in: SignIn, app: Any) -> None:
    """Every route of the console is behind a door, and a door that asks for a role lets nobody else in."""
    doors = app.extensions["smsbot.doors"]
    routes = {r.endpoint for r in app.url_map.iter_rules() if r.endpoint.startswith("console.")}
    assert routes == set(doors.needs)
    open_to_all = {name for name, needs in doors.needs.items() if needs == "anyone"}
    assert open_to_all == {
        "console.sign_in",
        "console.come_in",
        "console.link",
        "console.by_link",
        "console.language",
    }
    translator = sign_in("translator")
    for path in ("/console/staff", "/console/audit"):
        assert translator.get(path).status_code == 403


def test_the_pages_speak_french_where_it_is_chosen(stranger: Staff) -> None:
    stranger.get("/console/sign-in")
    stranger.post("/console/language", {"language": "fr", "back": "/console/sign-in"})
    assert '<html lang="fr">' in stranger.get("/console/sign-in").text

"""The console on a database of its own, and clients that are signed in."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from smsbot import wiring
from smsbot.web.app import make_app

from .campaigning import Marketing, marketing
from .desks import settings_of


@pytest.fixture(scope="session")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[wiring.Parts]:
    """The whole bot on a fresh SQLite file, assembled once: what a test publishes it takes back, or leaves where nobody looks."""
    folder = tmp_path_factory.mktemp("console")
    settings = settings_of(folder / "bot.db", SMS_PRICE="0.0083 USD", KEEP_UNREAD="on")
    wiring.migrate(settings)
    parts = wiring.assemble(settings)
    yield parts
    parts.live.stop()
    parts.stores.close()
    parts.people.close()


@pytest.fixture(scope="session")
def app(assembled: wiring.Parts) -> Flask:
    app = make_app(assembled.doors)
    app.testing = True
    return app


SignIn = Callable[..., "Staff"]


class Staff:
    """Somebody at a browser: gets pages, and sends forms with the token of the page that was seen last."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = ""

    def get(self, path: str, **more: object):  # type: ignore[no-untyped-def]
        page = self.client.get(path, **more)
        if found := re.search(r'name="csrf_token" value="([^"]+)"', page.text):
            self.token = found[1]
        return page

    def post(self, path: str, data: dict[str, object] | None = None, **more: object):  # type: ignore[no-untyped-def]
        form = {"csrf_token": self.token, **(data or {})}
        page = self.client.post(path, data=form, **more)
        if found := re.search(r'name="csrf_token" value="([^"]+)"', page.text):
            self.token = found[1]
        return page


@pytest.fixture
def stranger(app: Flask) -> Staff:
    return Staff(app.test_client())


@pytest.fixture
def sign_in(app: Flask, assembled: wiring.Parts) -> SignIn:
    """A member of staff who is signed in: `sign_in("reviewer")`, `sign_in("translator", languages=("fr",))`."""

    def sign_in(role: str, languages: tuple[str, ...] = (), name: str = "") -> Staff:
        assert assembled.doors.console is not None
        access = assembled.doors.console.access
        name = name or f"{role}{'-'.join(languages)}"
        email = f"{name}@clinic.example"
        member = access.members.by_email(email)
        if member is None:
            member, secret = access.invite(email, name, [role], languages)  # type: ignore[arg-type]
        else:
            secret = access.link(member)
        staff = Staff(app.test_client())
        staff.get(f"/console/in/{secret}")
        assert staff.post(f"/console/in/{secret}").status_code == 302
        staff.get("/console/me")
        return staff

    return sign_in


@pytest.fixture(scope="module")
def marketing_parts(
    tmp_path_factory: pytest.TempPathFactory, texts: wiring.Texts
) -> Iterator[wiring.Parts]:
    """The whole bot on a database of its own, for campaigns."""
    settings = settings_of(tmp_path_factory.mktemp("marketing") / "bot.db", SMS_PRICE="0.0083 USD")
    wiring.migrate(settings)
    parts = wiring.assemble(settings, texts)
    yield parts
    parts.live.stop()
    parts.stores.close()
    parts.people.close()
    parts.deliveries.close()


@pytest.fixture
def clinic(marketing_parts: wiring.Parts) -> Marketing:
    return marketing(marketing_parts)

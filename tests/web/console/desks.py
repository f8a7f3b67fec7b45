"""The settings of a console under test; and, for vocabulary, one on a database of its own for each test, on texts that are loaded once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from smsbot.adapters.cipher import Cipher
from smsbot.core.people.staff import Role
from smsbot.settings import Settings
from smsbot.wiring.servers import Parts

TOKEN = re.compile(r'name="csrf(?:_token)?" (?:value|content)="([^"]+)')


@dataclass
class Browser:
    """One who is signed in."""

    client: FlaskClient
    member_id: int

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, **form: str) -> TestResponse:
        """Sends a form as one of the pages would."""
        found = TOKEN.search(self.client.get("/console/me").text)
        assert found is not None
        return self.client.post(path, data={"csrf_token": found[1], **form})


@dataclass
class Console:
    """The assembled bot and its application; what the worker is asked to publish is published at once."""

    parts: Parts
    app: Flask
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def sign_in(self, role: Role, languages: tuple[str, ...] = ()) -> Browser:
        access = self.parts.doors.console.access
        number = next(self.numbers)
        member, secret = access.invite(
            f"{role}{number}@clinic.example", f"{role} {number}", [role], languages
        )
        client = self.app.test_client()
        found = TOKEN.search(client.get(f"/console/in/{secret}").text)
        assert found is not None
        client.post(f"/console/in/{secret}", data={"csrf_token": found[1]})
        return Browser(client, member.id)


def settings_of(path: Path, **environ: str) -> Settings:
    return Settings.from_env(
        {
            "SMSBOT_MODE": "local",
            "DATABASE_URL": f"sqlite:///{path}",
            "REDIS_URL": f"unix://{path.parent}/none.sock",
            "SECRET_KEY": "s" * 40,
            "PERSON_PEPPER": "p" * 40,
            "DATA_KEYS": Cipher.make_key(),
            "TWILIO_AUTH_TOKEN": "t" * 32,
            "PUBLIC_URL": "http://127.0.0.1:8000",
            **environ,
        }
    )

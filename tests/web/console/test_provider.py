"""Signing in at a provider of the clinic's own: a real OpenID Connect provider on loopback, as far as the console needs one."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import RSAKey

from smsbot import wiring
from smsbot.web.app import make_app
from smsbot.web.console.desk import Provider

pytestmark = [pytest.mark.live, pytest.mark.enable_socket]


@dataclass
class Issuer:
    """What the provider says of whoever signs in next."""

    claims: dict[str, object] = field(default_factory=dict)
    nonce: str = ""
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    url: str = ""

    def answer(self, path: str) -> dict[str, object]:
        if path.endswith("openid-configuration"):
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        if path.endswith("/keys"):
            return {"keys": [self.key.as_dict(private=False)]}
        now = int(time.time())
        about = {"iss": self.url, "aud": "console", "sub": "1", "iat": now, "exp": now + 60}
        token = jwt.encode(
            {"alg": "RS256", "kid": "one"}, {**about, "nonce": self.nonce, **self.claims}, self.key
        )
        return {"access_token": "x", "token_type": "Bearer", "id_token": token}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    found = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(found.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def provided(assembled: wiring.Parts, issuer: Issuer) -> Flask:
    """The console with a provider."""
    assert assembled.doors.console is not None
    desk = replace(
        assembled.doors.console, provider=Provider(issuer.url, "console", "a client secret")
    )
    app = make_app(replace(assembled.doors, console=desk))
    app.testing = True
    return app


def come(app: Flask, issuer: Issuer, **claims: object):  # type: ignore[no-untyped-def]
    """Somebody who goes to the provider, signs in there, and comes back."""
    client = app.test_client()
    away = client.get("/console/provider")
    assert away.status_code == 302
    asked = parse_qs(urlsplit(away.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    issuer.nonce, issuer.claims = asked["nonce"][0], claims
    back = client.get(
        "/console/provider/back", query_string={"code": "c", "state": asked["state"][0]}
    )
    return client, back


def test_who_is_among_the_staff_comes_in(
    provided: Flask, issuer: Issuer, assembled: wiring.Parts
) -> None:
    assert assembled.doors.console is not None
    assembled.doors.console.access.invite("prov@clinic.example", "Prov", ["translator"])
    client, back = come(provided, issuer, email="Prov@clinic.example", email_verified=True)
    assert (back.status_code, back.headers["Location"]) == (302, "/console/")
    assert "Prov" in client.get("/console/").text
    assert "the clinic's account" in provided.test_client().get("/console/sign-in").text


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"email": "stranger@clinic.example", "email_verified": True}, "not among the staff"),
        ({"email": "prov@clinic.example", "email_verified": False}, "not verified"),
        ({"email": "prov@clinic.example"}, "not verified"),
        ({}, "not verified"),
        ({"email": "prov@clinic.example", "email_verified": True, "iss": "else"}, "did not vouch"),
        ({"email": "prov@clinic.example", "email_verified": True, "exp": 1}, "did not vouch"),
    ],
)
def test_nobody_else_does(
    provided: Flask, issuer: Issuer, claims: dict[str, object], says: str
) -> None:
    client, back = come(provided, issuer, **claims)
    assert says in re.sub(r"\s+", " ", back.text)
    assert client.get("/console/").status_code == 401


def test_an_answer_that_was_never_asked_for_is_refused(provided: Flask) -> None:
    client = provided.test_client()
    back = client.get("/console/provider/back", query_string={"code": "c", "state": "made up"})
    assert back.status_code == 401


def test_a_provider_that_is_away_leaves_the_other_ways_in(
    assembled: wiring.Parts,
) -> None:
    assert assembled.doors.console is not None
    away = Provider("http://127.0.0.1:9", "console", "a client secret")
    desk = replace(assembled.doors.console, provider=away)
    app = make_app(replace(assembled.doors, console=desk))
    answer = app.test_client().get("/console/provider")
    assert answer.status_code == 503
    assert "link or a password" in answer.text

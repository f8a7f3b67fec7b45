"""The whole bot as `make run` starts it, on a free port, for tests that need real processes."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

from smsbot.adapters.cipher import Cipher
from smsbot.adapters.local import ROOT, Local, local_settings
from smsbot.adapters.twilio import sign

TOKEN = "feedfacefeedfacefeedfacefeedface"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """A running bot and how to talk to it as Twilio does."""

    local: Local
    port: str = ""  # of another web process on the same stores

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port or self.local.environ['PORT']}"

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def ready(self) -> dict[str, object]:
        return dict(json.loads(self.get("/readyz")[1]))

    def post(
        self, form: Mapping[str, str], token: str = TOKEN, path: str = "/twilio/messages"
    ) -> tuple[int, bytes]:
        public = self.local.environ["PUBLIC_URL"]
        signature = sign(public + path, {name: [value] for name, value in form.items()}, token)
        request = urllib.request.Request(
            self.url + path, urlencode(form).encode(), {"X-Twilio-Signature": signature}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def say(
        self, body: str, message_id: str, sender: str = "+15145550123", **more: str
    ) -> list[str]:
        status, answer = self.post(
            {
                "From": sender,
                "To": "+15145550100",
                "Body": body,
                "MessageSid": message_id,
                "NumMedia": "0",
                **more,
            }
        )
        assert status == 200, status
        return [body.text or "" for body in ElementTree.fromstring(answer).iter("Message")]


@contextmanager
def running(var: Path, **environ: str) -> Iterator[Site]:
    """A bot that keeps what it has in `var`, until the end of the block."""
    wanted = {
        **os.environ,
        "PORT": str(free_port()),
        "TWILIO_AUTH_TOKEN": TOKEN,
        "LOG_FORMAT": "json",
        "PUBLIC_URL": "https://bot.clinic.example",
    }
    for name in ("REDIS_URL", "DATABASE_URL", "SMSBOT_MODE"):
        wanted.pop(name, None)
    local = Local(local_settings({**wanted, **environ}, Cipher.make_key, var), var)
    try:
        local.start()
        yield Site(local)
    finally:
        local.stop()


@contextmanager
def another_process(site: Site) -> Iterator[Site]:
    """One more web server on the same stores, as on another machine."""
    port = str(free_port())
    environ = {**site.local.environ, "PORT": port, "WEB_CONCURRENCY": "1"}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:smsbot.web.server", "app:app"]
    server = subprocess.Popen(command, env=environ, cwd=ROOT)
    other = Site(site.local, port)
    try:
        end = time.monotonic() + 180
        while not _answers(other):
            assert server.poll() is None, "the other server ended"
            assert time.monotonic() < end, "the other server did not start"
            time.sleep(0.1)
        yield other
    finally:
        server.terminate()
        server.wait(20)


def _answers(site: Site) -> bool:
    try:
        return site.get("/healthz")[0] == 200
    except OSError:  # nobody listens yet, or whoever does is still busy with its start
        return False

"""One machine without accounts: secrets of its own, an embedded Redis, SQLite, and the web and worker processes as children."""

import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

from smsbot.adapters.files import PACKAGE
from smsbot.adapters.redis.embedded import EmbeddedRedis

ROOT = PACKAGE.parent
VAR = ROOT / "var"


SENDER = "+15145550100"  # a number of fiction


class PortTaken(RuntimeError):
    """Another program listens there."""


def local_settings(
    environ: Mapping[str, str], make_key: Callable[[], str], var: Path = VAR
) -> dict[str, str]:
    """The environment of the local bot: what is set stays; secrets that are not set are made once and kept in `var`."""
    var.mkdir(parents=True, exist_ok=True)
    path = var / "local.env"
    kept = (
        dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
        if path.exists()
        else {}
    )
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PERSON_PEPPER": secrets.token_urlsafe(48),
        "DATA_KEYS": make_key(),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
    }
    kept = {**made, **kept}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in kept.items())
    port = environ.get("PORT") or "8000"
    defaults = {
        **kept,
        "SMSBOT_MODE": "local",
        "HOST": "127.0.0.1",
        "PORT": port,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{var / 'smsbot.db'}",
        "PHONE": "on",
        "TWILIO_FROM": SENDER,
        "LOG_FORMAT": "console",
        "WEB_CONCURRENCY": "2",
    }
    return {**environ, **{name: value for name, value in defaults.items() if not environ.get(name)}}


def check_port(port: int) -> None:
    """Raises `PortTaken` where another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PortTaken(
                f"port {port} is taken by another program; choose one: make run PORT={port + 1}"
            ) from None


class AlreadyRunning(RuntimeError):
    """Another bot runs on the same files."""


class Local:
    """The children of `make run`: started in order, ended together."""

    def __init__(self, environ: dict[str, str], var: Path = VAR) -> None:
        self.environ, self.var = environ, var
        self.children: list[subprocess.Popen[bytes]] = []
        self._lock: IO[str] | None = None
        # Who names an account or another address has a carrier of their own.
        self.carries = not environ.get("TWILIO_API_URL") and environ.get("TWILIO_FROM") == SENDER
        self.redis = None if environ.get("REDIS_URL") else EmbeddedRedis(var / "redis")

    def start(self) -> None:
        """Starts Redis where none is named, brings the database up to date, then starts the carrier, web, worker and sender."""
        check_port(int(self.environ["PORT"]))
        self._lock = self._locked()
        if self.redis:
            self.redis.start()
            self.environ["REDIS_URL"] = self.redis.url
        subprocess.run(
            [sys.executable, "-m", "smsbot", "migrate"],
            env=self.environ,
            cwd=ROOT,
            check=True,
            stdout=sys.stderr,
        )
        if self.carries:
            self.environ["TWILIO_API_URL"] = self._carrier()
        self._child("gunicorn", "-c", "python:smsbot.web.server", "app:app")
        self.children.insert(
            0, self.children.pop()
        )  # the web process is the one that is waited for
        self._wait()  # the others load what they need once there is something to see
        self._child("dramatiq", "app:broker", "--processes", "1", "--threads", "2")
        self._child("dramatiq", "sender:broker", "--processes", "1", "--threads", "4")

    def _locked(self) -> IO[str]:
        """Two bots on the same files would undo each other's. Raises `AlreadyRunning`."""
        lock = open(self.var / "lock", "w")  # noqa: SIM115 - held until the end
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise AlreadyRunning(f"the bot already runs on the files in {self.var}") from None
        return lock

    def _child(
        self, module: str, *arguments: str, stdout: int | None = None
    ) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", module, *arguments]
        child = subprocess.Popen(
            command, env=self.environ, cwd=ROOT, start_new_session=True, stdout=stdout
        )
        self.children.append(child)
        return child

    def _carrier(self) -> str:
        """Starts the carrier of this machine, which stands in for Twilio; the address of its API."""
        token = self.environ["TWILIO_AUTH_TOKEN"].partition(",")[0]
        child = self._child(
            "localcarrier",
            *("--port", "0", "--account", self.environ["TWILIO_ACCOUNT_SID"], "--token", token),
            *("--public-url", self.environ["PUBLIC_URL"]),
            *("--bot-url", f"http://127.0.0.1:{self.environ['PORT']}"),
            *("--log", str(self.var / "carrier.jsonl")),
            *("--sender-kind", self.environ.get("TWILIO_SENDER_KIND") or "short_code"),
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        line = child.stdout.readline()
        if not line:
            raise RuntimeError("the local carrier did not start; what it said stands above")
        return str(json.loads(line)["url"])

    def _wait(self, patience: float = 120.0) -> None:
        """Waits until the web process answers."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and all(c.poll() is None for c in self.children):
            try:
                with urlopen(f"http://127.0.0.1:{self.environ['PORT']}/healthz", timeout=1):
                    return
            except (URLError, OSError):
                time.sleep(0.05)
        raise RuntimeError("the web process did not start; what it said stands above")

    def wait(self) -> None:
        """Waits until a child ends or the terminal says stop."""
        while all(child.poll() is None for child in self.children):
            try:
                self.children[0].wait(1)
            except subprocess.TimeoutExpired:
                continue

    def stop(self) -> None:
        """Ends the children, the last started first, then Redis."""
        for child in reversed(self.children):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in reversed(self.children):
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # whatever of its own it has left behind
            if child.stdout is not None:
                child.stdout.close()
        if self.redis:
            self.redis.stop()
        if self._lock:
            self._lock.close()

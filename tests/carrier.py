"""A local carrier in a process of its own, for tests that send or that are written to."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smsbot.adapters.local import ROOT

ACCOUNT = "AC" + "1" * 32
TOKEN = "a token of the local carrier"
PUBLIC_URL = "https://bot.clinic.example"
SENDER = "+15145550100"
BOT = "http://127.0.0.1:9"  # where nobody listens


@dataclass
class LocalCarrier:
    """A running carrier. `url` is where its API is."""

    path: Path  # its log
    command: list[str]
    url: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Starts the process and waits until it listens."""
        self.process = subprocess.Popen(self.command, cwd=ROOT, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the local carrier did not start; what it said stands above"
        self.url = json.loads(line)["url"]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends the process; `SIGKILL` as a crash does."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    # ------------------------------------------------------------ looking

    def log(self, *kinds: str) -> list[dict[str, Any]]:
        """The entries of its log, or those of some kinds: `created`, `refused`, `status`, `callback`, `inbound`, ..."""
        lines = self.path.read_bytes().split(b"\n")[:-1] if self.path.exists() else []
        entries = [json.loads(line) for line in lines]
        return [entry for entry in entries if not kinds or entry["kind"] in kinds]

    def state(self) -> dict[str, Any]:
        """How many messages have something still to come, and how many entries of each kind there are."""
        return dict(self.call("GET", "/local/state")[1])

    def wait_for(self, true: Callable[["LocalCarrier"], object], patience: float = 20.0) -> None:
        """Waits until something is true of the carrier."""
        end = time.monotonic() + patience
        while not true(self):
            assert time.monotonic() < end, "what was waited for did not come"
            time.sleep(0.01)

    def settle(self, patience: float = 20.0) -> None:
        """Waits until nothing is to come any more."""
        self.wait_for(lambda carrier: carrier.state()["pending"] == 0, patience)

    # ------------------------------------------------------------ doing

    def script(self, script: Mapping[str, Any] | None = None, *rules: Mapping[str, Any]) -> None:
        """From now on this script counts, or these rules."""
        status, answer = self.call(
            "POST", "/local/script", {**(script or {}), **({"rules": rules} if rules else {})}
        )
        assert status == 200, answer

    def inbound(
        self, body: str, sender: str = "+15145550123", to: str = SENDER, **more: str
    ) -> dict[str, Any]:
        """Somebody writes to the bot; what it answered."""
        status, answer = self.call(
            "POST", "/local/inbound", {"From": sender, "To": to, "Body": body, **more}
        )
        assert status == 200, answer
        return dict(answer)

    def forward(self, seconds: float) -> None:
        """Puts the carrier's clock forward."""
        self.call("POST", "/local/clock", {"forward": seconds})

    def call(
        self, method: str, path: str, payload: object = None, auth: tuple[str, str] | None = None,
        form: bytes | None = None,
    ) -> tuple[int, Any]:  # fmt: skip
        """Asks the carrier anything, with JSON or a form; `auth` are an account and a token."""
        headers = {} if form is not None else {"Content-Type": "application/json"}
        if auth is not None:
            headers["Authorization"] = "Basic " + b64encode(":".join(auth).encode()).decode()
        data = (
            form
            if form is not None
            else (None if payload is None else json.dumps(payload).encode())
        )
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")


@contextmanager
def local_carrier(
    var: Path,
    *,
    bot_url: str = BOT,
    public_url: str = PUBLIC_URL,
    script: Mapping[str, Any] | None = None,
    seed: int = 1,
    options: tuple[str, ...] = (),
) -> Iterator[LocalCarrier]:
    """A carrier that keeps its log in `var`, until the end of the block."""
    var.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "localcarrier", "--port", "0", "--account", ACCOUNT, "--token", TOKEN,
        "--public-url", public_url, "--bot-url", bot_url, "--log", str(var / "carrier.jsonl"), "--seed", str(seed),
    ]  # fmt: skip
    if script is not None:
        (var / "script.json").write_text(json.dumps(script))
        command += ["--script", str(var / "script.json")]
    carrier = LocalCarrier(var / "carrier.jsonl", [*command, *options])
    carrier.start()
    try:
        yield carrier
    finally:
        carrier.stop()

"""A bot that only listens, and a carrier that calls it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from smsbot.adapters.clock import SystemClock
from smsbot.adapters.twilio import TwilioCarrier
from tests.carrier import ACCOUNT, PUBLIC_URL, TOKEN, LocalCarrier, local_carrier


@dataclass
class Post:
    """One post that the bot got, with a signature that is right."""

    path: str
    form: dict[str, str]
    headers: dict[str, str]
    at: float

    @property
    def status(self) -> str:
        return self.form.get("MessageStatus", "")


@dataclass
class Bot:
    """Keeps what it gets, and answers what it is told to. It takes nothing without Twilio's signature."""

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    reply: Callable[[dict[str, str]], str] = lambda form: ""
    answers: tuple[int, str] = (200, "text/xml")
    slow: float = 0.0  # seconds before each answer
    busy: int = 0
    busiest: int = 0  # the most posts at once

    def statuses(self, delivery: str) -> list[str]:
        """The statuses told of a message, in the order in which they came."""
        return [post.status for post in self.posts if post.path == f"/twilio/status/{delivery}"]


@contextmanager
def listening() -> Iterator[Bot]:
    bot, lock = Bot(), threading.Lock()
    judge = TwilioCarrier(
        tokens=[TOKEN],
        public_url=PUBLIC_URL,
        account_sid=ACCOUNT,
        sender_kind="short_code",
        clock=SystemClock(),
    )

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = parse_qs(body, keep_blank_values=True, strict_parsing=True)
            judge.vouch(self.path, form, self.headers["X-Twilio-Signature"])
            plain = {name: values[0] for name, values in form.items()}
            with lock:
                bot.busy += 1
                bot.busiest = max(bot.busiest, bot.busy)
                bot.posts.append(Post(self.path, plain, dict(self.headers), time.monotonic()))
            if bot.slow:
                threading.Event().wait(bot.slow)
            with lock:
                bot.busy -= 1
            status, kind = bot.answers
            answer = bot.reply(plain).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        bot.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield bot
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def listener() -> Iterator[Bot]:
    with listening() as bot:
        yield bot


@pytest.fixture(scope="module")
def process(listener: Bot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCarrier]:
    with local_carrier(tmp_path_factory.mktemp("carrier"), bot_url=listener.url) as carrier:
        yield carrier


@pytest.fixture
def bot(listener: Bot) -> Bot:
    """The bot as at the beginning, but for what it got."""
    listener.reply, listener.answers, listener.slow = lambda form: "", (200, "text/xml"), 0.0
    return listener


@pytest.fixture
def carrier(process: LocalCarrier) -> LocalCarrier:
    """The carrier without a script."""
    process.script()
    return process


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "own"

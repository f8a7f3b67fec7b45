"""A clinic that sends: a database, a Redis, a local carrier, a web process for its callbacks, and processes that send."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, select

from smsbot.adapters.calendar import public_holidays
from smsbot.adapters.cipher import Cipher
from smsbot.adapters.local import ROOT
from smsbot.adapters.redis.embedded import EmbeddedRedis
from smsbot.adapters.sql.broadcasts import SqlBroadcasts
from smsbot.adapters.sql.campaigns import SqlCampaigns
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.tables import deliveries, people, person_keys
from smsbot.core.campaign.broadcast import Broadcast
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.people.address import Address, key_of
from tests.carrier import ACCOUNT, SENDER, TOKEN, LocalCarrier, local_carrier
from tests.running import free_port

TORONTO = ZoneInfo("America/Toronto")
PEPPER = "p" * 40
TEXT = "%(clinic)s: our open day is on Friday. %(address)s. %(STOP)s to end."


def noon_ahead() -> float:
    """Seconds until it is noon in Toronto on a weekday that is no holiday."""
    now = datetime.now(UTC)
    holiday = public_holidays("CA", ("*",))
    at = now.astimezone(TORONTO).replace(hour=11, minute=0, second=0, microsecond=0)
    while at <= now or at.weekday() > 4 or holiday(at.date()):
        at = (at + timedelta(days=1)).replace(hour=11)
    return (at - now).total_seconds()


def number(index: int) -> str:
    """Numbers of fiction, as many as are wanted."""
    return f"+1{201 + index // 100}55501{index % 100:02}"


@dataclass
class Sending:
    """The clinic and its processes."""

    environ: dict[str, str]
    engine: Engine
    cipher: Cipher
    carrier: LocalCarrier
    ahead: float
    herd: "subprocess.Popen[str] | None" = None
    running: list[int] = field(default_factory=list)

    @cached_property
    def broadcasts(self) -> SqlBroadcasts:
        return SqlBroadcasts(self.engine, 30)

    @cached_property
    def campaigns(self) -> SqlCampaigns:
        return SqlCampaigns(self.engine, 30)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    # ------------------------------------------------------------ people

    def subscribe(self, count: int, start: int = 0, **more: object) -> list[int]:
        """So many people who said yes; their ids."""
        now = self.now()
        rows = [
            {
                "created_at": now,
                "number": self.cipher.seal(number(i)),
                "number_channel": "sms",
                "language": "en",
                "country": "CA",
                "zones": "America/Toronto",
                "subscribed_at": now,
                **more,
            }
            for i in range(start, start + count)
        ]
        ids: list[int] = []
        with self.engine.connect() as connection, connection.begin():
            for page in range(0, count, 500):
                made = insert(people).values(rows[page : page + 500]).returning(people.c.id)
                ids += sorted(connection.execute(made).scalars())
            keys = [
                {"key": key_of(PEPPER.encode(), Address("sms", number(start + n))), "person_id": i}
                for n, i in enumerate(ids)
            ]
            connection.execute(insert(person_keys), keys)
        return ids

    def release(self, **more: object) -> Broadcast:
        """A broadcast to everybody, released."""
        day = self.now().astimezone(TORONTO).date()
        campaign = self.campaigns.keep(
            Campaign(0, "Open day", f"K{len(self.campaigns.all())}", day, day, "live")
        )
        wanted: dict[str, object] = {
            "id": 0,
            "campaign_id": campaign.id,
            "name": "Open day",
            "day": day,
            "at": datetime(2026, 1, 1, 10).time(),  # noqa: DTZ001 - a wall time
            "until": self.now() + timedelta(days=3),
            "texts": {"en": (TEXT,)},
        }
        made = self.broadcasts.keep(Broadcast(**{**wanted, **more}))  # type: ignore[arg-type]
        for act, by in (("submit", 1), ("release", 2)):
            made = self.broadcasts.move(made.id, act, by=by)  # type: ignore[arg-type]
        return made

    def web_answers(self) -> None:
        """Waits until the web process does."""

        def answers() -> bool:
            try:
                with urllib.request.urlopen(f"{self.environ['PUBLIC_URL']}/healthz", timeout=5):
                    return True
            except OSError:
                return False

        wait_for(answers, "the web process", 120)

    def rows(self, broadcast: Broadcast) -> Sequence[tuple[int, str, str | None]]:
        """Person, state and the carrier's id of each delivery."""
        columns = deliveries.c
        wanted = select(columns.person_id, columns.state, columns.sid).where(
            columns.broadcast_id == broadcast.id
        )
        with self.engine.connect() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(wanted)]

    def state(self, broadcast: Broadcast) -> str:
        found = self.broadcasts.get(broadcast.id)
        assert found is not None
        return found.state

    # ------------------------------------------------------------ processes

    def start(self) -> int:
        """One more process that sends; its id."""
        if self.herd is None:
            self.herd = subprocess.Popen(
                [sys.executable, "-m", "tests.whole.herd"],
                cwd=ROOT,
                env={**os.environ, **self.environ, "TEST_FORWARD": str(self.ahead)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert self.herd.stdout is not None
            self._said("ready")
        assert self.herd.stdin is not None
        assert self.herd.stdout is not None
        self.herd.stdin.write("start\n")
        self.herd.stdin.flush()
        self.running.append(int(self._said("")))
        return self.running[-1]

    def _said(self, wanted: str) -> str:
        """The parent's next word; its processes log on the same stream."""
        assert self.herd is not None
        assert self.herd.stdout is not None
        while line := self.herd.stdout.readline():
            if line.strip() == wanted or (not wanted and line.strip().isdigit()):
                return line
        raise AssertionError("the parent of the senders ended; what it said stands above")

    def kill(self, process: int) -> None:
        """As a crash ends it."""
        os.kill(process, signal.SIGKILL)
        self.running.remove(process)

    def stop(self) -> None:
        for store in (self.broadcasts, self.campaigns):
            store.close()
        for process in self.running:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if self.herd is not None:
            assert self.herd.stdin is not None
            assert self.herd.stdout is not None
            self.herd.stdin.close()
            self.herd.stdout.close()
            self.herd.wait(20)


def wait_for(true: Callable[[], object], what: str, patience: float = 60.0) -> None:
    """Waits until something is true."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.2)


@contextmanager
def sending(var: Path, database_url: str, **environ: str) -> Iterator[Sending]:
    """A clinic that sends, until the end of the block; nobody sends yet. `database_url` is of a database that is up to date."""
    redis = EmbeddedRedis(var / "redis")
    redis.start()
    port, key = str(free_port()), Cipher.make_key()
    url = f"http://127.0.0.1:{port}"
    settings = {
        "SMSBOT_MODE": "local",
        "PORT": port,
        "HOST": "127.0.0.1",
        "PUBLIC_URL": url,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis.url,
        "SECRET_KEY": "s" * 40,
        "PERSON_PEPPER": PEPPER,
        "DATA_KEYS": key,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": SENDER,
        "TWILIO_SENDER_KIND": "short_code",
        "SEND_RATE": "10000",
        "LOG_FORMAT": "json",
        "WEB_CONCURRENCY": "1",
        **environ,
    }
    ahead = noon_ahead()
    web = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "python:smsbot.web.server", "app:app"],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
    )
    engine = make_engine(database_url, 30)
    try:
        with local_carrier(var / "carrier", bot_url=url, public_url=url) as carrier:
            settings["TWILIO_API_URL"] = carrier.url
            carrier.forward(ahead)
            clinic = Sending(settings, engine, Cipher([key]), carrier, ahead)
            try:
                yield clinic
            finally:
                clinic.stop()
    finally:
        web.terminate()
        web.wait(20)
        engine.dispose()
        redis.stop()

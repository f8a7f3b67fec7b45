"""`smsbot campaign`: what marketing does in the console, done from the terminal, with its roles and its two people."""

import csv
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from smsbot import wiring
from smsbot.adapters.cipher import Cipher
from smsbot.adapters.redis.embedded import EmbeddedRedis
from smsbot.cli import main
from smsbot.core.campaign.broadcast import Broadcast
from smsbot.core.people.staff import Role
from smsbot.ports.console import Tally
from smsbot.settings import Settings
from smsbot.wiring.console import Stores, make_stores

pytestmark = pytest.mark.live

WELCOME = "Welcome to %(clinic)s. Ask us anything. %(STOP)s ends this."
INVITATION = (
    "Hello from %(clinic)s: our open day is on Friday. We are at %(address)s. "
    "Reply %(STOP)s to end."
)


@dataclass
class Run:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


@dataclass
class Terminal:
    """A terminal on a database with staff, and a queue that nobody works on."""

    environ: dict[str, str]
    stores: Stores
    folder: Path

    def __call__(self, line: str) -> Run:
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                code = main(["campaign", *line.split()], self.environ)
            except SystemExit as misused:
                code = int(str(misused.code))
        return Run(code, out.getvalue(), err.getvalue())

    def file(self, text: str, name: str = "written.toml") -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def campaign(self) -> str:
        """The id of a new campaign."""
        path = self.file(f'name = "Open day"\n[welcome]\nen = "{WELCOME}"\n', "campaign.toml")
        run = self(f"new {path} --as mia@clinic.example")
        assert run.code == 0, run.err
        return run.out.strip()

    def broadcast(self, campaign: str) -> str:
        """The id of a new broadcast of it."""
        text = f'campaign = {campaign}\nname = "Invitation"\ncountries = ["CA"]\n[texts]\nen = ["{INVITATION}"]\n'
        run = self(f"broadcast new {self.file(text)} --as mia@clinic.example")
        assert run.code == 0, run.err
        return run.out.strip()

    def found(self, broadcast: str) -> Broadcast:
        found = self.stores.broadcasts.get(int(broadcast))
        assert found is not None
        return found

    def foretold(self, broadcast: str) -> None:
        """A worker has worked the forecast out."""
        report = {
            "version": self.found(broadcast).version,
            "at": "2026-11-24T19:05:00+00:00",
            "people": 5,
            "rows": [["en", "sms", "planned", 3], ["en", "sms", "cap", 2]],
            "segments": [["en", "sms", 6]],
            "cost": "0.0498",
        }
        self.stores.broadcasts.tell(int(broadcast), "forecast", report, datetime.now(UTC))


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    folder = tmp_path_factory.mktemp("terminal")
    redis = EmbeddedRedis(folder / "redis")
    redis.start()
    environ = {
        "SMSBOT_MODE": "local",
        "DATABASE_URL": f"sqlite:///{folder}/bot.db",
        "REDIS_URL": redis.url,
        "DATA_KEYS": Cipher.make_key(),
        "PUBLIC_URL": "https://bot.clinic.example",
        "TWILIO_FROM": "+15145550100",
        "SMS_PRICE": "0.0083 USD",
    }
    settings = Settings.from_env(environ)
    wiring.migrate(settings)
    access, _ = wiring.access(settings)
    staff: tuple[tuple[str, Role], ...] = (
        ("mia", "marketer"),
        ("noa", "admin"),
        ("tania", "translator"),
    )
    for name, role in staff:
        access.invite(f"{name}@clinic.example", name, [role])
    stores = make_stores(settings, 5)
    yield Terminal(environ, stores, folder)
    stores.close()
    redis.stop()


def test_a_campaign_goes_from_a_file_to_its_poster_and_back_into_a_file(
    terminal: Terminal,
) -> None:
    path = terminal.file(
        f"""
        name = "Spring"
        keywords = ["TULIPE", "ربيع"]
        news = true
        [welcome]
        en = "{WELCOME}"
        [prefill]
        fr = 'Bonjour, "je" voudrais en savoir plus.'
        [poster]
        en = ["Meet our doctors", "On Friday"]
        """
    )
    made = terminal(f"new {path} --as mia@clinic.example")
    assert made.code == 0, made.err
    it = made.out.strip()
    assert "Nobody comes by it until it is launched" in made.err

    shown = terminal(f"show {it}")
    values = tomllib.loads(shown.out)
    assert values["keywords"] == ["TULIPE", "ربيع"]
    assert values["prefill"] == {"fr": 'Bonjour, "je" voudrais en savoir plus.'}
    changed = terminal.file(shown.out.replace('"Spring"', '"Summer"'))
    assert terminal(f"change {it} {changed} --as mia@clinic.example").code == 0

    assert terminal(f"launch {it} --as mia@clinic.example").code == 0
    listed = terminal("list").out
    assert "Summer" in listed
    assert " live " in listed
    links = terminal(f"links {it} --language fr").out.splitlines()
    assert [line.split("\t")[0] for line in links] == ["qr", "counted", "sms", "whatsapp"]
    assert links[3].startswith("whatsapp\tfr\thttps://wa.me/15145550100?text=Bonjour")

    poster = terminal.folder / "poster.pdf"
    run = terminal(f"poster {it} --language en --paper letter -o {poster}")
    assert run.code == 0, run.err
    assert poster.read_bytes().startswith(b"%PDF")
    own = terminal.folder / "own.pdf"  # where the campaign has no words of its own, the bot's
    assert terminal(f"poster {it} --language fr -o {own}").code == 0
    assert own.read_bytes().startswith(b"%PDF")

    day = datetime.now(UTC).date()
    terminal.stores.tallies.add(
        [
            Tally(day, "en", "sms", f"campaign/{it}/talk", 12),
            Tally(day, "en", "sms", f"campaign/{it}/topic:price", 10),
            Tally(day, "en", "sms", f"campaign/{it}/topic:men", 3),
        ]
    )
    report = terminal(f"report {it}")
    assert "topic  price  10" in report.out
    assert "men" not in report.out
    rows = list(csv.reader(StringIO(terminal(f"report {it} --csv").out)))
    assert rows[1] == ["Summer", "talk", day.isoformat(), "en", "sms", "12"]
    assert terminal(f"end {it} --as noa@clinic.example").code == 0
    assert " ended " in terminal("list").out


def test_a_broadcast_is_foretold_submitted_and_released_by_somebody_else(
    terminal: Terminal,
) -> None:
    it = terminal.broadcast(terminal.campaign())
    early = terminal(f"broadcast submit {it} --as mia@clinic.example")
    assert (early.code, "ask for the forecast first" in early.err) == (2, True)
    alone = terminal(f"broadcast forecast {it} --as mia@clinic.example --wait 0")
    assert (alone.code, "The worker has not answered" in alone.err) == (1, True)
    terminal.foretold(it)
    forecast = terminal(f"broadcast forecast {it} --as mia@clinic.example")
    assert forecast.code == 0, forecast.err
    assert "all       3       0         6         2" in forecast.out
    assert "2  have had as many messages as the cap allows in thirty days" in forecast.out
    assert "cost  0.05 USD" in forecast.out
    assert "as of  2026-11-24 14:05\n" in forecast.out

    assert terminal(f"broadcast submit {it} --as mia@clinic.example").code == 0
    mine = terminal(f"broadcast release {it} --as mia@clinic.example")
    assert (mine.code, "a second person releases it" in mine.err) == (1, True)
    assert terminal.found(it).state == "submitted"
    assert terminal(f"broadcast release {it} --as noa@clinic.example").code == 0
    assert terminal.found(it).state == "released"
    listed = terminal("broadcast list").out
    assert "mia@clinic.example  noa@clinic.example  Invitation" in listed

    progress = {
        "rows": [
            ["en", "sms", "A", "delivered", "", 0, 2, 4, 1, 0],
            ["en", "sms", "A", "failed", "suppress", 21610, 1, 0, 0, 0],
        ]
    }
    terminal.stores.broadcasts.tell(int(it), "progress", progress, datetime.now(UTC))
    terminal.stores.broadcasts.move(int(it), "pause", reason="carrier_20003")
    watched = terminal(f"broadcast watch {it}")
    assert watched.code == 1
    assert "paused  3 of 3 settled  3 sent  2 delivered  1 failed  1 replied" in watched.out
    assert "does not let your account in" in watched.err
    report = terminal(f"broadcast report {it}").out
    assert "failed  1  the person had said STOP to the carrier (21610)" in report
    assert "cost  0.03 USD, forecast 0.05 as of 2026-11-24 14:05" in report
    rows = list(csv.reader(StringIO(terminal(f"broadcast report {it} --csv").out)))
    assert rows[2][:7] == ["Invitation", "en", "sms", "A", "failed", "suppress", "21610"]
    assert terminal(f"broadcast resume {it} --as mia@clinic.example").code == 0
    assert terminal(f"broadcast cancel {it} --as mia@clinic.example").code == 0
    assert terminal(f"broadcast watch {it}").code == 0
    assert terminal(f"broadcast pause {it} --as mia@clinic.example").code == 1


def test_a_broadcast_shown_is_a_file_that_changes_it(terminal: Terminal) -> None:
    it = terminal.broadcast(terminal.campaign())
    shown = terminal(f"broadcast show {it}").out
    before = terminal.found(it)
    path = terminal.file(shown.replace("cap = 2", "cap = 5").replace("Friday", "Saturday"))
    assert terminal(f"broadcast change {it} {path} --as noa@clinic.example").code == 0
    after = terminal.found(it)
    assert after.cap == 5
    assert after.texts == {"en": (INVITATION.replace("Friday", "Saturday"),)}
    assert (after.day, after.at, after.audience) == (before.day, before.at, before.audience)
    assert abs(after.until - before.until) < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("line", "file", "words"),
    [
        ("new FILE --as mia@clinic.example", "name = ", "is not TOML"),
        ("new FILE --as mia@clinic.example", 'name = ""', "name: give the campaign a name"),
        ("new FILE --as mia@clinic.example", 'nmae = "x"', "nmae: this is not known here"),
        ("new FILE --as mia@clinic.example", 'name = "x"\nbegins = "soon"', "begins: write a day"),
        (
            "new FILE --as mia@clinic.example",
            'name = "x"\nkeywords = ["STOP"]',
            "keywords: the carrier acts on stop itself",
        ),
        ("new FILE --as nobody@clinic.example", 'name = "x"', "is not among the active staff"),
        ("new /nowhere.toml --as mia@clinic.example", "", "there is no such file"),
        ("show 999", "", "there is no campaign 999"),
        ("broadcast show 999", "", "there is no broadcast 999"),
        ("links 999 --language xx", "", "there is no campaign 999"),
        ("broadcast new FILE --as mia@clinic.example", 'name = "x"', "name the campaign by its id"),
        ("show seven", "", "invalid int value"),
    ],
)
def test_bad_input_is_named_in_words_ends_with_2_and_changes_nothing(
    terminal: Terminal, line: str, file: str, words: str
) -> None:
    before = (terminal.stores.campaigns.version(), len(terminal.stores.broadcasts.all()))
    run = terminal(line.replace("FILE", terminal.file(file)))
    assert run.code == 2
    assert words in run.err
    assert run.out == ""
    assert (terminal.stores.campaigns.version(), len(terminal.stores.broadcasts.all())) == before


def test_a_role_that_may_not_is_told_so(terminal: Terminal) -> None:
    before = terminal.stores.campaigns.version()
    path = terminal.file('name = "x"')
    run = terminal(f"new {path} --as tania@clinic.example")
    assert run.code == 1
    assert "your role does not allow this" in run.err
    assert terminal.stores.campaigns.version() == before


def test_a_welcome_that_the_gate_stops_is_not_launched(terminal: Terminal) -> None:
    path = terminal.file('name = "x"\n[welcome]\nen = "Botox at %(clinic)s for you today, friends"')
    it = terminal(f"new {path} --as mia@clinic.example").out.strip()
    run = terminal(f"launch {it} --as mia@clinic.example")
    assert run.code == 2
    assert "welcome.en: “Botox” names the medicine" in run.err
    assert terminal.stores.campaigns.get(int(it)).state == "draft"  # type: ignore[union-attr]

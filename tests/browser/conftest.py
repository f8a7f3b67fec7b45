"""A real browser, and running bots for it, whose own address is the one that is signed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from smsbot import wiring
from smsbot.adapters.files import MODEL
from tests.adapters.conftest import SERVER, make_schema
from tests.running import Site, another_process, free_port, running
from tests.web.console.desks import settings_of

from .clinic import PATIENCE, Bot, Clinic

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium found: apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def model(texts: wiring.Texts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a first start works out and keeps, as `smsbot learn` does, so that no process has to do it while a test waits."""
    folder = tmp_path_factory.mktemp("none")
    wiring.load_proofs(settings_of(folder / "bot.db"), texts.library)
    return MODEL


@contextmanager
def real_bot(var: Path, model: Path, **environ: str) -> Iterator[Site]:
    """A bot in its real processes, one web process among them: tests that need two start the other beside it."""
    port = str(free_port())
    with running(
        var,
        PORT=port,
        PUBLIC_URL=f"http://127.0.0.1:{port}",
        WEB_CONCURRENCY="1",
        SMS_PRICE="0.0083 USD",
        KEEP_UNREAD="on",
        MODEL_DIR=str(borrowed(model, var / "model")),
        **environ,
    ) as site:
        yield site


def borrowed(model: Path, folder: Path) -> Path:
    """The same under another path: what a publishing adds to it is kept there, and `model` stays as it is."""
    folder.mkdir()
    for part in model.iterdir():
        if part.name != "lock":
            (folder / part.name).symlink_to(part)
    return folder


@pytest.fixture(scope="session")
def on_sqlite(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The bot that all browser tests on SQLite share."""
    with real_bot(tmp_path_factory.mktemp("browser"), model) as site:
        yield site


@pytest.fixture(scope="session")
def site(on_sqlite: Site) -> str:
    """The address of a running bot."""
    return on_sqlite.url


@pytest.fixture(scope="session", params=["sqlite", SERVER])
def served(
    request: pytest.FixtureRequest, model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bot]:
    """A running bot and one more web process of it, on each database."""
    if request.param == "sqlite":
        site: Site = request.getfixturevalue("on_sqlite")
        with another_process(site) as other:
            yield Bot(site, other, request.param)
        return
    for url in make_schema():
        var = tmp_path_factory.mktemp("clinic")
        with real_bot(var, model, DATABASE_URL=url) as site, another_process(site) as other:
            yield Bot(site, other, request.param)


@pytest.fixture
def clinic(served: Bot, browser: Browser) -> Iterator[Clinic]:
    """The bot with its staff at their browsers; no page of theirs may break its own policy or fail in its script."""
    clinic = Clinic(served, browser)
    yield clinic
    clinic.leave()

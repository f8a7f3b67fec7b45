"""`smsbot content sync` against the local carrier."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smsbot.adapters.cipher import Cipher
from tests.adapters.conftest import migrated
from tests.carrier import ACCOUNT, TOKEN, local_carrier
from tests.running import ROOT

pytestmark = [pytest.mark.live, pytest.mark.enable_socket]


def sync(environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("TWILIO_", "SMSBOT_"))}
    return subprocess.run(
        [sys.executable, "-m", "smsbot", "content", "sync"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**clean, **environ},
        check=False,
    )


def test_menus_are_registered_in_every_language_and_only_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    migrated(url)
    with local_carrier(tmp_path / "carrier") as carrier:
        environ = {
            "SMSBOT_MODE": "local",
            "DATABASE_URL": url,
            "DATA_KEYS": Cipher.make_key(),
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_URL": carrier.url,
        }
        first, second = sync(environ), sync(environ)
        assert first.returncode == second.returncode == 0, first.stderr + second.stderr
        assert first.stdout == second.stdout
        assert "session\tmenu\tfr" in first.stdout
        assert "text\tmenu\tht" in first.stdout
        assert first.stderr.count("ht: WhatsApp has no menus in this language") == 1
        listed: list[str] = []
        page = "/v1/Content?PageSize=500"
        while page:
            answer = carrier.call("GET", page, auth=(ACCOUNT, TOKEN))[1]
            listed += [content["friendly_name"] for content in answer["contents"]]
            following = answer["meta"]["next_page_url"]
            page = following.removeprefix(carrier.url) if following else ""
        registered = [line for line in first.stdout.splitlines() if not line.startswith("text")]
        assert len(listed) == len(registered)


def test_without_an_account_it_says_what_to_set(tmp_path: Path) -> None:
    run = sync({"SMSBOT_MODE": "local", "DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}"})
    assert run.returncode == 1
    assert "TWILIO_ACCOUNT_SID" in run.stderr
    assert "Traceback" not in run.stderr

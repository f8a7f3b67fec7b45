"""Every door is signed, behind a secret link, or tells nothing of anybody; every setting is documented."""

import os
import re
from dataclasses import fields
from pathlib import Path

import pytest

from smsbot import wiring
from smsbot.adapters import files
from smsbot.adapters.cipher import Cipher
from smsbot.settings import Misconfigured, Settings, unknown_settings
from smsbot.web.app import make_app

ROOT = Path(__file__).parent.parent

# Each route, and why it may be there. A route that is not named here fails the test.
DOORS = {
    "/twilio/messages": "signed by the carrier",
    "/twilio/status": "signed by the carrier",
    "/twilio/status/<delivery>": "signed by the carrier",
    "/notices/<token>": "behind a signed link; no number, no message",
    "/healthz": "tells nothing of anybody",
    "/readyz": "tells nothing of anybody",
    "/metrics": "tells nothing of anybody",
    "/phone": "people who do not exist; off in production unless switched on",
    "/phone/sign": "signs for numbers of fiction only",
    "/c/<code>": "a campaign's page: two buttons, no cookie, counts only",
    "/c/<code>/<any(sms, wa):way>": "on to the messages, from that page",
    "/phone/countries": "tells nothing of anybody",
    "/phone/inbox": "what the local carrier has for numbers of fiction; of a real carrier nothing",
    "/static/<path:filename>": "the pages' own files",
}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """All that production needs."""
    return {
        "TWILIO_AUTH_TOKEN": "t" * 32,
        "PUBLIC_URL": "https://bot.clinic.example",
        "REDIS_URL": f"unix://{tmp_path}/none.sock",
        "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db",
        "SECRET_KEY": "s" * 40,
        "PERSON_PEPPER": "p" * 40,
        "DATA_KEYS": Cipher.make_key(),
        "CLINIC_FILE": str(ROOT / "smsbot/content/clinic.toml"),
    }


def test_every_route_is_known_and_says_why_it_may_be_there(environ: dict[str, str]) -> None:
    app = make_app(wiring.assemble(Settings.from_env({**environ, "PHONE": "on"})).doors)
    others = {r.rule for r in app.url_map.iter_rules() if not r.endpoint.startswith("console.")}
    assert others == set(DOORS)
    # The console's own name what they ask of a member of staff.
    staff = {r.endpoint for r in app.url_map.iter_rules() if r.endpoint.startswith("console.")}
    assert staff == set(app.extensions["smsbot.doors"].needs)


def test_the_phone_page_is_off_unless_it_is_switched_on(environ: dict[str, str]) -> None:
    app = make_app(wiring.assemble(Settings.from_env(environ)).doors)
    assert not [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/phone")]
    assert app.test_client().get("/phone").status_code == 404


def test_every_setting_stands_in_the_readme_with_what_it_is_for() -> None:
    readme = (ROOT / "README.md").read_text()
    for spec in fields(Settings):
        assert re.search(
            rf"^\| `{spec.metadata['name']}` \| {re.escape(spec.metadata['help'])}",
            readme,
            re.MULTILINE,
        ), spec.name


def test_every_command_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for name in ("chat", "understand", "segments", "catalogs", "calls", "doctor", "fallback"):
        assert f"smsbot {name}" in readme, name


@pytest.mark.parametrize(
    "name",
    [
        "TWILIO_AUTH_TOKEN",
        "PUBLIC_URL",
        "REDIS_URL",
        "DATABASE_URL",
        "SECRET_KEY",
        "PERSON_PEPPER",
        "DATA_KEYS",
        "CLINIC_FILE",
    ],
)
def test_what_production_needs_and_lacks_stops_the_start_with_words_that_help(
    name: str, environ: dict[str, str]
) -> None:
    del environ[name]
    with pytest.raises(Misconfigured, match=f"{name} is not set: "):
        wiring.build(Settings.from_env(environ))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TWILIO_SENDER_KIND", "shortcode", "must be one of: long_code, toll_free, short_code"),
        ("SMSBOT_MODE", "prod", "must be one of: production, local"),
        ("PORT", "http", "must be a whole number"),
        ("PUBLIC_URL", "bot.clinic.example", "must begin with https://"),
        ("DATABASE_URL", "mysql://x", "must begin with postgresql://"),
        ("REDIS_URL", "localhost", "must begin with redis://"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_right(
    name: str, value: str, words: str, environ: dict[str, str]
) -> None:
    with pytest.raises(Misconfigured, match=f"{name}.*{re.escape(words)}"):
        Settings.from_env({**environ, name: value})


def test_an_unknown_setting_is_named_with_the_one_that_was_meant() -> None:
    assert unknown_settings({"TWILIO_AUTHTOKEN": "x", "PATH": "/bin"}) == [
        "TWILIO_AUTHTOKEN is not a setting of the bot; did you mean TWILIO_AUTH_TOKEN?"
    ]


def test_no_error_about_settings_shows_a_secret(environ: dict[str, str]) -> None:
    for name in ("DATA_KEYS", "DATABASE_URL", "REDIS_URL"):
        with pytest.raises(Misconfigured) as raised:
            wiring.build(Settings.from_env({**environ, name: "hunter2"}))
        assert "hunter2" not in str(raised.value)


def test_the_doctor_fails_in_production_when_nobody_is_told_of_red_flags(
    environ: dict[str, str],
) -> None:
    failing = [f.words for f in wiring.checkup(environ) if f.level == "fail"]
    assert any("nobody is told" in words for words in failing)
    told = {
        **environ,
        "NOTIFY_WEBHOOK_URL": "https://staff.clinic.example/",
        "NOTIFY_WEBHOOK_SECRET": "s",
    }
    assert not any("nobody is told" in f.words for f in wiring.checkup(told))


def test_the_doctor_looks_for_the_files_that_are_named_as_evidence(
    environ: dict[str, str], tmp_path: Path
) -> None:
    clinic = tmp_path / "clinic.toml"
    further = '[campaigns.BR]\nnames = "none"\noverride = "our lawyer"\nevidence = "letter.pdf"\n'
    clinic.write_text(
        (files.CONTENT / "clinic.toml").read_text(encoding="utf-8") + further, encoding="utf-8"
    )
    environ |= {"CLINIC_FILE": str(clinic)}

    def said() -> list[str]:
        return [f.words for f in wiring.checkup(environ) if f.level == "fail"]

    assert any("letter.pdf" in words for words in said())
    (tmp_path / "letter.pdf").write_bytes(b"%PDF")
    assert not any("letter.pdf" in words for words in said())


def test_the_doctor_says_what_broadcasts_lack(environ: dict[str, str]) -> None:
    words = [f.words for f in wiring.checkup(environ) if f.level == "warn"]
    for name in ("TRIAL_NUMBERS", "SMS_PRICE", "TWILIO_FROM"):
        assert any(name in said for said in words), name
    told = {**environ, "TRIAL_NUMBERS": "+15145550123", "SMS_PRICE": "0.0083 USD"}
    words = [f.words for f in wiring.checkup(told)]
    assert not any("TRIAL_NUMBERS" in said or "SMS_PRICE" in said for said in words)


def test_the_doctor_looks_at_an_empty_environment_without_falling_over() -> None:
    findings = wiring.checkup({"PATH": os.environ["PATH"], "TWILIO_FORM": "x"})
    assert any("did you mean TWILIO_FROM" in f.words for f in findings)
    assert any(f.level == "fail" for f in findings)

"""The terminal as other programs call it: JSON lines in, JSON lines out, and words for people on standard error."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def smsbot(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8", **environ}
    return subprocess.run(
        [sys.executable, "-m", "smsbot", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env=clean,
        check=False,
    )


def lines(run: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_the_price_in_french_is_the_honest_one() -> None:
    (turn,) = lines(
        smsbot("chat", "--jsonl", stdin='{"from":"+15145550123","body":"combien ca coute?"}\n')
    )
    assert (turn["lang"], turn["intent"], turn["intents"]) == ("fr", "price", ["price"])
    assert "ne donne pas de prix" in turn["replies"][0]  # type: ignore[index]
    assert len(turn["segments"]) == len(turn["replies"])  # type: ignore[arg-type]
    assert turn["events"] == ["TurnAnswered"]


def test_the_talk_is_kept_for_each_sender_during_the_run() -> None:
    said = [
        {"from": "+15145550123", "body": "what results can i expect"},
        {"from": "whatsapp:+447700900123", "body": "how does it work"},
        {"from": "+15145550123", "body": "how long?"},
        {"from": "+447700900123", "channel": "whatsapp", "body": "how long?"},
        {"from": "+15145550123", "choice": "price@3"},
        {"from": "+15145550123", "media": ["image/png"]},
        {"from": "+15145550123", "location": True, "referral": {"source_id": "1", "body": "ad"}},
        {
            "from": "+15145550123",
            "body": "STOP",
            "sender_kind": "long_code",
            "at": "2026-11-24T09:30:00Z",
        },
    ]
    turns = lines(smsbot("chat", "--jsonl", stdin="\n".join(map(json.dumps, said)) + "\n"))
    assert [t["intent"] for t in turns] == [
        "results",
        "how",
        "lasting",
        "time",
        "price",
        "media",
        "media",
        "stop",
    ]
    assert turns[-1]["replies"] == []
    assert turns[-1]["events"] == ["OptedOut"]


def test_topic_is_what_was_answered_when_that_is_another() -> None:
    said = [{"from": "+15145550123", "body": b} for b in ("does it hurt", "2", "more")]
    turns = lines(smsbot("chat", "--jsonl", stdin="\n".join(map(json.dumps, said))))
    assert "topic" not in turns[0]
    assert [(t["intent"], t["topic"]) for t in turns[1:]] == [("choice", "safe"), ("more", "who")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("not json", "line 1: not JSON"),
        ("[1]", "line 1: must be an object"),
        ('{"body":"x"}', "line 1: from must be a text"),
        ('{"from":"+15145550123","body":7}', "line 1: body must be a text"),
        (
            '{"from":"+15145550123","channel":"fax"}',
            "channel 'fax' is not one of sms, whatsapp, rcs",
        ),
        ('{"from":"+15145550123","sender_kind":"x"}', "sender_kind 'x' is not one of long_code"),
        ('{"from":"+15145550123","at":"noon"}', "is not a moment such as"),
        ('{"from":"+15145550123","media":"image/png"}', "media must be a list"),
        ('{"from":"+15145550123","referral":"ad"}', "line 1: referral must be an object"),
        ('{"from":"+15145550123","referral":{"source_id":7}}', "line 1: source_id must be a text"),
    ],
)
def test_a_wrong_line_is_named_and_ends_with_2(line: str, words: str) -> None:
    run = smsbot("chat", "--jsonl", stdin=line + "\n")
    assert run.returncode == 2
    assert words in run.stderr
    assert "Traceback" not in run.stderr


def test_understand_gives_one_line_for_each_in_order() -> None:
    said = [
        {"text": "how much is it"},
        {"text": "je n'arrive plus à avaler"},
        {"text": "asdf"},
        {"text": "¿duele?", "lang": "es", "region": "MX"},
        {"text": ""},
    ]
    read = lines(smsbot("understand", stdin="\n".join(json.dumps(s) for s in said)))
    assert [(r["lang"], r["intent"]) for r in read] == [
        ("en", "price"),
        ("fr", "urgent"),
        ("en", "unknown"),
        ("es", "pain"),
        ("en", "unknown"),
    ]
    for row in read:
        assert set(row) == {"lang", "intent", "confidence", "tier", "candidates"}
        assert all(isinstance(name, str) and 0 <= score <= 1 for name, score in row["candidates"])  # type: ignore[union-attr]


def test_segments_counts_as_the_carrier_does() -> None:
    texts = ["a" * 160, "a" * 161, "ç", "€" * 81, "", "😀" * 36, "\ud800"]
    counted = lines(smsbot("segments", stdin="\n".join(json.dumps({"text": t}) for t in texts)))
    assert [(c["encoding"], c["units"], c["segments"]) for c in counted] == [
        ("GSM-7", 160, 1), ("GSM-7", 161, 2), ("UCS-2", 1, 1), ("GSM-7", 162, 2), ("GSM-7", 0, 1), ("UCS-2", 72, 2), ("UCS-2", 1, 1)
    ]  # fmt: skip


def test_chat_for_people_prints_the_answers_and_ends_on_an_empty_line() -> None:
    run = smsbot("chat", stdin="price\n\n")
    assert run.returncode == 0
    assert "The article gives no price" in run.stdout
    assert "segments]" in run.stderr


def test_a_broken_clinic_file_is_named_with_its_key(tmp_path: Path) -> None:
    clinic = tmp_path / "clinic.toml"
    good = (ROOT / "smsbot/content/clinic.toml").read_text()
    for wrong, words in [
        ("name = ", "is not valid TOML"),
        (good.replace('name = "Aurora Demo Clinic"', ""), "name: is missing"),
        (
            good.replace('"America/Toronto"', '"America/Nowhere"'),
            "time_zone: 'America/Nowhere' is not a time zone",
        ),
        (good.replace("+15145550100", "514-555"), "phones.main: '514-555' is not a phone number"),
        (
            good.replace("09:00-19:00", "19:00-09:00"),
            "hours.thursday: '19:00-09:00' ends before it begins",
        ),
        (good.replace('"fr"', '"xx"'), "languages: 'xx' is not a loaded language"),
        (
            f"{good}\n[retention]\ninactive_months = 40\n",
            "retention.inactive_months: must be 36 at most",
        ),
    ]:
        clinic.write_text(wrong)
        run = smsbot("chat", "--jsonl", stdin="{}", CLINIC_FILE=str(clinic))
        assert run.returncode == 1
        assert f"clinic.toml: {words}" in run.stderr or words in run.stderr
        assert "Traceback" not in run.stderr


def test_the_fallback_page_names_the_clinics_phone_and_the_emergency_number(tmp_path: Path) -> None:
    run = smsbot("fallback", "--output", str(tmp_path / "fallback.xml"))
    assert run.returncode == 0
    page = (tmp_path / "fallback.xml").read_text()
    assert page.startswith("<?xml")
    assert "+1 514-555-0100" in page
    assert "911" in page


def test_the_doctor_says_in_words_what_is_missing() -> None:
    run = smsbot("doctor")
    assert run.returncode == 1
    assert "fail  PERSON_PEPPER is not set" in run.stdout
    assert "to put right" in run.stderr


def test_calls_without_a_database_says_what_to_set() -> None:
    run = smsbot("calls")
    assert run.returncode == 1
    assert "DATABASE_URL is not set" in run.stderr


def test_migrate_makes_the_tables_and_is_done_when_they_are_there(tmp_path: Path) -> None:
    for words in ("was brought from nothing", "is up to date"):
        run = smsbot("migrate", DATABASE_URL=f"sqlite:///{tmp_path}/bot.db")
        assert run.returncode == 0, run.stderr
        assert words in run.stdout


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "PERSON_PEPPER is not set"),
        (
            {"SMSBOT_MODE": "local", "CLINIC_FILE": "/nowhere/clinic.toml"},
            "/nowhere/clinic.toml: file: does not exist",
        ),
        ({"TWILIO_SENDER_KIND": "x"}, "TWILIO_SENDER_KIND is 'x'"),
    ],
)
def test_a_server_that_cannot_start_says_why_in_words(environ: dict[str, str], words: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import app"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environ},
        check=False,
    )
    assert run.returncode == 1
    assert words in run.stderr
    assert "Traceback" not in run.stderr


def test_a_database_that_does_not_answer_is_said_in_words() -> None:
    run = smsbot("migrate", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert run.returncode == 1
    assert "does not answer at DATABASE_URL" in run.stderr
    assert "Traceback" not in run.stderr

"""The proof of consent in the terminal: data on standard output, words for people on standard error, and codes to rely on."""

import csv
import io
import json
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import text

from smsbot.adapters.cipher import Cipher
from smsbot.adapters.sql.engine import make_engine
from smsbot.core.people.imports import ELSE, NEEDED, WORDS
from tests.adapters.conftest import execute, migrated
from tests.test_cli import smsbot

HEAD = "number,channel,language,consented_at,source,actor,words,words_file,frequency,sender,age18"


def line(number: str, age: str = "yes", words: str = "Oui, vos nouvelles.", file: str = "") -> str:
    return f"{number},sms,fr,2026-05-31,paper,Ada,{words!r},{file},2 a month,+15145550100,{age}".replace(
        "'", '"'
    )


class Terminal:
    def __init__(self, folder: Path) -> None:
        self.folder, self.environ = folder, {
            "DATABASE_URL": f"sqlite:///{folder}/people.db",
            "DATA_KEYS": Cipher.make_key(),
            "PERSON_PEPPER": "p" * 40,
        }  # fmt: skip
        migrated(self.environ["DATABASE_URL"])

    def people(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        run = smsbot("people", *arguments, **{**self.environ, **environ})
        assert "Traceback" not in run.stderr
        return run

    def file(self, *lines: str, encoding: str = "utf-8") -> str:
        path = self.folder / "consents.csv"
        path.write_text("\n".join([HEAD, *lines]), encoding=encoding)
        return str(path)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def rows(text: str) -> list[tuple[str, ...]]:
    return [tuple(cells) for cells in csv.reader(io.StringIO(text))]


def test_consents_are_taken_in_exported_proved_sealed_anew_and_forgotten(
    terminal: Terminal,
) -> None:
    file = terminal.file(line("+15145550123"), line("+15145550124", age="no"))
    trial = terminal.people("import", file)
    assert trial.returncode == 1
    assert rows(trial.stdout) == [
        ("row", "number", "outcome", "why"),
        ("2", "…23", "ready", ""),
        ("3", "…24", "refused", "age18 is not yes: only adults can agree"),
    ]
    assert "1 ready, 1 refused. Nothing was written" in trial.stderr
    report = str(terminal.folder / "report.csv")
    done = terminal.people(
        "import", terminal.file(line("+15145550123")), "--write", "--report", report
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 taken." in done.stderr
    assert rows(Path(report).read_text("utf-8"))[1:] == [("2", "…23", "taken", "")]

    exported = terminal.people("export", "--number", "+1 514-555-0123")
    assert exported.returncode == 0
    found = json.loads(exported.stdout)
    assert found["consents"][0]["asked"]["words"] == "Oui, vos nouvelles."
    (mark,) = found["marks"]
    assert json.loads(terminal.people("export", "--key", mark).stdout)["number"] == "+15145550123"

    verified = terminal.people("verify")
    assert (verified.returncode, verified.stdout) == (
        0,
        "The ledger is as it was written: 2 entries.\n",
    )

    keys = f"{Cipher.make_key()},{terminal.environ['DATA_KEYS']}"
    rotated = terminal.people("rotate", DATA_KEYS=keys)
    assert (rotated.returncode, rotated.stdout) == (
        0,
        "1 numbers sealed anew, 0 were already.\n",
    )
    terminal.environ["DATA_KEYS"] = keys.partition(",")[0]

    forgotten = terminal.people("forget", "--number", "+15145550123")
    assert forgotten.returncode == 0
    assert len(forgotten.stdout.strip()) == 8
    assert "within a day" in forgotten.stderr
    found = json.loads(terminal.people("export", "--key", mark).stdout)
    assert found["consents"][0]["ended"]["reference"] == forgotten.stdout.strip()
    assert found["number"] is None
    assert "5145550123" not in trial.stdout + trial.stderr + done.stderr + forgotten.stderr


def test_a_ledger_that_was_changed_is_named_with_the_entry(terminal: Terminal) -> None:
    terminal.people("import", terminal.file(line("+15145550123")), "--write")
    engine = make_engine(terminal.environ["DATABASE_URL"])
    execute(engine, text("UPDATE consent_events SET language = 'en' WHERE seq = 2"))
    engine.dispose()
    run = terminal.people("verify")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == "The chain of consent is broken at entry 2.\n"


def test_the_words_may_stand_in_a_file_beside_and_nowhere_else(terminal: Terminal) -> None:
    (terminal.folder / "form.txt").write_text("The words on the form.", "utf-8")
    outside = terminal.folder.parent / "outside.txt"
    outside.write_text("Secret.", "utf-8")
    file = terminal.file(
        line("+15145550123", words="", file="form.txt"),
        line("+15145550124", words="", file="../outside.txt"),
        line("+15145550125", words="", file=str(outside)),
    )
    run = terminal.people("import", file)
    assert [cells[2] for cells in rows(run.stdout)[1:]] == ["ready", "refused", "refused"]


def test_a_number_that_no_key_opens_is_counted(terminal: Terminal) -> None:
    terminal.people("import", terminal.file(line("+15145550123")), "--write")
    run = terminal.people("rotate", DATA_KEYS=Cipher.make_key())
    assert run.returncode == 1
    assert "put the key back" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("export", "--number", "514"), 2, "--number must be in international form"),
        (("export", "--key", "xyz"), 2, "--key must be a coded mark of 32 hex digits"),
        (("forget", "--key", "a" * 32), 1, "Nothing is kept of this person."),
        (("import", "/nowhere.csv"), 1, "nowhere.csv: file: cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    terminal: Terminal, arguments: tuple[str, ...], code: int, words: str
) -> None:
    run = terminal.people(*arguments)
    assert run.returncode == code
    assert words in run.stderr


def test_a_file_in_another_encoding_is_refused_with_its_line(terminal: Terminal) -> None:
    file = terminal.file(line("+15145550123"), line("+15145550124", words="été"), encoding="cp1252")
    run = terminal.people("import", file, "--write")
    assert (run.returncode, run.stdout) == (1, "")
    assert "consents.csv: file: line 3 is not in UTF-8" in run.stderr


def test_without_settings_it_is_said_what_is_missing() -> None:
    run = smsbot("people", "verify")
    assert run.returncode == 1
    assert "PERSON_PEPPER is not set" in run.stderr


def test_the_columns_of_a_file_are_named_in_the_help() -> None:
    said = " ".join(smsbot("people", "import", "--help").stdout.split())
    assert all(name in said for name in (*NEEDED, *WORDS, *ELSE))

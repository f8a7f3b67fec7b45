"""`smsbot catalogs` on the real files: what it prints where, and its exit code."""

from pathlib import Path

import pytest

from smsbot.cli import main


def test_check_prints_findings_on_standard_output_and_a_summary_for_people(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["catalogs", "check", "--language", "en"]) == 0
    shown = capsys.readouterr()
    # The menu of languages names each in its own script, which no alphabet makes cheap.
    assert all("language_menu: segments: warning" in line for line in shown.out.splitlines())
    assert "1 languages: 0 errors, 1 warnings" in shown.err


def test_stats_is_a_table_with_a_line_for_each_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogs", "stats", "--language", "en"]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert dict(zip(head.split(), line.split(), strict=True)) | {
        "done": "100%",
        "errors": "0",
    } == dict(zip(head.split(), line.split(), strict=True))


@pytest.mark.parametrize("form", ["csv", "xlsx", "po"])
def test_what_is_exported_can_be_imported_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    target = tmp_path / f"en.{form}"
    assert main(["catalogs", "export", "--format", form, "--language", "en", str(target)]) == 0
    assert capsys.readouterr().out == f"{target}\n"
    assert main(["catalogs", "import", str(target)]) == 0
    assert "0 texts taken in" in capsys.readouterr().err


def test_an_import_of_what_breaks_a_rule_names_it_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "en.csv"
    english = "You are welcome. Reply %(MENU)s for more topics or %(HUMAN)s for our team."
    sheet.write_text(
        f"language,key,english,text,state\nen,thanks,{english},Call 911.,read\n", encoding="utf-8"
    )
    assert main(["catalogs", "import", str(sheet)]) == 1
    shown = capsys.readouterr()
    assert "locales/en/LC_MESSAGES/bot.po: thanks: numbers: has 9 1 typed in it" in shown.out
    assert "0 texts taken in, 0 unchanged, 1 refused" in shown.err


def test_a_language_that_is_not_here_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogs", "check", "--language", "xx"]) == 1
    assert "xx: is not a language here" in capsys.readouterr().err
    assert main(["catalogs", "export", "--format", "csv", "all.csv"]) == 2

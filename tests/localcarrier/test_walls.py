"""The local carrier stands outside: the bot does not know it, and it knows little of the bot."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ALLOWED = {
    "smsbot.adapters.twilio.edge": {"sign"},
    "smsbot.core.language.segments": {"measure"},
    "smsbot.core.people.address": {"PREFIXES", "parse_address"},
}


def test_nothing_of_the_bots_own_imports_it() -> None:
    strays = [
        p.as_posix()
        for p in [*(ROOT / "smsbot").rglob("*.py"), ROOT / "app.py"]
        if re.search(r"^\s*(?:import|from) localcarrier", p.read_text(), re.MULTILINE)
    ]
    assert strays == []


def test_it_knows_of_the_bot_only_the_signature_the_segments_and_the_spelling_of_addresses() -> (
    None
):
    known: dict[str, set[str]] = {}
    for path in (ROOT / "localcarrier").glob("*.py"):
        for module, names in re.findall(
            r"^\s*from (smsbot[\w.]*) import (.+)$", path.read_text(), re.MULTILINE
        ):
            known.setdefault(module, set()).update(re.split(r",\s*", names))
        assert not re.search(r"^\s*import smsbot", path.read_text(), re.MULTILINE)
    assert known == ALLOWED


def test_every_module_opens_with_its_law() -> None:
    assert all(
        p.read_text().lstrip().startswith('"""') for p in (ROOT / "localcarrier").glob("*.py")
    )

"""Whole talks, as staff can read and write them, are held exactly as they stand.

A file is one talk. Lines that begin with `@` set who writes (from, channel, sender_kind, at), `>` is what the person sends, `<` what
the bot answers (a line for each reply; `\\n` stands for a line break, `*` at the end for any rest), `!` the events, `#` a remark.
`@ choice PAYLOAD` taps a button. Nothing between two `>` means that the bot says nothing.
"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from smsbot import wiring
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address

from .conftest import OPEN

FOLDER = Path(__file__).parent / "transcripts"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("**/*.txt")), ids=lambda p: p.stem)
def test_the_talk_goes_as_it_stands(path: Path, texts: wiring.Texts) -> None:
    bot = wiring.in_memory(texts)
    who = {"from": "+15145550123", "channel": "sms", "sender_kind": "short_code"}
    at, number = OPEN, 0
    expected: list[str] = []
    said: list[str] = []
    where = f"{path.name}: nothing sent yet"
    for line_number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        sign, _, rest = line.partition(" ")
        if sign == "@" and not rest.startswith(("choice ", "media ")):
            name, _, value = rest.partition(" ")
            if name == "at":
                at = datetime.fromisoformat(value)
            else:
                who[name] = value
        elif sign == ">" or sign == "@":
            assert (
                expected
                == [_cut(s, e) for s, e in zip(said, expected, strict=False)]
                + said[len(expected) :]
            ), where
            number, at = number + 1, at + timedelta(minutes=1)
            kind, _, value = rest.partition(" ")
            turn = bot.answer(
                Inbound(
                    message_id=f"SM{number:032x}",
                    addresses=(Address(who["channel"], who["from"]),),
                    body=rest if sign == ">" else "",
                    at=at,
                    choice=value if sign == "@" and kind == "choice" else None,
                    media=(value,) if sign == "@" and kind == "media" else (),
                    sender_kind=who["sender_kind"],
                )
            )
            said = [f"< {t}".replace("\n", "\\n") for t in turn.kept.texts] + [
                f"! {' '.join(turn.kept.events)}"
            ]
            expected, where = [], f"{path.name}:{line_number}: {rest}"
        elif sign in ("<", "!"):
            expected.append(line)
    assert (
        expected
        == [_cut(s, e) for s, e in zip(said, expected, strict=False)] + said[len(expected) :]
    ), where


def _cut(said: str, expected: str) -> str:
    """What was said, up to where the expectation leaves the rest open."""
    return expected if expected.endswith("*") and said.startswith(expected[:-1]) else said

"""Whole talks, as staff can read and write them, are held exactly as they stand (core/conversation/talks.py tells the notation)."""

import pytest

from smsbot import wiring
from smsbot.adapters import files
from smsbot.core.conversation.talks import Talk, so_far
from smsbot.flows.talks import replay


@pytest.mark.parametrize("talk", files.talks(), ids=lambda talk: talk.name)
def test_the_talk_goes_as_it_stands(talk: Talk, texts: wiring.Texts) -> None:
    for asked, said in replay(wiring.in_memory(texts), talk):
        assert asked.expected == so_far(said, asked.expected), f"line {asked.line}: {asked.said}"

"""What the carrier does by itself, as a table: sender, channel, text, what it acted on, whether STOP blocks."""

import pytest

from smsbot.core.people.address import Channel
from smsbot.core.people.carrier import (
    CARRIER_WORDS,
    HELP_WORDS,
    SENDER_KINDS,
    START_WORDS,
    STOP_WORDS,
    SenderKind,
    habit,
)

ACTING: tuple[SenderKind, ...] = ("long_code", "toll_free", "messaging_service")
CHANNELS: tuple[Channel, ...] = ("sms", "whatsapp", "rcs")


@pytest.mark.parametrize("kind", ACTING)
@pytest.mark.parametrize("channel", ["sms", "rcs"])
@pytest.mark.parametrize(
    ("acted", "words"), [("STOP", STOP_WORDS), ("START", START_WORDS), ("HELP", HELP_WORDS)]
)
def test_the_carrier_acts_on_its_own_words(
    kind: SenderKind, channel: Channel, acted: str, words: frozenset[str]
) -> None:
    for word in words:
        for said in (word, word.upper(), word.title(), f" {word}\n"):
            assert habit(kind, channel, said, None).acted == acted


@pytest.mark.parametrize("kind", ACTING)
@pytest.mark.parametrize(
    "said",
    ["STOP PLEASE", "please stop", "stop.", "st op", "arrêt", "alto", "no", "", " ", "stop stop"],
)
def test_the_carrier_acts_on_nothing_but_the_bare_word(kind: SenderKind, said: str) -> None:
    assert habit(kind, "sms", said, None).acted is None


@pytest.mark.parametrize("word", sorted(STOP_WORDS | START_WORDS | HELP_WORDS))
def test_a_short_code_leaves_everything_to_us(word: str) -> None:
    for channel in CHANNELS:
        found = habit("short_code", channel, word, None)
        assert (found.acted, found.blocks) == (None, False)


@pytest.mark.parametrize("kind", SENDER_KINDS)
@pytest.mark.parametrize("word", ["STOP", "START", "HELP", "hello"])
def test_whatsapp_leaves_everything_to_us_unless_advanced_opt_out_is_on(
    kind: SenderKind, word: str
) -> None:
    found = habit(kind, "whatsapp", word, None)
    assert found.acted is None
    assert found.blocks == (kind == "advanced_opt_out")


@pytest.mark.parametrize("channel", CHANNELS)
def test_advanced_opt_out_says_what_it_did_and_else_did_nothing(channel: Channel) -> None:
    assert habit("advanced_opt_out", channel, "STOP", None).acted is None
    assert habit("advanced_opt_out", channel, "laat me met rust", "STOP").acted == "STOP"


@pytest.mark.parametrize("kind", SENDER_KINDS)
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("acted", ["STOP", "START", "HELP"])
def test_what_the_carrier_says_it_did_counts_on_every_sender(
    kind: SenderKind, channel: Channel, acted: str
) -> None:
    found = habit(kind, channel, "whatever", acted)
    assert (found.acted, found.blocks) == (acted, True)


@pytest.mark.parametrize("said", ["", "stop", "OTHER", "\x00"])
def test_what_the_carrier_cannot_have_said_counts_for_nothing(said: str) -> None:
    assert habit("short_code", "sms", "hello", said).acted is None


@pytest.mark.parametrize(
    ("kind", "blocks"),
    [
        ("long_code", True),
        ("toll_free", True),
        ("messaging_service", True),
        ("advanced_opt_out", True),
        ("short_code", False),
    ],
)
def test_who_opted_out_is_blocked_by_every_sender_but_a_short_code(
    kind: SenderKind, blocks: bool
) -> None:
    assert habit(kind, "sms", "how much?", None).blocks == blocks


def test_every_kind_of_sender_is_in_the_tables() -> None:
    assert set(SENDER_KINDS) == {*ACTING, "short_code", "advanced_opt_out"}


def test_the_words_of_the_carrier_are_small_letters_and_mean_one_thing() -> None:
    assert all(word == word.casefold().strip() for word in CARRIER_WORDS)
    assert not STOP_WORDS & START_WORDS
    assert not (STOP_WORDS | START_WORDS) & HELP_WORDS

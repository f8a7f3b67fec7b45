"""Whoever comes by a campaign, however they bring its code, is welcomed by it; what else they ask is answered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import count

import pytest

from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.codes import make_code
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address
from smsbot.core.people.referral import Referral
from smsbot.flows.answer import Answer, Turn

from ..conftest import OPEN

SPRING = Campaign(
    id=7,
    name="Spring",
    code=make_code(1),
    begins=date(2026, 11, 20),
    ends=date(2026, 12, 20),
    state="live",
    keywords=("BLOOM",),
    referrals=("120208000000000001",),
    welcome={"en": "Welcome to %(clinic)s", "fr": "Bienvenue chez %(clinic)s"},
    prefill={"en": "Hello %(clinic)s, I would like to book", "fr": "Bonjour %(clinic)s"},
)


@pytest.fixture
def come(bot: Answer) -> Callable[..., Turn]:
    """One message of somebody new, while the campaign runs."""
    numbers = count(10)

    def come(body: str, referral: Referral | None = None, campaign: Campaign = SPRING) -> Turn:
        number = next(numbers)
        address = Address("whatsapp", f"+151455501{number:02}")
        inbound = Inbound(f"SM{number}", (address,), body, OPEN, referral=referral)
        return replace(bot, campaigns=(campaign,)).answer(inbound)

    return come


@pytest.mark.parametrize(
    ("body", "welcome"),
    [
        (f"Hello Aurora Demo Clinic, I would like to book\n{SPRING.code}", "Welcome to Aurora Demo"),
        (f"Bonjour Aurora Demo Clinic {SPRING.code.lower()}", "Bienvenue chez Aurora Demo"),
        (f"{SPRING.code[:3]} {SPRING.code[3:]}", "Welcome to Aurora Demo"),
        ("bloom", "Welcome to Aurora Demo"),
    ],
)  # fmt: skip
def test_what_a_link_wrote_is_welcomed_and_nothing_else_is_read_into_it(
    come: Callable[..., Turn], body: str, welcome: str
) -> None:
    turn = come(body)
    assert "CampaignEntered" in turn.kept.events
    assert turn.kept.intents == ("campaign",)
    assert turn.kept.texts[0].startswith(welcome)
    assert len(turn.kept.texts) == 1
    assert turn.kept.campaign == 7


def test_what_else_is_asked_is_answered_after_the_welcome(come: Callable[..., Turn]) -> None:
    turn = come(f"Hello Aurora Demo Clinic, does it hurt? {SPRING.code}")
    assert turn.kept.intents == ("campaign", "pain")
    assert turn.kept.keys[:2] == ("campaign", "pain")


def test_whoever_tapped_the_advertisement_is_the_campaigns(come: Callable[..., Turn]) -> None:
    ad = Referral(source_id="120208000000000001")
    assert come("does it hurt?", ad).kept.campaign == 7
    assert come("does it hurt?", Referral(source_id="1")).kept.campaign == 0


def test_nobody_comes_by_a_campaign_that_is_over(come: Callable[..., Turn]) -> None:
    over = replace(SPRING, ends=date(2026, 11, 21))
    turn = come(f"does it hurt? {SPRING.code}", campaign=over)
    assert "CampaignEntered" not in turn.kept.events
    assert turn.kept.intents == ("pain",)


@pytest.mark.parametrize("body", [f"STOP {SPRING.code}", f"i can not breathe {SPRING.code}"])
def test_a_code_hides_neither_an_opt_out_nor_a_sign_of_danger(
    come: Callable[..., Turn], body: str
) -> None:
    assert {"OptedOut", "RedFlagSeen"} & set(come(body).kept.events)

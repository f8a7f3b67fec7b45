"""Who comes by a campaign is welcomed, answered, and asked twice before anything is sent to them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from smsbot import wiring
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address
from smsbot.flows.answer import Turn
from smsbot.wiring import in_memory
from tests.conftest import OPEN

Say = Callable[..., Turn]
SPRING = Campaign(
    7,
    "Spring",
    "K7F2",
    date(2026, 11, 1),
    date(2026, 12, 1),
    "live",
    keywords=("SPRING",),
    welcome={"en": "%(clinic)s: welcome!", "fr": "%(clinic)s : bienvenue !"},
    prefill={"en": "I saw your poster"},
    news=True,
)


@pytest.fixture
def say(texts: wiring.Texts) -> Say:
    """Somebody who writes to a clinic with a campaign."""
    answer = replace(in_memory(texts), campaigns=(SPRING,))
    numbers = iter(range(1, 1000))

    def say(body: str, at: timedelta = timedelta(), **more: object) -> Turn:
        number = next(numbers)
        inbound = Inbound(f"SM{number:032x}", (Address("sms", "+15145550123"),), body, OPEN + at)
        return answer.answer(replace(inbound, **more))  # type: ignore[arg-type]

    return say


@pytest.mark.parametrize("words", ["SPRING", "spring", "Sprng", "I saw your poster\nK7F2"])
def test_its_word_and_its_link_are_answered_with_its_welcome_and_an_offer_of_news(
    words: str, say: Say
) -> None:
    turn = say(words)
    assert turn.kept.texts[0].startswith("Aurora Demo Clinic: welcome!")
    assert "NEWS" in turn.kept.texts[0]
    assert turn.kept.intents == ("campaign",)
    assert "CampaignEntered" in turn.kept.events
    assert turn.talk is not None
    assert turn.talk.campaign == 7


def test_what_is_asked_beside_it_is_answered_too(say: Say) -> None:
    turn = say("does it hurt? K7F2")
    assert [t.key for t in turn.texts][:2] == ["campaign", "pain"]
    assert turn.kept.intents == ("campaign", "pain")


def test_the_welcome_comes_in_the_persons_language_or_says_that_it_does_not(say: Say) -> None:
    assert say("est-ce que ça fait mal ? K7F2").kept.texts[0].startswith("Aurora Demo Clinic")
    assert "bienvenue" in say("bonjour K7F2").kept.texts[0]
    spanish = say("hola, ¿duele mucho? K7F2").texts[0]
    assert spanish.language == "en"
    assert "welcome!" in spanish.text
    assert not spanish.text.startswith("Aurora")  # that it is not in Spanish is said first


def test_two_yes_are_needed_and_questions_between_them_do_no_harm(say: Say) -> None:
    say("SPRING")
    assert "ConsentGiven" not in say("how much is it").kept.events
    asked = say("yes")
    assert asked.texts[0].key == "consent_ask"
    assert "ConsentAsked" in asked.kept.events
    given = say("YES")
    assert given.texts[0].key == "consent_yes"
    assert "ConsentGiven" in given.kept.events
    assert say("yes").kept.events != given.kept.events


def test_nothing_is_offered_where_the_campaign_has_no_news_or_the_person_is_a_minor(
    say: Say,
) -> None:
    say("i am 15")
    turn = say("SPRING")
    assert "NEWS" not in turn.kept.texts[0]
    assert "ConsentAsked" not in say("yes").kept.events


def test_signs_of_danger_and_opt_outs_come_before_any_welcome(say: Say) -> None:
    assert say("i can't swallow K7F2").texts[0].key == "urgent"
    assert say("STOP K7F2").texts[0].key == "stop_done"


def test_outside_its_days_nobody_comes_by_it(say: Say) -> None:
    turn = say("K7F2", at=timedelta(days=60))
    assert "CampaignEntered" not in turn.kept.events


def test_the_advertisement_that_was_tapped_leads_to_it(texts: wiring.Texts) -> None:
    from smsbot.core.people.referral import Referral

    answer = replace(in_memory(texts), campaigns=(replace(SPRING, referrals=("2385",)),))
    tapped = Inbound(
        "SM1",
        (Address("whatsapp", "+15145550123"),),
        "hello",
        OPEN,
        referral=Referral(source_id="2385"),
    )
    assert "CampaignEntered" in answer.answer(tapped).kept.events

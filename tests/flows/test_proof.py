"""What a talk leaves in the ledger: the exact question, who said what to whom, how, and where."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest

from smsbot.adapters.memory import MemoryConversations, MemoryOutbox, MemoryPeople
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address, key_of
from smsbot.core.people.ledger import Entry
from smsbot.flows.answer import Answer
from tests.conftest import OPEN

NUMBER = Address("sms", "+15145550123")
CLINIC = "+15145550100"


class Talk:
    """One person's talk, and the ledger that it leaves."""

    def __init__(self, bot: Answer, *addresses: Address) -> None:
        self.people, self.addresses, self.count = MemoryPeople(), addresses or (NUMBER,), 0
        talks = MemoryConversations()
        self.bot = replace(
            bot,
            people=self.people,
            outbox=MemoryOutbox(),
            conversations=talks,
            hurried=talks,
        )

    def say(self, *words: str, **details: object) -> Sequence[str]:
        for body in words:
            self.count += 1
            turn = self.bot.answer(
                Inbound(
                    f"SM{self.count}", self.addresses, body, OPEN + timedelta(minutes=self.count),
                    **{"to": CLINIC, **details},  # type: ignore[arg-type]
                )
            )  # fmt: skip
        return turn.kept.texts

    @property
    def entries(self) -> list[Entry]:
        return [entry for _, entry in self.people.chain]


def test_the_question_is_kept_word_for_word_with_what_it_promises(bot: Answer) -> None:
    talk = Talk(bot)
    (question,) = talk.say("news")
    (ask,) = talk.entries
    assert talk.people.texts == {ask.proof_digest: question}
    assert sha256(question.encode()).hexdigest() == ask.proof_digest
    assert (ask.event, ask.proof_key, ask.proof_language) == ("ask", "consent_ask", "en")
    assert len(ask.proof_version) == 12
    assert (ask.frequency, ask.unconditional, ask.purpose) == ("2 a month", True, "news")
    assert ask.policy == "https://clinic.example/privacy"
    assert (ask.sender, ask.business) == (CLINIC, "Aurora Demo Clinic")
    assert (ask.country, ask.zone, ask.source, ask.adult) == (
        "CA",
        "America/Toronto",
        "keyword",
        False,
    )


def test_the_version_of_the_policy_is_kept_where_the_clinic_names_one(bot: Answer) -> None:
    profile = replace(bot.book.profile, privacy_version="2026-11")
    talk = Talk(replace(bot, book=replace(bot.book, profile=profile)))
    talk.say("news")
    assert talk.entries[0].policy == "https://clinic.example/privacy 2026-11"


def test_another_wording_has_another_version_and_the_same_one_has_the_same(bot: Answer) -> None:
    french, english = Talk(bot), Talk(bot)
    french.say("nouvelles")
    english.say("news", "no", "news")
    (first, _, second) = english.entries
    assert first.proof_version == second.proof_version != french.entries[0].proof_version


@pytest.mark.parametrize(
    ("yes", "action", "method"),
    [("YES", "yes", "keyword"), ("Oui!", "oui", "keyword"), ("yes please do", "yes", "words")],
)
def test_the_answer_is_kept_as_one_word_and_never_as_it_was_written(
    bot: Answer, yes: str, action: str, method: str
) -> None:
    talk = Talk(bot)
    talk.say("news", yes)
    ask, given = talk.entries
    assert (given.event, given.action, given.method) == ("yes", action, method)
    assert given.pair == ask.pair == ask.message_id
    assert (given.frequency, given.policy, given.unconditional) == ("", "", False)
    assert (given.sender, given.country) == (CLINIC, "CA")


def test_a_button_is_told_from_a_word(bot: Answer) -> None:
    talk = Talk(bot)
    talk.say("news")
    talk.say("", choice="yes")
    assert [(e.event, e.action, e.method) for e in talk.entries[1:]] == [("yes", "yes", "choice")]


@pytest.mark.parametrize(
    ("words", "event", "action", "method", "kind"),
    [
        ("STOP", "withdraw", "stop", "carrier", "long_code"),
        ("stop", "withdraw", "stop", "keyword", "short_code"),
        ("please dont text me anymore", "withdraw", "stop", "words", "short_code"),
        ("start", "start", "start", "keyword", "short_code"),
    ],
)
def test_how_it_was_said_is_kept(
    bot: Answer, words: str, event: str, action: str, method: str, kind: str
) -> None:
    talk = Talk(bot)
    talk.say(words, sender_kind=kind)
    (entry,) = talk.entries
    assert (entry.event, entry.action, entry.method) == (event, action, method)
    assert (entry.purpose, entry.business, entry.zone) == (
        "",
        "Aurora Demo Clinic",
        "America/Toronto",
    )


def test_nothing_of_a_persons_health_reaches_the_ledger(bot: Answer) -> None:
    talk = Talk(bot)
    talk.say("i cant breathe stop texting me", "im pregnant", "news", "yes")
    written = repr(talk.entries)
    assert not any(word in written for word in ("breath", "pregnan", "urgent", "flag"))


def test_who_comes_by_a_campaign_and_agrees_is_kept_with_it(bot: Answer) -> None:
    day = OPEN.date()
    spring = Campaign(
        7, "Spring", "K7F2", day, date(2026, 12, 31), "live", ("SPRING",),
        welcome={"en": "Welcome. We write up to twice a month."}, news=True,
    )  # fmt: skip
    talk = Talk(replace(bot, campaigns=(spring,)))
    talk.say("spring", "1", "yes")
    ask, yes = talk.entries
    assert (ask.action, ask.method, ask.campaign) == ("news", "choice", "7")
    assert (yes.action, yes.method, yes.campaign) == ("yes", "keyword", "7")
    subscription = talk.people.subscription(key_of(bot.pepper, NUMBER))
    assert subscription is not None
    assert (subscription.first_campaign, subscription.last_campaign) == (7, 7)


def test_a_subscriber_is_kept_with_country_and_time_zones_of_their_number(bot: Answer) -> None:
    talk = Talk(bot, Address("whatsapp", "FR.9abc"), Address("whatsapp", "+33639980123"))
    talk.say("nouvelles", "oui")
    subscription = talk.people.subscription(key_of(bot.pepper, talk.addresses[0]))
    assert subscription is not None
    assert (subscription.channel, subscription.language) == ("whatsapp", "fr")
    assert (subscription.country, subscription.zones) == ("FR", "Europe/Paris")
    assert subscription.wrote_at == subscription.at == OPEN + timedelta(minutes=2)

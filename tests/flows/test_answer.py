"""The order of the doors: what is kept, what is written down, and what is said when a store is away."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from smsbot.adapters.memory import MemoryConversations, MemoryOutbox, MemoryPeople
from smsbot.core.conversation.conversation import Conversation
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address
from smsbot.flows.answer import Answer
from smsbot.ports import Closed, Kept, Opened, Unavailable
from tests.conftest import OPEN

NUMBER = Address("sms", "+15145550123")


def inbound(body: str, message_id: str = "SM1", **details: object) -> Inbound:
    return Inbound(message_id, (NUMBER,), body, OPEN, **details)  # type: ignore[arg-type]


class Parts:
    """A bot whose twins can be looked into and broken; what it would do later is done by `settle`."""

    def __init__(self, bot: Answer) -> None:
        self.talks, self.people, self.outbox = MemoryConversations(), MemoryPeople(), MemoryOutbox()
        self.noted: list[tuple[str, dict[str, object]]] = []
        self.woken: list[str] = []
        self._later: list[Callable[[], None]] = []
        self.bot = replace(
            bot,
            conversations=self.talks,
            hurried=self.talks,
            people=self.people,
            outbox=self.outbox,
            note=lambda event, /, **details: self.noted.append((event, details)),
            later=self._later.append,
            wake=self.woken.append,
        )

    def settle(self) -> None:
        while self._later:
            self._later.pop(0)()

    def break_sql(self) -> None:
        self.people.broken = True

    def break_redis(self) -> None:
        self.talks.broken = self.outbox.broken = True


@pytest.fixture
def parts(bot: Answer) -> Parts:
    return Parts(bot)


def test_a_message_heard_twice_is_answered_alike_and_counted_once(parts: Parts) -> None:
    first = parts.bot.answer(inbound("forget me"))
    again = parts.bot.answer(inbound("forget me"))
    assert again.kept == first.kept
    assert [event for event, _ in parts.noted] == ["turn"]
    assert (
        parts.bot.answer(inbound("yes", "SM2")).kept.texts
        == parts.bot.answer(inbound("yes", "SM2")).kept.texts
    )


def test_an_opt_out_is_written_down_before_it_is_confirmed(parts: Parts) -> None:
    parts.bot.answer(inbound("stop"))
    assert [entry.event for _, entry in parts.people.chain] == ["withdraw"]


def test_with_sql_away_an_opt_out_waits_in_the_outbox_until_it_can_be_written(parts: Parts) -> None:
    parts.break_sql()
    assert parts.bot.answer(inbound("stop")).kept.texts != ()
    assert parts.outbox.waiting() == 1
    parts.people.broken = False
    assert parts.outbox.drain(parts.people) == 1
    assert [entry.event for _, entry in parts.people.chain] == ["withdraw"]


def test_with_sql_away_questions_are_answered_and_nothing_given_is_pretended(parts: Parts) -> None:
    parts.break_sql()
    keys = []
    for number, words in enumerate(["price", "news", "human", "start"]):
        keys.append(parts.bot.answer(inbound(words, f"SM{number}")).texts[0].key)
    assert keys == ["price", "consent_failed", "human_failed", "start_failed"]


def test_a_yes_that_could_not_be_written_down_is_no_consent_and_stays_one_when_heard_again(
    parts: Parts,
) -> None:
    parts.bot.answer(inbound("news", "SM1"))
    parts.break_sql()
    turn = parts.bot.answer(inbound("yes", "SM2"))
    assert [t.key for t in turn.texts] == ["consent_failed"]
    assert "ConsentGiven" not in turn.kept.events
    parts.people.broken = False
    assert parts.bot.answer(inbound("yes", "SM2")).kept == turn.kept
    assert [t.key for t in parts.bot.answer(inbound("yes", "SM3")).texts] == ["nothing_open"]


def test_with_sql_away_a_deletion_is_promised_and_not_claimed(parts: Parts) -> None:
    parts.bot.answer(inbound("forget me", "SM1"))
    parts.break_sql()
    assert [t.key for t in parts.bot.answer(inbound("yes", "SM2")).texts] == ["forget_later"]
    assert parts.outbox.waiting() == 1


def test_with_redis_away_the_bot_answers_without_memory(parts: Parts) -> None:
    parts.break_redis()
    turn = parts.bot.answer(inbound("price"))
    assert (turn.texts[0].key, turn.remembered) == ("price", False)
    assert parts.bot.answer(inbound("stop", "SM2")).texts[0].key == "stop_done"
    assert [entry.event for _, entry in parts.people.chain] == ["withdraw"]


def test_with_both_stores_away_nothing_is_pretended_but_a_red_flag_is_answered(
    parts: Parts,
) -> None:
    parts.break_redis()
    parts.break_sql()
    for words in ("price", "stop", "forget me"):
        with pytest.raises(Unavailable):
            parts.bot.answer(inbound(words))
    assert parts.bot.answer(inbound("i cant swallow")).texts[0].key == "urgent"


def test_a_red_flag_is_answered_first_and_written_down_afterwards(parts: Parts) -> None:
    assert parts.bot.answer(inbound("i cant swallow")).texts[0].key == "urgent"
    assert list(parts.people.open()) == []
    parts.settle()
    (alert,) = parts.people.open()
    assert (alert.kind, alert.classes) == ("red_flag", ("swallowing",))
    assert parts.woken == ["notice"]
    assert parts.bot.answer(inbound("i cant swallow")).kept.texts != ()
    parts.settle()
    assert len(parts.people.open()) == 1


def test_a_red_flag_is_written_down_in_the_end_when_the_stores_come_back(parts: Parts) -> None:
    parts.break_redis()
    parts.break_sql()
    parts.bot.answer(inbound("i cant swallow"))
    with pytest.raises(Unavailable):
        parts.settle()  # the background tries again while this is raised


def test_an_alert_about_a_person_whom_the_carrier_blocks_says_so(parts: Parts) -> None:
    parts.bot.answer(inbound("STOP", "SM1", sender_kind="long_code"))
    parts.bot.answer(inbound("i cant breathe", "SM2", sender_kind="long_code"))
    parts.settle()
    (alert,) = parts.people.open()
    assert alert.blocked


def test_a_call_is_listed_once_however_often_it_is_asked_for(parts: Parts) -> None:
    for number in range(3):
        parts.bot.answer(inbound("HUMAN", f"SM{number}"))
    parts.settle()
    (call,) = parts.people.open()
    assert (call.kind, call.address) == ("call", NUMBER)
    assert "notice" in parts.woken


def test_people_of_the_phone_page_reach_neither_the_ledger_nor_the_lists(parts: Parts) -> None:
    for number, words in enumerate(
        ["news", "yes", "stop", "human", "i cant breathe", "forget me", "yes"]
    ):
        parts.bot.answer(inbound(words, f"SM{number}", demo=True))
    parts.settle()
    assert (parts.people.chain, list(parts.people.open()), parts.outbox.waiting()) == ([], [], 0)
    assert parts.bot.answer(inbound("1", "SM9")).kept.intents == (
        "unknown",
    )  # a real person of that number has another talk


class Interrupted(MemoryConversations):
    """Another message of the same person comes between, a number of times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def close(
        self, person: str, message_id: str, talk: Conversation, kept: Kept, expected: int
    ) -> Closed:
        if self.times:
            self.times -= 1
            other = Conversation(
                version=expected + 1, language="fr", chosen="word", topic="results"
            )
            self.talks[person] = other
            return Closed(False, Opened(other))
        return super().close(person, message_id, talk, kept, expected)


def test_a_turn_that_was_overtaken_is_decided_again_on_the_newer_talk(parts: Parts) -> None:
    talks = Interrupted(1)
    turn = replace(parts.bot, conversations=talks).answer(inbound("how long"))
    assert (turn.kept.intents, turn.kept.language) == (("lasting",), "fr")
    (talk,) = talks.talks.values()
    assert (talk.version, talk.topic) == (2, "lasting")


def test_a_turn_that_is_overtaken_again_and_again_is_answered_all_the_same(parts: Parts) -> None:
    turn = replace(parts.bot, conversations=Interrupted(9)).answer(inbound("price"))
    assert turn.texts[0].key == "price"
    assert "talk_contended" in [event for event, _ in parts.noted]


def test_nothing_that_is_noted_holds_a_number_or_a_body(parts: Parts) -> None:
    for number, words in enumerate(
        ["price please", "human", "i cant breathe", "stop", "zzz secret words"]
    ):
        parts.bot.answer(inbound(words, f"SM{number}"))
    parts.settle()
    written = repr(parts.noted)
    assert "5145550123" not in written
    assert "secret" not in written
    assert "please" not in written

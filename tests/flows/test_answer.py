"""The order of the doors: what is kept, what is written down, and what is said when a store is away."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from smsbot.adapters.memory import MemoryConversations, MemoryOutbox, MemoryPeople
from smsbot.core.conversation.conversation import Conversation
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address, key_of
from smsbot.flows.answer import Answer
from smsbot.ports import Closed, Kept, Opened, Record, Unavailable
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
        self,
        person: str,
        message_id: str,
        talk: Conversation,
        kept: Kept,
        expected: int,
        *,
        erase: bool = False,
    ) -> Closed:
        if self.times:
            self.times -= 1
            other = Conversation(
                version=expected + 1, language="fr", chosen="word", topic="results"
            )
            self.talks[person] = other
            return Closed(False, Opened(other))
        return super().close(person, message_id, talk, kept, expected, erase=erase)


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


class Killed(Exception):
    """The process died here."""


class Dying(MemoryPeople):
    """The process dies when the next record is about to be written."""

    dying = False

    def write(self, record: Record) -> None:
        if self.dying:
            raise Killed
        super().write(record)


@pytest.mark.parametrize(
    ("words", "event", "key"),
    [
        (["news", "yes"], "yes", "consent_yes"),
        (["news"], "ask", "consent_ask"),
        (["start"], "start", "start_done"),
        (["HUMAN"], "", "human_open"),
    ],
)
def test_what_was_given_as_a_process_died_is_written_when_the_message_comes_again(
    words: list[str], event: str, key: str, parts: Parts
) -> None:
    people = Dying()
    bot = replace(parts.bot, people=people)
    for number, said in enumerate(words[:-1]):
        bot.answer(inbound(said, f"SM{number}"))
    people.dying = True
    with pytest.raises(Killed):
        bot.answer(inbound(words[-1], "SM9"))
    people.dying = False
    again = bot.answer(inbound(words[-1], "SM9"))
    assert again.kept.keys == (key,)
    if event:
        assert people.chain[-1][1].event == event
    else:
        assert len(people.open()) == 1
    assert bot.answer(inbound(words[-1], "SM9")).kept == again.kept


def test_what_was_given_as_a_process_died_is_not_pretended_while_the_ledger_is_away(
    parts: Parts,
) -> None:
    people = Dying()
    bot = replace(parts.bot, people=people)
    bot.answer(inbound("news", "SM1"))
    people.dying = True
    with pytest.raises(Killed):
        bot.answer(inbound("yes", "SM2"))
    people.dying, people.broken = False, True
    assert bot.answer(inbound("yes", "SM2")).kept.keys == ("consent_failed",)


def test_only_the_reply_that_could_not_be_honoured_is_replaced(parts: Parts) -> None:
    parts.break_sql()
    assert [t.key for t in parts.bot.answer(inbound("price and can someone call me")).texts] == [
        "human_failed",
        "price",
        "disclaimer",
    ]


def test_deletion_takes_the_earlier_replies_away(parts: Parts) -> None:
    for number, words in enumerate(["pregnant", "forget me", "yes"]):
        parts.bot.answer(inbound(words, f"SM{number}"))
    assert [kept.intents for kept in parts.talks.kept.values()] == [("yes",)]


def test_an_opt_out_under_the_number_holds_for_the_id_that_came_with_it_once(parts: Parts) -> None:
    hidden, number = Address("whatsapp", "CA.9abc"), Address("whatsapp", "+15145550123")
    for message_id, words in (("SM1", "news"), ("SM2", "yes")):
        parts.bot.answer(Inbound(message_id, (hidden,), words, OPEN))
    both = Inbound("SM3", (hidden, number), "price", OPEN + timedelta(days=2))
    parts.talks.talks.clear()
    parts.bot.answer(both)
    parts.settle()
    parts.bot.answer(inbound("STOP", "SM4"))
    assert parts.people.standing(key_of(parts.bot.pepper, hidden)).opted_out_at is not None


def test_a_call_keeps_the_number_where_the_id_hides_it(parts: Parts) -> None:
    both = (Address("whatsapp", "CA.9abc"), Address("whatsapp", "+15145550123"))
    parts.bot.answer(Inbound("SM1", both, "HUMAN", OPEN))
    (call,) = parts.people.open()
    assert call.address == both[1]

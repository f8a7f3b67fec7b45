"""Who takes a call or an alert, who sees the number, and what a text of staff means for the bot."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from smsbot.adapters.memory import MemoryConversations, MemoryPeople
from smsbot.core.conversation.conversation import STAFF_SPAN, Ask, Conversation
from smsbot.core.conversation.decide import RULES
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address
from smsbot.core.people.staff import Member
from smsbot.flows.access import NotAllowed
from smsbot.flows.answer import Answer, Turn
from smsbot.flows.callback import Callback, NoWay, Overtaken, Uncertain, Unfit
from smsbot.ports import Notice, Refused, Unavailable
from smsbot.ports.console import Done
from tests.conftest import OPEN

NUMBER = Address("sms", "+15145550123")
ANA = Member(1, "ana@clinic.example", "Ana", frozenset({"marketer"}))


@dataclass
class Ticking:
    """A clock that a test sets forward."""

    at: datetime = OPEN

    def now(self) -> datetime:
        return self.at


@dataclass
class Book:
    """The record of what staff did, in a list."""

    lines: list[Done] = field(default_factory=list)
    broken: bool = False

    def add(self, done: Done) -> None:
        if self.broken:
            raise Unavailable("the record is gone")
        self.lines.append(done)

    def find(self, *_: object, **__: object) -> list[Done]:
        return self.lines

    @property
    def acts(self) -> list[str]:
        return [line.act for line in self.lines]


@dataclass
class Carrier:
    """Takes texts, or says no."""

    fails: Exception | None = None
    sent: list[tuple[Address, str]] = field(default_factory=list)

    def __call__(self, to: Address, text: str, /) -> str:
        if self.fails:
            raise self.fails
        self.sent.append((to, text))
        return "SM1"


class Clinic:
    """The bot and the staff's side of it on the same twins; whatever the bot would do later it does at once."""

    def __init__(self, bot: Answer) -> None:
        self.clock, self.audit, self.carrier = Ticking(), Book(), Carrier()
        self.talks, self.people = MemoryConversations(), MemoryPeople()
        self.bot = replace(bot, conversations=self.talks, hurried=self.talks, people=self.people)
        self.callback = Callback(
            notices=self.people,
            conversations=self.talks,
            audit=self.audit,
            clock=self.clock,
            send=self.carrier,
        )
        self._ids = count(1)

    def say(self, body: str, *more: Address, to: Address = NUMBER, **details: object) -> Turn:
        """Somebody writes, a minute later."""
        self.clock.at += timedelta(minutes=1)
        message_id = f"SM{next(self._ids):032x}"
        return self.bot.answer(Inbound(message_id, (to, *more), body, self.clock.at, **details))  # type: ignore[arg-type]

    def call(self, *more: Address, to: Address = NUMBER) -> Notice:
        """Somebody asks for a person."""
        self.say("i want to talk to a person", *more, to=to)
        return self.callback.open()[-1]

    def answer(self, notice: Notice, text: str = "We call you at three.") -> datetime:
        current = self.people.notices[notice.id]
        return self.callback.answer(ANA, notice.id, text, current.answered_at)

    def notice(self, notice: Notice) -> Notice:
        return self.people.notices[notice.id]


@pytest.fixture
def clinic(bot: Answer) -> Clinic:
    return Clinic(bot)


# ---------------------------------------------------------------- the list


def test_alerts_come_before_calls_and_the_oldest_first(clinic: Clinic) -> None:
    for number, body in enumerate(["human", "i cant swallow", "human", "i cant breathe"]):
        clinic.say(body, to=Address("sms", f"+1514555010{number}"))
    assert [(n.kind, n.address and n.address.handle[-1]) for n in clinic.callback.open()] == [
        ("red_flag", "1"),
        ("red_flag", "3"),
        ("call", "0"),
        ("call", "2"),
    ]


def test_who_takes_a_notice_is_kept_and_a_second_is_told_so(clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.callback.take(ANA, notice.id)
    assert (clinic.notice(notice).acknowledged_by, clinic.audit.acts) == ("Ana", ["call taken"])
    with pytest.raises(Overtaken):
        clinic.callback.take(ANA, notice.id)
    assert clinic.people.open() == []
    assert [n.id for n in clinic.callback.open()] == [notice.id]


def test_what_is_done_moves_to_the_done_ones_and_back(clinic: Clinic) -> None:
    clinic.say("i cant swallow")
    (notice,) = clinic.callback.open()
    clinic.callback.finish(ANA, notice.id)
    assert (clinic.callback.open(), [n.id for n in clinic.callback.lately()]) == ([], [notice.id])
    assert clinic.people.due(clinic.clock.at + timedelta(days=1), 9) == []
    clinic.callback.reopen(ANA, notice.id)
    assert ([n.id for n in clinic.callback.open()], clinic.callback.lately()) == ([notice.id], [])
    assert clinic.audit.acts == ["alert done", "alert not done"]
    for again in (clinic.callback.reopen, clinic.callback.take):
        with pytest.raises(Overtaken):
            again(ANA, notice.id)


def test_done_ones_are_shown_for_thirty_days(clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.callback.finish(ANA, notice.id)
    clinic.clock.at += timedelta(days=30)
    assert len(clinic.callback.lately()) == 1
    clinic.clock.at += timedelta(seconds=1)
    assert clinic.callback.lately() == []


def test_whoever_may_not_see_calls_sees_no_number_and_does_nothing(clinic: Clinic) -> None:
    notice = clinic.call()
    other = replace(ANA, roles=frozenset({"translator"}))
    for act in (clinic.callback.number, clinic.callback.take, clinic.callback.speak_again):
        with pytest.raises(NotAllowed):
            act(other, notice.id)
    assert clinic.audit.lines == []


# ---------------------------------------------------------------- the number


def test_that_the_number_was_shown_is_written_down_without_the_number(clinic: Clinic) -> None:
    notice = clinic.call()
    assert clinic.callback.number(ANA, notice.id) == NUMBER.handle
    (line,) = clinic.audit.lines
    assert (line.act, line.subject, line.who) == ("number shown", notice.id, "Ana")
    assert "555" not in repr(line)


def test_no_number_is_shown_where_that_cannot_be_written_down(clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.audit.broken = True
    with pytest.raises(Unavailable):
        clinic.callback.number(ANA, notice.id)


def test_a_number_that_is_erased_or_hidden_is_none(clinic: Clinic) -> None:
    hidden = clinic.call(to=Address("whatsapp", "CA.13491208655302741918"))
    assert clinic.callback.number(ANA, hidden.id) is None
    gone = clinic.call()
    clinic.say("forget me")
    clinic.say("yes")
    assert clinic.callback.number(ANA, gone.id) is None
    assert clinic.audit.lines == []


# ---------------------------------------------------------------- a text


def test_a_text_goes_out_and_is_written_down_without_its_words(clinic: Clinic) -> None:
    notice = clinic.call()
    until = clinic.answer(notice, "  We’ll call\r\nat 3.  ")
    assert clinic.carrier.sent == [(NUMBER, "We'll call\nat 3.")]
    assert until == clinic.clock.at + STAFF_SPAN
    assert clinic.notice(notice).answered_at == clinic.clock.at
    (line,) = clinic.audit.lines
    assert (line.act, line.subject) == ("reply sent", notice.id)
    assert dict(line.details) == {"channel": "sms", "segments": "1"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" \n", "empty"),
        ("a\x07b", "signs"),
        ("x" * 481, "long"),
        ("ő" * 269, "segments"),
    ],
)
def test_a_text_that_does_not_fit_is_not_sent(text: str, why: str, clinic: Clinic) -> None:
    notice = clinic.call()
    with pytest.raises(Unfit) as raised:
        clinic.answer(notice, text)
    assert raised.value.why == why
    assert (clinic.carrier.sent, clinic.audit.lines) == ([], [])
    assert clinic.callback.silent_until(clinic.notice(notice)) is None


def test_the_longest_texts_go_out(clinic: Clinic) -> None:
    notice = clinic.call()
    for text in ("x" * 480, "ő" * 268, "ok\u200d"):
        clinic.answer(notice, text)
        clinic.clock.at += timedelta(minutes=1)
    assert len(clinic.carrier.sent) == 3
    whatsapp = clinic.call(to=Address("whatsapp", "+15145550124"))
    clinic.answer(whatsapp, "ő" * 480)


def test_of_two_who_answer_at_once_one_is_told_to_look_first(clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.callback.answer(ANA, notice.id, "first", None)
    with pytest.raises(Overtaken):
        clinic.callback.answer(ANA, notice.id, "second", None)
    assert [text for _, text in clinic.carrier.sent] == ["first"]


def obstacle_of(clinic: Clinic, notice: Notice) -> str:
    with pytest.raises(NoWay) as raised:
        clinic.answer(notice)
    assert clinic.carrier.sent == []
    return raised.value.why


def test_no_text_goes_to_who_opted_out_where_the_carrier_blocks_until_they_start_again(
    clinic: Clinic,
) -> None:
    notice = clinic.call()
    clinic.say("STOP", sender_kind="long_code")
    assert obstacle_of(clinic, notice) == "blocked"
    clinic.say("START", sender_kind="long_code")
    clinic.answer(notice)
    assert len(clinic.carrier.sent) == 1


def test_who_opted_out_where_nothing_blocks_can_still_be_answered(clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.say("stop", sender_kind="short_code")
    clinic.answer(notice)


def test_whatsapp_takes_a_text_within_a_day_of_the_last_message(clinic: Clinic) -> None:
    notice = clinic.call(to=Address("whatsapp", "+15145550123"))
    clinic.clock.at = notice.at + timedelta(hours=24) - timedelta(seconds=1)
    clinic.answer(notice)
    clinic.say("thanks", to=Address("whatsapp", "+15145550123"))
    clinic.clock.at += timedelta(hours=23)
    clinic.answer(notice)
    clinic.carrier.sent.clear()
    clinic.clock.at += timedelta(hours=1)
    assert obstacle_of(clinic, notice) == "late"


def test_no_text_goes_out_once_the_number_was_erased(clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.say("forget me")
    clinic.say("yes")
    assert obstacle_of(clinic, notice) == "erased"


def test_without_an_account_nothing_is_sent(clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.callback = replace(clinic.callback, send=None)
    assert obstacle_of(clinic, notice) == "unset"


# ---------------------------------------------------------------- where a door is shut


def test_a_text_that_the_carrier_refuses_leaves_the_bot_as_it_was(clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.carrier.fails = Refused("Twilio refused with code 21610")
    with pytest.raises(Refused):
        clinic.answer(notice)
    assert clinic.notice(notice).answered_at is None
    assert clinic.say("how much").kept.texts != ()
    assert clinic.audit.acts == ["reply sent", "reply refused"]


def test_a_refused_second_text_leaves_the_silence_of_the_first(clinic: Clinic) -> None:
    notice = clinic.call()
    first = clinic.answer(notice)
    clinic.clock.at += timedelta(minutes=30)
    clinic.carrier.fails = Refused("no")
    with pytest.raises(Refused):
        clinic.answer(notice)
    assert clinic.callback.silent_until(clinic.notice(notice)) == first


def test_a_text_that_may_have_arrived_keeps_the_bot_silent(clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.carrier.fails = Unavailable("Twilio: ReadTimeout")
    with pytest.raises(Uncertain):
        clinic.answer(notice)
    assert clinic.say("how much").kept.texts == ()
    assert clinic.audit.acts == ["reply sent", "reply uncertain"]


@pytest.mark.parametrize("broken", ["talks", "people", "audit"])
def test_nothing_is_sent_while_a_store_is_away(broken: str, clinic: Clinic) -> None:
    notice = clinic.call()
    getattr(clinic, broken).broken = True
    with pytest.raises(Unavailable):
        clinic.callback.answer(ANA, notice.id, "hello", None)
    getattr(clinic, broken).broken = False
    assert clinic.carrier.sent == []
    assert clinic.notice(notice).answered_at is None
    assert clinic.say("how much").kept.texts != ()


# ---------------------------------------------------------------- the silence


def test_staff_come_after_red_flags_and_opt_outs_and_before_all_else() -> None:
    names = [rule.__name__ for rule in RULES]
    assert names[:5] == ["_red_flag", "_carrier_acted", "_opted_out", "_with_staff", "_too_many"]


@pytest.mark.parametrize(
    "body", ["how much", "yes", "1", "more", "menu", "lang fr", "???", "human"]
)
def test_the_bot_is_silent_for_two_hours_and_staff_see_that_somebody_wrote(
    body: str, clinic: Clinic
) -> None:
    notice = clinic.call()
    until = clinic.answer(notice)
    turn = clinic.say(body)
    assert (turn.kept.texts, turn.kept.events) == ((), ("WroteAgain",))
    assert clinic.notice(notice).wrote_at == clinic.clock.at
    clinic.clock.at = until - timedelta(minutes=1)
    assert clinic.say("how much").kept.texts != ()
    assert clinic.callback.silent_until(clinic.notice(notice)) is None


@pytest.mark.parametrize(
    ("body", "intent"),
    [
        ("i cant swallow", "urgent"),
        ("i want to kill myself", "crisis"),
        ("stop", "stop"),
        ("stop texting me please", "stop"),
        ("start", "start"),
        ("help", "help"),
        ("forget me", "forget"),
    ],
)
def test_what_cannot_wait_is_answered_all_the_same(body: str, intent: str, clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.answer(notice)
    turn = clinic.say(body)
    assert turn.kept.intents[0] == intent
    assert turn.kept.texts != ()
    assert "WroteAgain" in turn.kept.events
    assert clinic.notice(notice).wrote_at == clinic.clock.at
    assert clinic.say("how much").kept.texts == ()


def test_a_deletion_asked_for_meanwhile_is_confirmed_and_ends_the_silence(clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.answer(notice)
    clinic.say("forget me")
    assert "Forgotten" in clinic.say("yes").kept.events
    assert clinic.notice(notice).address is None
    assert clinic.say("how much").kept.texts != ()


def test_a_yes_to_staff_is_no_consent_neither_then_nor_later(clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.say("news")
    until = clinic.answer(notice)
    assert "ConsentGiven" not in clinic.say("yes").kept.events
    clinic.clock.at = until
    assert "ConsentGiven" not in clinic.say("yes").kept.events


def test_a_button_has_the_bot_answer_again_at_once(clinic: Clinic) -> None:
    notice = clinic.call()
    until = clinic.answer(notice)
    assert clinic.callback.silent_until(clinic.notice(notice)) == until
    clinic.callback.speak_again(ANA, notice.id)
    assert clinic.callback.silent_until(clinic.notice(notice)) is None
    assert clinic.say("how much").kept.texts != ()
    assert clinic.audit.acts[-1] == "bot speaks again"


def test_the_silence_reaches_a_person_whose_talk_is_under_another_mark(clinic: Clinic) -> None:
    hidden = Address("whatsapp", "CA.13491208655302741918")
    notice = clinic.call(Address("whatsapp", NUMBER.handle), to=hidden)
    assert notice.address == Address("whatsapp", NUMBER.handle)
    clinic.answer(notice)
    assert clinic.say("how much", to=hidden).kept.texts == ()


def test_a_message_after_it_was_done_opens_it_again(clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.answer(notice)
    clinic.callback.finish(ANA, notice.id)
    clinic.say("and on friday?")
    assert [n.id for n in clinic.callback.open()] == [notice.id]
    clinic.clock.at += timedelta(minutes=1)
    clinic.callback.finish(ANA, notice.id)
    assert clinic.callback.open() == []


def test_with_the_ledger_away_that_somebody_wrote_waits_in_the_outbox(clinic: Clinic) -> None:
    notice = clinic.call()
    clinic.answer(notice)
    clinic.people.broken = True
    assert clinic.say("and on friday?").kept.texts == ()
    clinic.people.broken = False
    assert clinic.bot.outbox.drain(clinic.people) == 1
    assert clinic.notice(notice).wrote_at == clinic.clock.at


def test_nobody_elses_notice_says_that_somebody_wrote(clinic: Clinic) -> None:
    other = clinic.call(to=Address("sms", "+15145550124"))
    clinic.answer(clinic.call())
    clinic.say("hello?")
    assert clinic.notice(other).wrote_at is None


@pytest.mark.parametrize(("kind", "kept"), [("news", False), ("forget", True)])
def test_a_talk_that_is_handed_over_has_only_a_deletion_open(kind: str, kept: bool) -> None:
    ask = Ask(kind, 7, "SM1")  # type: ignore[arg-type]
    talk = Conversation(3, "fr", options=("price",), pending=("who",), step="clarify", ask=ask)
    handed = talk.handed_over(99)
    assert handed == Conversation(4, "fr", ask=ask if kept else None, staff_until=99)
    assert handed.handed_over(0).staff_until == 0

"""CHECK: list mode asks nothing; guided mode ends at once where the article says never."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from smsbot import wiring
from smsbot.core.conversation.check import mode
from smsbot.core.conversation.inbound import Inbound
from smsbot.core.people.address import Address
from smsbot.flows.answer import Turn
from tests.conftest import OPEN


@pytest.fixture
def guided(texts: wiring.Texts) -> Callable[..., Turn]:
    """Says something from Ontario to a clinic that has switched guided mode on."""
    profile = replace(texts.book.profile, check="guided")
    bot = wiring.in_memory(replace(texts, book=replace(texts.book, profile=profile)))
    numbers: Iterator[int] = iter(range(1, 100))

    def say(body: str, sender: str = "+14165550123", minutes: int = 0) -> Turn:
        from datetime import timedelta

        number = next(numbers)
        return bot.answer(
            Inbound(
                f"SM{number}", (Address("sms", sender),), body, OPEN + timedelta(minutes=minutes)
            )
        )

    return say


def keys(turn: Turn) -> list[str]:
    return [t.key for t in turn.texts]


def test_list_mode_asks_nothing_and_keeps_nothing(say: Callable[..., Turn]) -> None:
    turn = say("CHECK")
    assert keys(turn)[0] == "check_list"
    assert turn.decision is not None
    assert turn.decision.conversation.step == ""


def test_the_whole_check_ends_without_a_verdict(guided: Callable[..., Turn]) -> None:
    assert keys(guided("check")) == ["check_intro", "disclaimer"]
    asked = [keys(guided(answer)) for answer in ("1", "3", "2", "no", "2", "yes")]
    assert asked == [
        ["q_age"],
        ["q_pregnant"],
        ["q_neuro"],
        ["q_goal"],
        ["q_doctor"],
        ["q_insurance"],
    ]
    assert keys(guided("1")) == ["o_lift", "o_age", "o_end"]


@pytest.mark.parametrize(
    ("answers", "end"),
    [
        (["1", "1"], "minor"),
        (["1", "17"], "minor"),
        (["1", "2", "1"], "o_never_pregnant"),
        (["1", "2", "i am breastfeeding"], "o_never_pregnant"),
        (["1", "2", "3"], "o_unsure"),
        (["1", "2", "2", "1"], "o_never_neuro"),
        (["1", "2", "2", "i have ms"], "o_never_neuro"),
        (["1", "2", "2", "3"], "o_unsure"),
        (["1", "2", "9", "9"], "o_unsure"),
        (["1", "exit"], "check_left"),
        (["2"], "check_list"),
    ],
)
def test_an_answer_that_settles_it_ends_the_check(
    answers: list[str], end: str, guided: Callable[..., Turn]
) -> None:
    guided("check")
    for answer in answers:
        turn = guided(answer)
    assert keys(turn) == [end]
    assert turn.decision is not None
    assert (turn.decision.conversation.step, turn.decision.conversation.notes) == ("", ())


def test_an_unreadable_answer_is_asked_for_once_more(guided: Callable[..., Turn]) -> None:
    guided("check")
    guided("1")
    guided("2")
    assert keys(guided("9")) == ["q_pregnant"]
    assert keys(guided("2")) == ["q_neuro"]


def test_red_flags_opt_outs_and_other_words_leave_the_check(guided: Callable[..., Turn]) -> None:
    for words, key in (
        ("i cant breathe", "urgent"),
        ("STOP", "stop_done"),
        ("HUMAN", "human_open"),
        ("LANG", "language_menu"),
    ):
        guided("check")
        guided("1")
        turn = guided(words)
        assert keys(turn) == [key]
        assert turn.decision is not None
        assert not turn.decision.conversation.step.startswith("check")


def test_an_open_check_is_gone_after_a_quarter_of_an_hour(guided: Callable[..., Turn]) -> None:
    guided("check")
    guided("1", minutes=1)
    assert keys(guided("2", minutes=17)) != ["q_pregnant"]


@pytest.mark.parametrize(
    ("setting", "channel", "handle", "region", "expected"),
    [
        ("list", "sms", "+14165550123", "CA", "list"),
        ("guided", "sms", "+14165550123", "CA", "guided"),
        ("guided", "sms", "+15145550123", "CA", "list"),  # Quebec
        ("guided", "sms", "+12065550123", "US", "list"),  # Washington State
        ("guided", "sms", "+33639980000", "FR", "list"),
        ("guided", "sms", "+447700900000", "GB", "list"),
        ("guided", "whatsapp", "+14165550123", "CA", "list"),
        ("guided_everywhere", "whatsapp", "+33639980000", "FR", "guided"),
    ],
)
def test_guided_mode_is_off_where_its_questions_are_health_data(
    setting: str, channel: str, handle: str, region: str, expected: str, texts: wiring.Texts
) -> None:
    assert mode(setting, Address(channel, handle), region, texts.book.content) == expected  # type: ignore[arg-type]

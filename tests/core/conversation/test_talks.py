"""A golden talk is read as staff wrote it."""

from datetime import UTC, datetime, timedelta

from smsbot.core.conversation.talks import BEGINS, read_talk, so_far, told

TEXT = """\
# A remark.
@ from +15145550124
@ channel whatsapp
> how much?
< It depends.\\nAsk us.
! TurnAnswered
@ choice price@1
< It *
@ at 2026-11-25T12:00:00+00:00
> and now?
"""


def test_a_talk_has_each_message_with_what_is_expected() -> None:
    talk = read_talk("fr_talk", TEXT)
    first, tap, last = talk.asked
    assert talk.texts == ("how much?", "", "and now?")
    assert (first.line, first.said, first.expected) == (
        4,
        "how much?",
        ("< It depends.\\nAsk us.", "! TurnAnswered"),
    )
    assert (first.inbound.address.channel, first.inbound.address.handle) == (
        "whatsapp",
        "+15145550124",
    )
    assert (tap.inbound.choice, tap.inbound.body, tap.expected) == ("price@1", "", ("< It *",))
    assert last.expected == ()
    assert first.inbound.at == BEGINS + timedelta(minutes=1)
    assert last.inbound.at == datetime(2026, 11, 25, 12, 1, tzinfo=UTC)
    assert len({asked.inbound.message_id for asked in talk.asked}) == 3


def test_an_answer_is_told_as_a_file_has_it() -> None:
    assert told(["a\nb", "c"], ["TurnAnswered", "OptedOut"]) == (
        "< a\\nb",
        "< c",
        "! TurnAnswered OptedOut",
    )


def test_an_expectation_may_leave_the_rest_open_and_nothing_else() -> None:
    assert so_far(["< It depends.", "! X"], ["< It *", "! X"]) == ("< It *", "! X")
    assert so_far(["< No.", "! X"], ["< It *", "! X"]) == ("< No.", "! X")
    assert so_far(["< a", "< b"], ["< a"]) == ("< a", "< b")

"""Two bots are held against each other by what they answer in whole talks."""

from dataclasses import replace

from smsbot import wiring
from smsbot.core.conversation.talks import Talk, read_talk
from smsbot.core.understanding.look import widened
from smsbot.core.understanding.vocabulary import Entry, Vocabulary, read_pattern
from smsbot.flows.answer import Answer
from smsbot.flows.talks import parting, partings, replay

TALK = read_talk("en_talk", "> how much is it\n> zorp zorp\n> zorp zorp\n> thanks\n")


def bot(texts: wiring.Texts, pattern: str = "") -> Answer:
    """The bot, which takes one more pattern for a question of opening hours."""
    made = wiring.in_memory(texts)
    if not pattern:
        return made
    known: Vocabulary = texts.library.scripts["en"].vocabulary
    entry = Entry("intents", "hours", read_pattern(pattern), whole=False)
    return replace(made, reader=widened(made.reader, [replace(known, entries=(entry,))]))


def test_a_talk_is_replayed_message_by_message(texts: wiring.Texts) -> None:
    told = list(replay(bot(texts), TALK))
    assert [asked.said for asked, _ in told] == [
        "how much is it",
        "zorp zorp",
        "zorp zorp",
        "thanks",
    ]
    assert told[0][1][0].startswith("< ")
    assert told[0][1][-1] == "! TurnAnswered"


def test_the_same_bot_answers_alike(texts: wiring.Texts) -> None:
    assert parting(lambda: bot(texts), lambda: bot(texts), TALK) is None


def test_where_two_part_the_first_answer_is_told_and_later_ones_are_counted(
    texts: wiring.Texts,
) -> None:
    found = parting(lambda: bot(texts), lambda: bot(texts, "zorp"), TALK)
    assert found is not None
    assert (found.talk, found.line, found.said, found.more) == ("en_talk", 2, "zorp zorp", 1)
    assert found.before != found.after


def test_each_talk_is_begun_by_a_bot_that_knows_nobody(texts: wiring.Texts) -> None:
    talks = [TALK, Talk("again", TALK.asked), read_talk("other", "> what is botox\n")]
    seen: list[int] = []
    found = partings(lambda: bot(texts), lambda: bot(texts, "zorp"), talks, seen.append)
    assert [(p.talk, p.line) for p in found] == [("en_talk", 2), ("again", 2)]
    assert seen == [1, 2, 3]

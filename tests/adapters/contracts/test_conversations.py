"""What every store of talks does: the twin in memory and the real Redis are held by the same tests."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from smsbot.adapters.memory import MemoryConversations
from smsbot.adapters.redis.client import make_client
from smsbot.adapters.redis.conversations import RedisConversations
from smsbot.adapters.redis.embedded import EmbeddedRedis
from smsbot.core.conversation.conversation import Ask, Conversation
from smsbot.ports import Conversations, Kept

TALK = Conversation(
    version=1,
    language="zh-Hans",
    options=("price", "lang:fr"),
    ask=Ask("news", 7, "SM1"),
    recent=(1, 2),
)


def kept(text: str) -> Kept:
    return Kept((text,), (1,), ("price",), "", "en", ("TurnAnswered",))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(Path(tmp_path_factory.mktemp("redis")))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["memory", "redis"])
def talks(request: pytest.FixtureRequest, server: EmbeddedRedis) -> Conversations:
    if request.param == "memory":
        return MemoryConversations()
    client = make_client(server.url, 5)
    client.flushall()
    return RedisConversations(client)


def test_nobody_has_a_talk_at_first(talks: Conversations) -> None:
    opened = talks.open("p", "SM1")
    assert (opened.talk, opened.kept) == (None, None)


def test_what_is_closed_is_opened_again(talks: Conversations) -> None:
    assert talks.close("p", "SM1", TALK, kept("a"), 0).won
    assert talks.open("p", "SM1").talk == TALK
    assert talks.open("p", "SM1").kept == kept("a")
    assert talks.open("p", "SM2").kept is None
    assert talks.open("q", "SM1").talk is None


def test_a_turn_that_began_on_an_older_talk_is_lost_and_handed_the_newer_one(
    talks: Conversations,
) -> None:
    talks.close("p", "SM1", TALK, kept("a"), 0)
    closed = talks.close("p", "SM2", Conversation(version=1), kept("b"), 0)
    assert not closed.won
    assert (closed.newer.talk, closed.newer.kept) == (TALK, None)


def test_a_message_that_was_answered_meanwhile_is_handed_its_reply(talks: Conversations) -> None:
    talks.close("p", "SM1", TALK, kept("a"), 0)
    closed = talks.close("p", "SM1", Conversation(version=2), kept("b"), 1)
    assert not closed.won
    assert closed.newer.kept == kept("a")


def test_a_reply_that_could_not_be_honoured_is_replaced(talks: Conversations) -> None:
    talks.close("p", "SM1", TALK, kept("yes"), 0)
    talks.amend("p", "SM1", Conversation(version=1, language="fr"), kept("sorry"))
    opened = talks.open("p", "SM1")
    assert opened.kept == kept("sorry")
    assert opened.talk == Conversation(version=1, language="fr")


def test_replacing_a_reply_leaves_a_newer_talk_alone(talks: Conversations) -> None:
    talks.close("p", "SM1", TALK, kept("yes"), 0)
    newer = Conversation(version=2, language="es")
    talks.close("p", "SM2", newer, kept("b"), 1)
    talks.amend("p", "SM1", Conversation(version=1, language="fr"), kept("sorry"))
    assert talks.open("p", "SM1").talk == newer


def test_of_many_turns_at_once_exactly_one_wins(talks: Conversations) -> None:
    def close(number: int) -> bool:
        return talks.close("p", f"SM{number}", Conversation(version=1), kept(str(number)), 0).won

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(close, range(8))) == [False] * 7 + [True]


def test_erasing_takes_every_earlier_reply_away_and_nobody_elses(talks: Conversations) -> None:
    talks.close("p", "SM1", Conversation(version=1), kept("a"), 0)
    talks.close("p", "SM2", Conversation(version=2), kept("b"), 1)
    talks.close("q", "SM1", Conversation(version=1), kept("c"), 0)
    talks.close("p", "SM3", Conversation(version=3), kept("gone"), 2, erase=True)
    assert [talks.open("p", f"SM{n}").kept for n in (1, 2, 3)] == [None, None, kept("gone")]
    assert talks.open("q", "SM1").kept == kept("c")


def test_a_talk_is_handed_to_staff_and_taken_back(talks: Conversations) -> None:
    talks.close("p", "SM1", TALK, kept("a"), 0)
    talks.hand_over("p", 99)
    assert (talks.handed_over("p"), talks.handed_over("q")) == (99, 0)
    opened = talks.open("p", "SM1")
    assert (opened.talk, opened.kept) == (TALK.handed_over(99), kept("a"))
    talks.hand_over("p", 0)
    assert talks.handed_over("p") == 0


def test_a_talk_is_begun_where_staff_come_first(talks: Conversations) -> None:
    talks.hand_over("p", 99)
    assert talks.open("p", "SM1").talk == Conversation(version=1, staff_until=99)
    talks.hand_over("q", 0)
    assert talks.open("q", "SM1").talk is None


def test_a_turn_that_began_before_staff_came_is_lost_and_learns_of_them(
    talks: Conversations,
) -> None:
    talks.close("p", "SM1", TALK, kept("a"), 0)
    talks.hand_over("p", 99)
    closed = talks.close("p", "SM2", Conversation(version=2), kept("b"), 1)
    assert not closed.won
    assert closed.newer.talk is not None
    assert closed.newer.talk.staff_until == 99


def test_staff_are_not_lost_between_turns_that_come_at_once(talks: Conversations) -> None:
    talks.close("p", "SM0", Conversation(version=1), kept("0"), 0)

    def turn(number: int) -> None:
        opened = talks.open("p", f"SM{number}").talk
        assert opened is not None
        newer = msgspec.structs.replace(opened, version=opened.version + 1)
        talks.close("p", f"SM{number}", newer, kept(str(number)), opened.version)

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(turn, number) for number in range(1, 4)]
        talks.hand_over("p", 99)
        assert [future.result() for future in done] == [None] * 3
    assert talks.handed_over("p") == 99

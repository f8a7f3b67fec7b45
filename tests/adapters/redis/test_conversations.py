"""Only what the real Redis has: its deadline, its time to live, and what it does not hold."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from smsbot.adapters.redis.client import make_client
from smsbot.adapters.redis.conversations import RedisConversations
from smsbot.adapters.redis.embedded import EmbeddedRedis, NoServer, find_server
from smsbot.core.conversation.conversation import Conversation
from smsbot.ports import Kept, Unavailable

KEPT = Kept(("hello",), (1,), ("greeting",), "", "en")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(tmp_path / "redis")
    server.start()
    yield server
    server.stop()


def test_a_talk_lives_a_day_and_lies_in_one_slot(server: EmbeddedRedis) -> None:
    RedisConversations(make_client(server.url, 1)).close(
        "0f" * 16, "SM1", Conversation(version=1), KEPT, 0
    )
    client = redis.Redis.from_url(server.url)
    mark = "smsbot:{" + "0f" * 16 + "}"
    keys = sorted(client.keys())
    assert keys == [
        f"{mark}:replies".encode(),
        f"{mark}:reply:SM1".encode(),
        f"{mark}:talk".encode(),
    ]
    assert all(86000 < client.ttl(key) <= 86400 for key in keys)


def test_a_talk_survives_the_end_of_the_server(tmp_path: Path) -> None:
    for version in (1, 2):
        server = EmbeddedRedis(tmp_path / "redis")
        server.start()
        talks = RedisConversations(make_client(server.url, 1))
        talk = talks.open("p", "SM9").talk
        assert (talk.version if talk else 0) == version - 1
        talks.close("p", f"SM{version}", Conversation(version=version), KEPT, version - 1)
        server.stop()


def test_a_server_that_hangs_costs_a_turn_its_patience_and_no_more(server: EmbeddedRedis) -> None:
    talks = RedisConversations(make_client(server.url, 0.1))
    talks.open("p", "SM1")
    assert server.process is not None
    server.process.send_signal(19)  # SIGSTOP
    try:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            talks.open("p", "SM1")
        assert time.monotonic() - began < 0.5
    finally:
        server.process.send_signal(18)  # SIGCONT


def test_a_server_that_is_gone_is_unavailable_at_once_and_found_again(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path / "redis")
    server.start()
    talks = RedisConversations(make_client(server.url, 0.2))
    talks.open("p", "SM1")
    server.stop()
    with pytest.raises(Unavailable):
        talks.open("p", "SM1")


def test_a_talk_of_another_release_counts_as_absent(server: EmbeddedRedis) -> None:
    redis.Redis.from_url(server.url).set("smsbot:{p}:talk", b'{"v":3,"options":"not a list"}')
    assert RedisConversations(make_client(server.url, 1)).open("p", "SM1").talk is None


def test_without_any_server_the_error_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(NoServer, match="apt-get install redis-server"):
        find_server(path=str(tmp_path), bundled=())


class Between:
    """A client that lets something happen once, after the talk was read."""

    def __init__(self, client: redis.Redis, happens: Callable[[], object]) -> None:
        self._client, self._happens = client, [happens]

    def get(self, key: str) -> object:
        found = self._client.get(key)
        while self._happens:
            self._happens.pop()()
        return found

    def execute_command(self, *parts: object) -> object:
        return self._client.execute_command(*parts)  # type: ignore[no-untyped-call]


def test_handing_a_talk_over_undoes_no_turn_that_came_between(server: EmbeddedRedis) -> None:
    client = make_client(server.url, 1)
    talks = RedisConversations(client)
    turn = Conversation(version=1, language="fr")
    between = Between(client, lambda: talks.close("p", "SM1", turn, KEPT, 0))
    RedisConversations(between).hand_over("p", 99)  # type: ignore[arg-type]
    assert talks.open("p", "SM2").talk == turn.handed_over(99)


def test_a_talk_that_changes_all_the_time_is_given_up_on(server: EmbeddedRedis) -> None:
    client = make_client(server.url, 1)
    talks = RedisConversations(client)
    turns = iter(range(99))

    class Always(Between):
        def get(self, key: str) -> object:
            found = self._client.get(key)
            number = next(turns)
            talks.close("p", f"SM{number}", Conversation(version=number + 1), KEPT, number)
            return found

    with pytest.raises(Unavailable):
        RedisConversations(Always(client, int)).hand_over("p", 99)  # type: ignore[arg-type]
    assert talks.handed_over("p") == 0

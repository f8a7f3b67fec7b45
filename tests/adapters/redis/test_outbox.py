"""The outbox: what SQL could not take is lost by nothing, and holds nothing up."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from smsbot.adapters.cipher import Cipher
from smsbot.adapters.memory import MemoryPeople
from smsbot.adapters.redis.embedded import EmbeddedRedis
from smsbot.adapters.redis.outbox import KEY, RedisOutbox
from smsbot.core.people.address import Address
from smsbot.ports import Record, Unavailable

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def opt_out(number: int) -> Record:
    return Record(
        "OptedOut",
        f"SM{number}",
        (f"{number:032x}",),
        AT,
        "en",
        "sms",
        Address("sms", f"+151455501{number:02}"),
    )


@pytest.fixture
def client(tmp_path: Path) -> Iterator[redis.Redis]:
    server = EmbeddedRedis(tmp_path / "redis")
    server.start()
    client = redis.Redis.from_url(server.url)
    yield client
    client.close()
    server.stop()


def outbox(client: redis.Redis, cipher: Cipher) -> RedisOutbox:
    return RedisOutbox(client, cipher.seal_record, cipher.unseal_record)


def test_what_waits_is_written_in_order_and_only_then_gone(client: redis.Redis) -> None:
    box, people = outbox(client, Cipher([Cipher.make_key()])), MemoryPeople()
    for number in range(3):
        box.put(opt_out(number))
    people.broken = True
    with pytest.raises(Unavailable):
        box.drain(people)
    assert box.waiting() == 3
    people.broken = False
    assert (box.drain(people), box.waiting()) == (3, 0)
    assert [entry.message_id for _, entry in people.chain] == ["SM0", "SM1", "SM2"]


def test_no_number_lies_open_in_it(client: redis.Redis) -> None:
    outbox(client, Cipher([Cipher.make_key()])).put(opt_out(7))
    assert b"5145550107" not in b"".join(client.lrange(KEY, 0, -1))


def test_what_cannot_be_read_holds_up_nobody_and_is_written_when_its_key_is_back(
    client: redis.Redis,
) -> None:
    old, new, people = Cipher.make_key(), Cipher.make_key(), MemoryPeople()
    outbox(client, Cipher([old])).put(opt_out(1))
    client.rpush(KEY, b"garbage")
    box = outbox(client, Cipher([new]))
    box.put(opt_out(2))
    assert (box.drain(people), box.waiting()) == (1, 2)
    assert outbox(client, Cipher([new, old])).drain(people) == 1
    assert [entry.message_id for _, entry in people.chain] == ["SM2", "SM1"]

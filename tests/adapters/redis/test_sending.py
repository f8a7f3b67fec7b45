"""What those who send share in Redis: one pace, one holder of each lease, and statuses of which none is lost."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from smsbot.adapters.redis.embedded import EmbeddedRedis
from smsbot.adapters.redis.sending import (
    BATCH,
    DRAINING,
    STATUSES,
    RedisLeases,
    RedisPace,
    RedisStatuses,
)
from smsbot.ports import Unavailable
from smsbot.ports.campaign import Status


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(tmp_path / "redis")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(server: EmbeddedRedis) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(server.url)
    yield client
    client.close()


# ---------------------------------------------------------------- the pace


def test_all_who_send_share_one_bucket(client: redis.Redis) -> None:
    one, other = (RedisPace(client, "+15145550100", 0.01) for _ in range(2))
    assert one.take(1) == 0.0
    wait = other.take(1)
    assert 90 < wait <= 100
    assert RedisPace(client, "+15145550101", 0.01).take(1) == 0.0


def test_what_is_owed_is_paid_back_before_anything_leaves(client: redis.Redis) -> None:
    pace = RedisPace(client, "a", 0.01)
    pace.owe(3)
    assert 290 < pace.take(1) <= 300


def test_a_bucket_holds_what_one_second_gives(client: redis.Redis) -> None:
    pace = RedisPace(client, "a", 40.0)
    assert pace.take(40) == 0.0
    assert 0 < pace.take(40) <= 1.0


def test_of_many_at_once_no_more_leave_than_there_are(client: redis.Redis) -> None:
    paces = [RedisPace(client, "a", 10.0) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda n: paces[n % 8].take(1) == 0.0, range(15)))
    assert 10 <= sum(taken) <= 12  # the bucket, and what came in meanwhile


# ---------------------------------------------------------------- leases


def test_a_lease_has_one_holder_until_it_is_let_go(client: redis.Redis) -> None:
    leases = RedisLeases(client)
    with ThreadPoolExecutor(8) as pool:
        proofs = list(pool.map(lambda _: leases.take("slot", 60), range(8)))
    (proof,) = filter(None, proofs)
    assert leases.held("slot")
    leases.release("slot", "somebody else's")
    assert leases.held("slot")
    assert leases.renew("slot", proof, 60)
    assert not leases.renew("slot", "somebody else's", 60)
    leases.release("slot", proof)
    assert not leases.held("slot")
    assert leases.take("slot", 60)


def test_a_lease_runs_out(client: redis.Redis) -> None:
    leases = RedisLeases(client)
    proof = leases.take("slot", 3600)
    client.persist("smsbot:lease:slot")
    client.delete("smsbot:lease:slot")  # as when its time is over
    assert not leases.renew("slot", proof, 60)
    assert leases.take("slot", 60)
    assert 0 < client.pttl("smsbot:lease:slot") <= 60_000


# ---------------------------------------------------------------- statuses


def told(number: int) -> Status:
    return Status(number, f"SM{number}", "delivered", None)


def test_what_the_carrier_told_is_written_in_order_and_only_then_gone(client: redis.Redis) -> None:
    statuses = RedisStatuses(client)
    for number in range(BATCH + 3):
        statuses.put(told(number))
    written: list[int] = []

    def fails(_: Sequence[Status]) -> None:
        raise Unavailable("SQL")

    with pytest.raises(Unavailable):
        statuses.drain(fails)
    assert client.llen(STATUSES) == BATCH + 3
    assert statuses.drain(lambda some: written.extend(s.delivery_id for s in some)) == BATCH + 3
    assert written == list(range(BATCH + 3))
    assert statuses.drain(lambda _: None) == 0


def test_one_worker_drains_at_a_time(client: redis.Redis) -> None:
    statuses = RedisStatuses(client)
    statuses.put(told(1))
    at_it, over = threading.Event(), threading.Event()
    seen: Counter[int] = Counter()

    def slow(some: Sequence[Status]) -> None:
        seen.update(s.delivery_id for s in some)
        at_it.set()
        assert over.wait(20)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(statuses.drain, slow)
        assert at_it.wait(20)
        assert RedisStatuses(client).drain(slow) == 0
        over.set()
        assert first.result() == 1
    assert seen == {1: 1}


def test_who_lost_the_lease_meanwhile_takes_nothing_away(client: redis.Redis) -> None:
    statuses = RedisStatuses(client)
    statuses.put(told(1))

    def loses(_: Sequence[Status]) -> None:
        client.set(DRAINING, "another's")

    assert statuses.drain(loses) == 0
    assert client.llen(STATUSES) == 1


def test_without_a_server_nothing_leaves(client: redis.Redis, server: EmbeddedRedis) -> None:
    pace, leases, statuses = RedisPace(client, "a", 1.0), RedisLeases(client), RedisStatuses(client)
    server.stop()
    for work in (
        lambda: pace.take(1),
        lambda: leases.take("x", 1),
        lambda: statuses.put(told(1)),
        lambda: statuses.drain(lambda _: None),
    ):
        with pytest.raises(Unavailable):
            work()

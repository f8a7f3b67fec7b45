"""What workers that send share in Redis: one pace, what the carrier told, and who is at what."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import redis

from smsbot.ports import Unavailable
from smsbot.ports.campaign import Status

# A bucket that fills at `rate` a second up to `size`. What is there may be owed: then everybody waits until it is paid back.
# Time is the server's, so that workers on several machines agree.
_TAKE = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local rate, size, wanted, owed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local left = tonumber(kept[1]) or size
left = math.min(size, left + (now - (tonumber(kept[2]) or now)) * rate)
local wait = 0
if owed or left >= wanted then left = left - wanted else wait = (wanted - left) / rate end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], 3600)
return tostring(wait)
"""
_RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1"
# Only who holds the lease takes away what it has written down: whoever lost it has been followed by somebody who read the same.
_TRIM = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('LTRIM', KEYS[2], ARGV[2], -1)
return 1
"""

STATUSES = "smsbot:{statuses}"
DRAINING = "smsbot:{statuses}:lease"
BATCH = 500  # statuses written down in one transaction
DRAIN_SECONDS = 30.0
BATCHES = 20  # in one round: the others' turn comes


def _asked(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except (redis.RedisError, OSError) as error:
        raise Unavailable(f"Redis: {type(error).__name__}") from None


class RedisPace:
    """The port `Pace`: a token bucket of segments for one sender."""

    def __init__(self, client: redis.Redis, sender: str, rate: float) -> None:
        """`rate` in segments a second; as many as one second gives can be taken at once."""
        self._take = client.register_script(_TAKE)
        self._key, self._rate = f"smsbot:pace:{sender}", rate

    def take(self, segments: int) -> float:
        """Takes that many and gives 0; else how many seconds to wait. Raises `Unavailable`: then nothing is sent."""
        return float(_asked(lambda: self._asked_for(segments, "0")))

    def owe(self, segments: int) -> None:
        """Takes more than is there: what went out was longer than what was taken for it."""
        _asked(lambda: self._asked_for(segments, "1"))

    def _asked_for(self, segments: int, owed: str) -> Any:
        size = max(self._rate, 1.0)
        return self._take(keys=[self._key], args=[self._rate, size, segments, owed])


class RedisLeases:
    """The port `Leases`."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._renew = client.register_script(_RENEW)
        self._release = client.register_script(_RELEASE)

    def take(self, name: str, seconds: float) -> str:
        """The proof of holding it; "" where somebody else does. Raises `Unavailable`."""
        proof = secrets.token_hex(8)
        taken = _asked(
            lambda: self._client.set(_lease(name), proof, nx=True, px=int(seconds * 1000))
        )
        return proof if taken else ""

    def renew(self, name: str, proof: str, seconds: float) -> bool:
        """Holds on to it; False where it was lost. Raises `Unavailable`."""
        return bool(
            _asked(lambda: self._renew(keys=[_lease(name)], args=[proof, int(seconds * 1000)]))
        )

    def release(self, name: str, proof: str) -> None:
        """Lets it go."""
        _asked(lambda: self._release(keys=[_lease(name)], args=[proof]))

    def held(self, name: str) -> bool:
        """Whether somebody holds it. Raises `Unavailable`."""
        return bool(_asked(lambda: self._client.exists(_lease(name))))


def _lease(name: str) -> str:
    return f"smsbot:lease:{name}"


class RedisStatuses:
    """The port `Statuses`: a list, oldest first, from which one worker at a time writes down."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._trim = client.register_script(_TRIM)
        self._release = client.register_script(_RELEASE)

    def put(self, status: Status) -> None:
        """Keeps one. Raises `Unavailable`."""
        packed = msgspec.json.encode(status)
        _asked(lambda: self._client.rpush(STATUSES, packed))

    def drain(self, write: Callable[[Sequence[Status]], None]) -> int:
        """Has what waits written down, oldest first, each let go only when it was; how many. Raises `Unavailable`."""
        proof = secrets.token_hex(8)
        if not _asked(
            lambda: self._client.set(DRAINING, proof, nx=True, px=int(DRAIN_SECONDS * 1000))
        ):
            return 0
        try:
            return self._drained(write, proof)
        finally:
            _asked(lambda: self._release(keys=[DRAINING], args=[proof]))

    def _drained(self, write: Callable[[Sequence[Status]], None], proof: str) -> int:
        count = 0
        for _ in range(BATCHES):
            packed = _asked(lambda: self._client.lrange(STATUSES, 0, BATCH - 1))
            if not packed:
                break
            write([msgspec.json.decode(one, type=Status) for one in packed])
            if not self._trimmed(proof, len(packed)):
                break
            count += len(packed)
        return count

    def _trimmed(self, proof: str, written: int) -> bool:
        return bool(_asked(lambda: self._trim(keys=[DRAINING, STATUSES], args=[proof, written])))

"""Talks in Redis: one round trip to open a turn, one to close it.

A person's keys carry the coded mark in braces, so that all of a turn lies in one slot of a cluster. The talk and the kept reply are
written by one script, only if the talk still has the version that the turn began with and the message was not answered meanwhile.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec
import redis

from smsbot.core.conversation.conversation import TALK_LIFE, Conversation
from smsbot.ports import Closed, Kept, Opened, Unavailable

# KEYS: talk, kept reply, the set of kept replies. ARGV: expected version, new talk, new reply, life in seconds, whether to erase.
# The version stands first in the talk: {"v":7...
_CLOSE = """
local kept = redis.call('GET', KEYS[2])
local talk = redis.call('GET', KEYS[1])
local version = talk and string.match(talk, '"v":(%d+)') or '0'
if kept or version ~= ARGV[1] then return {0, talk, kept} end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[4])
if ARGV[5] == '1' then
  for _, reply in ipairs(redis.call('SMEMBERS', KEYS[3])) do redis.call('DEL', reply) end
  redis.call('DEL', KEYS[3])
end
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
redis.call('SADD', KEYS[3], KEYS[2])
redis.call('EXPIRE', KEYS[3], ARGV[4])
return {1}
"""

_AMEND = """
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
local talk = redis.call('GET', KEYS[1])
if talk and string.match(talk, '"v":(%d+)') == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[4]) end
return 1
"""

# KEYS: talk. ARGV: expected version, new talk, life in seconds.
_CHANGE = """
local talk = redis.call('GET', KEYS[1])
local version = talk and string.match(talk, '"v":(%d+)') or '0'
if version ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""

_TRIES = 5  # how often a change is tried when turns come between
_LIFE = int(TALK_LIFE.total_seconds())
_encode = msgspec.json.Encoder().encode
_talk = msgspec.json.Decoder(Conversation).decode
_kept = msgspec.json.Decoder(Kept).decode
_UNSAFE = re.compile(r"[^0-9A-Za-z_-]")


class RedisConversations:
    """Talks under a person's coded mark; each call raises `Unavailable` when Redis does not answer within the client's patience."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        sources = (_CLOSE, _AMEND, _CHANGE)
        self._close, self._amend, self._change = (_Script(client, source) for source in sources)

    def open(self, person: str, message_id: str) -> Opened:
        """The talk and any kept reply."""
        return _opened(*_within(lambda: self._client.mget(*_keys(person, message_id)[:2])))

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
        """Keep talk and reply together if nothing came between."""
        arguments = (expected, _encode(talk), _encode(kept), _LIFE, int(erase))
        answer = _within(lambda: self._close(_keys(person, message_id), arguments))
        if answer[0] == 1:
            return Closed(won=True)
        return Closed(won=False, newer=_opened(*(*answer[1:], None, None)[:2]))

    def amend(self, person: str, message_id: str, talk: Conversation, kept: Kept) -> None:
        """Replace the kept reply, and the talk if it is still the one that was closed."""
        arguments = (talk.version, _encode(talk), _encode(kept), _LIFE)
        _within(lambda: self._amend(_keys(person, message_id), arguments))

    def hand_over(self, person: str, until: int) -> None:
        """Leave the talk to staff until then; 0: no longer."""
        key = _keys(person, "")[0]
        for _ in range(_TRIES):
            before = self._talk(key) or Conversation()
            if until == before.staff_until:
                return
            arguments = (before.version, _encode(before.handed_over(until)), _LIFE)
            if _within(partial(self._change, [key], arguments)) == 1:
                return
        raise Unavailable("Redis: the talk changes all the time")

    def handed_over(self, person: str) -> int:
        """Until when the talk is left to staff."""
        talk = self._talk(_keys(person, "")[0])
        return talk.staff_until if talk else 0

    def _talk(self, key: str) -> Conversation | None:
        talk: Conversation | None = _read(_talk, _within(lambda: self._client.get(key)))
        return talk


class _Script:
    """A script, named by its hash; a server that does not know it yet is sent the source."""

    def __init__(self, client: redis.Redis, source: str) -> None:
        self._client, self._source = client, source
        self._hash = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()

    def __call__(self, keys: Sequence[str], arguments: Sequence[object]) -> Any:
        rest = (len(keys), *keys, *arguments)
        try:
            return self._client.execute_command("EVALSHA", self._hash, *rest)  # type: ignore[no-untyped-call]
        except redis.exceptions.NoScriptError:
            return self._client.execute_command("EVAL", self._source, *rest)  # type: ignore[no-untyped-call]


def _keys(person: str, message_id: str) -> tuple[str, str, str]:
    """The talk, the reply to the message, and the set of all replies to the person."""
    mark = f"smsbot:{{{person}}}"
    return f"{mark}:talk", f"{mark}:reply:{_UNSAFE.sub('', message_id)[:64]}", f"{mark}:replies"


def _opened(talk: bytes | None, kept: bytes | None) -> Opened:
    """What the two values say; a value that cannot be read (of another release) counts as absent."""
    return Opened(_read(_talk, talk), _read(_kept, kept))


def _read(decode: Callable[[bytes], Any], value: bytes | None) -> Any:
    if value is None:
        return None
    try:
        return decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _within(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except (redis.RedisError, OSError) as error:
        raise Unavailable(f"Redis: {type(error).__name__}") from None

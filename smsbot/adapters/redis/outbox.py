"""The outbox of withdrawals in Redis: what SQL could not take, sealed, until it can."""

from collections.abc import Callable

import redis

from smsbot.ports import People, Record, Refused, Unavailable

KEY = "smsbot:outbox"
UNREAD = "smsbot:outbox:unread"


class RedisOutbox:
    """A list, oldest first. A record leaves it only when the ledger has it; written twice it changes nothing."""

    def __init__(
        self, client: redis.Redis, seal: Callable[[Record], str], unseal: Callable[[str], Record]
    ) -> None:
        self._client, self._seal, self._unseal = client, seal, unseal

    def put(self, record: Record) -> None:
        """Keep the record. Raises `Unavailable`."""
        sealed = self._seal(record)
        try:
            self._client.rpush(KEY, sealed)
        except (redis.RedisError, OSError) as error:
            raise Unavailable(f"Redis: {type(error).__name__}") from None

    def waiting(self) -> int:
        """How many wait, those that could not be read included. Raises `Unavailable`."""
        try:
            return int(self._client.llen(KEY)) + int(self._client.llen(UNREAD))
        except (redis.RedisError, OSError) as error:
            raise Unavailable(f"Redis: {type(error).__name__}") from None

    def drain(self, people: People) -> int:
        """Write what waits, oldest first; how many were. Raises `Unavailable` and leaves the rest.

        What cannot be read now (sealed with a key that is missing, or by another release) is set aside and tried again each
        time, so that it neither holds up the others nor is lost.
        """
        try:
            return self._drained(people, KEY) + self._drained(people, UNREAD)
        except (redis.RedisError, OSError) as error:
            raise Unavailable(f"Redis: {type(error).__name__}") from None

    def _drained(self, people: People, key: str) -> int:
        count = 0
        for _ in range(int(self._client.llen(key))):
            sealed = self._client.lindex(key, 0)
            if not sealed:
                break
            text = sealed.decode() if isinstance(sealed, bytes) else sealed
            try:
                people.write(self._unseal(text))
                count += 1
            except Refused:
                self._client.rpush(UNREAD, text)
            self._client.lrem(key, 1, text)
        return count

"""The outbox of withdrawals in Redis: what SQL could not take, sealed, until it can."""

from collections.abc import Callable

import redis

from smsbot.ports import People, Record, Refused, Unavailable

KEY = "smsbot:outbox"


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
        """How many wait. Raises `Unavailable`."""
        try:
            return int(self._client.llen(KEY))
        except (redis.RedisError, OSError) as error:
            raise Unavailable(f"Redis: {type(error).__name__}") from None

    def drain(self, people: People) -> int:
        """Write what waits, oldest first; how many were. Raises `Unavailable` and leaves the rest."""
        count = 0
        try:
            while sealed := self._client.lindex(KEY, 0):
                text = sealed.decode() if isinstance(sealed, bytes) else sealed
                try:
                    people.write(self._unseal(text))
                except Refused:
                    self._client.rpush(
                        f"{KEY}:refused", text
                    )  # kept for a person to look at; it must not hold up the others
                self._client.lrem(KEY, 1, text)
                count += 1
        except (redis.RedisError, OSError) as error:
            raise Unavailable(f"Redis: {type(error).__name__}") from None
        return count

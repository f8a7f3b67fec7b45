"""One Redis client for each patience: how long a turn may wait."""

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from smsbot.settings import Misconfigured

TURN = 0.2  # seconds a turn waits for Redis
HURRY = 0.05  # seconds a red flag waits
WORK = 5.0  # seconds a job waits


def make_client(url: str, patience: float) -> redis.Redis:
    """A client that gives up after `patience` seconds. A connection that the server closed meanwhile is opened once more."""
    try:
        return _client(url, patience)
    except ValueError:
        raise Misconfigured(["REDIS_URL is no address such as redis://host:6379/0"]) from None


def _client(url: str, patience: float) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        retry_on_error=[],
        health_check_interval=0,
        protocol=2,
    )


def server_settings(client: redis.Redis) -> dict[str, str] | str:
    """What decides whether the outbox survives: the server's own settings, empty where it does not tell; an error's name else."""
    try:
        client.ping()
        return {
            name: str(client.config_get(name).get(name, ""))
            for name in ("appendonly", "maxmemory-policy")
        }
    except redis.ResponseError:
        return {}
    except (redis.RedisError, OSError) as error:
        return type(error).__name__

"""The queue that the settings name: Redis, or RabbitMQ where that is what the host runs."""

from dramatiq import Broker

from smsbot.adapters.queue import make_broker, make_rabbit
from smsbot.adapters.redis.client import make_client
from smsbot.settings import RABBITMQ, Settings


def queue_of(settings: Settings, seconds: float) -> Broker:
    """The queue of `BROKER_URL`, or else of `REDIS_URL`; who asks it waits no longer than `seconds`. Nothing is connected yet."""
    url = settings.broker_url or settings.redis_url
    if url.startswith(RABBITMQ):
        return make_rabbit(url, seconds)
    return make_broker(make_client(url, seconds))

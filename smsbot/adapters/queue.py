"""Dramatiq's enqueuing: asks the worker to do something, by the actor's name; how it is done is not known here."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from dramatiq import Broker, Message
from dramatiq.brokers.redis import RedisBroker

from smsbot.ports import Unavailable

QUEUE = "smsbot"
BROADCASTS = "broadcasts"  # a queue of its own: those who send read no messages, and are small


def make_broker(client: Any) -> RedisBroker:
    """The queue on a Redis client that answers in bytes, whatever its address. Nothing is connected yet."""
    return RedisBroker(client=client, namespace="smsbot:queue")  # type: ignore[no-untyped-call]


def make_rabbit(url: str, seconds: float) -> Broker:
    """The queue on RabbitMQ; what is asked counts once the server has it. Nothing is connected yet.

    An address may set any of pika's parameters itself (`?heartbeat=30`).
    """
    from dramatiq.brokers.rabbitmq import RabbitmqBroker  # only where it is used: it loads pika

    waits = {
        "connection_attempts": "1",
        "socket_timeout": str(seconds),
        "stack_timeout": str(seconds),
        "blocked_connection_timeout": str(seconds),
    }
    parts = urlsplit(url)
    query = urlencode(waits | dict(parse_qsl(parts.query)))
    return RabbitmqBroker(url=parts._replace(query=query).geturl(), confirm_delivery=True)


def send(broker: Broker, actor: str, *args: object, queue: str = QUEUE) -> None:
    """Asks the worker to do one thing. Raises `Unavailable`."""
    message: Message[None] = Message(
        queue_name=queue, actor_name=actor, args=args, kwargs={}, options={}
    )
    try:
        broker.enqueue(message)
    except Exception as error:  # noqa: BLE001 - the errors of the client's library are at home in another room
        raise Unavailable(f"the queue: {type(error).__name__}") from None


class Wake:
    """Asks the worker to look at once for what is due; without it the worker looks every few seconds by itself."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def __call__(self, kind: str) -> None:
        """`kind` says what for. Raises `Unavailable`; nothing is lost by it but a few seconds."""
        send(self._broker, "tend", kind)


class Ask:
    """Asks whoever sends broadcasts for any of their tasks, by name."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def __call__(self, task: str, *ids: int) -> None:
        """Raises `Unavailable`."""
        send(self._broker, task, *ids, queue=BROADCASTS)


class AskPublish:
    """Asks the worker to put staff's words in force."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def __call__(self, publishing_id: int) -> None:
        """Raises `Unavailable`: then nobody will do it."""
        send(self._broker, "publish", publishing_id)

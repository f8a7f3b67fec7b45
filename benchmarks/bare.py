"""What sending costs without a database: posts the same requests with the same client, as many at once, and keeps nothing.

Each line on standard input is a number; each process shares them among its threads.
"""

import os
import sys
from collections.abc import Iterator
from threading import Lock, Thread

from benchmarks.broadcasts import TEXT, THREADS
from smsbot.adapters.twilio import TwilioMessages
from smsbot.core.people.address import Address
from smsbot.ports.campaign import Outgoing


def main() -> None:
    """Posts one message a line."""
    messages = TwilioMessages(
        account_sid=os.environ["TWILIO_ACCOUNT_SID"],
        token=os.environ["TWILIO_AUTH_TOKEN"],
        sender=os.environ["TWILIO_FROM"],
        public_url=os.environ["PUBLIC_URL"],
        api_url=os.environ["TWILIO_API_URL"],
    )
    numbers, lock = iter(sys.stdin.read().split()), Lock()
    threads = [Thread(target=_post, args=(messages, numbers, lock)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _post(messages: TwilioMessages, numbers: Iterator[str], lock: Lock) -> None:
    while True:
        with lock:
            number = next(numbers, None)
        if number is None:
            return
        messages.send(Outgoing(Address("sms", number), "0", TEXT, valid_for=3600))


if __name__ == "__main__":
    main()

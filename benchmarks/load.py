"""A bounded load on one address of this machine: so many requests, so many at once, and then it stops by itself; what it takes."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from smsbot.adapters.twilio import sign

# What people write, in the proportions in which they might: mostly one question, sometimes a number, rarely something else.
MESSAGES = (
    "how much is it",
    "hi does it hurt?",
    "combien ca coute",
    "is it safe while breastfeeding",
    "cuanto dura el efecto",
    "1",
    "2",
    "MENU",
    "how long does it take and what results can i expect",
    "هل هو آمن؟",
    "要多少钱",
    "thanks!",
    "what is in it exactly, my sister said it is a kind of poison and i am a bit worried about that",
)

ACCOUNT = "AC" + "0" * 32
AREAS = (514, 416, 212, 213, 312, 604, 305, 617, 202, 713, 206, 403, 415, 646, 718, 818, 917, 902, 613, 819)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """Requests a second, and the times that answers took, in milliseconds."""

    per_second: float
    p50: float
    p99: float
    failed: int


def run(port: int, requests: Sequence[bytes], at_once: int) -> Outcome:
    """Sends each request once, on a connection of its own as a router does to a plain worker."""
    return asyncio.run(_run(port, requests, at_once))


async def _run(port: int, requests: Sequence[bytes], at_once: int) -> Outcome:
    times: list[float] = []
    failed = 0
    waiting = iter(requests)

    async def client() -> None:
        nonlocal failed
        for request in waiting:
            began = time.perf_counter()
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(request)
                answer = await reader.read()
                writer.close()
            except OSError:
                failed += 1
                continue
            times.append((time.perf_counter() - began) * 1000)
            failed += not (answer.startswith(b"HTTP/1.1 200") and b"<Message>" in answer)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(at_once)))
    took = time.perf_counter() - began
    times.sort()
    return Outcome(len(times) / took, times[len(times) // 2], times[int(len(times) * 0.99)], failed)


def signed(
    url: str, number: int, mark: str, body: str, token: str, account: str = ACCOUNT
) -> bytes:
    """A message as Twilio posts it to the bot at `url`, from the person of that number; new with each `mark`."""
    message_id = "SM" + f"{abs(hash((mark, number))):032x}"[:32]
    form = {
        "AccountSid": account,
        "ApiVersion": "2010-04-01",
        "Body": body,
        "From": f"+1{AREAS[number // 100 % len(AREAS)]}555{100 + number % 100:04}",
        "MessageSid": message_id,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsMessageSid": message_id,
        "SmsStatus": "received",
        "To": "+15145550100",
    }
    content = urlencode(form).encode()
    signature = sign(url, {name: [value] for name, value in form.items()}, token)
    head = (
        "POST /twilio/messages HTTP/1.1\r\nHost: bot.clinic.example\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(content)}\r\nX-Twilio-Signature: {signature}\r\n\r\n"
    )
    return head.encode() + content


def resident(pid: int | str = "self", which: str = "VmRSS") -> float:
    """The memory of a process, pages shared with the others included, in megabytes; `VmHWM` is the most that it had."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith(which)).split()[1]) / 1024

"""A bounded load on one address of this machine: so many requests, so many at once, and then it stops by itself."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass


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

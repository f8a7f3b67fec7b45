"""prometheus_client: counts and times, over all processes of this machine. No person and no health matter is a label."""

import os
from collections.abc import Iterable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """The counters of one process; in a server of several, `PROMETHEUS_MULTIPROC_DIR` gathers them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._children: dict[tuple[object, ...], Counter] = {}
        self.turns = Counter(
            "smsbot_turns",
            "Messages answered",
            ["channel", "language", "outcome"],
            registry=self.registry,
        )
        self.events = Counter(
            "smsbot_events", "What happened in turns", ["event"], registry=self.registry
        )
        self.segments = Counter(
            "smsbot_segments", "SMS segments answered with", ["language"], registry=self.registry
        )
        self.noted = Counter(
            "smsbot_notes", "Other lines of the log", ["event"], registry=self.registry
        )
        self.seconds = Histogram(
            "smsbot_turn_seconds",
            "From the form to the answer",
            buckets=SECONDS,
            registry=self.registry,
        )

    def turn(
        self, channel: str, language: str, outcome: str, segments: int, events: Iterable[str]
    ) -> None:
        """Count a turn."""
        self._of(self.turns, channel, language, outcome).inc()
        if channel == "sms" and segments:
            self._of(self.segments, language).inc(segments)
        for event in events:
            if event != "TurnAnswered":  # which `turns` counts
                self._of(self.events, event).inc()

    def _of(self, counter: Counter, *labels: str) -> Counter:
        """The counter for these labels; looking it up costs more than counting."""
        key = (counter, *labels)
        found = self._children.get(key)
        if found is None:
            found = self._children[key] = counter.labels(*labels)
        return found

    def page(self) -> tuple[bytes, str]:
        """The text for Prometheus and its content type."""
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            gathered = CollectorRegistry()
            multiprocess.MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]
            return generate_latest(gathered), CONTENT_TYPE_LATEST
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

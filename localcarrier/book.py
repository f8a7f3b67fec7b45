"""What the carrier knows: messages, who opted out, who wrote when, templates. It changes by the journal's entries alone.

So what it knows after a restart is what it knew before: the same entries, applied again.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from smsbot.core.people.address import parse_address

from .script import Script, Step

WINDOW = (
    24 * 3600.0
)  # seconds after a person's last message, in which WhatsApp carries free text (Twilio, key concepts)


@dataclass(slots=True)
class Message:
    """One message, in or out. Times are seconds since 1970."""

    sid: str
    number: int
    direction: str
    sender: str | None
    to: str
    body: str
    segments: int
    status: str
    created: float
    updated: float
    sent: float | None = None
    error: int | None = None
    service: str | None = None
    callback: str = ""
    steps: tuple[Step, ...] = ()
    callbacks: tuple[Step, ...] = ()
    done: int = 0  # callbacks that were made
    reached: int = 0  # steps that were taken


@dataclass(slots=True)
class Template:
    """One content of the Content API; `approval` is what WhatsApp says of it, None where it was not asked."""

    sid: str
    name: str
    language: str
    variables: dict[str, str]
    types: dict[str, dict[str, Any]]
    created: float
    updated: float
    approval: dict[str, Any] | None = None
    due: float | None = None  # when the verdict comes
    verdict: dict[str, str] | None = None


@dataclass
class Book:
    """Everything the carrier knows."""

    messages: dict[str, Message] = field(default_factory=dict)
    by_to: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    by_sender: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    attempts: Counter[str] = field(default_factory=Counter)  # requests to create, by address
    heard: Counter[str] = field(default_factory=Counter)  # messages from an address
    opted_out: set[str] = field(default_factory=set)
    wrote: dict[str, float] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    script: Script | None = None
    forward: float = 0.0  # seconds that the carrier's clock is ahead
    counts: Counter[str] = field(default_factory=Counter)  # entries by kind

    def apply(self, entry: Mapping[str, Any]) -> None:
        """Takes one entry in. Entries of a kind that changes nothing are counted."""
        self.counts[entry["kind"]] += 1
        change = getattr(self, f"_on_{entry['kind']}", None)
        if change is not None:
            change(entry)

    # ------------------------------------------------------------ asked

    def open_to(self, address: str, now: float) -> bool:
        """Whether a free text may go there: always, but on WhatsApp only within the window."""
        if parse_address(address).channel != "whatsapp":
            return True
        wrote = self.wrote.get(address)
        return wrote is not None and now - wrote < WINDOW

    def blocked(self, address: str) -> bool:
        """Whether the person has opted out of the sender."""
        return line_of(address) in self.opted_out

    def pending(self) -> list[Message]:
        """The messages of which something is still to come."""
        return [
            m
            for m in self.messages.values()
            if m.done < len(m.callbacks) or m.reached < len(m.steps)
        ]

    # ------------------------------------------------------------ changes

    def _on_created(self, entry: Mapping[str, Any]) -> None:
        if entry["direction"] == "outbound-api":
            self.attempts[entry["to"]] += 1
        self._keep(
            Message(
                sid=entry["sid"],
                number=len(self.messages),
                direction=entry["direction"],
                sender=entry["from"],
                to=entry["to"],
                body=entry["body"],
                segments=entry["segments"],
                status=entry["status"],
                created=entry["at"],
                updated=entry["at"],
                service=entry["service"],
                callback=entry["callback"],
                steps=tuple(Step(*step) for step in entry["steps"]),
                callbacks=tuple(Step(*step) for step in entry["callbacks"]),
            )
        )

    def _on_refused(self, entry: Mapping[str, Any]) -> None:
        if entry["via"] == "api":
            self.attempts[entry["to"]] += 1

    def _on_status(self, entry: Mapping[str, Any]) -> None:
        message = self.messages[entry["sid"]]
        message.status, message.error = entry["status"], entry["error"]
        message.reached += 1
        message.updated = entry["at"]
        if entry["status"] == "sent":
            message.sent = entry["at"]
        if message.sender is None and entry.get("from"):
            message.sender, message.segments = entry["from"], entry["segments"]
            self.by_sender[entry["from"]].append(message)

    def _on_callback(self, entry: Mapping[str, Any]) -> None:
        self.messages[entry["sid"]].done += 1

    def _on_inbound(self, entry: Mapping[str, Any]) -> None:
        self.heard[entry["from"]] += 1
        for address in (entry["from"], entry["params"].get("ExternalUserId", "")):
            if address:
                self.wrote[address] = max(entry["at"], self.wrote.get(address, 0.0))
        line = line_of(entry["from"])
        if entry["word"] == "STOP":
            self.opted_out.add(line)
        elif entry["word"] == "START":
            self.opted_out.discard(line)
        self._keep(
            Message(
                sid=entry["sid"],
                number=len(self.messages),
                direction="inbound",
                sender=entry["from"],
                to=entry["to"],
                body=entry["body"],
                segments=1,
                status="received",
                created=entry["at"],
                updated=entry["at"],
                sent=entry["at"],
            )
        )

    def _on_canceled(self, entry: Mapping[str, Any]) -> None:
        message = self.messages[entry["sid"]]
        message.status, message.updated = "canceled", entry["at"]
        message.steps = message.steps[: message.reached]
        canceled = (Step(0.0, "canceled"),) if message.callback else ()
        under_way = message.done + int(entry["telling"])  # what is being told is told to its end
        message.callbacks = (*message.callbacks[:under_way], *canceled)

    def _on_redacted(self, entry: Mapping[str, Any]) -> None:
        message = self.messages[entry["sid"]]
        message.body, message.updated = "", entry["at"]

    def _on_content(self, entry: Mapping[str, Any]) -> None:
        self.templates[entry["sid"]] = Template(
            sid=entry["sid"],
            name=entry["name"],
            language=entry["language"],
            variables=entry["variables"],
            types=entry["types"],
            created=entry["at"],
            updated=entry["at"],
        )

    def _on_content_deleted(self, entry: Mapping[str, Any]) -> None:
        self.templates.pop(entry["sid"], None)

    def _on_approval_asked(self, entry: Mapping[str, Any]) -> None:
        template = self.templates[entry["sid"]]
        template.approval = dict(entry["approval"])
        template.due, template.verdict = entry["due"], dict(entry["verdict"])

    def _on_approval(self, entry: Mapping[str, Any]) -> None:
        template = self.templates[entry["sid"]]
        template.approval = (template.approval or {"name": "", "category": ""}) | {
            "status": entry["status"],
            "rejection_reason": entry["reason"],
        }
        template.due, template.updated = None, entry["at"]

    def _on_script(self, entry: Mapping[str, Any]) -> None:
        self.script = msgspec.convert(entry["script"], Script)

    def _on_clock(self, entry: Mapping[str, Any]) -> None:
        self.forward += entry["forward"]

    def _keep(self, message: Message) -> None:
        self.messages[message.sid] = message
        self.by_to[message.to].append(message)
        if message.sender:
            self.by_sender[message.sender].append(message)


def line_of(address: str) -> str:
    """What an opt-out is for: the person's phone (SMS and RCS are one since 2026), or the person on WhatsApp."""
    parsed = parse_address(address)
    return f"{'whatsapp' if parsed.channel == 'whatsapp' else 'phone'}:{parsed.handle}"

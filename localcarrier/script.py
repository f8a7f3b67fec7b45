"""What goes wrong, and when: rules as data, and what they make of one message. The same seed gives the same run.

Every draw depends on the seed, the rule, the address and how often that address was tried: never on which request came first.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

import msgspec

Answer = Literal["created", "refused", "lost", "closed", "garbled"]
Channel = Literal["sms", "whatsapp", "rcs"]
Outcome = Literal["sent", "delivered", "read", "undelivered", "failed"]

TERMINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "read"})
FAILURES = frozenset({"undelivered", "failed"})


class BadScript(ValueError):
    """A script that says what cannot be done; the words tell what and where."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One rule: which requests to create a message it is for, how they are answered, and what becomes of the message.

    For: `to` (the address as Twilio spells it, `*` for any characters), `channel`, `share` of them (0 to 1), and of each address
    only the first `times` tries.

    `answer`: `created`; `refused` with `status` and `code`; `lost`: nothing is ever answered; `closed`: the connection is closed;
    `garbled`: 201 that cannot be read. `created` says whether the message is there all the same: true for all but `refused`.
    `hold`: seconds before the answer.

    `outcome` or `statuses` say what becomes of it, `error` why it failed; `delay` seconds between two statuses, or a range. Of the
    callbacks the first `early` come before the answer; all come `repeat` times, and where `shuffle` is on in any order; a share
    `dropped` of them is never sent.
    """

    to: str = "*"
    channel: Channel | None = None
    share: float = 1.0
    times: int | None = None
    answer: Answer = "created"
    status: int = 503
    code: int | None = None
    created: bool | None = None
    hold: float = 0.0
    outcome: Outcome | None = None
    statuses: tuple[str, ...] | None = None
    error: int | None = None
    delay: float | tuple[float, float] | None = None
    early: int = 0
    repeat: int = 1
    shuffle: bool = False
    dropped: float = 0.0


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What WhatsApp says of templates whose name and language it is for, `after` so many seconds."""

    name: str = "*"
    language: str = "*"
    status: Literal["pending", "approved", "rejected", "paused", "disabled"] = "approved"
    reason: str = ""
    after: float = 0.0


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The first rule that a request fits is the only one. `concurrency`: more requests at once are answered 429; 0 for no limit."""

    rules: tuple[Rule, ...] = ()
    approvals: tuple[Verdict, ...] = ()
    delay: float | tuple[float, float] = 0.02
    concurrency: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A status that a message has, or that a callback tells, so many seconds after it was created."""

    after: float
    status: str
    error: int | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What a script makes of one message."""

    rule: Rule
    steps: tuple[Step, ...]
    callbacks: tuple[Step, ...]

    @property
    def created(self) -> bool:
        """Whether there is a message afterwards."""
        if self.rule.created is not None:
            return self.rule.created
        return self.rule.answer != "refused"


PLAIN = Rule()


def parse(text: str | bytes) -> Script:
    """A script from JSON. Raises `BadScript`."""
    try:
        script = msgspec.json.decode(text or b"{}", type=Script)
    except msgspec.DecodeError as error:
        raise BadScript(f"the script cannot be read: {error}") from None
    for number, rule in enumerate(script.rules):
        if rule.outcome is not None and rule.statuses is not None:
            raise BadScript(f"rule {number}: an outcome or statuses, not both")
        if not 0 <= rule.share <= 1 or not 0 <= rule.dropped <= 1:
            raise BadScript(f"rule {number}: a share is between 0 and 1")
        if rule.repeat < 1:
            raise BadScript(f"rule {number}: a callback comes once or more often")
    return script


def chance(seed: int, *of: object) -> random.Random:
    """Randomness that depends on the seed and on what it is for, and on nothing else."""
    return random.Random(f"{seed}|{'|'.join(map(str, of))}")  # noqa: S311 - chance that can be repeated is what is wanted


def choose(script: Script, seed: int, to: str, channel: Channel, attempt: int) -> Rule:
    """The rule for the try number `attempt` (from 1) to an address."""
    for number, rule in enumerate(script.rules):
        if (
            fnmatchcase(to, rule.to)
            and rule.channel in (None, channel)
            and (rule.times is None or attempt <= rule.times)
            and (
                rule.share >= 1 or chance(seed, "share", number, to, attempt).random() < rule.share
            )
        ):
            return rule
    return PLAIN


def statuses_of(rule: Rule, channel: Channel, by_service: bool) -> tuple[str, ...]:
    """What becomes of a message, in order. Only a Messaging Service tells of `queued`; only SMS knows no reading."""
    if rule.statuses is not None:
        return rule.statuses
    before = ("queued",) if by_service else ()
    usual: Outcome = "delivered" if channel == "sms" else "read"
    last: Outcome = rule.outcome or usual
    way: dict[str, tuple[str, ...]] = {
        "sent": ("sent",),
        "delivered": ("sent", "delivered"),
        "read": ("sent", "delivered", "read"),
        "undelivered": ("sent", "undelivered"),
        "failed": ("failed",),
    }
    return (*before, *way[last])


def fate(
    script: Script, seed: int, rule: Rule, statuses: Sequence[str], error: int | None, key: str
) -> Fate:
    """When a message of the name `key` gets each status, and when which callbacks are sent.

    Where a message fails without a reason, the reason is 30008 (unknown error).
    """
    dice = chance(seed, "fate", key)
    low, high = _span(script.delay if rule.delay is None else rule.delay)
    steps: list[Step] = []
    at = 0.0
    for status in statuses:
        at += dice.uniform(low, high)
        steps.append(Step(at, status, (error or 30008) if status in FAILURES else None))
    told = [step for step in steps for _ in range(rule.repeat) if dice.random() >= rule.dropped]
    if rule.shuffle:
        times = [step.after for step in told]
        dice.shuffle(told)
        told = [Step(time, s.status, s.error) for time, s in zip(times, told, strict=True)]
    told[: rule.early] = [Step(0.0, s.status, s.error) for s in told[: rule.early]]
    return Fate(rule, tuple(steps), tuple(told))


def _span(delay: float | tuple[float, float]) -> tuple[float, float]:
    return delay if isinstance(delay, tuple) else (delay, delay)


def verdict(script: Script, name: str, language: str) -> Verdict:
    """What WhatsApp will say of a template; where no rule is for it, it is approved at once."""
    fitting = (
        v
        for v in script.approvals
        if fnmatchcase(name, v.name) and fnmatchcase(language, v.language)
    )
    return next(fitting, Verdict())

"""The carrier itself: takes requests, writes them down, and lets come true what the script says of each message."""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, get_args
from xml.etree import ElementTree

import msgspec

from smsbot.core.language.segments import measure
from smsbot.core.people.address import parse_address

from . import spoken
from .book import Book, Message, Template
from .create import Draft, Refusal, draft
from .journal import Journal
from .poster import Heard, Poster
from .script import Fate, Rule, Script, Step, choose, fate, statuses_of, verdict

SenderKind = Literal[
    "long_code", "toll_free", "short_code", "messaging_service", "advanced_opt_out"
]
SENDER_KINDS: tuple[SenderKind, ...] = get_args(SenderKind)

# Source: Twilio's pages on opt-out keywords. A message counts that is nothing but the word.
_STOP = frozenset({"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"})
_START = frozenset({"start", "unstop"})
_HELP = frozenset({"help", "info"})
_OWN_WORDS = {
    "STOP": "You have opted out and will get no more messages from this number. Reply START to opt in again.",
    "START": "You have opted in again. Reply HELP for help, STOP to opt out.",
    "HELP": "Reply STOP to opt out. Msg & data rates may apply.",
}

EARLY_PATIENCE = 5.0  # seconds that an answer waits for the callbacks that come before it


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a request to create a message: the rule that it fell under, and the message or the refusal, or neither."""

    rule: Rule
    message: Message | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who the carrier is to the bot. `senders` are the account's numbers, empty for any; the first is a Messaging Service's."""

    account: str
    token: str
    senders: tuple[str, ...]
    sender_kind: SenderKind
    inbound_url: str


class Carrier:
    """Single-threaded, on one event loop. What is written down comes before what is answered."""

    def __init__(
        self, *, identity: Identity, journal: Journal, poster: Poster, seed: int, script: Script
    ) -> None:
        """A carrier that goes on where its journal ends. `script` counts where the journal holds none."""
        self.identity, self.book, self.seed = identity, Book(), seed
        self._journal, self._poster = journal, poster
        self._following: dict[str, asyncio.Task[None]] = {}
        self._naps: dict[str, asyncio.Future[None]] = {}
        self._telling: set[str] = set()  # of which a callback is under way
        self.creating = 0  # requests to create that are being answered
        self.stopping = asyncio.Event()
        for entry in journal.entries():
            self.book.apply(entry)
        if self.book.script is None:
            self.set_script(script)

    @property
    def script(self) -> Script:
        """The script that counts."""
        return self.book.script or Script()

    def now(self) -> float:
        """The carrier's time, seconds since 1970."""
        return time.time() + self.book.forward

    def record(self, kind: str, **details: Any) -> None:
        """Writes down, then knows."""
        entry = {"kind": kind, "at": self.now(), **details}
        self._journal.add(entry)
        self.book.apply(entry)

    def resume(self) -> None:
        """Takes up what was under way when the carrier ended."""
        for message in self.book.pending():
            self.follow(message)

    async def wait(self, seconds: float) -> None:
        """Waits so long, or until the carrier ends."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()

    async def stop(self) -> None:
        """Leaves what is under way for the next start."""
        tasks = list(self._following.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ------------------------------------------------------------ out

    def create(self, form: Mapping[str, str]) -> Made:
        """Answers a request to create a message; what becomes of the message has not yet begun."""
        to = form.get("To", "")
        attempt = self.book.attempts[to] + 1
        rule = choose(self.script, self.seed, to, parse_address(to).channel, attempt)
        try:
            if not Fate(rule, (), ()).created:
                raise Refusal(rule.code or (20429 if rule.status == 429 else 20503), rule.status)
            made = self._draft(form)
        except Refusal as refusal:
            self.record(
                "refused", via="api", to=to, status=refusal.status, code=refusal.code,
                delivery=_delivery(form.get("StatusCallback", "")), params=dict(form),
            )  # fmt: skip
            return Made(rule, refusal=refusal)
        key = f"{to}|{attempt}"
        plan = self._plan(rule, made, key)
        message = self._keep(
            self._sid("SM", "out", key), made, "outbound-api", plan.steps,
            plan.callbacks if made.callback else (), params=dict(form),
        )  # fmt: skip
        return Made(rule, message=message)

    def _draft(self, form: Mapping[str, str]) -> Draft:
        if template := self.book.templates.get(form.get("ContentSid", "")):
            self.review(template)
        late = self.identity.sender_kind in ("messaging_service", "advanced_opt_out")
        return draft(form, self.book, frozenset(self.identity.senders), late, self.now())

    def _plan(self, rule: Rule, made: Draft, key: str) -> Fate:
        channel = parse_address(made.to).channel
        if made.failure is not None:
            return fate(self.script, self.seed, rule, ("failed",), made.failure, key)
        statuses = statuses_of(rule, channel, by_service=made.sender is None)
        plan = fate(self.script, self.seed, rule, statuses, rule.error, key)
        if plan.steps and plan.steps[0].after > made.validity:
            return fate(self.script, self.seed, rule, ("failed",), 30036, key)
        return plan

    def _keep(
        self,
        sid: str,
        made: Draft,
        direction: str,
        steps: tuple[Step, ...],
        callbacks: tuple[Step, ...],
        **more: Any,
    ) -> Message:
        by_service = made.sender is None
        self.record(
            "created", sid=sid, direction=direction, to=made.to, service=made.service, body=made.body,
            segments=0 if by_service else made.segments, callback=made.callback, delivery=_delivery(made.callback),
            status=("accepted" if by_service else "queued") if direction == "outbound-api" else "delivered",
            steps=[(s.after, s.status, s.error) for s in steps],
            callbacks=[(s.after, s.status, s.error) for s in callbacks],
            **{"from": made.sender}, **more,
        )  # fmt: skip
        return self.book.messages[sid]

    def _sid(self, prefix: str, *of: str) -> str:
        return prefix + hashlib.sha256("|".join((str(self.seed), *of)).encode()).hexdigest()[:32]

    # ------------------------------------------------------------ what becomes of a message

    def follow(self, message: Message) -> None:
        """Lets happen what is to happen with the message."""
        if message.sid not in self._following:
            task = asyncio.get_running_loop().create_task(self._follow(message))
            self._following[message.sid] = task
            task.add_done_callback(lambda _: self._following.pop(message.sid, None))

    async def early(self, message: Message, count: int) -> None:
        """The first callbacks, before the request is answered."""
        try:
            async with asyncio.timeout(EARLY_PATIENCE):
                while message.done < min(count, len(message.callbacks)):
                    await self._tell(message, message.callbacks[message.done])
        except TimeoutError:
            return

    async def _follow(self, message: Message) -> None:
        while (coming := _next(message)) is not None:
            wait = message.created + coming.after - self.now()
            if wait > 0:
                await self._nap(message.sid, wait)
                continue  # meanwhile it may have been canceled
            if message.reached < len(message.steps) and coming is message.steps[message.reached]:
                self._reach(message, coming)
            else:
                await self._tell(message, coming)

    async def _nap(self, sid: str, seconds: float) -> None:
        """Waits so long, or until the message or the clock is changed by hand."""
        loop = asyncio.get_running_loop()
        nap = self._naps[sid] = loop.create_future()
        timer = loop.call_later(seconds, _wake, nap)
        try:
            await nap
        finally:
            timer.cancel()
            self._naps.pop(sid, None)

    def _reach(self, message: Message, step: Step) -> None:
        found: dict[str, Any] = {}
        if message.sender is None:
            found = {
                "from": self._sender_for(message.to),
                "segments": measure(message.body).segments,
            }
        self.record("status", sid=message.sid, status=step.status, error=step.error, **found)

    def _sender_for(self, to: str) -> str:
        number = self.identity.senders[0] if self.identity.senders else "+15145550100"
        prefix, colon, _ = to.rpartition(":")
        return f"{prefix}{colon}{number}"

    async def _tell(self, message: Message, step: Step) -> None:
        number = message.done
        form = spoken.status_form(message, step, self.identity.account, self.now())
        self._telling.add(message.sid)
        try:
            heard = await self._poster.post(message.callback, form)
        finally:
            self._telling.discard(message.sid)
        self.record(
            "callback", sid=message.sid, number=number, status=step.status, error=step.error,
            delivery=_delivery(message.callback), answered=heard.status, fault=heard.fault,
        )  # fmt: skip

    def cancel(self, message: Message) -> None:
        """Raises `Refusal` where the message has left already."""
        if message.status not in ("accepted", "scheduled", "queued"):
            raise Refusal(30409)
        self.record("canceled", sid=message.sid, telling=message.sid in self._telling)
        if nap := self._naps.get(message.sid):
            _wake(nap)
        self.follow(message)

    def redact(self, message: Message) -> None:
        """Takes the text away. Raises `Refusal` for a message that is still under way."""
        if message.status in ("accepted", "scheduled", "queued", "sending"):
            raise Refusal(20009, 409)
        self.record("redacted", sid=message.sid)

    # ------------------------------------------------------------ in

    async def hear(self, params: Mapping[str, str], at: float | None = None) -> dict[str, Any]:
        """Somebody writes: the bot is told, and what it answers is sent. A `MessageSid` that is known is the same message again."""
        sender = params["From"]
        sid = params.get("MessageSid") or self._sid(
            "SM", "in", f"{sender}|{self.book.heard[sender] + 1}"
        )
        own: list[str] = []
        word = self._word(sender, params.get("Body", ""))
        if sid not in self.book.messages:
            entry = {"at": at} if at is not None else {}
            self.record(
                "inbound", sid=sid, to=params["To"], body=params.get("Body", ""), word=word,
                params=dict(params), **{"from": sender}, **entry,
            )  # fmt: skip
            if word is not None:
                own = [_OWN_WORDS[word]]
                self._reply(params, own[0], by="carrier")
        form = spoken.inbound_form(params, sid, self.identity.account)
        if word is not None and self.identity.sender_kind == "advanced_opt_out":
            form["OptOutType"] = word
        heard = await self._poster.post(self.identity.inbound_url, form)
        texts, code = _twiml(heard)
        sent = [reply for reply in (self._reply(params, text, by="bot") for text in texts) if reply]
        self.record(
            "heard", sid=sid, answered=heard.status, fault=heard.fault, code=code, replies=len(sent)
        )
        return {
            "sid": sid,
            "status": heard.status,
            "fault": heard.fault,
            "code": code,
            "replies": texts,
            "sids": [reply.sid for reply in sent],
            "carrier": own,
        }

    def _word(self, sender: str, body: str) -> Literal["STOP", "START", "HELP"] | None:
        """The keyword that the carrier acts on by itself, as this kind of sender does on this channel."""
        kind = self.identity.sender_kind
        if kind == "short_code" or (
            parse_address(sender).channel == "whatsapp" and kind != "advanced_opt_out"
        ):
            return None
        word = body.strip().casefold()
        if word in _STOP:
            return "STOP"
        # YES reopens what is blocked, though not a toll-free number; else it is a message as any other.
        reopens = word == "yes" and kind != "toll_free" and self.book.blocked(sender)
        if word in _START or reopens:
            return "START"
        return "HELP" if word in _HELP else None

    def _reply(self, params: Mapping[str, str], text: str, by: str) -> Message | None:
        to, sender = params["From"], params["To"]
        if by == "bot" and self.book.blocked(to):
            self.record(
                "refused", via="twiml", to=to, status=400, code=21610, delivery="", params={}
            )
            return None
        channel = parse_address(to).channel
        segments = measure(text).segments if channel == "sms" else 1
        made = Draft(to, sender, None, text, segments, "", 36000, None)
        number = len(self.book.by_to[to])
        return self._keep(
            self._sid("SM", "reply", to, str(number)), made, "outbound-reply", (), (), by=by
        )

    # ------------------------------------------------------------ templates

    def make_content(self, payload: Mapping[str, Any]) -> Template:
        """Raises `Refusal`."""
        try:
            asked = msgspec.convert(payload, _Content)
        except msgspec.ValidationError:
            raise Refusal(20001) from None
        if not asked.types or not asked.language:
            raise Refusal(20001)
        sid = self._sid("HX", "content", str(self.book.counts["content"] + 1))
        self.record(
            "content", sid=sid, name=asked.friendly_name, language=asked.language,
            variables=asked.variables, types=asked.types,
        )  # fmt: skip
        return self.book.templates[sid]

    def ask_approval(self, template: Template, payload: Mapping[str, Any]) -> Template:
        """Hands a template in. Raises `Refusal`; what was approved is handed in once."""
        try:
            asked = msgspec.convert(payload, _Request)
        except msgspec.ValidationError:
            raise Refusal(20001) from None
        if template.approval is not None:
            raise Refusal(20001)
        found = verdict(self.script, asked.name, template.language)
        approval = {
            "name": asked.name,
            "category": asked.category,
            "status": "received",
            "rejection_reason": "",
        }
        self.record(
            "approval_asked", sid=template.sid, approval=approval, due=self.now() + found.after,
            verdict={"status": found.status, "reason": found.reason},
        )  # fmt: skip
        return template

    def review(self, template: Template) -> Template:
        """The template after a verdict that is due."""
        if template.due is not None and template.verdict and self.now() >= template.due:
            self.rule(template, template.verdict["status"], template.verdict["reason"])
        return template

    def rule(self, template: Template, status: str, reason: str) -> None:
        """WhatsApp says something of the template."""
        self.record("approval", sid=template.sid, status=status, reason=reason)

    def put_forward(self, seconds: float) -> None:
        """Puts the carrier's clock forward: what is due by then happens now."""
        self.record("clock", forward=seconds)
        for nap in list(self._naps.values()):
            _wake(nap)

    def set_script(self, script: Script) -> None:
        """From now on this script counts."""
        self.record("script", script=msgspec.to_builtins(script))


class _Content(msgspec.Struct):
    language: str
    types: dict[str, dict[str, Any]]
    friendly_name: str = ""
    variables: dict[str, str] = {}


class _Request(msgspec.Struct):
    name: str
    category: Literal["UTILITY", "MARKETING", "AUTHENTICATION"]

    def __post_init__(self) -> None:
        if not self.name or not all(c.islower() or c.isdigit() or c == "_" for c in self.name):
            raise ValueError("lower-case letters, digits and underscores")


def _wake(nap: asyncio.Future[None]) -> None:
    if not nap.done():
        nap.set_result(None)


def _next(message: Message) -> Step | None:
    """What comes next: the message's own status before a callback of the same moment."""
    step = message.steps[message.reached] if message.reached < len(message.steps) else None
    call = message.callbacks[message.done] if message.done < len(message.callbacks) else None
    if step is None or call is None:
        return step or call
    return step if step.after <= call.after else call


def _delivery(callback: str) -> str:
    """The bot's own id of a message: the last part of the address of its status."""
    return callback.partition("?")[0].rpartition("/")[2]


def _twiml(heard: Heard) -> tuple[list[str], int | None]:
    """The texts of an answer, and Twilio's code for an answer that is none (11200, 12100, 12300)."""
    if not 200 <= heard.status < 300:
        return [], 11200
    if heard.kind == "text/plain":
        return ([heard.text] if heard.text else []), None
    if not heard.text:
        return [], None
    if heard.kind not in ("text/xml", "application/xml", "text/html"):
        return [], 12300
    try:
        root = ElementTree.fromstring(heard.text)  # noqa: S314 - the answer of a bot on this machine
    except ElementTree.ParseError:
        return [], 12100
    bodies = (m.find("Body") if m.find("Body") is not None else m for m in root.iter("Message"))
    return [body.text or "" for body in bodies if body is not None], None

"""Registers with the carrier what WhatsApp wants to know beforehand: the templates of broadcasts, and the menus' buttons and lists."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smsbot.core.campaign.broadcast import ENDED, Broadcast
from smsbot.core.campaign.wording import template
from smsbot.core.conversation.compose import Book
from smsbot.ports import Clock
from smsbot.ports.campaign import Broadcasts, Content, Contents, Templates

BUTTONS = 3  # of a quick reply within a talk (Twilio, quick replies)
ROWS = 10  # of a list (Twilio, list pickers)
BUTTON_LENGTH, ROW_LENGTH, DESCRIPTION_LENGTH = 20, 24, 72  # characters (the same pages)
WAITS = frozenset({"unsubmitted", "received", "pending", "paused"})
TALK = "session"  # used within a talk only, and so approved by nobody
AS_TEXT = "text"  # a menu that WhatsApp cannot have in the language, and that stays a numbered text


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing to be registered: under which key and language, its wording by digest, and what the carrier needs to know."""

    key: str
    language: str
    digest: str
    variables: Mapping[str, str]
    types: Mapping[str, Mapping[str, Any]]
    approved: bool  # whether WhatsApp must approve it before it is used


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of one: made now, known before, or left out and why."""

    wanted: Wanted
    state: str
    made: bool = False
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Syncing:
    """What registering needs."""

    broadcasts: Broadcasts
    contents: Contents
    templates: Templates
    book: Callable[[], Book]
    clock: Clock

    def wanted(self) -> list[Wanted]:
        """Everything that should be registered."""
        book = self.book()
        broadcasts = [b for b in self.broadcasts.all() if b.state not in ENDED]
        return [
            *(one for broadcast in broadcasts for one in _invitations(broadcast, book)),
            *_menus(book),
        ]

    def sync(self, tell: Callable[[Synced], None]) -> None:
        """Registers what is not, hands in what must be approved, and asks how the rest stands.

        Each is written down at once: what was made is never made twice. Raises what `Templates` raises.
        """
        known = {(c.key, c.language, c.digest): c for c in self.contents.all()}
        for wanted in self.wanted():
            found = known.get((wanted.key, wanted.language, wanted.digest))
            tell(self._again(wanted, found) if found else self._made(wanted))

    def _made(self, wanted: Wanted) -> Synced:
        name = f"{wanted.key}_{wanted.language}_{wanted.digest[:8]}".lower()
        name = "".join(c if c.isascii() and c.isalnum() else "_" for c in name)
        try:
            sid = self.templates.make(name, wanted.language, wanted.variables, wanted.types)
        except ValueError as error:
            return Synced(wanted, "left out" if wanted.approved else AS_TEXT, why=str(error))
        self._keep(wanted, sid, "approved" if not wanted.approved else "unsubmitted")
        if not wanted.approved:
            return Synced(wanted, TALK, made=True)
        state = self.templates.ask_approval(sid, name, "MARKETING").status
        self._keep(wanted, sid, state)
        return Synced(wanted, state, made=True)

    def _again(self, wanted: Wanted, known: Content) -> Synced:
        if not wanted.approved:
            return Synced(wanted, TALK)
        state = known.state
        if state in WAITS or state == "approved":
            state = self.templates.approvals(known.sid).status
            if state == "unsubmitted":
                name = f"again_{known.sid}".lower()
                state = self.templates.ask_approval(known.sid, name, "MARKETING").status
            if state != known.state:
                self._keep(wanted, known.sid, state)
        return Synced(wanted, state)

    def _keep(self, wanted: Wanted, sid: str, state: str) -> None:
        content = Content(wanted.key, wanted.language, wanted.digest, sid, state)
        self.contents.keep(content, self.clock.now())


def _invitations(broadcast: Broadcast, book: Book) -> Iterator[Wanted]:
    if broadcast.audience.channels and "whatsapp" not in broadcast.audience.channels:
        return
    for language, wordings in broadcast.texts.items():
        values = book.standing.get(language)
        if values is None:
            continue
        for variant, text in zip("AB", wordings, strict=False):
            made = template(text)
            yield Wanted(
                f"broadcast/{broadcast.id}/{variant}",
                language,
                made.digest,
                {number: values[name] for number, name in enumerated(made.names) if name in values},
                {"twilio/text": {"body": made.body}},
                approved=True,
            )


def enumerated(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Names with their numbers, from 1, as texts."""
    return [(str(number), name) for number, name in enumerate(names, 1)]


def _menus(book: Book) -> Iterator[Wanted]:
    """What can be tapped: after each answer what is offered next, and the list of topics. The text itself is the only variable."""
    offered = {t.next[:BUTTONS] for t in book.content.topics.values() if t.next}
    topics = tuple(book.content.topics)[:ROWS]
    for language in book.catalogs.offered:
        for ids in sorted(offered):
            actions = [
                {"type": "QUICK_REPLY", "title": _title(book, language, i)[:BUTTON_LENGTH], "id": i}
                for i in ids
            ]
            types = {"twilio/quick-reply": {"body": "{{1}}", "actions": actions}}
            yield _menu("offer/" + "+".join(ids), language, types)
        items = [
            {
                "id": i,
                "item": _label(book, language, i)[:ROW_LENGTH],
                "description": _title(book, language, i)[:DESCRIPTION_LENGTH],
            }
            for i in topics
        ]
        button = _label(book, language, "menu")[:BUTTON_LENGTH]
        types = {"twilio/list-picker": {"body": "{{1}}", "button": button, "items": items}}
        yield _menu("menu", language, types)


def _menu(key: str, language: str, types: Mapping[str, Mapping[str, Any]]) -> Wanted:
    digest = hashlib.sha256(repr(types).encode()).hexdigest()[:32]
    return Wanted(key, language, digest, {"1": "..."}, types, approved=False)


def _title(book: Book, language: str, name: str) -> str:
    return book.catalogs.find(language, f"{name}.title")[1][0]


def _label(book: Book, language: str, name: str) -> str:
    return book.catalogs.find(language, f"{name}.label")[1][0]

"""One message in, one answer out: the order of the doors."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TypeVar, cast

from smsbot.core.campaign.campaign import Campaign, said
from smsbot.core.campaign.entering import Entered, entered
from smsbot.core.conversation.compose import Book, Text, compose
from smsbot.core.conversation.conversation import Conversation
from smsbot.core.conversation.decide import Around, Came, decide
from smsbot.core.conversation.decision import (
    FAILED,
    GIVEN,
    WITHDRAWALS,
    Decision,
    EventName,
    Say,
    Words,
    without_ask,
)
from smsbot.core.conversation.inbound import BODY_LIMIT, Inbound
from smsbot.core.people.address import Address, Channel, key_of
from smsbot.core.people.carrier import Habit, habit
from smsbot.core.people.consent import EVENT_OF, MINOR_HOLD, RED_FLAG_HOLD
from smsbot.core.people.ledger import Grounds
from smsbot.core.understanding.look import Look, Reader, look
from smsbot.core.understanding.reading import (
    NOT_OFFERED,
    Reading,
    Scores,
    asked_of,
    flagged,
    stopped_by_words,
    understand,
)
from smsbot.core.understanding.redaction import keepable, redacted
from smsbot.core.understanding.spoken import Prior, spoken, weigh
from smsbot.ports import (
    Conversations,
    Intents,
    Kept,
    Languages,
    Note,
    Opened,
    Outbox,
    People,
    Proof,
    Record,
    RecordName,
    Refused,
    Regions,
    Unavailable,
)
from smsbot.ports.console import UnreadMessages

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wrote:
    """A person wrote: under which marks, when, on what; whether they opted out; and the campaign by which they came just now (0: none)."""

    keys: tuple[str, ...]
    at: datetime
    channel: Channel
    language: str
    stops: bool
    campaign: int


def _nobody_asks(wrote: Wrote, /) -> None:
    """Where nobody wants to know who wrote."""


DEMO = "demo:"  # the space of people who do not exist
NOT_UNDERSTOOD = (("unknown",), ("clarify",))  # how a turn ends that staff can learn from
# What a person says in one word, where they said it in others.
WORD: Mapping[str, str] = {
    "ConsentAsked": "news",
    "ConsentGiven": "yes",
    "ConsentDeclined": "no",
    "OptedOut": "stop",
    "OptedIn": "start",
    "Forgotten": "yes",
}
ABOUT_NEWS = frozenset({"ConsentAsked", "ConsentGiven", "ConsentDeclined"})
TRIES = 3  # how often a turn is decided when other messages of the same person come between


@dataclass(frozen=True)
class Turn:
    """A turn that was answered: the reply as kept, and, unless it was kept from before, how it came about."""

    kept: Kept
    reading: Reading | None = None
    decision: Decision | None = None
    texts: tuple[Text, ...] = ()
    region: str = ""
    remembered: bool = True
    talk: Conversation | None = None  # as the turn left it


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message with what is known of it before the talk is: the words in it, whose it is, where they may be, what the carrier did."""

    inbound: Inbound
    seen: Look
    scores: tuple[Scores, ...]
    evidence: Mapping[str, float]
    person: str
    region: str
    habit: Habit
    entered: Entered | None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What answering needs; built once by wiring. `later` does work after the answer has gone out."""

    book: Book
    reader: Reader
    conversations: Conversations
    hurried: (
        Conversations  # the same talks, given up on sooner: for red flags, which wait for nothing
    )
    people: People
    nobody: People  # the ledger of the demo space
    outbox: Outbox
    languages: Languages
    intents: Intents
    regions: Regions
    note: Note
    later: Callable[[Callable[[], None]], None]
    wake: Callable[
        [str], None
    ]  # asks the worker to tell staff at once; it would see by itself a little later
    fresh: Callable[[], str]
    pepper: bytes
    names: Mapping[tuple[str, ...], str]
    codes: Mapping[str, str]
    yes: frozenset[tuple[str, ...]]
    campaigns: tuple[Campaign, ...] = ()  # those that are live
    wrote: Callable[[Wrote], None] = _nobody_asks  # told, behind the answer, that a person wrote
    unread: UnreadMessages | None = None  # only where the clinic keeps what could not be read

    def answer(self, inbound: Inbound) -> Turn:
        """The answer to a message. Raises `Unavailable` where it could only be pretended: when no store can be reached."""
        heard = self._heard(inbound)
        if flagged(heard.seen, heard.scores, heard.evidence) or (inbound.choice or "").startswith(
            "urgent"
        ):
            return self._at_once(heard)
        opened, remembered = self._open(heard)
        if opened.kept is not None:
            return self._granted(heard, Turn(opened.kept, talk=opened.talk))
        self._linked(heard, opened.talk)
        turn = self._decided(heard, opened.talk, remembered)
        if "RedFlagSeen" in turn.kept.events:  # a number or a yes that stood for URGENT
            return self._afterwards(heard, turn, opened)
        turn = self._withdrawn(heard, turn)
        if remembered:
            turn = self._closed(heard, turn, opened.talk)
        return self._noted(heard, self._granted(heard, turn))

    def read(self, text: str, current: str = "", region: str = "") -> Reading:
        """What a text means in a talk that is in the language `current`, or begins in `region`, and has nothing open."""
        seen = look(self.reader, text[:BODY_LIMIT])
        talk = Conversation(language=current, chosen="detected") if current else None
        scores = tuple(map(self.intents.scores, asked_of(seen)))
        evidence = weigh(self.reader, seen, self.languages.votes(seen.text))
        return self._read(seen, scores, evidence, self._prior(talk, region))

    def _read(
        self, seen: Look, scores: Sequence[Scores], evidence: Mapping[str, float], prior: Prior
    ) -> Reading:
        language = spoken(seen, evidence, prior)
        return understand(self.reader, seen, language, scores, self.book.profile.languages[0])

    def _linked(self, heard: _Heard, talk: Conversation | None) -> None:
        """Marks that came in one message are one person's: looked at once a talk, behind the answer."""
        addresses = heard.inbound.addresses
        if talk is None and len(addresses) > 1 and not heard.inbound.demo:
            keys = tuple(key_of(self.pepper, address) for address in addresses)
            self.later(lambda: self.people.link(keys))

    def _heard(self, inbound: Inbound) -> _Heard:
        seen = look(self.reader, inbound.body[:BODY_LIMIT])
        return _Heard(
            inbound=inbound,
            seen=seen,
            scores=tuple(map(self.intents.scores, asked_of(seen))),
            evidence=weigh(self.reader, seen, self.languages.votes(seen.text)),
            person=key_of(self.pepper, inbound.address, DEMO if inbound.demo else ""),
            region=self.regions.region(inbound.address),
            habit=habit(
                inbound.sender_kind, inbound.address.channel, inbound.body, inbound.opt_out_type
            ),
            entered=self._entered(inbound),
        )

    def _entered(self, inbound: Inbound) -> Entered | None:
        if not self.campaigns:
            return None
        day = inbound.at.astimezone(self.book.profile.time_zone).date()
        open_now = [campaign for campaign in self.campaigns if campaign.open(day)]
        return entered(
            inbound.body[:BODY_LIMIT],
            inbound.referral,
            open_now,
            self.book.standing,
            self.reader.lexicon.knows,
        )

    def _came(self, heard: _Heard, language: str) -> Came | None:
        """The campaign of the message, with its welcome in the nearest language that it has."""
        if heard.entered is None:
            return None
        campaign = heard.entered.campaign
        found = said(campaign.welcome, language, self.book.catalogs.default)
        if found is None or found[0] not in self.book.catalogs.by_tag:
            return None
        tag, text = found
        return Came(campaign.id, Words(text, tag), campaign.news, heard.entered.alone)

    # ------------------------------------------------------------ red flags

    def _at_once(self, heard: _Heard) -> Turn:
        """A red flag waits neither for the ledger nor, longer than a moment, for the talk; both are written afterwards."""
        try:
            opened, remembered = self.hurried.open(heard.person, heard.inbound.message_id), True
        except Unavailable:
            opened, remembered = Opened(), False
        if opened.kept is not None:
            return Turn(opened.kept)
        return self._afterwards(heard, self._decided(heard, opened.talk, remembered), opened)

    def _afterwards(self, heard: _Heard, turn: Turn, opened: Opened) -> Turn:
        """Lets the answer go and writes the rest down behind it; what finds no store open is tried again."""
        self.later(lambda: _void(self._withdrawn(heard, turn)))
        if not turn.remembered:
            return self._noted(heard, turn)
        self.later(lambda: _void(self._noted(heard, self._closed(heard, turn, opened.talk))))
        return turn

    # ------------------------------------------------------------ the doors

    def _open(self, heard: _Heard) -> tuple[Opened, bool]:
        try:
            return self.conversations.open(heard.person, heard.inbound.message_id), True
        except Unavailable:
            if not self._ledger(heard).alive():
                raise
            return Opened(), False

    def _decided(self, heard: _Heard, talk: Conversation | None, remembered: bool) -> Turn:
        prior = self._prior(talk, heard.region)
        reading = self._read(heard.seen, heard.scores, heard.evidence, prior)
        came = self._came(heard, reading.spoken.language)
        if came is not None:
            reading = stopped_by_words(self.reader, heard.seen, reading)
        around = self._around(heard, talk, came)
        decision = decide(talk, heard.inbound, reading, around)
        return self._composed(
            heard, Turn(_NOTHING, reading, decision, (), heard.region, remembered)
        )

    def _prior(self, talk: Conversation | None, region: str) -> Prior:
        offered = self.book.profile.languages
        guessed = talk.language if talk is not None and talk.chosen == "guess" else ""
        if talk is not None and not guessed and talk.language in self.reader.scripts:
            return Prior(talk.language, (), offered[0], dict(talk.heard))
        expected = self._spoken_in(region, self.reader.languages)
        first = (guessed,) if guessed else ()
        heard = dict(talk.heard) if talk is not None else {}
        return Prior(None, (*first, *expected), offered[0], heard)

    def _spoken_in(self, region: str, tags: Sequence[str]) -> tuple[str, ...]:
        """Those of `tags` that are spoken in a region, likeliest first."""
        return _spoken_among(self.regions.languages(region), tuple(tags))

    def _around(self, heard: _Heard, talk: Conversation | None, came: Came | None = None) -> Around:
        emergency, crisis = self._numbers(heard.region)
        offered = self.book.profile.languages
        return Around(
            content=self.book.content,
            profile=self.book.profile,
            languages=tuple(dict.fromkeys((*self._spoken_in(heard.region, offered), *offered))),
            names=self.names,
            codes=self.codes,
            yes=self.yes,
            at=heard.inbound.at,
            habit=heard.habit,
            emergency=emergency,
            crisis=crisis,
            region=heard.region,
            reference=self.fresh() if talk and talk.ask and talk.ask.kind == "forget" else "",
            signed=self._signed,
            came=came,
        )

    def _numbers(self, region: str) -> tuple[str, str]:
        """The emergency number and the crisis line of a region; at home, those that the clinic has set."""
        content, profile = self.book.content, self.book.profile
        at_home = region == profile.country
        emergency = (profile.emergency if at_home else "") or content.emergency.get(region, "")
        return emergency, (profile.crisis_line if at_home else "") or content.crisis.get(region, "")

    def _signed(self, tag: str, key: str) -> bool:
        return key in self.book.catalogs.by_tag[tag].signed

    def _composed(self, heard: _Heard, turn: Turn) -> Turn:
        decision, reading = turn.decision, turn.reading
        assert decision is not None
        assert reading is not None
        emergency, crisis = self._numbers(heard.region)
        language = decision.conversation.language or reading.language
        texts = compose(
            self.book, decision.replies, language, heard.inbound.address.channel, emergency, crisis
        )
        action, method = _how(heard, reading, decision)
        kept = Kept(
            texts=tuple(t.text for t in texts),
            segments=tuple(t.cost.segments for t in texts),
            intents=decision.intents,
            topic=decision.topic,
            language=language,
            events=decision.events,
            keys=tuple(t.key for t in texts),
            grants=decision.grants,
            ask_id=decision.ask_id,
            proof=self._proof(texts) if "ConsentAsked" in decision.events else None,
            campaign=decision.conversation.campaign,
            action=action,
            method=method,
        )
        talk = decision.conversation
        return Turn(kept, reading, decision, texts, turn.region, turn.remembered, talk)

    def _closed(self, heard: _Heard, turn: Turn, talk: Conversation | None) -> Turn:
        """Closes the turn; when another message of the same person came between, decides again on the newer talk."""
        for _ in range(TRIES):
            assert turn.decision is not None
            expected = talk.version if talk else 0
            try:
                closed = self.conversations.close(
                    heard.person,
                    heard.inbound.message_id,
                    turn.decision.conversation,
                    turn.kept,
                    expected,
                    erase="Forgotten" in turn.kept.events,
                )
            except Unavailable:
                return replace(turn, remembered=False)
            if closed.won:
                return turn
            if closed.newer.kept is not None:
                return Turn(closed.newer.kept, talk=closed.newer.talk)
            talk = closed.newer.talk
            turn = self._withdrawn(heard, self._decided(heard, talk, remembered=True))
        self.note("talk_contended", person=heard.person[:8])
        return turn

    def _withdrawn(self, heard: _Heard, turn: Turn) -> Turn:
        """Writes down what is taken away, in the ledger or else in the outbox; only then may the turn go on."""
        decision = turn.decision
        if decision is None or not decision.withdraws:
            return turn
        waits = [
            record for record in self._withdrawals(heard, turn) if not self._written(heard, record)
        ]
        if waits and "Forgotten" in decision.events:
            replies = tuple(
                replace(r, key="forget_later") if r.key == "forget_done" else r
                for r in decision.replies
            )
            return self._composed(heard, replace(turn, decision=replace(decision, replies=replies)))
        return turn

    def _written(self, heard: _Heard, record: Record) -> bool:
        """Whether the ledger has it; where not, it waits in the outbox. Raises `Unavailable` where neither can have it."""
        try:
            self._ledger(heard).write(record)
        except Unavailable:
            self.outbox.put(record)
            return False
        if record.name == "RedFlagSeen":
            self._tell_staff(heard)
        return True

    def _granted(self, heard: _Heard, turn: Turn) -> Turn:
        """Writes down what is given; where that fails, the person is told so and nothing is pretended.

        Until it is written the kept reply says that it is not: a message heard again after a crash is written down then.
        """
        if not turn.kept.grants:
            return turn
        for event in turn.kept.grants:
            try:
                self._ledger(heard).write(self._grant(heard, turn.kept, event))
            except (Unavailable, Refused):
                turn = self._ungranted(heard, turn, event)
            else:
                if event == "CallRequested":
                    self._tell_staff(heard)
        turn = replace(turn, kept=replace(turn.kept, grants=()))
        if turn.remembered and turn.talk is not None:
            self._amend(heard, turn.talk, turn.kept)
        return turn

    def _ungranted(self, heard: _Heard, turn: Turn, event: str) -> Turn:
        """The turn where a grant could not be written: its reply says so, and no question stays open."""
        name = cast("EventName", event)
        channel = heard.inbound.address.channel
        (sorry,) = compose(
            self.book,
            (Say(FAILED[name]),),
            turn.kept.language,
            channel,
            *self._numbers(heard.region),
        )
        given = [key.partition(".")[0] in GIVEN[name] for key in turn.kept.keys]
        kept = replace(
            turn.kept,
            texts=_swapped(turn.kept.texts, given, sorry.text),
            segments=_swapped(turn.kept.segments, given, sorry.cost.segments),
            keys=_swapped(turn.kept.keys, given, sorry.key),
            events=tuple(e for e in turn.kept.events if e != event),
        )
        texts = _swapped(turn.texts, given, sorry) if turn.texts else ()
        talk = without_ask(turn.talk) if turn.talk else None
        return replace(turn, kept=kept, texts=texts, talk=talk)

    def _tell_staff(self, heard: _Heard) -> None:
        if not heard.inbound.demo:
            self.later(lambda: self.wake("notice"))

    def _amend(self, heard: _Heard, talk: Conversation, kept: Kept) -> None:
        try:
            self.conversations.amend(heard.person, heard.inbound.message_id, talk, kept)
        except Unavailable:
            self.note("talk_lost", person=heard.person[:8])

    # ------------------------------------------------------------ records

    def _withdrawals(self, heard: _Heard, turn: Turn) -> list[Record]:
        decision = turn.decision
        assert decision is not None
        names: list[str] = [event for event in decision.events if event in WITHDRAWALS]
        if decision.hold and "RedFlagSeen" not in names:
            names.append("Held")
        return [self._record(heard, turn, name) for name in names]

    def _record(self, heard: _Heard, turn: Turn, name: str) -> Record:
        decision = turn.decision
        assert decision is not None
        hold = {"RedFlagSeen": RED_FLAG_HOLD, "Held": MINOR_HOLD}.get(name)
        return replace(
            self._grant(heard, turn.kept, name),
            classes=decision.classes,
            proof=None,
            ask_id="",
            reference=_reference(decision),
            held_until=heard.inbound.at + hold if hold else None,
        )

    def _grant(self, heard: _Heard, kept: Kept, name: str) -> Record:
        """The record of something given; a number is kept rather than an id, where both are known: staff can dial it."""
        inbound = heard.inbound
        address = next((a for a in inbound.addresses if a.kind == "e164"), inbound.address)
        return Record(
            name=cast("RecordName", name),
            message_id=inbound.message_id,
            keys=tuple(key_of(self.pepper, address) for address in inbound.addresses),
            at=inbound.at,
            language=kept.language,
            channel=inbound.address.channel,
            address=address,
            proof=kept.proof if name == "ConsentAsked" else None,
            ask_id=kept.ask_id if name == "ConsentGiven" else "",
            carrier_blocks=heard.habit.blocks,
            campaign=kept.campaign,
            grounds=self._grounds(heard, kept, name, address) if name in EVENT_OF else Grounds(),
            words=_asked(kept) if name == "ConsentAsked" else "",
            zones=self.regions.zones(address) if name == "ConsentGiven" else "",
        )

    def _grounds(self, heard: _Heard, kept: Kept, name: str, address: Address) -> Grounds:
        """What stands beside an event of consent. What the question promises stands beside the question only."""
        profile = self.book.profile
        grounds = Grounds(
            sender=heard.inbound.to,
            business=profile.name,
            purpose="news" if name in ABOUT_NEWS else "",
            action=kept.action or WORD.get(name, ""),
            method=kept.method,
            source="keyword",
            country=self.regions.region(address),
            zone=profile.time_zone.key,
            campaign=str(kept.campaign) if kept.campaign and name in ABOUT_NEWS else "",
        )
        if name != "ConsentAsked":
            return grounds
        return replace(
            grounds,
            frequency=f"{profile.max_per_month} a month",
            unconditional=True,
            policy=" ".join(filter(None, (profile.privacy_url, profile.privacy_version))),
        )

    def _proof(self, texts: tuple[Text, ...]) -> Proof | None:
        asked = next((t for t in texts if t.key.startswith("consent_ask")), None)
        if asked is None:
            return None
        _, forms = self.book.catalogs.find(asked.language, asked.key)
        version = hashlib.sha256("\x1f".join(forms).encode()).hexdigest()[:12]
        return Proof(asked.key, asked.language, asked.digest, version)

    def _ledger(self, heard: _Heard) -> People:
        return self.nobody if heard.inbound.demo else self.people

    def _noted(self, heard: _Heard, turn: Turn) -> Turn:
        if turn.decision is None:  # another try of the same message gave the answer, and noted it
            return turn
        self.note(
            "turn",
            person=heard.person[:8],
            channel=heard.inbound.address.channel,
            language=turn.kept.language,
            intents=turn.kept.intents,
            tier=turn.decision.tier,
            segments=sum(turn.kept.segments),
            events=turn.kept.events,
            remembered=turn.remembered,
            lacked=_lacked(turn),
            demo=heard.inbound.demo,
            campaign=turn.decision.conversation.campaign,
        )
        self._kept_unread(heard, turn)
        self._told(heard, turn, turn.decision)
        return turn

    def _told(self, heard: _Heard, turn: Turn, decision: Decision) -> None:
        """Tells, behind the answer, that the person wrote: an answer to an invitation, or one more touch of a campaign."""
        inbound = heard.inbound
        if inbound.demo and self.nobody is not self.people:
            return
        wrote = Wrote(
            keys=tuple(key_of(self.pepper, address) for address in inbound.addresses),
            at=inbound.at,
            channel=inbound.address.channel,
            language=turn.kept.language,
            stops="OptedOut" in decision.events,
            campaign=decision.conversation.campaign if "CampaignEntered" in decision.events else 0,
        )
        self.later(lambda: self.wrote(wrote))

    def _kept_unread(self, heard: _Heard, turn: Turn) -> None:
        """Has a message that was not understood kept for staff, behind the answer, without what could lead to somebody."""
        unread, reading, decision = self.unread, turn.reading, turn.decision
        if unread is None or reading is None or decision is None or heard.inbound.demo:
            return
        talk = decision.conversation
        private = (
            talk.stopped or talk.minor or talk.ask is not None or talk.step.startswith("check")
        )
        answered = decision.intents in NOT_UNDERSTOOD and bool(turn.kept.texts)
        if private or not answered or not keepable(heard.seen, heard.scores):
            return
        text = redacted(heard.seen.text, self.reader.lexicon.knows)
        guesses = [(n, share) for n, share in reading.candidates if n not in NOT_OFFERED]
        at, language = heard.inbound.at, turn.kept.language
        self.later(lambda: unread.keep(language, text, guesses, at))


def _lacked(turn: Turn) -> tuple[str, ...]:
    """The texts that the talk's language has not, so that another's were sent; not those meant to be in another."""
    said = zip(turn.texts, turn.decision.replies if turn.decision else (), strict=False)
    return tuple(t.key for t, say in said if not say.language and t.language != turn.kept.language)


def _void(_: object) -> None:
    """Drops a result that nobody waits for."""


_NOTHING = Kept((), (), (), "", "")


def _asked(kept: Kept) -> str:
    """The question of consent as it was sent."""
    said = zip(kept.keys, kept.texts, strict=True)
    return next((text for key, text in said if key.startswith("consent_ask")), "")


def _how(heard: _Heard, reading: Reading, decision: Decision) -> tuple[str, str]:
    """What the person did, where that is one word of a closed list, and how, as `Grounds` has both; nothing where it is no consent."""
    if not any(event in EVENT_OF for event in decision.events):
        return "", ""
    if heard.habit.acted:
        return heard.habit.acted.casefold(), "carrier"
    if decision.tier == "choice":
        return "", "choice"
    if decision.tier == "command":
        return " ".join(reading.words), "keyword"
    return "", "words"


def _swapped(values: tuple[T, ...], where: list[bool], value: T) -> tuple[T, ...]:
    """The values with another one where it is marked."""
    return tuple(value if marked else old for old, marked in zip(values, where, strict=True))


def _reference(decision: Decision) -> str:
    return next((str(r.values["ref"]) for r in decision.replies if "ref" in r.values), "")


@lru_cache(maxsize=1024)
def _spoken_among(wanted: tuple[str, ...], tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(tag for one in wanted for tag in tags if tag == one or tag.startswith(f"{one}-"))

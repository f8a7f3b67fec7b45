"""One message in, one answer out: the order of the doors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from smsbot.core.conversation.compose import Book, Text, compose
from smsbot.core.conversation.conversation import Conversation
from smsbot.core.conversation.decide import Around, decide
from smsbot.core.conversation.decision import Decision, EventName
from smsbot.core.conversation.inbound import BODY_LIMIT, Inbound
from smsbot.core.people.address import key_of
from smsbot.core.people.carrier import habit
from smsbot.core.people.consent import MINOR_HOLD, RED_FLAG_HOLD
from smsbot.core.understanding.reading import Look, Prior, Reader, Reading, look, understand
from smsbot.ports import (
    Conversations,
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


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What answering needs; built once by wiring. `later` does work after the answer has gone out."""

    book: Book
    reader: Reader
    conversations: Conversations
    hurried: Conversations  # the same talks, given up on sooner: for red flags, which wait for nothing
    people: People
    nobody: People  # the ledger of the demo space
    outbox: Outbox
    languages: Languages
    regions: Regions
    note: Note
    later: Callable[[Callable[[], None]], None]
    wake: Callable[[str], None]  # asks the worker to tell staff at once; it would see by itself a little later
    fresh: Callable[[], str]
    pepper: bytes
    names: Mapping[tuple[str, ...], str]
    codes: Mapping[str, str]

    def answer(self, inbound: Inbound) -> Turn:
        """The answer to a message. Raises `Unavailable` where it could only be pretended: when no store can be reached."""
        seen = look(self.reader, inbound.body[:BODY_LIMIT])
        if any(hit.target.kind == "redflags" for hit in seen.hits) or (inbound.choice or "").startswith("urgent"):
            return self._at_once(inbound, seen)
        opened, remembered = self._open(inbound)
        if opened.kept is not None:
            return Turn(opened.kept)
        turn = self._decided(inbound, seen, opened.talk, remembered)
        if "RedFlagSeen" in (turn.decision.events if turn.decision else ()):  # a number or a yes that stood for URGENT
            self.later(lambda: self._settle(inbound, seen, turn, opened))
            return self._noted(inbound, turn)
        turn = self._withdrawn(inbound, turn)
        if remembered:
            turn = self._closed(inbound, seen, turn, opened.talk)
        if turn.decision is not None:
            turn = self._granted(inbound, turn)
        return self._noted(inbound, turn)

    # ------------------------------------------------------------ red flags

    def _at_once(self, inbound: Inbound, seen: Look) -> Turn:
        """A red flag waits neither for the ledger nor, longer than a moment, for the talk; both are written afterwards."""
        try:
            opened, remembered = self.hurried.open(self._key(inbound), inbound.message_id), True
        except Unavailable:
            opened, remembered = Opened(), False
        if opened.kept is not None:
            return Turn(opened.kept)
        turn = self._decided(inbound, seen, opened.talk, remembered)
        self.later(lambda: self._settle(inbound, seen, turn, opened))
        return self._noted(inbound, turn)

    def _settle(self, inbound: Inbound, seen: Look, turn: Turn, opened: Opened) -> None:
        """Writes down what a red flag calls for, once the answer is on its way."""
        try:
            self._withdrawn(inbound, turn)
        except Unavailable:
            self.note("alert_lost", person=self._key(inbound)[:8], classes=turn.decision.classes if turn.decision else ())
        if turn.remembered:
            try:
                self._closed(inbound, seen, turn, opened.talk)
            except Unavailable:
                self.note("talk_lost", person=self._key(inbound)[:8])

    # ------------------------------------------------------------ the doors

    def _open(self, inbound: Inbound) -> tuple[Opened, bool]:
        try:
            return self.conversations.open(self._key(inbound), inbound.message_id), True
        except Unavailable:
            if not self._ledger(inbound).alive():
                raise
            return Opened(), False

    def _decided(self, inbound: Inbound, seen: Look, talk: Conversation | None, remembered: bool) -> Turn:
        region = self.regions.region(inbound.address)
        prior = self._prior(talk, region)
        reading = understand(self.reader, seen, self.languages.votes(inbound.body[:BODY_LIMIT]), prior)
        around = self._around(inbound, region)
        decision = decide(talk, inbound, reading, around)
        return self._composed(inbound, Turn(_NOTHING, reading, decision, (), region, remembered))

    def _prior(self, talk: Conversation | None, region: str) -> Prior:
        offered = self.book.profile.languages
        if talk is not None and talk.language in self.reader.scripts:
            return Prior(talk.language, (), offered[0])
        spoken = (t for r in self.regions.languages(region) for t in offered if t == r or t.startswith(f"{r}-"))
        return Prior(None, tuple(spoken), offered[0])

    def _around(self, inbound: Inbound, region: str) -> Around:
        content, profile = self.book.content, self.book.profile
        at_home = region == profile.country
        return Around(
            content=content,
            profile=profile,
            languages=profile.languages,
            names=self.names,
            codes=self.codes,
            at=inbound.at,
            habit=habit(inbound.sender_kind, inbound.address.channel, inbound.body, inbound.opt_out_type),
            emergency=(profile.emergency if at_home else "") or content.emergency.get(region, ""),
            crisis=(profile.crisis_line if at_home else "") or content.crisis.get(region, ""),
            region=region,
            reference=self.fresh(),
            signed=lambda tag, key: key in self.book.catalogs.by_tag[tag].signed,
        )

    def _composed(self, inbound: Inbound, turn: Turn) -> Turn:
        decision, reading = turn.decision, turn.reading
        assert decision is not None and reading is not None
        around = self._around(inbound, turn.region)
        language = decision.conversation.language or reading.language
        texts = compose(
            self.book, decision.replies, language, inbound.address.channel, emergency=around.emergency, crisis=around.crisis
        )
        kept = Kept(
            texts=tuple(t.text for t in texts),
            segments=tuple(t.cost.segments for t in texts),
            intents=decision.intents,
            topic=decision.topic,
            language=language,
            events=decision.events,
        )
        return replace(turn, kept=kept, texts=texts)

    def _closed(self, inbound: Inbound, seen: Look, turn: Turn, talk: Conversation | None) -> Turn:
        """Closes the turn; when another message of the same person came between, decides again on the newer talk."""
        person = self._key(inbound)
        for _ in range(TRIES):
            assert turn.decision is not None
            expected = talk.version if talk else 0
            try:
                closed = self.conversations.close(person, inbound.message_id, turn.decision.conversation, turn.kept, expected)
            except Unavailable:
                return replace(turn, remembered=False)
            if closed.won:
                return turn
            if closed.newer.kept is not None:
                return Turn(closed.newer.kept)
            talk = closed.newer.talk
            turn = self._withdrawn(inbound, self._decided(inbound, seen, talk, True))
        self.note("talk_contended", person=person[:8])
        return turn

    def _withdrawn(self, inbound: Inbound, turn: Turn) -> Turn:
        """Writes down what is taken away, in the ledger or else in the outbox; only then may the turn go on."""
        decision = turn.decision
        if decision is None or not decision.withdraws:
            return turn
        waits = False
        for record in self._withdrawals(inbound, turn):
            try:
                self._ledger(inbound).write(record)
            except Unavailable:
                self.outbox.put(record)
                waits = True
            if record.name == "RedFlagSeen":
                self._tell_staff(inbound)
        if waits and "Forgotten" in decision.events:
            replies = tuple(replace(r, key="forget_later") if r.key == "forget_done" else r for r in decision.replies)
            turn = self._composed(inbound, replace(turn, decision=replace(decision, replies=replies)))
        return turn

    def _granted(self, inbound: Inbound, turn: Turn) -> Turn:
        """Writes down what is given; where that fails, the person is told so and nothing is pretended."""
        decision = turn.decision
        assert decision is not None
        for event in decision.grants:
            try:
                self._ledger(inbound).write(self._record(inbound, turn, event))
            except (Unavailable, Refused):
                turn = self._composed(inbound, replace(turn, decision=decision.without(event)))
                self._amend(inbound, turn)
            else:
                if event == "CallRequested":
                    self._tell_staff(inbound)
        return turn

    def _tell_staff(self, inbound: Inbound) -> None:
        if not inbound.demo:
            self.later(lambda: self.wake("notice"))

    def _amend(self, inbound: Inbound, turn: Turn) -> None:
        assert turn.decision is not None
        try:
            self.conversations.amend(self._key(inbound), inbound.message_id, turn.decision.conversation, turn.kept)
        except Unavailable:
            self.note("talk_lost", person=self._key(inbound)[:8])

    # ------------------------------------------------------------ records

    def _withdrawals(self, inbound: Inbound, turn: Turn) -> list[Record]:
        decision = turn.decision
        assert decision is not None
        names: list[RecordName] = [e for e in decision.events if e in ("RedFlagSeen", "OptedOut", "Forgotten", "ConsentDeclined")]  # type: ignore[misc]
        if decision.hold and "RedFlagSeen" not in names:
            names.append("Held")
        return [self._record(inbound, turn, name) for name in names]

    def _record(self, inbound: Inbound, turn: Turn, name: RecordName | EventName) -> Record:
        decision = turn.decision
        assert decision is not None
        hold = {"RedFlagSeen": RED_FLAG_HOLD, "Held": MINOR_HOLD}.get(name)
        return Record(
            name=name,  # type: ignore[arg-type]
            message_id=inbound.message_id,
            keys=tuple(key_of(self.pepper, a) for a in inbound.addresses),
            at=inbound.at,
            language=turn.kept.language,
            channel=inbound.address.channel,
            address=inbound.address,
            classes=decision.classes,
            proof=_proof(turn) if name == "ConsentAsked" else None,
            ask_id=decision.ask_id,
            reference=_reference(decision),
            held_until=inbound.at + hold if hold else None,
            carrier_blocks=habit(inbound.sender_kind, inbound.address.channel, inbound.body, inbound.opt_out_type).blocks,
        )

    def _ledger(self, inbound: Inbound) -> People:
        return self.nobody if inbound.demo else self.people

    def _key(self, inbound: Inbound) -> str:
        return key_of(self.pepper, inbound.address, "demo:" if inbound.demo else "")

    def _noted(self, inbound: Inbound, turn: Turn) -> Turn:
        self.note(
            "turn",
            person=self._key(inbound)[:8],
            channel=inbound.address.channel,
            language=turn.kept.language,
            intents=turn.kept.intents,
            tier=turn.decision.tier if turn.decision else "kept",
            segments=sum(turn.kept.segments),
            events=turn.kept.events,
            remembered=turn.remembered,
            demo=inbound.demo,
        )
        return turn


_NOTHING = Kept((), (), (), "", "")


def _proof(turn: Turn) -> Proof | None:
    return next((Proof(t.key, t.language, t.digest) for t in turn.texts if t.key.startswith("consent_ask")), None)


def _reference(decision: Decision) -> str:
    return next((str(r.values["ref"]) for r in decision.replies if "ref" in r.values), "")

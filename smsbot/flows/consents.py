"""The proof of consent, for the terminal and for staff: one person's record, deletion, consents from elsewhere, the chain, the keys."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from smsbot.core.conversation.conversation import Conversation
from smsbot.core.people.address import Address, Channel, key_of
from smsbot.core.people.imports import Around, Consent, NoProof, Row, consent_of, masked, rows_of
from smsbot.core.people.ledger import Grounds
from smsbot.core.people.receipt import Chained, receipts
from smsbot.core.people.retention import Retention
from smsbot.ports import (
    Clock,
    Conversations,
    Kept,
    Notice,
    Outbox,
    Proof,
    Record,
    RecordName,
    Refused,
    Regions,
    Unavailable,
)
from smsbot.ports.consents import SEALED, Ledger, Resealed, TakenIn
from smsbot.ports.console import Audit, Done

PAGE = 25  # consents taken in at once: writers wait for one another, and a talk waits half a second at most
NUMBERS = 200  # sealed anew at once
TRIES = 5  # of erasing a talk in which turns come between

Become = Literal["taken", "ready", "refused", "unwritten"]

WHY: dict[TakenIn, str] = {
    "taken": "",
    "subscribed": "the person subscribes already",
    "opted_out": "the person has opted out: only they themselves can say yes again",
    "ended": "the person declined, or the subscription ended, after this consent",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: taken in, ready to be (in a trial run), refused, or not written since the ledger was away; and why.

    `number` is masked.
    """

    row: int
    number: str
    become: Become
    why: str = ""


@dataclass(frozen=True, slots=True)
class Clinic:
    """What an import needs to know of the clinic."""

    name: str
    zone: ZoneInfo
    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class Forgot:
    """A deletion: the reference that the person gets, and whether the talk is erased too; it ends by itself within a day."""

    reference: str
    talk: bool


@dataclass(frozen=True, kw_only=True)
class Consents:
    """What the proof of consent needs; built by wiring. `who` does it (an address of staff, or the terminal), for the audit."""

    ledger: Ledger
    audit: Audit
    regions: Regions
    clock: Clock
    clinic: Clinic
    retention: Retention
    pepper: bytes
    fresh: Callable[[], str]
    conversations: Conversations | None = None
    outbox: Outbox | None = None

    def key(self, address: Address) -> str:
        """The coded mark of a number."""
        return key_of(self.pepper, address)

    # ------------------------------------------------------------ one person

    def export(self, key: str, who: str, member: int | None = None) -> dict[str, Any] | None:
        """All that is kept of one person, as plain values for JSON; None where nothing is. Raises `Unavailable`."""
        found = self.ledger.dossier(key)
        if found is None:
            return None
        self._audited("person exported", key[:8], who, member)
        standing, subscription = found.standing, found.subscription
        return {
            "marks": list(found.keys),
            "exported_at": self.clock.now().astimezone(UTC).isoformat(),
            "standing": _plain(asdict(standing)),
            "number": found.address.handle if found.address else None,
            "number_unreadable": found.sealed,
            "subscription": _plain(asdict(subscription)) if subscription else None,
            "calls_and_alerts": [_notice(one) for one in found.notices],
            "invitations": [_plain(asdict(one)) for one in found.invitations],
            "consents": receipts(found.events, found.texts),
            "events": [_event(one) for one in found.events],
        }

    def forget(
        self,
        key: str,
        who: str,
        *,
        address: Address | None = None,
        member: int | None = None,
        method: str = "terminal",
    ) -> Forgot | None:
        """Deletes all that is kept of one person as FORGET does; None where nothing is kept under the mark and no number is given.

        Raises `Unavailable`; then nothing is done.
        """
        found = self.ledger.dossier(key)
        if found is None and address is None:
            return None
        channel: Channel = "sms"
        if found and found.subscription:
            channel = cast("Channel", found.subscription.channel)
        address = address or Address(channel, "")
        now, reference = self.clock.now(), self.fresh()
        marks = (key, *(mark for mark in (found.keys if found else ()) if mark != key))
        self.ledger.write(
            Record(
                name="Forgotten",
                message_id=f"{method}-{reference}",
                keys=marks,
                at=now,
                language=found.subscription.language if found and found.subscription else "",
                channel=address.channel,
                address=address,
                reference=reference,
                grounds=self._grounds(address, method, who),
            )
        )
        erased = [self._talk_erased(mark, reference) for mark in marks]
        self._audited("person forgotten", key[:8], who, member, reference=reference)
        return Forgot(reference, all(erased))

    def _grounds(self, address: Address, method: str, who: str) -> Grounds:
        return Grounds(
            business=self.clinic.name,
            action="forget",
            method=method,
            source="staff",
            actor=who,
            country=self.regions.region(address) if address.handle else "",
            zone=self.clinic.zone.key,
        )

    def _talk_erased(self, key: str, reference: str) -> bool:
        if self.conversations is None:
            return False
        message_id = f"forget-{reference}"
        nothing = Kept((), (), (), "", "")
        try:
            for _ in range(TRIES):
                talk = self.conversations.open(key, message_id).talk
                version = talk.version if talk else 0
                empty = Conversation(version=version + 1)
                closed = self.conversations.close(
                    key, message_id, empty, nothing, version, erase=True
                )
                if closed.won or closed.newer.kept is not None:
                    return True
        except Unavailable:
            return False
        return False

    # ------------------------------------------------------------ consents from elsewhere

    def take_in(
        self,
        content: bytes,
        text_of: Callable[[str], str],
        who: str,
        *,
        write: bool,
        member: int | None = None,
    ) -> Iterator[Outcome]:
        """What becomes of each row of a file, in their order, as soon as it is so; nothing is written unless `write`.

        A page of rows is written altogether or not at all. Where the ledger goes away, the rest of the rows is `unwritten`: the same
        file can be taken in again. Raises `imports.Unusable` at the first step.
        """
        rows = rows_of(content)
        return self._taken_in(rows, self._around(text_of), who, write, member)

    def _around(self, text_of: Callable[[str], str]) -> Around:
        now, clinic = self.clock.now(), self.clinic
        return Around(
            business=clinic.name,
            languages=clinic.languages,
            zone=clinic.zone,
            zone_name=clinic.zone.key,
            now=now,
            oldest=now - self.retention.inactive,
            text_of=text_of,
            region=self.regions.region,
        )

    def _taken_in(
        self, rows: Sequence[Row], around: Around, who: str, write: bool, member: int | None
    ) -> Iterator[Outcome]:
        seen: dict[str, int] = {}  # the row in which a person stands first
        taken, away = 0, ""
        for start in range(0, len(rows), PAGE):
            page = [self._read(row, around, seen) for row in rows[start : start + PAGE]]
            pairs = [pair for _, pair in page if pair is not None]
            became: Iterator[TakenIn] = iter(())
            if not away:
                try:
                    became = iter(self.ledger.take_in(pairs, write=write) if pairs else ())
                except (Unavailable, Refused) as error:
                    away = str(error)
            for outcome, pair in page:
                if pair is None:
                    yield outcome
                elif away:
                    yield replace(outcome, become="unwritten", why=away)
                else:
                    become = next(became)
                    done: Become = "taken" if write else "ready"
                    taken += become == "taken"
                    yield replace(
                        outcome, become=done if become == "taken" else "refused", why=WHY[become]
                    )
        if write and not (away and not taken):
            self._audited("consents imported", f"{len(rows)} rows", who, member, taken=str(taken))

    def _read(
        self, row: Row, around: Around, seen: dict[str, int]
    ) -> tuple[Outcome, tuple[Record, Record] | None]:
        outcome = Outcome(row.number, masked(row), "refused")
        try:
            consent = consent_of(row, around)
        except NoProof as why:
            return replace(outcome, why=str(why)), None
        key = self.key(consent.address)
        if key in seen:
            return replace(outcome, why=f"the same number stands in row {seen[key]}"), None
        seen[key] = row.number
        return outcome, self._records(key, consent)

    def _records(self, key: str, consent: Consent) -> tuple[Record, Record]:
        """The question and the answer, with ids that are the same whenever the row is read."""
        digest = hashlib.sha256(consent.words.encode()).hexdigest()
        of = f"{key}\x00{consent.at.isoformat()}\x00{digest}"
        pair = f"import-{hashlib.sha256(of.encode()).hexdigest()[:24]}"
        ask = Record(
            name="ConsentAsked",
            message_id=f"{pair}-ask",
            keys=(key,),
            at=consent.at,
            language=consent.language,
            channel=consent.address.channel,
            address=consent.address,
            proof=Proof("import", consent.language, digest),
            words=consent.words,
            grounds=consent.grounds,
        )
        given: RecordName = "ConsentGiven"
        yes = replace(
            ask,
            name=given,
            message_id=f"{pair}-yes",
            ask_id=ask.message_id,
            proof=None,
            words="",
            zones=self.regions.zones(consent.address),
        )
        return ask, yes

    # ------------------------------------------------------------ the chain and the keys

    def verify(self) -> int:
        """How many entries there are, all as they were written. Raises `ChainBroken`, `Unavailable`."""
        return self.ledger.verify_chain()

    def rotate(self, who: str, member: int | None = None) -> Iterator[Resealed]:
        """Seals all numbers with the first key, page by page. Stopped in between it can be begun again: what is done stays done."""
        anew = 0
        for what in SEALED:
            after: int | str | None = None
            while (page := self.ledger.reseal(what, after, NUMBERS)).after is not None:
                after = page.after
                anew += page.anew
                yield page
        self._audited("numbers sealed anew", "", who, member, anew=str(anew))

    def waiting(self) -> int:
        """How many withdrawals wait for the ledger, sealed with whichever key there was; 0 where it cannot be known."""
        try:
            return self.outbox.waiting() if self.outbox else 0
        except Unavailable:
            return 0

    def _audited(
        self, act: str, subject: str, who: str, member: int | None, **details: str
    ) -> None:
        """Notes who did it."""
        self.audit.add(Done(act, subject, self.clock.now(), member, who, details))


def _event(one: Chained) -> dict[str, Any]:
    return {"entry": one.seq, "hash": one.hash, "pair": one.entry.pair, **_plain(asdict(one.entry))}


def _notice(notice: Notice) -> dict[str, Any]:
    address = notice.address
    return _plain(asdict(replace(notice, address=None))) | {
        "classes": list(notice.classes),
        "address": address.handle if address else None,
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Moments in UTC as ISO 8601, all else as it is."""
    return {
        name: value.astimezone(UTC).isoformat() if hasattr(value, "astimezone") else value
        for name, value in values.items()
    }

"""What staff do with campaigns and broadcasts: who may, what is wrong, what the gate says, and what is written down."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from smsbot.core.campaign.broadcast import (
    Broadcast,
    BroadcastAct,
    broadcast_faults,
)
from smsbot.core.campaign.campaign import Campaign, Fault, faults
from smsbot.core.campaign.wording import worded
from smsbot.core.conversation.compose import Book
from smsbot.core.language.placeholders import Unfilled
from smsbot.core.people.address import Address, Channel
from smsbot.core.people.staff import Member
from smsbot.ports import Clock, Refused, Unavailable
from smsbot.ports.campaign import Ask, Broadcasts, Campaigns, Messages, Outgoing
from smsbot.ports.console import Audit, Done

from .access import need

TextKind = Literal["welcome", "invitation"]


class Wrong(Exception):
    """What was filled in cannot be kept so: each fault names its field."""

    def __init__(self, found: Sequence[Fault]) -> None:
        super().__init__(
            "; ".join(f"{fault.where}: {fault.words % fault.values}" for fault in found)
        )
        self.faults = tuple(found)


@dataclass(frozen=True, slots=True)
class Objection:
    """What the gate says of a text: where (a language and a wording), whether it blocks, and in words what to do."""

    language: str
    variant: str
    blocks: bool
    words: str
    values: Mapping[str, str]


# Examines one text for everywhere that it may go: (text, language, kind, countries, channels). No countries: wherever the clinic writes.
Gate = Callable[[str, str, TextKind, Sequence[str], Sequence[Channel]], Sequence[Objection]]
# What a keyword runs into: (keyword, the other campaigns) -> faults.
KeywordFaults = Callable[[str, Sequence[Campaign]], Sequence[Fault]]


@dataclass(frozen=True, kw_only=True)
class Campaigning:
    """What staff's work on campaigns needs. `new_code` gives a code that none of these campaigns has."""

    campaigns: Campaigns
    broadcasts: Broadcasts
    audit: Audit
    clock: Clock
    book: Callable[[], Book]
    gate: Gate
    keyword_faults: KeywordFaults
    new_code: Callable[[Sequence[Campaign]], str]
    ask: Ask
    messages: Messages | None
    trial_numbers: Sequence[Address] = ()
    refresh: Callable[[], object] = bool  # has this process take up what was just changed

    # ------------------------------------------------------------ campaigns

    def create(self, member: Member, campaign: Campaign) -> Campaign:
        """A new campaign, as a draft with a code of its own. Raises `Wrong`, `Refused`."""
        need(member, "campaigns")
        code = self.new_code(self.campaigns.all())
        self._check(replace(campaign, code=code))
        kept = self.campaigns.keep(replace(campaign, id=0, code=code, state="draft", version=1))
        self._note(member, "campaign made", kept.name, id=str(kept.id))
        return kept

    def change(self, member: Member, campaign: Campaign) -> Campaign:
        """Keeps a changed campaign; one that is live must pass the gate still. Raises `Wrong`, `Refused`."""
        need(member, "campaigns")
        self._check(campaign)
        if campaign.state == "live":
            self._pass(campaign)
        kept = self.campaigns.keep(campaign)
        self._note(member, "campaign changed", kept.name, id=str(kept.id))
        self.refresh()
        return kept

    def launch(self, member: Member, campaign_id: int) -> Campaign:
        """People can come by it from now on, on its days. Raises `Wrong` where a text does not pass, `Refused`."""
        need(member, "campaigns")
        campaign = self._campaign(campaign_id)
        self._check(campaign)
        if not campaign.welcome:
            raise Wrong([Fault("welcome", "write the welcome in one language at least")])
        self._pass(campaign)
        return self._stated(member, campaign, "live", "campaign launched")

    def end(self, member: Member, campaign_id: int) -> Campaign:
        """Nobody comes by it any more. Raises `Refused`."""
        need(member, "campaigns")
        return self._stated(member, self._campaign(campaign_id), "ended", "campaign ended")

    def objections(self, campaign: Campaign) -> list[Objection]:
        """What the gate says of its welcomes."""
        return [
            found
            for tag, text in campaign.welcome.items()
            for found in self.gate(text, tag, "welcome", (), ("sms", "whatsapp"))
        ]

    def on_paper(self, language: str, lines: Sequence[str]) -> list[Objection]:
        """What the gate says of words that are printed: a poster names the clinic and how to end it by itself."""
        if not lines:
            return []
        words = "\n".join((*lines, "%(clinic)s %(STOP)s"))
        return list(self.gate(words, language, "welcome", (), ("sms",)))

    def _stated(
        self,
        member: Member,
        campaign: Campaign,
        state: Literal["live", "ended"],
        act: str,
    ) -> Campaign:
        kept = self.campaigns.keep(replace(campaign, state=state))
        self._note(member, act, kept.name, id=str(kept.id))
        self.refresh()
        return kept

    def _campaign(self, campaign_id: int) -> Campaign:
        found = self.campaigns.get(campaign_id)
        if found is None:
            raise Refused("there is no such campaign")
        return found

    def _check(self, campaign: Campaign) -> None:
        others = [c for c in self.campaigns.all() if c.id != campaign.id and c.state != "ended"]
        found = faults(campaign, self._today(), tuple(self.book().standing))
        for keyword in campaign.keywords:
            found += self.keyword_faults(keyword, others)
        if found:
            raise Wrong(found)

    def _pass(self, campaign: Campaign) -> None:
        blocking = [o for o in self.objections(campaign) if o.blocks]
        if blocking:
            raise Wrong([Fault(f"welcome.{o.language}", o.words, o.values) for o in blocking])

    def _today(self) -> date:
        return self.clock.now().astimezone(self.book().profile.time_zone).date()

    # ------------------------------------------------------------ broadcasts

    def keep(self, member: Member, broadcast: Broadcast) -> Broadcast:
        """Keeps a draft. Raises `Wrong`, `Refused`."""
        need(member, "campaigns")
        if found := broadcast_faults(broadcast, self.clock.now(), tuple(self.book().standing)):
            raise Wrong(found)
        kept = self.broadcasts.keep(broadcast)
        self._note(member, "broadcast written", kept.name, id=str(kept.id))
        return kept

    def forecast(self, member: Member, broadcast_id: int) -> None:
        """Asks for a forecast. Raises `Refused`, `Unavailable`."""
        need(member, "campaigns")
        self._broadcast(broadcast_id)
        self.ask("forecast_broadcast", broadcast_id)

    def examined(self, broadcast: Broadcast) -> list[Objection]:
        """What the gate says of its texts, for the countries and channels of its audience."""
        channels = broadcast.audience.channels or ("sms", "whatsapp")
        return [
            replace(found, variant=variant)
            for tag, wordings in broadcast.texts.items()
            for variant, text in zip("AB", wordings, strict=False)
            for found in self.gate(text, tag, "invitation", broadcast.audience.countries, channels)
        ]

    def submit(self, member: Member, broadcast_id: int) -> Broadcast:
        """Done writing: a second person may release it. Raises `Wrong` where it cannot go out so, `Refused`."""
        need(member, "campaigns")
        broadcast = self._broadcast(broadcast_id)
        if found := self.obstacles(broadcast):
            raise Wrong(found)
        return self._moved(member, broadcast, "submit", "broadcast submitted")

    def release(self, member: Member, broadcast_id: int) -> Broadcast:
        """Lets it go: not by whoever submitted it. What stood against it then is asked again. Raises `Wrong`, `Refused`."""
        need(member, "campaigns")
        broadcast = self._broadcast(broadcast_id)
        if found := self.obstacles(broadcast):
            raise Wrong(found)
        decide_at = None
        if broadcast.tests:
            zone = self.book().profile.time_zone
            begins = datetime.combine(broadcast.day, broadcast.at, zone)
            decide_at = max(begins, self.clock.now()) + timedelta(hours=broadcast.decide_hours)
        moved = self._moved(member, broadcast, "release", "broadcast released", decide_at)
        self._hurried("plan_broadcast", moved.id)
        return moved

    def act(self, member: Member, broadcast_id: int, act: BroadcastAct) -> Broadcast:
        """Pauses, resumes, cancels it, or takes it back to be written on. Raises `Refused`."""
        need(member, "campaigns")
        if act not in STAFF_ACTS:
            raise Refused("that is not for staff to do")
        moved = self._moved(member, self._broadcast(broadcast_id), act, STAFF_ACTS[act])
        if act in FOLLOWED:
            self._hurried(FOLLOWED[act], moved.id)
        return moved

    def _hurried(self, task: str, broadcast_id: int) -> None:
        """Asks for what is to be done now. It stands in the database already: where the queue is away, the next round finds it."""
        with suppress(Unavailable):
            self.ask(task, broadcast_id)

    def obstacles(self, broadcast: Broadcast) -> list[Fault]:
        """What stands against sending it, in words."""
        found = list(broadcast_faults(broadcast, self.clock.now(), tuple(self.book().standing)))
        if not broadcast.texts:
            found.append(Fault("texts", "write the invitation in one language at least"))
        found += [
            Fault(f"texts.{o.language}.{o.variant}", o.words, o.values)
            for o in self.examined(broadcast)
            if o.blocks
        ]
        return found + self._of_the_forecast(broadcast)

    def _of_the_forecast(self, broadcast: Broadcast) -> list[Fault]:
        forecast = self.broadcasts.report(broadcast.id, "forecast")
        if not forecast or (
            broadcast.state == "draft" and forecast.get("version") != broadcast.version
        ):
            return [Fault("forecast", "ask for the forecast first: it tells who will get it")]
        rows: Sequence[Sequence[object]] = forecast.get("rows", ())  # type: ignore[assignment]
        getting = sum(int(str(row[3])) for row in rows if row[2] == "planned")
        if not getting:
            return [Fault("audience", "nobody would get it; look at the reasons in the forecast")]
        return [
            Fault(
                "texts",
                "%(people)s people are written to in %(language)s, and there is no text in it: "
                "write it, or name the languages of the audience without it",
                {"people": str(row[3]), "language": self._called(str(row[0]))},
            )
            for row in rows
            if row[2] == "no_text"
        ]

    def _called(self, tag: str) -> str:
        """What a language calls itself; its tag where the bot does not speak it."""
        found = self.book().catalogs.by_tag.get(tag)
        return found.language.own_name if found else tag

    def trial(self, member: Member, broadcast_id: int, language: str) -> int:
        """Sends the texts of one language to staff's own numbers, to be looked at; how many left.

        Raises `Wrong`, `Refused`, `Unavailable`.
        """
        need(member, "campaigns")
        broadcast = self._broadcast(broadcast_id)
        if self.messages is None or not self.trial_numbers:
            raise Refused("set TRIAL_NUMBERS to the numbers of staff who look at broadcasts first")
        wordings = broadcast.texts.get(language)
        if not wordings:
            raise Wrong([Fault("texts", "there is no text in this language yet")])
        sent = 0
        for to in self.trial_numbers:
            for text in wordings:
                try:
                    body = worded(text, self.book().standing[language], to.channel).text
                except Unfilled as unfilled:
                    raise Wrong(
                        [
                            Fault(
                                "texts",
                                "%%(%(name)s)s is not known",
                                {"name": str(unfilled.args[0])},
                            )
                        ]
                    ) from None
                self.messages.send(Outgoing(to, "", body))
                sent += 1
        self._note(
            member, "broadcast tried", broadcast.name, language=language, id=str(broadcast.id)
        )
        return sent

    def _broadcast(self, broadcast_id: int) -> Broadcast:
        found = self.broadcasts.get(broadcast_id)
        if found is None:
            raise Refused("there is no such broadcast")
        return found

    def _moved(
        self,
        member: Member,
        broadcast: Broadcast,
        act: BroadcastAct,
        words: str,
        decide_at: datetime | None = None,
    ) -> Broadcast:
        moved = self.broadcasts.move(broadcast.id, act, by=member.id, decide_at=decide_at)
        self._note(member, words, moved.name, id=str(moved.id))
        return moved

    def _note(self, member: Member, act: str, subject: str, **details: str) -> None:
        self.audit.add(Done.by(member, act, subject, self.clock.now(), details))


STAFF_ACTS: Mapping[BroadcastAct, str] = {
    "withdraw": "broadcast taken back",
    "pause": "broadcast paused",
    "resume": "broadcast resumed",
    "cancel": "broadcast canceled",
}
FOLLOWED: Mapping[BroadcastAct, str] = {"resume": "plan_broadcast", "cancel": "cancel_broadcast"}

"""Calls to return and alerts: who takes them, who sees the number, and a text of staff, during which the bot keeps silent."""

import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from smsbot.core.conversation.conversation import STAFF_SPAN
from smsbot.core.language.fold import fold
from smsbot.core.language.segments import Cost, measure
from smsbot.core.people.staff import Member
from smsbot.ports import Clock, Conversations, Notice, Notices, Refused, Send, Unavailable
from smsbot.ports.console import Audit, Done

from .access import need

LONGEST = 480  # characters of a text
MOST_SEGMENTS = 4  # of an SMS: 480 characters in the plain alphabet, 268 with a sign outside it
WINDOW = timedelta(hours=24)  # WhatsApp carries a free text this long after the person's last one
LATELY = timedelta(days=30)  # what was done is shown this long

Obstacle = Literal["unset", "erased", "blocked", "late"]
Fault = Literal["empty", "long", "segments", "signs"]


class NoWay(Exception):
    """No text can reach the person: `why`."""

    def __init__(self, why: Obstacle) -> None:
        super().__init__(why)
        self.why: Obstacle = why


class Unfit(Exception):
    """The text cannot go out so: `why`; `cost` where it could be counted."""

    def __init__(self, why: Fault, cost: Cost | None = None) -> None:
        super().__init__(why)
        self.why: Fault = why
        self.cost = cost


class Overtaken(Exception):
    """Somebody else has done it, or written to the person, meanwhile."""


class Uncertain(Exception):
    """The text was handed over, and nobody knows whether it will arrive."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A text as it would go out; what it costs where it is an SMS."""

    text: str
    cost: Cost | None


@dataclass(frozen=True, kw_only=True)
class Callback:
    """What staff do about those who wait for them. `send` is None where the settings name nobody who sends."""

    notices: Notices
    conversations: Conversations
    audit: Audit
    clock: Clock
    send: Send | None

    # ------------------------------------------------------------ looking

    def open(self) -> Sequence[Notice]:
        """Those with something left to do: alerts before calls, the oldest first."""
        return sorted(self.notices.undone(), key=lambda n: (n.kind == "call", n.at))

    def lately(self) -> Sequence[Notice]:
        """Those done in the last days, latest first."""
        return self.notices.lately(self.clock.now() - LATELY)

    def number(self, member: Member, notice_id: str) -> str | None:
        """The number to call; None where none is kept, or WhatsApp hides it. That it was shown is written down first."""
        notice = self._notice(member, notice_id)
        if notice.address is None or notice.address.kind != "e164":
            return None
        self._note(member, "number shown", notice)
        return notice.address.handle

    def obstacle(self, notice: Notice) -> Obstacle | None:
        """Why no text can reach the person at this moment; None where one can."""
        if notice.address is None:
            return "erased"
        if notice.blocked:
            return "blocked"
        if notice.channel == "whatsapp" and self.clock.now() - last_word(notice) >= WINDOW:
            return "late"
        return "unset" if self.send is None else None

    def silent_until(self, notice: Notice) -> datetime | None:
        """Until when the bot leaves the person to staff; None where it does not, or where that cannot be found out."""
        now = self.clock.now()
        if notice.answered_at is None or notice.answered_at + STAFF_SPAN <= now:
            return None
        try:
            marks = self.notices.marks(notice.id)
            until = max((self.conversations.handed_over(mark) for mark in marks), default=0)
        except Unavailable:
            return None
        return datetime.fromtimestamp(until, UTC) if until > now.timestamp() else None

    # ------------------------------------------------------------ taking and finishing

    def take(self, member: Member, notice_id: str) -> None:
        """Somebody has it: nobody is told of it again. Raises `Overtaken`."""
        notice = self._notice(member, notice_id)
        if not self.notices.acknowledge(notice_id, self.clock.now(), member.name):
            raise Overtaken
        self._note(member, f"{_noun(notice)} taken", notice)

    def finish(self, member: Member, notice_id: str) -> None:
        """Nothing is left to do. Raises `Overtaken`."""
        notice = self._notice(member, notice_id)
        if not self.notices.done(notice_id, self.clock.now(), member.name):
            raise Overtaken
        self._note(member, f"{_noun(notice)} done", notice)

    def reopen(self, member: Member, notice_id: str) -> None:
        """Something is left to do after all. Raises `Overtaken`."""
        notice = self._notice(member, notice_id)
        if not self.notices.reopen(notice_id):
            raise Overtaken
        self._note(member, f"{_noun(notice)} not done", notice)

    # ------------------------------------------------------------ a text

    def draft(self, member: Member, notice_id: str, text: str) -> Draft:
        """The text as it would go out. Raises `Refused`, `NoWay`, `Unfit`."""
        return self._draft(self._notice(member, notice_id), text)

    def answer(
        self, member: Member, notice_id: str, text: str, before: datetime | None
    ) -> datetime:
        """Sends the text and has the bot keep silent; until when. `before`: when staff last wrote, as the member saw it.

        The silence begins first, so that the bot is not heard between the text and what the person writes back. Raises what `draft`
        raises; `Overtaken`; `Refused` where the carrier says no, and `Unavailable` where a store is away: nothing was sent then, and
        the bot speaks as before; `Uncertain`: the bot is silent, since the text may have arrived.
        """
        notice = self._notice(member, notice_id)
        draft = self._draft(notice, text)
        assert notice.address is not None
        assert self.send is not None
        now = self.clock.now()
        until = now + STAFF_SPAN
        marks = self.notices.marks(notice_id)
        earlier = {mark: self.conversations.handed_over(mark) for mark in marks}
        if not self.notices.answer(notice_id, now, before):
            raise Overtaken
        try:
            self._hand_over(dict.fromkeys(marks, int(until.timestamp())))
            segments = {"segments": str(draft.cost.segments)} if draft.cost else {}
            self._note(member, "reply sent", notice, channel=notice.channel, **segments)
        except Unavailable:
            self._undo(notice_id, earlier, now, before)
            raise
        try:
            self.send(notice.address, draft.text)
        except Refused as no:
            self._undo(notice_id, earlier, now, before)
            self._afterwards(member, "reply refused", notice, str(no))
            raise
        except Unavailable as unknown:
            self._afterwards(member, "reply uncertain", notice, str(unknown))
            raise Uncertain(str(unknown)) from None
        return until

    def speak_again(self, member: Member, notice_id: str) -> None:
        """The bot answers the person again at once. Raises `Refused`, `Unavailable`."""
        notice = self._notice(member, notice_id)
        self._hand_over(dict.fromkeys(self.notices.marks(notice_id), 0))
        self._note(member, "bot speaks again", notice)

    def _draft(self, notice: Notice, text: str) -> Draft:
        if why := self.obstacle(notice):
            raise NoWay(why)
        written = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        if not written:
            raise Unfit("empty")
        if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in written):
            raise Unfit("signs")
        if len(written) > LONGEST:
            raise Unfit("long")
        if notice.channel != "sms":
            return Draft(written, None)
        folded = fold(written)
        cost = measure(folded)
        if cost.segments > MOST_SEGMENTS:
            raise Unfit("segments", cost)
        return Draft(folded, cost)

    def _hand_over(self, ends: Mapping[str, int]) -> None:
        for mark, until in ends.items():
            self.conversations.hand_over(mark, until)

    def _undo(
        self, notice_id: str, earlier: Mapping[str, int], now: datetime, before: datetime | None
    ) -> None:
        """Nothing was sent: the talk and the notice are as before, as far as the stores can be reached.

        Where they cannot, the silence ends by itself.
        """
        with suppress(Unavailable):
            self._hand_over(earlier)
        with suppress(Unavailable):
            self.notices.answer(notice_id, before, now)

    # ------------------------------------------------------------ doors

    def _notice(self, member: Member, notice_id: str) -> Notice:
        need(member, "calls")
        notice = self.notices.get(notice_id)
        if notice is None:
            raise Refused("there is no such call or alert")
        return notice

    def _afterwards(self, member: Member, act: str, notice: Notice, why: str) -> None:
        """Notes what became of a text; where the record is away, what the member is told must not be lost with it."""
        with suppress(Unavailable):
            self._note(member, act, notice, why=why)

    def _note(self, member: Member, act: str, notice: Notice, **details: str) -> None:
        self.audit.add(Done.by(member, act, notice.id, self.clock.now(), details))


def last_word(notice: Notice) -> datetime:
    """When the person last wrote, as far as the notice knows."""
    return max(notice.at, notice.wrote_at or notice.at)


def _noun(notice: Notice) -> str:
    return "alert" if notice.kind == "red_flag" else "call"

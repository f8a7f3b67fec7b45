"""What is done behind everybody's back, again and again: the order of doors of one round."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta

from smsbot.core.understanding.redaction import LIFE
from smsbot.ports import Clock, Note, Notice, Notices, Notify, Outbox, People, Refused, Unavailable
from smsbot.ports.console import UnreadMessages

MOST = 50  # notices told in one round


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: withdrawals written down, notices told and not told, numbers removed, unread messages removed."""

    drained: int = 0
    told: int = 0
    untold: int = 0
    tidied: int = 0
    let_go: int = 0


@dataclass(frozen=True, kw_only=True)
class Tend:
    """What a round needs; built once by wiring. `link_of` is where staff take a notice on."""

    outbox: Outbox
    people: People
    notices: Notices
    notify: Notify
    link_of: Callable[[Notice], str]
    clock: Clock
    note: Note
    repeat: timedelta  # how long after it was told a notice is told again, unless somebody took it
    unread: UnreadMessages | None = None  # messages kept for staff, which are let go after a while

    def __call__(self) -> Round:
        """One round. A door that is shut keeps nobody from the others; what waits behind it waits for the next round."""
        drained = self._tried("outbox_waits", lambda: self.outbox.drain(self.people))
        told, untold = self._alerts()
        tidied = self._tried("tidying_waits", lambda: self.notices.tidy(self.clock.now()))
        done = Round(drained, told, untold, tidied, self._tried("unread_waits", self._let_go))
        if done != Round():
            self.note("round", **asdict(done))
        return done

    def _let_go(self) -> int:
        return self.unread.tidy(self.clock.now() - LIFE) if self.unread else 0

    def _tried(self, event: str, work: Callable[[], int]) -> int:
        try:
            return work()
        except (Refused, Unavailable) as error:
            self.note(event, why=str(error))
            return 0

    def _alerts(self) -> tuple[int, int]:
        """Tells what is due, one at a time, so that nothing is claimed for longer than it takes to tell it.

        What could not be told stays claimed, and is due again when its claim runs out: a minute later.
        """
        told = untold = 0
        for _ in range(MOST):
            try:
                due = self.notices.due(self.clock.now(), 1)
            except Unavailable as error:
                self.note("notices_wait", why=str(error))
                break
            if not due:
                break
            if not self._told(due[0]):
                untold += 1
                break  # whoever is told is away: the rest of the round waits for nobody
            told += 1
        return told, untold

    def _told(self, notice: Notice) -> bool:
        try:
            self.notify.tell(notice, self.link_of(notice))
        except (Refused, Unavailable) as error:
            self.note("notice_waits", notice=notice.id, kind=notice.kind, why=str(error))
            return False
        now = self.clock.now()
        try:
            self.notices.told(notice.id, now, now + self.repeat)
        except Unavailable:
            self.note("notice_told_unwritten", notice=notice.id)  # it will be told once more
        return True

"""Who of the workers does what of the broadcasts: a task carries ids only, and whoever holds its lease does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from smsbot.core.campaign.broadcast import Broadcast
from smsbot.ports import Clock, Note, Refused, Unavailable
from smsbot.ports.campaign import Ask, Leases

from .broadcast import Broadcasting

ROUND = 15.0  # seconds after which a round that somebody else makes is taken over
PLANNING = 60.0  # seconds that planning may go without a page
SLOT = 30.0  # seconds after which a slot whose worker was killed is free again: longer than a request may take
SLICE = timedelta(seconds=5)  # for so long a task sends before others have their turn
ASKED = 10.0  # seconds in which nobody asks for the same thing again


@dataclass(frozen=True, kw_only=True)
class Shifts:
    """What the worker's tasks need. `slots` is how many messages may be on their way at once, over all workers.

    `ask` puts a task in the queue by its name; `wait` waits for some seconds.
    """

    broadcasting: Broadcasting
    leases: Leases
    clock: Clock
    note: Note
    ask: Ask
    wait: Callable[[float], None]
    slots: int = 4

    def round(self) -> None:
        """One round over all broadcasts, by one worker at a time; then asks for what is due."""
        proof = self.leases.take("broadcasts", ROUND)
        if not proof:
            return
        try:
            due = self.broadcasting.tend()
        finally:
            self.leases.release("broadcasts", proof)
        for broadcast in due:
            self._asked_for(broadcast)

    def _asked_for(self, broadcast: Broadcast) -> None:
        if broadcast.state == "released" or not broadcast.planned:
            self._ask_once("plan_broadcast", broadcast.id)
        if broadcast.state == "sending":
            for slot in range(self.slots):
                self._ask_once("send_broadcast", broadcast.id, slot)

    def _ask_once(self, task: str, *ids: int) -> None:
        """Asks for a task, unless somebody is at it or has asked just now."""
        name = "/".join(map(str, (task, *ids)))
        if not self.leases.held(name) and self.leases.take(f"asked/{name}", ASKED):
            self.ask(task, *ids)

    def plan(self, broadcast_id: int) -> None:
        """Plans a broadcast, unless another worker does."""
        name = f"plan_broadcast/{broadcast_id}"
        proof = self.leases.take(name, PLANNING)
        if not proof:
            return
        try:
            self.broadcasting.prepare(
                broadcast_id, lambda _done, _of: self._hold(name, proof, PLANNING)
            )
        finally:
            self.leases.release(name, proof)

    def forecast(self, broadcast_id: int) -> None:
        """Says what a broadcast would be."""
        self.broadcasting.forecast(broadcast_id, lambda _done, _of: None)

    def cancel(self, broadcast_id: int) -> None:
        """Ends what is still planned of a broadcast that was canceled."""
        self.broadcasting.cancel(broadcast_id)

    def _hold(self, name: str, proof: str, seconds: float) -> None:
        if not self.leases.renew(name, proof, seconds):
            raise Unavailable("another worker has taken over")

    def send(self, broadcast_id: int, slot: int) -> None:
        """Sends in one slot for a while, unless another worker is in it; where more is due, asks for the next while."""
        name = f"send_broadcast/{broadcast_id}/{slot}"
        proof = self.leases.take(name, SLOT)
        if not proof:
            return
        try:
            more = self.broadcasting.deliver(
                broadcast_id, self.clock.now() + SLICE, self.wait, slot, self.slots
            )
        except (Unavailable, Refused) as error:
            self.note("sending_waits", broadcast=broadcast_id, why=str(error))
            more = False
        finally:
            self.leases.release(name, proof)
        if more:
            self.ask("send_broadcast", broadcast_id, slot)

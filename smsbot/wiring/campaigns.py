"""What campaigns and their broadcasts lean on."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from smsbot.adapters import files
from smsbot.adapters.calendar import public_holidays
from smsbot.adapters.cipher import Cipher
from smsbot.adapters.counted import Counted
from smsbot.adapters.numbers import zones_of
from smsbot.adapters.queue import Ask
from smsbot.adapters.redis.sending import RedisLeases, RedisPace, RedisStatuses
from smsbot.adapters.sql.deliveries import SqlDeliveries
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.twilio import TwilioMessages
from smsbot.core.campaign.broadcast import REPLY_SPAN
from smsbot.core.campaign.rules import FILE, RuleBook, Rules, read_rules
from smsbot.core.conversation.compose import Book
from smsbot.core.people.address import Channel
from smsbot.core.people.carrier import RATES, SenderKind
from smsbot.core.people.hours import Hours
from smsbot.flows.answer import Wrote
from smsbot.flows.broadcast import Broadcasting, Law
from smsbot.flows.shifts import Shifts
from smsbot.ports import Clock, Note, Outbox, People
from smsbot.ports.campaign import Broadcasts, Deliveries, Messages
from smsbot.ports.console import CAMPAIGN
from smsbot.settings import Settings

from .console import Stores

HANDFUL = (
    10  # segments that a slot takes from the pace at once, where a second has as many for each
)
ASKED_AGAIN = timedelta(seconds=2)
QUIET = timedelta(minutes=1)  # after which it is kept who wrote,
TOGETHER = 200  # or when so many did
WORK = 30.0  # seconds that a worker waits: a page of planning is many rows


def make_deliveries(settings: Settings, cipher: Cipher) -> SqlDeliveries:
    """The deliveries of the database that the settings name."""
    return SqlDeliveries(make_engine(settings.database_url, WORK), cipher)


class Hearing:
    """Notes that a person wrote, where a broadcast may want to know: behind the answer, in one thread."""

    def __init__(
        self, broadcasts: Broadcasts, deliveries: Deliveries, counted: Counted, clock: Clock
    ) -> None:
        self._broadcasts, self._deliveries = broadcasts, deliveries
        self._counted, self._clock = counted, clock
        self._asked: datetime | None = None
        self._lately = False
        self._quiet: dict[str, datetime] = {}
        self._kept = clock.now()

    def __call__(self, wrote: Wrote) -> None:
        """Raises `Unavailable`."""
        if not (wrote.campaign or wrote.channel == "whatsapp" or self._broadcasting()):
            self._later(wrote)
            return
        campaign = self._deliveries.wrote(
            wrote.keys, wrote.at, stops=wrote.stops, campaign=wrote.campaign
        )
        if campaign is not None:
            what = "stop" if wrote.stops else "reply"
            self._counted(wrote.language, wrote.channel, [f"{CAMPAIGN}{campaign}/{what}"])

    def _later(self, wrote: Wrote) -> None:
        """Nobody waits to know of it: a subscription ends by itself after years of silence only, so it is kept with others'."""
        self._quiet |= dict.fromkeys(wrote.keys, wrote.at)
        if len(self._quiet) >= TOGETHER or wrote.at - self._kept >= QUIET:
            self.flush()

    def flush(self) -> None:
        """Keeps when people wrote whom nothing was noted of yet. Raises `Unavailable`: then they stay for the next time."""
        self._deliveries.active(self._quiet)
        self._quiet, self._kept = {}, self._clock.now()

    def _broadcasting(self) -> bool:
        """Whether there are broadcasts that can be answered: asked now and then, since it seldom changes."""
        now = self._clock.now()
        if self._asked is None or now - self._asked > ASKED_AGAIN:
            self._lately = self._broadcasts.lately(now - REPLY_SPAN)
            self._asked = now
        return self._lately


def kind_of(settings: Settings) -> SenderKind:
    """What kind of sender the settings name."""
    return settings.sender_kind  # type: ignore[return-value] # one of them, as the settings make sure


def rules_of(settings: Settings) -> RuleBook:
    """The rules of countries, with what the clinic's own file says of them. Raises `Broken`."""
    book = read_rules(files.read_toml(files.CONTENT / FILE))
    path = Path(settings.clinic_file) if settings.clinic_file else files.CONTENT / "clinic.toml"
    return book.with_clinic(files.read_toml(path).get("campaigns", {}), path.name)


def law_of(rules: RuleBook) -> Law:
    """What the rules say of countries, each looked up once."""

    @lru_cache(maxsize=512)
    def of(country: str) -> Rules | None:
        return rules.of(country)

    @lru_cache(maxsize=512)
    def holidays(country: str) -> Callable[[date], bool]:
        found = of(country)
        return public_holidays(country, found.holidays_of if found else ())

    def hours(country: str) -> Hours | None:
        found = of(country)
        return found.hours if found else None

    def banned(channel: Channel, country: str) -> bool:
        found = of(country)
        return found is None or channel in found.barred

    return Law(hours, banned, lambda country, day: holidays(country)(day))


@dataclass(frozen=True, kw_only=True)
class Around:
    """What the servers have that broadcasts need as well."""

    people: People
    outbox: Outbox
    book: Callable[[], Book]
    clock: Clock
    note: Note
    fresh: Callable[[], str]


def make_broadcasting(
    settings: Settings,
    stores: Stores,
    deliveries: Deliveries,
    messages: Messages | None,
    redis: object,
    law: Law,
    around: Around,
) -> Broadcasting:
    """What broadcasts need, from the settings and from what the servers have."""
    price = settings.segment_price()
    rate = settings.rate() or RATES[kind_of(settings)]
    sender = settings.messaging_service or settings.sender or "none"
    return Broadcasting(
        broadcasts=stores.broadcasts,
        deliveries=deliveries,
        contents=stores.contents,
        messages=messages,
        statuses=RedisStatuses(redis),  # type: ignore[arg-type]
        people=around.people,
        outbox=around.outbox,
        pace=RedisPace(redis, sender, rate),  # type: ignore[arg-type]
        handful=max(1, min(HANDFUL, int(rate / int(settings.send_slots)))),
        zones=zones_of,
        law=law,
        book=around.book,
        clock=around.clock,
        note=around.note,
        pepper=settings.pepper.encode(),
        fresh=around.fresh,
        price=price[0] if price else None,
        doubt=timedelta(seconds=int(settings.in_doubt_seconds)),
        give_up=timedelta(seconds=int(settings.give_up_seconds)),
    )


def make_shifts(
    settings: Settings, broadcasting: Broadcasting, redis: object, ask: Ask, around: Around
) -> Shifts:
    """What the worker's tasks need."""
    return Shifts(
        broadcasting=broadcasting,
        leases=RedisLeases(redis),  # type: ignore[arg-type]
        clock=around.clock,
        note=around.note,
        ask=ask,
        wait=time.sleep,
        slots=int(settings.send_slots),
    )


def sender_of(settings: Settings) -> TwilioMessages | None:
    """What sends messages; None where the settings name no account and no sender."""
    try:
        return messages_of(settings)
    except ValueError:
        return None


def messages_of(settings: Settings) -> TwilioMessages:
    """What sends messages. Raises `ValueError` where the settings name no account and no sender."""
    if not (
        settings.account_sid
        and settings.tokens()
        and (settings.sender or settings.messaging_service)
    ):
        raise ValueError(
            "NOTIFY_SMS_TO needs TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM (or a Messaging Service)"
        )
    return TwilioMessages(
        account_sid=settings.account_sid,
        token=settings.tokens()[0],
        sender=settings.sender,
        messaging_service=settings.messaging_service,
        public_url=settings.public_url,
        api_url=settings.api_url,
    )

"""The web process and the worker: everything built from the settings and tied together; nothing is connected before it is used."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from dramatiq import Broker
from flask import Blueprint, Flask

from smsbot.adapters import files
from smsbot.adapters.background import Background
from smsbot.adapters.cipher import Cipher
from smsbot.adapters.clock import SystemClock, reference
from smsbot.adapters.counted import Counted
from smsbot.adapters.gettext import page_words
from smsbot.adapters.live import Live
from smsbot.adapters.log import make_note
from smsbot.adapters.metrics import Metrics
from smsbot.adapters.notify import MailNotify, Several, SmsNotify, WebhookNotify
from smsbot.adapters.numbers import written
from smsbot.adapters.queue import Ask as AskBroadcasts
from smsbot.adapters.queue import AskPublish, Wake
from smsbot.adapters.redis.client import HURRY, TURN, WORK, make_client
from smsbot.adapters.redis.conversations import RedisConversations
from smsbot.adapters.redis.outbox import RedisOutbox
from smsbot.adapters.sql.deliveries import SqlDeliveries
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.people import SqlPeople
from smsbot.adapters.translators import TranslatorFiles
from smsbot.adapters.twilio import TwilioCarrier, sign
from smsbot.adapters.ways import MadeWays
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.codes import find_code
from smsbot.core.people.address import parse_address
from smsbot.core.people.retention import retention
from smsbot.flows.broadcast import Broadcasting
from smsbot.flows.callback import Callback
from smsbot.flows.edition import Edition
from smsbot.flows.report import outcome, states
from smsbot.flows.tend import Tend
from smsbot.jobs import declare
from smsbot.ports import Clock, Health, Note, Notify, Send, Unavailable
from smsbot.ports.console import CAMPAIGN, GAP
from smsbot.settings import Misconfigured, Settings
from smsbot.web import phone
from smsbot.web import ways as landing
from smsbot.web.app import Doors, make_app
from smsbot.web.console.desk import Desk, Provider
from smsbot.web.notices import link_of
from smsbot.web.phone import Inbox
from smsbot.web.phone.trace import encode, trace
from smsbot.web.ways import Landing

from .campaigns import (
    Around,
    Hearing,
    law_of,
    make_broadcasting,
    make_deliveries,
    messages_of,
    rules_of,
    sender_of,
)
from .console import Stores, load_proofs, make_access, make_live, make_stores, make_translate
from .marketing import Ears, make_campaigning, make_ways
from .people import make_consents
from .queues import queue_of
from .talk import in_memory
from .texts import Texts, texts_of
from .words import make_phrasebook, make_publish

PAGE_PATIENCE = 10.0  # seconds that a page waits for SQL: a list of consents is many rows
# What a line or a count must not name, beside the topics that say so themselves: it would tell of a person's health.
_SENSITIVE = frozenset({"urgent", "urgent_today", "crisis", "minor"})


@dataclass(frozen=True)
class Parts:
    """The assembled bot; nothing is connected before it is used."""

    texts: Texts
    doors: Doors
    broker: Broker
    people: SqlPeople
    tend: Tend
    background: Background
    live: Live[Edition]
    stores: Stores
    deliveries: SqlDeliveries
    broadcasting: Broadcasting


def build(settings: Settings) -> tuple[Flask, Broker]:
    """The application and the queue's broker. Raises `Misconfigured` or `Broken`, in words for the person who starts it."""
    parts = assemble(settings)
    return make_app(parts.doors), parts.broker


def assemble(settings: Settings, texts: Texts | None = None) -> Parts:
    """Everything built from the settings and tied together; `texts` where the caller has loaded them already."""
    if lacking := settings.lacking():
        raise Misconfigured([*lacking, "`smsbot doctor` looks at the rest."])
    texts = texts or texts_of(settings)
    metrics = Metrics()
    clock = SystemClock()
    stores = make_stores(settings)
    write = make_note(settings.log_format)
    counted = Counted(stores.tallies, clock, write)
    note = counting_note(write, texts, metrics, counted)
    cipher = Cipher(settings.data_keys.split(","))
    profile = texts.book.profile
    kept = retention(profile.inactive_months, profile.proof_years)
    people = SqlPeople(make_engine(settings.database_url), cipher, retention=kept)
    patient, hurried = (make_client(settings.redis_url, seconds) for seconds in (TURN, HURRY))
    outbox = RedisOutbox(patient, cipher.seal_record, cipher.unseal_record)
    asking = queue_of(settings, TURN)
    background = Background(note)
    answer = replace(
        in_memory(texts, note, settings.pepper.encode()),
        conversations=RedisConversations(patient),
        hurried=RedisConversations(hurried),
        people=people,
        outbox=outbox,
        later=background.later,
        wake=Wake(asking),
        unread=stores.words if settings.keep_unread == "on" else None,
    )
    deliveries = make_deliveries(settings, cipher)
    hearing = Hearing(stores.broadcasts, deliveries, counted, clock)
    answer = replace(answer, wrote=hearing)
    if settings.mode == "local":  # everybody is of fiction there, and a broadcast may reach them
        answer = replace(answer, nobody=people)
    live = make_live(texts, answer, stores, note)
    tend = Tend(
        outbox=outbox,
        people=people,
        notices=people,
        notify=Several(ways_of(settings), note),
        link_of=lambda notice: link_of(notice, settings.public_url, settings.secret_key),
        clock=clock,
        note=note,
        repeat=timedelta(minutes=int(settings.notify_repeat_minutes)),
        unread=stores.words,
    )
    broker = queue_of(settings, WORK)
    around = Around(
        people=people,
        outbox=outbox,
        book=lambda: live.now().answer.book,
        clock=clock,
        note=note,
        fresh=reference,
    )
    work = make_client(settings.redis_url, WORK)
    broadcasting = make_broadcasting(
        settings, stores, deliveries, sender_of(settings), work, law_of(rules_of(settings)), around
    )
    declare(
        broker,
        tend,
        note,
        publish=make_publish(settings, texts, stores, live, clock, note),
    )

    def stop() -> None:
        live.stop()
        background.close()
        counted.flush()
        with suppress(Unavailable):
            hearing.flush()

    ways = make_ways(settings, around.book, clock)
    doors = Doors(
        ways=landing.blueprint(_landing(live, ways, counted, clock)),
        answer=lambda: live.now().answer,
        profile=texts.book.profile,
        start=live.start,
        stop=stop,
        console=Desk(
            edition=live.now,
            access=make_access(stores, clock),
            translate=make_translate(settings, stores, live, clock),
            files=TranslatorFiles(files.LOCALES),
            callback=Callback(
                notices=people,
                conversations=answer.conversations,
                audit=stores.audit,
                clock=clock,
                send=sending(settings),
            ),
            consents=make_consents(settings, PAGE_PATIENCE, profile),
            campaigning=make_campaigning(
                settings,
                stores,
                clock,
                around.book,
                lambda: Ears(live.now().answer.reader.lexicon, live.now().answer.names),
                AskBroadcasts(asking),
                sender_of(settings),
                live.look,
            ),
            ways=ways,
            contents=stores.contents,
            counted=deliveries.tally,
            members=stores.members,
            audit=stores.audit,
            phrasebook=make_phrasebook(settings, texts, stores, live, clock, AskPublish(asking)),
            tallies=stores.tallies,
            notices=people,
            clock=clock,
            translations=page_words(files.LOCALES),
            proofs=cache(lambda: load_proofs(settings, texts.library)),
            price=settings.segment_price(),
            provider=_provider(settings),
        ),
        carrier=make_carrier(settings, clock),
        notices=people,
        clock=clock,
        note=note,
        health=lambda: states(people, outbox, _more_states(texts, settings)),
        metrics=metrics.page,
        public_url=settings.public_url,
        secret_key=settings.secret_key,
        observe=metrics.seconds.observe,
        phone=_phone(settings, texts),
        trace=lambda turn: encode(trace(turn, live.now().answer.book)),
        heard=broadcasting.hear,
    )
    return Parts(
        texts, doors, broker, people, tend, background, live, stores, deliveries, broadcasting
    )


def _landing(live: Live[Edition], ways: MadeWays, counted: Counted, clock: Clock) -> Landing:
    """What the page of a counted link leans on."""

    def find(code: str) -> Campaign | None:
        """As a code in a message is found: a link may have been typed from a poster."""
        answer = live.now().answer
        day = clock.now().astimezone(answer.book.profile.time_zone).date()
        opened = {c.code: c for c in answer.campaigns if c.open(day)}
        found = find_code(code, opened)
        return opened[found] if found else None

    def languages() -> list[tuple[str, str]]:
        catalogs = live.now().answer.book.catalogs
        return [(tag, catalogs.by_tag[tag].language.own_name) for tag in catalogs.offered]

    profile = live.now().answer.book.profile
    return Landing(
        find=find,
        ways=ways,
        languages=languages,
        count=lambda campaign, what, language, channel: counted(
            language, channel, [f"{CAMPAIGN}{campaign.id}/{what}"]
        ),
        clinic=profile.name,
        phone=profile.phone,
        shown=written(profile.phone),
        sms=written(ways.sms) if ways.sms else "",
    )


def _uncounted(language: str, channel: str, outcomes: Sequence[str]) -> None:
    """Counts nothing."""


def counting_note(
    write: Note,
    texts: Texts,
    metrics: Metrics,
    counted: Callable[[str, str, Sequence[str]], None] = _uncounted,
) -> Note:
    """The writer of lines that also counts. Neither a line nor a count tells of a person's health; demo people are not counted."""
    topics = frozenset(texts.book.content.topics)
    sensitive = _SENSITIVE | {t.id for t in texts.book.content.topics.values() if t.sensitive}

    def note(event: str, /, **details: object) -> None:
        if event != "turn":
            metrics.noted.labels(event).inc()
            write(event, **details)
            return
        intents: tuple[str, ...] = details["intents"]  # type: ignore[assignment]
        events: tuple[str, ...] = details["events"]  # type: ignore[assignment]
        campaign = details.pop("campaign", 0)
        lacked: tuple[str, ...] = details.pop("lacked", ())  # type: ignore[assignment]
        what = outcome(intents, sensitive, topics)
        if not details["demo"]:
            metrics.turn(
                str(details["channel"]),
                str(details["language"]),
                what,
                int(str(details["segments"])),
                events,
            )
            # A gap in a text about a health matter is counted like any other gap, without its name.
            gaps = {"sensitive" if key.partition(".")[0] in sensitive else key for key in lacked}
            counted(
                str(details["language"]),
                str(details["channel"]),
                [
                    what,
                    *(f"{GAP}{key}" for key in sorted(gaps)),
                    *_of_campaign(campaign, events, intents, sensitive, topics),
                ],
            )
        shown = tuple("sensitive" if i in sensitive else i for i in intents)
        write(
            event,
            **{
                **details,
                "intents": shown,
                "events": tuple(e for e in events if e != "RedFlagSeen"),
            },
        )

    return note


def _of_campaign(
    campaign: object,
    events: Sequence[str],
    intents: Sequence[str],
    sensitive: frozenset[str],
    topics: frozenset[str],
) -> list[str]:
    """What came of a campaign with a turn. A health matter is counted without its name."""
    if not campaign:
        return []
    counts = {"CampaignEntered": "talk", "ConsentGiven": "consent"}
    found = [counts[event] for event in events if event in counts]
    asked = {"sensitive" if i in sensitive else i for i in intents if i in topics | sensitive}
    return [
        f"{CAMPAIGN}{campaign}/{what}" for what in (*found, *(f"topic:{i}" for i in sorted(asked)))
    ]


def _provider(settings: Settings) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    return Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)


def _phone_key(settings: Settings) -> str:
    return hashlib.sha256(f"phone page\x00{settings.secret_key}".encode()).hexdigest()


def make_carrier(settings: Settings, clock: SystemClock) -> TwilioCarrier:
    """The edge to Twilio."""
    return TwilioCarrier(
        tokens=settings.tokens(),
        public_url=settings.public_url,
        account_sid=settings.account_sid,
        sender_kind=settings.sender_kind,  # type: ignore[arg-type]
        clock=clock,
        phone_key=_phone_key(settings) if settings.phone == "on" else "",
    )


def _phone(settings: Settings, texts: Texts) -> Blueprint | None:
    if settings.phone != "on":
        return None
    key = _phone_key(settings)
    return phone.blueprint(
        sign=lambda url, form: sign(url, {name: [value] for name, value in form.items()}, key),
        profile=texts.book.profile,
        account=settings.account_sid,
        public_url=settings.public_url,
        sender_kind=settings.sender_kind,  # type: ignore[arg-type]
        inbox=_inbox(settings),
    )


def _inbox(settings: Settings) -> Inbox | None:
    """What the local carrier has sent; of a real carrier nobody is shown anything."""
    messages = sender_of(settings) if settings.mode == "local" and settings.api_url else None
    return messages.sent_to if messages else None


def ways_of(settings: Settings) -> list[Notify]:
    """The ways to tell staff that the settings name."""
    ways: list[Notify] = []
    try:
        if settings.notify_webhook_url:
            ways.append(WebhookNotify(settings.notify_webhook_url, settings.notify_webhook_secret))
        if settings.notify_smtp_url:
            ways.append(
                MailNotify(
                    settings.notify_smtp_url,
                    settings.notify_email_from,
                    _listed(settings.notify_email_to),
                )
            )
        for number in _listed(settings.notify_sms_to):
            ways.append(SmsNotify(messages_of(settings).say, parse_address(number)))
    except ValueError as error:
        raise Misconfigured([str(error)]) from None
    return ways


def sending(settings: Settings) -> Send | None:
    """What sends a text of staff; None where the settings name no account and no sender."""
    messages = sender_of(settings)
    return messages.say if messages else None


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _more_states(texts: Texts, settings: Settings) -> dict[str, Callable[[], Health]]:
    languages = list(texts.book.catalogs.offered)
    return {
        "texts": lambda: Health(True, extra={"languages": languages}),
        "readers": lambda: Health(
            not texts.lacking,
            "; ".join(f"{name}: {why}" for name, why in texts.lacking.items()),
            needed=False,
        ),
        "notify": lambda: Health(
            bool(ways_of(settings)),
            "" if ways_of(settings) else "nobody is told of calls and red flags",
            needed=False,
        ),
    }

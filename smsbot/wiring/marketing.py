"""What staff's work on campaigns leans on, for the console and for the terminal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

from smsbot.adapters import files
from smsbot.adapters.cipher import Cipher
from smsbot.adapters.clock import SystemClock
from smsbot.adapters.gettext import page_words
from smsbot.adapters.posters import Posters, machine_fonts
from smsbot.adapters.queue import Ask as AskBroadcasts
from smsbot.adapters.redis.client import TURN
from smsbot.adapters.sql.deliveries import SqlDeliveries
from smsbot.adapters.twilio import TwilioContents
from smsbot.adapters.ways import MadeWays
from smsbot.core.campaign.codes import new_code
from smsbot.core.campaign.gate import Setting, examine_everywhere
from smsbot.core.campaign.links import host_of
from smsbot.core.campaign.rules import RuleBook, Rules
from smsbot.core.campaign.ways import keyword_faults
from smsbot.core.campaign.words import FILE as WORDS
from smsbot.core.campaign.words import Words, read_words
from smsbot.core.conversation.compose import Book
from smsbot.core.conversation.edition import laid_over
from smsbot.core.conversation.proofread import Library
from smsbot.core.people.address import Channel, parse_address
from smsbot.core.understanding.lexicon import Lexicon
from smsbot.flows.campaigns import Campaigning, Gate, Objection, TextKind
from smsbot.flows.contents import Syncing
from smsbot.ports import Clock, Unavailable
from smsbot.ports.campaign import Ask, Messages, Tally
from smsbot.ports.ways import Ways
from smsbot.settings import Misconfigured, Settings

from .campaigns import make_deliveries, rules_of, sender_of
from .console import Stores, make_stores
from .queues import queue_of
from .texts import model_folder, patterns_of, spoken_by, unswept, whole_library

Names = Mapping[tuple[str, ...], str]
REMEMBERED = 512  # texts that the gate has examined
PATIENCE = 5.0  # seconds that the terminal waits for SQL


@dataclass(frozen=True)
class Ears:
    """What the bot understands already, with which no keyword may collide."""

    lexicon: Lexicon
    names: Names


def make_campaigning(
    settings: Settings,
    stores: Stores,
    clock: Clock,
    book: Callable[[], Book],
    ears: Callable[[], Ears],
    ask: Ask,
    messages: Messages | None,
    refresh: Callable[[], object] = bool,
) -> Campaigning:
    """The flow of campaigns."""
    return Campaigning(
        campaigns=stores.campaigns,
        broadcasts=stores.broadcasts,
        audit=stores.audit,
        clock=clock,
        book=book,
        gate=make_gate(settings, book),
        keyword_faults=lambda keyword, others: keyword_faults(
            keyword, others, ears().lexicon, ears().names
        ),
        new_code=lambda campaigns: new_code([c.code for c in campaigns]),
        ask=ask,
        messages=messages,
        trial_numbers=tuple(
            parse_address(number.strip())
            for number in settings.trial_numbers.split(",")
            if number.strip()
        ),
        refresh=refresh,
    )


def make_gate(settings: Settings, book: Callable[[], Book]) -> Gate:
    """The gate: where no countries are named, a text must pass in every country that has rules.

    Rules and words, some ten thousand patterns, are read when the first text comes. Raises `Broken` then.
    """

    @cache
    def rules() -> RuleBook:
        return rules_of(settings)

    @cache
    def setting() -> Setting:
        addresses = (book().profile.privacy_url, settings.public_url)
        hosts = frozenset(filter(None, map(host_of, addresses)))
        return Setting(_words(), rules().limits, rules().links, hosts)

    @lru_cache(maxsize=64)
    def held_to(countries: tuple[str, ...]) -> Mapping[str, Rules | None]:
        """The rules of these countries, of all that have any where none is named; those that ask for the same once."""
        known = {country: rules().of(country) for country in countries or rules().countries}
        apart = {_asked(ours) if ours else country: country for country, ours in known.items()}
        return {country: known[country] for country in sorted(apart.values())}

    # A page asks about each of its texts again whenever one of them is looked at.
    @lru_cache(maxsize=REMEMBERED)
    def examined(
        spoken: Book,
        text: str,
        tag: str,
        kind: TextKind,
        countries: tuple[str, ...],
        channels: tuple[Channel, ...],
    ) -> tuple[Objection, ...]:
        values = spoken.standing.get(tag, {})
        found = examine_everywhere(
            text, tag, kind, held_to(countries), setting(), values, channels=channels
        )
        return tuple(Objection(tag, "", f.blocks, f.words, f.values) for f in found)

    def gate(
        text: str, tag: str, kind: TextKind, countries: Sequence[str], channels: Sequence[Channel]
    ) -> Sequence[Objection]:
        return examined(book(), text, tag, kind, tuple(countries), tuple(channels))

    return gate


@lru_cache(maxsize=1)
def _words() -> Words:
    """The words by which texts are examined, read once. Raises `Broken`."""
    return read_words(files.read_toml(files.CONTENT / WORDS))


def _asked(rules: Rules) -> tuple[object, ...]:
    """What rules ask of a text."""
    return (rules.names, rules.words, rules.price_needs, frozenset(rules.barred))


def make_ways(settings: Settings, book: Callable[[], Book], clock: Clock) -> MadeWays:
    """The ways into campaigns: to the number that sends, or to the clinic's own where the settings name none."""
    number = settings.sender or book().profile.phone
    return MadeWays(
        book=book,
        words_by_language=page_words(files.LOCALES, "ways"),
        sms=number,
        whatsapp=number if number.startswith("+") else "",
        public_url=settings.public_url,
        posters=cache(lambda: Posters(machine_fonts())),
        today=lambda: clock.now().astimezone(book().profile.time_zone).date(),
    )


# ---------------------------------------------------------------- the terminal


def make_syncing(settings: Settings) -> Syncing:
    """What registering templates and menus needs. Raises `Misconfigured` where there is no account to register them with."""
    if not (settings.account_sid and settings.tokens()):
        raise Misconfigured(["set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"])
    stores, clock = make_stores(settings, PATIENCE), SystemClock()
    book = _published(settings, stores, clock)
    return Syncing(
        broadcasts=stores.broadcasts,
        contents=stores.contents,
        templates=TwilioContents(
            account_sid=settings.account_sid, token=settings.tokens()[0], api_url=settings.api_url
        ),
        book=lambda: book,
        clock=clock,
    )


@dataclass(frozen=True)
class Bench:
    """What the terminal has of campaigns. `price` is what one SMS segment costs, and in which currency."""

    flow: Campaigning
    ways: Callable[[], Ways]
    stores: Stores
    counted: Callable[[int], Sequence[Tally]]
    price: tuple[Decimal, str] | None


def campaigning(settings: Settings) -> Bench:
    """What the terminal needs for campaigns. Raises `Misconfigured`.

    What the bot says is loaded only where a text is looked at, and what it understands where a keyword is; `Broken` is raised then.
    """
    stores, clock = make_stores(settings, PATIENCE), SystemClock()

    @cache
    def book() -> Book:
        return _published(settings, stores, clock)

    @cache
    def deliveries() -> SqlDeliveries:
        return make_deliveries(settings, Cipher(settings.data_keys.split(",")))

    flow = make_campaigning(
        settings,
        stores,
        clock,
        book,
        lambda: _heard(settings.clinic_file, model_folder(settings)),
        _asking(settings),
        sender_of(settings),
    )
    return Bench(
        flow=flow,
        ways=cache(lambda: make_ways(settings, book, clock)),
        stores=stores,
        counted=lambda broadcast_id: deliveries().tally(broadcast_id),
        price=settings.segment_price(),
    )


@lru_cache(maxsize=1)
def _files(clinic_file: str, folder: Path) -> Library:
    """What the files say, read once. Raises `Broken`."""
    with unswept():
        return whole_library(clinic_file, heard=False, model_folder=folder)


@lru_cache(maxsize=1)
def _heard(clinic_file: str, folder: Path) -> Ears:
    """What is understood by the files, read once. Raises `Broken`."""
    with unswept():
        return Ears(*patterns_of(whole_library(clinic_file, model_folder=folder), folder))


def _published(settings: Settings, stores: Stores, clock: Clock) -> Book:
    """What the bot says at this moment. Raises `Broken`."""
    library = _files(settings.clinic_file, model_folder(settings))
    with unswept():
        return spoken_by(laid_over(library, stores.edits.published(), (), clock.now()))


def _asking(settings: Settings) -> Ask:
    """Asks those who send; where no queue is named it is away."""
    if not (settings.broker_url or settings.redis_url):
        return _away
    return AskBroadcasts(queue_of(settings, TURN))


def _away(task: str, /, *ids: int) -> None:  # noqa: ARG001 - as `Ask` is
    raise Unavailable("REDIS_URL is not set, so nobody can be asked to do it")

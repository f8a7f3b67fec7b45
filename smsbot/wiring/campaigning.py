"""What staff's work on campaigns leans on, for the console and for the terminal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from smsbot.adapters import files
from smsbot.adapters.cipher import Cipher
from smsbot.adapters.clock import SystemClock
from smsbot.adapters.qr import qr_png, qr_svg
from smsbot.adapters.queue import Ask as AskBroadcasts
from smsbot.adapters.queue import make_broker
from smsbot.adapters.redis.client import TURN, make_client
from smsbot.adapters.sql.deliveries import SqlDeliveries
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.codes import new_code
from smsbot.core.campaign.gate import Setting, examine_everywhere
from smsbot.core.campaign.links import host_of
from smsbot.core.campaign.rules import RuleBook, Rules
from smsbot.core.campaign.ways import counted_link, keyword_faults, prefilled, sms_link, wa_link
from smsbot.core.campaign.words import FILE as WORDS
from smsbot.core.campaign.words import read_words
from smsbot.core.conversation.compose import Book
from smsbot.core.conversation.edition import laid_over
from smsbot.core.conversation.proofread import Library
from smsbot.core.language.placeholders import Unfilled
from smsbot.core.people.address import Address, Channel
from smsbot.core.understanding.lexicon import Lexicon
from smsbot.flows.campaigns import Campaigning, Gate, Objection, TextKind
from smsbot.ports import Clock, Refused, Unavailable
from smsbot.ports.campaign import Ask, Messages, Tally
from smsbot.ports.ways import Links, Paper, Ways
from smsbot.settings import Settings

from .campaigns import make_deliveries, rules_of, sender_of
from .console import Stores, make_stores
from .texts import load_library, spoken_by, texts_of, unswept

Names = Mapping[tuple[str, ...], str]
REMEMBERED = 512  # texts that the gate has examined
PATIENCE = 5.0  # seconds that the terminal waits for SQL


@dataclass(frozen=True)
class Ears:
    """What the bot understands already, with which no keyword may collide."""

    lexicon: Lexicon
    names: Names


def make_campaigning(
    stores: Stores,
    clock: Clock,
    book: Callable[[], Book],
    gate: Gate,
    ears: Callable[[], Ears],
    ask: Ask,
    messages: Messages | None,
    refresh: Callable[[], object] = bool,
    trial_numbers: Sequence[Address] = (),
) -> Campaigning:
    """The flow of campaigns."""
    return Campaigning(
        campaigns=stores.campaigns,
        broadcasts=stores.broadcasts,
        audit=stores.audit,
        clock=clock,
        book=book,
        gate=gate,
        keyword_faults=lambda keyword, others: keyword_faults(
            keyword, others, ears().lexicon, ears().names
        ),
        new_code=lambda campaigns: new_code([c.code for c in campaigns]),
        ask=ask,
        messages=messages,
        trial_numbers=trial_numbers,
        refresh=refresh,
    )


def make_gate(settings: Settings, book: Callable[[], Book]) -> Gate:
    """The gate by the rules of countries and the words of languages; both are read when the first text comes. Raises `Broken`."""

    @cache
    def rules() -> RuleBook:
        return rules_of(settings)

    @cache
    def setting() -> Setting:
        words = read_words(files.read_toml(files.CONTENT / WORDS))
        addresses = (book().profile.privacy_url, settings.public_url)
        hosts = frozenset(filter(None, map(host_of, addresses)))
        return Setting(words, rules().limits, rules().links, hosts)

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
        held = held_to(countries) if kind == "invitation" else {}
        values = spoken.standing.get(tag, {})
        found = examine_everywhere(text, tag, kind, held, setting(), values, channels=channels)
        return tuple(Objection(tag, "", f.blocks, f.words, f.values) for f in found)

    def gate(
        text: str, tag: str, kind: TextKind, countries: Sequence[str], channels: Sequence[Channel]
    ) -> Sequence[Objection]:
        return examined(book(), text, tag, kind, tuple(countries), tuple(channels))

    return gate


def _asked(rules: Rules) -> tuple[object, ...]:
    """What rules ask of a text."""
    return (rules.names, rules.words, rules.price_needs, frozenset(rules.barred))


# ---------------------------------------------------------------- the ways in


@dataclass(frozen=True)
class CampaignWays:
    """The port `Ways`. `number` is the sender's, as the carrier knows it; "" leaves out the links that need it."""

    book: Callable[[], Book]
    number: str
    public_url: str

    def links(self, campaign: Campaign, language: str) -> Links:
        """Its links in a language."""
        text = self._prefilled(campaign, language)
        return Links(
            prefill=text,
            sms=_or_none(sms_link, self.number, text),
            whatsapp=_or_none(wa_link, self.number, text),
            counted=counted_link(self.public_url, campaign.code, language),
        )

    def _prefilled(self, campaign: Campaign, language: str) -> str:
        template = campaign.prefill.get(language, "")
        try:
            return prefilled(template, campaign.code, self.book().standing[language])
        except Unfilled:
            return prefilled("", campaign.code, {})

    def address(self, campaign: Campaign) -> str:
        """Where its QR code leads."""
        return counted_link(self.public_url, campaign.code)

    def qr_svg(self, text: str) -> bytes:
        """A QR code as a picture that scales."""
        return qr_svg(text).encode()

    def qr_png(self, text: str) -> bytes:
        """The same as pixels."""
        return qr_png(text)

    def poster(
        self,
        campaign: Campaign,  # noqa: ARG002
        language: str,  # noqa: ARG002
        paper: Paper,  # noqa: ARG002
        headline: str,  # noqa: ARG002
        lines: Sequence[str],  # noqa: ARG002
    ) -> bytes:
        """Raises `Refused`."""
        raise Refused("posters cannot be made here")


def _or_none(link: Callable[[str, str], str], number: str, text: str) -> str:
    """The link; "" where the number is none that it takes: a sender by name, or none at all."""
    try:
        return link(number, text)
    except ValueError:
        return ""


def make_ways(settings: Settings, book: Callable[[], Book]) -> CampaignWays:
    """The ways into campaigns by the number that the settings name."""
    number = settings.sender.removeprefix("whatsapp:")
    return CampaignWays(book, number, settings.public_url)


# ---------------------------------------------------------------- the terminal


@dataclass(frozen=True)
class Bench:
    """What the terminal has of campaigns. `price` is what one SMS segment costs, and in which currency."""

    flow: Campaigning
    ways: Ways
    stores: Stores
    counted: Callable[[int], Sequence[Tally]]
    price: tuple[Decimal, str] | None


def campaigning(settings: Settings) -> Bench:
    """What the terminal needs for campaigns. Raises `Misconfigured`, `Broken`.

    What the bot understands is loaded only where a keyword is looked at, the texts that staff published where a text is.
    """
    stores, clock = make_stores(settings, PATIENCE), SystemClock()
    library, broken = load_library(settings.clinic_file, heard=False)
    for error in broken.values():
        raise error

    @cache
    def book() -> Book:
        return _published(library, stores, clock)

    @cache
    def ears() -> Ears:
        texts = texts_of(settings)
        return Ears(texts.reader.lexicon, texts.names)

    @cache
    def deliveries() -> SqlDeliveries:
        return make_deliveries(settings, Cipher(settings.data_keys.split(",")))

    flow = make_campaigning(
        stores,
        clock,
        book,
        make_gate(settings, book),
        ears,
        _asking(settings),
        sender_of(settings),
    )
    return Bench(
        flow=flow,
        ways=make_ways(settings, book),
        stores=stores,
        counted=lambda broadcast_id: deliveries().tally(broadcast_id),
        price=settings.segment_price(),
    )


def _published(library: Library, stores: Stores, clock: Clock) -> Book:
    with unswept():
        return spoken_by(laid_over(library, stores.edits.published(), (), clock.now()))


def _asking(settings: Settings) -> Ask:
    """Asks those who send; where no queue is named it is away."""
    url = settings.broker_url or settings.redis_url
    if not url:
        return _away
    return AskBroadcasts(make_broker(make_client(url, TURN)))


def _away(task: str, /, *ids: int) -> None:  # noqa: ARG001 - as `Ask` is
    raise Unavailable("REDIS_URL is not set, so nobody can be asked to do it")

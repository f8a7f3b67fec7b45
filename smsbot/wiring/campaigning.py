"""What staff's work on campaigns leans on, for the console and for the terminal."""

from collections.abc import Callable, Sequence
from functools import cache
from urllib.parse import urlsplit

from smsbot.adapters import files
from smsbot.adapters.twilio import TwilioMessages
from smsbot.core.campaign.codes import new_code
from smsbot.core.campaign.gate import Setting, examine_everywhere
from smsbot.core.campaign.rules import RuleBook, Rules
from smsbot.core.campaign.ways import keyword_faults
from smsbot.core.campaign.words import FILE as WORDS
from smsbot.core.campaign.words import Words, read_words
from smsbot.core.conversation.compose import Book
from smsbot.core.people.address import Channel, parse_address
from smsbot.flows.answer import Answer
from smsbot.flows.campaigns import Campaigning, Gate, Objection, TextKind
from smsbot.ports import Clock
from smsbot.ports.campaign import Ask
from smsbot.settings import Settings

from .campaigns import rules_of
from .console import Stores


def make_campaigning(
    settings: Settings,
    stores: Stores,
    clock: Clock,
    now: Callable[[], Answer],
    ask: Ask,
    messages: TwilioMessages | None,
    refresh: Callable[[], object] = bool,
) -> Campaigning:
    """The flow of campaigns. `now` gives the bot of this moment, with its texts and what it understands."""
    return Campaigning(
        campaigns=stores.campaigns,
        broadcasts=stores.broadcasts,
        audit=stores.audit,
        clock=clock,
        book=lambda: now().book,
        gate=make_gate(rules_of(settings), lambda: now().book),
        keyword_faults=lambda keyword, others: keyword_faults(
            keyword, others, now().reader.lexicon, now().names
        ),
        new_code=lambda campaigns: new_code({campaign.code for campaign in campaigns}),
        ask=ask,
        messages=messages,
        trial_numbers=tuple(
            parse_address(number.strip())
            for number in settings.trial_numbers.split(",")
            if number.strip()
        ),
        refresh=refresh,
    )


def make_gate(rules: RuleBook, book: Callable[[], Book]) -> Gate:
    """The gate: where no countries are named, a text must pass in every country that has rules."""

    @cache
    def words() -> Words:  # some ten thousand patterns: read when the first text is examined
        return read_words(files.read_toml(files.CONTENT / WORDS))

    @cache
    def of(country: str) -> Rules | None:
        return rules.of(country)

    def gate(
        text: str,
        language: str,
        kind: TextKind,
        countries: Sequence[str],
        channels: Sequence[Channel],
    ) -> list[Objection]:
        now = book()
        setting = Setting(words(), rules.limits, rules.links, _hosts(now.profile.privacy_url))
        found = examine_everywhere(
            text,
            language,
            kind,
            {country: of(country) for country in countries or rules.countries},
            setting,
            now.standing.get(language, {}),
            channels=channels,
        )
        return [Objection(language, "", f.blocks, f.words, f.values) for f in found]

    return gate


def _hosts(*addresses: str) -> frozenset[str]:
    """The clinic's own hosts."""
    return frozenset(host for a in addresses if (host := urlsplit(a).hostname))

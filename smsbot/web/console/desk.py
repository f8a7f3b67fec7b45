"""What the staff's pages lean on, as one value."""

import gettext
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from smsbot.core.conversation.preview import Looked
from smsbot.flows.access import Access
from smsbot.flows.callback import Callback
from smsbot.flows.campaigns import Campaigning
from smsbot.flows.consents import Consents
from smsbot.flows.edition import Edition
from smsbot.flows.exchange import Files
from smsbot.flows.phrasebook import Phrasebook
from smsbot.flows.translate import Translate
from smsbot.ports import Clock, Notices
from smsbot.ports.campaign import Contents, Tally
from smsbot.ports.console import Audit, Members, Tallies
from smsbot.ports.ways import Ways


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID Connect provider. `issuer` is its address, under which it publishes what it offers."""

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The staff's flows and stores. `price` is what one SMS segment costs, and in which currency.

    `counted` counts a broadcast's deliveries as they stand now; `contents` are the templates that the carrier knows.
    """

    edition: Callable[[], Edition]
    access: Access
    translate: Translate
    files: Files
    callback: Callback
    campaigning: Campaigning
    consents: Consents
    ways: Ways
    contents: Contents
    counted: Callable[[int], Sequence[Tally]]
    members: Members
    audit: Audit
    phrasebook: Phrasebook
    tallies: Tallies
    notices: Notices
    clock: Clock
    translations: Mapping[str, gettext.NullTranslations]  # the pages' own words; English at least
    proofs: Callable[[], Mapping[str, Mapping[str, Looked]]]  # of the files' own wordings
    price: tuple[Decimal, str] | None = None
    provider: Provider | None = None  # where staff sign in as well

    def names(self) -> dict[int, str]:
        """What each member of staff is called, by id."""
        return {member.id: member.name for member in self.members.all()}

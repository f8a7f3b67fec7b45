"""What the staff's pages lean on, and the edition that each process speaks by."""

import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

from smsbot.adapters import files
from smsbot.adapters.clock import SystemClock
from smsbot.adapters.gettext import CatalogShelf
from smsbot.adapters.learned.intents import with_head
from smsbot.adapters.live import Live
from smsbot.adapters.passwords import Argon2Passwords
from smsbot.adapters.proofs import Of, proofs_of
from smsbot.adapters.sql.audit import SqlAudit
from smsbot.adapters.sql.broadcasts import SqlBroadcasts
from smsbot.adapters.sql.campaigns import SqlCampaigns, SqlContents
from smsbot.adapters.sql.edits import SqlEdits
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.members import SqlMembers
from smsbot.adapters.sql.publishings import SqlPublishings
from smsbot.adapters.sql.tallies import SqlTallies
from smsbot.adapters.sql.words import SqlWords
from smsbot.adapters.word_files import WordFiles
from smsbot.core.conversation.edition import laid_over
from smsbot.core.conversation.preview import looked_over
from smsbot.core.conversation.proofread import Library
from smsbot.core.language.edits import Published
from smsbot.flows.access import Access
from smsbot.flows.answer import Answer
from smsbot.flows.catalogs import Kept, Taken, give_back
from smsbot.flows.edition import Edition, Version
from smsbot.flows.translate import Translate
from smsbot.ports import Note
from smsbot.settings import Misconfigured, Settings

from .talk import speaking
from .texts import Texts, make_texts, model_folder, unswept

PATIENCE = 2.0  # seconds that a page waits for SQL; a turn waits less


@dataclass(frozen=True)
class Stores:
    """What staff's work is kept in, over one engine."""

    members: SqlMembers
    audit: SqlAudit
    edits: SqlEdits
    words: SqlWords
    tallies: SqlTallies
    publishings: SqlPublishings
    campaigns: SqlCampaigns
    broadcasts: SqlBroadcasts
    contents: SqlContents

    def close(self) -> None:
        """Ends their threads and connections."""
        for store in (self.members, self.audit, self.edits, self.tallies, self.publishings):
            store.close()
        for more in (self.campaigns, self.broadcasts, self.contents):
            more.close()
        self.words.close_all()


def make_stores(settings: Settings, patience: float = PATIENCE) -> Stores:
    """The stores of the database that the settings name. Raises `Misconfigured`."""
    if not settings.database_url:
        raise Misconfigured(["DATABASE_URL is not set"])
    engine = make_engine(settings.database_url, patience)
    return Stores(
        SqlMembers(engine, patience),
        SqlAudit(engine, patience),
        SqlEdits(engine, patience),
        SqlWords(engine, patience),
        SqlTallies(engine, patience),
        SqlPublishings(engine, patience),
        SqlCampaigns(engine, patience),
        SqlBroadcasts(engine, patience),
        SqlContents(engine, patience),
    )


def first_edition(texts: Texts, answer: Answer) -> Edition:
    """The edition of the files alone, by which a process speaks until it has seen what is published."""
    return Edition(Version(), texts.library, texts.library, Published(), answer)


def make_live(texts: Texts, answer: Answer, stores: Stores, note: Note) -> Live[Edition]:
    """The edition in force, kept up to date once `start` is called."""
    return Live(first_edition(texts, answer), _follower(texts, stores, SystemClock()), note)


def _follower(
    files: Texts, stores: Stores, clock: SystemClock
) -> Callable[[Edition], Edition | None]:
    """Gives the edition after one that is in force. What did not change is the same value in both."""
    made = files  # the texts of the edition that was made last

    def follow(before: Edition) -> Edition | None:
        nonlocal made
        now = clock.now()
        version = Version(
            stores.edits.version(), stores.words.version(), now.date(), stores.campaigns.version()
        )
        if version == before.version or not (version.texts or version.words or version.campaigns):
            return None
        campaigns = before.answer.campaigns
        if version.campaigns != before.version.campaigns:
            campaigns = tuple(c for c in stores.campaigns.all() if c.state == "live")
        if replace(version, campaigns=0) == replace(before.version, campaigns=0):
            return replace(
                before, version=version, answer=replace(before.answer, campaigns=campaigns)
            )
        with unswept():
            published = stores.edits.published()
            words, head = stores.words.in_force()
            library = laid_over(before.files, published, words, now)
            intents = files.intents
            if head and version.words != before.version.words:
                intents = with_head(intents, head)
            elif head:
                intents = made.intents
            made = make_texts(library, intents, files.languages, made)
        answer = replace(speaking(before.answer, made), campaigns=campaigns)
        return Edition(version, before.files, library, published, answer)

    return follow


def load_proofs(settings: Settings, library: Library) -> Of:
    """What the rules say of every text of the files: at once where it was worked out before."""
    clinic = Path(settings.clinic_file or files.CONTENT / "clinic.toml")
    sources = [*sorted(files.CONTENT.glob("*.toml")), clinic]
    for language in files.language_folders():
        sources += [language / "vocabulary.toml", language / "LC_MESSAGES" / "bot.po"]
    return proofs_of(
        model_folder(settings),
        sources,
        library.scripts,
        lambda tag: looked_over(library, tag),
        steps=lambda tags: tqdm(
            tags,
            desc="smsbot: holding the texts against the rules (once)",
            unit="",
            leave=False,
            disable=not sys.stderr.isatty(),
        ),
    )


def make_access(stores: Stores, clock: SystemClock) -> Access:
    """Signing in."""
    return Access(
        members=stores.members,
        audit=stores.audit,
        passwords=Argon2Passwords(),
        clock=clock,
        fresh=lambda: secrets.token_urlsafe(32),
    )


def make_translate(
    settings: Settings, stores: Stores, live: Live[Edition], clock: SystemClock
) -> Translate:
    """The life of edits."""
    return Translate(
        edits=stores.edits,
        audit=stores.audit,
        clock=clock,
        edition=live.now,
        refresh=live.look,
        one_person=settings.review == "one",
    )


def give_back_published(
    settings: Settings, library: Library, tags: Sequence[str], locales: Path
) -> Iterator[tuple[Taken, Kept]]:
    """Writes what staff published into the files under `locales`, language by language. Raises `Misconfigured`, `Broken`, `Unavailable`."""
    stores = make_stores(settings, 5.0)
    try:
        published, words = stores.edits.published(), stores.words.find(state="published")
    finally:
        stores.close()
    # The date in a file's head stays as it is: a commit is to show what was changed, and it has a date of its own.
    shelf, word_shelf = CatalogShelf(locales, lambda: None), WordFiles(locales)
    for tag in tags:
        yield give_back(library, tag, published, words, shelf, word_shelf)


OWNER = "owner@clinic.example"  # who signs in on a machine of one's own


def access(settings: Settings) -> tuple[Access, tuple[str, ...]]:
    """Who is among the staff, for the terminal; and the languages that there are."""
    tags = tuple(map(files.tag_of, files.language_folders()))
    return make_access(make_stores(settings, 5.0), SystemClock()), tags


def first_link(settings: Settings) -> str:
    """The secret of a link that signs in the owner of a local bot, who is made where there is none."""
    found = make_access(make_stores(settings, 5.0), SystemClock())
    member = found.members.by_email(OWNER)
    if member is None:
        return found.invite(OWNER, "Owner", ("admin", "reviewer", "translator", "marketer"))[1]
    return found.link(member)

"""An edition: everything that one process says and reads by, of one moment, as one value that is swapped whole."""

from dataclasses import dataclass
from datetime import date

from smsbot.core.conversation.proofread import Library
from smsbot.core.language.edits import Published

from .answer import Answer


@dataclass(frozen=True)
class Version:
    """What an edition was made of: the newest publication, the newest fitting, the day, since sign-offs run out, and the campaigns."""

    texts: int = 0
    words: int = 0
    day: date | None = None
    campaigns: int = 0


@dataclass(frozen=True)
class Edition:
    """The languages as they are in force, what staff published of it, and the bot that speaks by it.

    `files` are the languages as their files have them, without anything laid over.
    """

    version: Version
    files: Library
    library: Library
    published: Published
    answer: Answer

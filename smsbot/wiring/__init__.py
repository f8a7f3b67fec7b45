"""The one place that knows everyone: builds the bot from its settings.

texts.py      the languages' files, what is said and read, and the edition in force
servers.py    the web process and the worker
console.py    what the staff's pages lean on
checkup.py    what is to be looked at before going live, and the rest of the terminal's work
"""

from .checkup import checkup, fallback, migrate, notices
from .console import access, first_link, load_proofs, make_live, make_stores
from .servers import Parts, assemble, build, counting_note
from .talk import in_memory
from .texts import (
    Texts,
    check_budgets,
    load_library,
    load_shelf,
    load_texts,
    make_texts,
    read_all_examples,
    texts_of,
)

__all__ = [
    "Parts",
    "Texts",
    "access",
    "assemble",
    "build",
    "check_budgets",
    "checkup",
    "counting_note",
    "fallback",
    "first_link",
    "in_memory",
    "load_library",
    "load_proofs",
    "load_shelf",
    "load_texts",
    "make_live",
    "make_stores",
    "make_texts",
    "migrate",
    "notices",
    "read_all_examples",
    "texts_of",
]

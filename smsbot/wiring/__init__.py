"""The one place that knows everyone: builds the bot from its settings.

texts.py      the languages' files, what is said and read, and the edition in force
servers.py    the web process and the worker
sender.py     the process that sends broadcasts
campaigns.py  what broadcasts lean on
marketing.py  what staff's work on campaigns leans on, and the ways in
people.py     the proof of consent
console.py    what the staff's pages lean on
terminal.py   what is to be looked at before going live, and the rest of the terminal's work
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .console import access, first_link, load_proofs, make_live, make_stores
    from .marketing import Bench, campaigning, make_syncing
    from .people import make_consents
    from .sender import build_sender
    from .servers import Parts, assemble, build, counting_note
    from .talk import in_memory
    from .terminal import checkup, fallback, migrate, notices
    from .texts import (
        Texts,
        check_budgets,
        load_library,
        load_shelf,
        load_texts,
        make_texts,
        model_folder,
        read_all_examples,
        texts_of,
    )

__all__ = [
    "Bench",
    "Parts",
    "Texts",
    "access",
    "assemble",
    "build",
    "build_sender",
    "campaigning",
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
    "make_consents",
    "make_live",
    "make_stores",
    "make_syncing",
    "make_texts",
    "migrate",
    "model_folder",
    "notices",
    "read_all_examples",
    "texts_of",
]

# Each process loads its own part only: the one that sends is a third of the one that reads.
_HOMES = {
    "Bench": "marketing",
    "campaigning": "marketing",
    "Parts": "servers",
    "Texts": "texts",
    "access": "console",
    "assemble": "servers",
    "build": "servers",
    "build_sender": "sender",
    "check_budgets": "texts",
    "checkup": "terminal",
    "counting_note": "servers",
    "fallback": "terminal",
    "first_link": "console",
    "in_memory": "talk",
    "load_library": "texts",
    "load_proofs": "console",
    "load_shelf": "texts",
    "load_texts": "texts",
    "make_consents": "people",
    "make_live": "console",
    "make_stores": "console",
    "make_syncing": "marketing",
    "make_texts": "texts",
    "migrate": "terminal",
    "model_folder": "texts",
    "notices": "terminal",
    "read_all_examples": "texts",
    "texts_of": "texts",
}


def __getattr__(name: str) -> Any:
    """A name of one of the modules, which is loaded now."""
    if name not in _HOMES:
        raise AttributeError(f"there is no {name} in {__name__}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)

"""Values that take seconds to work out, kept in a folder of the bot's own for each state of what they are made of."""

import io
import pickle
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, TypeVar

from smsbot.adapters.files import replace_file
from smsbot.core.content.broken import Broken

STATES = 2  # of one name that are kept: those of before and after a change

T = TypeVar("T")


def kept(folder: Path, name: str, state: str, make: Callable[[], T], of: Collection[type]) -> T:
    """The value that was kept under this state, else the one that `make` makes, kept for the next process.

    It is made of values of the classes in `of` and of plain ones. What lies in the folder and holds others, or cannot be read, is
    not taken; where the folder cannot be written, the value is made each time.
    """
    path = folder / f"{name}-{state[:12]}.pickle"
    try:
        found: T = _Only(path.read_bytes(), of).load()
    except (OSError, EOFError, ValueError, TypeError, AttributeError, pickle.PickleError):
        found = make()
        try:
            replace_file(path, pickle.dumps(found, pickle.HIGHEST_PROTOCOL))
            _forget(folder.glob(f"{name}-*.pickle"))
        except (OSError, Broken):
            pass  # it is made again by the next process
    return found


class _Only(pickle.Unpickler):
    """Reads values of certain classes only, so that a file from elsewhere runs nothing."""

    def __init__(self, content: bytes, of: Collection[type]) -> None:
        super().__init__(io.BytesIO(content))
        self._known = {(one.__module__, one.__qualname__): one for one in (*of, frozenset)}

    def find_class(self, module: str, name: str) -> Any:
        try:
            return self._known[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not kept here") from None


def _forget(paths: Iterable[Path]) -> None:
    """Removes all but the newest."""
    newest = sorted(paths, key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in newest[STATES:]:
        path.unlink(missing_ok=True)

"""What the rules say of every text of the files, worked out once for each state of them and kept, since it takes seconds."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from smsbot.adapters.files import PACKAGE, replace_file, state_of
from smsbot.core.conversation.preview import Looked
from smsbot.core.language.checks import Finding

Of = Mapping[str, Mapping[str, Looked]]  # language -> key -> what a list shows of it
CODE = ("core/language", "core/conversation", "core/content")  # what decides it, beside the files


def proofs_of(
    folder: Path,
    sources: Iterable[Path],
    tags: Iterable[str],
    look: Callable[[str], Mapping[str, Looked]],
    steps: Callable[[Iterable[str]], Iterable[str]],
) -> Of:
    """The proofs of the languages, read where they were made from these very `sources`, else made and kept.

    `steps` wraps the loop over the languages for a progress bar.
    """
    rules = sorted(path for room in CODE for path in (PACKAGE / room).glob("*.py"))
    kept = folder / f"proofs-{state_of([*sources, *rules])[:12]}.json"
    try:
        return _read(json.loads(kept.read_text()))
    except (OSError, ValueError, KeyError, TypeError):
        made = {tag: look(tag) for tag in steps(tuple(tags))}
    for old in folder.glob("proofs-*.json"):
        old.unlink(missing_ok=True)
    replace_file(kept, json.dumps({t: dict(_written(of)) for t, of in made.items()}).encode())
    return made


def _written(of: Mapping[str, Looked]) -> Iterator[tuple[str, Any]]:
    for key, looked in of.items():
        found = [[f.rule, f.severity, f.says] for f in looked.findings]
        yield key, [looked.segments, found]


def _read(kept: Any) -> Of:
    return {
        tag: {
            key: Looked(segments, tuple(Finding(key, *finding) for finding in found))
            for key, (segments, found) in of.items()
        }
        for tag, of in kept.items()
    }

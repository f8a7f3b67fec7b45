"""Texts to translators outside, and back: what a file would change is shown first, and then proposed as edits of a member."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from smsbot.core.conversation.preview import Bench, bench, preview
from smsbot.core.conversation.proofread import Library
from smsbot.core.language.checks import Finding
from smsbot.core.language.edits import Edit
from smsbot.core.language.language import Language
from smsbot.core.language.translation import Translation
from smsbot.core.people.staff import Member
from smsbot.ports import Refused, Unavailable
from smsbot.ports.console import Taken

from .access import need
from .catalogs import inside, sifted
from .edition import Edition
from .translate import Blocked, Standing, Translate, Tried

Form = Literal["po", "xlsx"]
FORMS: tuple[Form, ...] = ("po", "xlsx")

# Why a line or a text of a file is not taken.
Wrong = Literal[
    "language",  # it is of another language
    "key",  # the bot has no such text
    "twice",  # another line has the same text
    "formula",  # a cell holds a formula
    "mistake",  # a cell holds a mistake that the spreadsheet made (#REF!)
    "form",  # the language has no such plural form
    "english",  # the English beside it is not today's
    "lacks",  # a plural form is neither in the file nor in force
    "unfinished",  # the translator marked it so
    "rule",  # a rule forbids the wording
    "waits",  # somebody else's proposal waits
]


@dataclass(frozen=True, slots=True)
class Line:
    """One plural form of one text, as a file has it. `number` is the file's own count; `what` tells more of what is wrong."""

    number: int
    language: str
    key: str
    form: int
    english: str
    text: str
    unfinished: bool = False
    wrong: Wrong | None = None
    what: str = ""


# Why a whole file cannot be used.
Bad = Literal[
    "ending",  # of its name: neither .po nor .xlsx
    "empty",
    "workbook",  # no Excel workbook
    "columns",  # lacks some
    "large",  # more lines, or more bytes once it is unpacked, than any language has
    "po",  # cannot be read as PO from this line on
    "letters",  # not UTF-8
    "unnamed",  # a PO file whose header names no language
    "language",  # is of another language throughout
    "plurals",  # counts otherwise than the language does
]


class Unusable(Exception):
    """A file of which no line can be taken. `what` tells more: a line, the columns, the language."""

    def __init__(self, why: Bad, what: str = "") -> None:
        super().__init__(f"{why} {what}".strip())
        self.why, self.what = why, what


class Files(Protocol):
    """The formats in which texts go out and come back."""

    def write(
        self, form: Form, library: Library, tag: str, english: Mapping[str, tuple[str, ...]]
    ) -> bytes:
        """Every text of a language beside the given English, as a file of that form. Raises `Broken`."""

    def read(self, name: str, content: bytes, language: Language) -> Sequence[Line]:
        """The lines of a file, by the ending of its name. Raises `Unusable`."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A whole wording for a text. `base` is the edit in force when it was looked at; `numbers` are the file's lines."""

    key: str
    forms: tuple[str, ...]
    base: int
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A text, or a line, that is left out, and why."""

    key: str
    numbers: tuple[int, ...]
    why: Wrong
    what: str = ""
    new: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    waiting: Edit | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A text that would be proposed. `findings` are warnings, which want a reason."""

    offer: Offer
    now: tuple[str, ...]
    safety: bool
    findings: tuple[Finding, ...] = ()
    mine: bool = False  # takes the place of a proposal of the same member


@dataclass(frozen=True)
class DryRun:
    """What a file would change. `same` says what is in force already, `empty` says nothing and so changes nothing."""

    changes: tuple[Change, ...]
    refused: tuple[NotTaken, ...]
    same: int = 0
    empty: int = 0

    @property
    def warned(self) -> dict[str, int]:
        """The rules that want a reason, and for how many texts each."""
        found: dict[str, int] = {}
        for change in self.changes:
            for rule in {f.rule for f in change.findings}:
                found[rule] = found.get(rule, 0) + 1
        return found


@dataclass(frozen=True)
class Proposed:
    """What became of the offers. `away`: the database went away after the last one that is named here."""

    done: tuple[str, ...]
    same: tuple[str, ...] = ()
    left: tuple[tuple[Offer, str], ...] = ()
    away: bool = False


# ---------------------------------------------------------------- out


def sent_out(edition: Edition, tag: str, form: Form, files: Files) -> bytes:
    """What is in force in a language, beside the English of today, as a file. Raises `Broken`."""
    library = edition.library
    return files.write(form, library, tag, library.english())


# ---------------------------------------------------------------- a look at what came back


def dry_run(
    translate: Translate, at: Bench, member: Member, lines: Sequence[Line], tag: str
) -> DryRun:
    """What the lines of a file would change in a language; nothing is kept. Raises `NotAllowed`, `Unusable`."""
    need(member, "translate", tag)
    if not lines:
        raise Unusable("empty")
    if all(line.language != tag for line in lines):
        raise Unusable("language", lines[0].language)
    library, standing = at.library, translate.standing(tag)
    tally = _Tally()
    for mine in _by_text(lines):
        _place(tally, at, member, mine, standing.get(mine[0].key))
    refused_together = _together(library, tag, tally.changes)
    kept = [c for c in tally.changes if c.offer.key not in refused_together]
    for change in tally.changes:
        if found := refused_together.get(change.offer.key):
            offer = change.offer
            tally.refused.append(
                NotTaken(
                    offer.key, offer.numbers, "rule", "", offer.forms, change.now, tuple(found)
                )
            )
    refused = sorted(tally.refused, key=lambda r: r.numbers or (0,))
    return DryRun(tuple(kept), tuple(refused), tally.same, tally.empty)


def once_more(
    translate: Translate, at: Bench, member: Member, offers: Sequence[Offer], tag: str
) -> DryRun:
    """What the offers of an earlier look would change now. Raises `NotAllowed`, `Unusable`."""
    english = at.library.english()
    lines = [
        Line(
            number=offer.numbers[min(form, len(offer.numbers) - 1)] if offer.numbers else 0,
            language=tag,
            key=offer.key,
            form=form,
            english=beside[min(form, len(beside) - 1)],
            text=words,
        )
        for offer in offers
        if (beside := english.get(offer.key, ("",)))
        for form, words in enumerate(offer.forms)
    ]
    return dry_run(translate, at, member, lines, tag)


@dataclass
class _Tally:
    changes: list[Change] = field(default_factory=list)
    refused: list[NotTaken] = field(default_factory=list)
    same: int = 0
    empty: int = 0


def _by_text(lines: Iterable[Line]) -> list[list[Line]]:
    """The lines of each text; a line without a key stands alone."""
    gathered: dict[tuple[str, int], list[Line]] = {}
    for line in lines:
        gathered.setdefault((line.key, 0 if line.key else line.number), []).append(line)
    return list(gathered.values())


def _place(
    tally: _Tally, at: Bench, member: Member, lines: Sequence[Line], standing: Standing | None
) -> None:
    """Puts one text of the file where it belongs: a change, refused, the same, or empty."""
    library, key = at.library, lines[0].key
    numbers = tuple(dict.fromkeys(line.number for line in lines))
    if unfit := next(_unfit(library, at.tag, lines, standing), None):
        bad, why, what = unfit
        tally.refused.append(NotTaken(key, (bad,), why, what, tuple(x.text for x in lines)))
        return
    assert standing is not None
    if not any(line.text for line in lines):
        tally.empty += 1
        return
    forms = _filled(library, at.tag, lines, standing)
    if _settled(forms, lines, standing, member):
        tally.same += 1
        return
    refused = NotTaken(key, numbers, "rule", new=forms, now=standing.forms)
    if any(line.unfinished for line in lines):
        tally.refused.append(replace(refused, why="unfinished"))
    elif not all(forms):
        tally.refused.append(replace(refused, why="lacks", what=str(forms.index(""))))
    elif standing.waiting is not None and standing.waiting.by != member.id:
        tally.refused.append(replace(refused, why="waits", waiting=standing.waiting))
    else:
        found = preview(at, key, forms).findings
        if errors := tuple(f for f in found if f.severity == "error"):
            tally.refused.append(replace(refused, findings=errors))
        else:
            base = standing.edit.id if standing.edit else 0
            offer = Offer(key, forms, base, numbers)
            mine = standing.waiting is not None
            tally.changes.append(Change(offer, standing.forms, standing.safety, found, mine))


def _unfit(
    library: Library, tag: str, lines: Sequence[Line], standing: Standing | None
) -> Iterator[tuple[int, Wrong, str]]:
    """Why the lines of one text cannot be taken, whatever they say: line, reason, more. Only the first matters."""
    for line in lines:
        if line.wrong:
            yield line.number, line.wrong, line.what
        if line.language != tag:
            yield line.number, "language", line.language
    if standing is None:
        yield lines[0].number, "key", lines[0].key
        return
    count = _count(library, tag, standing.key)
    seen: dict[int, int] = {}
    for line in lines:
        if line.form in seen:
            yield line.number, "twice", str(seen[line.form])
        seen[line.form] = line.number
        if line.form >= count:
            yield line.number, "form", str(line.form)
    for line in lines:
        if line.text and not _beside(line, standing.english):
            yield line.number, "english", line.english


def _beside(line: Line, english: Sequence[str]) -> bool:
    """Whether the English beside the line is today's; how its spaces and lines are broken does not matter."""
    return line.english.split() == english[min(line.form, len(english) - 1)].split()


def _count(library: Library, tag: str, key: str) -> int:
    plural = library.content.phrases[key].plural
    return library.scripts[tag].language.plural_forms if plural else 1


def _filled(
    library: Library, tag: str, lines: Sequence[Line], standing: Standing
) -> tuple[str, ...]:
    """The wording with the forms that the file leaves empty as they are in force."""
    said = {line.form: line.text for line in lines if line.text}
    now = standing.forms
    return tuple(
        said.get(form) or (now[form] if form < len(now) else "")
        for form in range(_count(library, tag, standing.key))
    )


def _settled(
    forms: tuple[str, ...], lines: Sequence[Line], standing: Standing, member: Member
) -> bool:
    """Whether there is nothing to propose: it is in force, the member proposed it already, or nobody read it here or there."""
    waiting = standing.waiting
    if waiting is not None and waiting.by == member.id and waiting.forms == forms:
        return True
    if forms != standing.forms:
        return False
    return standing.state == "read" or any(line.unfinished for line in lines)


def _together(library: Library, tag: str, changes: Sequence[Change]) -> dict[str, list[Finding]]:
    """What the words to type, which stand in other texts and are read back, would break: tried together with all else."""
    offers = {change.offer.key: change.offer for change in changes}
    if not any(inside(key) for key in offers):
        return {}
    tried = {
        key: Translation(key, library.content.phrases[key].forms, offer.forms)
        for key, offer in offers.items()
    }
    found: dict[str, list[Finding]] = {}
    for finding in sifted(library, tag, tried)[1]:
        found.setdefault(finding.key, []).append(finding)
    return found


# ---------------------------------------------------------------- the button


def propose_all(
    translate: Translate,
    member: Member,
    tag: str,
    offers: Sequence[Offer],
    note: str,
    reasons: Mapping[str, str],
) -> Proposed:
    """Proposes each wording as an edit of the member; a warning is waived by the reason given for its rule.

    What a rule forbids by now, or somebody else was quicker with, is left, with the sentence that says why. Pressed twice, the
    second time changes nothing. Raises `NotAllowed`, and `Unavailable` where nothing was kept.
    """
    library, standing = translate.edition().library, translate.standing(tag)
    waived = [(rule, why.strip()) for rule, why in reasons.items() if why.strip()]
    changes = [Change(o, (), safety=False) for o in offers if o.key in library.content.phrases]
    tried = Tried(bench(library, tag), _together(library, tag, changes))
    done: list[str] = []
    same: list[str] = []
    left: list[tuple[Offer, str]] = []
    for number, offer in enumerate(offers):
        waiting = standing[offer.key].waiting if offer.key in standing else None
        if waiting is not None and (waiting.by, waiting.forms) == (member.id, offer.forms):
            same.append(offer.key)
            continue
        try:
            translate.propose(member, tag, offer.key, offer.forms, offer.base, waived, note, tried)
            done.append(offer.key)
        except (Blocked, Refused, Taken) as no:
            left.append((offer, str(no)))
        except Unavailable:
            if not done:
                raise
            left += [(rest, "") for rest in offers[number:]]
            return Proposed(tuple(done), tuple(same), tuple(left), away=True)
    return Proposed(tuple(done), tuple(same), tuple(left))

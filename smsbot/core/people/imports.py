"""Consents that were given elsewhere, as rows of a file: only what could be proved before a court is taken.

A file is a table in UTF-8 with a line of names at its head. A row is known by its number as a spreadsheet shows it. Nothing that
stands in a row is ever repeated in a complaint about it.
"""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from .address import Address, Channel
from .ledger import Grounds

NEEDED = (
    "number",
    "channel",
    "language",
    "consented_at",
    "source",
    "actor",
    "frequency",
    "sender",
    "age18",
)
WORDS = ("words", "words_file")  # one of them
ELSE = ("ip", "user_agent", "policy", "not_condition")
CHANNELS: tuple[Channel, ...] = ("sms", "whatsapp")
SOURCES = ("keyword", "web", "paper", "staff")
YES = frozenset({"yes", "true", "1"})
MOST = 200_000  # rows of a file
LONGEST = 4_000  # characters of a cell: twice the longest question

# What a spreadsheet takes for a formula, and runs when the file is opened. A number in international form begins with a plus.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")  # with its end: a cell may hold several
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_APART = str.maketrans(
    "", "", " -.()\u00a0\u202f"
)  # what people set the groups of a number apart with


class Unusable(ValueError):
    """A file that cannot be taken as a whole, in words that say what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file, what stands in it by the name of the column, and whether it has as many cells as the head."""

    number: int
    cells: Mapping[str, str]
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent that a row proves: whose, when, in which words, and all that stands beside it."""

    address: Address
    language: str
    at: datetime
    words: str
    grounds: Grounds


class NoProof(ValueError):
    """Why a row stays out, in words that say what to do; never with anything that stands in the row."""


@dataclass(frozen=True)
class Around:
    """What a row is read by: the clinic, the languages that the bot speaks, the moment, and from when a consent still holds.

    `text_of` gives the text of a file that a row names, `region` the country of a number; "" where there is none.
    """

    business: str
    languages: frozenset[str]
    zone: tzinfo
    zone_name: str
    now: datetime
    oldest: datetime
    text_of: Callable[[str], str]
    region: Callable[[Address], str]


def rows_of(content: bytes) -> tuple[Row, ...]:
    """The rows of a file. Raises `Unusable`."""
    text = _decoded(content)
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(_LINE.findall(text), delimiter=separator, strict=True)
    rows: list[Row] = []
    names: list[str] = []
    count = 0
    try:
        for count, cells in enumerate(reader, 1):
            if count == 1:
                names = _names(cells)
            elif any(cell.strip() for cell in cells):
                fits = len(cells) == len(names)
                rows.append(Row(count, dict(zip(names, cells, strict=False)), fits))
            if len(rows) > MOST:
                raise Unusable(f"has more than {MOST} rows: cut it into several files")
    except csv.Error:
        raise Unusable(
            f"row {count + 1}: the quotation marks do not match, or a cell is too long"
        ) from None
    if not names:
        raise Unusable("is empty")
    return tuple(rows)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unusable("is in UTF-16: save it as CSV in UTF-8")
    if content.startswith(b"PK\x03\x04"):
        raise Unusable("is a workbook: save it as CSV in UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Unusable(
            f"line {line} is not in UTF-8, as when a file is saved in Windows-1252: save it as CSV in UTF-8"
        ) from None
    if "\0" in text:
        raise Unusable(f"line {text[: text.index(chr(0))].count(chr(10)) + 1} holds a zero byte")
    return text


def _names(cells: Sequence[str]) -> list[str]:
    names = [cell.strip().casefold() for cell in cells]
    known = {*NEEDED, *WORDS, *ELSE}
    if unknown := [str(n) for n, name in enumerate(names, 1) if name not in known]:
        raise Unusable(
            f"row 1: column {', '.join(unknown)} has a name that is not known; the names are "
            f"{', '.join((*NEEDED, *WORDS, *ELSE))}"
        )
    if len(set(names)) < len(names):
        raise Unusable("row 1: two columns have the same name")
    lacking = [name for name in NEEDED if name not in names]
    if not set(WORDS) & set(names):
        lacking.append(" or ".join(WORDS))
    if lacking:
        raise Unusable(f"row 1: there is no column {', '.join(lacking)}")
    return names


def consent_of(row: Row, around: Around) -> Consent:
    """The consent that a row proves. Raises `NoProof`."""
    if not row.fits:
        raise NoProof(
            "has not as many cells as there are columns: a separator is missing, or one too many"
        )
    cell = {name: value.strip() for name, value in row.cells.items()}
    _harmless(row.cells)
    for name in NEEDED:
        if not cell[name]:
            raise NoProof(f"{name} is empty: without it the consent cannot be proved")
    source = _one_of("source", cell["source"].casefold(), SOURCES)
    address = _address(cell, around)
    at = _moment(cell["consented_at"], around)
    language = _language(cell["language"], around)
    if cell["age18"].casefold() not in YES:
        raise NoProof("age18 is not yes: only adults can agree")
    ip, agent = cell.get("ip", ""), cell.get("user_agent", "")
    if source == "web" and not (ip and agent):
        raise NoProof("a consent from the web needs ip and user_agent")
    if source != "web" and (ip or agent):
        raise NoProof("ip and user_agent belong to a consent from the web only")
    grounds = Grounds(
        sender=cell["sender"].translate(_APART) if _e164(cell["sender"]) else cell["sender"],
        business=around.business,
        purpose="news",
        action="yes",
        method="import",
        source=source,
        actor=cell["actor"],
        frequency=cell["frequency"],
        unconditional=cell.get("not_condition", "").casefold() in YES,
        policy=cell.get("policy", ""),
        country=around.region(address),
        zone=around.zone_name,
        adult=True,
        ip=ip,
        agent=agent,
    )
    return Consent(address, language, at, _words(cell, around), grounds)


def masked(row: Row) -> str:
    """As much of a row's number as lets whoever has the file find it: the last two digits."""
    digits = [c for c in row.cells.get("number", "") if c.isascii() and c.isdigit()]
    return f"…{''.join(digits[-2:])}" if len(digits) > 4 else "…"


def _harmless(cells: Mapping[str, str]) -> None:
    for name, value in cells.items():
        if len(value) > LONGEST:
            raise NoProof(f"{name} is longer than {LONGEST} characters")
        begins = value.lstrip(" ")
        number = begins.startswith("+") and (
            name == "number" or (name == "sender" and _e164(begins))
        )  # what is no number in that column is refused as such
        if begins.startswith(_FORMULA) and not number:
            raise NoProof(f"{name} begins like a formula of a spreadsheet (= + - @): write a value")


def _e164(text: str) -> bool:
    return bool(_E164.fullmatch(text.translate(_APART)))


def _one_of(name: str, value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise NoProof(f"{name} is not one of {', '.join(allowed)}")
    return value


def _address(cell: Mapping[str, str], around: Around) -> Address:
    if not _e164(cell["number"]):
        raise NoProof("number is not a phone number in international form, such as +15145550123")
    channel = _one_of("channel", cell["channel"].casefold(), CHANNELS)
    address = Address(channel, cell["number"].translate(_APART))  # type: ignore[arg-type]
    if not around.region(address):
        raise NoProof("number has a prefix of no country")
    return address


def _moment(text: str, around: Around) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NoProof(
            "consented_at is not a day or a moment such as 2026-05-31 or 2026-05-31T14:30:00-04:00"
        ) from None
    if (
        moment.tzinfo is None
    ):  # the clinic's own day; without an hour its beginning, so that nothing said that day came before it
        moment = moment.replace(tzinfo=around.zone)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise NoProof("consented_at is no moment that the calendar has") from None
    if moment > around.now:
        raise NoProof("consented_at has not come yet")
    if moment < around.oldest:
        raise NoProof(
            "consented_at is longer ago than a consent holds without a word from the person: ask anew"
        )
    return moment


def _language(text: str, around: Around) -> str:
    tag = text.replace("_", "-")
    found = next((known for known in around.languages if known.casefold() == tag.casefold()), "")
    if not found:
        raise NoProof(f"language is not one of {', '.join(sorted(around.languages))}")
    return found


def _words(cell: Mapping[str, str], around: Around) -> str:
    words, file = cell.get("words", ""), cell.get("words_file", "")
    if bool(words) == bool(file):
        raise NoProof(
            "the exact words that the person agreed to belong into words, or into the file that words_file names"
        )
    if file:
        words = around.text_of(file).strip()
    if not words:
        raise NoProof(
            "the file that words_file names is not beside this one, or is no text in UTF-8"
        )
    return words

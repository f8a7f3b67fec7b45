"""What a broadcast would do and what it did, and what came of a campaign, as the sums that people look at."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Protocol

from .outcome import FEW, GONE, REACHED, Difference, Share, difference, share_of

WAITING = frozenset({"planned", "sending"})
LEFT = GONE - {"sending"}  # the carrier has it, or may have it


def harmless(cell: object) -> object:
    """A cell of a sheet that no program takes for a formula, whatever somebody named a campaign.

    Source: OWASP, CSV Injection: cells that begin with =, +, -, @, a tab or a line end, also of full width.
    """
    text = str(cell)
    if isinstance(cell, (int, float, Decimal)) or not text.startswith(_FORMULA):
        return cell
    return f"'{text}"


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# ---------------------------------------------------------------- the forecast


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a language's people would get, or one channel's of it: `skipped` are counts by reason."""

    name: str
    people: int = 0
    held_out: int = 0
    segments: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def passed_over(self) -> int:
        """How many get nothing, for whatever reason."""
        return sum(self.skipped.values())


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a broadcast would be. `version` is that of the broadcast it was made of; `cost` is None where no price is known.

    `at` is when the people were counted; None where that was not kept.
    """

    version: int
    audience: int
    total: Outlook
    languages: tuple[Outlook, ...]
    cost: Decimal | None
    at: datetime | None = None

    @property
    def lacking(self) -> tuple[str, ...]:
        """Languages in which people are to be written to, and there is no text."""
        return tuple(one.name for one in self.languages if one.skipped.get("no_text"))


def read_forecast(report: Mapping[str, object]) -> Forecast | None:
    """The forecast that was kept; None where there is none."""
    if not report:
        return None
    rows = [(str(r[0]), str(r[1]), str(r[2]), int(r[3])) for r in _rows(report, "rows")]
    segments = {(str(r[0]), str(r[1])): int(r[2]) for r in _rows(report, "segments")}
    tags = sorted({row[0] for row in rows})
    languages = tuple(
        _outlook(
            tag,
            [row for row in rows if row[0] == tag],
            sum(count for (language, _), count in segments.items() if language == tag),
        )
        for tag in tags
    )
    ordered = tuple(sorted(languages, key=lambda one: -one.people))
    total = _outlook("", rows, sum(segments.values()))
    return Forecast(
        _whole(report.get("version")),
        _whole(report.get("people")),
        total,
        ordered,
        amount_of(report.get("cost")),
        _moment(report.get("at")),
    )


def _outlook(name: str, rows: Sequence[tuple[str, str, str, int]], segments: int) -> Outlook:
    counts: Counter[str] = Counter()
    for _, _, what, count in rows:
        counts[what] += count
    people, held_out = counts.pop("planned", 0), counts.pop("holdout", 0)
    return Outlook(name, people, held_out, segments, dict(counts.most_common()))


def _rows(report: Mapping[str, object], name: str) -> Sequence[Sequence[int]]:
    found = report.get(name)
    return found if isinstance(found, Sequence) else ()


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def amount_of(value: object) -> Decimal | None:
    """An amount as it was kept; None where there is none."""
    try:
        return Decimal(str(value)) if value not in (None, "") else None
    except InvalidOperation:
        return None


# ---------------------------------------------------------------- what was done


class Counted(Protocol):
    """A number of deliveries that are alike, as the store counts them."""

    @property
    def language(self) -> str: ...  # noqa: D102 - each is what its name says
    @property
    def channel(self) -> str: ...  # noqa: D102
    @property
    def variant(self) -> str: ...  # noqa: D102
    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def error(self) -> int | None: ...  # noqa: D102
    @property
    def people(self) -> int: ...  # noqa: D102
    @property
    def segments(self) -> int: ...  # noqa: D102
    @property
    def replied(self) -> int: ...  # noqa: D102
    @property
    def opted_out(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Line:
    """One line of how far a broadcast is, as it was kept."""

    language: str
    channel: str
    variant: str
    state: str
    reason: str
    error: int | None
    people: int
    segments: int
    replied: int
    opted_out: int


def read_progress(report: Mapping[str, object]) -> tuple[Line, ...]:
    """How far a broadcast is, as it was kept; nothing where nothing was."""
    return tuple(Line(*row[:5], row[5] or None, *row[6:10]) for row in _rows(report, "rows"))  # type: ignore[call-arg, arg-type]


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a number of people: of all, of a language, of a channel, or of those who got one wording.

    `sent` counts what left for the carrier, whatever came after; `read` is a part of `delivered`, which is a part of `sent`.
    `unknown` may have left; `replied` are those of both who answered.
    """

    name: str
    people: int = 0
    waiting: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    unknown: int = 0
    expired: int = 0
    canceled: int = 0
    skipped: int = 0
    held_out: int = 0
    segments: int = 0
    replied: int = 0
    opted_out: int = 0

    @property
    def settled(self) -> int:
        """For how many it is decided what becomes of them."""
        return self.people - self.waiting

    @property
    def replies(self) -> Share:
        """The share of those written to who answered."""
        return share_of(self.replied, self.sent + self.unknown)


def account_of(lines: Iterable[Counted], name: str = "") -> Account:
    """The sums of these lines."""
    some = list(lines)
    by: Counter[str] = Counter()
    for line in some:
        by[line.state] += line.people
    return Account(
        name=name,
        people=sum(by.values()),
        waiting=sum(by[state] for state in WAITING),
        sent=sum(by[state] for state in LEFT) - by["unknown"],
        delivered=by["delivered"] + by["read"],
        read=by["read"],
        failed=by["failed"] + by["undelivered"],
        unknown=by["unknown"],
        expired=by["expired"],
        canceled=by["canceled"],
        skipped=by["skipped"],
        held_out=by["holdout"],
        segments=sum(line.segments for line in some),
        replied=sum(line.replied for line in some if line.state in LEFT),
        opted_out=sum(line.opted_out for line in some),
    )


def by(lines: Sequence[Counted], name_of: Callable[[Counted], str]) -> tuple[Account, ...]:
    """The sums for each name that `name_of` gives a line, those with most people first."""
    names = dict.fromkeys(name_of(line) for line in lines)
    accounts = (account_of([x for x in lines if name_of(x) == name], name) for name in names)
    return tuple(sorted(accounts, key=lambda one: (-one.people, one.name)))


def failures(lines: Iterable[Counted]) -> list[tuple[int | None, str, int]]:
    """Why messages failed: the carrier's error, our own word for it, and how many people, most first."""
    counts: Counter[tuple[int | None, str]] = Counter()
    for line in lines:
        if line.state in ("failed", "undelivered"):
            counts[line.error, line.reason] += line.people
    return [(error, reason, count) for (error, reason), count in counts.most_common()]


def passed_over(lines: Iterable[Counted]) -> list[tuple[str, int]]:
    """Why people were passed over, most first."""
    counts: Counter[str] = Counter()
    for line in lines:
        if line.state == "skipped":
            counts[line.reason] += line.people
    return counts.most_common()


# ---------------------------------------------------------------- what is compared


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two shares side by side, and how sure it is that one is above the other."""

    names: tuple[str, str]
    one: Share
    other: Share
    between: Difference

    @property
    def sure(self) -> bool:
        """Whether the difference is not by chance alone."""
        return bool(self.one.whole and self.other.whole and self.between.sure)


def wordings_compared(lines: Sequence[Counted]) -> Comparison | None:
    """How much more wording B is answered than A; None where only one was sent."""
    shares = {}
    for variant in ("A", "B"):
        mine = [x for x in lines if x.variant == variant and x.state in REACHED]
        shares[variant] = share_of(sum(x.replied for x in mine), sum(x.people for x in mine))
    if not (shares["A"].whole and shares["B"].whole):
        return None
    return Comparison(("A", "B"), shares["A"], shares["B"], difference(shares["B"], shares["A"]))


def holdout_compared(lines: Sequence[Counted]) -> Comparison | None:
    """How much more people wrote who were invited than those who were left out; None where nobody was left out."""
    invited = [x for x in lines if x.state in REACHED]
    left_out = [x for x in lines if x.state == "holdout"]
    one, other = (
        share_of(sum(x.replied for x in some), sum(x.people for x in some))
        for some in (invited, left_out)
    )
    if not (one.whole and other.whole):
        return None
    return Comparison(("invited", "holdout"), one, other, difference(one, other))


# ---------------------------------------------------------------- a campaign


class Tallied(Protocol):
    """So many messages of a day with one outcome."""

    @property
    def day(self) -> date: ...  # noqa: D102 - each is what its name says
    @property
    def language(self) -> str: ...  # noqa: D102
    @property
    def channel(self) -> str: ...  # noqa: D102
    @property
    def outcome(self) -> str: ...  # noqa: D102
    @property
    def count(self) -> int: ...  # noqa: D102


CAME = ("scan", "click", "talk", "consent", "reply", "stop")  # what is counted, in this order
TOPIC = "topic:"


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a campaign: of all, on a day, in a language or on a channel."""

    name: str
    counts: Mapping[str, int]

    def __getitem__(self, what: str) -> int:
        """How often something happened."""
        return self.counts.get(what, 0)


@dataclass(frozen=True, slots=True)
class Harvest:
    """All that came of a campaign. Topics that fewer people asked about than `FEW` are not named: `rare` is how many they are."""

    total: Came
    days: tuple[tuple[date, Came], ...]
    languages: tuple[Came, ...]
    channels: tuple[Came, ...]
    topics: tuple[tuple[str, int], ...]
    rare: int


def harvests(tallies: Iterable[Tallied], prefix: str) -> dict[int, Came]:
    """What came of each campaign, by its id. `prefix` begins the outcomes that count it."""
    counts: dict[int, Counter[str]] = {}
    for tally in tallies:
        number, _, what = tally.outcome.removeprefix(prefix).partition("/")
        if tally.outcome.startswith(prefix) and number.isdigit():
            counts.setdefault(int(number), Counter())[what] += tally.count
    return {number: Came(str(number), dict(found)) for number, found in counts.items()}


def harvest(tallies: Iterable[Tallied], campaign_id: int, prefix: str) -> Harvest:
    """What came of one campaign."""
    mine = f"{prefix}{campaign_id}/"
    some = [(t, t.outcome.removeprefix(mine)) for t in tallies if t.outcome.startswith(mine)]
    plain = [(t, what) for t, what in some if not what.startswith(TOPIC)]
    topics: Counter[str] = Counter()
    for t, what in some:
        if what.startswith(TOPIC):
            topics[what.removeprefix(TOPIC)] += t.count
    shown = [(topic, count) for topic, count in topics.most_common() if count >= FEW]
    return Harvest(
        total=_came("", plain),
        days=tuple(
            (day, _came(day.isoformat(), [(t, w) for t, w in plain if t.day == day]))
            for day in sorted({t.day for t, _ in plain})
        ),
        languages=_grouped(plain, lambda t: t.language),
        channels=_grouped(plain, lambda t: t.channel),
        topics=tuple(shown),
        rare=len(topics) - len(shown),
    )


def _came(name: str, some: Iterable[tuple[Tallied, str]]) -> Came:
    counts: Counter[str] = Counter()
    for tally, what in some:
        counts[what] += tally.count
    return Came(name, dict(counts))


def _grouped(
    some: Sequence[tuple[Tallied, str]], name_of: Callable[[Tallied], str]
) -> tuple[Came, ...]:
    names = sorted({name_of(t) for t, _ in some})
    found = [_came(name, [(t, w) for t, w in some if name_of(t) == name]) for name in names]
    return tuple(sorted(found, key=lambda one: -sum(one.counts.values())))


# ---------------------------------------------------------------- as a sheet

COUNT_HEAD = ("campaign", "what", "day", "language", "channel", "count")
LINE_HEAD = (
    *("broadcast", "language", "channel", "wording", "state", "reason", "error"),
    *("people", "segments", "replied", "opted_out"),
)


def count_rows(
    name: str, tallies: Iterable[Tallied], campaign_id: int, prefix: str
) -> Iterator[tuple[object, ...]]:
    """A line for each count of a day, a language and a channel; topics only as sums of all, and only where they are not few."""
    some = list(tallies)
    mine = f"{prefix}{campaign_id}/"
    for t in sorted(some, key=lambda t: (t.day, t.language, t.channel, t.outcome)):
        what = t.outcome.removeprefix(mine)
        if t.outcome.startswith(mine) and not what.startswith(TOPIC):
            yield (name, what, t.day.isoformat(), t.language, t.channel, t.count)
    for topic, count in harvest(some, campaign_id, prefix).topics:
        yield (name, f"{TOPIC}{topic}", "", "", "", count)


def line_rows(name: str, lines: Iterable[Counted]) -> Iterator[tuple[object, ...]]:
    """A line for each number of a broadcast's deliveries that are alike."""
    for x in lines:
        alike = (x.language, x.channel, x.variant, x.state, x.reason, x.error or "")
        yield (name, *alike, x.people, x.segments, x.replied, x.opted_out)

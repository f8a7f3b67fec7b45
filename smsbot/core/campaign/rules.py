"""The rules of each country: what a campaign's text may name there, when it may be sent, and on which channels never.

A country's rule says how far one may go; what is in force is the default, which is narrower, until the clinic's own file says
otherwise. The clinic may go as far as the rule without more, and further only with its `override` and its `evidence`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from functools import reduce
from typing import Any, Literal, get_args

from ..content.broken import Broken
from ..content.profile import DAYS
from ..people.address import Channel
from ..people.hours import Hours, Week, Window, common, within
from .words import Pattern, read_pattern

FILE = "campaign_rules.toml"

Names = Literal["none", "price", "drug"]
LEVELS: tuple[Names, ...] = get_args(Names)  # narrowest first
CHANNELS: tuple[Channel, ...] = get_args(Channel)
EVERY_PART = "*"
LONGEST_GUARD = 240  # minutes


@dataclass(frozen=True, slots=True)
class Rules:
    """What is in force for somebody in one place."""

    place: str  # CA, or US-TX where the part of the country is known
    names: Names
    hours: Hours
    holidays_of: tuple[str, ...] = ()  # parts whose public holidays count beside the country's
    barred: Mapping[str, str] = field(
        default_factory=dict
    )  # channel -> why nobody is invited on it
    words: tuple[Pattern, ...] = ()  # what may not be said there
    price_needs: tuple[str, ...] = ()  # placeholders that stand beside a price
    purpose: bool = False  # whether to say what the medicine is for is to advertise it
    evidence: tuple[str, ...] = ()  # the files on which the clinic goes further than the rule


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a text may be: in characters, SMS segments and emoji."""

    sms_characters: int
    dear_segments: int
    most_segments: int
    whatsapp_characters: int
    emoji: int
    spaces: int


@dataclass(frozen=True, slots=True)
class Links:
    """What is known of hosts: those that only shorten links, and the endings by which a word is seen to be one."""

    shorteners: frozenset[str]
    endings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the rule of one place goes."""

    names: Names = "none"
    week: Week | None = None  # None: as far as the default
    on_evidence: bool = False
    guard: timedelta = timedelta()
    holidays_of: tuple[str, ...] = ()
    barred: Mapping[str, str] = field(default_factory=dict)
    words: tuple[Pattern, ...] = ()
    price_needs: tuple[str, ...] = ()
    purpose: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What the clinic's own file says of one place; None where it leaves the default."""

    names: Names | None = None
    week: Week | None = None
    barred: Mapping[str, str] = field(default_factory=dict)
    open: tuple[Channel, ...] = ()
    words: tuple[Pattern, ...] = ()
    evidence: str = ""  # named where the wish goes further than the rule


@dataclass(frozen=True)
class RuleBook:
    """Every rule, by place, and what the clinic wishes."""

    names: Names
    week: Week
    reach: Mapping[str, Reach]
    limits: Limits
    links: Links
    wishes: Mapping[str, Wish] = field(default_factory=dict)

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries that have rules, in alphabetical order."""
        return tuple(sorted(p for p in {*self.reach, *self.wishes} if "-" not in p))

    def parts_of(self, country: str) -> tuple[str, ...]:
        """The parts of a country that have rules of their own, such as TX."""
        places = {*self.reach, *self.wishes}
        return tuple(sorted(p[3:] for p in places if p.startswith(f"{country}-")))

    def of(self, country: str, part: str = "") -> Rules | None:
        """The rules for somebody in a country; None where it has none, and nobody there is written to.

        Where the part of the country is not known, "", they are the strictest of all its parts.
        """
        if country not in self.countries:
            return None
        rules = self._rules(country)
        places = [f"{country}-{p}" for p in ([part] if part else self.parts_of(country))]
        ours = [self._rules(place) for place in places if self._has(place)]
        met = reduce(_met, ours, rules)
        holidays = (part,) if part else met.holidays_of
        return replace(met, place=f"{country}-{part}" if part else country, holidays_of=holidays)

    def _has(self, place: str) -> bool:
        return place in self.reach or place in self.wishes

    def _rules(self, place: str) -> Rules:
        """What is in force in one place, taken by itself."""
        reach, wish = self.reach.get(place, Reach()), self.wishes.get(place, Wish())
        country = self.reach.get(place[:2], Reach())
        week = wish.week or self._wished(place[:2])
        if not wish.evidence:
            week = common(week, self._widest(place))
        return Rules(
            place=place,
            names=wish.names or self._named(place[:2]),
            hours=Hours(week, reach.guard or country.guard),
            holidays_of=reach.holidays_of,
            barred={
                channel: why
                for channel, why in {**reach.barred, **wish.barred}.items()
                if channel not in wish.open
            },
            words=(*reach.words, *wish.words),
            price_needs=reach.price_needs,
            purpose=reach.purpose,
            evidence=(wish.evidence,) if wish.evidence else (),
        )

    def _wished(self, country: str) -> Week:
        return self.wishes.get(country, Wish()).week or self.week

    def _named(self, country: str) -> Names:
        return self.wishes.get(country, Wish()).names or self.names

    def _widest(self, place: str) -> Week:
        week = self.reach.get(place, Reach()).week
        return self.week if week is None else week

    def with_clinic(self, table: Mapping[str, Any], file: str) -> "RuleBook":
        """The rules as the clinic's file has them, from its parsed table `campaigns`.

        Raises `Broken` for what goes further than a rule without `override` and `evidence`. Whether the files named as evidence are
        there is for the caller to see: `evidence` of the `Rules`.
        """
        wishes = {
            place: self._wish(_Row(row, file, f"campaigns.{place}"), place)
            for place, row in table.items()
        }
        return replace(self, wishes=wishes)

    def _wish(self, row: "_Row", place: str) -> Wish:
        row.place(place)
        row.only("names", "windows", "words", "barred", "open", "override", "evidence")
        wish = Wish(
            names=row.names() if "names" in row.table else None,
            week=row.week("windows") if "windows" in row.table else None,
            barred=row.barred(),
            open=row.channels("open"),
            words=row.patterns("words"),
        )
        further = tuple(self._further(place, wish))
        override, evidence = (row.text(key) for key in ("override", "evidence"))
        if further and not (override and evidence):
            raise row.broken(
                further[0],
                "goes further than the rule of this place; say who decided so and why in `override`, and name the file that shows "
                "that it may be done in `evidence`",
            )
        return replace(wish, evidence=evidence if further else "")

    def _further(self, place: str, wish: Wish) -> Iterator[str]:
        """The keys in which a wish goes further than the rule."""
        if place not in self.reach and place[:2] not in self.reach:
            yield ""  # a country that has no rule at all
        reach = self.reach.get(place) or self.reach.get(place[:2], Reach())
        if wish.names and LEVELS.index(wish.names) > max(
            LEVELS.index(self.names), -1 if reach.on_evidence else LEVELS.index(reach.names)
        ):
            yield "names"
        if wish.week and not within(wish.week, self.week if reach.week is None else reach.week):
            yield "windows"
        if set(wish.open) & set(reach.barred):
            yield "open"


def _met(one: Rules, other: Rules) -> Rules:
    """What satisfies the rules of both."""
    return Rules(
        place=one.place,
        names=min(one.names, other.names, key=LEVELS.index),
        hours=Hours(
            common(one.hours.week, other.hours.week), max(one.hours.guard, other.hours.guard)
        ),
        holidays_of=tuple(dict.fromkeys((*one.holidays_of, *other.holidays_of))),
        barred={**other.barred, **one.barred},
        words=tuple(dict.fromkeys((*one.words, *other.words))),
        price_needs=tuple(dict.fromkeys((*one.price_needs, *other.price_needs))),
        purpose=one.purpose or other.purpose,
        evidence=tuple(dict.fromkeys((*one.evidence, *other.evidence))),
    )


# ---------------------------------------------------------------- the file


def read_rules(table: Mapping[str, Any], file: str = FILE) -> RuleBook:
    """The rules from their parsed file. Raises `Broken` naming the rule, the key and what is wrong."""
    top = _Row(table, file, "")
    top.only("default", "limits", "links", "rule")
    default, links = (_Row(top.table_of(key), file, key) for key in ("default", "links"))
    default.only("names", "windows")
    links.only("shorteners", "endings")
    reach: dict[str, Reach] = {}
    for number, row in enumerate(table.get("rule", ()), 1):
        for place, found in _reach(_Row(row, file, f"rule[{number}]")):
            if place in reach:
                raise Broken(file, f"rule[{number}].places", f"{place} has a rule already")
            reach[place] = found
    for place in reach:
        if place[:2] not in reach:
            raise Broken(file, "rule", f"{place} is part of a country that has no rule")
    return RuleBook(
        names=default.names(),
        week=default.week("windows"),
        reach=reach,
        limits=_limits(_Row(top.table_of("limits"), file, "limits")),
        links=Links(frozenset(links.texts("shorteners")), frozenset(links.texts("endings"))),
    )


def _reach(row: "_Row") -> Iterator[tuple[str, Reach]]:
    row.only(
        *("places", "names", "on_evidence", "windows"),
        *("guard_minutes", "holidays_of", "barred", "price_needs", "purpose", "words"),
    )
    places = row.texts("places")
    if not places:
        raise row.broken("places", 'is missing; name the countries, such as ["CA"]')
    reach = Reach(
        names=row.names(),
        week=row.week("windows") if "windows" in row.table else None,
        on_evidence=row.flag("on_evidence"),
        guard=row.guard(),
        holidays_of=row.texts("holidays_of"),
        barred=row.barred(),
        words=row.patterns("words"),
        price_needs=row.texts("price_needs"),
        purpose=row.flag("purpose"),
    )
    for place in places:
        row.place(place)
        yield place, reach


def _limits(row: "_Row") -> Limits:
    keys = tuple(Limits.__dataclass_fields__)
    row.only(*keys)
    return Limits(**{key: row.count(key) for key in keys})


class _Row:
    """Reads the keys of one table and says which one is wrong."""

    def __init__(self, table: Any, file: str, name: str) -> None:
        if not isinstance(table, Mapping):
            raise Broken(file, name, "must be a table")
        self.table, self.file, self.name = table, file, name

    def broken(self, key: str, why: str) -> Broken:
        return Broken(self.file, ".".join(part for part in (self.name, key) if part), why)

    def only(self, *known: str) -> None:
        if unknown := sorted(set(self.table) - set(known)):
            raise self.broken(unknown[0], f"is not known here; known are {', '.join(known)}")

    def table_of(self, key: str) -> Any:
        if key not in self.table:
            raise self.broken(key, "is missing")
        return self.table[key]

    def place(self, place: str) -> None:
        country, dash, part = place.partition("-")
        if not (_is_code(country, 2, 2) and country.isalpha()) or (
            dash and not _is_code(part, 1, 3)
        ):
            raise self.broken(
                "", f"{place!r} is no country (CA) and no part of one (US-TX) by ISO 3166"
            )

    def text(self, key: str) -> str:
        value = self.table.get(key, "")
        if not isinstance(value, str):
            raise self.broken(key, "must be a text")
        return value.strip()

    def flag(self, key: str) -> bool:
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            raise self.broken(key, "must be true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.broken(key, "must be a list of texts that are not empty")
        return tuple(value)

    def patterns(self, key: str) -> tuple[Pattern, ...]:
        try:
            return tuple(map(read_pattern, self.texts(key)))
        except ValueError as error:
            raise self.broken(key, str(error)) from None

    def count(self, key: str) -> int:
        value = self.table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.broken(key, "must be a whole number, 1 or more")
        return value

    def names(self) -> Names:
        value = self.table.get("names")
        for level in LEVELS:
            if level == value:
                return level
        raise self.broken("names", f"{value!r} is not one of {', '.join(LEVELS)}")

    def guard(self) -> timedelta:
        value = self.table.get("guard_minutes", 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LONGEST_GUARD:
            raise self.broken("guard_minutes", f"must be minutes from 0 to {LONGEST_GUARD}")
        return timedelta(minutes=value)

    def channels(self, key: str) -> tuple[Channel, ...]:
        named = self.texts(key)
        return tuple(self._channel(key, name) for name in named)

    def _channel(self, key: str, name: str) -> Channel:
        for channel in CHANNELS:
            if channel == name:
                return channel
        raise self.broken(key, f"{name!r} is no channel; they are {', '.join(CHANNELS)}")

    def barred(self) -> Mapping[str, str]:
        value = self.table.get("barred", {})
        if not isinstance(value, Mapping) or not all(
            isinstance(why, str) and why.strip() for why in value.values()
        ):
            raise self.broken("barred", 'must give each channel its reason: { whatsapp = "why" }')
        return {self._channel("barred", name): why for name, why in value.items()}

    def week(self, key: str) -> Week:
        value = self.table.get(key)
        if not isinstance(value, Mapping):
            raise self.broken(
                key, 'must give days their hours: { monday-friday = ["10:00-18:00"] }'
            )
        days: dict[int, tuple[Window, ...]] = {}
        for name, spans in value.items():
            if not isinstance(spans, list):
                raise self.broken(f"{key}.{name}", 'must be a list of spans such as "10:00-18:00"')
            windows = tuple(self._window(f"{key}.{name}", span) for span in spans)
            for day in self._days(key, name):
                if day in days:
                    raise self.broken(f"{key}.{name}", f"{DAYS[day]} has its hours already")
                days[day] = windows
        return tuple(days.get(day, ()) for day in range(7))

    def _days(self, key: str, name: str) -> Iterable[int]:
        first, _, last = name.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise self.broken(
                f"{key}.{name}", f"is no day and no span of days; the days are {', '.join(DAYS)}"
            )
        start, end = DAYS.index(first), DAYS.index(last or first)
        if start > end:
            raise self.broken(f"{key}.{name}", "ends before it begins; the week begins on monday")
        return range(start, end + 1)

    def _window(self, key: str, span: Any) -> Window:
        try:
            start, end = (_time(part.strip()) for part in span.split("-"))
            return Window(start, end)
        except (AttributeError, ValueError):
            raise self.broken(
                key, f"{span!r} is not a span such as 10:00-18:00 that ends after it begins"
            ) from None


def _time(text: str) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)


def _is_code(text: str, shortest: int, longest: int) -> bool:
    return (
        shortest <= len(text) <= longest
        and text.isascii()
        and text.isalnum()
        and text == text.upper()
    )

"""Each text as it goes out at its longest, so that it can be measured before anybody pays for it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ..content.phrases import Phrase
from ..language import placeholders
from ..language.catalog import Catalog
from ..people.address import Channel
from .compose import Book, Text, compose
from .conversation import RATE_PAUSE
from .decide import LANGUAGES_PAGE, MENU_PAGE
from .decision import Labels, LanguageNames, Money, Say, Title, Value

OPTIONS = 3  # topics offered after an answer
# Texts that are only sent where a number is known; every other one may have the words for it instead.
NUMBERED = frozenset({"urgent", "crisis"})
# Service texts after which something is offered.
OFFERED = {"check_list": ("who", "doctor", "insurance"), "o_end": ("human", "doctor", "insurance")}
COUNTED = range(1, 101)  # numbers that a text may count

_REFERENCE = "W" * 8
_USUAL_PRICE = Money(Decimal("1250.00"), "CAD")
_ANY_MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def samples(book: Book, tag: str, phrase: Phrase, on: Channel | None = None) -> tuple[Text, ...]:
    """The text of a phrase at its longest, once for each of its plural forms; empty where the language has no such text.

    It is that of the channel which the text was written for, unless another is named.

    Values of the clinic are its own; values of a turn are the longest plausible ones. WhatsApp texts are measured in characters.
    """
    catalog = book.catalogs.by_tag[tag]
    if phrase.key not in catalog.texts:
        return ()
    channel: Channel = on or ("whatsapp" if phrase.key.endswith(".whatsapp") else "sms")
    key = phrase.key.removesuffix(".whatsapp")
    longest = []
    named = frozenset().union(*(placeholders.names(form) for form in catalog.texts[phrase.key]))
    values = {
        name: value for name, value in _values(book, catalog, phrase.key).items() if name in named
    }
    for number in _numbers(catalog, phrase):
        say = Say(key, {**values, **number}, _options(book, phrase))
        texts = [
            text
            for emergency in _emergencies(book, key)
            for text in compose(book, (say,), tag, channel, *emergency)
        ]
        longest.append(
            max(texts, key=lambda text: (text.cost.segments, text.cost.units, len(text.text)))
        )
    return tuple(longest)


def _numbers(catalog: Catalog, phrase: Phrase) -> Iterator[dict[str, int]]:
    """For each plural form the greatest number that takes it."""
    if not phrase.count:
        yield {}
        return
    taken = {catalog.language.plural(number): number for number in COUNTED}
    yield from ({phrase.count: number} for number in taken.values())


def _options(book: Book, phrase: Phrase) -> tuple[str, ...]:
    """What is offered after the text: its own next topics, filled up to three by those of the answer before it."""
    topic = book.content.topics.get(phrase.key)
    if topic is None or not topic.next:
        return OFFERED.get(phrase.key, ())
    return tuple(dict.fromkeys((*topic.next, *(t for t in book.content.menu if t != topic.id))))[
        :OPTIONS
    ]


def _emergencies(book: Book, key: str) -> tuple[tuple[str, str], ...]:
    """Emergency number and crisis line: the longest of the world and of the clinic, and the words where no number is known."""
    number = max((*book.content.emergency.values(), book.profile.emergency), key=len)
    line = max((*book.content.crisis.values(), book.profile.crisis_line), key=len)
    return ((number, line),) if key in NUMBERED else ((number, line), ("", line))


def _longest_page(book: Book) -> LanguageNames:
    """The longest that a page of languages can be: which stand on it depends on where a person is."""
    tags, by_tag = book.profile.languages, book.catalogs.by_tag
    longest = sorted(tags, key=lambda tag: -len(by_tag[tag].language.own_name))[:LANGUAGES_PAGE]
    return LanguageNames(tuple(longest), len(tags) - len(longest))


def _values(book: Book, catalog: Catalog, key: str) -> dict[str, Value]:
    content, profile, language = book.content, book.profile, catalog.language
    titles = [i for i in (*content.topics, *content.words) if f"{i}.title" in catalog.texts]
    longest = sorted(titles, key=lambda i: -len(catalog.texts[f"{i}.title"][0]))
    name = max((c.language.own_name for c in book.catalogs.by_tag.values()), key=len)
    return {
        "topics": Labels(
            content.menu[MENU_PAGE:] if key == "menu_more" else content.menu[:MENU_PAGE]
        ),
        "options": language.comma.join(
            f"{n} {label}" for n, label in enumerate(_longest_labels(catalog), 1)
        ),
        "languages": _longest_page(book),
        "language": name,
        "fallback_language": name,
        "option_1": Title(longest[0]) if longest else name,
        "option_2": Title(longest[1]) if len(longest) > 1 else name,
        "minutes": int(RATE_PAUSE.total_seconds()) // 60,
        "channel": "SMS",
        "max_per_month": profile.max_per_month,
        "next_open": max(_openings(book), key=lambda moment: len(language.moment(moment))),
        "ref": _REFERENCE,
        "step": len(content.steps) - 1,
        "steps": len(content.steps) - 1,
        **_price(book, catalog),
    }


def _longest_labels(catalog: Catalog) -> list[str]:
    labels = [forms[0] for key, forms in catalog.texts.items() if key.endswith(".label")]
    return sorted(labels, key=len)[-OPTIONS:]


def _openings(book: Book) -> Iterator[datetime]:
    """The clinic's openings of a week; any evening of the week where it gives no hours."""
    for ahead in range(7):
        at = _ANY_MONDAY + timedelta(days=ahead)
        yield book.profile.next_open(at) or at.replace(hour=22, minute=30)


def _price(book: Book, catalog: Catalog) -> dict[str, Value]:
    """The clinic's price with the longest conditions; a usual one where it has set none in the language."""
    prices = [p for p in book.profile.prices if p.said_in(catalog.language.tag)]
    tag = catalog.language.tag
    return {
        "service": max((p.service[tag] for p in prices), key=len, default="x" * 18),
        "price": max(
            (Money(p.amount, p.currency) for p in prices),
            key=lambda money: money.amount,
            default=_USUAL_PRICE,
        ),
        "valid_until": "2027-06-30",
        "restrictions": max((p.restrictions[tag] for p in prices), key=len, default="x" * 12),
        "extra_fees": max((p.extra_fees[tag] for p in prices), key=len, default="x" * 6),
    }

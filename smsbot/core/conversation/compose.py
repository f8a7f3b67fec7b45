"""Composes the texts of a turn: each reply in its language, with the clinic's values, the figures and what is offered next."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from ..content.content import Content
from ..content.profile import DAYS, Profile
from ..language import placeholders
from ..language.catalog import Catalog, Catalogs
from ..language.fold import fold
from ..language.language import Language, code
from ..language.segments import Cost, measure
from ..people.address import Channel
from .decision import Labels, LanguageName, LanguageNames, Money, Say, Title, Value, Words

BODY_LIMIT = 1600  # characters in one message of the carrier


@dataclass(frozen=True)
class Text:
    """One text as it goes out: from which phrase, in which language, with which options, at what cost as an SMS."""

    text: str
    key: str
    language: str
    options: tuple[str, ...]
    cost: Cost

    @property
    def digest(self) -> str:
        """The SHA-256 of the exact text, for the proof of consent."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class Book:
    """All that composing needs and that does not change from turn to turn: the texts and each language's standing values.

    Two books are never the same, so a book may stand for its texts wherever results are remembered.
    """

    content: Content
    catalogs: Catalogs
    profile: Profile
    standing: Mapping[str, Mapping[str, str]]  # language -> placeholder -> value
    # Texts that no other language's stands for without the number of a human beside it.
    never_half: frozenset[str] = frozenset()


def make_book(
    content: Content,
    catalogs: Catalogs,
    profile: Profile,
    phone: str,
    never_half: frozenset[str] = frozenset(),
) -> Book:
    """The book of a clinic; `phone` is its number as people write it."""
    standing = {
        tag: _standing(content, catalogs, profile, phone, catalog)
        for tag, catalog in catalogs.by_tag.items()
    }
    return Book(content, catalogs, profile, standing, never_half)


def standing_of(book: Book, phone: str, catalog: Catalog) -> Mapping[str, str]:
    """The standing values of one language of a book, by the texts of `catalog`."""
    return _standing(book.content, book.catalogs, book.profile, phone, catalog)


def _standing(
    content: Content, catalogs: Catalogs, profile: Profile, phone: str, catalog: Catalog
) -> dict[str, str]:
    language = catalog.language
    labels = {
        word.upper(): catalogs.find(language.tag, f"{word}.label")[1][0] for word in content.words
    }
    return {
        **labels,
        "LANG": labels["LANGUAGE"],
        **{
            name: language.isolated(figure.written(language))
            for name, figure in content.figures.items()
        },
        **{f"n{n}": str(n) for n in range(1, 10)},
        "clinic": profile.name,
        "phone": language.isolated(phone),
        "address": profile.address,
        "hours": written_hours(profile, language),
        "wait": language.unit(profile.wait_hours, "hour"),
        "privacy_contact": language.isolated(profile.privacy_contact),
        "privacy_url": language.isolated(profile.privacy_url),
        "emergency": catalogs.find(language.tag, "emergency_words")[1][0],
    }


def written_hours(profile: Profile, language: Language) -> str:
    """The opening hours in a line: days with the same hours together."""
    groups: list[tuple[int, int, str]] = []
    for day in range(len(DAYS)):
        spans = ", ".join(
            f"{language.clock(start)}-{language.clock(end)}" for start, end in profile.hours[day]
        )
        if spans and groups and groups[-1][1] == day - 1 and groups[-1][2] == spans:
            groups[-1] = (groups[-1][0], day, spans)
        elif spans:
            groups.append((day, day, spans))
    return language.comma.join(
        f"{_days(first, last, language)} {spans}" for first, last, spans in groups
    )


def _days(first: int, last: int, language: Language) -> str:
    return (
        language.weekday(first)
        if first == last
        else f"{language.weekday(first)}-{language.weekday(last)}"
    )


def compose(
    book: Book,
    replies: tuple[Say, ...],
    language: str,
    channel: Channel,
    emergency: str = "",
    crisis: str = "",
) -> tuple[Text, ...]:
    """The texts of `replies` on a channel. `emergency` and `crisis` are numbers, empty where none is known."""
    return tuple(
        _text(book, say, say.language or language, channel, emergency, crisis) for say in replies
    )


# Values that come again: a text with no others is the same for everybody, and is remembered. Nothing of a person is among them.
_LASTING = (Title, Labels, LanguageName, LanguageNames, int)


def _text(book: Book, say: Say, tag: str, channel: Channel, emergency: str, crisis: str) -> Text:
    if say.words is not None:
        return _in_own_words(book, say, say.words, tag, channel)
    if all(isinstance(value, _LASTING) for value in say.values.values()):
        return _remembered(
            book, say.key, tuple(say.values.items()), say.options, tag, channel, emergency, crisis
        )
    return _written_out(book, say, tag, channel, emergency, crisis)


@lru_cache(maxsize=4096)
def _remembered(
    book: Book,
    key: str,
    values: tuple[tuple[str, Value], ...],
    options: tuple[str, ...],
    tag: str,
    channel: Channel,
    emergency: str,
    crisis: str,
) -> Text:
    return _written_out(book, Say(key, dict(values), options), tag, channel, emergency, crisis)


def _written_out(
    book: Book, say: Say, tag: str, channel: Channel, emergency: str, crisis: str
) -> Text:
    key = (
        f"{say.key}.whatsapp"
        if channel == "whatsapp" and f"{say.key}.whatsapp" in book.content.phrases
        else say.key
    )
    catalog, forms = book.catalogs.find(tag, key)
    language = catalog.language
    values = dict(book.standing[language.tag])
    if emergency:
        values["emergency"] = language.isolated(emergency)
    values["crisis_line"] = language.isolated(crisis)
    for name, value in say.values.items():
        values[name] = _written(value, book, language)
    text = placeholders.fill(_form(forms, book.content.phrases[key].count, say, language), values)
    if language.tag != tag and tag in book.catalogs.by_tag:
        text = f"{_missing(book, tag, language)}\n{text}"
        if key in book.never_half:
            text += f"\n{values['clinic']}: {values['phone']}"
    if say.options:
        text += _offered(book, say.options, language, channel)
    if channel != "whatsapp":
        text = fold(text)
    return Text(
        text,
        key,
        language.tag,
        say.options,
        measure(text) if channel == "sms" else Cost("UCS-2", len(text), 1),
    )


def _in_own_words(book: Book, say: Say, words: Words, tag: str, channel: Channel) -> Text:
    """A text of the clinic's own; where it is in another language than the talk's, that is said first."""
    language = book.catalogs.by_tag[words.language].language
    text = placeholders.fill(words.text, book.standing[language.tag])
    if language.tag != tag and tag in book.catalogs.by_tag:
        text = f"{_missing(book, tag, language)}\n{text}"
    if say.options:
        text += _offered(book, say.options, language, channel)
    if channel != "whatsapp":
        text = fold(text)
    cost = measure(text) if channel == "sms" else Cost("UCS-2", len(text), 1)
    return Text(text, say.key, language.tag, say.options, cost)


def _form(forms: tuple[str, ...], count: str, say: Say, language: Language) -> str:
    number = say.values.get(count)
    if len(forms) == 1 or not isinstance(number, int):
        return forms[0]
    return forms[min(language.plural(number), len(forms) - 1)]


def _missing(book: Book, tag: str, fallback: Language) -> str:
    catalog, forms = book.catalogs.find(tag, "language_missing")
    names = {
        "language": book.catalogs.by_tag[tag].language.own_name,
        "fallback_language": fallback.own_name,
    }
    return placeholders.fill(forms[0], {**book.standing[catalog.language.tag], **names})


def _written(value: Value, book: Book, language: Language) -> str:
    match value:
        case str():
            return value
        case int():
            return language.number(value)
        case datetime():
            return language.moment(value)
        case Title(id=name):
            return book.catalogs.find(language.tag, f"{name}.title")[1][0]
        case Labels(ids=ids, first=first):
            return _listed(book, ids, language, first)
        case LanguageName(tag=tag):
            return book.catalogs.by_tag[tag].language.own_name
        case LanguageNames(tags=tags, left=left):
            by_tag = book.catalogs.by_tag
            named = [f"{code(t, tuple(by_tag))} {by_tag[t].language.own_name}" for t in tags]
            if left:
                more = book.catalogs.find(language.tag, "more.label")[1][0]
                named.append(f"{more} (+{language.number(left)})")
            return language.comma.join(named)
        case Money(amount=amount, currency=currency):
            return language.isolated(language.price(amount, currency))


def _listed(book: Book, ids: tuple[str, ...], language: Language, first: int = 1) -> str:
    labels = (book.catalogs.find(language.tag, f"{i}.label")[1][0] for i in ids)
    return language.comma.join(f"{n} {label}" for n, label in enumerate(labels, first))


def _offered(book: Book, options: tuple[str, ...], language: Language, channel: Channel) -> str:
    """What is offered next: a line of words on SMS, a numbered list of titles elsewhere."""
    if channel == "sms":
        line = book.catalogs.find(language.tag, "next")[1][0]
        return "\n" + placeholders.fill(line, {"options": _listed(book, options, language)})
    titles = (book.catalogs.find(language.tag, f"{o}.title")[1][0] for o in options)
    return "\n\n" + "\n".join(f"{n}. {title}" for n, title in enumerate(titles, 1))

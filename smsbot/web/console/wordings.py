"""A campaign's texts on the pages: in every language, with what the gate says and how the phones show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import flask_babel
from flask_babel import gettext as _

from smsbot.core.campaign.campaign import Fault
from smsbot.core.conversation.preview import Shown, on_phones
from smsbot.core.language import placeholders
from smsbot.core.language.language import Language
from smsbot.core.people.address import Channel
from smsbot.flows.campaigns import Objection, TextKind

from .desk import Desk

# The clinic's own values that a text of a campaign may name, beside the words to type.
HOLDERS = ("clinic", "address", "phone", "hours", "privacy_url", "STOP", "HELP", "HOURS")


@dataclass(frozen=True)
class Look:
    """One text, looked at: `field` is where it is written."""

    field: str
    language: Language
    shown: tuple[Shown, ...]
    objections: tuple[Objection, ...]


def look_at(
    desk: Desk,
    field: str,
    text: str,
    tag: str,
    kind: TextKind,
    countries: Sequence[str] = (),
    channels: Sequence[Channel] = (),
) -> Look:
    """What there is to see of a text, and what the gate says of it. An empty text shows nothing."""
    language = desk.edition().library.scripts[tag].language
    if not text.strip():
        return Look(field, language, (), ())
    found = desk.campaigning.gate(text, tag, kind, countries, channels or ("sms", "whatsapp"))
    try:
        filled = placeholders.fill(text, desk.campaigning.book().standing[tag])
    except placeholders.Unfilled:
        return Look(field, language, (), tuple(found))
    shown = tuple(s for s in on_phones(filled) if not channels or s.channel in channels)
    return Look(field, language, shown, tuple(found))


def look_at_paper(desk: Desk, field: str, text: str, tag: str) -> Look:
    """What the gate says of a text that is to be printed; no phone shows it."""
    language = desk.edition().library.scripts[tag].language
    if not text.strip():
        return Look(field, language, (), ())
    return Look(field, language, (), tuple(desk.campaigning.on_paper(tag, text.splitlines())))


def tongues(desk: Desk) -> list[Language]:
    """The languages of the bot, those that the clinic offers first."""
    scripts = desk.edition().library.scripts
    offered = [tag for tag in desk.edition().library.profile.languages if tag in scripts]
    return [scripts[tag].language for tag in dict.fromkeys([*offered, *scripts])]


def holders(desk: Desk) -> dict[str, str]:
    """The placeholders that a text may name, with what stands for each in the clinic's own language."""
    book = desk.campaigning.book()
    standing = book.standing[tongues(desk)[0].tag]
    return {name: standing[name] for name in HOLDERS if name in standing}


def said(words: str, values: Mapping[str, str] = MappingProxyType({})) -> str:
    """Words of a flow in the language of the page."""
    return str(_(words, **values)) if values else str(_(words))


def sentence(words: str, values: Mapping[str, str] = MappingProxyType({})) -> str:
    """The same where it stands alone: it begins with a capital, unless with something that is named."""
    text = said(words, values)
    return text if words.startswith("%(") else text[:1].upper() + text[1:]


def as_of(desk: Desk, at: datetime | None) -> str:
    """When something was counted, in the clinic's own time; the day as well where it was not today. "" where nobody knows."""
    if at is None:
        return ""
    zone = desk.edition().library.profile.time_zone
    moment = flask_babel.format_time(at, "short")
    if at.astimezone(zone).date() == desk.clock.now().astimezone(zone).date():
        return str(_("As of %(time)s", time=moment))
    day = flask_babel.format_date(at.astimezone(zone), "medium")
    return str(_("As of %(time)s on %(day)s", time=moment, day=day))


def at_fields(faults: Sequence[Fault]) -> dict[str, list[str]]:
    """What is wrong, in words, by the field at which it is."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(fault.where, []).append(sentence(fault.words, fault.values))
    return found

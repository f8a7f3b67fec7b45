"""The gate: what a campaign's text may say, in one country, one language and on one channel. It fails closed.

What cannot be examined is blocked: a country without rules, a language without words, a text in letters that nobody could read.
Words are data (`words`), countries are data (`rules`); here is only what is done with them. Each finding says to whoever wrote the
text what to do, in English that gettext can translate.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..language import placeholders
from ..language.checks import BIDI, PERCENT
from ..language.fold import fold as sms_fold
from ..language.segments import measure
from ..people.address import Channel
from ..understanding.folding import fold
from ..understanding.look import script_of
from ..understanding.spoken import chinese_form
from .advice import SAYS
from .links import URL, WHATSAPP, addresses, host_of, is_own
from .rules import LEVELS, Limits, Links, Names, Rules
from .words import HARMLESS, SUBJECTS, Hit, Lookup, Subject, Token, Words, excerpt, tokens_of

TextKind = Literal["welcome", "invitation"]  # answers somebody who wrote; is sent by us
Severity = Literal["blocks", "warns"]

# What is only shown. Everything else blocks.
WARNS = frozenset({"name_allowed", "wrinkles", "dear"})
# What warns in an answer to somebody who wrote: that is no message that they did not ask for.
WARNS_IN_WELCOME = frozenset({"opt_out"})

# Stands for a placeholder, and keeps the words on both sides apart: a letter that none of the bot's languages has.
BARRIER = "\u2d63"
IDENTITY, ADDRESS, OPT_OUT = "clinic", "address", "STOP"
SYRINGE = "\U0001f489"
# Beside those that steer the direction of writing: spaces without width, the soft hyphen, tags, and what no font shows.
_UNSEEN = frozenset("\u00ad\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff")
_ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
_OWN_LETTERS = 0.5  # the share of a text's letters that are those of its language

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_WRONG_PLACEHOLDER = re.compile(r"%\(?\w*\)?[sd](?!\w)|%\(\w*\)?|\{\{[^}]*\}*|\}\}")
_SIDE_BY_SIDE = re.compile(r"%\(\w+\)s\s*%\(\w+\)s")
_WORD = re.compile(r"[^\W\d_]+")
_SIGN = rf"[{''.join(sorted(PERCENT))}]"
_PERCENT = re.compile(rf"\d[\d.,]*[\s\u00a0]*{_SIGN}|{_SIGN}[\s\u00a0]*\d[\d.,]*")
_EIGHTY = re.compile(r"(?<![\d.,:/+-])(?<!\d\s)80(?![\d:/]|[.,\s-]\d)")
_AMOUNT = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a text: by which rule, where in it, and in words what to do."""

    code: str
    severity: Severity
    where: str
    values: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def words(self) -> str:
        """What to do, in English with named values: a text for gettext."""
        return SAYS[self.code]

    @property
    def blocks(self) -> bool:
        """Whether the text may not be sent."""
        return self.severity == "blocks"

    def __str__(self) -> str:
        return self.words % self.values


@dataclass(frozen=True, slots=True)
class Setting:
    """What every text is held against. `hosts` are those of the clinic's own pages."""

    words: Words
    limits: Limits
    links: Links
    hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What stands in a text, wherever it goes: its words, what they say by subject, and the medicine's names."""

    typed: str  # with a barrier in place of each placeholder, as long as it is
    tokens: tuple[Token, ...]
    says: Mapping[Subject, tuple[str, ...]]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Draft:
    """One text under examination, for one country and channel."""

    text: str
    seen: _Seen
    language: str
    kind: TextKind
    channel: Channel
    rules: Rules | None
    setting: Setting
    values: Mapping[str, str]
    needed: frozenset[str]

    @property
    def place(self) -> str:
        return self.rules.place if self.rules else "this country"

    @property
    def template(self) -> bool:
        """Whether it goes out as a template of WhatsApp's: outside somebody's 24 hours nothing else does."""
        return self.channel == "whatsapp" and self.kind == "invitation"

    def allows(self, level: Names) -> bool:
        """Whether the rules let a text name what stands at this level."""
        names = self.rules.names if self.rules else LEVELS[0]
        return LEVELS.index(names) >= LEVELS.index(level)

    def finding(self, code: str, where: object = "", **values: object) -> Finding:
        warns = code in WARNS or (self.kind == "welcome" and code in WARNS_IN_WELCOME)
        given = {name: str(value) for name, value in values.items()}
        return Finding(
            code,
            "warns" if warns else "blocks",
            str(where),
            {"where": str(where), "place": self.place, **given},
        )


def may_send(channel: Channel, country: str, rules: Rules | None) -> Finding | None:
    """What keeps an invitation from everybody in a country on a channel; None where nothing does."""
    if rules is None:
        return Finding("no_rules", "blocks", country, {"where": country})
    if channel in rules.barred:
        values = {"where": channel, "place": country, "why": rules.barred[channel]}
        return Finding("barred", "blocks", channel, values)
    return None


def examine(
    text: str,
    language: str,
    kind: TextKind,
    rules: Rules | None,
    setting: Setting,
    values: Mapping[str, str],
    *,
    channel: Channel = "sms",
    country: str = "",
    needed: Iterable[str] = (),
) -> tuple[Finding, ...]:
    """What is wrong with a text for one country, in the order in which one would put it right; nothing blocks where it may be sent.

    `values` are what its placeholders stand for, each at its longest, in its language; no other may be named. `needed` are those
    that the wording it translates has. An invitation needs rules; an answer to somebody in a country without any is held to the
    strictest.
    """
    seen = _seen(text, language, setting)
    ours, lost = (rules, channel, country), frozenset(needed)
    return _examined(text, language, kind, seen, setting, values, ours, lost)


def _examined(
    text: str,
    language: str,
    kind: TextKind,
    seen: _Seen,
    setting: Setting,
    values: Mapping[str, str],
    place: tuple[Rules | None, Channel, str],
    needed: frozenset[str],
) -> tuple[Finding, ...]:
    rules, channel, country = place
    draft = _Draft(text, seen, language, kind, channel, rules, setting, values, needed)
    if unfit := tuple(_unfit(draft, country)):
        return unfit
    found = (finding for rule in _RULES for finding in rule(draft))
    return tuple(dict.fromkeys(found))


def examine_everywhere(
    text: str,
    language: str,
    kind: TextKind,
    rules: Mapping[str, Rules | None],
    setting: Setting,
    values: Mapping[str, str],
    *,
    channels: Iterable[Channel] = ("sms",),
    needed: Iterable[str] = (),
) -> tuple[Finding, ...]:
    """The same for several countries, by their codes, and channels; what is found in more than one is said once.

    A channel that a country bars is passed over there: nobody gets the text on it.
    """
    seen, lost = _seen(text, language, setting), frozenset(needed)
    places = [
        (ours, channel, country)
        for country, ours in (rules or {"": None}).items()
        for channel in channels
        if kind == "welcome" or ours is None or channel not in ours.barred
    ]
    found = (
        finding
        for place in places
        for finding in _examined(text, language, kind, seen, setting, values, place, lost)
    )
    return tuple(dict.fromkeys(found))


def _seen(text: str, language: str, setting: Setting) -> _Seen:
    """What stands in a text."""
    typed = _PLACEHOLDER.sub(lambda found: f" {BARRIER}".ljust(len(found[0])), text)
    tokens, words = tokens_of(typed), setting.words
    wording = words.of(language)
    hits = [*words.everywhere.find(tokens), *(wording.patterns.find(tokens) if wording else ())]
    harmless = [hit.span for hit in hits if hit.heading == HARMLESS]
    says = {
        subject: tuple(_where(text, tokens, [h for h in hits if h.heading == subject], harmless))
        for subject in SUBJECTS
    }
    names = (*words.names.find(typed), *words.names.find(placeholders.outside(text)))
    return _Seen(typed, tokens, says, tuple(dict.fromkeys(map(_shown, names))))


# ---------------------------------------------------------------- what cannot be examined


def _unfit(draft: _Draft, country: str) -> Iterator[Finding]:
    """Why the text cannot be examined at all."""
    if draft.rules is None and draft.kind == "invitation":
        yield draft.finding("no_rules", country or "this country")
    wording = draft.setting.words.of(draft.language)
    if wording is None:
        yield draft.finding("no_words", draft.language)
    if not any(c.isalnum() for c in placeholders.outside(draft.text)):
        yield draft.finding("empty")
        return
    for character in dict.fromkeys(draft.text):
        if unicodedata.category(character) in ("Cs", "Co", "Cn") or character == "\ufffd":
            yield draft.finding("broken", _named(character))
    if wording is not None and not _in_letters_of(draft, wording.scripts):
        yield draft.finding("script", draft.language)


def _in_letters_of(draft: _Draft, scripts: frozenset[str]) -> bool:
    """Whether what was typed is written as its language is: its script and, for Chinese, its form of the characters."""
    typed = unicodedata.normalize("NFKC", URL.sub(" ", placeholders.outside(draft.text)))
    letters = [script_of(c) for c in typed if c.isalpha()]
    if not letters or sum(s in scripts for s in letters) < _OWN_LETTERS * len(letters):
        return False
    form = draft.language.partition("-")[2]
    shares = chinese_form(typed) if scripts == {"CJK"} and form else {}
    return not shares or max(shares, key=lambda f: shares[f]) == form or shares.get(form) == 0.5


# ---------------------------------------------------------------- rules, in the order of the findings


def _characters(draft: _Draft) -> Iterator[Finding]:
    """Characters that nobody sees, and words of two alphabets, which hide what a word is."""
    for character in dict.fromkeys(draft.text):
        control = character != "\n" and unicodedata.category(character) == "Cc"
        tag = "\U000e0000" <= character <= "\U000e007f"
        if control or tag or character in BIDI or character in _UNSEEN:
            yield draft.finding("invisible", _named(character))
    for word in _WORD.findall(unicodedata.normalize("NFKC", draft.seen.typed)):
        if len(_ALPHABETS & {script_of(c) for c in word}) > 1:
            yield draft.finding("mixed", word)


def _placeholders(draft: _Draft) -> Iterator[Finding]:
    named = placeholders.names(draft.text)
    for name in sorted(named - draft.values.keys()):
        yield draft.finding("unknown", _written(name))
    for name in sorted(draft.needed - named):
        yield draft.finding("lost", _written(name))
    for wrong in _WRONG_PLACEHOLDER.findall(draft.seen.typed):
        yield draft.finding("malformed", wrong)


def _sender(draft: _Draft) -> Iterator[Finding]:
    """Who writes, from where, and how to end it."""
    named = placeholders.names(draft.text)
    asked = {IDENTITY: "identity", OPT_OUT: "opt_out"}
    if draft.kind == "invitation":
        asked = {IDENTITY: "identity", ADDRESS: "address", OPT_OUT: "opt_out"}
    for name, code in asked.items():
        if name not in named:
            yield draft.finding(code, _written(name))


def _names(draft: _Draft) -> Iterator[Finding]:
    """The medicine by name, in what was typed and in what the placeholders stand for."""
    names = draft.setting.words.names
    code = "name_allowed" if draft.allows("price") else "name"
    for where in draft.seen.names:
        yield draft.finding(code, where)
    for placeholder in sorted(placeholders.names(draft.text) & draft.values.keys()):
        for where in names.find(draft.values[placeholder]):
            if not draft.allows("price"):
                yield draft.finding("name_inside", _shown(where), placeholder=_written(placeholder))
    if SYRINGE in draft.text:
        yield draft.finding("syringe", SYRINGE)


def _subjects(draft: _Draft) -> Iterator[Finding]:
    """What the words of the language, and those of every language, say."""
    for subject in SUBJECTS:
        if subject in _ALLOWED_FROM and draft.allows(_ALLOWED_FROM[subject]):
            continue
        for where in draft.seen.says[subject]:
            yield draft.finding(_code(subject, draft.rules), where)


def _code(subject: Subject, rules: Rules | None) -> str:
    return "purpose" if subject == "wrinkles" and rules and rules.purpose else subject


# From which level on a subject is no longer objected to.
_ALLOWED_FROM: Mapping[Subject, Names] = {"medicine": "drug", "price": "price"}


def _place_words(draft: _Draft) -> Iterator[Finding]:
    """What the country's own rules do not let anybody say."""
    words = Lookup(("word", pattern) for pattern in (draft.rules.words if draft.rules else ()))
    hits = list(words.find(draft.seen.tokens))
    for where in _where(draft.text, draft.seen.tokens, hits, ()):
        yield draft.finding("word", where)


def _figures(draft: _Draft) -> Iterator[Finding]:
    """Percentages, the article's share of wrinkles, and amounts of money, in the digits of any script."""
    folded = fold(draft.seen.typed)
    for match in _PERCENT.finditer(folded):
        yield draft.finding("percent", match[0])
    for match in _EIGHTY.finditer(folded):
        yield draft.finding("eighty", match[0])
    amounts = list(_amounts(draft.seen.typed))
    named = bool(amounts) or "price" in placeholders.names(draft.text)
    if not draft.allows("price"):
        yield from (draft.finding("price", where) for where in amounts)
        if "price" in placeholders.names(draft.text):
            yield draft.finding("price", _written("price"))
    elif named and draft.rules:
        for name in draft.rules.price_needs:
            if name not in placeholders.names(draft.text):
                yield draft.finding("price_needs", _written(name))


def _links(draft: _Draft) -> Iterator[Finding]:
    for address in addresses(draft.seen.typed, draft.setting.links.endings):
        host = host_of(address)
        whatsapp = host in WHATSAPP
        if draft.template and whatsapp:
            yield draft.finding("link_whatsapp", address)
        elif host in draft.setting.links.shorteners:
            yield draft.finding("link_shortener", address)
        elif not is_own(host, draft.setting.hosts):
            yield draft.finding("link_foreign", address)
        elif not address.startswith("https://"):
            yield draft.finding("link_plain", address)


def _length(draft: _Draft) -> Iterator[Finding]:
    """How long the text is with its placeholders at their longest, and what it costs."""
    limits = draft.setting.limits
    emoji = sum(map(_is_emoji, draft.text))
    if emoji > limits.emoji:
        yield draft.finding("emoji", emoji, most=limits.emoji)
    if placeholders.names(draft.text) - draft.values.keys():
        return  # what is unknown has no length
    filled = placeholders.fill(draft.text, draft.values)
    if draft.channel != "sms":
        most = limits.whatsapp_characters
        if len(filled) > most:
            yield draft.finding("long", len(filled), most=most)
        return
    sent = sms_fold(filled)
    segments = measure(sent).segments
    if len(sent) > limits.sms_characters:
        yield draft.finding("long", len(sent), most=limits.sms_characters)
    if segments > limits.most_segments:
        yield draft.finding("segments", segments, most=limits.most_segments)
    elif segments > limits.dear_segments:
        yield draft.finding("dear", segments, most=limits.dear_segments)


def _template(draft: _Draft) -> Iterator[Finding]:
    """What WhatsApp rejects in a template (Twilio, template approval; error 63013). Each placeholder becomes a variable."""
    if not draft.template:
        return
    body = draft.text.strip()
    for placeholder in _PLACEHOLDER.finditer(body):
        if placeholder.start() == 0 or placeholder.end() == len(body):
            yield draft.finding("variable_edge", placeholder[0])
    for pair in _SIDE_BY_SIDE.findall(body):
        yield draft.finding("variables_side", " ".join(pair.split()))
    spaces = " " * (draft.setting.limits.spaces + 1)
    for name in sorted(placeholders.names(body) & draft.values.keys()):
        value = draft.values[name]
        if "\n" in value or "\t" in value or "\r" in value or spaces in value:
            yield draft.finding("variable_value", _written(name))


_RULES: tuple[Callable[[_Draft], Iterator[Finding]], ...] = (
    _characters,
    _placeholders,
    _sender,
    _names,
    _subjects,
    _place_words,
    _figures,
    _links,
    _length,
    _template,
)


# ---------------------------------------------------------------- what stands in a text


def _where(
    text: str, tokens: Sequence[Token], hits: Iterable[Hit], harmless: Iterable[frozenset[int]]
) -> Iterator[str]:
    """The pieces of the text in which something was found that means harm; the longest of those that lie in one another."""
    longest: dict[int, Hit] = {}
    for hit in hits:
        if any(hit.span <= span for span in harmless):
            continue
        if hit.start not in longest or hit.end > longest[hit.start].end:
            longest[hit.start] = hit
    for start in sorted(longest):
        hit = longest[start]
        if not any(hit.span < other.span for other in longest.values()):
            yield _shown(excerpt(text, tokens[hit.start : hit.end]))


def _amounts(text: str) -> Iterator[str]:
    """Figures with the sign of a currency before or after them."""
    for match in _AMOUNT.finditer(text):
        before = text[: match.start()].rstrip()[-1:]
        after = text[match.end() :].lstrip()[:1]
        for sign, written in ((before, f"{before}{match[0]}"), (after, f"{match[0]}{after}")):
            if sign and unicodedata.category(sign) == "Sc":
                yield written


def _is_emoji(character: str) -> bool:
    """Whether the character is a picture; what only changes the one before it is not."""
    code = ord(character)
    pictures = 0x1F000 <= code <= 0x1FAFF and not 0x1F3FB <= code <= 0x1F3FF
    return pictures or 0x2600 <= code <= 0x27BF or code in (0x2B50, 0x2B55, 0x231A, 0x231B)


def _shown(where: str) -> str:
    """A piece of the text without what nobody sees."""
    return "".join(c for c in where if c not in _UNSEEN and c not in BIDI)


def _named(character: str) -> str:
    return f"U+{ord(character):04X}"


def _written(name: str) -> str:
    return f"%({name})s"

"""What the bot understood in one turn, for the explanation beside the phone; it fits into one header of the answer."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from smsbot.core.content.facts import Fact
from smsbot.core.conversation.compose import Book, Text
from smsbot.core.language.fold import fold
from smsbot.core.language.language import code
from smsbot.core.language.segments import Cost, foreign, measure
from smsbot.flows.answer import Turn

HEADER_LIMIT = 7000  # bytes; servers and proxies take 8 kB of headers at least
FOREIGN = 6  # characters named that keep a text out of the GSM alphabet
LANG = "lang:"  # an option that chooses a language

Trace = dict[str, Any]


def trace(turn: Turn, book: Book, *, buttons: bool = False) -> Trace:
    """The turn in plain values. `buttons` says whether the patient gets the options as buttons and not as a numbered list.

    Of a turn that was kept from before only what was kept is known: the texts, the intents and the events.
    """
    kept, reading, decision = turn.kept, turn.reading, turn.decision
    return {
        "lang": kept.language,
        "evidence": {
            t: round(v, 2)
            for t, v in sorted(reading.spoken.evidence.items(), key=lambda i: -i[1])
            if v > 0
        }
        if reading
        else {},
        "certain": reading.certain if reading else True,
        "switches": reading.spoken.switches if reading else False,
        "intents": list(kept.intents),
        "topic": kept.topic,
        "tier": (decision.tier if decision else "") or (reading.tier if reading else "kept"),
        "confidence": round(reading.confidence, 2) if reading else None,
        "candidates": [[name, round(score, 2)] for name, score in reading.candidates]
        if reading
        else [],
        "found": list(dict.fromkeys(reading.found)) if reading else [],
        "redflags": list(_red_flags(turn)),
        "region": turn.region,
        "emergency": _emergency(turn, book),
        "events": list(kept.events),
        "replies": list(_replies(turn, book, buttons)),
        "remembered": turn.remembered,
    }


def _red_flags(turn: Turn) -> tuple[str, ...]:
    if turn.decision and turn.decision.classes:
        return turn.decision.classes
    return turn.reading.triage.classes if turn.reading and turn.reading.triage else ()


def _emergency(turn: Turn, book: Book) -> str:
    at_home = turn.region == book.profile.country
    return (book.profile.emergency if at_home else "") or book.content.emergency.get(
        turn.region, ""
    )


# ---------------------------------------------------------------- replies


def _replies(turn: Turn, book: Book, buttons: bool) -> Iterator[Trace]:
    if not turn.texts:
        for words in turn.kept.texts:
            yield _reply(words, "", turn.kept.language, book, measure(words))
        return
    for text in turn.texts:
        known = _reply(text.text, text.key, text.language, book, text.cost)
        options = list(_options(turn, text, book))
        yield known | {
            "options": options,
            "facts": list(_facts(text.key, book)),
            "buttons": buttons and bool(options),
        }


def _reply(text: str, key: str, tag: str, book: Book, cost: Cost) -> Trace:
    catalog = book.catalogs.by_tag.get(tag)
    return {
        "text": text,
        "key": key,
        "lang": tag,
        "rtl": catalog.language.rtl if catalog else False,
        "encoding": cost.encoding,
        "units": cost.units,
        "segments": cost.segments,
        "foreign": list(foreign(text)[:FOREIGN]) if cost.encoding == "UCS-2" else [],
        "options": [],
        "facts": [],
        "buttons": False,
    }


def _facts(key: str, book: Book) -> Iterator[Mapping[str, str]]:
    if key in book.content.phrases:
        yield from map(_fact, book.content.facts_of(key))


def _fact(fact: Fact) -> Mapping[str, str]:
    return {"id": fact.id, "says": fact.says, "sentence": fact.sentence, "flag": fact.flag}


def _options(turn: Turn, text: Text, book: Book) -> Iterator[Mapping[str, str]]:
    """The options that stand in the text.

    `shown` as they stand there, `send` what a person types for them now, and `word` what means the same at any time.
    """
    talk = turn.decision.conversation if turn.decision else None
    step = book.content.steps.get(talk.step) if talk else None
    if talk and step and step.asks == text.key:
        for n in range(1, len(step.answers) + 1):
            shown = f"{n}:" if f"{n}:" in text.text else str(n)
            yield {"id": f"{step.id}:{n}", "title": "", "shown": shown, "send": str(n), "word": ""}
        return
    for n, option in enumerate(talk.options if talk and talk.options else text.options, 1):
        title, word = _named(option, text.language, book)
        spellings = (f"{n} {word}", f"{n}. {title}", f"{n}) {title}", f"{word} {title}", title)
        shown = next((s for s in map(_folded(text.text), spellings) if s and s in text.text), "")
        if shown:
            send = word if option.startswith(LANG) else str(n)
            yield {"id": option, "title": title, "shown": shown, "send": send, "word": word}


def _named(option: str, tag: str, book: Book) -> tuple[str, str]:
    """The title of an option and the word to type for it."""
    if option.startswith(LANG):
        chosen = option.removeprefix(LANG)
        return book.catalogs.by_tag[chosen].language.own_name, code(
            chosen, tuple(book.catalogs.by_tag)
        )
    return _wording(f"{option}.title", tag, book), _wording(f"{option}.label", tag, book)


def _wording(key: str, tag: str, book: Book) -> str:
    try:
        return book.catalogs.find(tag, key)[1][0]
    except KeyError:
        return ""


def _folded(text: str) -> Callable[[str], str]:
    """How an option's spelling stands in `text`: as it is, or folded for an SMS like the text itself."""
    return lambda spelling: spelling if spelling in text else fold(spelling)


# ---------------------------------------------------------------- the header


def _without(name: str) -> Callable[[Trace], Trace]:
    return lambda whole: {
        **whole,
        "replies": [{k: v for k, v in reply.items() if k != name} for reply in whole["replies"]],
    }


def _shorter(name: str, count: int) -> Callable[[Trace], Trace]:
    def cut(whole: Trace) -> Trace:
        value = whole[name]
        return {
            **whole,
            name: dict(list(value.items())[:count]) if isinstance(value, dict) else value[:count],
        }

    return cut


def _fewer_words(whole: Trace) -> Trace:
    """Facts by sentence and name alone."""
    bare = [
        {**r, "facts": [{k: v for k, v in f.items() if k != "says"} for f in r.get("facts", ())]}
        for r in whole["replies"]
    ]
    return {**whole, "replies": bare}


# What is given up, one after another, until the rest fits: the texts first, because the page has them from the answer itself.
_LADDER: Sequence[Callable[[Trace], Trace]] = (
    _without("text"),
    _shorter("candidates", 5),
    _shorter("found", 8),
    _shorter("evidence", 5),
    _fewer_words,
    _without("options"),
    _without("facts"),
    _shorter("found", 0),
    _shorter("replies", 10),
)


def encode(whole: Trace) -> str:
    """The trace as base64url over JSON, without padding: ASCII, shorter than `HEADER_LIMIT`, less detailed where it must be."""
    value = _written(whole)
    for give_up in _LADDER:
        if len(value) < HEADER_LIMIT:
            return value
        whole = give_up(whole)
        value = _written(whole)
    return value if len(value) < HEADER_LIMIT else ""


def _written(whole: Trace) -> str:
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("utf-8", "replace")).rstrip(b"=").decode("ascii")

"""All that can be said, read from the content files and refused, with file and key named, where it breaks a rule."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..language import placeholders
from ..language.checks import TITLE_LENGTH, WHATSAPP_LENGTH
from .broken import Broken
from .facts import Fact, Figure
from .phrases import CLINIC, DEFAULT_BUDGET, PLACE, TURN, Answer, FollowUp, Phrase, Step, Topic

SENTENCES = tuple(f"S{n:02}" for n in range(1, 24))


@dataclass(frozen=True)
class Content:
    """The facts, the topics, every phrase, the emergency numbers and the questions of CHECK."""

    facts: Mapping[str, Fact]
    topics: Mapping[str, Topic]
    phrases: Mapping[str, Phrase]
    words: tuple[str, ...]  # what a person can type back beside topics
    follow_ups: Mapping[str, FollowUp]
    steps: Mapping[str, Step]
    figures: Mapping[str, Figure]  # every figure of every fact and of the service, by placeholder
    emergency: Mapping[str, str]
    crisis: Mapping[str, str]
    menu: tuple[str, ...]  # topics in the order of the menu
    list_only_regions: frozenset[str]  # where CHECK may not ask
    list_only_numbers: tuple[str, ...]

    def facts_of(self, key: str) -> tuple[Fact, ...]:
        """The facts that the phrase `key` uses."""
        return tuple(self.facts[f] for f in self.phrases[key].facts)

    def next_step(self, step: str) -> int:
        """The number of a step of CHECK among those that ask something to be counted, from 1."""
        return [s for s in self.steps if s != "intro"].index(step) + 1


def read_content(tables: Mapping[str, Mapping[str, Any]]) -> Content:
    """The content from its parsed files (facts, topics, service, check, emergency by file name). Raises `Broken`."""
    facts = {i: _fact(i, t) for i, t in _tables(tables, "facts.toml", "fact")}
    service_figures = {
        n: _figure("check.toml", f"figures.{n}", t)
        for n, t in tables["check.toml"].get("figures", {}).items()
    }
    content = Content(
        facts=facts,
        topics={i: _topic(i, t) for i, t in _tables(tables, "topics.toml", "topic")},
        phrases={p.key: p for p in _phrases(tables)},
        words=tuple(i for i, _ in _tables(tables, "service.toml", "word")),
        follow_ups={
            i: _follow_up(i, t) for i, t in tables["topics.toml"].get("follow_up", {}).items()
        },
        steps={i: _step(i, t) for i, t in _tables(tables, "check.toml", "step")},
        figures={
            **{n: f for fact in facts.values() for n, f in fact.figures.items()},
            **service_figures,
        },
        emergency=dict(_tables(tables, "emergency.toml", "emergency")),
        crisis=dict(_tables(tables, "emergency.toml", "crisis")),
        menu=_menu(tables["topics.toml"]),
        list_only_regions=frozenset(tables["check.toml"].get("list_only", {}).get("regions", ())),
        list_only_numbers=tuple(tables["check.toml"].get("list_only", {}).get("numbers", ())),
    )
    for phrase in content.phrases.values():
        _check_phrase(phrase, content, frozenset(service_figures))
    _check_links(content)
    return content


def _tables(
    tables: Mapping[str, Mapping[str, Any]], file: str, name: str
) -> Iterator[tuple[str, Any]]:
    if name not in tables[file]:
        raise Broken(file, name, "is missing")
    yield from tables[file][name].items()


def _need(file: str, key: str, table: Mapping[str, Any], name: str) -> Any:
    if name not in table:
        raise Broken(file, f"{key}.{name}", "is missing")
    return table[name]


def _fact(name: str, table: Mapping[str, Any]) -> Fact:
    key = f"fact.{name}"
    sentence, flag = (_need("facts.toml", key, table, n) for n in ("sentence", "flag"))
    if sentence not in SENTENCES:
        raise Broken(
            "facts.toml",
            f"{key}.sentence",
            f"{sentence!r} is not a sentence of the article (S01 to S23)",
        )
    if flag not in ("ok", "attr", "never"):
        raise Broken("facts.toml", f"{key}.flag", f'{flag!r} is not one of "ok", "attr", "never"')
    figures = {
        n: _figure("facts.toml", f"{key}.figures.{n}", t)
        for n, t in table.get("figures", {}).items()
    }
    return Fact(
        name,
        sentence,
        flag,
        _need("facts.toml", key, table, "says"),
        table.get("denies", ""),
        figures,
    )


def _figure(file: str, key: str, table: Mapping[str, Any]) -> Figure:
    value, form = _need(file, key, table, "value"), table.get("format")
    if (
        not isinstance(value, int)
        or form not in ("number", "percent", "unit")
        or (form == "unit" and "unit" not in table)
    ):
        raise Broken(
            file,
            key,
            'needs a whole number as value and a format: "number", "percent" or "unit" with its unit',
        )
    return Figure(value, form, table.get("unit", ""))


def _topic(name: str, table: Mapping[str, Any]) -> Topic:
    key = f"topic.{name}"
    used = tuple(_need("topics.toml", key, table, "facts"))
    return Topic(
        id=name,
        facts=used,
        next=tuple(table.get("next", ())),
        risk=table.get("risk", 0),
        sensitive=table.get("sensitive", False),
        beyond=table.get("beyond", ""),
        covers=tuple(table.get("covers", ())),
    )


def _menu(table: Mapping[str, Any]) -> tuple[str, ...]:
    first = tuple(table.get("menu", {}).get("first", ()))
    if unknown := [t for t in first if t not in table["topic"]]:
        raise Broken("topics.toml", "menu.first", f"{unknown[0]!r} is no topic")
    return tuple(dict.fromkeys((*first, *table["topic"])))


def _follow_up(name: str, table: Mapping[str, Any]) -> FollowUp:
    otherwise = tuple(_need("topics.toml", f"follow_up.{name}", table, "otherwise"))
    return FollowUp(name, tuple(table.get("after", {}).items()), otherwise)


def _step(name: str, table: Mapping[str, Any]) -> Step:
    key = f"step.{name}"
    answers = tuple(
        Answer(_need("check.toml", f"{key}.answers", a, "to"), a.get("note", ""))
        for a in _need("check.toml", key, table, "answers")
    )
    return Step(name, _need("check.toml", key, table, "asks"), answers)


# ---------------------------------------------------------------- phrases


def _phrases(tables: Mapping[str, Mapping[str, Any]]) -> Iterator[Phrase]:
    for name, table in _tables(tables, "topics.toml", "topic"):
        yield from _topic_phrases(name, table)
    for name, table in _tables(tables, "service.toml", "word"):
        yield from _named("service.toml", f"word.{name}", name, table)
    for file in ("service.toml", "check.toml"):
        for name, table in _tables(tables, file, "service"):
            yield from _service_phrases(file, name, table)


def _topic_phrases(name: str, table: Mapping[str, Any]) -> Iterator[Phrase]:
    file, key = "topics.toml", f"topic.{name}"
    facts = tuple(_need(file, key, table, "facts"))
    yield Phrase(
        name,
        _need(file, key, table, "sms"),
        file,
        facts=facts,
        safety=table.get("risk", 0) >= 5,
        options=len(table.get("next", ())),
    )
    if "whatsapp" in table:
        more = (*facts, *table.get("whatsapp_facts", ()))
        yield Phrase(f"{name}.whatsapp", table["whatsapp"], file, facts=more, budget=None)
    yield from _named(file, key, name, table)


def _named(file: str, key: str, name: str, table: Mapping[str, Any]) -> Iterator[Phrase]:
    """The word to type and the title on a button."""
    for part in ("label", "title"):
        yield Phrase(f"{name}.{part}", _need(file, key, table, part), file, budget=None)


def _service_phrases(file: str, name: str, table: Mapping[str, Any]) -> Iterator[Phrase]:
    key = f"service.{name}"
    facts = tuple(table.get("facts", ()))
    low, high = table.get("budget", DEFAULT_BUDGET)
    yield Phrase(
        key=name,
        text=_need(file, key, table, "sms"),
        file=file,
        plural=table.get("plural", ""),
        count=table.get("count", ""),
        facts=facts,
        budget=(low, high),
        safety=table.get("safety", False),
    )
    if "whatsapp" in table:
        yield Phrase(f"{name}.whatsapp", table["whatsapp"], file, facts=facts, budget=None)


# ---------------------------------------------------------------- the rules


def _check_phrase(phrase: Phrase, content: Content, service_figures: frozenset[str]) -> None:
    for name in phrase.facts:
        fact = content.facts.get(name)
        if fact is None:
            raise Broken(
                phrase.file, phrase.key, f"uses the fact {name!r}, which facts.toml does not have"
            )
        if fact.flag == "never":
            raise Broken(
                phrase.file,
                phrase.key,
                f'uses the fact {name!r}, which must never be said (flag = "never")',
            )
    allowed = allowed_placeholders(phrase, content, service_figures)
    for form in phrase.forms:
        if unknown := placeholders.names(form) - allowed:
            raise Broken(
                phrase.file,
                phrase.key,
                f"names {', '.join(sorted(unknown))}; a figure needs its fact among the phrase's facts",
            )
        if typed := re.search(r"\d+", placeholders.outside(form)):
            raise Broken(
                phrase.file,
                phrase.key,
                f"has the figure {typed[0]} typed in it; a placeholder has to stand there",
            )
    if phrase.key.endswith(".title") and len(phrase.text) > TITLE_LENGTH:
        raise Broken(
            phrase.file,
            phrase.key,
            f"has {len(phrase.text)} characters; a button has room for {TITLE_LENGTH}",
        )
    if phrase.key.endswith(".whatsapp") and len(phrase.text) > WHATSAPP_LENGTH:
        raise Broken(
            phrase.file, phrase.key, f"has {len(phrase.text)} characters, at most {WHATSAPP_LENGTH}"
        )
    if phrase.plural and phrase.count not in placeholders.names(phrase.text):
        raise Broken(
            phrase.file,
            phrase.key,
            "has a plural but no `count` that names one of its placeholders",
        )


def allowed_placeholders(
    phrase: Phrase, content: Content, service_figures: frozenset[str] = frozenset()
) -> frozenset[str]:
    """What the phrase may name: the clinic's values, the turn's, words to reply, and the figures of its own facts."""
    own = {n for f in phrase.facts if f in content.facts for n in content.facts[f].figures}
    if phrase.file == "check.toml":
        own |= service_figures
    return CLINIC | PLACE | TURN | {w.upper() for w in content.words} | {"LANG"} | own


def _check_links(content: Content) -> None:
    known = {*content.topics, *content.words}
    for topic in content.topics.values():
        for key, targets in (("next", topic.next), ("covers", topic.covers)):
            for target in targets:
                if target not in known:
                    raise Broken(
                        "topics.toml",
                        f"topic.{topic.id}.{key}",
                        f"{target!r} is no topic and no word",
                    )
    for step in content.steps.values():
        if step.asks not in content.phrases:
            raise Broken("check.toml", f"step.{step.id}.asks", f"{step.asks!r} is no text")
        for answer in step.answers:
            ends = answer.to.startswith("end:")
            if (
                (answer.to.removeprefix("end:") not in content.phrases)
                if ends
                else (answer.to not in content.steps)
            ):
                raise Broken(
                    "check.toml", f"step.{step.id}.answers", f"{answer.to!r} leads nowhere"
                )
            if answer.note and answer.note not in content.phrases:
                raise Broken(
                    "check.toml", f"step.{step.id}.answers", f"the note {answer.note!r} is no text"
                )
    for follow_up in content.follow_ups.values():
        for topic_id in (*follow_up.otherwise, *(meant for _, meant in follow_up.after)):
            if topic_id not in known:
                raise Broken(
                    "topics.toml",
                    f"follow_up.{follow_up.id}",
                    f"{topic_id!r} is no topic and no word",
                )

"""What the reader understands of messages that it never learned from: rates with their intervals, beside two simpler readers.

`benchmarks/understanding/<tag>.jsonl` holds them, written by another hand than the examples: a line is a `text`, the `intent` that
it means, `also` where another is as right, `hard` for what is misspelled, slang or indirect, and `near` for the words of a matter
of safety in a harmless meaning. Nothing of it may be copied into the examples.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from smsbot import wiring
from smsbot.adapters.language_id import Detector
from smsbot.adapters.learned.intents import LearnedIntents
from smsbot.core.understanding.look import look
from smsbot.core.understanding.reading import NOT_OURS, Reading, Scores, asked_of, understand
from smsbot.core.understanding.spoken import Prior, spoken, weigh

FOLDER = Path(__file__).parent / "understanding"
RECORDED = FOLDER / "recorded.json"
PICTURE = Path(__file__).parent.parent / "docs" / "scoreboard.svg"
FALL = 0.01  # by how much the mean may fall below the recorded one
SIGNS = frozenset({"urgent", "urgent_today", "crisis"})
SETTLED = 1.96  # standard deviations of a 95 % interval


@dataclass(frozen=True, slots=True)
class Message:
    """One line of the test."""

    language: str
    text: str
    intents: frozenset[
        str
    ]  # any of them is right; the first written is the one it is counted under
    intent: str
    hard: bool
    near: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a message was read."""

    message: Message
    told: tuple[str, ...]  # signs first, then the intents that would be answered
    likeliest: str
    confidence: float
    asks: bool
    language: str

    @property
    def right(self) -> bool:
        """Whether the likeliest meaning is one of those that are right. What is not ours may be called either way."""
        wanted = self.message.intents
        if wanted & NOT_OURS:
            return self.likeliest in wanted | NOT_OURS
        if wanted & SIGNS:
            return bool({self.likeliest} & wanted) or (
                self.likeliest == "urgent" and "urgent_today" in wanted
            )
        return self.likeliest in wanted


def messages(folder: Path = FOLDER) -> list[Message]:
    """The whole test, language by language. Raises `SystemExit` naming file and line where one is not right."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                found.append(
                    Message(
                        path.stem,
                        row["text"],
                        frozenset({row["intent"], *row.get("also", ())}),
                        row["intent"],
                        bool(row.get("hard")),
                        bool(row.get("near")),
                    )
                )
            except (ValueError, KeyError, TypeError) as error:
                raise SystemExit(f"{path.name}, line {number}: {error!r}") from None
    return found


Read = Callable[[str], Reading]


def read_by(texts: wiring.Texts, scores: Callable[[str], Scores]) -> Read:
    """Reads a first message from an unknown place, with the given model of meanings."""

    def read(text: str) -> Reading:
        seen = look(texts.reader, text)
        evidence = weigh(texts.reader, seen, texts.languages.votes(text))
        language = spoken(seen, evidence, Prior())
        return understand(texts.reader, seen, language, tuple(map(scores, asked_of(seen))))

    return read


def readers(texts: wiring.Texts) -> dict[str, Read]:
    """The reader and two simpler ones, each with the same language vote and the same patterns for signs."""
    return {
        "the reader": read_by(texts, texts.intents.scores),
        "characters": read_by(texts, texts.intents.characters),
        "keywords": read_by(texts, lambda _: Scores()),
    }


def outcomes(read: Read, several: Iterable[Message]) -> Iterator[Outcome]:
    """How each message is read."""
    for message in several:
        reading = read(message.text)
        signs = reading.triage.intents if reading.triage else ()
        told = (*signs, *reading.intents)
        first = reading.candidates[0][0] if reading.candidates else "unknown"
        yield Outcome(
            message,
            told,
            told[0] if told else first,
            reading.confidence,
            not told,
            reading.language,
        )


# ---------------------------------------------------------------- rates


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """The share; 0 of 0 is none."""
        return self.hits / self.of if self.of else 0.0

    def __str__(self) -> str:
        low, high = interval(self.hits, self.of)
        return f"{self.share:.3f} [{low:.3f}-{high:.3f}] {self.hits}/{self.of}"


def interval(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson's score interval)."""
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, SETTLED**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = SETTLED / (1 + spread) * (share * (1 - share) / of + spread / (4 * of)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def rate(several: Iterable[bool]) -> Rate:
    """How many of them are so."""
    known = list(several)
    return Rate(sum(known), len(known))


def rates(read: Sequence[Outcome], topics: frozenset[str]) -> dict[str, Rate]:
    """Every rate that is promised, over the given outcomes."""
    of = {
        name: [o for o in read if o.message.intent == name]
        for name in ("stop", "forget", "pregnant")
    }
    signs = [o for o in read if o.message.intents & SIGNS]
    foreign = [o for o in read if o.message.intents & NOT_OURS]
    answered = [o for o in read if not o.asks]
    near = [o for o in read if o.message.near]
    others = [o for o in read if not o.message.intents & (SIGNS | {"stop", "forget"})]
    return {
        "intent right": rate(o.right for o in read),
        "intent right, plain": rate(o.right for o in read if not o.message.hard),
        "intent right, hard": rate(o.right for o in read if o.message.hard),
        "language right": rate(o.language == o.message.language for o in read),
        "opt-out caught": rate("stop" in o.told for o in of["stop"]),
        "opt-out falsely taken": rate(
            "stop" in o.told for o in read if "stop" not in o.message.intents
        ),
        "deletion caught": rate("forget" in o.told for o in of["forget"]),
        "deletion falsely taken": rate(
            "forget" in o.told for o in read if "forget" not in o.message.intents
        ),
        "red flag caught": rate(bool(set(o.told) & SIGNS) for o in signs),
        "red flag falsely raised": rate(
            bool(set(o.told) & SIGNS) for o in read if not o.message.intents & SIGNS
        ),
        "near miss that alarms or opts out": rate(
            bool(set(o.told) & (SIGNS | {"stop", "forget"})) for o in near if o in others
        ),
        "pregnancy caught": rate(
            bool(set(o.told) & ({"pregnant"} | SIGNS)) for o in of["pregnant"]
        ),
        "not ours, not answered as a topic": rate(not set(o.told) & topics for o in foreign),
        "answers instead of asking": rate(not o.asks for o in read),
        "right when it answers": rate(o.right for o in answered),
    }


def calibration(read: Sequence[Outcome]) -> float:
    """How far confidence and share of right readings lie apart, in tenths of confidence, weighted by how many there are."""
    groups: dict[int, list[Outcome]] = {}
    for outcome in read:
        groups.setdefault(min(9, int(outcome.confidence * 10)), []).append(outcome)
    return sum(
        abs(statistics.fmean(o.confidence for o in g) - statistics.fmean(o.right for o in g))
        * len(g)
        for g in groups.values()
    ) / len(read)


def mean_over_languages(read: Sequence[Outcome]) -> dict[str, float]:
    """The share of right readings, language by language."""
    by: dict[str, list[bool]] = {}
    for outcome in read:
        by.setdefault(outcome.message.language, []).append(outcome.right)
    return {tag: statistics.fmean(several) for tag, several in by.items()}


# ---------------------------------------------------------------- the page


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the scoreboard; 1 where the mean over the languages fell by more than a point below the recorded one."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scoreboard", description=main.__doc__
    )
    parser.add_argument(
        "--record",
        action="store_true",
        help="keep the figures as the recorded ones, and draw the picture",
    )
    parser.add_argument("--misses", metavar="TAG", help="list what is misread in a language")
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    texts = wiring.load_texts()
    ready = time.perf_counter() - began
    several = messages()
    if not several:
        print("no messages to read")
        return 0
    by_reader = {name: list(outcomes(read, several)) for name, read in readers(texts).items()}
    ours = by_reader["the reader"]
    topics = frozenset(texts.book.content.topics)
    if options.misses:
        _misses(ours, options.misses)
        return 0
    _rates_table(by_reader, topics)
    _language_table(by_reader, topics)
    _intent_table(ours)
    _speed(texts, several, ready)
    mean = statistics.fmean(mean_over_languages(ours).values())
    if options.record:
        from benchmarks.picture import draw

        RECORDED.write_text(json.dumps({"mean": round(mean, 4)}) + "\n")
        draw({name: mean_over_languages(read) for name, read in by_reader.items()}, PICTURE)
    recorded = json.loads(RECORDED.read_text())["mean"] if RECORDED.exists() else 0.0
    print(f"\nmean over the languages {mean:.3f}; recorded {recorded:.3f}")
    if mean < recorded - FALL:
        print(
            "It understands less than before. Where that is meant: python -m benchmarks.scoreboard --record"
        )
        return 1
    return 0


def _rates_table(by_reader: dict[str, list[Outcome]], topics: frozenset[str]) -> None:
    tables = {name: rates(read, topics) for name, read in by_reader.items()}
    print(
        f"{len(by_reader['the reader'])} messages, none of them learned from; 95 % intervals in brackets\n"
    )
    print(f"{'':36}{'the reader':37}" + "".join(f"{name:>12}" for name in list(tables)[1:]))
    for line, value in tables["the reader"].items():
        others = "".join(f"{table[line].share:12.3f}" for table in list(tables.values())[1:])
        print(f"{line:36}{value!s:37}{others}")
    ece = calibration(by_reader["the reader"])
    print(f"{'confidence off by (calibration)':36}{ece:.3f}")


def _language_table(by_reader: dict[str, list[Outcome]], topics: frozenset[str]) -> None:
    lines = (
        "intent right",
        "intent right, plain",
        "intent right, hard",
        "language right",
        "opt-out caught",
        "deletion caught",
        "red flag caught",
        "red flag falsely raised",
        "pregnancy caught",
        "not ours, not answered as a topic",
        "right when it answers",
    )
    print(
        "\n"
        + f"{'':10}"
        + "".join(
            f"{short:>11}"
            for short in (
                "right",
                "plain",
                "hard",
                "language",
                "opt-out",
                "deletion",
                "red flag",
                "false",
                "pregnant",
                "not ours",
                "answered",
            )
        )
    )
    tags = list(dict.fromkeys(o.message.language for o in by_reader["the reader"]))
    for tag in tags:
        table = rates([o for o in by_reader["the reader"] if o.message.language == tag], topics)
        print(f"{tag:10}" + "".join(f"{table[line].share:11.3f}" for line in lines))


def _intent_table(read: Sequence[Outcome]) -> None:
    by: dict[str, list[bool]] = {}
    for outcome in read:
        by.setdefault(outcome.message.intent, []).append(outcome.right)
    print(
        "\nby intent: "
        + ", ".join(
            f"{name} {statistics.fmean(several):.2f}" for name, several in sorted(by.items())
        )
    )


def _speed(texts: wiring.Texts, several: Sequence[Message], ready: float) -> None:
    """How long a message takes that was never read before, in this process, and what it holds in memory."""
    detector = Detector(texts.reader.languages, texts.intents.learned.languages.shares)
    fresh = replace(texts, languages=detector)  # one that has heard none of them yet
    read = read_by(fresh, LearnedIntents(texts.intents.learned).scores)
    took = []
    for message in several[:: max(1, len(several) // 600)]:
        began = time.perf_counter()
        read(message.text)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    status = Path("/proc/self/status").read_text().splitlines()
    resident = int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024
    print(
        f"\none message: p50 {took[len(took) // 2]:.1f} ms, p95 {took[int(len(took) * 0.95)]:.1f} ms, "
        f"{1000 / statistics.fmean(took):.0f} a second on one core; ready after {ready:.1f} s; {resident:.0f} MB resident"
    )


def _misses(read: Sequence[Outcome], tag: str) -> None:
    for outcome in read:
        m = outcome.message
        if m.language == tag and not outcome.right:
            print(
                f"{m.intent:14}{outcome.likeliest:14}{outcome.confidence:.2f}  {'asks ' if outcome.asks else ''}{m.text}"
            )


if __name__ == "__main__":
    sys.exit(main())

"""Says what was meant by a message: commands first, signs of danger and opt-outs beside everything, then the likeliest question.

`look` has found what stands in the message, `spoken` its language; the shares that a model gives to each meaning are handed in, so
that nothing here calls out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from .examples import SIGN, sign
from .lexicon import Hit
from .look import Look, Reader
from .spoken import Spoken, plausible
from .triage import TIERS, Triage, triage

Tier = Literal[
    "choice", "command", "redflag", "keywords", "near", "encoder", "characters", "unsure", "none"
]

# Meant only beside nothing else, or only when nothing else was said.
POLITENESS = frozenset({"greeting", "thanks", "yes", "no", "more", "help", "menu", "exit"})
ALONE = ("stop", "forget", "minor")
NOT_OURS = frozenset({"not_covered", "unknown"})
# Never offered as a guess: a tap on the wrong one would opt out, opt in or delete.
NOT_OFFERED = NOT_OURS | {"stop", "start", "forget", "minor", "yes", "no"}

SAFETY_RISK = 8  # from this risk on a misspelled word counts beside well-spelled ones

# From which share of the model's on a meaning counts. Measured on the scoreboard's messages: `make bench` prints what they reach.
ANSWER = 0.6  # the likeliest meaning is answered
GIVING = 0.9  # the same for START, which takes an opt-out back, and for opt-out and deletion in few words or beside a sign of danger
GUESSED = 0.5  # of all shares, signs of danger among them, which an opt-out, a deletion or a child's age needs that no word says
CONFIRMED = 0.3  # the same where a keyword says so too
KEYWORD = 2.0  # by how much a keyword raises what it names
ASK = 0.2  # it is offered as "did you mean"; below, the message is not understood
SECOND = 0.01  # a second meaning is answered too, where a keyword of several words, or one of a question, says so
SHORT = 3  # words of a message in which one keyword is believed where the model is less sure than:
OVERRULED = 0.8
FLAG = 0.3  # signs of danger, all classes together
# Words, or letters, of a message which the model, having little to go by, must be surer of:
FEW, BRIEF = 2, 5
FLAG_OF_FEW = 0.7
OF_FEW = 0.5  # and for opt-out and the like, where no word says so
GRAVER = 0.5  # of the share of signs for today, from which those for now are answered instead
POSSIBLE = 0.05  # signs that a pattern of an unlikely language names
CERTAIN = 0.6  # signs that no pattern names, beside one that a pattern names
# Opt-out and the like beside any other answer: alone, and where a pattern says so too.
SAFETY = {
    "stop": (0.8, 0.1),
    "forget": (0.5, 0.1),
    "minor": (0.6, 0.1),
    "pregnant": (0.2, 0.01),
    "neuro": (0.5, 0.1),
}


@dataclass(frozen=True, slots=True)
class Scores:
    """What a model says of a message or a part of it: the share of each meaning, summing to one; empty where there is no model."""

    tier: Literal["encoder", "characters", "none"] = "none"
    shares: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was meant. `intents` in the order to be answered; `asks` what to offer instead where that is not sure enough."""

    intents: tuple[str, ...]
    asks: tuple[str, ...]
    follow_up: str | None
    triage: Triage | None
    spoken: Spoken
    confidence: float
    tier: Tier
    candidates: tuple[tuple[str, float], ...]
    question: bool
    number: int | None
    words: tuple[str, ...]
    found: tuple[str, ...]  # the patterns that decided
    stop_tongues: tuple[str, ...] = ()  # the languages in which the whole message is an opt-out

    @property
    def language(self) -> str:
        """The language to answer in."""
        return self.spoken.language

    @property
    def certain(self) -> bool:
        """Whether the language is certain."""
        return self.spoken.certain


def understand(
    reader: Reader, look: Look, spoken: Spoken, scores: Sequence[Scores] = (), default: str = "en"
) -> Reading:
    """What was meant by the message that `look` saw, in the language that `spoken` settled.

    `scores` are the model's, for the whole message and then for each of its parts where it has several; none where the message is
    a command or nothing can be asked.
    """
    preference = {
        tag: rank for rank, tag in reversed(list(enumerate((spoken.language, default, "en"))))
    }
    chosen = _chosen(reader, look, preference)
    flags = _flags(look, scores, spoken.evidence)
    modelled = bool(scores) and scores[0].tier == "encoder"
    told = (
        _modelled(reader, chosen, _repriced(scores, look, chosen), look.length, flags is not None)
        if modelled
        else _keyed(reader, chosen, scores)
    )
    intents = told.intents
    begins = bool(flags) and bool(look.words) and look.words[0] in reader.stop_words
    if (look.stops or begins) and "stop" not in intents:
        intents = (*intents, "stop") if flags else ("stop",)
    follow_up = next((h.name for h in chosen if h.target.kind == "follow_ups"), None)
    return Reading(
        intents=intents,
        asks=() if intents else told.asks,
        follow_up=follow_up if not set(intents) - POLITENESS else None,
        triage=flags,
        spoken=spoken,
        confidence=1.0 if flags else told.confidence,
        tier="redflag" if flags else told.tier,
        candidates=told.candidates,
        question=look.question,
        number=look.number,
        words=look.words,
        found=tuple(f"{h.target.language}: {h.target.pattern}" for h in chosen),
        stop_tongues=_stop_tongues(look),
    )


def stopped_by_words(reader: Reader, look: Look, reading: Reading) -> Reading:
    """The reading of a message that has a campaign's code: it opts out where a word of it says so, and not where only the model thinks so.

    Who writes "STOP" and the code opts out; "Hello, I saw your ad" and the code is a greeting.
    """
    plain = [word for word in look.words if reader.lexicon.knows(word)]
    if plain and reader.stop_words.issuperset(plain):
        return replace(reading, intents=("stop",))
    said = any(h.name == "stop" for h in look.hits) or not reader.stop_words.isdisjoint(look.words)
    if said or "stop" not in reading.intents:
        return reading
    left = tuple(i for i in reading.intents if i != "stop")
    return replace(reading, intents=left or ("greeting",))


def _stop_tongues(look: Look) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            h.target.language
            for h in look.hits
            if (h.target.kind, h.name, h.target.whole, h.near) == ("intents", "stop", True, False)
        )
    )


def asked_of(look: Look) -> tuple[str, ...]:
    """The texts that the model is asked about: the whole message and, where it has several, each part; none for a command."""
    if look.commanded or not look.letters:
        return ()
    parts = look.parts
    return (look.text, *parts) if len(parts) > 1 else (look.text,)


def flagged(look: Look, scores: Sequence[Scores], evidence: Mapping[str, float]) -> bool:
    """Whether the message names a sign of danger, by a pattern or by the model."""
    return _flags(look, scores, evidence) is not None


@dataclass(frozen=True, slots=True)
class _Told:
    """What one way of reading says: what to answer, or what to offer, and how sure it is."""

    intents: tuple[str, ...]
    asks: tuple[str, ...]
    confidence: float
    tier: Tier
    candidates: tuple[tuple[str, float], ...]


# ---------------------------------------------------------------- signs of danger


def _flags(look: Look, scores: Sequence[Scores], evidence: Mapping[str, float]) -> Triage | None:
    """The signs that a pattern names; and what the model sees in the message or in one of its parts, where it sees more.

    A pattern of a language that the message can hardly be in counts where the model does not rule a sign out: a word of danger in
    one language is a plain word in another. A misspelled one counts there only where the model takes a sign for possible.
    """
    leans = _leans(scores)
    foreign = bool(scores) and scores[0].tier == "encoder" and not leans
    named = [
        h.name
        for h in look.hits
        if h.target.kind == "redflags"
        and not ((foreign or (h.near and not leans)) and not plausible(evidence, h.target.language))
    ]
    brief = look.length <= FEW or look.letters <= BRIEF
    least = FLAG_OF_FEW if brief else FLAG
    seen = [told for part in scores if (told := _seen(part, least))]
    more = [n for n, share in seen if not named or (share >= CERTAIN and TIERS[n] != "today")]
    return triage((*named, *more))


def _leans(scores: Sequence[Scores]) -> bool:
    """Whether the model takes a sign in the message or in a part of it for possible at all."""
    return any(sum(s for name, s in p.shares.items() if sign(name)) >= POSSIBLE for p in scores)


def _seen(scores: Scores, least: float) -> tuple[str, float] | None:
    """The sign that the model sees in a text, and the share of its tier; None where all signs together have less than `least`.

    Classes that share a message between them are not two signs, so one is named: of the tier that calls for help now, where that
    is likely enough beside the likeliest.
    """
    signs = {sign(label): share for label, share in scores.shares.items() if sign(label)}
    if signs.get("pregnant_injected", 0.0) < CERTAIN:
        signs.pop("pregnant_injected", None)  # else it is a question of pregnancy, answered as that
    if scores.tier != "encoder" or sum(signs.values()) < least:
        return None
    tiers: dict[str, float] = {}
    for name, share in signs.items():
        tiers[TIERS[name]] = tiers.get(TIERS[name], 0.0) + share
    tier = max(tiers, key=lambda t: tiers[t])
    if tier == "today" and tiers.get("now", 0.0) >= tiers[tier] * GRAVER:
        tier = "now"
    return max((n for n in signs if TIERS[n] == tier), key=lambda n: signs[n]), tiers[tier]


# ---------------------------------------------------------------- by the model


def _modelled(
    reader: Reader, chosen: list[Hit], scores: Sequence[Scores], words: int, flagged: bool
) -> _Told:
    """The likeliest meaning, where the model is sure of it or a keyword agrees; else what to offer."""
    keyed = {h.name for h in chosen if h.target.kind == "intents"}
    shares = _confirmed(_meanings(scores[0].shares), keyed)
    ranked = sorted(shares, key=lambda name: -shares[name])
    first, share = ranked[0], shares[ranked[0]]
    candidates = tuple((name, round(shares[name], 3)) for name in ranked[:5])
    least = OF_FEW if words <= FEW else 0.0
    meant = [
        name
        for name, (alone, agreed) in SAFETY.items()
        if _counts(name, max(alone, least), agreed, keyed, scores)
    ]
    if len(keyed) == 1 and words <= SHORT and share < OVERRULED and not keyed & set(SAFETY):
        return _Told(tuple(keyed), (), max(share, ANSWER), "keywords", candidates)
    taking = first in ("stop", "forget") and (words <= FEW or flagged)
    needed = GIVING if first == "start" or taking else ANSWER
    # Beside a sign of danger little is left for the rest: the likeliest of it is not likely for that.
    guessed = first in ALONE and first not in keyed and _kept(scores[0].shares)[first] < GUESSED
    sure = not guessed and (share >= needed or (first in keyed and share >= CONFIRMED))
    if sure and first not in meant:
        meant.append(first)
    meant += [name for name in _others(first, shares, keyed, scores[1:]) if name not in meant]
    if meant and (sure or set(meant) & set(SAFETY)):
        return _Told(_ordered(reader, meant), (), share, "encoder", candidates)
    offered = (n for n in ranked[:3] if n not in NOT_OFFERED and shares[n] >= ASK / 2)
    asks = tuple(offered)[:2]
    return _Told((), asks if share >= ASK else (), share, "unsure", candidates)


def _repriced(scores: Sequence[Scores], look: Look, chosen: list[Hit]) -> Sequence[Scores]:
    """The scores with what is not covered given to the price, where the words for it stand inside a question of price.

    How many units somebody needs is not covered, what so many cost is; a price of something else is that of something else.
    """
    if not any(h.name == "price" and _ends_in(look, h, "not_covered") for h in chosen):
        return scores
    if any(h.name == "not_covered" for h in chosen):
        return scores
    return [replace(part, shares=_moved(part.shares, "not_covered", "price")) for part in scores]


def _ends_in(look: Look, hit: Hit, name: str) -> bool:
    """Whether a hit begins or ends with words of another meaning; what stands between its words is not its own."""
    inside = (h for h in look.hits if hit.start <= h.start and h.end <= hit.end)
    return any(h.name == name and (h.start == hit.start or h.end == hit.end) for h in inside)


def _moved(shares: Mapping[str, float], giver: str, taker: str) -> dict[str, float]:
    moved = {**shares, taker: shares.get(taker, 0.0) + shares.get(giver, 0.0)}
    return {name: share for name, share in moved.items() if name != giver}


def _meanings(shares: Mapping[str, float]) -> dict[str, float]:
    """The shares of the intents, brought to one; the signs count elsewhere."""
    kept = _kept(shares)
    total = sum(kept.values()) or 1.0
    return {name: share / total for name, share in kept.items()}


def _confirmed(shares: Mapping[str, float], keyed: set[str]) -> dict[str, float]:
    """The shares with those raised that a keyword names too, brought to one again."""
    raised = {n: share * KEYWORD if n in keyed else share for n, share in shares.items()}
    total = sum(raised.values()) or 1.0
    return {name: share / total for name, share in raised.items()}


def _kept(shares: Mapping[str, float]) -> dict[str, float]:
    """The shares of the intents. Pregnant and injected is a sign only where that is certain, else a question of pregnancy."""
    kept = {name: share for name, share in shares.items() if not sign(name)}
    if "pregnant" in kept:
        kept["pregnant"] += shares.get(f"{SIGN}pregnant_injected", 0.0)
    return kept


def _counts(
    name: str, alone: float, agreed: float, keyed: set[str], scores: Sequence[Scores]
) -> bool:
    most = max(_kept(part.shares).get(name, 0.0) for part in scores)
    return most >= (agreed if name in keyed else alone)


def _others(
    first: str, shares: Mapping[str, float], keyed: set[str], parts: Sequence[Scores]
) -> list[str]:
    """What else was asked: a sentence of its own that is clear, or a keyword that the model does not contradict."""
    found = [
        name
        for name in keyed
        if first not in NOT_OURS
        and name not in (first, *SAFETY, *NOT_OURS)
        and shares.get(name, 0.0) >= SECOND
    ]
    for part in (part for part in parts if part.shares):
        told = _meanings(part.shares)
        best = max(told, key=lambda name: told[name])
        if told[best] >= ANSWER and best not in (*found, *SAFETY, *NOT_OURS, first):
            found.append(best)
    return found


# ---------------------------------------------------------------- by keywords


def _keyed(reader: Reader, chosen: list[Hit], scores: Sequence[Scores]) -> _Told:
    """What the patterns say; where they say nothing, what the model of characters takes for likely enough."""
    intents = _ordered(reader, [h.name for h in chosen if h.target.kind == "intents"])
    found = _scores(chosen)
    candidates = tuple(sorted(found.items(), key=lambda item: -item[1]))
    if not chosen:
        return _guessed(scores[0] if scores else Scores())
    near = all(h.near for h in chosen)
    tier: Tier = (
        "near" if near else "command" if any(h.target.whole for h in chosen) else "keywords"
    )
    return _Told(intents, (), max(found.values(), default=0.0), tier, candidates)


def _guessed(model: Scores) -> _Told:
    shares = _meanings(model.shares)
    if not shares:
        return _Told((), (), 0.0, "none", ())
    ranked = sorted(shares, key=lambda name: -shares[name])
    candidates = tuple((name, round(shares[name], 3)) for name in ranked[:5])
    share = shares[ranked[0]]
    if share >= ANSWER:
        return _Told((ranked[0],), (), share, "characters", candidates)
    asks = tuple(n for n in ranked[:2] if n not in NOT_OFFERED) if share >= ASK else ()
    return _Told((), asks, share, "unsure", candidates)


def _chosen(reader: Reader, look: Look, preference: Mapping[str, int]) -> list[Hit]:
    """The hits that count: matters of safety, then the longest at each place, in the preferred language where several share the words."""
    candidates = [
        h for h in look.hits if h.target.kind != "redflags" and not _stray(h, look, preference)
    ]
    candidates.sort(
        key=lambda h: (
            h.near or reader.risks.get(h.name, 0) < SAFETY_RISK,
            -h.weight,
            h.near,
            preference.get(h.target.language, 9),
            h.target.kind != "follow_ups",
            not h.target.whole,
            h.start,
        )
    )
    taken: set[int] = set()
    chosen: list[Hit] = []
    for hit in candidates:
        span = set(range(hit.start, hit.end))
        if span & taken:
            continue
        taken |= span
        chosen.append(hit)
    exact = [h for h in chosen if not h.near or reader.risks.get(h.name, 0) >= SAFETY_RISK]
    return sorted(exact if any(not h.near for h in exact) else chosen, key=lambda h: h.start)


def _stray(hit: Hit, look: Look, preference: Mapping[str, int]) -> bool:
    """Whether a word of another language stands in a longer message by chance: a short one, or one that is misspelled."""
    if hit.near and preference.get(hit.target.language, 9) > 0 and len(look.words) > 3:
        return True
    if (
        hit.target.language in preference
        or hit.target.whole
        or hit.weight > 1
        or len(look.words) <= 3
    ):
        return False
    return len(look.words[hit.start]) < 5


def _ordered(reader: Reader, meant: Sequence[str]) -> tuple[str, ...]:
    names = list(dict.fromkeys(meant))
    if "pregnant" in names and "minor" in names:
        names.remove("minor")  # a child's age beside a question about nursing is the child's
    if alone := [name for name in ALONE if name in names]:
        return tuple(alone) if alone == ["stop", "forget"] else (alone[0],)
    if len(names) > 1 and (substance := [n for n in names if n not in POLITENESS]):
        names = substance
    covered = {n for name in names for n in reader.covers.get(name, ())}
    return tuple(
        sorted((n for n in names if n not in covered), key=lambda n: -reader.risks.get(n, 0))
    )


def _scores(chosen: list[Hit]) -> dict[str, float]:
    scores: dict[str, float] = {}
    for hit in chosen:
        score = 1.0 if hit.target.whole else 0.9 if hit.weight > 1 else 0.8
        name = hit.name
        scores[name] = max(scores.get(name, 0.0), round(score - 0.25 * hit.near, 2))
    return scores

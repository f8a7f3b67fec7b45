"""Settles the language of a message: by its script, by the votes on it, by the patterns found, and by what the talk was in before."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .look import Look, Reader

CLEAR_LEAD = 0.15  # by how much one language must lead the next to be believed
SWITCH_LEAD = 0.5  # by how much another language must lead the talk's own
SWITCH_LETTERS = 8  # below this many letters a message does not change the talk's language
TRUSTED_LETTERS = 12  # from this many letters on the votes count in full
PATTERNS = 0.4  # weight of the share of words that patterns of the language explain
FADING = 0.5  # what is left, a turn later, of what spoke for a language before
UNHEARD = 0.25  # below this, nothing speaks for any language
PLAUSIBLE = 0.3  # of what speaks for the likeliest language, from which another one may be meant
FOREIGN = 0.1  # share of letters from which a message is not in a language that has no such letters
ALIKE = ("hi", "ur")  # one language where both are typed in Latin letters
KEPT = 2  # languages of which the talk remembers what spoke for them


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of the language before a message is read."""

    current: str | None = None  # the talk's language
    expected: tuple[str, ...] = ()  # the languages of the person's region, likeliest first
    default: str = "en"
    heard: Mapping[str, float] = field(default_factory=dict)  # what spoke for each language so far


@dataclass(frozen=True, slots=True)
class Spoken:
    """The language to answer in, whether that is certain, whether the talk changes to it, and the two likeliest."""

    language: str
    certain: bool
    switches: bool
    likeliest: tuple[str, ...]
    evidence: Mapping[str, float]  # language -> how much speaks for it in this message
    heard: Mapping[str, float]  # the same, over the talk


def spoken(look: Look, evidence: Mapping[str, float], prior: Prior) -> Spoken:
    """The language of the message that `look` saw, by what speaks for each language in it and what is known beside it."""
    evidence = _of_the_pair(evidence, look, prior)
    heard = {
        tag: value
        for tag in evidence
        if (value := round(evidence[tag] + FADING * prior.heard.get(tag, 0.0), 2)) > 0
    }
    remembered = dict(sorted(heard.items(), key=lambda item: -item[1])[:KEPT])
    if prior.current is not None and prior.current in evidence:
        language, switches = _kept_or_switched(evidence, heard, look, prior.current)
        return Spoken(language, True, switches, (language,), evidence, remembered)
    expected = [tag for tag in (*prior.expected, prior.default) if tag in evidence]
    bonus = {
        tag: 0.2 - 0.05 * min(rank, 3)
        for rank, tag in reversed(list(enumerate(dict.fromkeys(expected))))
    }
    totals = {
        tag: value + FADING * prior.heard.get(tag, 0.0) + bonus.get(tag, 0.0)
        for tag, value in evidence.items()
    }
    ranked = sorted(totals, key=lambda tag: -totals[tag])
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else ranked[0]
    said = evidence[first] > 0.25
    certain = first == second or (said and totals[first] - totals[second] >= CLEAR_LEAD)
    likeliest = (first,) if certain else (first, second)
    return Spoken(first, certain, False, likeliest, evidence, remembered)


def _of_the_pair(evidence: Mapping[str, float], look: Look, prior: Prior) -> Mapping[str, float]:
    """The evidence, where two languages are one in Latin letters: the one that the talk or the region has leads the other."""
    told = next((tag for tag in (prior.current, *prior.expected) if tag in ALIKE), None)
    pair = {tag: evidence[tag] for tag in ALIKE if tag in evidence}
    if told not in pair or len(pair) < 2 or look.scripts.get("LATIN", 0.0) < 0.5:
        return evidence
    most = max(pair.values())
    return {**evidence, **dict.fromkeys(pair, max(0.0, most - CLEAR_LEAD)), told: most}


def _kept_or_switched(
    evidence: Mapping[str, float], heard: Mapping[str, float], look: Look, current: str
) -> tuple[str, bool]:
    """Whether this message, with those before it, leads clearly away from the talk's language; one short message never does."""
    best = max(evidence, key=lambda tag: evidence[tag])
    own_script = evidence[best] >= 1.0 > look.scripts.get("LATIN", 0)
    if look.letters < SWITCH_LETTERS and not own_script:
        return current, False
    leads = (
        evidence[best] - evidence[current],
        heard.get(best, 0.0) - heard.get(current, 0.0),  # nothing where they are one
    )
    return (best, True) if max(leads) >= SWITCH_LEAD else (current, False)


def weigh(reader: Reader, look: Look, votes: Mapping[str, float]) -> dict[str, float]:
    """What speaks for each language in the message itself: its script, the votes, the patterns found.

    `votes` are the detectors' shares, summing to one at most.
    """
    if not look.letters:
        return dict.fromkeys(reader.scripts, 0.0)
    matched: dict[str, dict[int, float]] = {}
    for hit in look.hits:
        words = matched.setdefault(hit.target.language, {})
        for place in range(hit.start, hit.end):
            words[place] = max(words.get(place, 0.0), 0.5 if hit.near else 1.0)
    explained = {tag: sum(words.values()) / len(look.words) for tag, words in matched.items()}
    written = {tag: sum(look.scripts.get(s, 0.0) for s in of) for tag, of in reader.scripts.items()}
    fitting = {
        tag
        for tag, share in written.items()
        if share >= 0.5 or _romanised(reader, look, tag) or explained.get(tag, 0.0) >= 0.5
    }
    # Japanese characters alone may be Chinese; with kana among them they are not.
    most = max(written.values())
    own = {tag for tag, share in written.items() if share >= 0.5 and share > most - FOREIGN}
    fitting -= {tag for tag, share in written.items() if 0.5 <= share <= most - FOREIGN}
    alone = len(own) == 1 and not look.scripts.get("LATIN", 0.0) >= 0.5
    trust = min(1.0, look.letters / TRUSTED_LETTERS)
    if look.commanded and (among := sum(votes.get(tag, 0.0) for tag in matched)) > 0:
        # The whole message is a word of these languages: the votes are among them.
        votes = {tag: votes.get(tag, 0.0) / among for tag in matched}
    form = _form(look.text) if look.scripts.get("CJK") else {}
    evidence = {}
    for tag in reader.scripts:
        if tag not in fitting:
            evidence[tag] = 0.0
            continue
        script = 1.0 if alone and tag in own else 0.0
        evidence[tag] = (
            script
            + trust * votes.get(tag, 0.0)
            + PATTERNS * explained.get(tag, 0.0)
            + form.get(tag, 0.0)
        )
    return evidence


def plausible(evidence: Mapping[str, float], tag: str) -> bool:
    """Whether the message may well be in the language: where next to nothing speaks for any, it may be in each."""
    most = max(evidence.values(), default=0.0)
    return most < UNHEARD or evidence.get(tag, 0.0) >= PLAUSIBLE * most


def _romanised(reader: Reader, look: Look, tag: str) -> bool:
    """Whether the message stands in Latin letters, and people type the language in them too."""
    return tag in reader.romanised and look.scripts.get("LATIN", 0.0) >= 0.5


def chinese_form(text: str) -> dict[str, float]:
    """How far the characters are simplified or traditional ones: each form's share of those that not both of them have.

    GB 2312 holds the simplified characters and Big5 with Hong Kong's additions the traditional ones; what both hold says nothing.
    Of those additions, characters that stand in Japan's standard too are Japan's, and of neither form.
    """
    simplified = traditional = neither = 0
    for character in filter(_han, text):
        plain, full = _holds("gb2312", character), _traditional(character)
        simplified += plain and not full
        traditional += full and not plain
        neither += not (plain or full) and _common_in_japan(character)
    known = simplified + traditional + neither
    return {"Hans": simplified / known, "Hant": traditional / known} if known else {}


def japanese_form(text: str) -> float:
    """How far the characters are those that Japan writes and China does not: their share of those that tell the two apart.

    Level 1 of JIS X 0208 holds the characters of today's Japanese; one speaks for it where a form of Chinese does not use it.
    """
    japanese = others = 0
    for character in filter(_han, text):
        if not _common_in_japan(character):
            others += 1
        elif not (_holds("gb2312", character) and _traditional(character)):
            japanese += 1
    return japanese / (japanese + others) if japanese else 0.0


def _traditional(character: str) -> bool:
    additions = _holds("big5hkscs", character) and not _holds("shift_jis", character)
    return additions or _holds("big5", character)


def _common_in_japan(character: str) -> bool:
    return _holds("shift_jis", character) and character.encode("shift_jis") <= _LEVEL_1


_LEVEL_1 = b"\x98\x72"  # the last character of level 1, in Shift JIS


def _han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def _form(text: str) -> dict[str, float]:
    """What the form of the characters says for each language that is written in them."""
    chinese = {f"zh-{form}": share for form, share in chinese_form(text).items()}
    return {**chinese, "ja": japanese_form(text)}


def _holds(charset: str, character: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True

"""Decides one turn: from the talk so far and what was meant, to what is said and what happened. Pure, and a table of rules.

The rules stand in the order in which they are asked; the first that has an answer ends the turn. Red flags come first and opt-outs
second, before any limit, any open question and any answer.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from ..content.content import Content
from ..content.profile import Profile
from ..people.carrier import Habit
from ..understanding.folding import tokens, variants
from ..understanding.reading import NOT_OURS, POLITENESS, Reading
from ..understanding.triage import Triage
from . import check
from .conversation import RATE_MESSAGES, RATE_PAUSE, TALK_LIFE, Ask, Conversation, counted
from .decision import (
    Decision,
    EventName,
    Labels,
    LanguageName,
    LanguageNames,
    Money,
    Say,
    Title,
    Value,
    Words,
)
from .inbound import Inbound

# After a question about a sign, one cautious answer may follow the emergency text; nothing else may.
CAUTIOUS = frozenset({"side_effects", "safe", "who", "pregnant", "neuro", "doctor", "not_covered"})
# What is answered from the article, and so carries the disclosure the first time.
DISCLOSED_SERVICE = frozenset({"not_covered", "check"})
# An uncertain first message is answered in two languages, but one question of consent or one confirmation is asked once.
ONE_LANGUAGE = frozenset({"stop", "start", "forget", "news", "human", "language", "yes", "no"})
# What a button or a number may stand for that is answered like the signs themselves.
PICKED_FLAGS = {
    "urgent": Triage(("emergency",), ("urgent",)),
    "urgent_today": Triage(("unwell",), ("urgent_today",)),
    "crisis": Triage(("crisis",), ("crisis",)),
}
# After an answer to signs, whatever asks nothing else is taken to be about them still: manners, and what could not be read.
MANNERS = frozenset({"yes", "no", "thanks", "greeting"})
NOTHING_ELSE = POLITENESS | NOT_OURS
# So is, in a message of few words, what may be meant of the sign itself: "is that normal?", "how long?", "what do I do?".
FEW_WORDS = 6
OF_THE_SIGN = frozenset(
    {
        "what",
        "how",
        "time",
        "pain",
        "safe",
        "side_effects",
        "aftercare",
        "who",
        "results",
        "lasting",
    }
    | {"limits", "plan", "doctor", "source", "where"}
)
# Whom the treatment may not be given is said also while signs are asked about.
ALWAYS_ANSWERED = frozenset({"pregnant", "neuro"})
# And what the model alone takes for another question, unless it is as sure as this. A word of the menu is always another.
ANOTHER_QUESTION = 0.8
MENU_WORDS = frozenset({"help", "menu", "exit"})
# The shorter form of a red-flag text, where there is one; and which texts are short enough to stand before another answer.
SHORTER = {"urgent": "urgent_short", "urgent_no_number": "urgent_short"}
SHORT = frozenset({"urgent_short", "crisis", "crisis_no_line"})
# What is no question of its own beside a language that is asked for.
BESIDE_A_LANGUAGE = NOTHING_ELSE | {"language", "what", "source"}
# What a campaign's own prefilled words may be taken for, which ask nothing beside it.
NOT_THE_QUESTION = NOTHING_ELSE | {"campaign", "source", "news", "menu", "help"}
LONGEST_NAME = 6  # words, or characters of Chinese, in the name of a language
# What is answered although staff write with the person, where it is all that the message says; deletion beside anything else too.
NEVER_LEFT_TO_STAFF = frozenset({"start", "help"})
ANSWERS_IN_A_TURN = 2
MENU_PAGE = 11
LANGUAGES_PAGE = 10  # as many rows as a WhatsApp list has, and five segments hold in any script


@dataclass(frozen=True, slots=True)
class Came:
    """The campaign by which a person comes: its welcome in the nearest language that it has, and whether it offers news.

    `alone`: the message is nothing but the campaign's word, link or button.
    """

    campaign: int
    welcome: Words
    news: bool
    alone: bool


@dataclass(frozen=True)
class Around:
    """What a turn needs to know beside the talk: the content, the clinic, the moment, and what the carrier does."""

    content: Content
    profile: Profile
    languages: tuple[str, ...]
    names: Mapping[
        tuple[str, ...], str
    ]  # folded names and codes of languages, as people type them -> tag
    yes: frozenset[tuple[str, ...]]  # the words for a clear yes in all languages, folded
    codes: Mapping[
        str, str
    ]  # bare codes, only understood after the language menu or beside the word for it
    at: datetime
    habit: Habit
    emergency: str  # "" where unknown
    crisis: str
    region: str
    reference: str  # a fresh one, for an answer that needs it
    signed: Callable[[str, str], bool]  # (language, phrase) -> signed off by a named person
    came: Came | None = None


@dataclass(frozen=True)
class _Turn:
    talk: Conversation
    inbound: Inbound
    reading: Reading
    around: Around
    intents: tuple[str, ...]  # what was meant, after choices and numbers are looked up
    picked: str  # what a number, a yes or MORE stood for
    tier: str
    recent: tuple[int, ...]
    count: int

    @property
    def new(self) -> bool:
        return not self.talk.language

    def kept(self, **changes: object) -> Conversation:
        """The talk after this turn, with the changes that this turn makes."""
        language = self.reading.language
        chosen = self.talk.chosen
        if chosen in ("", "guess"):
            chosen = "detected" if self.reading.certain else "guess"
        if self.reading.spoken.switches:
            chosen = "detected"
        base = {
            "language": language,
            "heard": tuple(self.reading.spoken.heard.items()),
            "chosen": chosen,
            "recent": self.recent,
            "options": (),
            "pending": (),
            "misread": 0,
            "flags": (),
        }
        base |= {"step": "", "notes": (), "version": self.talk.version + 1}
        return msgspec.structs.replace(self.talk, **(base | changes))


def decide(
    talk: Conversation | None, inbound: Inbound, reading: Reading, around: Around
) -> Decision:
    """What to say and do about one message. Never raises on any text."""
    talk = talk or Conversation()
    recent, count = counted(talk, around.at)
    intents, picked, tier = _meant(talk, inbound, reading, around)
    turn = _Turn(talk, inbound, reading, around, intents, picked, tier, recent, count)
    for rule in RULES:
        decision = rule(turn)
        if decision is not None:
            break
    else:
        decision = _unknown(turn)
    events = decision.events
    settled = talk.language and talk.chosen != "guess"
    if settled and decision.conversation.language not in ("", talk.language):
        events = (*events, "LanguageChanged")
    if talk.with_staff(around.at):
        events = (*events, "WroteAgain")
    if decision.replies:
        events = (*events, "TurnAnswered")
    return replace(decision, events=tuple(dict.fromkeys(events)), tier=tier)


# ---------------------------------------------------------------- what was meant


def _meant(
    talk: Conversation, inbound: Inbound, reading: Reading, around: Around
) -> tuple[tuple[str, ...], str, str]:
    """The intents after a button, a number or a yes has been looked up; what that stood for; and on what it rests."""
    if chosen := _choice(inbound.choice, around.content):
        return (chosen,), "", "choice"
    if talk.in_check(around.at):
        return reading.intents, "", reading.tier
    if reading.number is not None and 1 <= reading.number <= len(talk.options):
        return ("choice",), talk.options[reading.number - 1], "choice"
    if talk.step == "clarify" and len(talk.options) == 1 and reading.intents == ("yes",):
        return ("yes",), talk.options[0], "choice"
    if talk.news and not talk.ask and not talk.flags and reading.intents == ("yes",):
        return ("yes",), "news", "choice"
    return reading.intents, "", reading.tier


def _choice(payload: str | None, content: Content) -> str:
    name = (payload or "").partition("@")[0]
    known = name in content.topics or name in content.words or name in _TEXTS or name in _PARTS
    return name if known or name in PICKED_FLAGS else ""


# ---------------------------------------------------------------- the rules, in order


def _red_flag(turn: _Turn) -> Decision | None:
    """Signs after an injection, before anything else, whatever was switched off."""
    triage = turn.reading.triage
    for name in (*turn.intents, turn.picked):
        triage = triage or PICKED_FLAGS.get(name)
    if triage is None:
        return None
    flags = _no_milder(turn.talk.flags, triage.intents)
    replies = _in_full(turn, flags)
    cautious = [i for i in turn.intents if i in CAUTIOUS] if turn.reading.question else []
    replies += [Say(name) for name in cautious[:1]]
    stopped = "stop" in turn.intents or turn.around.habit.acted == "STOP"
    events: tuple[EventName, ...] = ("RedFlagSeen", "OptedOut") if stopped else ("RedFlagSeen",)
    return Decision(
        conversation=turn.kept(stopped=turn.talk.stopped or stopped, ask=None, flags=flags),
        replies=tuple(replies),
        events=events,
        intents=(*flags, *cautious[:1], *(("stop",) if stopped else ())),
        topic=turn.picked,
        classes=triage.classes,
        hold=True,
    )


def _no_milder(before: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...]:
    """What signs call for, after others: whoever was told to call for help at once is not told to call today, minutes later."""
    if "urgent" not in before:
        return now
    return tuple("urgent" if intent == "urgent_today" else intent for intent in now)


def _in_full(turn: _Turn, intents: tuple[str, ...]) -> list[Say]:
    """The whole red-flag texts, with what has to be said in another language."""
    said = [Say(_worded(name, turn.around)) for name in intents]
    return said + _in_another_language(turn, intents)


def _worded(intent: str, around: Around) -> str:
    """The phrase of a red-flag intent: another wording where no number is known for the person's region."""
    if intent == "urgent" and not around.emergency:
        return "urgent_no_number"
    if intent == "crisis" and not around.crisis:
        return "crisis_no_line"
    return intent


def _in_another_language(turn: _Turn, intents: tuple[str, ...]) -> list[Say]:
    """The same once more where the language is uncertain; a short form in the clinic's own where no person signed the text."""
    language, default = turn.reading.language, turn.around.profile.languages[0]
    if turn.new and not turn.reading.certain:
        others = [
            tag
            for tag in dict.fromkeys((*turn.reading.spoken.likeliest, default))
            if tag != language
        ]
        return [
            Say(_worded(name, turn.around), language=tag) for tag in others[:1] for name in intents
        ]
    if language == default or all(
        turn.around.signed(language, _worded(i, turn.around)) for i in intents
    ):
        return []
    short = [("crisis" if i == "crisis" else "urgent_short") for i in intents]
    return [Say(_worded(name, turn.around), language=default) for name in dict.fromkeys(short)]


def _carrier_acted(turn: _Turn) -> Decision | None:
    """Where the carrier has answered STOP, START or HELP itself, write down what it means and send nothing."""
    acted = turn.around.habit.acted
    if acted == "STOP":
        return Decision(turn.kept(stopped=True, ask=None), events=("OptedOut",), intents=("stop",))
    if acted == "START":
        return Decision(turn.kept(stopped=False), events=("OptedIn",), intents=("start",))
    if acted == "HELP":
        return Decision(turn.kept(flags=turn.talk.flags), intents=("help",))
    return None


def _opted_out(turn: _Turn) -> Decision | None:
    """An opt-out in any wording: one confirmation, and silence when it is said again."""
    if "stop" not in turn.intents and turn.picked != "stop":
        return None
    if "forget" in turn.intents:
        part = _part_forget(turn)
        talk = turn.kept(stopped=True, **(part.changes or {}))
        return Decision(talk, part.replies, ("OptedOut", *part.events), ("stop", "forget"))
    text = "stop_done_blocked" if turn.around.habit.blocks else "stop_done"
    replies = () if turn.talk.stopped else (Say(text, language=_stop_tongue(turn)),)
    return Decision(turn.kept(stopped=True, ask=None), replies, ("OptedOut",), ("stop",))


def _stop_tongue(turn: _Turn) -> str:
    """The language of the word that opts out, where it is a word of only one that the clinic has; else "", the talk's own."""
    tongues = [tag for tag in turn.reading.stop_tongues if tag in turn.around.languages]
    return tongues[0] if len(tongues) == 1 else ""


def _with_staff(turn: _Turn) -> Decision | None:
    """Staff write with the person themselves: the bot keeps silent, but for START and HELP alone, and for deletion."""
    if not turn.talk.with_staff(turn.around.at):
        return None
    if turn.talk.ask and turn.talk.ask.kind == "forget" and (settled := _asked(turn)):
        return settled
    if "forget" in turn.intents:
        return _answers(turn, ("forget",))
    if len(turn.intents) == 1 and turn.intents[0] in NEVER_LEFT_TO_STAFF:
        return _answers(turn, turn.intents)
    return Decision(_unread(turn), intents=("staff",))


def _too_many(turn: _Turn) -> Decision | None:
    """More than 20 messages in five minutes: said once, then silence for a while."""
    now = int(turn.around.at.timestamp())
    if now < turn.talk.muted_until:
        return Decision(_unread(turn), intents=turn.intents or ("unknown",))
    if turn.count <= RATE_MESSAGES:
        return None
    pause = int(RATE_PAUSE.total_seconds())
    return Decision(
        conversation=_unread(turn, muted_until=now + pause),
        replies=(Say("rate_limited", {"minutes": pause // 60}),),
        events=("RateLimited",),
        intents=turn.intents or ("unknown",),
    )


def _unread(turn: _Turn, **changes: object) -> Conversation:
    """The talk as it was, but for the count of messages."""
    return msgspec.structs.replace(
        turn.talk, recent=turn.recent, version=turn.talk.version + 1, **changes
    )


def _entered(turn: _Turn) -> Decision | None:
    """Came by a campaign: its welcome, and the answer to what else is asked."""
    came = turn.around.came
    if came is None:
        return None
    rest = () if came.alone else tuple(i for i in turn.intents if i not in NOT_THE_QUESTION)
    answered = _answers(turn, rest) if rest else Decision(turn.kept())
    offers = came.news and not turn.talk.minor
    options = ("news",) if offers and not rest else ()
    talk = msgspec.structs.replace(
        answered.conversation,
        campaign=came.campaign,
        news=offers,
        options=options or answered.conversation.options,
    )
    welcome = Say("campaign", options=options, words=came.welcome)
    return replace(
        answered,
        conversation=talk,
        replies=(welcome, *answered.replies),
        events=("CampaignEntered", *answered.events),
        intents=("campaign", *rest),
    )


def _media(turn: _Turn) -> Decision | None:
    """Photos, voice notes and places cannot be read; words beside them can."""
    if turn.intents or turn.reading.follow_up or not (turn.inbound.media or turn.inbound.location):
        return None
    text = "media" if turn.inbound.media else "location"
    return Decision(_unread(turn, language=turn.reading.language), (Say(text),), intents=("media",))


def _language_named(turn: _Turn) -> Decision | None:
    """A language asked for by its name, its code after LANG, or its number or code after the language menu.

    What else was asked is answered in it at once, and so is what was said to signs of danger, which may not have been understood.
    """
    picked = turn.picked.startswith("lang:")
    tag = turn.picked.removeprefix("lang:") if picked else _language_asked(turn)
    if not tag:
        return None
    turn = _speaking(turn, tag)
    asked = () if picked else tuple(i for i in turn.intents if i not in BESIDE_A_LANGUAGE)
    flags = turn.talk.flags
    decision = Decision(turn.kept(flags=flags), tuple(_in_full(turn, flags)) if flags else ())
    if asked:
        decision = _answers(turn, asked)
    return replace(
        decision,
        conversation=msgspec.structs.replace(decision.conversation, chosen="word"),
        replies=(Say("language_set", {"language": LanguageName(tag)}), *decision.replies),
        intents=("language", *asked),
    )


def _speaking(turn: _Turn, tag: str) -> _Turn:
    """The turn in another language."""
    spoken = replace(turn.reading.spoken, language=tag, certain=True)
    return replace(turn, reading=replace(turn.reading, spoken=spoken))


def _length(words: Sequence[str], characters: int) -> int:
    """How many words there are, where so many characters of a script without spaces count as one."""
    alone = sum(len(word) == 1 for word in words)
    return len(words) - alone + -(-alone // characters)


def _language_asked(turn: _Turn) -> str:
    words, around = turn.reading.words, turn.around
    if words in around.names and not _meant_otherwise(turn, words):
        return around.names[words]
    if "language" in turn.intents and (named := _language_in(turn)):
        return named  # wherever the name stands
    if not 1 <= _length(words, 3) <= 5:
        return ""
    if len(words) == 1 and turn.talk.step == "language" and words[0] in around.codes:
        return around.codes[words[0]]
    if (
        len(words) >= 2
        and "language" in turn.intents + _labels_read(turn)
        and words[-1] in around.codes
    ):
        return around.codes[words[-1]]
    return "" if set(turn.intents) - BESIDE_A_LANGUAGE else _language_in(turn)


def _meant_otherwise(turn: _Turn, name: tuple[str, ...]) -> bool:
    """Whether the name of a language is a word of the talk's own language that was meant: "hindi" is Tagalog for no."""
    if "language" in turn.intents or turn.talk.step == "language":
        return False
    own = (f for f in turn.reading.found if f.startswith(f"{turn.talk.language}: "))
    return any(set(name) <= set(tokens(found)) for found in own)


def _language_in(turn: _Turn) -> str:
    """The one language that the message names; where it names two, the one that is not spoken already."""
    words, names = turn.reading.words, turn.around.names
    named: list[str] = []
    at = 0
    while at < len(words):
        lengths = range(min(LONGEST_NAME, len(words) - at), 0, -1)
        longest = next((n for n in lengths if words[at : at + n] in names), 0)
        said = words[at : at + longest] if longest else _bare(words[at], names)
        named += [names[said]] if said and not _meant_otherwise(turn, said) else []
        at += longest or 1
    spoken = turn.talk.language or turn.reading.language
    others = set(named) - ({spoken} if len(set(named)) > 1 else set())
    return others.pop() if len(others) == 1 else ""


def _bare(word: str, names: Mapping[tuple[str, ...], str]) -> tuple[str, ...]:
    """A word without what its language writes together with it, where that is a name."""
    return next(((bare,) for bare in variants(word) if (bare,) in names), ())


def _labels_read(turn: _Turn) -> tuple[str, ...]:
    return (
        ("language",) if turn.reading.words[0] in ("lang", "language", "langue", "idioma") else ()
    )


def _still_flagged(turn: _Turn) -> Decision | None:
    """After an answer to signs of danger: the same again for whatever asks nothing else, shorter for an OK or a thank-you."""
    flags = turn.talk.flags
    if not flags or _asks_another(turn):
        return None
    polite = bool(turn.intents) and MANNERS.issuperset(turn.intents)
    replies = _in_short(turn) if polite else _in_full(turn, flags)
    return Decision(turn.kept(flags=flags), tuple(replies), intents=flags)


def _asks_another(turn: _Turn) -> bool:
    """Whether the message clearly asks something else than what the signs mean."""
    if turn.tier == "choice" or not ALWAYS_ANSWERED.isdisjoint(turn.intents):
        return True
    nothing = NOTHING_ELSE - MENU_WORDS if turn.tier == "command" else NOTHING_ELSE
    few = _length(turn.reading.words, 2) <= FEW_WORDS and turn.tier != "command"
    if not set(turn.intents) - nothing - (OF_THE_SIGN if few else set()):
        return False
    modelled = turn.tier in ("encoder", "characters")
    return not modelled or turn.reading.confidence >= ANOTHER_QUESTION


def _in_short(turn: _Turn) -> list[Say]:
    """What was said to signs of danger, in a few words where there are some."""
    worded = [_worded(name, turn.around) for name in turn.talk.flags]
    return [Say(SHORTER.get(name, name)) for name in worded]


def _check(turn: _Turn) -> Decision | None:
    """A question of CHECK is open: its answer, a way out, or another keyword that leaves it."""
    if not turn.talk.in_check(turn.around.at):
        return None
    outcome = check.answered(turn.talk, turn.intents, turn.reading, turn.around.content)
    if outcome is None:
        return None
    text = ("choice",) if turn.reading.number is not None else turn.intents or ("check",)
    talk = turn.kept(
        step=outcome.step,
        step_at=int(turn.around.at.timestamp()) if outcome.step else 0,
        notes=outcome.notes,
        misread=outcome.misread,
        options=outcome.replies[-1].options,
        minor=turn.talk.minor or outcome.minor,
    )
    return Decision(talk, outcome.replies, intents=text, topic="check", hold=outcome.minor)


def _asked(turn: _Turn) -> Decision | None:
    """YES or NO to an open question of ours; a YES is consent only while the question is open.

    A deletion that is asked for once more while we ask whether to delete is no answer yet.
    """
    ask = turn.talk.ask
    said = turn.intents[0] if len(turn.intents) == 1 and not turn.picked else ""
    if ask is None or turn.around.at.timestamp() - ask.at > TALK_LIFE.total_seconds():
        return None
    if said == ask.kind == "forget":
        return _forgotten(turn) if _yes_first(turn) else _asked_again(turn, ask)
    if said not in ("yes", "no"):
        return None
    if said == "yes" and turn.tier != "choice" and not _clear(turn):
        return _asked_again(turn, ask)
    return _ANSWERED[ask.kind, said](turn)


def _clear(turn: _Turn) -> bool:
    """Whether the message agrees beyond doubt: one of the clear words stands in it."""
    words = turn.reading.words
    spans = (words[i:j] for i in range(len(words)) for j in range(i + 1, len(words) + 1))
    return any(span in turn.around.yes for span in spans)


_CLAUSE = re.compile(r"[.,!;:\n،؛。！，；]+")


def _yes_first(turn: _Turn) -> bool:
    """Whether the message begins with a clear yes that stands for itself: "Yes, delete everything"."""
    first, *more = _CLAUSE.split(turn.inbound.body.strip(), maxsplit=1)
    return bool(more) and tokens(first) in turn.around.yes and not turn.reading.question


def _asked_again(turn: _Turn, ask: Ask) -> Decision:
    """What is no clear yes to a sign-up or a deletion: the same question stays open and is put once more."""
    say = Say("consent_ask", _news_values(turn)) if ask.kind == "news" else Say("forget_again")
    return Decision(turn.kept(ask=ask), (say,), intents=turn.intents, topic=ask.kind)


def _forgotten(turn: _Turn) -> Decision:
    say = Say("forget_done", {"ref": turn.around.reference}, language=turn.reading.language)
    return Decision(
        Conversation(version=turn.talk.version + 1), (say,), ("Forgotten",), ("yes",), "forget"
    )


def _not_forgotten(turn: _Turn) -> Decision:
    return Decision(turn.kept(ask=None), (Say("forget_kept"),), intents=("no",), topic="forget")


def _consented(turn: _Turn) -> Decision:
    say = Say("consent_yes", _news_values(turn))
    ask_id = turn.talk.ask.message_id if turn.talk.ask else ""
    return Decision(
        turn.kept(ask=None, stopped=False),
        (say,),
        ("ConsentGiven",),
        ("yes",),
        "news",
        ask_id=ask_id,
    )


def _declined(turn: _Turn) -> Decision:
    return Decision(
        turn.kept(ask=None), (Say("consent_no"),), ("ConsentDeclined",), ("no",), "news"
    )


_ANSWERED: dict[tuple[str, str], Callable[[_Turn], Decision]] = {
    ("forget", "yes"): _forgotten,
    ("forget", "no"): _not_forgotten,
    ("news", "yes"): _consented,
    ("news", "no"): _declined,
}


def _more(turn: _Turn) -> Decision | None:
    """MORE goes on with what was not answered yet, the next page of a menu, or the first thing offered and not seen."""
    if turn.intents != ("more",):
        return None
    talk, content = turn.talk, turn.around.content
    if talk.pending:
        return replace(_answers(turn, talk.pending), intents=("more",), topic=talk.pending[0])
    if talk.topic == "menu":
        return replace(_answers(turn, ("menu_more",)), intents=("more",), topic="menu")
    if talk.topic == "language" and talk.step == "language":
        return replace(_answers(turn, ("language",)), intents=("more",), topic="language")
    unseen = [o for o in talk.options if o in content.topics and o not in talk.seen]
    meant = unseen[0] if unseen else "menu"
    return replace(_answers(turn, (meant,)), intents=("more",), topic=meant)


def _picked(turn: _Turn) -> Decision | None:
    """A number or a yes that stands for something offered."""
    return (
        replace(_answers(turn, (turn.picked,)), intents=turn.intents, topic=turn.picked)
        if turn.picked
        else None
    )


def _followed_up(turn: _Turn) -> Decision | None:
    """A question that means one thing or another by what was talked about."""
    follow_up = turn.around.content.follow_ups.get(turn.reading.follow_up or "")
    if follow_up is None:
        return None
    meant = dict(follow_up.after).get(turn.talk.topic)
    if meant or len(follow_up.otherwise) == 1:
        return _answers(turn, (_not_again(turn, meant or follow_up.otherwise[0]),))
    return _clarify(turn, follow_up.otherwise[:2])


def _not_again(turn: _Turn, meant: str) -> str:
    """The topic meant; where it was answered just now, what it offers next and was not seen, and else what there is."""
    topics = turn.around.content.topics
    if meant != turn.talk.topic or meant not in topics:
        return meant
    offered = (o for o in topics[meant].next if o in topics and o not in turn.talk.seen)
    return next(offered, "menu")


def _unsure(turn: _Turn) -> Decision | None:
    """Between sure and unsure: ask what was meant."""
    topics, words = turn.around.content.topics, turn.around.content.words
    known = tuple(i for i in turn.reading.asks if i in topics or i in words)
    return _clarify(turn, known[:2]) if known and not turn.intents else None


def _nearly_said(turn: _Turn) -> Decision | None:
    """Only misspelled words in a longer message: ask, unless what they may mean is a matter of safety."""
    if turn.tier != "near" or len(turn.reading.words) <= 3:
        return None
    topics = turn.around.content.topics
    if any(topics[i].risk >= 8 for i in turn.intents if i in topics):
        return None
    known = tuple(i for i in turn.intents if i in topics or i in turn.around.content.words)
    return _clarify(turn, known[:2]) if known else None


def _clarify(turn: _Turn, options: tuple[str, ...]) -> Decision:
    say = (
        Say("clarify", {"option_1": Title(options[0]), "option_2": Title(options[1])})
        if len(options) == 2
        else None
    )
    say = say or Say("clarify_one", {"option_1": Title(options[0])})
    return Decision(
        turn.kept(options=options, step="clarify"), _twice(turn, (say,)), intents=("clarify",)
    )


def _answered(turn: _Turn) -> Decision | None:
    if not turn.intents or turn.intents == ("unknown",):
        return None
    return replace(_answers(turn, _with_who(turn)), intents=turn.intents)


def _with_who(turn: _Turn) -> tuple[str, ...]:
    """What was meant; at an age that the article does not speak of, who should not have the treatment comes first."""
    figures = turn.around.content.figures
    spoken_of = range(figures["age_low"].value, figures["age_high"].value + 1)
    ages = (int(w) for w in turn.reading.words if w.isascii() and w.isdigit() and len(w) < 4)
    if "age" not in turn.intents or "who" in turn.intents or all(a in spoken_of for a in ages):
        return turn.intents
    return tuple(name for i in turn.intents for name in (("who", "age") if i == "age" else (i,)))


def _unknown(turn: _Turn) -> Decision:
    return Decision(
        turn.kept(misread=turn.talk.misread + 1),
        _twice(turn, (Say("unknown"),)),
        intents=("unknown",),
    )


RULES: tuple[Callable[[_Turn], Decision | None], ...] = (
    _red_flag,
    _carrier_acted,
    _opted_out,
    _with_staff,
    _too_many,
    _entered,
    _media,
    _language_named,
    _still_flagged,
    _check,
    _asked,
    _more,
    _picked,
    _followed_up,
    _unsure,
    _nearly_said,
    _answered,
)


# ---------------------------------------------------------------- answers


@dataclass(frozen=True)
class _Part:
    """What one intent adds to a turn."""

    replies: tuple[Say, ...]
    events: tuple[EventName, ...] = ()
    changes: Mapping[str, object] | None = None
    options: tuple[str, ...] = ()
    hold: bool = False


def _answers(turn: _Turn, intents: tuple[str, ...]) -> Decision:
    """The answers to up to two intents; the rest waits for MORE. What is offered next stands under the last answer."""
    now, later = intents[:ANSWERS_IN_A_TURN], intents[ANSWERS_IN_A_TURN:]
    parts = [_part(turn, intent) for intent in now]
    offered = tuple(dict.fromkeys(o for p in parts for o in p.options if o not in now))
    is_menu = any(i in ("menu", "menu_more", "language") for i in now)
    offered = offered if is_menu else offered[:3]
    replies = [*_help_first(turn), *(reply for part in parts for reply in part.replies)]
    if offered and not is_menu:
        replies[-1] = replace(replies[-1], options=offered)
    topics = turn.around.content.topics
    disclosed = turn.talk.disclosed
    if not disclosed and any(i in topics or i in DISCLOSED_SERVICE for i in now):
        replies.append(Say("disclaimer"))
        disclosed = True
    seen = tuple(dict.fromkeys((*turn.talk.seen, *(i for i in now if i in topics))))[-8:]
    changes: dict[str, object] = {
        "topic": now[-1] if "menu" not in now[-1] else "menu",
        "seen": seen,
        "options": offered,
    }
    changes |= {"pending": later, "disclosed": disclosed}
    for part in parts:
        changes |= part.changes or {}
    said = tuple(replies) if set(now) & ONE_LANGUAGE else _twice(turn, tuple(replies))
    events = tuple(e for p in parts for e in p.events)
    return Decision(turn.kept(**changes), said, events, intents, hold=any(p.hold for p in parts))


def _help_first(turn: _Turn) -> list[Say]:
    """Before another question that follows signs of danger: whom to call, where that can be said in short."""
    return [say for say in _in_short(turn) if say.key in SHORT]


def _twice(turn: _Turn, replies: tuple[Say, ...]) -> tuple[Say, ...]:
    """An uncertain first message is answered in its two likeliest languages, once."""
    if not turn.new or turn.reading.certain or len(turn.reading.spoken.likeliest) < 2:
        return replies
    return replies + tuple(
        replace(reply, language=turn.reading.spoken.likeliest[1]) for reply in replies
    )


def _part(turn: _Turn, intent: str) -> _Part:
    if maker := _PARTS.get(intent):
        return maker(turn)
    topic = turn.around.content.topics.get(intent)
    if topic is None:
        return _Part((Say(_TEXTS.get(intent, "unknown")),))
    return _Part((Say(intent),), options=topic.next)


# Intents that are answered by one text and nothing more.
_TEXTS = {
    "greeting": "greeting",
    "thanks": "thanks",
    "help": "help",
    "hours": "hours",
    "not_covered": "not_covered",
    "yes": "nothing_open",
    "no": "nothing_open",
    "exit": "nothing_open",
}


def _part_price(turn: _Turn) -> _Part:
    """A price only where the clinic has set one with all that must stand beside it; else the article's honest silence."""
    topic = turn.around.content.topics["price"]
    for price in turn.around.profile.prices:
        if price.said_in(turn.reading.language) and price.valid_until >= turn.around.at.date():
            tag = turn.reading.language
            values: dict[str, Value] = {
                "service": price.service[tag],
                "price": Money(price.amount, price.currency),
                "valid_until": price.valid_until.isoformat(),
                "restrictions": price.restrictions[tag],
                "extra_fees": price.extra_fees[tag],
            }
            return _Part((Say("price_set", values),), options=topic.next)
    return _Part((Say("price"),), options=topic.next)


def _part_menu(turn: _Turn) -> _Part:
    topics = turn.around.content.menu[:MENU_PAGE]
    return _Part((Say("menu", {"topics": Labels(topics)}),), options=topics)


def _part_menu_more(turn: _Turn) -> _Part:
    topics = turn.around.content.menu[MENU_PAGE:]
    return _Part(
        (Say("menu_more", {"topics": Labels(topics)}),), options=topics, changes={"topic": ""}
    )


def _part_language(turn: _Turn) -> _Part:
    """The first languages, or those after the ones that were offered last."""
    tags, options = turn.around.languages, turn.talk.options
    last = options[-1].removeprefix("lang:") if turn.intents == ("more",) and options else ""
    first = (tags.index(last) + 1) % len(tags) if last in tags else 0
    page = tags[first : first + LANGUAGES_PAGE]
    say = Say("language_menu", {"languages": LanguageNames(page, len(tags) - len(page))})
    return _Part((say,), options=tuple(f"lang:{t}" for t in page), changes={"step": "language"})


def _part_human(turn: _Turn) -> _Part:
    profile, at = turn.around.profile, turn.around.at
    opening = profile.next_open(at)
    if profile.is_open(at) or opening is None:
        return _Part((Say("human_open"),), ("CallRequested",))
    return _Part((Say("human_closed", {"next_open": opening}),), ("CallRequested",))


def _part_news(turn: _Turn) -> _Part:
    if turn.talk.minor:
        return _part_minor(turn)
    ask = Ask("news", int(turn.around.at.timestamp()), turn.inbound.message_id)
    changes = {"ask": ask, "news": False}
    return _Part((Say("consent_ask", _news_values(turn)),), ("ConsentAsked",), changes)


def _news_values(turn: _Turn) -> Mapping[str, str | int]:
    channel = {"sms": "SMS", "whatsapp": "WhatsApp", "rcs": "RCS"}[turn.inbound.address.channel]
    return {"channel": channel, "max_per_month": turn.around.profile.max_per_month}


def _part_forget(turn: _Turn) -> _Part:
    ask = Ask("forget", int(turn.around.at.timestamp()), turn.inbound.message_id)
    return _Part((Say("forget_ask"),), ("ForgetAsked",), {"ask": ask})


def _part_start(_: _Turn) -> _Part:
    return _Part((Say("start_done"),), ("OptedIn",), {"stopped": False})


def _part_minor(_: _Turn) -> _Part:
    return _Part((Say("minor"),), changes={"minor": True, "ask": None}, hold=True)


def _part_check(turn: _Turn) -> _Part:
    if (
        check.mode(
            turn.around.profile.check, turn.inbound.address, turn.around.region, turn.around.content
        )
        == "list"
    ):
        return _Part((Say("check_list"),), options=("who", "doctor", "insurance"))
    changes = {"step": "check.intro", "step_at": int(turn.around.at.timestamp())}
    return _Part((Say("check_intro"),), changes=changes)


_PARTS: dict[str, Callable[[_Turn], _Part]] = {
    "price": _part_price,
    "menu": _part_menu,
    "menu_more": _part_menu_more,
    "more": _part_menu,
    "language": _part_language,
    "human": _part_human,
    "news": _part_news,
    "forget": _part_forget,
    "start": _part_start,
    "minor": _part_minor,
    "check": _part_check,
}

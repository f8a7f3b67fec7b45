"""CHECK: what the article says about who should not have the treatment. Information, never a verdict; nothing of it is kept.

A yes or an unsure answer to a question of the article's sentence S18 (pregnant, nursing, neurological disease) ends the check at
once. An answer that cannot be read is asked for once more, then counts as unsure.
"""

from dataclasses import dataclass
from typing import Literal

from ..content.content import Content
from ..content.phrases import Answer
from ..people.address import Address
from ..understanding.reading import NOT_OURS, Reading
from .conversation import Conversation
from .decision import Say

NOTES = 2  # notes at most before the result

# Free words that answer a question: (step, intent) -> the number of the answer.
_WORDS = {
    ("pregnant", "pregnant"): 1,
    ("neuro", "neuro"): 1,
    ("age", "minor"): 1,
    **{(step, "yes"): 1 for step in ("intro", "pregnant", "neuro", "doctor", "insurance")},
    **{(step, "no"): 2 for step in ("intro", "pregnant", "neuro", "doctor", "insurance")},
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an answer leads to: the next step (with its prefix), the notes so far, and what is said."""

    step: str
    notes: tuple[str, ...]
    replies: tuple[Say, ...]
    misread: int = 0
    minor: bool = False


def mode(
    setting: str, address: Address, region: str, content: Content
) -> Literal["list", "guided"]:
    """Whether CHECK may ask: only where the clinic switched it on, on SMS, and not where its questions are health data by law.

    "guided_everywhere" is the clinic's statement that its lawyer has cleared the rest.
    """
    if setting == "guided_everywhere":
        return "guided"
    barred = region in content.list_only_regions or address.handle.startswith(
        content.list_only_numbers
    )
    return "guided" if setting == "guided" and address.channel == "sms" and not barred else "list"


def answered(
    talk: Conversation, intents: tuple[str, ...], reading: Reading, content: Content
) -> Outcome | None:
    """What the message does to an open check; None where it is about something else and so leaves the check."""
    step = talk.step.removeprefix("check.")
    if step not in content.steps:
        return None
    if "exit" in intents:
        return Outcome("", (), (Say("check_left"),))
    number = _number(step, intents, reading, content)
    answers = content.steps[step].answers
    if number is not None and 1 <= number <= len(answers):
        return _after(answers[number - 1], talk.notes, content)
    if reading.number is None and set(intents) - NOT_OURS - {"yes", "no"}:
        return None
    if talk.misread:
        return Outcome("", (), (Say("o_unsure"),))
    return Outcome(talk.step, talk.notes, (_question(step, content),), misread=1)


def _number(step: str, intents: tuple[str, ...], reading: Reading, content: Content) -> int | None:
    """The number of the answer that was meant."""
    if step == "age":
        ages = [int(w) for w in reading.words if w.isascii() and w.isdigit() and len(w) < 4]
        if len(ages) == 1:
            return _age_group(ages[0], content)
    if reading.number is not None:
        return reading.number
    return next((_WORDS[step, i] for i in intents if (step, i) in _WORDS), None)


def _age_group(number: int, content: Content) -> int:
    """A number from 1 to 5 is an answer's; a larger one is an age."""
    if number <= len(content.steps["age"].answers):
        return number
    figures = content.figures
    limits = (figures["adult_age"].value, figures["age_low"].value, figures["age_high"].value + 1)
    return 1 + sum(number >= limit for limit in limits)


def _after(answer: Answer, notes: tuple[str, ...], content: Content) -> Outcome:
    notes = (*notes, answer.note) if answer.note else notes
    if not answer.to.startswith("end:"):
        return Outcome(f"check.{answer.to}", notes, (_question(answer.to, content),))
    end = answer.to.removeprefix("end:")
    if end != "o_end":
        return Outcome("", (), (Say(end),), minor=end == "minor")
    last = sorted(notes, key=lambda note: note == "o_age")[:NOTES]
    return Outcome(
        "", (), (*(Say(note) for note in last), Say(end, options=("human", "doctor", "insurance")))
    )


def _question(step: str, content: Content) -> Say:
    if step == "intro":
        return Say(content.steps[step].asks)
    return Say(
        content.steps[step].asks, {"step": content.next_step(step), "steps": len(content.steps) - 1}
    )

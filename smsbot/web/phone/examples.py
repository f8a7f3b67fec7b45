"""What a visitor of the phone page may try with one tap: messages as patients write them, careless spelling included."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A message, the tag of its language, and what it is for those who do not read it."""

    language: str
    text: str
    gloss: str


_TABLE = (
    ("fr", "combien ça coûte ?", "French: the price"),
    ("es", "¿duele?", "Spanish: does it hurt?"),
    ("ar", "هل هو آمن؟", "Arabic: is it safe?"),
    ("zh-Hans", "要多少钱", "Chinese: the price"),
    ("en", "is it safe if im breastfeeding", "Two questions, the riskier first"),
    ("en", "how long does it last and does it hurt", "Two questions in one message"),
    ("en", "prcie?", "A slip of the finger"),
    ("en", "i cant swallow", "A warning sign"),
    ("en", "MENU", "All topics"),
    ("en", "STOP", "No more messages"),
)


def examples_in(languages: tuple[str, ...]) -> tuple[Example, ...]:
    """The examples in the languages that the clinic offers."""
    return tuple(Example(*row) for row in _TABLE if row[0] in languages)

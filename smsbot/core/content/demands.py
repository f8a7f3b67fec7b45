"""What the content asks of each text: for the checks as values, and for translators as the comments beside it."""

from collections.abc import Iterator

from ..language.checks import Demand, Kind
from .content import Content
from .phrases import Phrase

KINDS: dict[str, Kind] = {"label": "label", "title": "title", "whatsapp": "whatsapp"}


def demand(phrase: Phrase, content: Content) -> Demand:
    """What is asked of every wording of the phrase.

    A question of CHECK claims nothing, even where it names a fact's figures, so it need not say whose word it is.
    """
    facts = [content.facts[name] for name in phrase.facts]
    asks = {step.asks for step in content.steps.values()}
    return Demand(
        key=phrase.key,
        source=phrase.forms,
        kind=KINDS.get(phrase.key.rpartition(".")[2], "text") if "." in phrase.key else "text",
        count=phrase.count,
        denies=tuple(dict.fromkeys(f.denies for f in facts if f.denies)),
        attributed=any(f.flag == "attr" for f in facts) and phrase.key not in asks,
        budget=phrase.budget,
        safety=phrase.safety,
    )


def demands(content: Content) -> tuple[Demand, ...]:
    """What is asked of every text, in the order of the content files."""
    return tuple(demand(phrase, content) for phrase in content.phrases.values())


def terms(content: Content) -> frozenset[str]:
    """The safety terms that every vocabulary needs: what the facts deny, and the words by which the article is named."""
    return frozenset({"article", *(fact.denies for fact in content.facts.values() if fact.denies)})


def comments(phrase: Phrase, content: Content) -> Iterator[str]:
    """What a translator is told beside the text, a line for each thing."""
    if phrase.facts:
        yield "facts: " + ", ".join(
            f"{name} ({content.facts[name].sentence})" for name in phrase.facts
        )
    if phrase.budget:
        gsm, other = phrase.budget
        yield f"budget: {gsm} segments in the GSM alphabet, {other} in any other"
    if phrase.safety:
        yield "safety: read by a second person, never half-translated"

"""Red flags after an injection: which signs were named, and what must be answered before anything else.

The signs are those of the boxed warning and the medication guide on the medicine's United States label (trouble swallowing,
speaking and breathing, all-over weakness, sight, drooping lids, loss of voice, loss of bladder control; signs of allergy), of the
United States health agency's notice of 2024 (dry mouth, tiredness) and of the British one of 2025. They may begin hours to weeks
after an injection, so no date is asked. A question or a denial counts as well: the answers say "if you have ...".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Tier = Literal["now", "today", "crisis"]

TIERS: dict[str, Tier] = {
    "emergency": "now",
    "breathing": "now",
    "swallowing": "now",
    "speech": "now",
    "vision": "now",
    "weakness": "now",
    "allergy": "now",
    "collapse": "now",
    "dose": "now",
    "lid": "today",
    "eye": "today",
    "dry_mouth": "today",
    "tired": "today",
    "headache": "today",
    "fever": "today",
    "infection": "today",
    "crooked": "today",
    "unwell": "today",
    "pregnant_injected": "today",
    "crisis": "crisis",
}


@dataclass(frozen=True, slots=True)
class Triage:
    """The classes of signs that a message names, and the intents to answer them with, in order."""

    classes: tuple[str, ...]
    intents: tuple[str, ...]


def triage(classes: Iterable[str]) -> Triage | None:
    """What the signs call for: `urgent` for any sign of tier now or two of tier today, else `urgent_today`; `crisis` first."""
    named = tuple(dict.fromkeys(classes))
    if not named:
        return None
    tiers = [TIERS[c] for c in named]
    intents = ["crisis"] if "crisis" in tiers else []
    if "now" in tiers or tiers.count("today") >= 2:
        intents.append("urgent")
    elif "today" in tiers:
        intents.append("urgent_today")
    return Triage(named, tuple(intents))

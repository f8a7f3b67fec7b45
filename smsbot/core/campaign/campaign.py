"""A campaign: what brings people to the bot, for how long, and what it says to them first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

CampaignState = Literal["draft", "live", "ended"]

NAME_LENGTH = 80  # characters
LONGEST = 366  # days that a campaign may run


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign. `code` is in its links, its QR code and its prefilled texts; `keywords` are on its posters.

    `welcome` is what it answers to those who come by it, `prefill` what its links write for them, `poster` the headline and the
    lines that are printed, all by language. `referrals` are the ids of the advertisements that lead to it. With `news` the welcome
    is followed by the offer of news.
    """

    id: int
    name: str
    code: str
    begins: date
    ends: date
    state: CampaignState = "draft"
    keywords: tuple[str, ...] = ()
    referrals: tuple[str, ...] = ()
    welcome: Mapping[str, str] = field(default_factory=dict)
    prefill: Mapping[str, str] = field(default_factory=dict)
    poster: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    news: bool = False
    version: int = 1

    def open(self, day: date) -> bool:
        """Whether people who come on that day (the clinic's) are the campaign's."""
        return self.state == "live" and self.begins <= day <= self.ends


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with what somebody filled in: at which field, and in words what to do."""

    where: str
    words: str
    values: Mapping[str, str] = field(default_factory=dict)


def faults(campaign: Campaign, today: date, languages: Sequence[str]) -> list[Fault]:
    """What is wrong with a campaign that is to be kept; its texts are for the gate, its keywords for `ways`."""
    found = []
    if not campaign.name.strip():
        found.append(Fault("name", "give the campaign a name"))
    elif len(campaign.name) > NAME_LENGTH or not campaign.name.isprintable():
        found.append(Fault("name", "use at most %(most)s plain characters", {"most": "80"}))
    if campaign.ends < campaign.begins:
        found.append(Fault("ends", "it ends before it begins"))
    elif campaign.ends < today:
        found.append(Fault("ends", "this day has passed"))
    elif (campaign.ends - campaign.begins).days > LONGEST:
        found.append(Fault("ends", "it may run for a year at most"))
    unknown = [
        tag
        for tag in (*campaign.welcome, *campaign.prefill, *campaign.poster)
        if tag not in languages
    ]
    if unknown:
        found.append(Fault("welcome", "%(tag)s is not a language of the bot", {"tag": unknown[0]}))
    return found


def said(texts: Mapping[str, str], tag: str, default: str) -> tuple[str, str] | None:
    """The text in a language, or in the nearest that there is (`fr-CA`, `fr`, the clinic's own, English), and which; None without."""
    for found in (tag, tag.partition("-")[0], default, "en"):
        if texts.get(found):
            return found, texts[found]
    return None

"""How a page looks to different people: what axe finds, and what no rule of axe's finds but everybody sees."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

CONTRAST = "color-contrast"
ONLY_CONTRAST = {"runOnly": {"type": "rule", "values": [CONTRAST]}}
ALL_BUT_CONTRAST = {"rules": {CONTRAST: {"enabled": False}}}  # where no colour is another one

# What is folded away is looked at too.
UNFOLD = "document.querySelectorAll('details').forEach(part => part.open = true)"
# Names of things whose words do not fit into them, and things that stick out of the screen.
CUT = """() => {
  const named = "button, .button, .mark, th, label, legend, summary, h1, h2, nav a, .chips a, option, dt, figcaption";
  const shown = [...document.querySelectorAll(named)].filter(
    (node) => node.checkVisibility() && node.clientWidth > 1 && !node.closest(".visually-hidden"));
  const short = shown.filter((node) => node.scrollWidth > node.clientWidth + 1);
  const out = shown.filter((node) => !node.closest(".scroll")
    && (node.getBoundingClientRect().right > innerWidth + 1 || node.getBoundingClientRect().left < -1));
  return [...short.map((node) => `cut: ${node.textContent.trim().slice(0, 40)}`),
          ...out.map((node) => `sticks out: ${node.textContent.trim().slice(0, 40)}`)];
}"""
WIDER = "document.documentElement.scrollWidth - innerWidth"


@dataclass(frozen=True)
class Look:
    """One way to see a page. `rules` are axe's options; None leaves axe out."""

    name: str
    width: int = 1280
    height: int = 900
    colors: Literal["light", "dark"] = "light"
    rules: dict[str, Any] | None = field(default_factory=dict)


LIGHT = Look("light")
DARK = Look("dark", colors="dark", rules=ONLY_CONTRAST)
NARROW = Look("narrow", width=390, height=844, rules=ALL_BUT_CONTRAST)
# For the same page in other words, which may be too long for their place.
WIDE_WORDS = Look("wide", rules=None)
NARROW_WORDS = Look("narrow", width=390, height=844, rules=None)


def faults_of(page: Page, looks: Iterable[Look]) -> list[str]:
    """What is wrong with the page that is open, in each of the looks."""
    page.evaluate(UNFOLD)
    found: list[str] = []
    for look in looks:
        page.emulate_media(color_scheme=look.colors, reduced_motion="reduce")
        page.set_viewport_size({"width": look.width, "height": look.height})
        where = f"{page.url} ({look.name})"
        if look.rules is not None:
            axe = Axe().run(page, options=look.rules)
            found += [f"{where}: {axe.generate_report()}"] if axe.violations_count else []
        found += [f"{where}: {fault}" for fault in page.evaluate(CUT)]
        if (wider := page.evaluate(WIDER)) > 0:
            found.append(f"{where}: {wider} pixels wider than the screen")
    return found

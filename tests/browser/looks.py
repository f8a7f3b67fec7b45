"""How a page looks to different people: what axe finds, and what no rule of axe's finds but everybody sees."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

CONTRAST = "color-contrast"
ONLY_CONTRAST = {"runOnly": {"type": "rule", "values": [CONTRAST]}}
ALL_BUT_CONTRAST = {"rules": {CONTRAST: {"enabled": False}}}  # where no colour is another one
# What is wrong and where, and no list of all that is right, which takes axe as long again.
AXE = """(options) => axe.run({...options, resultTypes: ["violations"]}).then((found) => found.violations.map(
  (rule) => `${rule.id}: ${rule.help}: ${rule.nodes.map((node) => node.html.slice(0, 150)).join(" | ")}`))"""

# What is folded away is looked at too.
UNFOLD = "document.querySelectorAll('details').forEach(part => part.open = true)"
# Names of things whose words do not fit into them, things that stick out of the screen, and pictures that are not there.
CUT = """() => {
  const named = "button, .button, .mark, th, label, legend, summary, h1, h2, nav a, .chips a, option, dt, figcaption";
  const shown = [...document.querySelectorAll(named)].filter(
    (node) => node.checkVisibility() && node.clientWidth > 1 && !node.closest(".visually-hidden"));
  const short = shown.filter((node) => node.scrollWidth > node.clientWidth + 1);
  const out = shown.filter((node) => !node.closest(".scroll")
    && (node.getBoundingClientRect().right > innerWidth + 1 || node.getBoundingClientRect().left < -1));
  const broken = [...document.images].filter((image) => image.complete && !image.naturalWidth);
  return [...broken.map((image) => `no picture: ${image.currentSrc}`),
          ...short.map((node) => `cut: ${node.textContent.trim().slice(0, 40)}`),
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
    page.evaluate(Axe().axe_script)
    found: list[str] = []
    for look in looks:
        page.emulate_media(color_scheme=look.colors, reduced_motion="reduce")
        page.set_viewport_size({"width": look.width, "height": look.height})
        faults = [] if look.rules is None else page.evaluate(AXE, look.rules)
        faults += page.evaluate(CUT)
        if (wider := page.evaluate(WIDER)) > 0:
            faults.append(f"{wider} pixels wider than the screen")
        found += [f"{page.url} ({look.name}): {fault}" for fault in faults]
    return found

"""Posters: one page to be printed, with a campaign's QR code, its keyword and its number, in any language.

Set by Typst with the fonts of the machine, all embedded. The file is a PDF/A-2u and PDF/UA-1, which Typst makes only where every
character has a glyph: a character that no font has is an error here and no empty box on a wall. Nothing stands nearer to the edge
than 12 mm, so that no printer cuts it and no bleed is needed. The same poster makes the same bytes.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Literal

import typst

from smsbot.ports.ways import Paper

from .qr import qr_svg

TEMPLATE = Path(__file__).parent / "poster.typ"
STANDARDS: tuple[Literal["a-2u"], Literal["ua-1"]] = ("a-2u", "ua-1")
PAPERS: dict[Paper, str] = {"a4": "a4", "letter": "us-letter"}  # as Typst names them
# Millimetres of the code's side (it is read from ten times as far), of the coloured panel's height, and of the headline in it.
SIZES: dict[Paper, tuple[int, int, int]] = {"a4": (80, 106, 35), "letter": (68, 98, 28)}
# Characters at most: more is no poster.
LONGEST = {
    "clinic": 80,
    "headline": 90,
    "line": 120,
    "scan": 80,
    "text_us": 100,
    "keyword": 24,
    "number": 24,
    "small": 400,
}
# Characters without a space between them: the longest that still fit at the smallest size.
LONGEST_WORD, LONGEST_ADDRESS = 44, 120
LINES = 2
ACCENT = "#0f4c5c"
# Between two sentences of a headline, which had better not run on in one line.
_SENTENCE = re.compile(r"(?<=[?؟!।])\s+(?=\S)|(?<=[？！。])(?=[^\s？！。])")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")

# The scripts whose font has another name than `Noto Sans <script>`.
_FAMILIES = {
    "LATIN": "Noto Sans",
    "GREEK": "Noto Sans",
    "CYRILLIC": "Noto Sans",
}
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
_UNSPACED = (_EAST_ASIAN - {"HANGUL"}) | {"THAI", "LAO", "KHMER", "MYANMAR"}
# Which of the East Asian fonts: by the language, or its script where it has two; the same character differs between them.
_CJK = {"Hans": "SC", "Hant": "TC", "ja": "JP", "ko": "KR"}
# Urdu is read in a hanging style of its own: its words rise and fall, and lines are set apart by what they really cover.
_NASTALIQ = {"ur": "Noto Nastaliq Urdu"}
# The room between lines, in em: of letters with little above and below them, of the other scripts, and of the hanging style.
_PLAIN, _WIDER, _HANGING = 0.42, 0.7, 0.3
_LOW = {"LATIN", "GREEK", "CYRILLIC"} | _EAST_ASIAN
PACKAGES = {"core": "fonts-noto-core", "cjk": "fonts-noto-cjk"}


class NoFont(ValueError):
    """A poster's script has no font on this machine; the message names the Debian package that brings it."""


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on a poster.

    `link` is in the QR code; `scan` and `text_us` say what to do with the code and with the keyword. `number` is as people write
    it, `small` the small print, `day` the file's date, `accent` the colour as #rrggbb.
    """

    language: str
    rtl: bool
    clinic: str
    headline: str
    link: str
    scan: str
    text_us: str
    keyword: str
    number: str
    small: str
    day: date
    lines: tuple[str, ...] = ()
    accent: str = ACCENT


@dataclass(frozen=True)
class Posters:
    """Sets posters with the fonts that it is given: `machine_fonts()`, which are looked for once."""

    fonts: typst.Fonts

    def pdf(self, poster: Poster, paper: Paper = "a4") -> bytes:
        """The poster as a PDF. Raises `NoFont`, or `ValueError` in words for whoever filled it in."""
        compiler = self._compiler(poster, paper)
        try:
            made = compiler.compile(
                format="pdf", pdf_standards=list(STANDARDS), timestamp=_midnight(poster.day)
            )
        except typst.TypstError as error:
            raise _understood(error) from None
        return _one(made)

    def png(self, poster: Poster, paper: Paper = "a4", ppi: int = 72) -> bytes:
        """The poster as a picture, to be looked at before it is printed. Raises as `pdf` does."""
        self.pdf(poster, paper)  # what cannot be printed is not shown either
        return _one(self._compiler(poster, paper).compile(format="png", ppi=ppi))

    def _compiler(self, poster: Poster, paper: Paper) -> typst.Compiler:
        _check(poster)
        said = _said(poster, paper, frozenset(self.fonts.families()))
        return typst.Compiler(
            TEMPLATE.read_bytes(),
            font_paths=self.fonts,
            sys_inputs={"said": json.dumps(said), "qr": qr_svg(poster.link)},
        )


def _one(made: bytes | list[bytes] | None) -> bytes:
    """The file: a poster has one page, so that it is one file in each form."""
    assert isinstance(made, bytes)
    return made


@cache
def machine_fonts() -> typst.Fonts:
    """The fonts of the machine: looked for once, which takes half a second."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)


def most_together(name: str) -> int:
    """Characters that may stand together without a space: the small print may hold an address of a page."""
    return LONGEST_ADDRESS if name == "small" else LONGEST_WORD


def _unbroken(text: str) -> list[str]:
    """The words; of scripts without spaces between words none, since their lines end anywhere."""
    return [w for w in text.split() if not any(_name(c) in _UNSPACED for c in w)]


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _check(poster: Poster) -> None:
    """Raises `ValueError` naming the field that cannot be set."""
    if len(poster.lines) > LINES:
        raise ValueError(f"lines: use {LINES} at most")
    fields = {name: getattr(poster, name) for name in LONGEST if name != "line"}
    lines = {f"line {n}": line for n, line in enumerate(poster.lines, 1)}
    for name, text in {**fields, **lines}.items():
        most = LONGEST[name.partition(" ")[0]]
        if not text.strip() and name in ("clinic", "headline", "keyword", "number"):
            raise ValueError(f"{name}: this is needed")
        if len(text) > most:
            raise ValueError(f"{name}: use at most {most} characters")
        if max(map(len, _unbroken(text)), default=0) > most_together(name):
            raise ValueError(f"{name}: a word has {most_together(name)} characters at most")
        if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") for c in text):
            raise ValueError(f"{name}: use characters that can be printed, on one line")
    if not _COLOUR.fullmatch(poster.accent):
        raise ValueError("accent: write the colour as #0f4c5c")


def _said(poster: Poster, paper: Paper, families: frozenset[str]) -> dict[str, object]:
    """The poster as the template reads it. Raises `NoFont`."""
    side, panel, room = SIZES[paper]
    base, script, region = _parts(poster.language)
    scripts = _scripts(poster)
    hanging = base in _NASTALIQ and "ARABIC" in scripts
    tight = _HANGING if hanging else _WIDER if scripts - _LOW else _PLAIN
    return {
        "paper": PAPERS[paper],
        "accent": poster.accent,
        "rtl": poster.rtl,
        "lang": base,
        "region": region,
        "script": script.lower() or None,
        "fonts": _fonts(scripts, base, script, families),
        "hanging": hanging,
        "leading": tight if hanging else max(tight, 0.6),
        "tight": tight,
        "clinic": poster.clinic,
        "headline": poster.headline,
        "sentences": _SENTENCE.split(poster.headline.strip()),
        "spaced": not any(_name(c) in _UNSPACED for c in poster.headline),
        "lines": list(poster.lines),
        "scan": poster.scan,
        "text_us": poster.text_us,
        "keyword": poster.keyword,
        "keyword-ltr": not any(unicodedata.bidirectional(c) in ("R", "AL") for c in poster.keyword),
        "number": poster.number,
        "small": poster.small,
        "link": poster.link,
        "qr-side": side,
        "panel": panel,
        "room": room,
    }


def _parts(tag: str) -> tuple[str, str, str | None]:
    """Language, script ("" where the tag names none) and region of a tag: zh-Hant-HK, fr-CA."""
    base, *rest = tag.split("-")
    script = next((part for part in rest if len(part) == 4), "")
    return base, script, next((part for part in rest if len(part) == 2), None)


def _scripts(poster: Poster) -> set[str]:
    """The scripts of the poster's letters, as Unicode names begin with them; Latin is always among them."""
    texts = (
        poster.clinic,
        poster.headline,
        *poster.lines,
        poster.scan,
        poster.text_us,
        poster.keyword,
        poster.small,
    )
    names = {_name(c) for text in texts for c in text if c.isalpha()}
    return {"LATIN"} | {
        name for name in names if name not in ("FULLWIDTH", "HALFWIDTH", "MODIFIER", "")
    }


def _name(character: str) -> str:
    """The first word of the character's name in Unicode, which is its script."""
    return unicodedata.name(character, "").split(" ")[0].partition("-")[0]


def _fonts(scripts: set[str], base: str, script: str, families: frozenset[str]) -> list[str]:
    """The fonts in the order in which they are tried. Raises `NoFont` for a script that none is there for."""
    found = []
    for name in sorted(scripts, key=lambda s: (s != "LATIN", s)):
        if name in _EAST_ASIAN:
            family, package = f"Noto Sans CJK {_CJK.get(script or base, 'SC')}", PACKAGES["cjk"]
        elif name == "ARABIC" and base in _NASTALIQ:
            family, package = _NASTALIQ[base], PACKAGES["core"]
        else:
            family, package = _FAMILIES.get(name, f"Noto Sans {name.title()}"), PACKAGES["core"]
        if family not in families:
            raise NoFont(
                f"no font for {name.title()} letters is on this machine ({family}): apt-get install {package}"
            )
        found.append(family)
    return list(dict.fromkeys(found))


_MISSING = re.compile(r'the text `?"(.+?)"`? could not be displayed', re.DOTALL)


def _understood(error: typst.TypstError) -> ValueError:
    """What stopped the poster, in words: a character without a glyph is named."""
    missing = _MISSING.search(error.message)
    if missing is None:
        return ValueError(f"the poster cannot be set: {error.message}")
    packages = " and ".join(PACKAGES.values())
    return NoFont(
        f"no font on this machine has {missing[1]}: leave it out, or apt-get install {packages}"
    )

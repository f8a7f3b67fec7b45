"""A poster is one page that can be printed: its code reads, its fonts are in it, it runs the way its language does, and texts are texts."""

import re
import shutil
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import typst

from smsbot.adapters.posters import LONGEST, LONGEST_WORD, NoFont, Poster, Posters, machine_fonts

from .pictures import Picture, black, picture, qr_in, read_qr

PPI = 40  # of the pictures that are looked at
FINE = 64  # of those in which the code is read
LINK = "https://bot.clinic.example/c/Y5WJ6R"
ENGLISH = Poster(
    language="en",
    rtl=False,
    clinic="Aurora Demo Clinic",
    headline="Thinking about fine lines? Ask us first.",
    link=LINK,
    scan="Scan with your phone's camera",
    text_us="or text this word to this number",
    keyword="BLOOM",
    number="+1 514-555-0100",
    small="Automatic service. Message and data rates may apply. Text STOP to end.",
    day=date(2026, 11, 24),
    lines=("General facts, in your own language.", "Nobody calls you unless you ask."),
)
ARABIC = replace(
    ENGLISH,
    language="ar",
    rtl=True,
    clinic="عيادة أورورا",
    headline="هل تفكر في الخطوط الدقيقة؟",
    lines=("معلومات عامة بلغتك.",),
    scan="امسح الرمز بكاميرا هاتفك",
    text_us="أو أرسل هذه الكلمة",
    keyword="ربيع",
    small="أرسل STOP للإيقاف.",
)
HEADLINES = {
    "de": "Faltenbehandlungsberatungsgespräch: erst fragen",
    "el": "Σκέφτεστε τις λεπτές ρυτίδες;",
    "ru": "Думаете о мелких морщинах?",
    "hi": "महीन रेखाओं के बारे में सोच रहे हैं?",
    "bn": "সূক্ষ্ম রেখা নিয়ে ভাবছেন?",
    "pa": "ਬਰੀਕ ਲਕੀਰਾਂ ਬਾਰੇ ਸੋਚ ਰਹੇ ਹੋ?",
    "ta": "மெல்லிய கோடுகள் பற்றி யோசிக்கிறீர்களா?",
    "th": "กำลังคิดเรื่องริ้วรอยอยู่หรือเปล่า",
    "vi": "Bạn đang nghĩ về nếp nhăn nhỏ?",
    "zh-Hans": "想了解细纹护理？",
    "zh-Hant": "想了解細紋護理？",
    "ja": "小じわが気になりますか？",
    "ko": "잔주름이 고민이신가요?",
}
LEFT_HANDED = {"fa": "به خطوط ریز فکر می‌کنید؟", "he": "חושבים על קמטוטים?", "ur": "باریک لکیروں کے بارے میں سوچ رہے ہیں؟"}  # fmt: skip


@pytest.fixture(scope="module")
def posters() -> Posters:
    fonts = machine_fonts()
    if not {"Noto Sans", "Noto Sans CJK SC"} <= set(fonts.families()):
        pytest.skip(
            "this machine has no Noto fonts: apt-get install fonts-noto-core fonts-noto-cjk"
        )
    return Posters(fonts)


def unpacked(pdf: bytes) -> bytes:
    """The file with its compressed streams in plain."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    plain = []
    for stream in streams:
        try:
            plain.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return pdf + b"\n".join(plain)


def pages(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page, in points."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", unpacked(pdf))
    return [(float(width), float(height)) for width, height in boxes]


@pytest.mark.parametrize(("paper", "size"), [("a4", (595.3, 841.9)), ("letter", (612.0, 792.0))])
def test_a_poster_is_one_page_of_its_paper(
    posters: Posters, paper: str, size: tuple[float, float]
) -> None:
    (page,) = pages(posters.pdf(ENGLISH, paper))  # type: ignore[arg-type]
    assert page == pytest.approx(size, abs=0.2)


def test_the_same_poster_makes_the_same_file_and_another_day_another_one(posters: Posters) -> None:
    assert posters.pdf(ENGLISH) == posters.pdf(ENGLISH)
    assert posters.pdf(ENGLISH) != posters.pdf(replace(ENGLISH, day=date(2026, 11, 25)))


def fonts_in(pdf: bytes) -> set[str]:
    """The fonts that the file names, each with a file of its own in it."""
    plain = unpacked(pdf)
    named = re.findall(rb"/FontName\s*/(?:[A-Z]{6}\+)?([\w-]+)", plain)
    assert len(named) == len(re.findall(rb"/FontFile[23]?\s", plain))
    return {name.decode() for name in named}


@pytest.mark.parametrize("tag", HEADLINES)
def test_every_script_is_set_in_a_font_that_is_in_the_file(posters: Posters, tag: str) -> None:
    pdf = posters.pdf(replace(ENGLISH, language=tag, headline=HEADLINES[tag]))
    assert len(pages(pdf)) == 1
    assert fonts_in(pdf) > {"NotoSans-Bold"} or fonts_in(pdf) >= {"NotoSans-Bold", "NotoSans"}
    assert f"/Lang({tag.partition(chr(45))[0]}".encode() in unpacked(pdf).replace(
        b"/Lang (", b"/Lang("
    )
    assert b"pdfaid:part>2<" in pdf
    assert b"pdfaid:conformance>U<" in pdf
    assert b"pdfuaid:part>1<" in pdf


@pytest.mark.parametrize(
    ("tag", "font"),
    [("zh-Hans", "SC"), ("zh-Hant", "TC"), ("ja", "JP"), ("ko", "KR")],
)
def test_the_same_characters_are_drawn_as_each_language_writes_them(
    posters: Posters, tag: str, font: str
) -> None:
    named = " ".join(fonts_in(posters.pdf(replace(ENGLISH, language=tag, headline="直角骨"))))
    assert f"CJK{font.lower()}" in named


def test_urdu_hangs(posters: Posters) -> None:
    urdu = replace(ARABIC, language="ur", headline=LEFT_HANDED["ur"])
    assert any("Nastaliq" in name for name in fonts_in(posters.pdf(urdu)))


# ---------------------------------------------------------------- what is seen


def seen_of(posters: Posters, poster: Poster, paper: str = "a4", ppi: int = PPI) -> Picture:
    return picture(posters.png(poster, paper, ppi=ppi))  # type: ignore[arg-type]


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_code_on_the_poster_reads_as_the_link(posters: Posters, paper: str) -> None:
    assert read_qr(qr_in(seen_of(posters, ENGLISH, paper, FINE))) == LINK


def test_nothing_stands_near_the_edge_where_a_printer_cuts(posters: Posters) -> None:
    for poster in (ENGLISH, ARABIC):
        seen = seen_of(posters, poster)
        safe = int(10 / 25.4 * PPI)  # ten millimetres
        inner = range(safe, seen.width - safe)
        down = range(safe, seen.height - safe)
        outside = {
            pixel
            for y, row in enumerate(seen.rows)
            for x, pixel in enumerate(row)
            if x not in inner or y not in down
        }
        assert outside == {(255, 255, 255)}


def white_halves(seen: Picture) -> tuple[int, int]:
    """How many white pixels the left and the right half of the coloured panel's upper part have: its text."""
    rows = seen.rows[PPI : 2 * PPI]
    middle = seen.width // 2
    inner = (slice(PPI, middle), slice(middle, seen.width - PPI))
    left, right = (sum(min(p) > 200 for row in rows for p in row[part]) for part in inner)
    return left, right


@pytest.mark.parametrize("tag", LEFT_HANDED)
def test_a_poster_runs_the_way_its_language_does(posters: Posters, tag: str) -> None:
    there = white_halves(seen_of(posters, replace(ARABIC, language=tag, headline=LEFT_HANDED[tag], lines=())))  # fmt: skip
    here = white_halves(seen_of(posters, replace(ENGLISH, headline="Fine lines? Ask us first.", lines=())))  # fmt: skip
    assert there[1] > there[0]
    assert here[0] > here[1]


# ---------------------------------------------------------------- texts are texts

MARKUP = '#set page(fill: red) $x^2$ *b* _i_ \\ "q" <a> @b `c`'


def test_markup_in_a_text_is_drawn_and_not_obeyed(posters: Posters) -> None:
    harmful = replace(
        ENGLISH,
        headline=MARKUP,
        clinic="#panic(1) // '",
        lines=('#include "/etc/passwd"', "\\u{41} = + - / 1. ~ -- [x] {y}"),
        scan="#(1 + 1)",
        text_us='" + sys.inputs.qr + "',
        keyword="#1$*_",
        number="*1*",
        small="]#pagebreak()[",
    )
    pdf = posters.pdf(harmful)
    assert len(pages(pdf)) == 1
    assert posters.pdf(harmful) != posters.pdf(ENGLISH)
    assert read_qr(qr_in(seen_of(posters, harmful, ppi=FINE))) == LINK


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_longest_texts_stay_on_the_page_and_in_their_place(
    posters: Posters, paper: str
) -> None:
    word = "M" * LONGEST_WORD
    longest = replace(
        ENGLISH,
        clinic=f"{word} {'W' * 35}",
        headline=f"{word} {word}",
        lines=(f"{word} {word}", "Ä" * LONGEST_WORD),
        scan=f"{word} {'y' * 35}",
        text_us=f"{word} {word}",
        keyword="W" * LONGEST["keyword"],
        number="+00 000 000 000 0000 000",
        small="long words " * 36,
    )
    assert len(pages(posters.pdf(longest, paper))) == 1  # type: ignore[arg-type]
    seen = seen_of(posters, longest, paper, FINE)
    assert read_qr(qr_in(seen)) == LINK
    safe = int(10 / 25.4 * FINE)
    edges = {pixel for row in seen.rows for pixel in (*row[:safe], *row[-safe:])}
    assert edges == {(255, 255, 255)}
    assert not any(black(pixel) for row in seen.rows[: seen.height // 3] for pixel in row)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: replace(p, headline=" "), "headline: this is needed"),
        (lambda p: replace(p, keyword=""), "keyword: this is needed"),
        (lambda p: replace(p, headline="so " * 40), "headline: use at most 90 characters"),
        (lambda p: replace(p, headline="x" * 45), "headline: a word has 44 characters at most"),
        (lambda p: replace(p, lines=("a", "b", "c")), "lines: use 2 at most"),
        (lambda p: replace(p, lines=("a", "b\nc")), "line 2: use characters that can be printed"),
        (lambda p: replace(p, small="a\x00b"), "small: use characters that can be printed"),
        (lambda p: replace(p, accent="red"), "accent: write the colour as #0f4c5c"),
        (lambda p: replace(p, link="https://a.example/" + "x" * 400), "a QR code takes 1 to 400"),
    ],
)
def test_what_cannot_be_set_is_said_at_its_field(
    posters: Posters, change: Callable[[Poster], Poster], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        posters.pdf(change(ENGLISH))


def test_an_address_of_a_page_may_stand_in_the_small_print(posters: Posters) -> None:
    assert posters.pdf(replace(ENGLISH, small="https://clinic.example/" + "privacy/" * 8))


def test_a_font_that_is_missing_is_named_with_the_package_that_brings_it(
    posters: Posters, tmp_path: Path
) -> None:
    without = Posters(typst.Fonts(include_system_fonts=False, include_embedded_fonts=True))
    with pytest.raises(NoFont, match=r"Noto Sans.*: apt-get install fonts-noto-core"):
        without.pdf(ENGLISH)
    for font in posters.fonts.fonts():
        if font.family == "Noto Sans" and font.path:
            shutil.copy(font.path, tmp_path)
    latin = Posters(typst.Fonts(False, False, [str(tmp_path)]))
    with pytest.raises(NoFont, match=r"Arabic letters .*\(Noto Sans Arabic\): apt-get install fonts-noto-core"):  # fmt: skip
        latin.pdf(ARABIC)
    with pytest.raises(NoFont, match=r"Cjk letters .*: apt-get install fonts-noto-cjk"):
        latin.pdf(replace(ENGLISH, headline="想了解细纹护理？", language="zh-Hans"))


def test_a_character_that_no_font_draws_stops_the_poster_and_is_named(posters: Posters) -> None:
    for make in (posters.pdf, posters.png):
        with pytest.raises(NoFont, match=r"no font on this machine has 🧿: leave it out"):
            make(replace(ENGLISH, lines=("good luck 🧿",)))

"""A campaign's QR code says the link, as SVG and as PNG, in one outline that any page may show."""

import re
import xml.etree.ElementTree as ET

import pytest

from smsbot.adapters.qr import QUIET, matrix, qr_png, qr_svg

from .pictures import picture, qr_in, read_qr

LINKS = [
    "https://a.example/c/Y5WJ6R",
    "https://bot.clinic.example/c/Y5WJ6R",
    "https://bot.clinic.example/c/Y5WJ6R?lang=zh-Hant",
    "Ä, ا, 中 & <b>",
]


@pytest.mark.parametrize("link", LINKS)
def test_a_code_says_its_text(link: str) -> None:
    assert read_qr(matrix(link)) == link


@pytest.mark.parametrize("link", LINKS)
def test_the_png_shows_the_code_with_four_light_modules_about_it(link: str) -> None:
    seen = picture(qr_png(link, scale=3))
    assert read_qr(qr_in(seen)) == link
    assert seen.width == seen.height == 3 * (len(matrix(link)) + 2 * QUIET)
    edge = 3 * QUIET
    inner = range(edge, seen.width - edge)
    around = {
        pixel
        for y, row in enumerate(seen.rows)
        for x, pixel in enumerate(row)
        if x not in inner or y not in inner
    }
    assert around == {(255, 255, 255)}


def filled(svg: str) -> list[list[bool]]:
    """The modules that the outline fills, by the even-odd rule, as a browser does: a ray from each module's middle to the left."""
    root = ET.fromstring(svg)
    size = int(root.attrib["viewBox"].split()[2])
    path = root.findall("{http://www.w3.org/2000/svg}path")[1].attrib["d"]
    walls: set[tuple[int, int]] = set()  # (x, y): the left side of the unit square at x, y
    for loop in path.split("M")[1:]:
        x, y, *steps = re.findall(r"-?\d+|[hv]", loop)
        at_x, at_y = start = int(x), int(y)
        for letter, length in [*zip(steps[::2], steps[1::2], strict=True), ("z", "0")]:
            to_x, to_y = start if letter == "z" else (at_x, at_y)
            to_x += int(length) * (letter == "h")
            to_y += int(length) * (letter == "v")
            assert at_x == to_x or at_y == to_y
            for row in range(min(at_y, to_y), max(at_y, to_y)):
                walls ^= {(at_x, row)}
            at_x, at_y = to_x, to_y
    inside = [[False] * size for _ in range(size)]
    for y in range(size):
        dark = False
        for x in range(size):
            dark ^= (x, y) in walls
            inside[y][x] = dark
    return inside


@pytest.mark.parametrize("link", LINKS)
def test_the_outline_in_the_svg_fills_just_the_dark_modules(link: str) -> None:
    modules = matrix(link)
    inside = filled(qr_svg(link))
    assert [row[QUIET:-QUIET] for row in inside[QUIET:-QUIET]] == [list(row) for row in modules]
    assert not any(map(any, inside[:QUIET] + inside[-QUIET:]))


def test_the_svg_breaks_no_content_policy_and_is_small() -> None:
    svg = qr_svg(LINKS[1], "Scan <me> & more")
    assert not re.search(r"style|script|class=|\bon\w+=|href|url\(", svg)
    assert "<title>Scan &lt;me&gt; &amp; more</title>" in svg
    assert len(svg) < 5000
    assert "<title>" not in qr_svg(LINKS[1])


@pytest.mark.parametrize("text", ["", "x" * 401, "ä" * 201])
def test_what_no_poster_can_show_is_refused_with_its_size(text: str) -> None:
    for make in (matrix, qr_svg, qr_png):
        with pytest.raises(ValueError, match=f"and this has {len(text.encode())}"):
            make(text)

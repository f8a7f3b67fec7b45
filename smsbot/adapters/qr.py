"""QR codes: as SVG for pages and posters, as PNG for whatever else people make of them.

After ISO/IEC 18004: four modules of quiet zone on each side, and error correction Q, which reads with a quarter of it covered:
a poster gets creased and wet. Dark on light, because not every reader takes it the other way round.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

import segno

QUIET = 4  # modules
LONGEST = (
    400  # bytes of what a code holds: one with more has modules too small to be read from a poster
)
SCALE = 20  # pixels a module of the PNG


def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules row by row, dark ones True, without quiet zone. Raises `ValueError` for what is empty or too long."""
    size = len(text.encode())
    if not 1 <= size <= LONGEST:
        raise ValueError(f"a QR code takes 1 to {LONGEST} bytes of text, and this has {size}")
    return tuple(tuple(bool(module) for module in row) for row in _made(text).matrix)


def qr_svg(text: str, title: str = "") -> str:
    """The code as one outline, so that no hairline shows between its modules; sizes are its embedder's. Raises `ValueError`.

    Nothing in it is an inline style, a script or a name of ours: it stands on a page under any content policy. `title` is read out.
    """
    modules = matrix(text)
    size = len(modules) + 2 * QUIET
    path = "".join(_outline(corners) for corners in _outlines(modules))
    told = f"<title>{escape(title)}</title>" if title else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img">{told}'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" fill-rule="evenodd" d="{path}"/></svg>'
    )


def qr_png(text: str, scale: int = SCALE) -> bytes:
    """The code as a PNG in black and white, `scale` pixels a module. Raises `ValueError`."""
    matrix(text)
    out = BytesIO()
    _made(text).save(out, kind="png", scale=scale, border=QUIET)
    return out.getvalue()


def _made(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="q", boost_error=False)


_Corner = tuple[int, int]  # column and row


def _outline(corners: Sequence[_Corner]) -> str:
    """A closed line through the corners, which lie one above or beside the next."""
    (x, y), *rest = corners
    steps = [f"M{x + QUIET} {y + QUIET}"]
    for to_x, to_y in rest:
        steps.append(f"h{to_x - x}" if to_y == y else f"v{to_y - y}")
        x, y = to_x, to_y
    return "".join(steps) + "z"


def _outlines(modules: Sequence[Sequence[bool]]) -> Iterator[list[_Corner]]:
    """The lines between dark and light, each from corner to corner with the dark on its right, until it is back."""
    edges = _edges(modules)
    while edges:
        start = at = min(edges)
        corners, heading = [start], None
        while True:
            ahead = edges[at]
            # Where two dark modules touch by a corner only, two lines cross: each turns, so that neither runs through the other.
            to = next((t for t in ahead if len(ahead) == 1 or _turns(heading, at, t)), ahead[0])
            ahead.remove(to)
            if not ahead:
                del edges[at]
            going = (to[0] - at[0], to[1] - at[1])
            if heading is not None and going != heading:
                corners.append(at)
            at, heading = to, going
            if at == start:
                break
        yield corners


def _turns(heading: _Corner | None, at: _Corner, to: _Corner) -> bool:
    """Whether the way from `at` to `to` bears to the right of where the line was heading."""
    if heading is None:
        return True
    return (to[0] - at[0], to[1] - at[1]) == (-heading[1], heading[0])


def _edges(modules: Sequence[Sequence[bool]]) -> dict[_Corner, list[_Corner]]:
    """The sides of dark modules that border on light: from each corner to the next ones, clockwise about the dark."""
    size = len(modules)

    def dark(x: int, y: int) -> bool:
        return 0 <= x < size and 0 <= y < size and modules[y][x]

    edges: dict[_Corner, list[_Corner]] = {}
    for y in range(size):
        for x in range(size):
            if not dark(x, y):
                continue
            sides = (
                ((x, y), (x + 1, y), dark(x, y - 1)),
                ((x + 1, y), (x + 1, y + 1), dark(x + 1, y)),
                ((x + 1, y + 1), (x, y + 1), dark(x, y + 1)),
                ((x, y + 1), (x, y), dark(x - 1, y)),
            )
            for start, end, inside in sides:
                if not inside:
                    edges.setdefault(start, []).append(end)
    return edges

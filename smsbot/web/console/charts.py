"""pygal: pictures of counts, drawn on the server as SVG. Each page has the same numbers as a table behind the picture."""

import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from flask import Response

# Inks that stand apart for people who do not tell red from green (Okabe and Ito's palette, darkened for text beside them).
INKS = ("#0b7a75", "#d98a00", "#b3261e", "#5b3aa0", "#4a6785")
DARK_INKS = ("#4cc0b7", "#f0b23c", "#ff8f86", "#c0a6ff", "#9db6d3")
# The picture stands in a page of either colour.
_DARK = "inline:@media (prefers-color-scheme: dark) {{ {} }}".format(
    " ".join(
        (
            "text { fill: #e8ecf3 !important }",
            ".guide { stroke: #4a5568 !important }",
            *(f".color-{n} {{ fill: {ink} !important }}" for n, ink in enumerate(DARK_INKS)),
        )
    )
)
# In CSS pixels, about as large as the page shows them, so that what is written in them is not shrunk.
WIDE, NARROW = (600, 300), (340, 330)
FEW = 6  # labels that stand beside one another without running into each other
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@cache
def _library() -> Any:
    """pygal, without the hook for plug-ins that it puts into Python's imports, which is of an old kind and warns at each of them."""
    import pygal

    sys.meta_path[:] = [hook for hook in sys.meta_path if type(hook).__module__ != "pygal"]
    return pygal


@cache
def _style() -> Any:
    _library()
    from pygal.style import Style

    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="#1c2330",
        foreground_strong="#1c2330",
        foreground_subtle="#8a94a6",
        opacity=".9",
        opacity_hover="1",
        colors=INKS,
        font_family="system-ui, sans-serif",
        label_font_size=12,
        major_label_font_size=12,
        legend_font_size=13,
        title_font_size=15,
        value_font_size=12,
    )


def stacked(
    labels: Sequence[str], series: Mapping[str, Sequence[float]], size: tuple[int, int] = WIDE
) -> Response:
    """Bars of several counts on top of one another; `size` is `WIDE`, or `NARROW` for the screen of a telephone."""
    chart = _library().StackedBar(
        style=_style(),
        css=["file://style.css", "file://graph.css", _DARK],
        js=(),
        width=size[0],
        height=size[1],
        legend_at_bottom=True,
        legend_at_bottom_columns=2,
        x_label_rotation=90 if len(labels) > FEW else 0,
        truncate_label=-1,
        truncate_legend=-1,
        margin=12,
        spacing=10,
        human_readable=True,
        disable_xml_declaration=True,
        include_x_axis=True,
        no_data_text="-",
    )
    chart.x_labels = list(labels)
    for name, values in series.items():
        chart.add(name, list(values))
    answer = Response(chart.render(), content_type="image/svg+xml; charset=utf-8")
    answer.headers["Content-Security-Policy"] = POLICY
    return answer

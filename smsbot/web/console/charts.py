"""pygal: pictures of counts, drawn on the server as SVG. Each page has the same numbers as a table behind the picture."""

import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from flask import Response

# Inks that stand apart for people who do not tell red from green (Okabe and Ito's palette, darkened for text beside them).
INKS = ("#0b7a75", "#d98a00", "#b3261e", "#5b3aa0", "#4a6785")
# The picture stands in a page of either colour.
_DARK = (
    "inline:@media (prefers-color-scheme: dark) { text { fill: #e8ecf3 !important }"
    " .guide { stroke: #4a5568 !important } }"
)
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
        label_font_size=13,
        major_label_font_size=13,
        legend_font_size=14,
        title_font_size=15,
        value_font_size=12,
    )


def stacked(labels: Sequence[str], series: Mapping[str, Sequence[float]]) -> Response:
    """Bars of several counts on top of one another."""
    chart = _library().StackedBar(
        style=_style(),
        css=["file://style.css", "file://graph.css", _DARK],
        js=(),
        width=900,
        height=320,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(series),
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

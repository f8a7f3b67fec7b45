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
            ".ci path { stroke: #ffffff !important }",
            *(
                f".color-{n} {{ fill: {ink} !important; stroke: {ink} !important }}"
                for n, ink in enumerate(DARK_INKS)
            ),
        )
    )
)
# In CSS pixels, about as large as the page shows them, so that what is written in them is not shrunk.
WIDE, NARROW = (600, 300), (340, 330)
MARGIN, LEGEND_LINE = 12, 20
LONG = 17  # characters of a name in the legend; two longer ones do not stand beside each other on a telephone
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
        guide_stroke_color="#c4cbd6",
        major_guide_stroke_color="#c4cbd6",
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
    return _drawn(_library().StackedBar(**_options(labels, size)), labels, series)


def beside(
    labels: Sequence[str], series: Mapping[str, Sequence[float]], size: tuple[int, int] = WIDE
) -> Response:
    """Bars of several counts beside one another."""
    return _drawn(_library().Bar(**_options(labels, size)), labels, series)


def lines(
    labels: Sequence[str], series: Mapping[str, Sequence[float]], size: tuple[int, int] = WIDE
) -> Response:
    """Counts from day to day; of many days every so many are named."""
    options = {**_options(labels, size), "x_label_rotation": 0, "show_minor_x_labels": False}
    chart = _library().Line(**options, dots_size=3, stroke_style={"width": 2})
    step = -(-len(labels) // FEW) or 1
    return _drawn(chart, labels, series, major=list(labels)[::step])


def shares(
    labels: Sequence[str],
    percents: Sequence[tuple[float, float, float]],
    size: tuple[int, int] = WIDE,
) -> Response:
    """Percentages, each with the interval in which the true one lies: value, low, high."""
    values = [{"value": value, "ci": {"low": low, "high": high}} for value, low, high in percents]
    most = max((high for _value, _low, high in percents), default=0.0)
    chart = _library().Bar(**_options(labels, size), range=(0, most or 1))
    return _drawn(chart, labels, {"%": values})  # type: ignore[dict-item]


def _options(labels: Sequence[str], size: tuple[int, int]) -> dict[str, Any]:
    return {
        "style": _style(),
        "css": ["file://style.css", "file://graph.css", _DARK],
        "js": (),
        "width": size[0],
        "height": size[1],
        "legend_at_bottom": True,
        "x_label_rotation": 90 if len(labels) > FEW else 0,
        "truncate_label": -1,
        "truncate_legend": -1,
        "margin": MARGIN,
        "spacing": 10,
        "human_readable": True,
        "disable_xml_declaration": True,
        "include_x_axis": True,
        "no_data_text": "-",
    }


def _drawn(
    chart: Any,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    major: Sequence[str] = (),
) -> Response:
    chart.x_labels = list(labels)
    chart.show_legend = len(series) > 1  # one alone is named by its heading
    crowded = chart.config.width <= NARROW[0] and any(len(name) > LONG for name in series)
    chart.legend_at_bottom_columns = columns = 1 if crowded else min(2, len(series)) or 1
    if len(series) % columns:
        chart.margin_bottom = MARGIN + LEGEND_LINE  # the library forgets a line that is not full
    if major:
        chart.x_labels_major = list(major)
    for name, values in series.items():
        chart.add(name, list(values))
    answer = Response(chart.render(), content_type="image/svg+xml; charset=utf-8")
    answer.headers["Content-Security-Policy"] = POLICY
    return answer

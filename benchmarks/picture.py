"""Draws the scoreboard: for each language a bar for the reader and one for each simpler reader beside it."""

from collections.abc import Mapping
from pathlib import Path

import pygal
from pygal.style import Style

STYLE = Style(
    background="#ffffff",
    plot_background="#ffffff",
    foreground="#333333",
    foreground_strong="#111111",
    colors=("#0b6e63", "#c98a2b", "#9a9a9a"),
    font_family="sans-serif",
    label_font_size=12,
    major_label_font_size=12,
    legend_font_size=16,
    title_font_size=18,
)


def draw(shares: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """Writes the picture: reader > language > share of messages that are read right."""
    tags = list(next(iter(shares.values())))
    chart = pygal.Bar(
        style=STYLE,
        title="Messages read right, of those never learned from",
        width=1100,
        height=420,
        range=(0, 1),
        legend_at_bottom=True,
        js=(),
        show_y_guides=True,
        value_formatter=lambda value: f"{value:.0%}",
        disable_xml_declaration=True,
        truncate_label=-1,
    )
    chart.x_labels = [tag.partition("-")[2] or tag for tag in tags]  # Hans and Hant for Chinese
    for name, by_language in shares.items():
        chart.add(name, [round(by_language[tag], 3) for tag in tags])
    path.write_text(chart.render(is_unicode=True) + "\n", encoding="utf-8")

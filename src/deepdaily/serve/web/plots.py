"""Small plots as inline SVG. Widths are in per cent, so that the words in them keep their size on any screen.

Colours come from classes, as the page's policy allows no style attributes. What a plot shows stands in a table behind it,
so for those who cannot see it its name is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

ROW, COLUMN_HEIGHT, STRIP_HEIGHT = 26, 96, 40
"""Pixels."""

FEWEST_COLUMNS = 10
"""Where there are fewer, each still takes a tenth: one column across the page reads as a row."""

LABEL_PART, VALUE_PART = 30, 14
"""Per cent of the width kept for a bar's label and for its value."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing measured; `kind` is the class that colours it, `shown` its value with the unit."""

    label: str
    value: float
    shown: str
    kind: str = ""


def rows(name: str, bars: Sequence[Bar]) -> Markup:
    """Horizontal bars below each other, from one zero."""
    most = max((bar.value for bar in bars), default=0) or 1
    drawn = Markup("").join(_row(bar, at, most) for at, bar in enumerate(bars))
    return _plot(name, ROW * len(bars), drawn)


def _row(bar: Bar, at: int, most: float) -> Markup:
    width = bar.value / most * (100 - LABEL_PART - VALUE_PART)
    middle = at * ROW + ROW / 2
    return Markup(
        '<text x="0" y="{y}">{label}</text><rect class="{kind}" x="{x}%" y="{top}" width="{width:.2f}%" height="{height}"/>'
        '<text class="value" x="{end:.2f}%" y="{y}" dx="6">{shown}</text>'
    ).format(
        label=bar.label,
        kind=bar.kind,
        shown=bar.shown,
        y=middle,
        x=LABEL_PART,
        top=at * ROW + 5,
        height=ROW - 10,
        width=max(width, 0.4),
        end=LABEL_PART + width,
    )


def columns(name: str, bars: Sequence[Bar], height: int = COLUMN_HEIGHT) -> Markup:
    """Upright bars side by side, each with its words as a tooltip."""
    most, step = max((bar.value for bar in bars), default=0) or 1, 100 / max(len(bars), FEWEST_COLUMNS)
    drawn = []
    for at, bar in enumerate(bars):
        tall = max(bar.value / most * height, 2)
        rect = Markup(
            '<rect class="{kind}" x="{x:.2f}%" y="{y:.1f}" width="{width:.2f}%" height="{tall:.1f}"><title>{words}</title></rect>'
        ).format(
            kind=bar.kind, x=at * step, y=height - tall, width=step * 0.8, tall=tall, words=f"{bar.label}: {bar.shown}"
        )
        drawn.append(rect)
    return _plot(name, height, Markup("").join(drawn))


def _plot(name: str, height: int, drawn: Markup) -> Markup:
    return Markup('<svg class="plot" role="img" aria-label="{}" width="100%" height="{}">{}</svg>').format(
        name, height, drawn
    )

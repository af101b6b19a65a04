"""Stage times of the race as one small SVG that needs no style sheet: a bar a size, a colour a stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WIDTH, LEFT, RIGHT, ROW, TOP = 720, 110, 70, 34, 34
"""Pixels."""

COLOURS = {"start": "#b9b4a7", "collect": "#4c78a8", "read": "#59a14f", "select": "#e1a43a", "write": "#b5562c"}
"""Told apart in grey too; everything after the choice counts as `write`."""

Row = tuple[str, Mapping[str, float], float]
"""Entries, seconds by stage, seconds of the whole command."""


def drawn(rows: Sequence[Row]) -> str:
    """The plot, in the order of rows; what no stage accounts for is the program's start and end."""
    most = max(wall for _, _, wall in rows)
    lines = [part for at, row in enumerate(rows) for part in _bar(row, TOP + at * ROW, (WIDTH - LEFT - RIGHT) / most)]
    height = TOP + ROW * len(rows) + 6
    legend = "".join(
        f'<rect x="{LEFT + 110 * at}" y="8" width="12" height="12" fill="{colour}"/>'
        f'<text x="{LEFT + 18 + 110 * at}" y="18">{name}</text>'
        for at, (name, colour) in enumerate(COLOURS.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13"'
        f' role="img"><title>Seconds of one day by stage, for 200 to 5,000 entries</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>{legend}{"".join(lines)}</svg>\n'
    )


def _bar(row: Row, top: int, scale: float) -> list[str]:
    entries, stages, wall = row
    sums = dict.fromkeys(COLOURS, 0.0)
    for stage, took in stages.items():
        name = stage.split()[0]
        sums[name if name in COLOURS else "write"] += took
    sums["start"] = max(0.0, wall - sum(sums.values()))
    parts, x = [f'<text x="{LEFT - 8}" y="{top + 17}" text-anchor="end">{int(entries):,} entries</text>'], float(LEFT)
    for name, took in sums.items():
        parts.append(
            f'<rect x="{x:.1f}" y="{top}" width="{took * scale:.1f}" height="{ROW - 10}" fill="{COLOURS[name]}">'
            f"<title>{name}: {took:.1f} s</title></rect>"
        )
        x += took * scale
    return [*parts, f'<text x="{x + 6:.1f}" y="{top + 17}">{wall:.1f} s</text>']

"""Stage times and model tokens of the race as one small SVG that needs no style sheet: two bars a size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WIDTH, LEFT, RIGHT, ROW, TOP = 720, 110, 110, 34, 34
"""Pixels."""

STAGES = {"start": "#b9b4a7", "collect": "#4c78a8", "read": "#59a14f", "select": "#e1a43a", "write": "#b5562c"}
"""Told apart in grey too; everything after the choice counts as `write`."""

TOKENS = {"prefill": "#6b8fb5", "decode": "#8c4a6b"}

Row = tuple[int, Mapping[str, float], float, Mapping[str, int]]
"""Entries, seconds by stage, seconds of the whole command, tokens by kind."""


def drawn(rows: Sequence[Row]) -> str:
    """Both plots, one below the other, in the order of rows."""
    times = [(entries, _stages(stages, wall), f"{wall:.1f} s") for entries, stages, wall, _ in rows]
    costs = [(entries, tokens, f"{sum(tokens.values()) / 1000:.1f}k tokens") for entries, _, _, tokens in rows]
    panel = TOP + ROW * len(rows) + 6
    parts = [*_panel(times, STAGES, 0), *_panel(costs, TOKENS, panel)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {2 * panel}" font-family="sans-serif"'
        f' font-size="13" role="img"><title>One day with a model: seconds by stage and tokens by kind, by entries</title>'
        f'<rect width="{WIDTH}" height="{2 * panel}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _stages(stages: Mapping[str, float], wall: float) -> dict[str, float]:
    """Seconds by colour; what no stage accounts for is the program's start and end."""
    sums = dict.fromkeys(STAGES, 0.0)
    for stage, took in stages.items():
        name = stage.split()[0]
        sums[name if name in STAGES else "write"] += took
    return sums | {"start": max(0.0, wall - sum(sums.values()))}


def _panel(rows: Sequence[tuple[int, Mapping[str, float], str]], colours: Mapping[str, str], top: int) -> list[str]:
    parts = []
    for at, (name, colour) in enumerate(colours.items()):
        x = LEFT + 110 * at
        parts.append(f'<rect x="{x}" y="{top + 8}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 18}" y="{top + 18}">{name}</text>')
    scale = (WIDTH - LEFT - RIGHT) / max(sum(values.values()) for _, values, _ in rows)
    for at, (entries, values, told) in enumerate(rows):
        y, x = top + TOP + at * ROW, float(LEFT)
        parts.append(f'<text x="{LEFT - 8}" y="{y + 17}" text-anchor="end">{entries:,} entries</text>')
        for name, value in values.items():
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{value * scale:.1f}" height="{ROW - 10}" fill="{colours[name]}">'
                f"<title>{name}: {value:,.1f}</title></rect>"
            )
            x += value * scale
        parts.append(f'<text x="{x + 6:.1f}" y="{y + 17}">{told}</text>')
    return parts

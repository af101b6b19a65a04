"""Lines of a PDF's page to lines of text and to tables, by the room between their runs.

A table is lines below each other with a strip that all of them leave free, whose first names the columns and whose others have
figures. Of lines of prose the blanks do not lie below each other. Where rows do not agree there is no table, and no cell: a figure
under a false heading would be worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deepdaily.core.pdf import PdfLine, Run

MOST_COLUMNS, MOST_GRID_ROWS = 20, 200

_ROW_GAP = 2.6
"""Rows of a table are at most so many heights apart."""

_FEW_ROWS, _WIDE, _NARROW = 3, 1.0, 0.42
"""Fewer rows need a strip as wide as a letter is high; more of them one that is wider than a blank."""

_MERGED, _FIGURE_BEHIND = re.compile(r"\d\S*\s+\S*\d"), re.compile(r"\S\s+[\d.,]+\s*%?$")
"""Two figures in a cell, and one behind a row's name: of two columns that stand too close to be told apart."""

_PROSE_CHARS = 34
"""Cells that are longer on average are two columns of prose, set line beside line."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: every row has a cell for each column, empty ones too."""

    rows: tuple[tuple[str, ...], ...]


def laid_out(page: Sequence[PdfLine]) -> Iterator[PdfLine | Grid]:
    """The lines of a page in their order, those of a table together; two columns that were set as one come one after the other."""
    at = 0
    while at < len(page):
        end, strips = _grid(page, at)
        yield from _parted(page[at:end], strips)
        at = end


def _parted(lines: Sequence[PdfLine], strips: Sequence[tuple[float, float]]) -> Iterator[PdfLine | Grid]:
    rows = [_cells(line, strips) for line in lines]
    cells = [cell for row in rows for cell in row if cell is not None]
    if not strips:
        yield from lines
    elif sum(len(cell.text) for cell in cells) > _PROSE_CHARS * len(cells):
        yield from _columns(lines, rows)
    elif _has_figures(rows):
        yield Grid(tuple(tuple(cell.text if cell else "" for cell in row) for row in rows))
    else:  # a list, code, an address: its lines are what they are
        yield from lines


def _has_figures(rows: Sequence[Sequence[Run | None]]) -> bool:
    """Whether the first row names columns of which one has figures in half of the rows below, and no cell holds those of two."""
    said = [[cell.text if cell else "" for cell in row] for row in rows]
    named, below = said[0], said[1:]
    if not all(re.search(r"[^\W\d_]", name) for name in named[1:]):
        return False
    if any(_MERGED.search(cell) for row in below for cell in row[1:]) or any(_FIGURE_BEHIND.search(row[0]) for row in below):
        return False
    counts = [sum(bool(re.search(r"\d", row[at])) for row in below) for at in range(1, len(named))]
    return any(2 * count >= len(below) > 0 for count in counts)


def _grid(page: Sequence[PdfLine], at: int) -> tuple[int, list[tuple[float, float]]]:
    """Where the table that begins at `at` ends, and the strips between its columns; `at + 1` and none where there is none."""
    strips = _free(page[at])
    best: tuple[int, list[tuple[float, float]]] = (at + 1, [])
    end = at + 1
    while end < len(page) and end - at < MOST_GRID_ROWS and strips:
        line, above = page[end], page[end - 1]
        if abs(line.size - above.size) > 0.1 * line.size or not 0 < above.y - line.y < _ROW_GAP * line.size:
            break
        narrowed = [strip for one in strips for strip in _left_free(one, line, _NARROW * line.size)]
        if not narrowed or len(narrowed) >= MOST_COLUMNS or sum(cell is not None for cell in _cells(line, narrowed)) < 2:
            break
        strips, end = narrowed, end + 1
        least = _WIDE if end - at < _FEW_ROWS else _NARROW
        wide = [(left, right) for left, right in strips if right - left >= least * line.size]
        if wide and all(sum(cell is not None for cell in _cells(one, wide)) > 1 for one in page[at:end]):
            best = end, wide
    return best


def _free(line: PdfLine) -> list[tuple[float, float]]:
    """The room between the runs of a line."""
    return [(before.right, run.left) for before, run in zip(line.runs, line.runs[1:], strict=False)]


def _left_free(strip: tuple[float, float], line: PdfLine, least: float) -> Iterator[tuple[float, float]]:
    """What a line leaves free of a strip, in pieces that are wide enough."""
    left, end = strip
    for run in line.runs:
        if run.right <= left or run.left >= end:
            continue
        if run.left - left >= least:
            yield left, run.left
        left = max(left, run.right)
    if end - left >= least:
        yield left, end


def _cells(line: PdfLine, strips: Sequence[tuple[float, float]]) -> list[Run | None]:
    """A line's runs by column, those of one column as one; None for an empty cell."""
    edges = [(left + right) / 2 for left, right in strips]
    found: list[list[Run]] = [[] for _ in range(len(edges) + 1)]
    for run in line.runs:
        found[sum((run.left + run.right) / 2 > edge for edge in edges)].append(run)
    return [Run(" ".join(run.text for run in runs), runs[0].left, runs[-1].right) if runs else None for runs in found]


def _columns(lines: Sequence[PdfLine], rows: Sequence[Sequence[Run | None]]) -> Iterator[PdfLine]:
    for column in range(len(rows[0])):
        for line, row in zip(lines, rows, strict=True):
            if run := row[column]:
                yield PdfLine((run,), line.y, line.size)

"""Tables with figures: lines of cells below a line of headers, read row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deepdaily.attributes.header_fields import day_of
from deepdaily.attributes.lines import NOTHING, FormLine
from deepdaily.core.cues import Cue, cues, table
from deepdaily.core.glossary import term
from deepdaily.core.text import dates, width
from deepdaily.core.to_machines import orders_machine
from deepdaily.core.types import Attribute

_TABLE = table(__name__)
_CODE, _COLUMNS = Cue(_TABLE["code"], re.I), cues(_TABLE["columns"])
_VALUES, _PER = cues(_TABLE["values"]), cues(_TABLE["per"])

MOST_COLUMNS, LONGEST_CELL, LEAST_ROWS, MOST_ROWS_READ = 6, 60, 2, 100
"""Of a table that is read: a wider one, one with sentences in its cells, and a whole data set are not printed."""

LONGEST_CAPTION, LONGEST_UNIT, LINES_ABOVE = 80, 120, 3
"""Columns of a heading above a table, of a line that says what its prices are for, and how far above the table that may stand."""

_BAR = re.compile(r"\s\|(?=\s|$)")
_FIGURE = re.compile(r"[~≈<>≤≥+\-−约]{0,2}\s?(?:[$¥€£]\s?)?\d[\d,]*(?:\.\d+)?")
_MEASURED = re.compile(
    r"[~≈<>≤≥+\-−约]{0,2}\s?(?:[$¥€£]\s?\d.*|\d[\d,]*(?:\.\d+)?(?:\s?[–~-]\s?\d[\d,]*(?:\.\d+)?)?\s?(?:[%×°]|[^\W\d_]).*|\d+\.\d+(?:\s?\(.*\))?|20\d\d-\d\d-\d\d.*)"
)
_UNIT = re.compile(
    r"\([^)]*(?:[$€¥%]|\b(?:ms|s|sec|seconds?|minutes?|hours?|gb|mb|kb|tb|tokens?|per|usd|x)\b|/)[^)]*\)|[$€¥%]", re.I
)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with figures; every row has as many cells as there are columns."""

    caption: str
    """The heading right above it, or the line that says what its prices are for, as the page writes it; empty without."""
    columns: tuple[str, ...]
    header: FormLine
    rows: tuple[tuple[FormLine, tuple[str, ...]], ...]


def grids(lines: Sequence[FormLine]) -> list[Grid]:
    """The tables with figures, in order. One whose rows differ in width is none: cells that are empty at an end are not seen, and
    nobody can tell which column is missing; nor is one of several with the same columns that no line above tells apart."""
    found = []
    at = 1
    while at < len(lines):
        end = at
        while end < len(lines) and " | " in lines[end].text:
            end += 1
        least = 1 if _AFFECTED.search(lines[at].text) else LEAST_ROWS
        if least < end - at <= MOST_ROWS_READ and (grid := _grid(lines[at:end], lines[max(1, at - LINES_ABOVE) : at])):
            found.append(grid)
        at = max(end, at + 1)
    return [one for one in found if one.caption or not any(other is not one and other.columns == one.columns for other in found)]


_AFFECTED = re.compile(r"(?:affected|vulnerable|patched).{0,20} \| .*|.* \| (?:affected|vulnerable|patched)", re.I)
"""Names of columns of an advisory, whose table may have a single row."""


def _cells(line: FormLine) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in _BAR.split(line.text))


def _grid(run: Sequence[FormLine], above: Sequence[FormLine]) -> Grid | None:
    header, *rest = ((line, _cells(line)) for line in run)
    columns = header[1]
    if not 2 <= len(columns) <= MOST_COLUMNS or not all(columns) or any(_FIGURE.match(cell) for cell in columns):
        return None
    if any(not _is_row(line, cells, columns) for line, cells in (header, *rest)) or columns in [cells for _, cells in rest]:
        return None
    if len(columns) == 2 and not (_VALUES["first"].fullmatch(columns[0]) or _VALUES["second"].fullmatch(columns[1])):
        return None
    if 2 * sum(_has_figure(cells, columns) for _, cells in rest) < len(rest):
        return None
    caption = next((line.text.rstrip(":：") for line in reversed(above[-1:]) if _is_heading(line.text.rstrip(":："))), "")
    if _lacks_unit(columns, [cells for _, cells in rest], caption):
        caption = next(
            (line.text for line in reversed(above) if _PER["within"].search(line.text) and width(line.text) <= LONGEST_UNIT), ""
        )
        if not caption:
            return None
    return Grid(caption, columns, header[0], tuple(rest))


def _is_heading(text: str) -> bool:
    return width(text) <= LONGEST_CAPTION and " | " not in text and not text.startswith("- ") and text[-1] not in ".。,:：;；"


def _lacks_unit(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> bool:
    """Whether it has prices of input or output, and neither the cells nor the names above say of how much."""
    if _PER["within"].search(caption):
        return False
    priced = [at for at, head in enumerate(columns) if _PER["priced"].search(head) and not _PER["within"].search(head)]
    cells = [row[at] for row in rows for at in priced]
    return any(_MONEY.search(cell) and not _PER["within"].search(cell) for cell in cells)


def _has_figure(cells: Sequence[str], columns: Sequence[str]) -> bool:
    dated = any(_name_of(head) == "retires" and dates(cell) for cell, head in zip(cells, columns, strict=True))
    return dated or any(_is_measured(cell, head) for cell, head in zip(cells[1:], columns[1:], strict=True))


def _is_row(line: FormLine, cells: tuple[str, ...], columns: tuple[str, ...]) -> bool:
    return (
        len(cells) == len(columns)
        and not line.text.startswith("- ")
        and bool(cells[0])
        and all(width(cell) <= LONGEST_CELL for cell in cells)
        and not _CODE.search(line.text)
        and not orders_machine(line.text)
    )


def _is_measured(cell: str, column: str) -> bool:
    """Whether it holds a figure that says what of: with its unit, or below a column that names a unit or a metric."""
    if _MEASURED.fullmatch(cell):
        return True
    named = term(column)
    return bool(_FIGURE.fullmatch(cell)) and (bool(_UNIT.search(column)) or (named is not None and named.kind == "m"))


def of_grid(grid: Grid) -> Iterator[Attribute]:
    """An attribute for each cell of a price, a retirement, its replacement, a size; of any other table one for each row."""
    named = {at: name for at, head in enumerate(grid.columns) if (name := _name_of(head))}
    subject = next((at for at, head in enumerate(grid.columns) if _COLUMNS["subject"].search(head)), 0)
    for line, cells in grid.rows:
        proof = (grid.header.passage(), line.passage())
        told = [at for at in named if at != subject and _fits(named[at], cells[at], grid.columns[at])]
        for at in told:
            value = cells[at]
            day = day_of(value) if _FIRM.fullmatch(value) else None
            yield Attribute(named[at], value, proof, cells[subject], columns=grid.columns, cells=cells, day=day)
        if not told:
            yield Attribute("row", line.text, proof, cells[subject], columns=grid.columns, cells=cells)


def _fits(name: str, cell: str, column: str) -> bool:
    """Whether a cell holds what its column is named for: a price has its money there or in the column's name."""
    if name == "price":
        return bool(_MONEY.search(cell) or (_FIGURE.match(cell) and _MONEY.search(column)))
    return bool(re.search(r"\w", cell)) and not NOTHING.fullmatch(cell)


_FIRM = re.compile(
    r"(?:20\d\d[-/.]\d{1,2}[-/.]\d{1,2}|20\d\d ?年 ?\d{1,2} ?月 ?\d{1,2} ?日|[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?,? 20\d\d"
    r"|\d{1,2} [A-Z][a-z]{2,8}\.? 20\d\d)"
)
"""A day alone: `no earlier than` one is none, and so is one with a remark."""
_MONEY = re.compile(r"[$€¥£]|\b(?:usd|eur|rmb|cny|credits?)\b|元", re.I)


def _name_of(head: str) -> str:
    return next((name for name, found in _COLUMNS.items() if name != "subject" and found.search(head)), "")

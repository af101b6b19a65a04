"""Whether a table holds values, or only lays out the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from deepdaily.read.bearing import NAME_CHARS, is_line_number
from deepdaily.read.revealed import UNREAD
from deepdaily.read.spelling import Attributes

MOST_LOOKED_AT = 3_000
"""Nodes of a table after which it is judged by what was seen of it."""


LONG_CELL, SHORT_CELL = 300, 80
"""Characters of a cell that is no value any more but a column of a layout; the second in the only row of a table."""


@dataclass(slots=True)
class _Shape:
    marked: bool = False
    rows: int = 0
    most: int = 0
    """Cells of the longest row."""
    row: int = 0
    cell: int = 0
    longest: int = 0

    def begin(self, tag: str) -> None:
        if tag == "tr":
            self.rows, self.row = self.rows + 1, 0
        elif tag in ("td", "th"):
            self.row, self.cell = self.row + 1, 0
            self.most = max(self.most, self.row)
        self.marked = self.marked or tag in ("th", "thead", "caption")


def is_data(table: LexborNode, attributes: Attributes) -> bool:
    """Whether a table holds values: no layout, no code beside its line numbers."""
    if attributes.get("role") in ("presentation", "none"):
        return False
    shape = _Shape()
    for tag, text in _nodes_of(table):
        if tag in ("table", "pre") or (tag in ("h1", "h2", "h3") and not shape.marked):
            return False
        shape.begin(tag)
        shape.cell += len(text)
        shape.longest = max(shape.longest, shape.cell)
    longest = LONG_CELL if shape.rows > 1 else SHORT_CELL
    return shape.most > 1 and (shape.marked or shape.longest <= longest)


def _nodes_of(table: LexborNode) -> Iterator[tuple[str, str]]:
    """Tag and stripped text of its nodes in order, at most MOST_LOOKED_AT."""
    stack = [table.child]
    for _ in range(MOST_LOOKED_AT):
        if not stack:
            return
        here = stack.pop()
        if here is None:
            continue
        tag = here.tag or ""
        stack.append(here.next)
        if tag == "td" and is_line_number((here.attributes.get("class") or "")[:NAME_CHARS]):
            tag = "pre"
        if tag == "-text":
            yield tag, (here.text_content or "").strip()
        elif tag not in UNREAD:
            yield tag, ""
            stack.append(here.child)

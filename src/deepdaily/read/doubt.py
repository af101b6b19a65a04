"""A second opinion on which blocks are the article, asked only where the first is in doubt.

Others choose; the words are always our own blocks, so that nobody loses, joins or splits them.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from resiliparse.extract.html2text import extract_plain_text

from deepdaily.core.cues import Cue
from deepdaily.read.blocks import CELL, LINK, LINK_ENDS, Block, Box, Visible
from deepdaily.read.head import folded
from deepdaily.read.main_content import MainPart

COVERAGE, AGREEMENT = 0.5, 0.7
"""In doubt: less than half of what is seen was taken, and resiliparse takes other words (F1). 6 % of the open pages."""

FEW_CHARS = 1_500
"""Of all that is seen of a page that is not handed over: of a short notice the menus are most."""

MOST_BLOCKS, MOST_BOXES, MOST_DEEP = 3_000, 20_000, 100
"""Blocks, or links, and boxes of a page that is handed over, and how deep these are told: trafilatura takes seconds for more."""

TRAFILATURA = f"trafilatura/{version('trafilatura')}"
"""Read without importing it: most runs of a worker never need it."""

_WORD = Cue(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+")
_SPLIT = Cue(f"([{LINK}{LINK_ENDS}{CELL}])")


def is_doubtful(part: MainPart, source: str, seen: Visible) -> bool:
    """Whether another should be asked."""
    large = max(len(seen.blocks), len(seen.links)) > MOST_BLOCKS or len(seen.boxes) > MOST_BOXES
    small = bool(part.blocks) and sum(len(block.raw) for block in seen.blocks) < FEW_CHARS
    if large or small or part.coverage >= COVERAGE:
        return False
    witness = extract_plain_text(source, main_content=True, alt_texts=False)
    return _agreement(" ".join(block.text() for block in part.blocks), witness) < AGREEMENT


def _agreement(ours: str, theirs: str) -> float:
    """F1 of the words of two texts; 1 for two empty ones."""
    left, right = Counter(_WORD.findall(ours)), Counter(_WORD.findall(theirs))
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 1.0


def handed_over(seen: Visible) -> list[Block]:
    """The blocks that trafilatura takes for the article, in order; empty where it takes none.

    It is given the blocks in their boxes, with names and links, without any other element inside a line.
    """
    import trafilatura

    tree = trafilatura.load_html("".join(_markup(seen)))
    found: Any = trafilatura.bare_extraction(tree, include_comments=False) if tree is not None else None
    text = str((found and found.text) or "")
    lines = {folded(line) for line in text.split("\n")}
    whole = "".join(folded(line) + "\n" for line in text.split("\n"))
    return [block for block in seen.blocks if _is_taken(folded(block.text()), lines, whole)]


def _is_taken(wanted: str, lines: set[str], whole: str) -> bool:
    return bool(wanted) and (wanted in lines or (len(wanted) >= 12 and wanted in whole))


def _markup(seen: Visible) -> Iterator[str]:
    """The blocks as HTML, in their boxes."""
    chains = _chains(seen.boxes)
    within: list[Box] = []
    yield "<html>"
    for block in seen.blocks:
        chain = chains[id(block.box)]
        common = next((at for at, (one, other) in enumerate(zip(within, chain, strict=False)) if one is not other), None)
        common = min(len(within), len(chain)) if common is None else common
        yield from (f"</{box.tag}>" for box in reversed(within[common:]))
        yield from (f'<{box.tag} class="{html.escape(box.names.strip())}">' for box in chain[common:])
        within = chain
        yield _line(block)
    yield from (f"</{box.tag}>" for box in reversed(within))
    yield "</html>"


def _chains(boxes: Sequence[Box]) -> dict[int, list[Box]]:
    """By each box's id() the boxes from the body to it, at most MOST_DEEP of them."""
    found: dict[int, list[Box]] = {}
    for box in boxes:
        above = found[id(box.parent)] if box.parent is not None else []
        found[id(box)] = [*above, box] if len(above) < MOST_DEEP else above
    return found


def _line(block: Block) -> str:
    """A block's words with its links; a row with its cells."""
    marks = {LINK: '<a href="https://example.org/">', LINK_ENDS: "</a>", CELL: "</td><td>"}
    inner = "".join(marks.get(piece) or html.escape(piece, quote=False) for piece in _SPLIT.split(block.raw))
    if block.table >= 0:
        return f"<td>{inner}</td>"
    loose = block.box.tag in ("div", "section", "article", "main", "body", "td", "header", "aside", "form", "center")
    return f"<p>{inner}</p>" if loose else inner

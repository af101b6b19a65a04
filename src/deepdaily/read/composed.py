"""Blocks to a document's text, and where its links and tables stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from deepdaily.core.text import clean, squeeze
from deepdaily.core.types import Link, Structure, Table
from deepdaily.core.urls import MAX_URL_CHARS
from deepdaily.read.blocks import CELL, LINK, LINK_ENDS, Anchor, Block, Visible
from deepdaily.read.head import folded

MAX_TEXT_CHARS = 200_000
"""Longer than a long specification; what follows is not read."""

MOST_KEPT_LINKS, MOST_TABLES, MOST_ROWS, MOST_CELLS, MAX_WORDS, MAX_CELL_CHARS = 500, 40, 200, 40, 300, 500
"""Of what is kept beside a text; the rest is in the text alone."""

TITLE_LINES = 8
"""Lines from the top among which the headline may stand again."""

_BULLET = re.compile(r"^[•◦▪‣·●○■*–—-]\s+")
_SPLIT = re.compile(f"([{LINK}{LINK_ENDS}])")
_BLANKS = re.compile(r"\s+")


@dataclass(slots=True)
class TextLine:
    """A line of a text."""

    text: str
    block: Block | None = None
    links: list[tuple[int, int, int]] = field(default_factory=list)
    """Where its words begin and end in the line, and its place in `Visible.links`."""


@dataclass(frozen=True, slots=True)
class Composed:
    """`text` is the title on its own line, an empty line, then one block a line; `body` is the same without the title."""

    text: str
    body: str
    structure: Structure


def composed(title: str, blocks: Sequence[Block], seen: Visible, base: str) -> Composed:
    """The text of those blocks, with links and tables whose place in the text is known."""
    lines = _without_title(title, lines_of(blocks))
    head = f"{title}\n\n" if title else ""
    starts, at = [], len(head)
    for line in lines:
        starts.append(at)
        at += len(line.text) + 1
    body = "\n".join(line.text for line in lines)
    structure = Structure(tuple(_links(lines, starts, seen.links, base)), tuple(_tables(lines, starts)))
    return Composed((head + body).strip(), body, structure)


def lines_of(blocks: Iterable[Block]) -> list[TextLine]:
    """One line a block, of code one a line: no empty lines, rules or immediate repeats, one kind of bullet; bounded."""
    kept: list[TextLine] = []
    room = MAX_TEXT_CHARS
    for block in blocks:
        for line in _lines(block):
            if not re.search(r"\w", line.text) or (kept and kept[-1].text == line.text):
                continue
            room -= len(line.text) + 1
            if room < 0:
                return kept or [TextLine(line.text[:MAX_TEXT_CHARS])]
            kept.append(line)
    return kept


def _lines(block: Block) -> list[TextLine]:
    if block.tag == "pre":
        written = [squeeze(line) for line in block.text().split("\n")]
        return [] if _is_numbering(written) else [TextLine(line, block) for line in written]
    raw = block.raw.replace(CELL, " | ") if block.table >= 0 else block.raw
    line = _marked(raw, block) if block.links else TextLine(squeeze(clean(raw)), block)
    if block.table >= 0:
        line = _moved(line, len(line.text) - len(line.text.lstrip("| ")), "")
        line.text = line.text.rstrip("| ")
    elif bullet := _BULLET.match(line.text):
        line = _moved(line, bullet.end(), "- ")
    elif block.bullet:
        line = _moved(line, 0, "- ")
    return [line]


def _is_numbering(lines: Sequence[str]) -> bool:
    """Whether a block only counts the lines of the one beside it."""
    counted = [line for line in lines if line]
    return (
        len(counted) > 1
        and all(line.isdigit() for line in counted)
        and [int(line[:9]) for line in counted] == list(range(int(counted[0][:9]), int(counted[0][:9]) + len(counted)))
    )


def _moved(line: TextLine, cut: int, before: str) -> TextLine:
    """The line without its first `cut` characters, behind `before`."""
    by = len(before) - cut
    links = [(max(0, start + by), max(0, end + by), place) for start, end, place in line.links]
    return TextLine(before + line.text[cut:], line.block, links)


def _marked(raw: str, block: Block) -> TextLine:
    """A line with the places of its links, white space squeezed over their borders."""
    text = ""
    links: list[tuple[int, int, int]] = []
    begun, number = -1, 0
    for piece in _SPLIT.split(raw):
        if piece == LINK:
            begun = len(text)
        elif piece == LINK_ENDS:
            if begun >= 0 and number < len(block.links):
                links.append((begun, len(text), block.links[number]))
            begun, number = -1, number + 1
        elif piece:
            words = _BLANKS.sub(" ", clean(piece))
            text += words[1:] if words.startswith(" ") and (not text or text.endswith(" ")) else words
    return TextLine(text.rstrip(), block, [(start, min(end, len(text.rstrip())), place) for start, end, place in links])


def _without_title(title: str, lines: list[TextLine]) -> list[TextLine]:
    """Without the headline where it stands again near the top."""
    wanted = folded(title)
    if not wanted:
        return lines
    top, rest = lines[:TITLE_LINES], lines[TITLE_LINES:]
    heads = ("h1", "h2")
    return [
        line
        for at, line in enumerate(top)
        if not ((at == 0 or (line.block and line.block.tag in heads)) and folded(line.text) == wanted)
    ] + rest


def _links(lines: Sequence[TextLine], starts: Sequence[int], anchors: Sequence[Anchor], base: str) -> list[Link]:
    """The links that lead to another page over http(s), in order; at most MOST_KEPT_LINKS."""
    found: list[Link] = []
    for line, at in zip(lines, starts, strict=True):
        for start, end, place in line.links:
            if len(found) == MOST_KEPT_LINKS:
                return found
            words = line.text[start:end]
            shift = len(words) - len(words.lstrip())
            words = words.strip()[:MAX_WORDS].rstrip()
            if words and (url := absolute(anchors[place].href, base)):
                found.append(Link(url, words, at + start + shift, anchors[place].rel.lower()))
    return found


def absolute(href: str, base: str) -> str:
    """The address that a link names; empty for none that can be fetched."""
    try:
        url = urljoin(base, "".join(href.split("\n")).strip())
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= MAX_URL_CHARS
    except ValueError:
        return ""
    return url if usable and url.isprintable() else ""


def _tables(lines: Sequence[TextLine], starts: Sequence[int]) -> list[Table]:
    """The data tables, in order, each with the place of its first row in the text."""
    found: list[Table] = []
    rows: list[tuple[str, ...]] = []
    headings, start, current = 0, 0, -1
    for line, at in [*zip(lines, starts, strict=True), (TextLine(""), 0)]:
        of = line.block.table if line.block is not None else -1
        if of != current:
            if rows and len(found) < MOST_TABLES:
                found.append(Table(tuple(rows), headings, start))
            rows, headings, start, current = [], 0, at, of
        if of < 0 or line.block is None or len(rows) == MOST_ROWS:
            continue
        if line.block.heading_row and headings == len(rows):
            headings += 1
        rows.append(_cells(line.block))
    return found


def _cells(row: Block) -> tuple[str, ...]:
    bare = row.raw.replace(LINK, "").replace(LINK_ENDS, "")
    return tuple(squeeze(clean(cell))[:MAX_CELL_CHARS] for cell in bare.split(CELL)[:MOST_CELLS])

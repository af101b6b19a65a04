"""Which of the blocks that are seen are the article: the smallest place that holds most of the page's prose.

No library's model: prose is counted in columns, and places are judged by names that sites give them. Thresholds were found on the
open half of `eval/extraction`; see docs/benchmarks.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from deepdaily.core.cues import cues, table
from deepdaily.core.text import squeeze
from deepdaily.read.blocks import Block, Box, Visible

PROSE, SHORT_PROSE = 60, 25
"""Columns of unlinked text from which a block is prose; the second for paragraphs, entries, quotations, code and sentences."""

LEAST_TOLD = 800
"""Characters before a heading that may be the comments': on a forum they are the text."""

FORGIVEN = 0.45
"""A place with this part of all prose is the article, whatever it is called."""

_ENDS = frozenset(".。!！?？…;；:：”」』)）")
_TEXTUAL = frozenset("p li pre blockquote dd tr".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_CUES = cues(table(__name__))


@dataclass(frozen=True, slots=True)
class MainPart:
    """The article's blocks in order, and which part of all that is seen they are, by columns."""

    blocks: list[Block]
    coverage: float


def main_part(seen: Visible) -> MainPart:
    """The article. A page without any prose gives what is no link."""
    if not seen.boxes:
        return MainPart([], 0.0)
    _measure(seen)
    root = seen.boxes[0]
    if not root.prose:
        found = [block for block in seen.blocks if 2 * block.linked < len(block.raw)]
    else:
        for box in seen.boxes:
            if box.dull and box.prose > FORGIVEN * root.prose:
                box.dull = 0
        level = _level(seen.boxes)
        _mark(seen.boxes, _place(seen.boxes, level), level)
        found = _without_menus([block for block in seen.blocks if block.box.inside])
    found = _without_noise(found)
    return MainPart(found, sum(columns(block.raw) for block in found) / max(1, root.columns))


def columns(text: str) -> int:
    """About the columns of `text`: two for a Chinese character."""
    return len(text) if text.isascii() else (len(text) + len(text.encode("utf-8", "surrogatepass"))) // 2


def _measure(seen: Visible) -> None:
    """Columns, linked ones and prose of every box, those of its boxes among them."""
    for block in seen.blocks:
        size = columns(block.raw if block.tag != "pre" else squeeze(block.raw))
        unlinked = size - block.linked
        told = block.tag in _TEXTUAL or block.raw.rstrip()[-1:] in _ENDS
        prose = unlinked >= (SHORT_PROSE if told else PROSE)
        block.box.columns += size
        block.box.linked += block.linked
        block.box.lines += 1
        block.box.prose += unlinked if prose and 2 * block.linked < size else 0
    for box in reversed(seen.boxes):
        if box.parent is not None:
            box.parent.columns += box.columns
            box.parent.linked += box.linked
            box.parent.prose += box.prose
            box.parent.lines += box.lines


def _level(boxes: Sequence[Box]) -> int:
    """From which dullness on boxes are cut: 1, unless that costs most of the prose; 3 is none."""
    every, strong, weak = boxes[0].prose, _clean(boxes, 2), _clean(boxes, 1)
    if weak >= 0.5 * strong:
        return 1
    return 3 if strong < 0.3 * every else 2


def _clean(boxes: Sequence[Box], level: int) -> int:
    """The prose that is left when boxes of that dullness are cut."""
    left = boxes[0].prose
    _mark(boxes, boxes[0], level)
    for box in boxes[1:]:
        if not box.inside and box.parent is not None and box.parent.inside:
            left -= box.prose
    return left


def _mark(boxes: Sequence[Box], place: Box, level: int) -> None:
    """Say of every box whether it is in `place` and not cut."""
    for box in boxes:
        above = box.parent is not None and box.parent.inside
        box.inside = (box is place or above) and box.dull < level


def _place(boxes: Sequence[Box], level: int) -> Box:
    """The box of the article: a named one with most of the prose, else the deepest that holds three quarters of it."""
    clean = _clean(boxes, level)
    _mark(boxes, boxes[0], level)
    named = [box for box in boxes if box.named and box.inside and (box.prose >= 0.5 * clean or 1200 <= box.prose >= 0.35 * clean)]
    named = [box for box in named if box.prose]
    if named:
        most = max(box.prose for box in named)
        return min((box for box in named if box.prose >= 0.8 * most), key=lambda box: box.columns)
    place = boxes[0]
    children: dict[int, list[Box]] = defaultdict(list)
    for box in boxes:
        if box.parent is not None and box.inside:
            children[id(box.parent)].append(box)
    while children[id(place)]:
        best = max(children[id(place)], key=lambda box: box.prose)
        if best.prose < 0.75 * max(1, clean) or best.lines == 1:
            break
        place = best
    return place


def _without_menus(blocks: Sequence[Block]) -> list[Block]:
    """Without rows of links, but for those that a line announces (`the parts:`); a link that stands alone is a line."""
    kept: list[Block] = []
    run: list[Block] = []
    for block in blocks:
        if _is_linked(block):
            run.append(block)
            continue
        kept += _kept_links(run, kept)
        run = []
        kept.append(block)
    return [*kept, *_kept_links(run, kept)]


def _is_linked(block: Block) -> bool:
    """Whether a line is hardly more than links; rows of tables are kept whatever they are, and so is the headline."""
    return block.table < 0 and block.tag != "h1" and block.linked > 0.6 * len(block.raw)


def _kept_links(run: Sequence[Block], before: Sequence[Block]) -> Sequence[Block]:
    announced = bool(before) and before[-1].raw.rstrip().endswith((":", "：")) and not _is_related(before[-1].text())
    alone = len(run) == 1 and run[0].tag == "p"
    return run if announced or alone else ()


def _without_noise(blocks: Sequence[Block]) -> list[Block]:
    """Without what stands above the headline, calls to subscribe, headings of related links with these, and comments."""
    kept: list[Block] = []
    dropping = ""
    told = 0
    for block in _from_headline(blocks):
        text = block.text() if len(block.raw) < 300 and block.tag != "pre" else ""
        heads = block.tag in _HEADINGS or len(text) < 40
        if text and _CUES["call"].fullmatch(text):
            continue
        if text and _is_related(text):
            dropping = "links"
        elif text and heads and _CUES["aside"].fullmatch(text.strip(" :：")):
            dropping = "section"
        elif text and heads and told > LEAST_TOLD and _CUES["comments"].fullmatch(text.strip(" :：")):
            break
        elif (dropping == "links" and 2 * block.linked > len(block.raw)) or (dropping == "section" and block.tag not in _HEADINGS):
            continue
        else:
            dropping = ""
            told += len(block.raw)
            kept.append(block)
    return kept


def _is_related(line: str) -> bool:
    """Whether a line is the heading of related links."""
    return len(line) < 120 and bool(_CUES["related"].fullmatch(line.strip(" :：.…")))


def _from_headline(blocks: Sequence[Block]) -> Sequence[Block]:
    """Without short lines above the one `h1`, where it stands near the top: kinds, sharing, the way to the page."""
    tops = [at for at, block in enumerate(blocks) if block.tag == "h1"]
    if not tops or tops[0] > 12 or blocks[tops[0]].box is not blocks[tops[-1]].box:
        return blocks
    return [block for at, block in enumerate(blocks) if at >= tops[0] or columns(block.raw) >= PROSE]

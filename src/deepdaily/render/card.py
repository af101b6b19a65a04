"""An issue as a picture of 1200 × 630, as it is shown where its address is shared: SVG, every text through XML's own escaper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from deepdaily.core.text import shorten, width
from deepdaily.core.types import Issue
from deepdaily.render.foreign import plain
from deepdaily.render.phrases import headline_of
from deepdaily.words import of

WIDTH, HEIGHT = 1200, 630
"""Pixels: what most programs cut a shared picture to."""

MOST_TITLES, SIZES, MOST_HEIGHT = 4, (48, 42, 36, 30), 340
"""Titles on a card, sizes of their letters, and what they may fill from top to bottom, in pixels."""

LINE, GAP = 1.32, 0.45
"""From one line to the next, and more between titles, in sizes of a letter."""

_LEFT, _FONT = 72, "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei','DejaVu Sans',sans-serif"
_CLOSING = "，。；：、！？）】》」』”’…％,.;:!?)]}%"
_OPENING = "（【《「『“‘([{"
_TOKEN = re.compile(rf"[{re.escape(_OPENING)}]*(?:[^\s\u2e80-\uffff{re.escape(_OPENING)}]+|\S)[{re.escape(_CLOSING)}]*\s*")


def card(issue: Issue) -> str:
    """The picture: the daily's name, its first titles in big letters, and how many facts are proven."""
    draft, words = issue.draft, of(issue.draft.language)
    facts = sum(bool(claim.evidence) for claim in issue.claims())
    drawn = [
        _text(96, 30, "#9fb3c8", shorten(plain(draft.title) or draft.slot.day, 64)),
        '<rect x="72" y="128" width="96" height="6" fill="#4cc2a0"/>',
    ]
    drawn += _paragraphs(issue)
    drawn.append(_text(578, 26, "#9fb3c8", words.page["card_facts"].format(items=len(issue.items), facts=facts)))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#102a43"/>'
    return "\n".join([head, ground, f'<g font-family="{_FONT}">', *drawn, "</g>", "</svg>"]) + "\n"


def _paragraphs(issue: Issue) -> Iterator[str]:
    """The first titles in the biggest letters that they fit in, in the smallest each cut to two lines; else the summary."""
    titles = [plain(headline_of(item, of(issue.draft.language))) for item in issue.items[:MOST_TITLES]]
    said = list(filter(None, titles)) or [plain(issue.closing.summary) or plain(issue.draft.title)]
    laid = [(size, [broken(one, 2 * (WIDTH - 2 * _LEFT) // size) for one in said]) for size in SIZES]
    size, blocks = next((one for one in laid if _height(*one) <= MOST_HEIGHT), (laid[-1][0], [_cut(one) for one in laid[-1][1]]))
    top = 196.0
    for lines in blocks:
        for line in lines:
            yield _text(round(top), size, "#f0f4f8", line)
            top += size * LINE
        top += size * GAP


def _height(size: int, blocks: Sequence[Sequence[str]]) -> float:
    return size * (LINE * sum(map(len, blocks)) + GAP * (len(blocks) - 1))


def _cut(lines: list[str]) -> list[str]:
    """The first two of the lines; the second ends in an ellipsis where there are more."""
    return lines if len(lines) <= 2 else [lines[0], shorten(f"{lines[1]}…{lines[2]}", width(lines[1]))]


def _text(y: int, size: int, colour: str, said: str) -> str:
    return f'<text x="{_LEFT}" y="{y}" font-size="{size}" fill="{colour}">{escape(said)}</text>'


def broken(text: str, columns: int) -> list[str]:
    """`text` as lines of at most so many columns; a line begins with no closing sign and ends with no opening one, and no word
    is cut that fits in a line."""
    lines = [""]
    for token in (part for found in _TOKEN.findall(text) for part in _fitting(found, columns)):
        if lines[-1] and width((lines[-1] + token).rstrip()) > columns:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += token
    return [line.rstrip() for line in lines]


def _fitting(token: str, columns: int) -> Iterator[str]:
    """`token`, in pieces where no line holds it."""
    while width(token.rstrip()) > columns:
        cut = next(at for at in range(len(token), 0, -1) if at == 1 or width(token[:at]) <= columns)
        yield token[:cut]
        token = token[cut:]
    yield token

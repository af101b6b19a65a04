"""An issue as a picture of 1200 × 630, as it is shown where its address is shared: SVG, every text through XML's own escaper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

from deepdaily.core.text import shorten, width
from deepdaily.core.types import Issue
from deepdaily.render.foreign import plain
from deepdaily.words import of

WIDTH, HEIGHT = 1200, 630
"""Pixels: what most programs cut a shared picture to."""

_LEFT, _FONT = 72, "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','PingFang SC','Microsoft YaHei','DejaVu Sans',sans-serif"
_CLOSING = "，。；：、！？）】》」』”’…％,.;:!?)]}%"
_OPENING = "（【《「『“‘([{"
_TOKEN = re.compile(rf"[{re.escape(_OPENING)}]*(?:[^\s\u2e80-\uffff{re.escape(_OPENING)}]+|\S)[{re.escape(_CLOSING)}]*\s*")


def card(issue: Issue) -> str:
    """The picture: the daily's name, what is in it in big letters, and how many facts are proven."""
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
    """The summary in the biggest letters it fits in, else its beginning."""
    said = plain(issue.closing.summary) or plain(issue.draft.title)
    sizes = [(size, 2 * (WIDTH - 2 * _LEFT) // size, most) for size, most in ((48, 6), (40, 7), (34, 8))]
    size, columns, most = next((one for one in sizes if len(broken(said, one[1])) <= one[2]), sizes[-1])
    lines = broken(said, columns)
    kept = lines if len(lines) <= most else [*lines[: most - 1], shorten(f"{lines[most - 1]}…" + lines[most], columns)]
    for number, line in enumerate(kept):
        yield _text(196 + number * round(size * 1.38), size, "#f0f4f8", line)


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

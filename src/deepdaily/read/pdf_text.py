"""A PDF to its title, its paragraphs and its tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from deepdaily.core.pdf import Pdf, PdfLine, joined
from deepdaily.core.types import Table
from deepdaily.read.head import folded
from deepdaily.read.pdf_layout import Grid, laid_out

MOST_ROWS = 200
"""Of a table."""

_LINE_GAP, _FULL = 1.7, 0.9
"""Lines farther apart are two paragraphs; a line that fills less of its column ends one, where it ends like a sentence."""

_ENDS = re.compile(r"[.!?:;。！？：；][\"'”’)\]）]*(?:\^\S{1,5})?$")
_REFERENCES = re.compile(r"(?:\d{0,2}\.?\s*)?(?:references|bibliography|参考文献)", re.IGNORECASE)
_NO_TITLE = re.compile(r"untitled|microsoft word.*|.*\.(?:docx?|tex|dvi|indd|pdf)|\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a PDF as one paragraph or row of a table each, in order."""

    texts: list[str]
    begins: list[int]
    """Which of them begins each page: a paragraph that goes over two pages is of the first."""
    tables: list[tuple[int, int]]
    """The first row of each table, and what follows its last."""


def paragraphs(found: Pdf) -> Body:
    """The text without the references and what follows them."""
    body = Body([], [], [])
    last: PdfLine | None = None
    for page in found.pages:
        body.begins.append(len(body.texts))
        for part in laid_out(page):
            if isinstance(part, Grid):
                body.tables.append((len(body.texts), len(body.texts) + len(part.rows)))
                body.texts.extend(" | ".join(row) for row in part.rows)
                last = None
            elif body.texts and _REFERENCES.fullmatch(part.text):
                return body
            else:
                if last is not None and _continues(last, part, page):
                    body.texts[-1] = joined(body.texts[-1], part.text)
                else:
                    body.texts.append(part.text)
                last = part
    return body


def without(body: Body, text: str) -> Body:
    """The body without the paragraphs that only say `text`."""
    rows = {at for first, behind in body.tables for at in range(first, behind)}
    gone = [at for at, one in enumerate(body.texts) if at not in rows and folded(one) == folded(text)]

    def place(at: int) -> int:
        return at - sum(one < at for one in gone)

    kept = [one for at, one in enumerate(body.texts) if at not in gone]
    return Body(kept, [place(at) for at in body.begins], [(place(first), place(behind)) for first, behind in body.tables])


def _continues(before: PdfLine, line: PdfLine, page: Sequence[PdfLine]) -> bool:
    """Whether a line goes on with the paragraph of the one before it; what runs on in small letters does in doubt."""
    if abs(before.size - line.size) > 0.1 * line.size:
        return False
    ended, small = bool(_ENDS.search(before.text)), bool(re.match(r"[a-z\u3400-\u9fff(]", line.text))
    if not 0 < before.y - line.y < _LINE_GAP * line.size:  # another column or page
        return not ended and small
    reach = max((one.right for one in page if abs(one.left - before.left) < 3 * line.size), default=before.right)
    if before.right - before.left < _FULL * (reach - before.left):
        return not ended and bool(re.match(r"[a-z(]", line.text))
    return not (ended and line.left > before.left + 0.8 * line.size)


def headline(found: Pdf) -> str:
    """The title: what the file says where the first page says it too, else the largest letters of its upper half."""
    first = found.pages[0] if found.pages else ()
    words = set(re.findall(r"\w+", " ".join(line.text for line in first).lower()))
    stated = re.findall(r"\w+", found.title.lower())
    if stated and not _NO_TITLE.fullmatch(found.title) and 2 * sum(word in words for word in stated) >= len(stated):
        return found.title
    middle = max((line.y for line in first), default=0.0) / 2
    upper = [line for line in first if line.y > middle and re.search(r"[^\W\d_]{2}", line.text)]
    size = max((line.size for line in upper), default=0.0)
    usual = median(line.size for line in first) if first else 0.0
    large = [line for line in upper if line.size > 0.95 * size][: 4 if size > 1.1 * usual else 1]
    text = large[0].text if large else ""
    for line in large[1:]:
        text = joined(text, line.text)
    return text[:300]


def tables_of(body: Body, start: int) -> Iterator[Table]:
    """The tables of a body whose texts stand one a line from `start` on; the first row names the columns."""
    places = [start]
    for text in body.texts:
        places.append(places[-1] + len(text) + 1)
    for first, behind in body.tables:
        rows = tuple(tuple(text.split(" | ")) for text in body.texts[first : min(behind, first + MOST_ROWS)])
        yield Table(rows, 1, places[first])

"""Lines of a PDF to its title, its paragraphs and its tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from deepdaily.core.pdf import Pdf, PdfLine, joined
from deepdaily.core.types import Table

MOST_ROWS = 200
"""Of a table."""

_LINE_GAP, _FULL = 1.7, 0.9
"""Lines farther apart are two paragraphs; a line that fills less of its column ends one, where it ends like a sentence."""

_ENDS = re.compile(r"[.!?:;。！？：；][\"'”’)\]）]*(?:\^\S{1,5})?$")
_REFERENCES = re.compile(r"(?:\d{0,2}\.?\s*)?(?:references|bibliography|参考文献)", re.IGNORECASE)
_NO_TITLE = re.compile(r"untitled|microsoft word.*|.*\.(?:docx?|tex|dvi|indd|pdf)|\W*", re.IGNORECASE)


def paragraphs(found: Pdf) -> tuple[list[str], list[int]]:
    """The text of the body as one paragraph or row of a table each, in order; and which of them begins each page.

    What follows the references is left out. A paragraph that goes over two pages is of the first.
    """
    texts: list[str] = []
    begins: list[int] = []
    last: PdfLine | None = None
    for page in found.pages:
        begins.append(len(texts))
        for line in page:
            if texts and _REFERENCES.fullmatch(line.text):
                return texts, begins
            if last is not None and _continues(last, line, page):
                texts[-1] = joined(texts[-1], line.text)
            else:
                texts.append(line.text)
            last = line
    return texts, begins


def _continues(before: PdfLine, line: PdfLine, page: Sequence[PdfLine]) -> bool:
    """Whether a line goes on with the paragraph of the one before it; what runs on in small letters does in doubt."""
    if " | " in before.text or " | " in line.text or abs(before.size - line.size) > 0.1 * line.size:
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
    large = [line for line in upper if line.size > 0.95 * size][:4]
    text = large[0].text if large else ""
    for line in large[1:]:
        text = joined(text, line.text)
    return text[:300]


def tables_of(texts: Sequence[str], start: int) -> Iterator[Table]:
    """The data tables among paragraphs, one a line from `start` on: rows of cells below each other, the first names them."""
    rows: list[tuple[str, ...]] = []
    begun = at = start
    for text in [*texts, ""]:
        cells = tuple(text.split(" | "))
        if len(cells) > 1:
            begun = begun if rows else at
            rows.append(cells)
        else:
            if len(rows) > 1:
                yield Table(tuple(rows[:MOST_ROWS]), int(not re.search(r"\d", rows[0][-1])), begun)
            rows = []
        at += len(text) + 1

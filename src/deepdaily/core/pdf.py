"""PDF to lines by PDFium; runs in a worker on hostile input.

A page of a PDF is letters with a place and a size. Lines are letters on one base line, as the file orders them; what stands at the
same height on most pages is a running head, and what stands askew a stamp. A raised figure is told as one (`10^13`). Runs of a line
are parted by more than a blank: which of them are cells of a table, only the lines around it tell.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import Any

from deepdaily.core.errors import NoText
from deepdaily.core.text import clean, squeeze

MOST_PAGES = 60
"""Of one file; a paper with its appendix has thirty. What follows is not read."""

MOST_LETTERS = 400_000
"""Of one file; sixty pages of two columns have 360,000."""

HEAD_PAGES = 3
"""A line that stands at one height on so many pages, or on half of them, is a running head."""

_RUN_GAP, _WORD_GAP, _MOVED_GAP = 0.4, 0.15, 0.8
"""Between letters, in heights of a letter: what may part cells, what parts words where the file has no blank, and how far from its
word a raised sign may stand."""

_RAISED, _SMALL = 0.2, 0.85
"""How far above the line a letter is raised, and how small it is then, in the line's letters."""

_HYPHEN = re.compile(r"(?<=[a-z])[-\u2010]$")
_DIVIDES = frozenset((0x02, 0xAD, 0xFFFE))
"""What PDFium calls a hyphen at a line's end, and the soft one."""
_DATE = re.compile(r"D:(\d{4})(\d{2})(\d{2})")
_HAN = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class PdfRun:
    """Letters of a line with no more than a blank between them; lengths in points, from the page's left."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class PdfLine:
    """Letters on one base line; lengths in points, from the page's lower left."""

    runs: tuple[PdfRun, ...]
    y: float
    size: float

    @property
    def text(self) -> str:
        return " ".join(run.text for run in self.runs)

    @property
    def left(self) -> float:
        return self.runs[0].left

    @property
    def right(self) -> float:
        return self.runs[-1].right


@dataclass(frozen=True, slots=True)
class Pdf:
    """`pages` are lines in the order of the file, without running heads and stamps; the rest is as the file says it."""

    pages: tuple[tuple[PdfLine, ...], ...]
    title: str
    author: str
    made_at: datetime | None


@cache
def pdfium_name() -> str:
    """The extractor of a PDF's text."""
    return f"pypdfium2/{version('pypdfium2')}"


def read_pdf(body: bytes) -> Pdf:
    """The lines of the first MOST_PAGES pages.

    Raises:
        NoText: it is locked, damaged, or its pages are pictures.
    """
    import pypdfium2  # a few pages of a day

    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        raise NoText(f"a PDF that cannot be opened: {_why(error)}") from error
    with closing(document):
        told = document.get_metadata_dict()
        pages = list(_pages(document))
    if not any(pages):
        raise NoText("a PDF without text: its pages are pictures")
    return Pdf(_without_heads(pages), squeeze(clean(told.get("Title", "")))[:300], _author(told), _made_at(told))


def _why(error: Exception) -> str:
    return "it is locked by a password" if "password" in str(error).lower() else "it is damaged"


def _author(told: dict[str, str]) -> str:
    return squeeze(clean(told.get("Author", "")))[:200]


def _made_at(told: dict[str, str]) -> datetime | None:
    found = _DATE.match(told.get("CreationDate", ""))
    with suppress(ValueError):
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC) if found else None
    return None


# -- letters to lines -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Letter:
    text: str
    x: float
    y: float
    right: float
    size: float
    apart: bool
    """Whether PDFium sees a blank before it that the file does not set."""


def _pages(document: Any) -> Iterator[list[PdfLine]]:
    from pypdfium2 import PdfiumError

    left = MOST_LETTERS
    for number in range(min(len(document), MOST_PAGES)):
        try:
            page = document[number]
            letters = page.get_textpage()
        except PdfiumError:  # one damaged page costs itself
            yield []
            continue
        yield list(_lines(_letters(letters, min(left, letters.count_chars()))))
        left -= min(left, letters.count_chars())
        letters.close()
        page.close()


def _letters(page: Any, count: int) -> Iterator[_Letter]:
    """The upright letters that the file sets, in its order; blanks that PDFium sets between are left out."""
    import pypdfium2.raw as pdfium

    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF()
    apart = False
    for at in range(count):
        code = pdfium.FPDFText_GetUnicode(page.raw, at)
        if pdfium.FPDFText_IsGenerated(page.raw, at) == 1:
            apart = code == 0x20
            continue
        if abs(pdfium.FPDFText_GetCharAngle(page.raw, at)) > 0.1:
            continue
        pdfium.FPDFText_GetCharOrigin(page.raw, at, x, y)
        pdfium.FPDFText_GetLooseCharBox(page.raw, at, box)  # with the room that a letter takes, not its ink alone
        size = pdfium.FPDFText_GetFontSize(page.raw, at)
        text = "-" if code in _DIVIDES else chr(code) if 0 < code < 0x110000 else " "
        height = size if size > 1 else max(box.top - box.bottom, 1.0)
        yield _Letter(text, x.value, y.value, max(box.right, x.value), height, apart)
        apart = False


def _lines(letters: Iterable[_Letter]) -> Iterator[PdfLine]:
    line: list[_Letter] = []
    for letter in letters:
        if line and not _goes_on(line, letter):
            yield from _line(line)
            line = []
        line.append(letter)
    yield from _line(line)


def _goes_on(line: Sequence[_Letter], letter: _Letter) -> bool:
    size = max(one.size for one in line[-20:])
    return abs(letter.y - _base(line)) < 0.6 * size and letter.x > line[-1].x - 2 * size


def _base(line: Sequence[_Letter]) -> float:
    """The height on which most of its last letters stand."""
    heights = Counter(round(one.y, 1) for one in line[-20:] if not one.text.isspace())
    return heights.most_common(1)[0][0] if heights else line[-1].y


def _line(letters: Sequence[_Letter]) -> Iterator[PdfLine]:
    inked = [one for one in letters if clean(one.text).strip()]
    if not inked:
        return
    size = Counter(round(one.size, 1) for one in inked).most_common(1)[0][0]
    base = Counter(round(one.y, 1) for one in inked if one.size > _SMALL * size).most_common(1)[0][0]
    yield PdfLine(tuple(run for run in _runs(letters, size, base) if run.text), base, size)


def _runs(letters: Sequence[_Letter], size: float, base: float) -> Iterator[PdfRun]:
    """The letters parted where there is more than a blank between two, with `^` or `_` before what is moved."""
    pieces: list[str] = []
    before: _Letter | None = None
    left, moved, blank = 0.0, "", False
    for letter in letters:
        if letter.text.isspace():
            blank = True
            continue
        sign = _moved(letter, size, base)
        gap = (letter.x - before.right) / size if before else 0.0
        if before is None or gap > (_MOVED_GAP if sign and sign != moved and not blank else _RUN_GAP):
            if before is not None:
                yield PdfRun(squeeze(clean("".join(pieces))), left, before.right)
            pieces, left = [], letter.x
        elif sign and sign != moved and not blank:
            pieces.append(sign)
        elif blank or letter.apart or gap > _WORD_GAP:
            pieces.append("" if _HAN.match(letter.text) and _HAN.match(before.text) and not blank else " ")
        pieces.append(letter.text)
        before, moved, blank = letter, sign, False
    assert before is not None
    yield PdfRun(squeeze(clean("".join(pieces))), left, before.right)


def _moved(letter: _Letter, size: float, base: float) -> str:
    if letter.size > _SMALL * size:
        return ""
    by = (letter.y - base) / size
    return "^" if by > _RAISED else "_" if by < -_RAISED / 2 else ""


def _without_heads(pages: Sequence[Sequence[PdfLine]]) -> tuple[tuple[PdfLine, ...], ...]:
    """The pages without what stands at one height on many of them, whatever its figures, and without lone page numbers."""
    counts = Counter(key for page in pages for key in {_head(line) for line in page})
    least = max(2, min(HEAD_PAGES, len(pages) // 2 + 1))
    kept = []
    for page in pages:
        low, high = min((line.y for line in page), default=0.0), max((line.y for line in page), default=0.0)
        kept.append(
            tuple(
                line
                for line in page
                if counts[_head(line)] < least and not (line.y in (low, high) and re.fullmatch(r"[\divx–-]{1,7}", line.text))
            )
        )
    return tuple(kept)


def _head(line: PdfLine) -> tuple[int, str]:
    return round(line.y / 4), re.sub(r"\d+", "0", line.text)


def joined(text: str, line: str) -> str:
    """Two lines of one paragraph as one: no blank between Chinese, no hyphen where a word was only divided."""
    if _HYPHEN.search(text) and line[:1].islower():
        word = re.split(r"\s", text)[-1]
        return (text if "-" in word[:-1] else text[:-1]) + line
    return text + ("" if _HAN.match(text[-1:]) and _HAN.match(line) else " ") + line


def seen_lines(found: Pdf) -> Iterator[str]:
    """The lines of all pages as one text, twice: as they stand, and with the words joined that their ends divide."""
    lines = [line.text for page in found.pages for line in page]
    yield "\n".join(lines)
    whole = lines[:1]
    for line in lines[1:]:
        if _HYPHEN.search(whole[-1]) and line[:1].islower():
            whole[-1] = joined(whole[-1], line)
        else:
            whole.append(line)
    yield "\n".join(whole)

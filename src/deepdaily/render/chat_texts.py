"""An issue as the messages of a chat that takes one text a message: split at item borders, no link and no item cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from deepdaily.core.text import shorten
from deepdaily.render.digest import LINK_CHARS, Brief, BriefRow, Dispatch, grouped
from deepdaily.render.foreign import plain, shown

NOTICE_COLUMNS, ROW_COLUMNS = 800, 600
"""Of a notice or summary, and of a line of a list."""

HEADLINE_COLUMNS = 100
"""Of a title among titles alone."""

Fits = Callable[[str, int], bool]
"""Whether such a text may be the message of that number, from 1."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How a chat writes what a text consists of."""

    escape: Callable[[str], str]
    """Makes foreign text inert at the beginning of a line or within it."""
    strong: Callable[[str], str]
    """Of text that is escaped."""
    link: Callable[[str, str], str]
    """Of a label that is escaped, and an address."""
    head: Callable[[str], str] = lambda _: ""
    """The message's title, of text that is escaped; empty where it stands outside of the text."""
    bullets: tuple[str, str] = ("- ", "    - ")
    """Before a line, and before one below it."""
    newline: str = "\n"


def texts(told: Dispatch, marks: Marks, fits: Fits) -> list[str]:
    """The messages' texts, in order, never empty; with its title where a message has it in the text."""

    def whole(group: Sequence[str], part: int) -> str:
        head = marks.head(marks.escape(told.numbered(part)))
        return "\n\n".join([*([head] if head else []), *group])

    def fit(group: Sequence[str], part: int) -> bool:
        return fits(whole(group, part), part)

    groups = grouped(pieces(told, marks, lambda text: fit([text], 9)), fit)
    return [whole(group, part) for part, group in enumerate(groups or [[]], 1)]


def pieces(told: Dispatch, marks: Marks, fits: Callable[[str], bool]) -> list[str]:
    """What may not be torn apart, in order: notice, items, lists, the link to the issue; titles alone are one piece."""
    beside = [marks.escape(shorten(line, NOTICE_COLUMNS)) for line in (told.notice, told.summary) if line]
    on = [marks.strong(marks.link(marks.escape(told.words.message["read_on"]), told.link))] if told.link else []
    if told.shape == "headline":
        return [
            "\n\n".join(filter(None, [*beside, _titles(told, marks, lambda text: fits("\n\n".join([*beside, text, *on]))), *on]))
        ]
    listed = [piece for heading, rows in told.lists for piece in _listed(heading, rows, marks, fits)]
    return [*beside, *(_item(brief, marks, fits) for brief in told.briefs), *listed, *on]


def _titles(told: Dispatch, marks: Marks, fits: Callable[[str], bool]) -> str:
    """As many titles as fit, each its own link; then how many there are besides."""
    lines = [_title(brief, marks) for brief in told.briefs]

    def kept(number: int) -> str:
        more = [marks.escape(told.words.message["more"].format(len(lines) - number))] if number < len(lines) else []
        return marks.newline.join([*lines[:number], *more])

    return next(filter(fits, map(kept, range(len(lines), 0, -1))), kept(0))


def _title(brief: Brief, marks: Marks) -> str:
    title = marks.escape(shorten(brief.title, HEADLINE_COLUMNS))
    linked = 0 < len(brief.address) <= LINK_CHARS
    return f"{brief.number}. {marks.link(title, brief.address) if linked else title}"


def _item(brief: Brief, marks: Marks, fits: Callable[[str], bool]) -> str:
    """The longest of its forms that fits a message of its own."""
    *longer, least = (_written(form, marks) for form in brief.forms())
    return next(filter(fits, longer), least)


def _written(brief: Brief, marks: Marks) -> str:
    bullets = marks.bullets if len(brief.rows) > 1 else ("", "")
    lines = [marks.strong(f"{brief.number}. {marks.escape(brief.title)}"), *(_row(row, marks, bullets) for row in brief.rows)]
    if brief.address:
        lines.append(marks.link(marks.escape(shown(brief.address)), brief.address))
    return marks.newline.join(lines)


def _row(row: BriefRow, marks: Marks, bullets: tuple[str, str]) -> str:
    place = f" {marks.link(marks.escape(shown(row.address)), row.address)}" if row.address else ""
    return bullets[row.below] + marks.escape(row.text) + place


def _listed(heading: str, rows: Sequence[BriefRow], marks: Marks, fits: Callable[[str], bool]) -> Iterator[str]:
    """The lines in as few pieces as fit; the heading never stands alone."""
    short = [row._replace(text=shorten(row.text, ROW_COLUMNS), address=_bounded(row.address)) for row in rows]
    told = [_row(row, marks, marks.bullets) for row in short]
    first = marks.newline.join([marks.strong(marks.escape(heading)), told[0]])
    for group in grouped([first, *told[1:]], lambda group, _: fits(marks.newline.join(group))):
        yield marks.newline.join(group)


def _bounded(address: str) -> str:
    return address if len(address) <= LINK_CHARS else ""


_MARKUP = (
    (re.compile(r"[*`~](?!\d)|(?<=\S)[*~]"), lambda found: _wide(found[0])),
    (re.compile(r"(?<!\w)_+|_+(?!\w)"), lambda found: _wide(found[0])),
    (re.compile(r"<(?=[@/A-Za-z!?])"), lambda found: _wide(found[0])),
    (re.compile(r"(?<=\])\("), lambda found: _wide(found[0])),
    (re.compile(r"&(?=#?\w+;)"), lambda found: _wide(found[0])),
    (re.compile(r"^[#>+-]"), lambda found: _wide(found[0])),
)


def _wide(signs: str) -> str:
    """ASCII signs in their full width."""
    return "".join(chr(ord(sign) + 0xFEE0) for sign in signs)


def widened_link(label: str, address: str) -> str:
    """A link of Markdown; a bracket in its label could end it."""
    return f"[{label.translate(_BRACKETS)}]({address})"


_BRACKETS = str.maketrans("[]", "［］")


def widened(text: str) -> str:
    """`text` where a chat's Markdown has no escape: what could be markup, and only that, in its full-width sign."""
    text = plain(text)
    for pattern, wide in _MARKUP:
        text = pattern.sub(wide, text)
    return text

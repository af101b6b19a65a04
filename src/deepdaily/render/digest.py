"""The short shapes of an issue, for channels where readers scroll: titles alone, a sentence each, or an item in a few lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from deepdaily.core.text import shorten
from deepdaily.core.types import Claim, Issue, Item, Section, SectionKind, Shape
from deepdaily.render.foreign import plain, safe_link
from deepdaily.render.phrases import endings, follow_status, heading, headline_of, lines, points, until, voice
from deepdaily.words import Words, of

MOST_DETAILS = 2

TITLE_COLUMNS, LINE_COLUMNS = 160, 320
"""Of an item's title and its sentence where the item is too long for a message."""

LINK_CHARS = 1_000
"""A longer link is left out of a message that is too small for it: no link is ever cut."""

T = TypeVar("T")


class BriefRow(NamedTuple):
    """One line of an item."""

    text: str
    below: bool = False
    """It is a part of the line before it."""
    address: str = ""
    """Where it leads, if anywhere."""


@dataclass(frozen=True, slots=True)
class Brief:
    """One item in a few lines, unescaped; `address` is empty where no link may be given."""

    number: int
    title: str
    rows: tuple[BriefRow, ...]
    address: str

    def forms(self) -> Iterator[Brief]:
        """The item ever shorter: whole; title, first line and link; the same, each cut to what any message holds."""
        yield self
        yield replace(self, rows=self.rows[:1])
        rows = tuple(BriefRow(shorten(row.text, LINE_COLUMNS)) for row in self.rows[:1])
        address = self.address if len(self.address) <= LINK_CHARS else ""
        yield Brief(self.number, shorten(self.title, TITLE_COLUMNS), rows, address)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """An issue as a message tells it, unescaped."""

    shape: Shape
    title: str
    notice: str
    """With its heading; empty where there is none."""
    summary: str
    """Empty in the full shape, whose items say it."""
    briefs: tuple[Brief, ...]
    lists: tuple[tuple[str, tuple[BriefRow, ...]], ...]
    """What stands below the items in the full shape: a heading and its lines, never without a line."""
    link: str
    """To the issue on the web; empty where that is not known."""
    words: Words

    def numbered(self, part: int) -> str:
        """The title of the message of that number."""
        return f"{self.title} ({part})" if part > 1 else self.title


def dispatch(issue: Issue, shape: Shape = "full", link: str = "", keyword: str = "") -> Dispatch:
    """The issue in that shape; `keyword` stands in the title, where a bot asks for it in every message."""
    words, draft = of(issue.draft.language), issue.draft
    title = shorten(plain(draft.title), TITLE_COLUMNS) or issue.day
    full = shape == "full"
    return Dispatch(
        shape,
        title if keyword in title else f"{title} · {keyword}",
        f"{words.notice}{words.colon}{plain(draft.notice)}" if draft.notice else "",
        "" if full else plain(issue.closing.summary),
        tuple(briefs(issue) if full else (_sentence(number, item, words, issue.day) for number, item in enumerate(issue.items, 1))),
        tuple(lists(issue)) if full else (),
        own_link(link),
        words,
    )


def own_link(link: str) -> str:
    """The keeper's own address, fit for any format's link; empty where it is none.

    Unlike those of strangers it may lead to a private network.
    """
    if not re.match(r"https?://[^\s/]", link):
        return ""
    return re.sub(r"""[\s<>()\[\]|"'`\\]""", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), link)


def grouped(pieces: Iterable[T], fits: Callable[[Sequence[T], int], bool]) -> list[list[T]]:
    """The pieces in order, in as few groups as fit.

    Args:
        fits: whether such a group may be the one of that number, from 1; a piece alone always is.
    """
    groups = list[list[T]]()
    for piece in pieces:
        if groups and fits([*groups[-1], piece], len(groups)):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def briefs(issue: Issue) -> list[Brief]:
    """Each item of the issue in a few lines, in order."""
    words = of(issue.draft.language)
    return [_brief(number, item, words, issue.day) for number, item in enumerate(issue.items, 1)]


def _brief(number: int, item: Item, words: Words, day: str) -> Brief:
    """What it is stands there where the item has no point."""
    first = [*_points(points(item), words)] or [*_told(item, "what", words)]
    details = [(point, section) for section in item.sections if section.kind == "detail" for point in section.points]
    told = [BriefRow(lines(point, words)[0] + own_mark(point, section, words)) for point, section in details[:MOST_DETAILS]]
    rows = [*first[:1], *told, *first[1:], *_told(item, "why", words), *_told(item, "advice", words)]
    return replace(_titled(number, item, words, day), rows=tuple(rows))


def _sentence(number: int, item: Item, words: Words, day: str) -> Brief:
    """Title, one sentence and link."""
    told = points(item) or [section for section in item.sections if section.kind == "what" and section.points]
    return replace(_titled(number, item, words, day), rows=tuple(_points(told[:1], words)))


def _titled(number: int, item: Item, words: Words, day: str) -> Brief:
    """Title and link."""
    label = words.in_brackets(plain(item.label)) if item.label else ""
    address = next((link for source in item.sources if (link := safe_link(source.url))), "")
    return Brief(number, label + (headline_of(item, words, alone=True) or day), (), address)


def _points(sections: Iterable[Section], words: Words) -> Iterator[BriefRow]:
    for section in sections:
        label = plain(voice(section, words))
        yield BriefRow(lines(section.points[0], words)[0] + (words.in_brackets(label) if label else ""))


def _told(item: Item, kind: SectionKind, words: Words) -> Iterator[BriefRow]:
    """The first point of each such section, its other lines below it."""
    for section in item.sections:
        if section.kind == kind:
            for first, *below in (lines(point, words) for point in section.points[:1]):
                yield BriefRow(f"{named(section, words)}{words.colon}{first}")
                yield from (BriefRow(line, below=True) for line in below)


def lists(issue: Issue) -> Iterator[tuple[str, tuple[BriefRow, ...]]]:
    """Trends and questions, each with their heading, where there are any."""
    words = of(issue.draft.language)
    trends = tuple(BriefRow(plain(trend.text)) for trend in issue.closing.trends)
    for title, rows in ((words.trends, trends), (words.watchlist, tuple(questions(issue)))):
        if rows:
            yield title, rows


def questions(issue: Issue) -> list[BriefRow]:
    """What became of earlier questions and what is asked today, a line each, unescaped."""
    draft, words = issue.draft, of(issue.draft.language)
    told = [BriefRow(follow_status(issue.closing.followed, draft.slot.due.date(), words))] if issue.closing.followed else []
    for one in issue.closing.followed:
        if one.proof:
            place = (safe_link(one.source.url) if one.source else None) or ""
            state = words.in_brackets(words.states[one.state])
            told.append(BriefRow(f"{plain(one.watch.question)}{state}{words.colon}{lines(one.proof, words)[0]}", address=place))
    return [
        *told,
        *(BriefRow(plain(line)) for line in endings(issue.closing.followed, words)),
        *(BriefRow(plain(watch.question) + words.in_brackets(until(watch, words))) for watch in issue.closing.watchlist),
    ]


def own_mark(claim: Claim, section: Section, words: Words) -> str:
    """What stands behind a judgement among facts, whose section does not say whose voice it is in."""
    return words.in_brackets(words.ours[section.kind]) if claim.judgement and not voice(section, words) else ""


def named(section: Section, words: Words) -> str:
    """The section's name; what is ours is said to be."""
    label = plain(voice(section, words))
    return heading(section, words) + (words.in_brackets(label) if label else "")

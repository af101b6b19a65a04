"""The short shape of an issue, for channels where readers scroll: per item its point, two details, advice, one link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from deepdaily.core.types import Issue, Item, Section, SectionKind
from deepdaily.render.foreign import plain, safe_link
from deepdaily.render.phrases import endings, follow_status, heading, headline_of, lines, points, until, voice
from deepdaily.words import Words, of

MOST_DETAILS = 2


class BriefRow(NamedTuple):
    """One line of an item."""

    text: str
    below: bool = False
    """It is a part of the line before it."""


@dataclass(frozen=True, slots=True)
class Brief:
    """One item in a few lines, unescaped; `address` is empty where no link may be given."""

    number: int
    title: str
    rows: tuple[BriefRow, ...]
    address: str

    def shortest(self) -> Brief:
        """Title, first line and link: for an item that is too long for a whole message."""
        return Brief(self.number, self.title, self.rows[:1], self.address)


def briefs(issue: Issue) -> list[Brief]:
    """Each item of the issue, in order."""
    words = of(issue.draft.language)
    return [_brief(number, item, words, issue.day) for number, item in enumerate(issue.items, 1)]


def _brief(number: int, item: Item, words: Words, day: str) -> Brief:
    """What it is stands there where the item has no point."""
    first = [*_points(item, words)] or [*_told(item, "what", words)]
    details = [point for section in item.sections if section.kind == "detail" for point in section.points]
    told = [BriefRow(lines(point, words)[0]) for point in details[:MOST_DETAILS]]
    rows = [*first[:1], *told, *first[1:], *_told(item, "advice", words)]
    label = words.in_brackets(plain(item.label)) if item.label else ""
    address = next((link for source in item.sources if (link := safe_link(source.url))), "")
    return Brief(number, label + (headline_of(item, words, alone=True) or day), tuple(rows), address)


def _points(item: Item, words: Words) -> Iterator[BriefRow]:
    for section in points(item):
        label = plain(voice(section, words))
        yield BriefRow(lines(section.points[0], words)[0] + (words.in_brackets(label) if label else ""))


def _told(item: Item, kind: SectionKind, words: Words) -> Iterator[BriefRow]:
    """The first point of each such section, its other lines below it."""
    for section in item.sections:
        if section.kind == kind:
            for first, *below in (lines(point, words) for point in section.points[:1]):
                yield BriefRow(f"{_heading(section, words)}{words.colon}{first}")
                yield from (BriefRow(line, below=True) for line in below)


def questions(issue: Issue) -> list[str]:
    """What became of earlier questions and what is asked today, a line each, unescaped; each answer with its address."""
    draft, words = issue.draft, of(issue.draft.language)
    told = [follow_status(issue.closing.followed, draft.slot.due.date(), words)] if issue.closing.followed else []
    for one in issue.closing.followed:
        if one.proof:
            place = (safe_link(one.source.url) if one.source else None) or ""
            state = words.in_brackets(words.states[one.state])
            told.append(f"{plain(one.watch.question)}{state}{words.colon}{lines(one.proof, words)[0]} {place}".rstrip())
    return [
        *told,
        *map(plain, endings(issue.closing.followed, words)),
        *(plain(watch.question) + words.in_brackets(until(watch, words)) for watch in issue.closing.watchlist),
    ]


def _heading(section: Section, words: Words) -> str:
    """The section's name; what is ours is said to be."""
    label = plain(voice(section, words))
    return heading(section, words) + (words.in_brackets(label) if label else "")

"""The short shape of an issue, for channels where readers scroll: per item what it is, two details, advice, one link."""

from __future__ import annotations

from dataclasses import dataclass

from deepdaily.core.types import Claim, Issue, Item, Section
from deepdaily.render.foreign import plain, safe_link
from deepdaily.render.phrases import endings, follow_status, in_quotes, voice
from deepdaily.words import Words, of

MOST_DETAILS = 2


@dataclass(frozen=True, slots=True)
class Brief:
    """One item in a few lines, unescaped; `address` is empty where no link may be given."""

    number: int
    title: str
    lines: tuple[str, ...]
    address: str

    def shortest(self) -> Brief:
        """Title, first line and link: for an item that is too long for a whole message."""
        return Brief(self.number, self.title, self.lines[:1], self.address)


def briefs(issue: Issue) -> list[Brief]:
    """Each item of the issue, in order."""
    words = of(issue.draft.language)
    return [_brief(number, item, words, issue.day) for number, item in enumerate(issue.items, 1)]


def _brief(number: int, item: Item, words: Words, day: str) -> Brief:
    lines = [
        f"{_heading(section, words)}{words.colon}{_said(point, words)}"
        for section in item.sections
        if section.kind in ("what", "advice")
        for point in section.points[:1]
    ]
    details = [point for section in item.sections if section.kind == "detail" for point in section.points]
    lines[1:1] = [_said(point, words) for point in details[:MOST_DETAILS]]
    label = words.in_brackets(plain(item.label)) if item.label else ""
    address = next((link for source in item.sources if (link := safe_link(source.url))), "")
    return Brief(number, label + (plain(item.title.text) or day), tuple(lines), address)


def questions(issue: Issue) -> list[str]:
    """What became of earlier questions and what is asked today, a line each, unescaped; each answer with its address."""
    draft, words = issue.draft, of(issue.draft.language)
    lines = [follow_status(issue.closing.followed, draft.slot.due.date(), words)] if issue.closing.followed else []
    for one in issue.closing.followed:
        if one.proof:
            place = (safe_link(one.source.url) if one.source else None) or ""
            state = words.in_brackets(words.states[one.state])
            lines.append(f"{plain(one.watch.question)}{state}{words.colon}{_said(one.proof, words)} {place}".rstrip())
    return [
        *lines,
        *map(plain, endings(issue.closing.followed, words)),
        *(plain(watch.question) for watch in issue.closing.watchlist),
    ]


def _heading(section: Section, words: Words) -> str:
    """The section's name; what is ours is said to be."""
    label = plain(voice(section, words))
    return words.sections[section.kind] + (words.in_brackets(label) if label else "")


def _said(claim: Claim, words: Words) -> str:
    text = plain(claim.text)
    return in_quotes(text) if claim.verbatim else text

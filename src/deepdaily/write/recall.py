"""A day without enough news: what memory adds to its draft, each piece marked as such, and the note of a quiet day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from deepdaily.core.text import shorten
from deepdaily.core.types import Appearance, Closing, Draft, FollowUp, Item, Language, SourceHealth, Watch
from deepdaily.memory.repeats import Recollection
from deepdaily.words import of
from deepdaily.write.by_rule.trends import SUMMARY_COLUMNS
from deepdaily.write.notice import notice_of

MOST_POINTS = 2
"""Sentences a section of an item that is brought back: a reminder, not the item again."""

MOST_OPEN = 3
"""Questions on a quiet day's note, as many as an issue asks."""


def remembering(draft: Draft, kept: Collection[str], recalled: Sequence[Recollection]) -> Draft:
    """The draft with its items of the stories `kept` labelled, and the recalled ones after them."""
    items = [_labelled(item, draft.language) if item.story in kept else item for item in draft.items]
    return replace(draft, items=(*items, *(_again(one, draft.language) for one in recalled)))


def _labelled(item: Item, language: Language) -> Item:
    words = of(language)
    return replace(item, label=words.semicolon.join(filter(None, (words.recalled.kept, item.label))))


def _again(one: Recollection, language: Language) -> Item:
    """What was asked and when, and the last that is known, in the sentences that were proven then."""
    item, watch, words = one.item, one.watch, of(language).recalled
    sections = tuple(
        replace(section, points=points)
        for kind in ("what", "detail")
        for section in item.sections
        if section.kind == kind and (points := tuple(p for p in section.points if p.evidence)[:MOST_POINTS])
    )
    claims = (item.title, *(point for section in sections for point in section.points))
    proven = {proof.document for claim in claims for proof in claim.evidence}
    return Item(
        story=item.story,
        title=item.title,
        sections=sections,
        sources=tuple(source for source in item.sources if source.document in proven),
        byline=words.last_known.format(one.day),
        label=words.asked.format(watch.opened_on) if watch else words.thread.format(one.day),
        unknowns=(watch.question,) if watch else (),
        thread=(*item.thread, Appearance(one.day, item.story, item.title.text)),
        writer=item.writer,
    )


def quiet(draft: Draft, health: Sequence[SourceHealth], followed: Sequence[FollowUp]) -> Draft:
    """The draft without items as a quiet day's note: what was asked and what came of it."""
    notice, degraded = notice_of(health, "quiet", draft.language)
    if _still_open(followed):
        words = of(draft.language)
        notice += words.blank + words.recalled.still_open
    return replace(draft, rung="quiet", notice=notice, degraded=degraded)


def concluded(closing: Closing, draft: Draft, recalled: Sequence[Recollection], followed: tuple[FollowUp, ...]) -> Closing:
    """The closing with what became of earlier questions, and first those that the draft's recalled items stand for."""
    if not draft.items:
        return replace(closing, summary=draft.notice, trends=(), watchlist=_still_open(followed), followed=followed)
    left = {item.story for item in draft.items}
    carried = [replace(one.watch, story=one.item.story) for one in recalled if one.watch and one.item.story in left]
    summary = closing.summary or shorten(draft.items[0].title.text, SUMMARY_COLUMNS)
    return replace(closing, summary=summary, watchlist=(*carried, *closing.watchlist), followed=followed)


def _still_open(followed: Sequence[FollowUp]) -> tuple[Watch, ...]:
    """The questions of a quiet day's note."""
    return tuple(one.watch for one in followed if one.state in ("moved", "unchanged"))[:MOST_OPEN]

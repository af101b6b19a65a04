"""Seen before? Which thread? What an earlier issue told is not told again, unless something new happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from deepdaily.core.cluster import cosine, vectors
from deepdaily.core.types import Appearance, Document, Issue, Story
from deepdaily.core.urls import page_key

NO_REPEAT_DAYS = 30
"""Within so many days a told story comes back only as a marked follow-up."""

SAME_THREAD = 0.5
"""Cosine of titles above which a story continues a told one: stricter than SAME_STORY, as days lie between."""


def without_repeats(
    stories: Sequence[Story], issues: Sequence[Issue], now: datetime
) -> tuple[list[Story], dict[str, str]]:
    """The stories that may be told now, follow-ups with their thread and only their new documents.

    Returns:
        the stories, in order; and by story id the day on which a left-out story was told.
    """
    recent = [issue for issue in issues if now - issue.approved_at <= timedelta(days=NO_REPEAT_DAYS)]
    told = [(issue, item) for issue in reversed(recent) for item in issue.draft.items]
    printed_pages = [{page_key(cited.url) for cited in item.sources} for _, item in told]
    points = vectors([*(item.title.text for _, item in told), *(story.lead.title for story in stories)])
    kept, repeats = [], {}
    for story, point in zip(stories, points[len(told) :], strict=True):
        pages = {page_key(document.url) for document in story.documents}
        hits = [
            (issue, item)
            for (issue, item), its_pages, other in zip(told, printed_pages, points, strict=False)
            if pages & its_pages or cosine(point, other) >= SAME_THREAD
        ]
        if not hits:
            kept.append(story)
            continue
        printed = {page_key(cited.url) for _, item in hits for cited in item.sources}
        fresh = _news_since(story, hits[-1][0].draft.now, printed)
        if fresh:
            thread = tuple(Appearance(issue.draft.slot.day, item.story, item.title.text) for issue, item in hits)
            kept.append(replace(story, documents=fresh, thread=thread))
        else:
            repeats[story.id] = hits[-1][0].draft.slot.day
    return kept, repeats


def _news_since(story: Story, then: datetime, printed: set[str]) -> tuple[Document, ...]:
    """The story's documents published after `then` and not printed before; an undated page is no news."""
    return tuple(
        document
        for document in story.documents
        if page_key(document.url) not in printed and document.published_at is not None and document.published_at > then
    )

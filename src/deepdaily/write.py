"""Chosen stories to a draft: items and closing from the writer, and the notice on top."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from deepdaily.core.text import shorten, width
from deepdaily.core.types import (
    Draft,
    Item,
    Language,
    Rung,
    Slot,
    SourceHealth,
    Story,
    Watch,
)
from deepdaily.models.builtin import write_item
from deepdaily.models.closing import trends, watchlist
from deepdaily.models.rules import TOPICS
from deepdaily.notice import notice_of

SUMMARY_COLUMNS = 120
"""60 Chinese characters or 120 Latin ones (H8)."""


def write(
    slot: Slot,
    now: datetime,
    stories: Sequence[Story],
    *,
    rung: Rung,
    language: Language,
    title: str,
    health: Sequence[SourceHealth],
    given_advice: Collection[str] = (),
) -> Draft:
    """The draft for the chosen stories, in their order, still without its closing.

    Args:
        title: may contain `{date}`.
        given_advice: what issues of the last days advised; it is not said again.
    """
    items: list[Item] = []
    spent = set(given_advice)
    for story in stories:
        items.append(write_item(story, language, spent))
        spent |= advice_in(items[-1:])
    notice, degraded = notice_of(health, rung, language)
    return Draft(
        slot=slot,
        now=now,
        rung=rung,
        language=language,
        title=title.format(date=slot.day),
        summary="",
        tags=(),
        items=tuple(items),
        trends=(),
        watchlist=(),
        notice=notice,
        degraded=degraded,
    )


def closed(draft: Draft, stories: Sequence[Story], open_watches: Sequence[Watch] = ()) -> Draft:
    """The reviewed draft with summary, tags, trends and questions: only of the items that review left standing."""
    left = {item.story: item for item in draft.items}
    told = [story for story in stories if story.id in left]
    items = [left[story.id] for story in told]
    return replace(
        draft,
        summary=summary(items),
        tags=_tags(items),
        trends=trends(items, draft.language),
        watchlist=watchlist(told, items, draft.slot, draft.language, open_watches),
    )


def advice_in(items: Sequence[Item]) -> set[str]:
    """The advice that `items` give."""
    return {point.text for item in items for one in item.sections if one.kind == "advice" for point in one.points}


def summary(items: Sequence[Item]) -> str:
    """The first headlines, at most SUMMARY_COLUMNS wide."""
    text = ""
    for item in items:
        longer = f"{text}；{item.title.text}" if text else shorten(item.title.text, SUMMARY_COLUMNS)
        if width(longer) > SUMMARY_COLUMNS:
            break
        text = longer
    return text


def _tags(items: Sequence[Item]) -> tuple[str, ...]:
    found = [topic.name["zh"] for topic in TOPICS if any(topic.cue.search(item.title.text) for item in items)]
    return ("AI", *found[:5])

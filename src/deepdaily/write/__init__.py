"""Chosen stories to a draft: items and closing by rule, told again by a model where there is one, and the notice on top."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from deepdaily.core.errors import ModelError
from deepdaily.core.text import shorten, width
from deepdaily.core.types import (
    Draft,
    Finding,
    Item,
    Language,
    Rung,
    Slot,
    SourceHealth,
    Story,
    Watch,
)
from deepdaily.models.asking import ModelWriter, within
from deepdaily.write.by_model.ending import ending
from deepdaily.write.by_model.item import told_item
from deepdaily.write.by_rule.brief import write_item
from deepdaily.write.by_rule.rules import TOPICS
from deepdaily.write.by_rule.trends import trends, watchlist
from deepdaily.write.notice import NO_MODEL, notice_of

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


def closed(draft: Draft, stories: Sequence[Story], asked_before: Sequence[Watch] = ()) -> Draft:
    """The reviewed draft with summary, tags, trends and questions: only of the items that review left standing."""
    left = {item.story: item for item in draft.items}
    told = [story for story in stories if story.id in left]
    items = [left[story.id] for story in told]
    return replace(
        draft,
        summary=summary(items),
        tags=_tags(items),
        trends=trends(items, draft.language),
        watchlist=watchlist(told, items, draft.slot, draft.language, asked_before),
    )


async def retold(
    draft: Draft, stories: Sequence[Story], writer: ModelWriter, wall_s: float
) -> tuple[Draft, list[Finding]]:
    """The draft with every item that a model told within `wall_s` in place of the built-in writer's.

    `stories` are those of the draft's items. What no model told is said in `degraded`, and where that is every item in
    the notice too: a reader sees that today quotes.
    """
    by_id = {story.id: story for story in stories}
    wanted = [by_id[item.story] for item in draft.items if item.story in by_id]
    outcomes = await within(wall_s, [told_item(story, writer) for story in wanted])
    told, findings, failed = dict[str, Item](), list[Finding](), 0
    for story, outcome in zip(wanted, outcomes, strict=True):
        if isinstance(outcome, ModelError | None):
            failed += 1
            why = str(outcome) if outcome else "the time for writing was up"
            findings.append(Finding("models", "note", f"the built-in writer wrote it: {why}", story.id))
            continue
        item, found = outcome
        findings += found
        failed += item is None and bool(found)  # too little of it stood; a short text has no findings
        if item is not None:
            told[story.id] = item
    items = tuple(told.get(item.story, item) for item in draft.items)
    draft = replace(draft, items=items)
    return (_unwritten(draft, failed, len(wanted)) if failed else draft), findings


def _unwritten(draft: Draft, failed: int, asked: int) -> Draft:
    space = "" if draft.language == "zh" else " "
    notice = space.join(filter(None, (draft.notice, NO_MODEL[draft.language]))) if failed == asked else draft.notice
    return replace(draft, notice=notice, degraded=(*draft.degraded, f"models:{failed} of {asked} items"))


async def ended(
    draft: Draft, stories: Sequence[Story], asked_before: Sequence[Watch], writer: ModelWriter, wall_s: float
) -> tuple[Draft, list[Finding]]:
    """The closed draft with the trends and questions of a model, where it gives any within `wall_s`."""
    by_id = {story.id: story for story in stories}
    of_today = replace(draft, items=tuple(item for item in draft.items if item.story in by_id))
    told = [by_id[item.story] for item in of_today.items]
    (outcome,) = await within(wall_s, [ending(of_today, told, asked_before, writer)])
    if isinstance(outcome, ModelError | None):
        why = str(outcome) if outcome else "the time was up"
        return draft, [Finding("models", "note", f"trends and questions are by rule: {why}")]
    trends, watches, findings = outcome
    return replace(draft, trends=trends or draft.trends, watchlist=watches or draft.watchlist), findings


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

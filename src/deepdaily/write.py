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


_RUNGS = {
    "zh": {
        "72h": "过去 24 小时里可写的新闻不足，候选放宽到 72 小时。",
        "7d": "过去 72 小时里可写的新闻不足，候选放宽到 7 天。",
    },
    "en": {
        "72h": "The last 24 hours gave too little; today looks back 72 hours.",
        "7d": "The last 72 hours gave too little; today looks back 7 days.",
    },
}
_KINDS = {
    "zh": {"search": "网页搜索", "hackernews": " Hacker News ", "feed": "订阅源"},
    "en": {"search": "web search", "hackernews": "Hacker News", "feed": "feeds"},
}
_STATES = {
    "zh": {"rate-limited": "被限流（HTTP 429）", "quota-spent": "额度已用完（HTTP 429）"},
    "en": {"rate-limited": "was rate-limited (HTTP 429)", "quota-spent": "has no quota left (HTTP 429)"},
}


def notice_of(health: Sequence[SourceHealth], rung: Rung, language: Language) -> tuple[str, tuple[str, ...]]:
    """The notice on top and its causes for machines: a whole kind of source gave nothing, or the rung is not the first.

    Smaller troubles stay in the run's record (design.md, rule 4).
    """
    parts, causes = [], []
    for kind in ("search", "hackernews", "feed"):
        mine = [one for one in health if one.kind == kind and one.state != "no-key"]
        if not mine or any(one.offers for one in mine) or all(one.state in ("ok", "empty") for one in mine):
            continue
        worst = next(one for one in mine if one.state not in ("ok", "empty"))
        parts.append(_kind_notice(kind, worst, language))
        causes.append(f"{kind}:{worst.source}:{worst.state}")
    if rung != "24h":
        parts.append(_RUNGS[language][rung])
        causes.append(f"rung:{rung}")
    return ("" if language == "zh" else " ").join(parts), tuple(causes)


def _kind_notice(kind: str, worst: SourceHealth, language: Language) -> str:
    name = _KINDS[language][kind]
    if language == "zh":
        state = _STATES["zh"].get(worst.state, "没有应答")
        return f"今日{name}{state}，没有给出候选，改由其余来源补足。"
    state = _STATES["en"].get(worst.state, "did not answer")
    return f"Today {name} {state} and gave no candidates; the other sources make up for it."

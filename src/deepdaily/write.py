"""Chosen stories to a draft: items, the trends they share, the questions to follow, the notice on top."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

from deepdaily.core.text import numbers, shorten, width
from deepdaily.core.types import (
    Draft,
    Item,
    Language,
    Rung,
    Slot,
    SourceHealth,
    Story,
    Trend,
    Watch,
)
from deepdaily.models.builtin import fitting, subject, write_item
from deepdaily.models.rules import PLAYBOOKS, QUESTIONS, TOPICS, Topic

MOST_TRENDS, MOST_WATCHES = 5, 3
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
    open_watches: Sequence[Watch] = (),
) -> Draft:
    """The draft for the chosen stories, in their order. `title` may contain `{date}`."""
    items: list[Item] = []
    unused = list(PLAYBOOKS)
    for story in stories:
        items.append(write_item(story, language, unused))
        used = fitting(story, unused)
        if used:
            unused.remove(used)
    notice, degraded = notice_of(health, rung, language)
    return Draft(
        slot=slot,
        now=now,
        rung=rung,
        language=language,
        title=title.format(date=slot.day),
        summary=summary(items),
        tags=_tags(items),
        items=tuple(items),
        trends=trends(items, language),
        watchlist=watchlist(stories, items, slot, language, open_watches),
        notice=notice,
        degraded=degraded,
    )


def summary(items: Sequence[Item]) -> str:
    """The first headlines, at most SUMMARY_COLUMNS wide."""
    text = ""
    for item in items:
        longer = f"{text}；{item.title.text}" if text else shorten(item.title.text, SUMMARY_COLUMNS)
        if width(longer) > SUMMARY_COLUMNS:
            break
        text = longer
    return text


def _printed(item: Item) -> str:
    return "\n".join(claim.text for claim in item.claims() if claim.evidence)


def _tags(items: Sequence[Item]) -> tuple[str, ...]:
    found = [topic.name["zh"] for topic in TOPICS if any(topic.cue.search(item.title.text) for item in items)]
    return ("AI", *found[:5])


def trends(items: Sequence[Item], language: Language) -> tuple[Trend, ...]:
    """Topics that at least two items share in what is printed of them, the most shared first; a pair is named once."""
    found: list[Trend] = []
    told: set[tuple[str, ...]] = set()
    shared = [(topic, [item for item in items if topic.cue.search(_printed(item))]) for topic in TOPICS]
    for topic, holders in sorted(shared, key=lambda pair: -len(pair[1])):
        stories = tuple(item.story for item in holders)
        if len(stories) < 2 or stories in told or len(stories) > len(items) - 1 > 2:
            continue
        told.add(stories)
        found.append(Trend(_trend_text(topic, holders, language), stories))
    return tuple(found[:MOST_TRENDS])


def _trend_text(topic: Topic, holders: Sequence[Item], language: Language) -> str:
    """The topic, and what up to three of its items print about it, word by word; their titles where that is too little."""
    glimpses = [f"“{said}”" for said in (glimpse(item, topic.cue) for item in holders) if said]
    told = glimpses if len(glimpses) > 1 else [shorten(item.title.text, 48) for item in holders]
    if language == "zh":
        return f"{topic.name['zh']}，{len(holders)} 条谈到：" + "；".join(told[:3])
    return f"{topic.name['en']}, in {len(holders)} items: " + "; ".join(told[:3])


GLIMPSE_COLUMNS = 64


def glimpse(item: Item, cue: re.Pattern[str]) -> str:
    """The stretch of a printed quotation around `cue` that has a figure in it, cut at words; empty if there is none."""
    for claim in item.claims()[1:]:
        if not claim.verbatim:
            continue
        for part in re.split(r"(?<=[,;:，；：。])\s*|\s[-–—]\s", claim.text):
            piece = part.strip(" ,;:，；：。.")
            if (
                cue.search(piece)
                and numbers(piece)
                and 16 <= width(piece) <= GLIMPSE_COLUMNS
                and piece.count("(") == piece.count(")")
            ):
                return piece
    return ""


def watchlist(
    stories: Sequence[Story], items: Sequence[Item], slot: Slot, language: Language, open_watches: Sequence[Watch]
) -> tuple[Watch, ...]:
    """At most three questions that the printed sentences themselves leave open, one a story, none that is open already."""
    asked = {watch.question for watch in open_watches}
    found: list[tuple[int, Watch]] = []
    for story, item in zip(stories, items, strict=True):
        for rank, question in enumerate(QUESTIONS):
            text = question.ask[language].format(name=subject(story)).replace("」 ", "」")
            if question.cue.search(_printed(item)) and text not in asked:
                found.append((rank, _watch(text, story, slot.due.date(), question.days)))
                break
    return tuple(watch for _, watch in sorted(found, key=lambda pair: pair[0])[:MOST_WATCHES])


def _watch(question: str, story: Story, today: date, days: int) -> Watch:
    name = "w-" + sha256(question.encode()).hexdigest()[:8]
    return Watch(name, question, (subject(story),), story.id, today, today + timedelta(days=days))


_RUNGS = {
    "zh": {
        "72h": "过去 24 小时里可写的新闻不足，今日放宽到 72 小时。",
        "7d": "过去 72 小时里可写的新闻不足，今日放宽到 7 天。",
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

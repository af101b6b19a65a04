"""The end of an issue by rule, from what is printed: its summary, the trends its items share, the questions to follow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256

from deepdaily.core.cues import Cue
from deepdaily.core.quantities import numbers
from deepdaily.core.text import shorten, width
from deepdaily.core.types import Item, Language, Slot, Story, Trend, Watch
from deepdaily.memory.questions import RULES, Rule
from deepdaily.memory.threads import distinctive
from deepdaily.words import languages, of
from deepdaily.write.by_rule.rules import TOPICS
from deepdaily.write.headline import subject

MOST_TRENDS, MOST_WATCHES = 4, 3
MOST_TOLD = 4
"""Items a trend names; more are counted and linked."""

GLIMPSE_COLUMNS = 64

SUMMARY_COLUMNS = 120
"""60 Chinese characters or 120 Latin ones: more is cut where posts are listed."""


def summary(items: Sequence[Item]) -> str:
    """The first headlines, at most SUMMARY_COLUMNS wide; empty where there are none."""
    text = ""
    for item in items:
        longer = f"{text}；{item.title.text}" if text else shorten(item.title.text, SUMMARY_COLUMNS)
        if width(longer) > SUMMARY_COLUMNS:
            break
        text = longer
    return text


def tags(items: Sequence[Item]) -> tuple[str, ...]:
    """The topics that the headlines name, after the one that is always there."""
    names = of("zh").by_rule.topics  # a tag is an address: the same in every language
    found = [names[topic] for topic, cue in TOPICS.items() if any(cue.search(item.title.text) for item in items)]
    return ("AI", *found[:5])


def facts(item: Item) -> list[str]:
    """What is printed of the item as fact: its title, then its sentences."""
    return [claim.text for claim in item.claims() if claim.evidence]


def trends(items: Sequence[Item], language: Language) -> tuple[Trend, ...]:
    """Topics that at least two items share, most shared first; no two trends name the same items."""
    found: list[Trend] = []
    told: set[tuple[str, ...]] = set()
    shared = [(topic, [item for item in items if _is_about(item, cue)]) for topic, cue in TOPICS.items()]
    for topic, holders in sorted(shared, key=lambda pair: -len(pair[1])):
        stories = tuple(item.story for item in holders)
        if 2 <= len(stories) < max(3, len(items)) and stories not in told:
            told.add(stories)
            found.append(Trend(_trend_text(topic, holders, language), stories))
    return tuple(found[:MOST_TRENDS])


def _is_about(item: Item, cue: Cue) -> bool:
    """The title names the topic, or at least two sentences do: one passing word is no theme."""
    return bool(cue.search(item.title.text)) or sum(bool(cue.search(fact)) for fact in facts(item)[1:]) >= 2


def _trend_text(topic: str, holders: Sequence[Item], language: Language) -> str:
    """The topic and what its items print about it, word by word where every one has a figure, else their titles."""
    glimpses = [f"“{said}”" for said in (glimpse(item, TOPICS[topic]) for item in holders) if said]
    told = glimpses if len(glimpses) == len(holders) else [shorten(item.title.text, 48) for item in holders]
    words = of(language)
    listed = words.semicolon.join(told[:MOST_TOLD]) + (words.by_rule.and_more if len(told) > MOST_TOLD else "")
    return words.by_rule.trend.format(topic=words.by_rule.topics[topic], count=len(holders), told=listed)


def glimpse(item: Item, cue: Cue) -> str:
    """The stretch of a printed quotation around `cue` that has a figure in it, cut at pauses; empty if there is none."""
    for claim in item.claims()[1:]:
        for part in re.split(r"(?<=[,;:，；：。])\s*|\s[-–—]\s", claim.text if claim.verbatim else ""):
            piece = part.strip(" ,;:，；：。.")
            fits = 16 <= width(piece) <= GLIMPSE_COLUMNS and piece.count("(") == piece.count(")")
            if fits and cue.search(piece) and numbers(piece):
                return piece
    return ""


def watchlist(
    stories: Sequence[Story], items: Sequence[Item], slot: Slot, language: Language, asked_before: Sequence[Watch]
) -> tuple[Watch, ...]:
    """At most three questions that the printed sentences themselves leave open, one a story, none of those asked before."""
    asked = {one.question for one in asked_before}
    found: list[tuple[int, Watch]] = []
    for story, item in zip(stories, items, strict=True):
        for rank, rule in enumerate(RULES):
            text = _asked(rule, story, item, language)
            if text and text not in asked:
                found.append((rank, watch(text, story, slot.due.date(), rule.days, rule.name)))
                break
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0])[:MOST_WATCHES])


def _asked(rule: Rule, story: Story, item: Item, language: Language) -> str:
    """The question for this story; empty where nothing printed raises it."""
    raising = next((claim for claim in item.claims() if claim.evidence and rule.cue.search(claim.text)), None)
    if raising is None:
        return ""
    said = shorten(raising.evidence[-1].quote.rstrip("。."), 90)
    return of(language).by_rule.questions[rule.name].format(name=subject(story), said=said).replace("」 ", "」")


def watch(question: str, story: Story, today: date, days: int, rule: str = "") -> Watch:
    """The question, to be followed for `days`; what it asks of is named as the story's title names it."""
    name = "w-" + sha256(question.encode()).hexdigest()[:8]
    entities = distinctive(story.lead.title) or (subject(story),)
    return Watch(name, question, entities, story.id, today, today + timedelta(days=days), rule=rule)


def rule_of(watch: Watch) -> Rule | None:
    """The rule that asked it; None for a question of a model. A question of an old store has no rule: its words tell."""
    return next((one for one in RULES if (one.name == watch.rule if watch.rule else _asks(one, watch.question))), None)


def _asks(rule: Rule, question: str) -> bool:
    asked = (of(language).by_rule.questions[rule.name].replace("{name} ", "{name}") for language in languages())
    return any(re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(one)), question) for one in asked)

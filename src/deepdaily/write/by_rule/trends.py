"""The end of an issue by rule: its summary, relations between what two pages state, the questions that a state leaves open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from hashlib import sha256

from deepdaily.attributes import attributes_of
from deepdaily.core.text import language_of, shorten, width
from deepdaily.core.types import Item, Language, Slot, Story, Trend, Watch
from deepdaily.memory.questions import RULES, Rule
from deepdaily.memory.threads import distinctive
from deepdaily.words import languages, of
from deepdaily.write.by_rule.headline import status_of, subject
from deepdaily.write.by_rule.rules import TOPICS

MOST_TRENDS, MOST_WATCHES = 4, 3

SUMMARY_COLUMNS = 120
"""60 Chinese characters or 120 Latin ones: more is cut where posts are listed."""


def summary(items: Sequence[Item], language: Language) -> str:
    """The first two headlines, those in the reader's language first; at most SUMMARY_COLUMNS wide, empty without items."""
    titles = sorted((item.title.text for item in items), key=lambda title: language_of(title) != language)[:2]
    if not titles:
        return ""
    both = "；".join(titles)
    return both if width(both) <= SUMMARY_COLUMNS else shorten(titles[0], SUMMARY_COLUMNS)


def tags(items: Sequence[Item]) -> tuple[str, ...]:
    """The topics that the headlines name, after the one that is always there."""
    names = of("zh").by_rule.topics  # a tag is an address: the same in every language
    found = [
        names[topic] for topic, cue in TOPICS.items() if any(cue.search(f"{item.title.text} {item.original}") for item in items)
    ]
    return ("AI", *found[:5])


def trends(stories: Sequence[Story], items: Sequence[Item], language: Language) -> tuple[Trend, ...]:
    """Relations between what the pages of two items state; none where they only share a subject.

    `stories` and `items` are of one order.
    """
    pairs = list(zip(stories, items, strict=True))
    return tuple(_alike(pairs, language))[:MOST_TRENDS]


def _alike(pairs: Sequence[tuple[Story, Item]], language: Language) -> Iterator[Trend]:
    """Items whose pages state the same sort of thing: what they repair of security, or a day on which something ends."""
    words = of(language)
    secured, ending = list[tuple[Item, str]](), list[tuple[Item, str]]()
    for story, item in pairs:
        stated = [] if item.short else [one for document in story.documents for one in attributes_of(document)]
        fixes = sum(one.name == "entry" and one.sort == "security" for one in stated)
        if fixes:
            secured.append((item, words.by_rule.relations["fixes"].format(name=_short(item), count=fixes)))
        days = [(one.day, one.of) for one in stated if one.name == "retires" and one.day and one.of]
        if days:
            day, name = min(days)
            ending.append((item, f"{name} {day.isoformat()}"))
    for name, told in (("secured", secured), ("ending", ending)):
        if len(told) > 1:
            listed = words.semicolon.join(said for _, said in told)
            yield Trend(words.by_rule.relations[name].format(told=listed), tuple(item.story for item, _ in told))


def _short(item: Item) -> str:
    return shorten(item.title.text, 96)


def watchlist(
    stories: Sequence[Story], items: Sequence[Item], slot: Slot, language: Language, asked_before: Sequence[Watch]
) -> tuple[Watch, ...]:
    """At most three questions that a state leaves open, one a story, none of those asked before."""
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
    """The question for this story; empty where neither its title nor its state raises it."""
    state = status_of(story.lead)
    said = [story.lead.title, *([state[1].quote] if state else [])]
    if not any(rule.cue.search(quote) for quote in said):
        return ""
    name = subject(story)
    name = f"「{_short(item)}」" if name.startswith("「") else name
    return of(language).by_rule.questions[rule.name].format(name=name).replace("」 ", "」")


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

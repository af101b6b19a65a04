"""Stories to the seven, with reasons: a hand-set sum, cold start of the ranking (a trial of it reached nDCG@10 0.43).

Nothing here reads `Offer.sponsored`: money moves no score. Sponsored candidates are left out before ranking.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from deepdaily.core.cluster import cosine, vectors
from deepdaily.core.lexicon import (
    AI,
    BIG_LABS,
    BUSINESS,
    CORE_AI,
    DATED_PAGE,
    DEPTH,
    DOCUMENTATION,
    LABS,
    MONEY,
    OPINION,
    REFERENCE,
    RELEASE,
    ROUNDUP,
    first_hand,
    first_party,
)
from deepdaily.core.text import language_of, numbers, versions
from deepdaily.core.types import Loss, Ranked, Reason, Story
from deepdaily.core.urls import domain, host

MOST_PER_HOST = 2
"""One publisher fills at most two places of an issue."""

FEWEST_HOSTS = 5
"""An issue led by fewer hosts is a few publishers' newsletter."""

SAME_PLACE = 0.25
"""Cosine of titles above which two stories would fill two places with one thing (ranking.md, section 6)."""


def on_topic_title(title: str) -> bool:
    """Whether a title alone speaks of our field."""
    return bool(AI.search(title))


def why_untold(story: Story) -> str:
    """Why a story is not for this daily at all; empty for one that is."""
    if ROUNDUP.search(story.lead.title):
        return "a round-up of others' news"
    return "" if relevant(story) else "not about building or running AI systems"


def relevant(story: Story) -> bool:
    """Whether the story is about building or running AI systems: the title names it, or its beginning keeps naming it."""
    title = " ".join([story.lead.title, *(candidate.title for candidate in story.candidates)])
    head = story.lead.text[:3000]
    mentions = len(CORE_AI.findall(head))
    if CORE_AI.search(title):
        return mentions >= 2 or story.lead.partial or first_party(story.lead.url)
    return mentions >= (4 if AI.search(title) else 5)


def score(story: Story, now: datetime) -> Ranked:
    """The story with its score and each term of it, largest share first."""
    reasons = [
        Reason(name, round(value, 3)) for name, value in _terms(story, now) if abs(value) >= 0.005
    ]  # the terms shown are the terms summed
    ordered = tuple(sorted(reasons, key=lambda reason: -abs(reason.value)))
    return Ranked(story, round(sum(reason.value for reason in reasons), 3), ordered)


def _terms(story: Story, now: datetime) -> list[tuple[str, float]]:
    titles = " | ".join([story.lead.title, *(offer.title for c in story.candidates for offer in c.offers)])
    head = story.lead.text[:6000]
    offers = [offer for candidate in story.candidates for offer in candidate.offers]
    publishers = {domain(candidate.url) for candidate in story.candidates}
    path = story.lead.url.partition("://")[2]
    return [
        ("AI in the title", 1.0 if CORE_AI.search(titles) else 0.5 if AI.search(titles) else 0.0),
        ("names a lab or project", 1.0 if LABS.search(titles) else 0.0),
        ("names OpenAI, Anthropic or Google", 0.6 if BIG_LABS.search(titles) else 0.0),
        ("independent publishers", 0.8 * math.log(len(publishers))),
        ("sources that offer it", 0.3 * math.log(len({offer.source for offer in offers}))),
        ("points", 0.1 * math.log1p(max(offer.points for offer in offers))),
        ("release", 0.4 if RELEASE.search(titles) else 0.0),
        ("version", 0.3 if versions(titles) else 0.0),
        ("first-hand", 0.5 if first_hand(story.lead.url, story.lead.title) else 0.0),
        ("engineering depth", _depth(head)),
        ("only a teaser", -1.2 if story.lead.partial else 0.0),
        ("thin text", -0.8 if len(head) < 500 and not story.lead.partial else 0.0),
        ("opinion or how-to", -0.8 if OPINION.search(titles) else 0.0),
        ("money talk", -0.8 if MONEY.search(titles) else 0.0),
        ("business talk", -0.8 if BUSINESS.search(story.lead.title) else 0.0),
        ("round-up", -2.5 if ROUNDUP.search(titles) else 0.0),
        ("reference page", -1.5 if REFERENCE.search(story.lead.title) or _documentation(path) else 0.0),
        ("paper", -0.5 if domain(story.lead.url) == "arxiv.org" else 0.0),
        ("question", -0.4 if story.lead.title.rstrip().endswith(("?", "？")) else 0.0),
        ("age", -0.15 * _age_days(story, now)),
    ]


def _documentation(path: str) -> bool:
    """A page of a manual rather than a piece of news: by its address, which rarely lies about that."""
    return bool(DOCUMENTATION.search(path)) and not DATED_PAGE.search(path)


def _depth(head: str) -> float:
    """0 to 1.2: measured quantities and engineering terms per thousand characters of the beginning."""
    if not head:
        return 0.0
    measured = sum(1 for number in numbers(head) if number.unit)
    terms = len({found.casefold() for found in DEPTH.findall(head)})
    scale = 1.5 if language_of(head) == "zh" else 1.0  # a Chinese character carries about 1.5 Latin ones here
    return min(1.2, 0.05 * measured * scale + 0.1 * terms)


def _age_days(story: Story, now: datetime) -> float:
    dated = [document.published_at for document in story.documents if document.published_at]
    return max(0.0, (now - max(dated)).total_seconds() / 86400) if dated else 1.0


def rank(stories: Sequence[Story], now: datetime) -> list[Ranked]:
    """All stories, best first; equal scores by id, so that a replay gives the same order."""
    return sorted((score(story, now) for story in stories), key=lambda ranked: (-ranked.score, ranked.story.id))


def select(ranked: Sequence[Ranked], items: int) -> tuple[list[Ranked], list[Loss]]:
    """The first `items` that are about our field, at most two a host and none twice; and why each other was left."""
    chosen: list[Ranked] = []
    losses: list[Loss] = []
    points = vectors([one.story.lead.title for one in ranked])
    taken: list[int] = []
    for at, one in enumerate(ranked):
        reason = _why_not(one, chosen, max((cosine(points[at], points[i]) for i in taken), default=0.0), items)
        if reason:
            losses.append(Loss(one.story.lead.url, "select", reason, one.story.id))
        else:
            chosen.append(one)
            taken.append(at)
    return chosen, losses


def _why_not(one: Ranked, chosen: Sequence[Ranked], likeness: float, items: int) -> str:
    untold = why_untold(one.story)
    if untold:
        return untold
    if len(chosen) >= items:
        return f"score {one.score:.2f} below the last chosen {chosen[-1].score:.2f}"
    if likeness >= SAME_PLACE:
        return "too much like a chosen story"
    mine = host(one.story.lead.url)
    hosts = [host(other.story.lead.url) for other in chosen]
    if hosts.count(mine) >= MOST_PER_HOST:
        return f"{mine} fills {MOST_PER_HOST} places already"
    if mine in hosts and items - len(chosen) <= FEWEST_HOSTS - len(set(hosts)):
        return f"the last places go to other hosts than {mine}"
    return ""

"""Stories to the seven, with reasons: a sum of signals with weights set by hand, and the publisher's record learned by counting.

A learned sum and trees were tried and did not beat it (docs/ranking.md). Nothing here reads `Offer.sponsored`: money moves no
score. Sponsored candidates are left out before ranking.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from deepdaily.choose import field
from deepdaily.choose.publishers import Standings, shipped
from deepdaily.choose.signals import AGE, OUR_FIELD, SAME_SUBJECT, TEASER, Signals, candidate_signals, story_signals, weighed
from deepdaily.choose.weights import WEIGHTS
from deepdaily.core.decisions import NO_DESK, Desk
from deepdaily.core.lexicon import ROUNDUP
from deepdaily.core.likeness import Vector, cosine, vectors
from deepdaily.core.types import Candidate, Loss, Profile, Ranked, Reason, Story
from deepdaily.core.urls import host, page_key
from deepdaily.memory.launches import launch, same_launch

MOST_PER_HOST = 2
"""One publisher fills at most two places of an issue."""

FEWEST_HOSTS = 5
"""An issue led by fewer hosts is a few publishers' newsletter."""

FLOOR = 0.5
"""A story of less substance is not told, however many places are empty. On the two frozen days and the sample day it parts manuals,
papers far from practice, markets, opinion and notes of small changes from the rest."""

SECOND_OPINION = "second opinion"

TRUST = "your weight of its source"

NO_SUBSTANCE = frozenset({AGE, TEASER, SECOND_OPINION, TRUST})
"""Terms that rank a story and say nothing of what is in it: what is old was no less, what was not read may be more, the last of
good ones in a model's order is none the worse, and who tells it does not make it more."""

NOT_OURS = "not about building or running AI systems"

SAME_PLACE = 0.25
"""Cosine of titles above which two stories would fill two places with one thing (docs/ranking.md)."""


def on_topic_title(title: str, url: str = "") -> bool:
    """Whether a title, and where it is known its address, speaks of our field."""
    return field.judged(title, "", url).ours


PINNED = "pinned at the desk"
PIN = 100.0
"""More than all signals together: an editor's pin comes first."""

MOST_VOTES = 200
"""So many last votes are compared with today's titles; all of them count in the records."""


def why_untold(story: Story, desk: Desk = NO_DESK) -> str:
    """Why a story is not for this daily at all; empty for one that is. A pin overrides all but a ban.

    What a second reader admits must have been read whole, and is no round-up.
    """
    return _why_refused(story, desk, lambda: relevant(story))


def _why_refused(story: Story, desk: Desk, ours: Callable[[], bool]) -> str:
    banned = desk.why_banned(story.lead.url, story.lead.title)
    if banned or pinned(story, desk):
        return banned
    if refused := desk.why_refused(story.lead.url):
        return refused
    if ROUNDUP.search(story.lead.title):
        return "a round-up of others' news"
    admitted = desk.admits(story.lead.url) and not story.lead.partial
    return "" if admitted or ours() else NOT_OURS


def pinned(story: Story, desk: Desk) -> bool:
    """Whether an editor wants one of the story's pages told."""
    return bool(desk.pinned) and any(desk.pins(one.url) for one in story.candidates)


def relevant(story: Story, weights: Mapping[str, float] | None = None) -> bool:
    """Whether the story is about building or running AI systems, by its titles, its lead's text and address (`field`)."""
    return field.judged(*field.spoken(story), weights).ours


def rank(
    stories: Sequence[Story],
    now: datetime,
    *,
    profile: Profile = "engineering",
    standings: Standings | None = None,
    among: Sequence[Candidate] = (),
    desk: Desk = NO_DESK,
    trust: Mapping[str, float] = {},
) -> list[Ranked]:
    """All stories, best first, each with its best candidate first; equal scores by id, so that a replay gives the same order.

    Args:
        standings: of publishers; None for those that are shipped.
        among: all candidates of the day, read or not: who else speaks of a story. Those of `stories` need not be among them.
        trust: what a source's word counts by its name, 0 to 2; 1 where nothing is said. A story has the best of its sources'.
    """
    known = {one.url: one for one in among}
    known |= {one.url: one for story in stories for one in story.candidates}
    signals = dict(zip(known, candidate_signals(list(known.values())), strict=True))
    standings = (standings or shipped()).voted((url, vote) for url, _, vote in desk.votes)
    weights = WEIGHTS[profile] | {PINNED: 1.0}
    found = [
        _ranked(story, signals, story_signals(story, now) | said | _trusted(story, trust), weights, standings)
        for story, said in zip(stories, _wanted(stories, desk), strict=True)
    ]
    return sorted(found, key=lambda ranked: (-ranked.score, ranked.story.id))


def _wanted(stories: Sequence[Story], desk: Desk) -> list[Signals]:
    """What the desk says of each story, in order: a pin, and -1 to 1 how useful readers found titles like its own."""
    if desk == NO_DESK:
        return [{} for _ in stories]
    votes = desk.votes[-MOST_VOTES:]
    points = vectors([*(title for _, title, _ in votes), *(story.lead.title for story in stories)])
    found = []
    for story, mine in zip(stories, points[len(votes) :], strict=True):
        likes = [(cosine(mine, point), vote) for point, (_, _, vote) in zip(points, votes, strict=False)]
        told = sum(alike * vote for alike, vote in likes if alike >= SAME_SUBJECT)
        found.append({_VOTED: max(-1.0, min(1.0, told)), PINNED: PIN * pinned(story, desk)})
    return found


_VOTED = "readers found the like useful"


def _trusted(story: Story, trust: Mapping[str, float]) -> Signals:
    """-1 to 1: the weight of the story's best source, less the 1 that nobody set."""
    best = max((trust.get(offer.source, 1.0) for one in story.candidates for offer in one.offers), default=1.0) if trust else 1.0
    return {TRUST: best - 1.0} if best != 1.0 else {}


def _ranked(
    story: Story, signals: Mapping[str, Signals], about_it: Signals, weights: Mapping[str, float], standings: Standings
) -> Ranked:
    """The story, its candidates best first, with the score of the best and each term of it, largest share first."""
    about = weighed(about_it, weights)
    terms = {
        one.url: weighed(signals[one.url] | {"publisher's record": standings.of(one.url)}, weights) | about
        for one in story.candidates
    }
    ordered = story.candidates
    if len(ordered) > 1:
        ordered = tuple(sorted(ordered, key=lambda one: (-sum(terms[one.url].values()), one.url)))
    # The terms shown are the terms summed.
    shown = [(name, round(value, 3)) for name, value in terms[ordered[0].url].items() if abs(value) >= 0.005]
    reasons = tuple(Reason(name, value) for name, value in sorted(shown, key=lambda term: -abs(term[1])))
    score = round(sum([reason.value for reason in reasons]), 3)
    return Ranked(story if ordered == story.candidates else replace(story, candidates=ordered), score, reasons)


def distinct(ranked: Sequence[Ranked], most: int) -> list[Candidate]:
    """The best candidates of the first `most` stories of which none is too much like a better one: an order without places."""
    best = [one.story.candidates[0] for one in ranked]
    kept: list[tuple[Candidate, Vector]] = []
    for one, point in zip(best, vectors([one.title for one in best]), strict=True):
        if len(kept) < most and all(cosine(point, other) < SAME_PLACE for _, other in kept):
            kept.append((one, point))
    return [one for one, _ in kept]


def select(ranked: Sequence[Ranked], items: int, desk: Desk = NO_DESK) -> tuple[list[Ranked], list[Loss]]:
    """At most the first `items` of our field above the floor, two a host and none twice; and why each other was left.

    What is pinned at the desk is taken whatever its host and however like another, what was parted from one however like that one.
    """
    chosen: list[Ranked] = []
    losses: list[Loss] = []
    points = vectors([one.story.lead.title for one in ranked])
    taken: list[int] = []
    for at, one in enumerate(ranked):
        wanted = pinned(one.story, desk)
        reason = _why_untold(one, desk) or _too_low(one, chosen, items, wanted)
        if not (reason or wanted):
            reason = _too_like(one, [(other, cosine(points[at], points[i])) for other, i in zip(chosen, taken, strict=True)], desk)
            reason = reason or _too_near(one, chosen, items)
        if reason:
            losses.append(Loss(one.story.lead.url, "select", reason, one.story.id))
        else:
            chosen.append(one)
            taken.append(at)
    return chosen, losses


def substance(one: Ranked) -> float:
    """The score but for NO_SUBSTANCE."""
    return round(one.score - sum(reason.value for reason in one.reasons if reason.name in NO_SUBSTANCE), 3)


def stands(one: Ranked) -> bool:
    """Whether the story has the substance that an issue asks of each of its items."""
    return substance(one) >= FLOOR


def _below(one: Ranked) -> str:
    """In words, with the term that weighs most against it."""
    terms = [reason for reason in one.reasons if reason.name not in NO_SUBSTANCE and reason.value < 0]
    worst = min(terms, key=lambda reason: reason.value, default=None)
    return f"substance {substance(one):.2f} below the floor {FLOOR:.2f}" + (f": {worst.name} {worst.value:+.2f}" if worst else "")


def _one_launch(left: Ranked, right: Ranked) -> bool:
    ours, theirs = (launch(one.story.lead.title, one.story.lead.url) for one in (left, right))
    return same_launch(ours, theirs, late=True) or same_launch(theirs, ours, late=True)


def _why_untold(one: Ranked, desk: Desk) -> str:
    """`why_untold`, the field asked only where the score does not say that the story is of it: a text is read for that."""
    ours = any(reason.name == OUR_FIELD and reason.value > 0 for reason in one.reasons)
    return _why_refused(one.story, desk, lambda: ours or relevant(one.story))


def _too_low(one: Ranked, chosen: Sequence[Ranked], items: int, wanted: bool) -> str:
    if not (wanted or stands(one)):
        return _below(one)
    return f"score {one.score:.2f} below the last chosen {chosen[-1].score:.2f}" if len(chosen) >= items else ""


def _too_like(one: Ranked, chosen: Sequence[tuple[Ranked, float]], desk: Desk) -> str:
    """`chosen`: each with its title's cosine to that of `one`. What was said to be two stories is no likeness."""
    others = [(other, alike) for other, alike in chosen if not _parted(one.story, other.story, desk)]
    if any(alike >= SAME_PLACE for _, alike in others):
        return "too much like a chosen story"
    return "the launch of a chosen story under another address" if any(_one_launch(one, other) for other, _ in others) else ""


def _parted(left: Story, right: Story, desk: Desk) -> bool:
    if not desk.parted:
        return False
    ours, theirs = ({page_key(one.url) for one in story.candidates} for story in (left, right))
    return any(pair & ours and pair & theirs for pair in desk.parted)


def _too_near(one: Ranked, chosen: Sequence[Ranked], items: int) -> str:
    mine = host(one.story.lead.url)
    hosts = [host(other.story.lead.url) for other in chosen]
    if hosts.count(mine) >= MOST_PER_HOST:
        return f"{mine} fills {MOST_PER_HOST} places already"
    if mine in hosts and items - len(chosen) <= FEWEST_HOSTS - len(set(hosts)):
        return f"the last places go to other hosts than {mine}"
    return ""

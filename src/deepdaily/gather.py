"""Candidates to untold stories: read and cluster, rung by rung of the ladder, until there is enough to choose from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from time import monotonic

from deepdaily.core import cluster, memory, rank
from deepdaily.core.schedule import LADDER, share_s, suffices
from deepdaily.core.types import Candidate, Document, Harvest, Issue, Loss, Offer, Rung, Slot, Story, Window
from deepdaily.core.urls import host, page_key
from deepdaily.read import MOST_PAGES, Reader, older
from deepdaily.record import Record

READ_S, READ_PART = 120.0, 0.25
"""A rung's share of the time: reading may not eat the writing. Before a deadline a part of what is left."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """What the last rung found: untold stories of our field, and why everything else was lost."""

    rung: Rung
    stories: list[Story]
    losses: list[Loss]


async def gather(
    harvests: Sequence[Harvest],
    reader: Reader,
    issues: Sequence[Issue],
    slot: Slot,
    now: datetime,
    *,
    items: int,
    mute: Sequence[str],
    record: Record,
    deadline: float = inf,
) -> Gathering:
    """Step down the ladder until a rung suffices; the last rung is taken as it is."""
    found, losses = candidates(harvests, mute)
    record.funnel["candidates"] = len(found)
    for rung, span in LADDER:
        window = Window(slot, now, now - span)
        inside = [one for one in found if not older(one.published_at, window.since)]
        inside.sort(key=lambda one: promise(one, now))
        with record.stage(f"read {rung}", min(len(inside), MOST_PAGES)) as stage:
            wall_s = share_s(READ_S, READ_PART, deadline - monotonic())
            readings = await reader.read(inside, window, wall_s=wall_s, on_done=record.meter.step)
            every = cluster.stories(inside, readings.documents)
            stories, repeats = memory.without_repeats([one for one in every if not rank.why_untold(one)], issues, now)
            stage.went_out, stage.failed = len(stories), len(readings.losses)
            read = f"{len(readings.documents)} of {len(inside)} candidates have a text"
            stage.told = f"{read}; {len(stories)} untold stories of our field"
        if suffices(stories, items):
            break
    record.rung = rung
    record.funnel |= {"documents": len(readings.documents), "stories": len(every), "untold": len(stories)}
    lost = [
        Loss(one.url, "collect", f"published before the {rung} window")
        for one in found
        if older(one.published_at, window.since)
    ]
    merged = _merged(every, readings.documents)
    return Gathering(rung, stories, [*losses, *lost, *readings.losses.values(), *merged, *_untellable(every, repeats)])


def _merged(stories: Iterable[Story], documents: Mapping[str, Document]) -> Iterator[Loss]:
    """Read pages that went into a story led by another."""
    for story in stories:
        for candidate in story.candidates:
            if candidate.url in documents and documents[candidate.url].id != story.lead.id:
                yield Loss(candidate.url, "cluster", f"one story with {story.lead.url}", story.id)


def _untellable(stories: Iterable[Story], repeats: Mapping[str, str]) -> Iterator[Loss]:
    """Losses of stories that are not for this daily, and of those told before."""
    for story in stories:
        reason = rank.why_untold(story)
        if reason:
            yield Loss(story.lead.url, "select", reason, story.id)
        elif story.id in repeats:
            yield Loss(story.lead.url, "select", f"told on {repeats[story.id]}", story.id)


def candidates(harvests: Iterable[Harvest], mute: Sequence[str] = ()) -> tuple[list[Candidate], list[Loss]]:
    """Offers joined by page, in the order of pages; sponsored and muted ones are losses.

    The candidate's URL is the one most offers name: `www.` or a trailing slash may matter to the site.
    """
    offers: dict[str, list[Offer]] = defaultdict(list)
    for harvest in harvests:
        for offer in harvest.offers:
            offers[page_key(offer.url)].append(offer)
    found, losses = [], []
    for _, mine in sorted(offers.items()):
        (url, _), *_ = Counter(sorted(offer.url for offer in mine)).most_common(1)
        if any(offer.sponsored for offer in mine):
            losses.append(Loss(url, "collect", "sponsored"))
        elif host(url) in mute:
            losses.append(Loss(url, "collect", "muted in the settings"))
        else:
            found.append(Candidate(url, tuple(mine)))
    return found, losses


def promise(candidate: Candidate, now: datetime) -> tuple[bool, float, str]:
    """Reading order: titles of our field first, then the newest, undated ones last; equal ones by URL."""
    age_s = (now - candidate.published_at).total_seconds() if candidate.published_at else float("inf")
    return (not rank.on_topic_title(candidate.title), age_s, candidate.url)

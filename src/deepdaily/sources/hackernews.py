"""Hacker News through its search API: what is new, and what is on the front page now."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from deepdaily.core.errors import FetchError, SourceError
from deepdaily.core.text import clean, squeeze
from deepdaily.core.types import Harvest, Offer, SourceHealth, SourceKind, Votes, Window
from deepdaily.read.extract import fragment
from deepdaily.sources.offering import json_of, offer, parsed

if TYPE_CHECKING:  # a worker that reads an answer passes here, and fetches nothing
    from deepdaily.engine import Engine
    from deepdaily.read.fetch import Fetcher

API = "https://hn.algolia.com/api/v1/"
ITEM = "https://news.ycombinator.com/item?id="
PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Submission:
    """One story. `url` is the linked page, or the discussion where it links nowhere (Ask HN)."""

    url: str
    title: str
    teaser: str
    points: int
    created_at: datetime


def parse_hits(body: bytes) -> list[Submission]:
    """The stories of one answer in its order; runs in a worker. A story without title, number or time is left out.

    Raises:
        SourceError: not an answer of this API.
    """
    match json_of(body):
        case {"hits": list(hits)}:
            return [hit for raw in hits[:PER_PAGE] if isinstance(raw, dict) and (hit := _hit(raw))]
    raise SourceError("the answer has no list of hits")


def _hit(raw: dict[str, object]) -> Submission | None:
    number, title = str(raw.get("objectID") or ""), squeeze(clean(str(raw.get("title") or "")))[:300]
    stamp, points = raw.get("created_at_i"), raw.get("points")
    if not number.isdecimal() or not title or not isinstance(stamp, int) or not 0 < stamp < 4_000_000_000:
        return None
    return Submission(
        url=str(raw.get("url") or ITEM + number),
        title=title,
        teaser=fragment(str(raw.get("story_text") or "")[:5_000]),
        points=max(points, 0) if isinstance(points, int) else 0,
        created_at=datetime.fromtimestamp(stamp, UTC),
    )


class HackerNews:
    """The stories of the window. A broken half (new, front page) does not cost the other half."""

    name: str = "hackernews"
    kind: SourceKind = "hackernews"
    stands_in_for: tuple[str, ...] = ()

    def __init__(self, fetcher: Fetcher, engine: Engine) -> None:
        self._fetcher, self._engine = fetcher, engine

    async def harvest(self, window: Window) -> Harvest:
        """One offer a link, with the points of its best story, by points.

        Raises:
            SourceError, FetchError: neither half answered; the error is that of the first.
        """
        since = int(window.since.timestamp())
        new = f"search_by_date?tags=story&numericFilters=created_at_i%3E{since}&hitsPerPage={PER_PAGE}"
        front = f"search?tags=front_page&hitsPerPage={PER_PAGE}"
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._half(API + path)) for path in (new, front)]
        halves = [task.result() for task in tasks]
        failed = [half for half in halves if isinstance(half, Exception)]
        if len(failed) == len(halves):
            raise failed[0]
        best: dict[str, Offer] = {}
        for hit in (hit for half in halves if isinstance(half, list) for hit in half):
            made = self._offer(hit, window)
            if made and _points(made) >= _points(best.get(made.url, made)):
                best[made.url] = made
        offers = tuple(sorted(best.values(), key=lambda made: (-_points(made), made.url)))
        message = f"one half did not answer: {failed[0]}" if failed else ""
        return Harvest(SourceHealth(self.name, self.kind, "ok" if offers else "empty", len(offers), message), offers)

    async def _half(self, url: str) -> list[Submission] | FetchError | SourceError:
        try:
            return await parsed(self._engine, parse_hits, self._fetcher.body(await self._fetcher.get(url)))
        except (FetchError, SourceError) as error:
            return error

    def _offer(self, hit: Submission, window: Window) -> Offer | None:
        if hit.created_at > window.now:  # a run of an earlier day does not see what came after
            return None
        votes, at = Votes(self.kind, hit.points), hit.created_at
        return offer(self.name, hit.url, hit.title, window, published_at=at, teaser=hit.teaser, votes=votes)


def _points(made: Offer) -> int:
    return made.votes.n if made.votes else 0

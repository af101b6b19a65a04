"""Hacker News through its search API: every story of the window, and what is on the front page now.

See https://hn.algolia.com/api: a query gives 1,000 stories at most, whatever page is asked, so what is older than an answer's
oldest is asked for by another. Since 2026 no number but `created_at_i` can be filtered by: votes are sorted here.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from deepdaily.core.errors import FetchError, SourceError
from deepdaily.core.text import clean, squeeze
from deepdaily.core.types import Harvest, Loss, Offer, SourceHealth, SourceKind, Votes, Window
from deepdaily.read.extract import fragment
from deepdaily.sources.offering import json_of, offer, parsed

if TYPE_CHECKING:  # a worker that reads an answer passes here, and fetches nothing
    from deepdaily.engine import Engine
    from deepdaily.read.fetch import Fetcher

API = "https://hn.algolia.com/api/v1/"
ITEM = "https://news.ycombinator.com/item?id="

PER_PAGE, MOST_PAGES = 1_000, 4
"""Stories of one answer, and answers of one day: a busy day has 1,500."""

MOST, MOST_BEFORE, MOST_OTHERS = 60, 20, 10
"""Offers of the last day, and of each day before it, which had its own morning; of the last day's so many are for titles that do
not speak of our field."""

MOST_LOSSES = 1_500
"""Of the last day's stories that are not offered; those of the days before are in their own records."""

LEAN = "&attributesToRetrieve=title,url,points,created_at_i,story_text&attributesToHighlight=none"
"""A third of the bytes."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Submission:
    """One story. `url` is the linked page, or the discussion where it links nowhere (Ask HN)."""

    number: str
    url: str
    title: str
    teaser: str
    points: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Hits:
    """One answer: its stories in its order, and how many rows it had. A row without title, number or time is no story."""

    stories: list[Submission]
    rows: int


def parse_hits(body: bytes) -> Hits:
    """What an answer holds, of at most PER_PAGE rows; runs in a worker.

    Raises:
        SourceError: not an answer of this API.
    """
    match json_of(body):
        case {"hits": list(hits)}:
            rows = hits[:PER_PAGE]
            return Hits([hit for raw in rows if isinstance(raw, dict) and (hit := _hit(raw))], len(rows))
    raise SourceError("the answer has no list of hits")


def _hit(raw: dict[str, object]) -> Submission | None:
    number, title = str(raw.get("objectID") or ""), squeeze(clean(str(raw.get("title") or "")))[:300]
    stamp, points = raw.get("created_at_i"), raw.get("points")
    if not number.isdecimal() or not title or not isinstance(stamp, int) or not 0 < stamp < 4_000_000_000:
        return None
    return Submission(
        number=number,
        url=str(raw.get("url") or ITEM + number),
        title=title,
        teaser=fragment(str(raw.get("story_text") or "")[:5_000]),
        points=max(points, 0) if isinstance(points, int) else 0,
        created_at=datetime.fromtimestamp(stamp, UTC),
    )


class HackerNews:
    """The stories of the window. A broken list (a day, the front page) does not cost the others.

    Args:
        ours: whether a title, with its address, speaks of our field: those are offered before others.
    """

    name: str = "hackernews"
    kind: SourceKind = "hackernews"
    stands_in_for: tuple[str, ...] = ()

    def __init__(self, fetcher: Fetcher, engine: Engine, ours: Callable[[str, str], bool] = lambda title, url: True) -> None:
        self._fetcher, self._engine, self._ours = fetcher, engine, ours

    async def harvest(self, window: Window) -> Harvest:
        """One offer a link, with the points of its best story, by points: the best of each day; the last day's others as losses.

        Raises:
            SourceError, FetchError: no list answered; the error is that of the last day's.
        """
        days = [(max(window.now - (ago + 1) * DAY, window.since), window.now - ago * DAY) for ago in range(_days(window))]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._day(since, until)) for since, until in days]
            tasks.append(group.create_task(self._front()))
        stories = {hit.number: hit for task in tasks for hit in task.result()[0]}
        failed = [error for task in tasks if (error := task.result()[1])]
        if len(failed) == len(tasks) and not stories:
            raise failed[0]
        offers, losses = self._chosen(stories.values(), window)
        message = f"{len(failed)} of {len(tasks)} lists are not whole: {failed[0].advised}" if failed else ""
        health = SourceHealth(self.name, self.kind, "ok" if offers else "empty", len(offers), message)
        return Harvest(health, tuple(offers), losses=tuple(losses))

    async def _front(self) -> tuple[list[Submission], FetchError | SourceError | None]:
        try:
            return (await self._asked(f"search?tags=front_page&hitsPerPage=100{LEAN}")).stories, None
        except (FetchError, SourceError) as error:
            return [], error

    async def _day(self, since: datetime, until: datetime) -> tuple[list[Submission], FetchError | SourceError | None]:
        """The stories after `since` until `until`, newest first, as far as they came, and why the rest did not."""
        found: list[Submission] = []
        after, last = int(since.timestamp()), int(until.timestamp())
        for _ in range(MOST_PAGES):
            when = f"created_at_i%3E{after}%2Ccreated_at_i%3C{last + 1}"
            try:
                hits = await self._asked(f"search_by_date?tags=story&numericFilters={when}&hitsPerPage={PER_PAGE}{LEAN}")
            except (FetchError, SourceError) as error:
                return found, error
            found += hits.stories
            oldest = min((int(hit.created_at.timestamp()) for hit in hits.stories), default=after)
            if hits.rows < PER_PAGE:
                return found, None
            if not after < oldest < last:
                break
            last = oldest  # others of that second are on the next page
        return found, SourceError("more stories in a day than it lists: the oldest are missing")

    async def _asked(self, path: str) -> Hits:
        return await parsed(self._engine, parse_hits, self._fetcher.body(await self._fetcher.get(API + path)))

    def _chosen(self, stories: Iterable[Submission], window: Window) -> tuple[list[Offer], list[Loss]]:
        """The offers by points, and what the last day listed besides."""
        best: dict[str, Offer] = {}
        for made in filter(None, (self._offer(hit, window) for hit in stories)):
            if _points(made) >= _points(best.get(made.url, made)):
                best[made.url] = made
        by_day: dict[int, list[Offer]] = defaultdict(list)
        for made in sorted(best.values(), key=_by_points):
            by_day[(window.now - (made.published_at or window.now)) // DAY].append(made)
        taken = [made for ago, listed in by_day.items() for made in self._best(listed, MOST if ago == 0 else MOST_BEFORE)]
        urls = {made.url for made in taken}
        left = [made for made in by_day[0] if made.url not in urls][:MOST_LOSSES]
        return sorted(taken, key=_by_points), [Loss(made.url, "collect", _why(made)) for made in left]

    def _best(self, listed: Sequence[Offer], most: int) -> list[Offer]:
        """The first of our field and, where there is place, of the others; both by points, as `listed` is."""
        ours = [made for made in listed if self._ours(made.title, made.url)]
        urls = {made.url for made in ours}
        others = [made for made in listed if made.url not in urls]
        taken = ours[: most - min(len(others), MOST_OTHERS * most // MOST)]
        return taken + others[: most - len(taken)]

    def _offer(self, hit: Submission, window: Window) -> Offer | None:
        if hit.created_at > window.now:  # a run of an earlier day does not see what came after
            return None
        votes, at = Votes(self.kind, hit.points), hit.created_at
        return offer(self.name, hit.url, hit.title, window, published_at=at, teaser=hit.teaser, votes=votes)


def _days(window: Window) -> int:
    return max(1, -((window.since - window.now) // DAY))


def _points(made: Offer) -> int:
    return made.votes.n if made.votes else 0


def _by_points(made: Offer) -> tuple[int, str]:
    return -_points(made), made.url


def _why(made: Offer) -> str:
    return f"listed on Hacker News with {_points(made)} points, after the {MOST} best of the day"

"""When a host may be asked: so many seconds after the last question, and not before the moment that it named itself.

Where many publishers have their feeds the moment is that of one address."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from deepdaily.core.cues import table
from deepdaily.core.errors import BadStatus
from deepdaily.core.urls import domain
from deepdaily.read import guard

_TABLE = table(__name__)

GAPS_S: dict[str, float] = _TABLE["gap_s"]

MANY_PUBLISHERS = frozenset(_TABLE["many_publishers"]["hosts"].split())
"""Hosts and domains where an address rests, and never its host."""

LONGEST_REST = timedelta(hours=6)
"""A host that names more is asked again all the same: it would miss the next day's issue, or never be asked again."""


class RestBook(Protocol):
    """What is remembered from run to run."""

    def rests(self, now: datetime) -> dict[str, tuple[datetime, str]]: ...

    def rest(self, host: str, until: datetime, why: str) -> None: ...


class HostPace:
    """The pace of one run, and the rests that this one and earlier ones were asked for.

    Args:
        gaps_s: seconds between questions by host or domain; others may be asked at once.
        bridges: further hosts, with their port, that make many publishers' feeds.
    """

    def __init__(self, book: RestBook, now: datetime, gaps_s: Mapping[str, float] = GAPS_S, bridges: Collection[str] = ()) -> None:
        self._book, self._now, self._gaps_s, self._bridges = book, now, gaps_s, bridges
        self._resting: dict[str, tuple[datetime, str]] | None = None
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._asked_at: dict[str, float] = {}

    async def turn(self, url: str) -> None:
        """Return when the host of `url` may be asked; those that ask meanwhile wait for their own turn."""
        place = next((one for one in (urlsplit(url).hostname or "", domain(url)) if one in self._gaps_s), "")
        if not place:
            return
        loop = asyncio.get_running_loop()
        async with self._turns[place]:
            wait_s = self._asked_at.get(place, -self._gaps_s[place]) + self._gaps_s[place] - loop.time()
            if wait_s > 0 and place in self._asked_at:
                await asyncio.sleep(wait_s)
            self._asked_at[place] = loop.time()

    def check(self, url: str, *, of_an_api: bool) -> None:
        """Raises BadStatus, with the status that it gave, while its host, or the address itself where many share the host, wants
        no question.

        `of_an_api`: who sends headers of its own is a client with limits of its own, and no reader.
        """
        if of_an_api:
            return
        if self._resting is None:
            self._resting = self._book.rests(self._now)
        until, why = self._resting.get(self._rests_as(url), (self._now, ""))
        if until > self._now:
            left_s = (until - self._now).total_seconds()
            said = f"{guard.shown(url)}: not asked: it answered {why}, and asked not to be asked before {until:%Y-%m-%d %H:%M %Z}"
            status = 503 if "503" in why else 429
            raise BadStatus(said, "nothing is to be done: it is asked again then", status=status, retry_after_s=left_s)

    def rest(self, url: str, status: int, wait_s: float | None, *, of_an_api: bool) -> None:
        """Remember a refusal that names when to come again; one that names nothing is no rest."""
        if of_an_api or status not in (429, 503) or not wait_s:
            return
        place, until = self._rests_as(url), self._now + min(timedelta(seconds=wait_s), LONGEST_REST)
        self._book.rest(place, until, f"HTTP {status}")
        if self._resting is not None:
            self._resting[place] = until, f"HTTP {status}"

    def _rests_as(self, url: str) -> str:
        """What a moment that `url` names holds for: its host, or where many publishers share that, itself without its scheme."""
        parts = urlsplit(url)
        place = parts.netloc.lower()
        if place not in self._bridges and MANY_PUBLISHERS.isdisjoint((parts.hostname or "", domain(url))):
            return place
        return f"{place}{parts.path}?{parts.query}".removesuffix("?")

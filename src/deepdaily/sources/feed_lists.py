"""A list of feeds that somebody keeps elsewhere, as OPML: each run asks what it names."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import NamedTuple

from deepdaily.core.errors import FetchError, SourceError
from deepdaily.core.types import Harvest, SourceHealth, SourceKind, SourceState, Window
from deepdaily.engine import Engine
from deepdaily.read.fetch import Fetcher
from deepdaily.settings.source_tables import FeedTable, OpmlTable
from deepdaily.sources.feed_choice import Ours, any_title
from deepdaily.sources.feeds import Feed
from deepdaily.sources.offering import parsed
from deepdaily.sources.opml import FeedList, parse_opml, read_file

FEEDS_S = 45.0
"""For all feeds of a list together: less than a run gives its sources, so that what has answered by then is not lost."""

COPIES = 7
"""Earlier answers that are tried where the list cannot be read: the last good copy is among them unless it failed for days."""

NAMED = 5
"""Failed feeds of a list that are named."""


class _Got(NamedTuple):
    told: FeedList
    remark: str
    moved_to: str = ""


class FeedsOfList:
    """The feeds of an OPML list as one source; its offers bear the names of the feeds.

    Args:
        known: addresses that are asked by themselves, and so not once more.
    """

    kind: SourceKind = "feed"
    stands_in_for: tuple[str, ...] = ()

    def __init__(
        self, table: OpmlTable, fetcher: Fetcher, engine: Engine, ours: Ours = any_title, known: Collection[str] = ()
    ) -> None:
        self.table, self.name, self.address = table, table.called, table.url
        self._fetcher, self._engine, self._ours, self._known = fetcher, engine, ours, frozenset(known)

    async def harvest(self, window: Window) -> Harvest:
        """What its feeds offer, in the order of the list; a feed that fails costs only itself, and is told.

        Raises:
            SourceError, FetchError: there is no list, not of an earlier day either, or none of its feeds answers.
        """
        got = await self._list()
        feeds = [one for one in got.told.feeds if one.url not in self._known]
        asked = feeds[: self.table.most_feeds]
        cut = f"{len(feeds) - len(asked)} of its feeds are not asked: most_feeds is {self.table.most_feeds}"
        made = [Feed(FeedTable(url=one.url, name=one.name), self._fetcher, self._engine, self._ours) for one in asked]
        found, failed = await _harvests(made, window)
        if made and not found:
            raise SourceError(f"none of its {len(made)} feeds answers: {failed[0]}", "look whether the list is still kept")
        remarks = [got.remark, *got.told.remarks, cut if len(feeds) > len(asked) else "", _failures(failed, len(made))]
        return _together(self.name, self.kind, found, "; ".join(filter(None, remarks)), got.moved_to)

    async def _list(self) -> _Got:
        """The list as it is now, or its last good copy.

        Raises:
            SourceError, FetchError: neither.
        """
        url = self.table.url
        key = url if "://" in url else f"file:{url}"
        try:
            if "://" in url:
                snapshot = await self._fetcher.get(url, conditional=True)
                body = self._fetcher.body(snapshot)
                return _Got(await self._parsed(body), "", snapshot.moved_to)
            told = await self._parsed(body := await read_file(url))
            self._fetcher.received(key, "text/x-opml", body)
            return _Got(told, "")
        except (SourceError, FetchError) as error:
            for snapshot in self._fetcher.earlier(key, COPIES):
                try:
                    told = await self._parsed(self._fetcher.body(snapshot))
                except (SourceError, FetchError):
                    continue
                return _Got(told, f"the list cannot be read ({error}); its copy of {snapshot.fetched_at:%Y-%m-%d} is used")
            raise

    async def _parsed(self, body: bytes) -> FeedList:
        return await parsed(self._engine, parse_opml, body)


async def _harvests(feeds: Sequence[Feed], window: Window) -> tuple[list[Harvest], list[str]]:
    """What the feeds gave within FEEDS_S, in their order, and a line for each that gave nothing."""

    async def one(feed: Feed) -> Harvest | str:
        try:
            return await feed.harvest(window)
        except (SourceError, FetchError) as error:
            return f"{feed.name}: {error}"

    tasks = [asyncio.create_task(one(feed)) for feed in feeds]
    if not tasks:
        return [], []
    try:
        await asyncio.wait(tasks, timeout=FEEDS_S)
    finally:
        for task in tasks:
            task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    given, lost = list[Harvest](), list[str]()
    for feed, told in zip(feeds, ended, strict=True):
        if isinstance(told, Harvest):
            given.append(told)
        elif isinstance(told, str):
            lost.append(told)
        elif isinstance(told, asyncio.CancelledError):
            lost.append(f"{feed.name}: no answer in {FEEDS_S:g} s")
        else:
            raise told
    return given, lost


def _failures(failed: Sequence[str], of: int) -> str:
    more = f" and {len(failed) - NAMED} more" if len(failed) > NAMED else ""
    return f"{len(failed)} of {of} feeds gave nothing: {'; '.join(failed[:NAMED])}{more}" if failed else ""


def _together(name: str, kind: SourceKind, found: Sequence[Harvest], message: str, moved_to: str) -> Harvest:
    offers = tuple(offer for harvest in found for offer in harvest.offers)
    documents = tuple(document for harvest in found for document in harvest.documents)
    losses = tuple(loss for harvest in found for loss in harvest.losses)
    newest = max((harvest.health.newest for harvest in found if harvest.health.newest), default=None)
    state: SourceState = "ok" if offers else "empty"
    message = message or ("" if offers else "nothing in the window in any of its feeds")
    return Harvest(
        SourceHealth(name, kind, state, len(offers), message, moved_to=moved_to, newest=newest), offers, documents, losses
    )

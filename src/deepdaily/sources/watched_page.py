"""A place without a feed: its list of links, or its sitemap, compared with last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from deepdaily.core.errors import FetchError, NotAFeed, SourceError
from deepdaily.core.types import Harvest, Loss, Snapshot, SourceHealth, SourceKind, Window
from deepdaily.core.urls import domain
from deepdaily.sources.listed_rows import MOST_LOSSES, ListedRow, ListPlace, found, moved_for_good
from deepdaily.sources.offering import parsed
from deepdaily.sources.page_links import LinkListing, ListedLink, ListingBytes, parse_listing
from deepdaily.sources.seen_before import KNOWN_AT_FIRST, Remembered, new_in

if TYPE_CHECKING:
    from deepdaily.engine import Engine
    from deepdaily.read.fetch import Fetcher

MOST_CHILDREN = 3
"""Sitemaps of an index that are read, the newest first."""

WALL_S, MEMORY_MB = 15.0, 512


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched: `selector` says where on the page, `match` what the path of a link must hold."""

    url: str
    selector: str = ""
    match: str = ""
    most: int = 40


class WatchedPage:
    """One page or sitemap as a source.

    Args:
        name: unique among the sources of a digest; the store remembers links under it.
    """

    kind: SourceKind = "page"
    stands_in_for: tuple[str, ...] = ()

    def __init__(self, name: str, watched: Watched, fetcher: Fetcher, engine: Engine, book: Remembered) -> None:
        self.name, self._watched, self._book = name, watched, book
        self._fetcher, self._engine = fetcher, engine

    async def harvest(self, window: Window) -> Harvest:
        """The links that were not there last time, dated ones first and the newest of them foremost.

        On the first visit all are remembered, and only those with a date inside the window are offered.

        Raises:
            NotAFeed, SourceError, FetchError: nothing is listed; what was remembered stays.
        """
        snapshot, links, notes = await self._listed()
        fresh, first = new_in(self._book, self.name, [link.url for link in links], window.slot.key)
        self._book.keep_seen(self.name, fresh, window.slot.key)
        news = [link for link in links if link.url in fresh and (link.at or not first)]
        rows = [ListedRow(link.url, link.title, link.at) for link in sorted(news, key=_newest_first)]
        part = found(rows, ListPlace(self.name, self.kind, "", ""), window, snapshot, self._watched.most)
        losses = list(part.losses)
        if first:
            notes.append(f"first visit: {len(links)} links are known from now on, and new ones are offered")
            losses += [Loss(link.url, "collect", KNOWN_AT_FIRST) for link in links if not link.at]
        elif not part.offers:
            notes.append("no new link")
        state: Literal["ok", "empty"] = "ok" if part.offers else "empty"
        newest = max((link.at for link in links if link.at and link.at <= window.now), default=None)
        message, moved_to = "; ".join(notes), snapshot.moved_to
        health = SourceHealth(self.name, self.kind, state, len(part.offers), message, moved_to=moved_to, newest=newest)
        return Harvest(health, part.offers, losses=tuple(losses[:MOST_LOSSES]))

    async def _listed(self) -> tuple[Snapshot, list[ListedLink], list[str]]:
        """The page's answer, every link of it and of its sitemaps, and what is to be told of them."""
        snapshot, listing = await self._read(self._watched.url)
        notes = ["it has more links than are read"] if listing.cut else []
        links = list(listing.links)
        if listing.children:
            more, told = await self._children(listing.children)
            links, notes = [*links, *more], [*notes, *told]
        if snapshot.moved_to:
            notes.append(moved_for_good(snapshot.moved_to))
        elif domain(snapshot.final_url) != domain(self._watched.url):
            notes.append(f"it leads to {snapshot.final_url[:200]}")
        return snapshot, links, notes

    async def _read(self, url: str) -> tuple[Snapshot, LinkListing]:
        snapshot = await self._fetcher.get(url, conditional=True)
        asked = ListingBytes(
            snapshot.final_url, snapshot.media_type, self._fetcher.body(snapshot), self._watched.selector, self._watched.match
        )
        listing = await parsed(self._engine, parse_listing, asked, limits=(WALL_S, MEMORY_MB), failed=NotAFeed)
        return snapshot, listing

    async def _children(self, urls: Sequence[str]) -> tuple[list[ListedLink], list[str]]:
        """The links of the first sitemaps of an index, and what is to be told of the others.

        Raises:
            SourceError, FetchError: none could be read; the error is the first one's.
        """
        links: dict[str, ListedLink] = {}
        failed: list[tuple[str, SourceError | FetchError]] = []
        for url in urls[:MOST_CHILDREN]:
            try:
                _, listing = await self._read(url)
            except (SourceError, FetchError) as error:
                failed.append((url, error))
                continue
            links = {link.url: link for link in listing.links} | links
        if len(failed) == len(urls[:MOST_CHILDREN]):
            raise failed[0][1]
        told = [f"{url}: {error.advised}" for url, error in failed]
        if len(urls) > MOST_CHILDREN:
            told.append(f"of its {len(urls)} sitemaps the {MOST_CHILDREN} newest are read")
        return list(links.values()), told


def _newest_first(link: ListedLink) -> float:
    """Undated ones last, in the order of the page."""
    return -link.at.timestamp() if link.at else 0.0

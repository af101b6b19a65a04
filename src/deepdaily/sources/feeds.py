"""RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from deepdaily.core.errors import AddressRefused, FetchError, NotAFeed
from deepdaily.core.types import Harvest, SourceHealth, SourceKind, Window
from deepdaily.core.urls import domain
from deepdaily.engine import Engine
from deepdaily.read.fetch import Fetcher
from deepdaily.settings.source_tables import FeedTable
from deepdaily.settings.table import secret
from deepdaily.sources.feed_choice import KeptFeed, Ours, any_title
from deepdaily.sources.feed_entries import FeedBytes
from deepdaily.sources.feed_harvest import FeedAnswer, again, harvest_from, harvest_of
from deepdaily.sources.offering import parsed

WALL_S, MEMORY_MB = 15.0, 512
"""For one feed in its worker. All 134 corpus files together take half a second; the worst that passes the traps takes 14."""


Before = Callable[[str, str], Harvest | None]


def _nothing_before(slot: str, source: str) -> Harvest | None:
    return None


class Feed:
    """One feed as a source.

    Args:
        table: how it is asked and read; its name is unique among the sources of a digest.
        ours: which entries go first where there are more than it may offer.
        before: its harvest of the slot before a slot, by its name; what is unchanged since is not read again.
    """

    kind: SourceKind = "feed"
    stands_in_for: tuple[str, ...] = ()

    def __init__(
        self, table: FeedTable, fetcher: Fetcher, engine: Engine, ours: Ours = any_title, before: Before = _nothing_before
    ) -> None:
        self._before = before
        self.table, self.name, self.address = table, table.called, table.url
        self._fetcher, self._engine, self._ours = fetcher, engine, ours
        self._kept = KeptFeed(table.url, table.called, table.most, table.topic, table.language, table.text_only)

    async def harvest(self, window: Window) -> Harvest:
        """One offer an entry of the window, newest first, and the texts that entries carry; nothing is asked where a header's
        variable is not set. A page that names its feed is read by that, and the message says what to write in its place.

        Raises:
            NotAFeed, FetchError.
        """
        unset = [variable for variable in self.table.headers.values() if not secret(variable).strip()]
        if unset:
            return Harvest(SourceHealth(self.name, self.kind, "no-key", message=f"{unset[0]} is not in the environment"))
        try:
            return await self._read(self.table.url, window)
        except NotAFeed as error:
            if not error.leads_to:
                raise
            page = error
        try:
            made = await self._read(page.leads_to, window)  # once: a page may lead to itself
        except (NotAFeed, FetchError) as error:
            if page.remedy:
                raise NotAFeed(f"{page}, which gives none: {error}", page.remedy) from error
            if isinstance(error, AddressRefused):  # what it was asked for is a page all the same
                raise page from error
            raise
        told = "; ".join(filter(None, (page.advised if page.remedy else "", made.health.message)))
        return replace(made, health=replace(made.health, message=told))

    async def _read(self, url: str, window: Window) -> Harvest:
        headers = {header: secret(variable).strip() for header, variable in self.table.headers.items()}
        if self.table.user_agent:
            headers["User-Agent"] = self.table.user_agent
        if domain(url) != domain(self.table.url):  # a page that leads elsewhere gets no key
            headers = {}
        snapshot = await self._fetcher.get(url, headers=headers, conditional=True)
        body = self._fetcher.body(snapshot)
        answer = FeedBytes(snapshot.final_url, snapshot.media_type, body, window, self.table.timezone)
        asked = FeedAnswer(answer, snapshot, window, self._kept)
        if told := again(self._before(window.slot.key, self.name), asked):
            return told
        found = await parsed(self._engine, harvest_of, asked, limits=(WALL_S, MEMORY_MB), failed=NotAFeed)
        return found if isinstance(found, Harvest) else harvest_from(found, asked, self._ours)

"""The sources of the settings."""

from __future__ import annotations

from collections.abc import Sequence

from deepdaily.core.types import SourceKind, Watch
from deepdaily.engine import Engine
from deepdaily.read.fetch import Fetcher
from deepdaily.settings import Settings
from deepdaily.settings.source_tables import key_of
from deepdaily.sources import Source, load_pack
from deepdaily.sources.feeds import Feed
from deepdaily.sources.hackernews import HackerNews
from deepdaily.sources.websearch import Brave, WebSearch


def sources(
    settings: Settings,
    fetcher: Fetcher,
    engine: Engine,
    search_key: str | None = None,
    watches: Sequence[Watch] = (),
) -> list[Source]:
    """The configured sources; `search_key` stands in for the environment's (the sample day brings its own).

    `watches` are the open questions, which the first search asks for, too.
    """
    chosen = settings.sources
    feeds = {feed.url: feed.name for pack in chosen.packs for feed in load_pack(pack)}
    feeds |= {url: url for url in chosen.add}
    made: list[Source] = [Feed(url, name, fetcher, engine) for url, name in feeds.items()]
    if chosen.hackernews:
        made.append(HackerNews(fetcher, engine))
    for place, table in enumerate(chosen.search):
        followed = watches if place == 0 else ()
        provider = Brave(search_key or key_of(table))
        made.append(WebSearch(table.name, provider, table.queries, fetcher, engine, watches=followed))
    return made


def listed(settings: Settings) -> list[tuple[SourceKind, str, str]]:
    """The configured sources as kind, name and address, in the order they are asked."""
    chosen = settings.sources
    rows: list[tuple[SourceKind, str, str]] = [
        ("feed", feed.name, feed.url) for pack in chosen.packs for feed in load_pack(pack)
    ]
    rows += [("feed", url, url) for url in chosen.add]
    rows += [("hackernews", "hackernews", "https://hn.algolia.com/")] if chosen.hackernews else []
    return rows + [("search", table.name, ", ".join(table.queries)) for table in chosen.search]

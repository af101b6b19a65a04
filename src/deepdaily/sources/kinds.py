"""The sources of the settings."""

from __future__ import annotations

from collections.abc import Sequence

from deepdaily.core.types import SourceKind, Watch
from deepdaily.engine import Engine
from deepdaily.read.fetch import Fetcher
from deepdaily.settings import Settings
from deepdaily.settings.short_forms import address_of
from deepdaily.settings.source_tables import BraveTable, SearchTable, SearxngTable, Sources, searches
from deepdaily.settings.table import secret
from deepdaily.sources import Source, load_pack
from deepdaily.sources.feeds import Feed
from deepdaily.sources.hackernews import HackerNews
from deepdaily.sources.more_kinds import further, further_listed
from deepdaily.sources.search import Provider, WebSearch, asked_after
from deepdaily.sources.search.brave import Brave
from deepdaily.sources.search.searxng import Searxng
from deepdaily.sources.seen_before import NOTHING_SEEN, Remembered


def sources(
    settings: Settings,
    fetcher: Fetcher,
    engine: Engine,
    search_key: str | None = None,
    watches: Sequence[Watch] = (),
    book: Remembered = NOTHING_SEEN,
) -> list[Source]:
    """The configured sources; `search_key` stands in for the environment's (the sample day brings its own).

    `watches` are the open questions, which the first search asks for, too; `book` is the store that remembers links.
    """
    chosen = settings.sources
    made: list[Source] = [Feed(url, name, fetcher, engine) for url, name in _feeds(chosen).items()]
    if chosen.hackernews:
        made.append(HackerNews(fetcher, engine))
    made += further(chosen, fetcher, engine, book, settings.network.allow_private)
    followed = asked_after(watches)
    for table, queries, before in searches(chosen.search):
        followed = followed if before or table is chosen.search[0] else []
        provider = _provider(table, search_key)
        made.append(WebSearch(table.name, provider, [*queries, *followed], fetcher, engine, stands_in_for=before))
    return made


def listed(settings: Settings) -> list[tuple[SourceKind, str, str]]:
    """The configured sources as kind, name and address, in the order they are asked."""
    chosen = settings.sources
    rows: list[tuple[SourceKind, str, str]] = [("feed", name, url) for url, name in _feeds(chosen).items()]
    rows += [("hackernews", "hackernews", "https://hn.algolia.com/")] if chosen.hackernews else []
    rows += further_listed(chosen)
    for table, queries, before in searches(chosen.search):
        instead = f" (where {before[-1]} gives no answer)" if before else ""
        rows.append(("search", table.name, ", ".join(queries) + instead))
    return rows


def _feeds(chosen: Sources) -> dict[str, str]:
    """The name of each feed by its address, in the order they are asked."""
    bundled = {feed.url: feed.name for pack in chosen.packs for feed in load_pack(pack)}
    return bundled | {address_of(url, chosen.rsshub): url for url in chosen.add}


def _provider(table: SearchTable, search_key: str | None) -> Provider:
    match table:
        case BraveTable():
            return Brave(search_key or secret(table.key_env))
        case SearxngTable():
            return Searxng(table.endpoint, table.categories)

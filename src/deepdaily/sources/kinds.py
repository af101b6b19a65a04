"""The sources of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deepdaily.core.types import SourceKind, Watch
from deepdaily.engine import Engine
from deepdaily.read.fetch import Fetcher
from deepdaily.settings import Settings
from deepdaily.settings.source_tables import BraveTable, FeedTable, SearchTable, SearxngTable, Sources, searches
from deepdaily.settings.table import secret
from deepdaily.sources import PackFeed, Source, load_pack
from deepdaily.sources.feed_choice import Ours
from deepdaily.sources.feed_lists import FeedsOfList
from deepdaily.sources.feeds import Feed, any_title
from deepdaily.sources.hackernews import HackerNews
from deepdaily.sources.search import Provider, WebSearch, asked_after
from deepdaily.sources.search.brave import Brave
from deepdaily.sources.search.searxng import Searxng


def sources(
    settings: Settings,
    fetcher: Fetcher,
    engine: Engine,
    search_key: str | None = None,
    watches: Sequence[Watch] = (),
    ours: Ours = any_title,
) -> list[Source]:
    """The configured sources; `search_key` stands in for the environment's (the sample day brings its own).

    `watches` are the open questions, which the first search asks for, too; `ours` says which titles go first where a source has
    more than it may offer.
    """
    chosen = settings.sources
    made: list[Source] = [Feed(table, fetcher, engine, ours) for table in feeds(chosen)]
    known = [table.url for table in feeds(chosen)]
    made += [FeedsOfList(table, fetcher, engine, ours, known) for table in chosen.opml]
    if chosen.hackernews:
        made.append(HackerNews(fetcher, engine))
    followed = asked_after(watches)
    for table, queries, before in searches(chosen.search):
        followed = followed if before or table is chosen.search[0] else []
        provider = _provider(table, search_key)
        made.append(WebSearch(table.name, provider, [*queries, *followed], fetcher, engine, stands_in_for=before))
    return made


def listed(settings: Settings) -> list[tuple[SourceKind, str, str]]:
    """The configured sources as kind, name and address, in the order they are asked."""
    chosen = settings.sources
    rows: list[tuple[SourceKind, str, str]] = [("feed", table.called, table.url) for table in feeds(chosen)]
    rows += [("feed", table.called, table.url) for table in chosen.opml]
    rows += [("hackernews", "hackernews", "https://hn.algolia.com/")] if chosen.hackernews else []
    for table, queries, before in searches(chosen.search):
        instead = f" (where {before[-1]} gives no answer)" if before else ""
        rows.append(("search", table.name, ", ".join(queries) + instead))
    return rows


def feeds(chosen: Sources) -> list[FeedTable]:
    """The feeds of the packs, those added, and those with a table of their own, in the order they are asked; each address once.

    A table, and what is added, takes the place of a pack's feed of that address. A pack's feed whose name another source bears
    is called by its address.
    """
    mine = {table.url: table for table in (*(FeedTable(url=url) for url in chosen.add), *chosen.feed)}
    taken = (
        {table.called for table in mine.values()}
        | {table.called for table in chosen.opml}
        | {table.name for table in chosen.search}
        | {HackerNews.name}
    )
    found: dict[str, FeedTable] = {}
    for one in bundled(chosen).values():
        if one.url in found or one.name in chosen.drop or one.url in chosen.drop:
            continue
        own = mine.pop(one.url, None)
        free = "" if one.name in taken else one.name
        found[one.url] = own.model_copy(update={"name": own.name or free}) if own else _of_pack(one, free)
        taken.add(found[one.url].called)
    return [*found.values(), *mine.values()]


def bundled(chosen: Sources) -> dict[str, PackFeed]:
    """The feeds of the packs by address, dropped ones too, in their order."""
    found: dict[str, PackFeed] = {}
    for one in (one for pack in chosen.packs for one in load_pack(pack)):
        found.setdefault(one.url, one)
    return found


def _of_pack(feed: PackFeed, name: str) -> FeedTable:
    language: Any = feed.language
    return FeedTable(url=feed.url, name=name, weight=feed.weight, language=language)


def weights(chosen: Sources) -> dict[str, float]:
    """What the word of each source counts, by its name; those that count 1 are left out."""
    return {table.called: table.weight for table in feeds(chosen) if table.weight != 1.0}


def _provider(table: SearchTable, search_key: str | None) -> Provider:
    match table:
        case BraveTable():
            return Brave(search_key or secret(table.key_env))
        case SearxngTable():
            return Searxng(table.endpoint, table.categories)

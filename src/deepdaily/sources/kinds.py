"""The sources of the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from deepdaily.core.types import SourceKind, Watch
from deepdaily.engine import Engine
from deepdaily.read.fetch import Fetcher
from deepdaily.settings import Settings
from deepdaily.settings.search_tables import BraveTable, ExaTable, KeyTable, SearchTable, SearxngTable, TavilyTable, searches
from deepdaily.settings.short_forms import address_of
from deepdaily.settings.source_tables import FeedTable, Sources
from deepdaily.settings.table import secret
from deepdaily.sources import PackFeed, Source, load_pack
from deepdaily.sources.feed_choice import Ours, any_title
from deepdaily.sources.feed_lists import FeedsOfList
from deepdaily.sources.feeds import Feed
from deepdaily.sources.hackernews import HackerNews
from deepdaily.sources.more_kinds import further, further_listed
from deepdaily.sources.search import Provider, asked_after
from deepdaily.sources.search.brave import Brave
from deepdaily.sources.search.budget import KeyBudget, Plan, Spend, budget_name, in_memory
from deepdaily.sources.search.exa import Exa
from deepdaily.sources.search.searxng import Searxng
from deepdaily.sources.search.tavily import Tavily
from deepdaily.sources.search.web_search import WebSearch
from deepdaily.sources.seen_before import NOTHING_SEEN, Remembered


def _utc() -> datetime:
    return datetime.now(UTC)


def sources(
    settings: Settings,
    fetcher: Fetcher,
    engine: Engine,
    search_key: str | None = None,
    watches: Sequence[Watch] = (),
    book: Remembered = NOTHING_SEEN,
    *,
    spend: Spend | None = None,
    clock: Callable[[], datetime] = _utc,
    ours: Ours = any_title,
) -> list[Source]:
    """The configured sources; `search_key` stands in for the environment's (the sample day brings its own, and no limits).

    Args:
        watches: the open questions, which the first search asks for, before all else.
        book: the store, which remembers what was seen.
        spend: `Store.spend`: what a key has left is counted there; None: for this run alone.
        clock: what time it is for the plans of keys, whatever day is written.
        ours: whether a title, with its address, speaks of our field: of what lists more than can be read, those come first.
    """
    chosen = settings.sources
    kept = feeds(chosen)
    made: list[Source] = [Feed(table, fetcher, engine, ours, book.harvest_before) for table in kept]
    known = [table.url for table in kept]
    made += [FeedsOfList(table, fetcher, engine, ours, known) for table in chosen.opml]
    if chosen.hackernews:
        made.append(HackerNews(fetcher, engine, ours))
    made += further(chosen, fetcher, engine, book, settings.network.allow_private)
    followed, spend = [*asked_after(watches), *chosen.follow], spend or in_memory()
    for table, queries, before in searches(chosen.search):
        followed = followed if before or table is chosen.search[0] else []
        provider, asked = _provider(table, search_key), [*followed, *queries]
        budget = None if search_key is not None else _budget(table, spend, clock)
        made.append(WebSearch(table.name, provider, asked, fetcher, engine, stands_in_for=before, budget=budget))
    return made


def listed(settings: Settings) -> list[tuple[SourceKind, str, str]]:
    """The configured sources as kind, name and address, in the order they are asked."""
    chosen = settings.sources
    rows: list[tuple[SourceKind, str, str]] = [("feed", table.called, table.url) for table in feeds(chosen)]
    rows += [("feed", table.called, table.url) for table in chosen.opml]
    rows += [("hackernews", "hackernews", "https://hn.algolia.com/")] if chosen.hackernews else []
    rows += further_listed(chosen)
    for table, queries, before in searches(chosen.search):
        instead = f" (where {before[-1]} gives no answer)" if before else ""
        rows.append(("search", table.name, ", ".join(queries) + instead))
    return rows


def feeds(chosen: Sources) -> list[FeedTable]:
    """The feeds of the packs, those added, and those with a table of their own, in the order they are asked; each address once.

    A table, and what is added, takes the place of a pack's feed of that address. A pack's feed whose name another source bears
    is called by its address.
    """
    kept = (*(FeedTable(url=url) for url in chosen.add), *chosen.feed)
    mine = {one.url: one for one in (_asked(table, chosen.rsshub) for table in kept)}
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


def remarks(chosen: Sources) -> list[str]:
    """What the settings say of feeds without effect, with what to do; empty where there is nothing such."""
    called = {name: one.name for one in bundled(chosen).values() for name in (one.name, one.url)}
    said = []
    for name in chosen.drop:
        if name not in called:
            by_small = {one.casefold(): one for one in called}
            near = get_close_matches(name.casefold(), by_small, n=1)
            meant = f"did you mean {by_small[near[0]]!r}?" if near else "one of your own is taken out by `deepdaily sources remove`"
            said.append(f"drop: no feed of your lists is called {name!r}; {meant}")
    addresses = [_asked(table, chosen.rsshub).url for table in (*(FeedTable(url=url) for url in chosen.add), *chosen.feed)]
    twice = dict.fromkeys(one for one in addresses if addresses.count(one) > 1)
    return [*said, *(f"{one} is named more than once; the last one counts, take the others out" for one in twice)]


def _asked(table: FeedTable, bridge: str) -> FeedTable:
    """The table with the address that a short one means; it is called as it is written."""
    address = address_of(table.url, bridge)
    return table if address == table.url else table.model_copy(update={"url": address, "name": table.called})


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
            return Brave(search_key or secret(table.key_env), table.vertical)
        case TavilyTable():
            return Tavily(secret(table.key_env), table.topic)
        case ExaTable():
            return Exa(secret(table.key_env))
        case SearxngTable():
            return Searxng(table.endpoint, table.categories)


def _budget(table: SearchTable, spend: Spend, clock: Callable[[], datetime]) -> KeyBudget | None:
    """That of its key; None where nothing limits it."""
    if not isinstance(table, KeyTable):
        return None
    name, plan = budget_name(table.provider, secret(table.key_env)), Plan(table.per_month, table.per_second)
    return KeyBudget(name, plan, spend, clock)

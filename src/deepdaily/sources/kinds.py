"""The sources of the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from deepdaily.core.types import SourceKind, Watch
from deepdaily.engine import Engine
from deepdaily.read.fetch import Fetcher
from deepdaily.settings import Settings
from deepdaily.settings.search_tables import BraveTable, ExaTable, KeyTable, SearchTable, SearxngTable, TavilyTable, searches
from deepdaily.settings.short_forms import address_of
from deepdaily.settings.source_tables import Sources
from deepdaily.settings.table import secret
from deepdaily.sources import Source, load_pack
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
    ours: Callable[[str, str], bool] = lambda title, url: True,
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
    made: list[Source] = [Feed(url, name, fetcher, engine) for url, name in _feeds(chosen).items()]
    if chosen.hackernews:
        made.append(HackerNews(fetcher, engine, ours))
    made += further(chosen, fetcher, engine, book)
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

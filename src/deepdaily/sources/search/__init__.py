"""Web search: a few queries a day, each provider a source of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from deepdaily.core.errors import FetchError, QuotaSpent, RateLimited, SourceError
from deepdaily.core.text import clean, squeeze
from deepdaily.core.types import Harvest, Offer, Snapshot, SourceHealth, SourceKind, SourceState, Watch, Window
from deepdaily.read.extract import fragment, moment
from deepdaily.sources.offering import offer, parsed

if TYPE_CHECKING:  # a worker that reads an answer passes here, and fetches nothing
    from deepdaily.engine import Engine
    from deepdaily.read.fetch import Fetcher

MAX_RESULTS = 20
MAX_PAUSE_S = 5.0
"""Longest wait before the second and last attempt; a provider that names more is asked another day."""
MOST_FOLLOWED = 2
"""Open questions asked for a day: the queries of the settings are what the quota is for."""


@dataclass(frozen=True, slots=True)
class Result:
    url: str
    title: str
    snippet: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Results:
    """One answer, best first."""

    found: tuple[Result, ...]
    note: str = ""
    """What the provider says of itself, for the source's health."""


class Provider(Protocol):
    """How a search is asked, how its answers are read, and what its refusals mean."""

    unset: str
    """Why it cannot be asked, which is no trouble; empty where it can."""

    @property
    def parse(self) -> Callable[[bytes], Results]:
        """Reads an answer; a function of a module, for it runs in a worker. It raises SourceError."""
        ...

    def request(self, query: str, days: int = 1) -> tuple[str, dict[str, str]]:
        """Address and headers of one query for pages at most `days` old, or the next span that the provider knows.

        A key is in no address: those are printed.
        """
        ...

    def refusal(self, error: FetchError) -> FetchError | SourceError:
        """What a failed request means: QuotaSpent, RateLimited, or `error` with words of what to do."""
        ...


def plain(markup: object) -> str:
    """A title or snippet on one line, without its marks."""
    return squeeze(fragment(str(markup or "")[:2_000]))


def results_in(rows: Sequence[object], snippet: str, *dates: str) -> tuple[Result, ...]:
    """The first MAX_RESULTS rows of an answer; of the keys in `dates` the first that holds a date counts."""
    return tuple(_result(row, snippet, dates) for row in rows[:MAX_RESULTS] if isinstance(row, dict))


def _result(raw: dict[str, object], snippet: str, dates: Sequence[str]) -> Result:
    stated = (moment(str(raw.get(key) or "")) for key in dates)
    url, title = clean(str(raw.get("url") or "")), plain(raw.get("title"))[:300]
    return Result(url, title, plain(raw.get(snippet)), next(filter(None, stated), None))


def asked_after(watches: Sequence[Watch]) -> list[str]:
    """The queries for open questions: what each asks of, by its names. Questions of one thing are one query."""
    named = (" ".join(watch.entities).strip("「」…")[:100] for watch in watches)
    return list(dict.fromkeys(filter(None, named)))[:MOST_FOLLOWED]


class WebSearch:
    """Queries to one provider, one after the other, as one source: quota and health are its own.

    Args:
        pause: waits before a second attempt, at most MAX_PAUSE_S.
        stands_in_for: other searches; where one of them answers, this one is not asked.
    """

    kind: SourceKind = "search"

    def __init__(
        self,
        name: str,
        provider: Provider,
        queries: Sequence[str],
        fetcher: Fetcher,
        engine: Engine,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        stands_in_for: Sequence[str] = (),
    ) -> None:
        self.name, self.stands_in_for = name, tuple(stands_in_for)
        self._provider, self._queries = provider, tuple(dict.fromkeys(queries))
        self._fetcher, self._engine, self._pause = fetcher, engine, pause
        self._spent: QuotaSpent | None = None

    async def harvest(self, window: Window) -> Harvest:
        """One offer a link, in the order of queries and results. It is ok if any query gave offers.

        A spent quota ends the asking. Without a key nothing is asked, which is no trouble.

        Raises:
            QuotaSpent, RateLimited, SourceError, FetchError: every query failed; the error is that of the last.
        """
        if self._provider.unset:
            return Harvest(SourceHealth(self.name, self.kind, "no-key", message=self._provider.unset))
        offers: dict[str, Offer] = {}
        failed: list[SourceError | FetchError] = []
        notes: list[str] = []
        for query in self._queries:
            try:
                results = await self.ask(query)
            except (SourceError, FetchError) as error:
                failed.append(error)
                notes.append(f"{query!r}: {error.advised}")
                if isinstance(error, QuotaSpent):
                    break
                continue
            notes.append(results.note)
            for made in filter(None, (self._offer(result, window) for result in results.found)):
                offers.setdefault(made.url, made)
        if failed and not offers and (len(failed) == len(self._queries) or isinstance(failed[-1], QuotaSpent)):
            raise failed[-1]
        state: SourceState = "ok" if offers else "empty"
        message = "; ".join(dict.fromkeys(filter(None, notes)))
        return Harvest(SourceHealth(self.name, self.kind, state, len(offers), message), tuple(offers.values()))

    async def ask(self, query: str, days: int = 1) -> Results:
        """The results of one query, asked once more where the provider says "too fast" and names a short time.

        Raises:
            QuotaSpent: now, or before: then nothing is asked.
            RateLimited, SourceError, FetchError: no answer.
        """
        if self._spent:
            raise self._spent
        url, headers = self._provider.request(query, days)
        try:
            snapshot = await self._got(url, headers)
        except RateLimited as error:
            if error.retry_after_s is None or error.retry_after_s > MAX_PAUSE_S:
                raise
            await self._pause(error.retry_after_s)
            snapshot = await self._got(url, headers)
        return await parsed(self._engine, self._provider.parse, self._fetcher.body(snapshot))

    async def _got(self, url: str, headers: dict[str, str]) -> Snapshot:
        try:
            return await self._fetcher.get(url, headers=headers)
        except FetchError as error:
            refusal = self._provider.refusal(error)
            if refusal is error:
                raise
            if isinstance(refusal, QuotaSpent):
                self._spent = refusal
            raise refusal from error

    def _offer(self, result: Result, window: Window) -> Offer | None:
        at = result.published_at
        return offer(self.name, result.url, result.title, window, published_at=at, teaser=result.snippet)

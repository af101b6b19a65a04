"""Web search: a few queries a day to one provider."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from deepdaily.core.errors import BadStatus, FetchError, QuotaSpent, RateLimited, SourceError
from deepdaily.core.text import clean
from deepdaily.core.types import Harvest, Offer, SourceHealth, SourceKind, SourceState, Watch, Window
from deepdaily.engine import Engine
from deepdaily.read.extract import fragment, moment
from deepdaily.read.fetch import Fetcher
from deepdaily.sources.offering import offer, parsed

MAX_RESULTS = 20
MAX_PAUSE_S = 5.0
"""Longest wait before the second and last attempt; a provider that names more is asked another day."""
DEFAULT_PAUSE_S = 1.0
"""Where a provider names no time: Brave's limit is one query a second."""
MOST_FOLLOWED = 2
"""Open questions asked for a day: the queries of the settings are what the quota is for."""


@dataclass(frozen=True, slots=True)
class Result:
    url: str
    title: str
    snippet: str
    published_at: datetime | None


def parse_brave(body: bytes) -> list[Result]:
    """The results of one answer, best first; runs in a worker. `3 days ago` is no date.

    Raises:
        SourceError: not an answer of this API.
    """
    try:
        answer = json.loads(body)
        results = answer["web"]["results"] if "web" in answer else [] if answer["type"] == "search" else None
    except (ValueError, RecursionError, KeyError, TypeError):
        results = None
    if not isinstance(results, list):
        raise SourceError("the answer has no list of results")
    return [_result(raw) for raw in results[:MAX_RESULTS] if isinstance(raw, dict)]


def _result(raw: dict[str, object]) -> Result:
    dates = (moment(str(raw.get(key) or "")) for key in ("page_age", "age"))
    return Result(
        url=clean(str(raw.get("url") or "")),
        title=_plain(raw.get("title"), 300),
        snippet=_plain(raw.get("description"), 2_000),
        published_at=next((date for date in dates if date), None),
    )


def _plain(markup: object, limit: int) -> str:
    return " ".join(fragment(str(markup or "")[:2_000]).split())[:limit]


class Brave:
    """Brave Search: how to ask it, how to read it, and what its refusals mean."""

    parse = staticmethod(parse_brave)

    def __init__(self, key: str) -> None:
        self.key = key

    def request(self, query: str) -> tuple[str, dict[str, str]]:
        """Address and headers of one query; the key is in a header, so that no address or message ever has it."""
        url = (
            f"https://api.search.brave.com/res/v1/web/search?q={quote(query, safe='')}&count={MAX_RESULTS}&freshness=pd"
        )
        return url, {"X-Subscription-Token": self.key, "Accept": "application/json"}

    def refusal(self, error: BadStatus) -> QuotaSpent | RateLimited | None:
        """What a 429 says: the month is used up, or one was too fast; None for another status.

        The body's code alone does not tell: with nothing left of the month (the second number), "too fast" comes too.
        """
        if error.status != 429:
            return None
        code = re.search(rb'"code"\s*:\s*"(\w+)"', error.body)
        left = _numbers(error.headers.get("x-ratelimit-remaining", ""))
        if (code and b"QUOTA" in code[1]) or (len(left) > 1 and left[1] <= 0):
            return QuotaSpent("the month's quota is spent")
        return RateLimited("asked too fast")

    def pause_s(self, error: BadStatus) -> float:
        """Seconds after which it may be asked again, as the answer says."""
        reset = _numbers(error.headers.get("x-ratelimit-reset", ""))
        if error.retry_after_s is not None:
            return error.retry_after_s
        return reset[0] if reset else DEFAULT_PAUSE_S


def _numbers(header: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", header)[:4]]


def asked_after(watches: Sequence[Watch]) -> list[str]:
    """The queries for open questions: what each asks of, by its names. Questions of one thing are one query."""
    named = (" ".join(watch.entities).strip("「」…")[:100] for watch in watches)
    return list(dict.fromkeys(filter(None, named)))[:MOST_FOLLOWED]


class WebSearch:
    """Queries to one provider, one after the other, as one source: quota and health are its own.

    Args:
        provider: asked as it wants to be asked; another one needs `key`, `parse`, `request`, `refusal`, `pause_s`.
        pause: waits before a second attempt, at most MAX_PAUSE_S.
        watches: open questions, the one that expires next first; MOST_FOLLOWED of them are asked for after `queries`.
    """

    kind: SourceKind = "search"

    def __init__(
        self,
        name: str,
        provider: Brave,
        queries: Sequence[str],
        fetcher: Fetcher,
        engine: Engine,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        watches: Sequence[Watch] = (),
    ) -> None:
        self.name = name
        self._provider, self._queries = provider, tuple(dict.fromkeys([*queries, *asked_after(watches)]))
        self._fetcher, self._engine, self._pause = fetcher, engine, pause

    async def harvest(self, window: Window) -> Harvest:
        """One offer a link, in the order of queries and results. It is ok if any query gave offers.

        A spent quota ends the asking. Without a key nothing is asked, which is no trouble.

        Raises:
            QuotaSpent, RateLimited, SourceError, FetchError: every query failed; the error is that of the last.
        """
        if not self._provider.key:
            return Harvest(SourceHealth(self.name, self.kind, "no-key", message="no key is set: search is left out"))
        offers: dict[str, Offer] = {}
        failed: list[tuple[str, SourceError | FetchError]] = []
        for query in self._queries:
            try:
                results = await self._ask(query)
            except (SourceError, FetchError) as error:
                failed.append((query, error))
                if isinstance(error, QuotaSpent):
                    break
                continue
            for made in filter(None, (self._offer(result, window) for result in results)):
                offers.setdefault(made.url, made)
        if failed and not offers and (len(failed) == len(self._queries) or isinstance(failed[-1][1], QuotaSpent)):
            raise failed[-1][1]
        state: SourceState = "ok" if offers else "empty"
        message = "; ".join(f"{query!r}: {error}" for query, error in failed)
        return Harvest(SourceHealth(self.name, self.kind, state, len(offers), message), tuple(offers.values()))

    async def _ask(self, query: str) -> list[Result]:
        """The results of one query, asked once more where the provider says "too fast" and names a short time."""
        url, headers = self._provider.request(query)
        try:
            snapshot = await self._fetcher.get(url, headers=headers)
        except BadStatus as error:
            refusal, pause_s = self._provider.refusal(error), self._provider.pause_s(error)
            if not isinstance(refusal, RateLimited) or pause_s > MAX_PAUSE_S:
                raise refusal or error from error
            await self._pause(pause_s)
            try:
                snapshot = await self._fetcher.get(url, headers=headers)
            except BadStatus as again:
                raise self._provider.refusal(again) or again from again
        return await parsed(self._engine, self._provider.parse, self._fetcher.body(snapshot))

    def _offer(self, result: Result, window: Window) -> Offer | None:
        at = result.published_at
        return offer(self.name, result.url, result.title, window, published_at=at, teaser=result.snippet)

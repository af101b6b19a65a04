"""A web search as a source: its queries to one provider, within what its key has left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from deepdaily.core.errors import BadStatus, FetchError, QuotaSpent, RateLimited, SourceError, Unreachable
from deepdaily.core.types import Harvest, Offer, Snapshot, SourceHealth, SourceKind, SourceState, Window
from deepdaily.engine import Engine
from deepdaily.read.fetch import Fetcher
from deepdaily.sources import Source
from deepdaily.sources.offering import offer, parsed
from deepdaily.sources.search import DAY, Inquiry, Provider, Result, Results, Span
from deepdaily.sources.search.budget import MAX_PAUSE_S, KeyBudget

ANSWER_S = 10.0
"""How long one answer may take. Who takes longer is not asked again in this round: those behind it still need their time."""

MOST_FAILURES = 3
"""So many queries without an answer, one after the other, and the rest is not asked."""

ROUND_S = 25.0
"""How long the queries of one round may take together: two searches of a chain have time before the collecting ends."""


@dataclass(slots=True)
class _Round:
    """What became of the queries of one span."""

    offers: dict[str, Offer] = field(default_factory=dict)
    failed: list[SourceError | FetchError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    answered: int = 0

    def said(self) -> str:
        return "; ".join(dict.fromkeys(filter(None, self.notes)))


@dataclass(frozen=True, slots=True)
class _KeyToll:
    """Takes each question from the key's budget, and tells it what the provider says is left."""

    budget: KeyBudget
    provider: Provider
    for_page: bool

    async def pay(self) -> None:
        await self.budget.take(for_page=self.for_page)

    def told(self, headers: Mapping[str, str]) -> None:
        if left := self.provider.left(headers):
            self.budget.told(*left)


class WebSearch:
    """Queries to one provider, one after the other, as one source: quota and health are its own.

    Args:
        queries: the most valuable first; the last ones are not asked where the budget is small.
        pause: waits before a second attempt, at most MAX_PAUSE_S.
        stands_in_for: other searches; where one of them answers, this one is not asked.
        budget: of its key; None where nothing limits it.
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
        budget: KeyBudget | None = None,
    ) -> None:
        self.name, self.stands_in_for = name, tuple(stands_in_for)
        self._provider, self._queries, self._budget = provider, tuple(dict.fromkeys(queries)), budget
        self._fetcher, self._engine, self._pause = fetcher, engine, pause
        self._spent: QuotaSpent | None = None

    async def harvest(self, window: Window) -> Harvest:
        """One offer a link, in the order of queries and results, of the window's last day. It is ok if any query gave offers.

        A spent quota, a refused key, a silent provider and MOST_FAILURES in a row end the asking; what was not asked is told.
        Without a key nothing is asked, which is no trouble.

        Raises:
            QuotaSpent, RateLimited, SourceError, FetchError: no query was answered, or no offer came before the asking ended; the
                error is that of the last.
        """
        if self._provider.unset:
            return Harvest(SourceHealth(self.name, self.kind, "no-key", message=self._provider.unset))
        asked = await self._round(window, Span(max(window.since, window.now - DAY), window.now, window.now))
        if asked.failed and not asked.offers and (not asked.answered or _ends(asked.failed[-1])):
            raise asked.failed[-1]
        state: SourceState = "ok" if asked.offers else "empty"
        return Harvest(SourceHealth(self.name, self.kind, state, len(asked.offers), asked.said()), tuple(asked.offers.values()))

    async def widened(self, window: Window, harvest: Harvest) -> Harvest:
        """`harvest` with what the window holds before its last day. A failure is told in its message and costs only that."""
        asked = await self._round(window, Span(window.since, window.now - DAY, window.now))
        known = {one.url for one in harvest.offers}
        offers = (*harvest.offers, *(one for one in asked.offers.values() if one.url not in known))
        said = asked.said()
        message = "; ".join(filter(None, (harvest.health.message, said and f"looking further back: {said}")))
        state: SourceState = "ok" if offers else harvest.health.state
        return replace(harvest, health=replace(harvest.health, state=state, offers=len(offers), message=message), offers=offers)

    async def _round(self, window: Window, span: Span) -> _Round:
        """Every query asked for pages of `span`, as far as budget, provider and time allow."""
        asked, loop = _Round(), asyncio.get_running_loop()
        ends_at, in_a_row = loop.time() + ROUND_S, 0
        for place, query in enumerate(self._queries):
            if loop.time() >= ends_at:
                asked.notes.append(f"no time in {ROUND_S:g} s for {_named(self._queries[place:])}")
                break
            try:
                results = await self.ask(query, span)
            except (SourceError, FetchError) as error:
                asked.failed.append(error)
                asked.notes.append(f"{query!r}: {error.advised}")
                in_a_row += 1
                if _ends(error) or in_a_row == MOST_FAILURES:
                    rest = self._queries[place + 1 :]
                    asked.notes.append(f"not asked: {_named(rest)}" if rest else "")
                    break
                continue
            in_a_row, asked.answered = 0, asked.answered + 1
            asked.notes.append(results.note)
            for made in filter(None, (self._offer(result, window) for result in results.found)):
                asked.offers.setdefault(made.url, made)
        return asked

    async def ask(self, query: str, span: Span, *, for_page: bool = False) -> Results:
        """The results of one query, asked once more where the provider says "too fast" and names a short time.

        `for_page`: for a maker's page, for which the queries of the morning leave a part of the budget.

        Raises:
            QuotaSpent: now, or before: then nothing is asked.
            RateLimited, SourceError, FetchError: no answer to its first question; without one to a further question the first
                answer counts, with a note.
        """
        if self._spent:
            raise self._spent
        first, *more = self._provider.inquiries(query, span)
        results = await self._answer(first, for_page)
        for inquiry in more:
            if results.complete:
                break
            try:
                also = await self._answer(inquiry, for_page)
            except (SourceError, FetchError) as error:
                return replace(results, note=f"{query!r}, asked further: {error.advised}")
            results = Results(results.found + also.found, "; ".join(filter(None, (results.note, also.note))), also.complete)
        return results

    async def _answer(self, inquiry: Inquiry, for_page: bool) -> Results:
        slowed = ""
        try:
            snapshot = await self._got(inquiry, for_page)
        except RateLimited as error:
            if error.retry_after_s is None or error.retry_after_s > MAX_PAUSE_S:
                raise
            slowed = f"{error}, and once more after a pause"
            await self._pause(error.retry_after_s)
            snapshot = await self._got(inquiry, for_page)
        results = await parsed(self._engine, self._provider.parse, self._fetcher.body(snapshot))
        return replace(results, note="; ".join(filter(None, (slowed, results.note))))

    async def _got(self, inquiry: Inquiry, for_page: bool) -> Snapshot:
        toll = _KeyToll(self._budget, self._provider, for_page) if self._budget else None
        try:
            async with asyncio.timeout(ANSWER_S) as deadline:
                return await self._fetcher.get(inquiry.url, headers=inquiry.headers, body=inquiry.body, toll=toll)
        except TimeoutError:
            if not deadline.expired():
                raise
            raise Silent(f"no answer within {ANSWER_S:g} s") from None
        except FetchError as error:
            refusal = self._provider.refusal(error)
            if refusal is error:
                raise
            if isinstance(refusal, QuotaSpent):
                self._spent = refusal
                if self._budget:
                    self._budget.close(str(refusal), refusal.retry_after_s)
            raise refusal from error

    def _offer(self, result: Result, window: Window) -> Offer | None:
        at = result.published_at
        return offer(self.name, result.url, result.title, window, published_at=at, teaser=result.snippet)


class Silent(Unreachable):
    """A provider that took a question and did not answer in time."""


def _ends(error: SourceError | FetchError) -> bool:
    """Whether asking on is pointless: nothing is left, the key is refused, or the provider wants or takes its time."""
    match error:
        case QuotaSpent() | Silent() | BadStatus(status=401 | 403):
            return True
        case RateLimited():
            return error.retry_after_s is not None and error.retry_after_s > MAX_PAUSE_S
    return False


def _named(queries: Sequence[str]) -> str:
    """The first three by name, the others as a number."""
    more = f" and {len(queries) - 3} more" if len(queries) > 3 else ""
    return ", ".join(map(repr, queries[:3])) + more


async def widened(
    sources: Sequence[Source], harvests: Sequence[Harvest], window: Window, *, wall_s: float, keep: Callable[[Harvest], Harvest]
) -> list[Harvest]:
    """The harvests in their order, those of searches that answered with what they find of the days before.

    Args:
        sources: those that gave `harvests`, by name.
        keep: is given each new one, as `Store.keep_harvest`.
    """
    searches = {one.name: one for one in sources if isinstance(one, WebSearch)}

    async def one(harvest: Harvest) -> Harvest:
        search = searches.get(harvest.health.source)
        if search is None or not harvest.health.answered:
            return harvest
        try:
            async with asyncio.timeout(wall_s) as deadline:
                return keep(await search.widened(window, harvest))
        except TimeoutError:
            if not deadline.expired():
                raise
            said = f"looking further back: no answer within {wall_s:g} s"
            message = "; ".join(filter(None, (harvest.health.message, said)))
            return keep(replace(harvest, health=replace(harvest.health, message=message)))

    return list(await asyncio.gather(*map(one, harvests)))

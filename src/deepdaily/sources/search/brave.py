"""Brave Search: how to ask it, how to read it, and what its refusals mean.

See https://api-dashboard.search.brave.com/documentation (web and news search, rate limiting), as of September 2026. Its headers
have a number for each limit: of the second first, of the month last; a month of 0 is one without a limit. Only answers count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Literal
from urllib.parse import quote

from deepdaily.core.errors import BadStatus, FetchError, QuotaSpent, RateLimited, SourceError
from deepdaily.sources.offering import json_of
from deepdaily.sources.search import MAX_RESULTS, Inquiry, Results, Span, results_in

API = "https://api.search.brave.com/res/v1/"

DEFAULT_PAUSE_S = 1.0
"""Where it names no time: its limit is one query a second."""

Vertical = Literal["web", "news", "both"]


def parse_brave(body: bytes) -> Results:
    """The results of one answer, best first: of the web, of the news beside them, or of the news alone; runs in a worker.
    `3 days ago` is no date. The news need no question of their own where the answer has some.

    Raises:
        SourceError: not an answer of this API.
    """
    answer = json_of(body)
    match answer:
        case {"type": "news", "results": list(rows)}:
            return Results(_results(rows))
        case {"type": "search"} | {"web": {"results": list()}} | {"news": {"results": list()}}:
            web, news = _rows(answer, "web"), _rows(answer, "news")
            return Results(_results(web) + _results(news), complete=bool(news))
    raise SourceError("the answer has no list of results")


def _rows(answer: dict[str, Any], kind: str) -> list[object]:
    match answer.get(kind):
        case None:
            return []
        case {"results": list(rows)}:
            return rows
    raise SourceError(f"the answer has no list of results under {kind!r}")


def _results(rows: list[object]) -> Any:
    return results_in(rows, "description", "page_age", "age")


class Brave:
    """The provider. Its key stands in a header, so that no address or message ever has it."""

    parse = staticmethod(parse_brave)

    def __init__(self, key: str, vertical: Vertical = "web") -> None:
        self.key, self.vertical = key, vertical
        self.unset = "" if key else "no key is set: search is left out"

    def inquiries(self, query: str, span: Span) -> tuple[Inquiry, ...]:
        """Of the web, of the news, or of the news where the web's answer brought none."""
        asked = f"q={quote(query, safe='')}&count={MAX_RESULTS}&freshness={_freshness(span)}"
        headers = {"X-Subscription-Token": self.key, "Accept": "application/json"}
        kinds = ("web", "news") if self.vertical == "both" else (self.vertical,)
        return tuple(Inquiry(f"{API}{kind}/search?{asked}", headers) for kind in kinds)

    def refusal(self, error: FetchError) -> FetchError | SourceError:
        """What a 429 says: the month is used up, or one was too fast.

        The body's code alone does not tell: with nothing left of the month (the last number), "too fast" comes too. A plan without
        a monthly limit always has 0 left of it.
        """
        if not isinstance(error, BadStatus):
            return error
        if error.status in (401, 403) or b"SUBSCRIPTION_TOKEN_INVALID" in error.body:  # which comes with 422
            return BadStatus(f"the key is refused (HTTP {error.status})", "look at it in Brave's dashboard", status=403)
        if error.status == 402:
            return QuotaSpent("the plan's credit is used up (HTTP 402)", retry_after_s=_reset_s(error.headers))
        if error.status != 429:
            return error
        code = re.search(rb'"code"\s*:\s*"(\w+)"', error.body)
        spent = self.left(error.headers)
        if (code and b"QUOTA" in code[1]) or (spent and spent[0] <= 0):
            return QuotaSpent("the month's quota is spent", retry_after_s=_reset_s(error.headers))
        reset = [*_numbers(error.headers.get("x-ratelimit-reset", "")), DEFAULT_PAUSE_S]
        return RateLimited("asked too fast", retry_after_s=reset[0] if error.retry_after_s is None else error.retry_after_s)

    def left(self, headers: Mapping[str, str]) -> tuple[int, float | None] | None:
        left, of = (_numbers(headers.get(f"x-ratelimit-{name}", "")) for name in ("remaining", "limit"))
        if len(left) < 2 or (len(of) > 1 and of[1] <= 0):
            return None
        return round(left[1]), _reset_s(headers)


def _freshness(span: Span) -> str:
    """The span in its words, or its days where it does not end now."""
    if span.open:
        return "pd" if span.days <= 1 else "pw" if span.days <= 7 else "pm"
    return f"{span.since.astimezone(UTC):%Y-%m-%d}to{span.until.astimezone(UTC):%Y-%m-%d}"


def _reset_s(headers: Mapping[str, str]) -> float | None:
    """Seconds until the month begins anew; None where the answer does not say."""
    reset = _numbers(headers.get("x-ratelimit-reset", ""))
    return reset[1] if len(reset) > 1 and reset[1] > 0 else None


def _numbers(header: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", header)[:4]]

"""Tavily: how to ask it, how to read it, and what its refusals mean.

See https://docs.tavily.com/documentation/api-reference/endpoint/search. Its own numbers: 432 the plan's limit, 433 the limit that
was set for paying as one goes; 429 too many in a minute. A basic search is one credit. It names no rest in its headers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC
from typing import Literal

from deepdaily.core.errors import BadStatus, FetchError, QuotaSpent, RateLimited, SourceError
from deepdaily.sources.offering import json_of
from deepdaily.sources.search import MAX_RESULTS, Inquiry, Results, Span, results_in

ENDPOINT = "https://api.tavily.com/search"

MINUTE_S = 60.0
"""Its limit is one of a minute, where it names no time."""

MAX_QUERY = 400
"""Characters; a longer query is refused."""

SPENT = {432: "the plan's limit is reached (HTTP 432)", 433: "the limit set for paying as one goes is reached (HTTP 433)"}


def parse_tavily(body: bytes) -> Results:
    """The results of one answer, best first; runs in a worker. Only the topic `news` has dates.

    Raises:
        SourceError: not an answer of this API.
    """
    match json_of(body):
        case {"results": list(rows)}:
            return Results(results_in(rows, "content", "published_date"))
    raise SourceError("the answer has no list of results")


class Tavily:
    """The provider. Its key stands in a header, so that no address or message ever has it."""

    parse = staticmethod(parse_tavily)

    def __init__(self, key: str, topic: Literal["news", "general"] = "news") -> None:
        self.key, self.topic = key, topic
        self.unset = "" if key else "no key is set: search is left out"

    def inquiries(self, query: str, span: Span) -> tuple[Inquiry, ...]:
        days = {"start_date": f"{span.since.astimezone(UTC):%Y-%m-%d}", "end_date": f"{span.until.astimezone(UTC):%Y-%m-%d}"}
        when = {"time_range": "day" if span.days <= 1 else "week"} if span.open and span.days <= 7 else days
        asked = {"query": query[:MAX_QUERY], "topic": self.topic, "search_depth": "basic", "max_results": MAX_RESULTS, **when}
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", "Accept": "application/json"}
        return (Inquiry(ENDPOINT, headers, json.dumps(asked, ensure_ascii=False).encode()),)

    def refusal(self, error: FetchError) -> FetchError | SourceError:
        if not isinstance(error, BadStatus):
            return error
        if error.status in SPENT:
            return QuotaSpent(SPENT[error.status], "wait for the next month, or raise it in Tavily's dashboard")
        if error.status in (401, 403):
            return BadStatus(f"the key is refused (HTTP {error.status})", "look at it in Tavily's dashboard", status=error.status)
        if error.status == 429:
            return RateLimited("asked too fast", "", MINUTE_S if error.retry_after_s is None else error.retry_after_s)
        if error.status == 400 and (said := re.search(rb'"error"\s*:\s*"([^"\\]{1,200})', error.body)):
            return BadStatus(f"the question is refused (HTTP 400): {said[1].decode('utf-8', 'replace')}", status=400)
        return error

    def left(self, headers: Mapping[str, str]) -> tuple[int, float | None] | None:
        return None

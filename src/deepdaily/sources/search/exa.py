"""Exa: how to ask it, how to read it, and what its refusals mean.

See https://exa.ai/docs/reference/search and https://exa.ai/docs/reference/error-codes, as of 2026: a refusal has a `tag`, 402 is
credit or a budget used up, 429 too fast. Ten results with a text each are the price of one search; more cost more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from deepdaily.core.errors import BadStatus, FetchError, QuotaSpent, RateLimited, SourceError
from deepdaily.sources.offering import json_of
from deepdaily.sources.search import Inquiry, Results, Span, results_in

ENDPOINT = "https://api.exa.ai/search"

IN_THE_PRICE = 10
"""Results of one search that cost nothing more."""

TEXT_CHARS = 400
"""Of each result's text: a teaser."""

DEFAULT_PAUSE_S = 1.0
"""Where a 429 names no time: its limit is one of the second."""


def parse_exa(body: bytes) -> Results:
    """The results of one answer, best first; runs in a worker.

    Raises:
        SourceError: not an answer of this API.
    """
    match json_of(body):
        case {"results": list(rows)}:
            return Results(results_in(rows, "text", "publishedDate"))
    raise SourceError("the answer has no list of results")


class Exa:
    """The provider. Its key stands in a header, so that no address or message ever has it."""

    parse = staticmethod(parse_exa)

    def __init__(self, key: str) -> None:
        self.key = key
        self.unset = "" if key else "no key is set: search is left out"

    def inquiries(self, query: str, span: Span) -> tuple[Inquiry, ...]:
        asked = {"query": query, "type": "auto", "numResults": IN_THE_PRICE, "startPublishedDate": _written(span.since)}
        asked |= {} if span.open else {"endPublishedDate": _written(span.until)}
        asked |= {"contents": {"text": {"maxCharacters": TEXT_CHARS}}}
        headers = {"x-api-key": self.key, "Content-Type": "application/json", "Accept": "application/json"}
        return (Inquiry(ENDPOINT, headers, json.dumps(asked, ensure_ascii=False).encode()),)

    def refusal(self, error: FetchError) -> FetchError | SourceError:
        if not isinstance(error, BadStatus):
            return error
        tag = re.search(rb'"tag"\s*:\s*"(\w{1,60})"', error.body)
        said = f"HTTP {error.status}, {tag[1].decode()}" if tag else f"HTTP {error.status}"
        if error.status == 402:
            return QuotaSpent(f"credit or budget is used up ({said})", "top it up in Exa's dashboard, or wait for the next month")
        if error.status in (401, 403):
            return BadStatus(f"the key is refused ({said})", "look at it in Exa's dashboard", status=error.status)
        if error.status == 429:
            return RateLimited(
                f"asked too fast ({said})", "", DEFAULT_PAUSE_S if error.retry_after_s is None else error.retry_after_s
            )
        return error

    def left(self, headers: Mapping[str, str]) -> tuple[int, float | None] | None:
        return None


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"

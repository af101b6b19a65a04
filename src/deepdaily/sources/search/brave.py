"""Brave Search: how to ask it, how to read it, and what its refusals mean."""

from __future__ import annotations

import re
from urllib.parse import quote

from deepdaily.core.errors import BadStatus, FetchError, QuotaSpent, RateLimited, SourceError
from deepdaily.sources.offering import json_of
from deepdaily.sources.search import MAX_RESULTS, Results, results_in

DEFAULT_PAUSE_S = 1.0
"""Where it names no time: its limit is one query a second."""


def parse_brave(body: bytes) -> Results:
    """The results of one answer, best first; runs in a worker. `3 days ago` is no date.

    Raises:
        SourceError: not an answer of this API.
    """
    match json_of(body):
        case {"web": {"results": list(rows)}}:
            return Results(results_in(rows, "description", "page_age", "age"))
        case {"type": "search", **more} if "web" not in more:
            return Results(())
    raise SourceError("the answer has no list of results")


class Brave:
    """The provider. Its key stands in a header, so that no address or message ever has it."""

    parse = staticmethod(parse_brave)

    def __init__(self, key: str) -> None:
        self.key = key
        self.unset = "" if key else "no key is set: search is left out"

    def request(self, query: str, days: int = 1) -> tuple[str, dict[str, str]]:
        freshness = "pd" if days <= 1 else "pw" if days <= 7 else "pm"
        asked = f"q={quote(query, safe='')}&count={MAX_RESULTS}&freshness={freshness}"
        headers = {"X-Subscription-Token": self.key, "Accept": "application/json"}
        return f"https://api.search.brave.com/res/v1/web/search?{asked}", headers

    def refusal(self, error: FetchError) -> FetchError | SourceError:
        """What a 429 says: the month is used up, or one was too fast.

        The body's code alone does not tell: with nothing left of the month (the second number), "too fast" comes too.
        """
        if not isinstance(error, BadStatus) or error.status != 429:
            return error
        code = re.search(rb'"code"\s*:\s*"(\w+)"', error.body)
        left = _numbers(error.headers.get("x-ratelimit-remaining", ""))
        if (code and b"QUOTA" in code[1]) or (len(left) > 1 and left[1] <= 0):
            return QuotaSpent("the month's quota is spent")
        reset = [*_numbers(error.headers.get("x-ratelimit-reset", "")), DEFAULT_PAUSE_S]
        return RateLimited("asked too fast", retry_after_s=reset[0] if error.retry_after_s is None else error.retry_after_s)


def _numbers(header: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", header)[:4]]

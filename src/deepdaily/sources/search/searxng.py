"""SearXNG: a search engine of one's own that asks others. No key; its JSON has to be switched on.

See https://docs.searxng.org/dev/search_api.html; the shape of an answer is `get_json_response` in its `searx/webutils.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode, urlsplit

from deepdaily.core.errors import AddressRefused, BadStatus, FetchError, RateLimited, SourceError
from deepdaily.read.guard import PORTS
from deepdaily.sources.offering import json_of
from deepdaily.sources.search import MAX_RESULTS, Inquiry, Results, Span, plain, results_in


def parse_searxng(body: bytes) -> Results:
    """The results of one answer, best first, and which engines gave none; runs in a worker.

    Raises:
        SourceError: not an answer of this API; or nothing was found and an engine failed, so that nobody knows whether
            there is something: the answer does not say which engines were asked.
    """
    match json_of(body):
        case {"results": list(rows), **more} if isinstance(failed := more.get("unresponsive_engines") or [], list):
            silent = ", ".join(_engine(one) for one in failed[:MAX_RESULTS])
        case _:
            raise SourceError("the answer has no list of results")
    if silent and not rows:
        raise SourceError(f"no engine found anything, and these did not answer: {silent}")
    note = f"engines that did not answer: {silent}" if silent else ""
    return Results(results_in(rows, "content", "publishedDate"), note)


def _engine(failed: object) -> str:
    """`brave (too many requests)`: the name and the reason, as the instance says them."""
    said = failed if isinstance(failed, list) and failed else [failed]
    name, *reasons = [plain(part)[:60] for part in said]
    return f"{name} ({reasons[0]})" if reasons else name


class Searxng:
    """The provider: one instance, asked for a day or, as it documents no week, a month. Engines that know no dates are left out."""

    parse = staticmethod(parse_searxng)
    unset = ""

    def __init__(self, endpoint: str, categories: Sequence[str] = ()) -> None:
        self.endpoint, self.categories = endpoint.rstrip("/"), categories

    def inquiries(self, query: str, span: Span) -> tuple[Inquiry, ...]:
        asked = {"q": query, "format": "json", "time_range": "day" if span.days <= 1 else "month"}
        asked |= {"categories": ",".join(self.categories)} if self.categories else {}
        return (Inquiry(f"{self.endpoint}/search?{urlencode(asked, quote_via=quote)}", {"Accept": "application/json"}),)

    def refusal(self, error: FetchError) -> FetchError | SourceError:
        """What to change at the instance, or here."""
        match error:
            case AddressRefused():
                parts = urlsplit(self.endpoint)
                place = parts.netloc if parts.port else f"{parts.netloc}:{PORTS[parts.scheme]}"
                return AddressRefused(str(error), f'name it in the settings: [network] allow_private = ["{place}"]')
            case BadStatus(status=403):
                remedy = "add json to search.formats in the settings.yml of the instance and restart it"
                return BadStatus("the instance does not give JSON (HTTP 403)", remedy, status=403)
            case BadStatus(status=429):
                remedy = "set server.limiter: false in its settings.yml, or put this machine into pass_ip of its limiter.toml"
                return RateLimited("the instance's limiter refuses us (HTTP 429)", remedy, error.retry_after_s)
        return error

    def left(self, headers: Mapping[str, str]) -> tuple[int, float | None] | None:
        return None

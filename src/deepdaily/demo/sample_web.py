"""The web of the sample day: its sites and the answers of two APIs, with the troubles of a real one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from deepdaily.demo.site import SiteFeed, feed_of, feeds, html_of, of_day, pages
from deepdaily.read.web_wire import Answer
from deepdaily.settings import Settings

Broken = Literal["none", "search", "models", "all"]
"""What `--break` takes away. `models` changes nothing here: the built-in writer needs no wire."""

NOW = datetime(2026, 3, 12, 7, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
"""When the sample day is read: half an hour before its issue is due."""

SEARCH_KEY = "demo"
QUERIES = ("LLM inference engine release", "AI agent MCP security news")
"""The first is always answered "too fast": what one refused query costs can be seen in the run's record."""

HN, BRAVE = "hn.algolia.com", "api.search.brave.com"
HTML, JSON = "text/html; charset=utf-8", "application/json"


def settings(chosen: Settings | None = None) -> Settings:
    """What the sample day is run with: its own sources and channels; the language and the models of `chosen`, if any."""
    sources = {"packs": (), "add": tuple(feed.url for feed in feeds()), "search": [{"provider": "brave", "queries": QUERIES}]}
    own = Settings.model_validate({"sources": sources})
    if chosen is None:
        return own
    digest = own.digest.model_copy(update={"language": chosen.digest.language, "audience": chosen.digest.audience})
    return own.model_copy(update={"digest": digest, "models": chosen.models})


class DemoWire:
    """Answers from the sample day; any other address is a 404."""

    def __init__(self, broken: Broken = "none") -> None:
        self._broken = broken
        self._pages = {page.url: page for page in pages() if "404" not in page.flags}
        self._feeds = {feed.url: feed for feed in feeds()}

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        """The day's answer; nothing here is as large as any cap in use."""
        host, query = urlsplit(url).hostname, parse_qs(urlsplit(url).query)
        if host == HN and "/items/" not in url:
            return _answer(500) if self._broken == "all" else _hackernews(query)
        if host == BRAVE:
            return _brave(query["q"][0], spent=self._broken in ("search", "all"))
        if url in self._feeds:
            feed = self._feeds[url]
            return _answer(503) if self._broken == "all" and not feed.stays else _feed(feed)
        return _answer(200, html_of(self._pages[url]), HTML) if url in self._pages else _answer(404)


def _answer(status: int, body: str | bytes = b"", media_type: str = "text/plain", **headers: str) -> Answer:
    """Header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"content-type": media_type, **named}, body.encode() if isinstance(body, str) else body)


def _hackernews(query: Mapping[str, Sequence[str]]) -> Answer:
    """Both searches; the front page has the ten best, and a question without a link."""
    linked = sorted((page for page in pages() if page.points), key=lambda page: -page.points)
    shown = linked[:10] if "front_page" in query["tags"] else linked
    hits = [
        {
            "objectID": str(47_300_000 + page.points), "title": page.title, "url": page.url, "points": page.points,
            "created_at_i": int(page.published.timestamp()) + 1800,
        }
        for page in shown
    ]  # fmt: skip
    ask = "How do you roll back an agent whose tools have changed?"
    hits.append({"objectID": "47300999", "title": f"Ask HN: {ask}", "points": 41, "created_at_i": 1_773_223_200})
    return _answer(200, json.dumps({"hits": hits}), JSON)


def _brave(query: str, *, spent: bool) -> Answer:
    """Too fast for the first query, results for the second; refused with nothing left of the month where `spent`."""
    if spent or query == QUERIES[0]:
        refusal = {"type": "ErrorResponse", "error": {"status": 429, "code": "RATE_LIMITED"}}
        left = "0, 0" if spent else "0, 1874"
        headers = {"x_ratelimit_limit": "1, 2000", "x_ratelimit_remaining": left, "x_ratelimit_reset": "1, 1641600"}
        return _answer(429, json.dumps(refusal), JSON, **headers)
    results = [
        {"title": page.title, "url": page.url, "description": page.teaser, "page_age": page.published.isoformat()}
        for page in pages()
        if page.search
    ]
    return _answer(200, json.dumps({"type": "search", "web": {"results": results}}), JSON)


def _feed(feed: SiteFeed) -> Answer:
    if feed.trouble == "503":
        return _answer(503, "over quota", retry_after="3600")
    if feed.trouble == "login":
        return _answer(200, of_day("login.html").rstrip(), HTML)
    body = feed_of(feed).encode(feed.encoding)
    body = body[: len(body) * 9 // 10] if feed.trouble == "truncated" else body
    return _answer(200, body, "application/feed+json" if feed.kind == "json" else "application/xml")


def closing_words(day: str, broken: Broken, recorded: bool) -> str:
    """What the sample day says at its end: who wrote it, and the next commands."""
    taken = "Models were taken away: the built-in writer quoted its sources.\n" if broken in ("models", "all") else ""
    told = "Told by replies that a model gave when the day was recorded; `--break models` takes it away.\n" if recorded else ""
    return taken + told + of_day("closing.txt").format(day=day).rstrip()

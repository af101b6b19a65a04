"""The web of the sample day: `day/pages/*.txt` and `day/feeds.toml` as HTML, feeds and the answers of two APIs.

A page file is a TOML head, a line `+++`, and a body with one block a line: `## heading`, `- entry`, `| cell | cell |` (the
first row is the header), a line of HTML as it stands, or a paragraph.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import Literal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from deepdaily.fetch import Answer
from deepdaily.settings import Settings

Broken = Literal["none", "search", "models", "all"]
"""What `--break` takes away. `models` changes nothing here: the built-in writer needs no wire."""

NOW = datetime(2026, 3, 12, 7, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
"""When the sample day is read: half an hour before its issue is due."""

SEARCH_KEY = "demo"
QUERIES = ("LLM inference engine release", "AI agent MCP security news")
"""The first is always answered "too fast": what one refused query costs can be seen in the run's record."""

TEASER_CHARS = 200
"""A teaser is whole paragraphs of at least this length together."""

HN, BRAVE = "hn.algolia.com", "api.search.brave.com"
HTML, JSON = "text/html; charset=utf-8", "application/json"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the day, and where it is linked from."""

    name: str
    url: str
    title: str
    published: datetime
    body: str
    language: str = "en"
    author: str = ""
    feeds: tuple[str, ...] = ()
    points: int = 0
    """On Hacker News; 0 for a page nobody submitted."""
    search: bool = False
    """Whether the web search finds it."""
    flags: tuple[str, ...] = ()
    """`404`: linked, but not there. `sponsored`: labelled as paid. `injection`: orders the writer about."""
    same_text_as: str = ""

    @property
    def teaser(self) -> str:
        """The first paragraphs, together at least TEASER_CHARS long where there are as many."""
        taken = ""
        for line in self.body.splitlines():
            if _kind(line) == "p" and len(taken) < TEASER_CHARS:
                taken = f"{taken} {line}".strip()
        return taken


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed of the day, as `day/feeds.toml` says."""

    name: str
    url: str
    title: str
    kind: Literal["rss", "rdf", "atom", "json"]
    whole: bool = False
    stays: bool = False
    trouble: str = ""
    encoding: str = "utf-8"


def settings() -> Settings:
    """What the sample day is run with; nothing of the environment or a settings file."""
    sources = {"packs": (), "add": tuple(feed.url for feed in feeds()), "search": [{"queries": QUERIES}]}
    return Settings.model_validate({"sources": sources})


@cache
def feeds() -> tuple[Feed, ...]:
    """The feeds in the order written."""
    written = tomllib.loads((files(__package__) / "day" / "feeds.toml").read_text("utf-8"))
    return tuple(Feed(**feed) for feed in written["feed"])


@cache
def pages() -> tuple[Page, ...]:
    """The pages by name."""
    folder = files(__package__) / "day" / "pages"
    read = {entry.name.removesuffix(".txt"): entry.read_text("utf-8") for entry in folder.iterdir()}
    bodies = {name: text.partition("\n+++\n")[2].strip() for name, text in read.items()}
    found = []
    for name, text in sorted(read.items()):
        head = tomllib.loads(text.partition("\n+++\n")[0] + "\n")
        head |= {key: tuple(head[key]) for key in ("feeds", "flags") if key in head}
        found.append(Page(name, body=bodies[head.get("same_text_as", name)], **head))
    return tuple(found)


class DemoWire:
    """Answers from the sample day; any other address is a 404."""

    def __init__(self, broken: Broken = "none") -> None:
        self._broken = broken
        self._pages = {page.url: page for page in pages() if "404" not in page.flags}
        self._feeds = {feed.url: feed for feed in feeds()}

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        """The day's answer; nothing here is as large as any cap in use."""
        host, query = urlsplit(url).hostname, parse_qs(urlsplit(url).query)
        if host == HN:
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


def _feed(feed: Feed) -> Answer:
    if feed.trouble == "503":
        return _answer(503, "over quota", retry_after="3600")
    if feed.trouble == "login":
        return _answer(200, _LOGIN, HTML)
    newest = sorted(
        (page for page in pages() if feed.name in page.feeds), key=lambda page: page.published, reverse=True
    )
    text = _WRITERS[feed.kind](feed, newest)
    body = text.encode(feed.encoding)
    body = body[: len(body) * 9 // 10] if feed.trouble == "truncated" else body
    return _answer(200, body, "application/feed+json" if feed.kind == "json" else "application/xml")


_LOGIN = """<!doctype html><html><head><title>Sign in</title></head><body><form method="post"><h1>Sign in to continue</h1>
<input name="user"><input type="password" name="password"><button>Sign in</button></form></body></html>"""


def _rss(feed: Feed, newest: Sequence[Page]) -> str:
    items = "".join(
        f"<item><title>{escape(page.title)}</title><link>{escape(page.url)}</link><guid>{escape(page.url)}</guid>"
        f"<pubDate>{format_datetime(page.published)}</pubDate><description>{_content(feed, page)}</description></item>\n"
        for page in newest
    )
    head = (
        f'<?xml version="1.0" encoding="{feed.encoding}"?>\n<rss version="2.0"><channel><title>{feed.title}</title>\n'
    )
    return f"{head}<link>{feed.url}</link><description>{feed.title}</description>\n{items}</channel></rss>\n"


def _rdf(feed: Feed, newest: Sequence[Page]) -> str:
    items = "".join(
        f'<item rdf:about="{escape(page.url)}"><title>{escape(page.title)}</title><link>{escape(page.url)}</link>'
        f"<dc:date>{page.published.isoformat()}</dc:date><description>{_content(feed, page)}</description></item>\n"
        for page in newest
    )
    spaces = 'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    head = f'<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {spaces}>\n'
    return f'{head}<channel rdf:about="{feed.url}"><title>{feed.title}</title></channel>\n{items}</rdf:RDF>\n'


def _atom(feed: Feed, newest: Sequence[Page]) -> str:
    part = "content" if feed.whole else "summary"
    entries = "".join(
        f'<entry><id>{escape(page.url)}</id><title>{escape(page.title)}</title><link href="{escape(page.url)}"/>'
        f"<updated>{page.published.isoformat()}</updated><author><name>{escape(page.author)}</name></author>"
        f'<{part} type="html">{_content(feed, page)}</{part}></entry>\n'
        for page in newest
    )
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>{feed.title}</title>\n'
    return f"{head}<id>{feed.url}</id><updated>{NOW.isoformat()}</updated>\n{entries}</feed>\n"


def _json(feed: Feed, newest: Sequence[Page]) -> str:
    items = [
        {
            "id": page.url, "url": page.url, "title": page.title, "summary": page.teaser,
            "date_published": page.published.isoformat(),
        }
        for page in newest
    ]  # fmt: skip
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": feed.title, "items": items})


_WRITERS: dict[str, Callable[[Feed, Sequence[Page]], str]] = {"rss": _rss, "rdf": _rdf, "atom": _atom, "json": _json}


def _content(feed: Feed, page: Page) -> str:
    return escape(_blocks(page.body) if feed.whole else f"<p>{escape(page.teaser)}</p>")


def html_of(page: Page) -> str:
    """The page as its site serves it, with the menu, the cookie line and the footer that a reader must look past."""
    site = (urlsplit(page.url).hostname or "").removesuffix(".example").replace("-", " ").title()
    paid = "<p>Sponsored content</p>" if "sponsored" in page.flags else ""
    title = escape(page.title)
    return f"""<!doctype html>
<html lang="{page.language}"><head><meta charset="utf-8"><title>{title} | {site}</title>
<meta property="og:title" content="{title}"><meta property="og:site_name" content="{site}">
<meta property="article:published_time" content="{page.published.isoformat()}">
<script>window.visits = (window.visits || 0) + 1;</script></head><body>
<div class="cookie-banner" role="dialog">We use cookies to count visits. <button>Accept</button></div>
<header><nav><a href="/">{site}</a> <a href="/archive">Archive</a> <a href="/about">About</a></nav></header>
<main><article><h1>{title}</h1>{paid}
{_blocks(page.body)}
</article></main>
<aside><h2>Most read</h2><ul><li><a href="/a">Twelve terminals compared</a></li><li><a href="/b">Our year</a></li></ul></aside>
<footer><p>© 2026 {site}. All rights reserved. <a href="/privacy">Privacy</a></p></footer>
</body></html>"""


def _kind(line: str) -> str:
    marks = {"## ": "h2", "- ": "ul", "| ": "table", "<": "raw"}
    return next((kind for mark, kind in marks.items() if line.startswith(mark)), "p" if line.strip() else "")


def _blocks(body: str) -> str:
    """A body's markup as HTML, one element a block."""
    made: list[str] = []
    for kind, group in groupby(filter(str.strip, body.splitlines()), key=_kind):
        lines = list(group)
        if kind == "ul":
            made.append("<ul>" + "".join(f"<li>{escape(line[2:])}</li>" for line in lines) + "</ul>")
        elif kind == "table":
            rows = [[escape(cell.strip()) for cell in line.strip("| ").split(" | ")] for line in lines]
            cells = [("th" if row is rows[0] else "td", row) for row in rows]
            made.append("<table>" + "".join(_row(tag, row) for tag, row in cells) + "</table>")
        elif kind == "raw":
            made.extend(lines)
        else:
            made.extend(f"<{kind}>{escape(line.removeprefix('## '))}</{kind}>" for line in lines)
    return "\n".join(made)


def _row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"

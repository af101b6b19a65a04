"""The sites of the sample day: `day/pages/*.txt` and `day/feeds.toml` as HTML pages and as feeds of four kinds.

Invented events, real techniques. A page file is a TOML head, a line `+++`, and a body with one block a line: `## heading`,
`- entry`, `| cell | cell |` (the first row is the header), a line of HTML as it stands, or a paragraph.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import Literal
from urllib.parse import urlsplit

TEASER_CHARS = 200
"""A teaser is whole paragraphs of at least this length together."""


@dataclass(frozen=True, slots=True)
class SitePage:
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
class SiteFeed:
    """One feed of the day, as `day/feeds.toml` says."""

    name: str
    url: str
    title: str
    kind: Literal["rss", "rdf", "atom", "json"]
    whole: bool = False
    stays: bool = False
    trouble: str = ""
    encoding: str = "utf-8"


@cache
def of_day(name: str) -> str:
    """A file of the day."""
    return (files(__package__) / "day" / name).read_text("utf-8")


@cache
def feeds() -> tuple[SiteFeed, ...]:
    """The feeds in the order written."""
    return tuple(SiteFeed(**feed) for feed in tomllib.loads(of_day("feeds.toml"))["feed"])


@cache
def pages() -> tuple[SitePage, ...]:
    """The pages by name."""
    return _pages_in("pages")


@cache
def beside() -> tuple[SitePage, ...]:
    """Pages by name that the day's own settings lead nobody to; their `feeds` are places of other kinds."""
    return _pages_in("beside")


def _pages_in(name: str) -> tuple[SitePage, ...]:
    folder = files(__package__) / "day" / name
    read = {entry.name.removesuffix(".txt"): entry.read_text("utf-8") for entry in folder.iterdir()}
    bodies = {name: text.partition("\n+++\n")[2].strip() for name, text in read.items()}
    found = []
    for name, text in sorted(read.items()):
        head = tomllib.loads(text.partition("\n+++\n")[0] + "\n")
        head |= {key: tuple(head[key]) for key in ("feeds", "flags") if key in head}
        found.append(SitePage(name, body=bodies[head.get("same_text_as", name)], **head))
    return tuple(found)


def feed_of(feed: SiteFeed) -> str:
    """The feed as its site serves it, newest entry first."""
    mine = [page for page in pages() if feed.name in page.feeds]
    newest = sorted(mine, key=lambda page: page.published, reverse=True)
    if feed.kind == "json":
        return _json(feed, newest)
    shape = tomllib.loads(of_day("kinds.toml"))[feed.kind]
    entries = "".join(shape["entry"].format(**_entry(feed, page)) for page in newest)
    return str(shape["frame"].format(feed=feed, updated=newest[0].published.isoformat(), entries=entries))


def _entry(feed: SiteFeed, page: SitePage) -> dict[str, str]:
    content = _blocks(page.body) if feed.whole else f"<p>{escape(page.teaser)}</p>"
    return {
        **{name: escape(getattr(page, name)) for name in ("url", "title", "author")},
        "published": page.published.isoformat(),
        "mailed": format_datetime(page.published),
        "part": "content" if feed.whole else "summary",
        "content": escape(content),
    }


def _json(feed: SiteFeed, newest: Sequence[SitePage]) -> str:
    items = [
        {"id": page.url, "url": page.url, "title": page.title, "summary": page.teaser}
        | {"date_published": page.published.isoformat()}
        for page in newest
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": feed.title, "items": items})


def html_of(page: SitePage) -> str:
    """The page as its site serves it, with the menu, the cookie line and the footer that a reader must look past."""
    site = (urlsplit(page.url).hostname or "").removesuffix(".example").replace("-", " ").title()
    paid = "<p>Sponsored content</p>" if "sponsored" in page.flags else ""
    title, published, body = escape(page.title), page.published.isoformat(), _blocks(page.body)
    frame = of_day("page.html").rstrip()
    return frame.format(language=page.language, title=title, site=site, paid=paid, published=published, body=body)


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

"""The feed of a site: what an address is, what its page names, and where feeds usually stand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from deepdaily.core.errors import BadStatus, FetchError, NotAFeed, SourceError, Unreachable
from deepdaily.core.text import clean, squeeze
from deepdaily.core.types import Slot, Window
from deepdaily.sources.feed_body import encoding_told, unzipped
from deepdaily.sources.feed_entries import Entry, FeedBytes, parse_feed
from deepdaily.sources.feed_words import Said, one_line
from deepdaily.sources.offering import json_of, parsed
from deepdaily.sources.page_instead import feeds_named

if TYPE_CHECKING:  # a worker that reads an answer passes here, and fetches nothing
    from deepdaily.engine import Engine
    from deepdaily.read.fetch import Fetcher

USUAL = ("feed", "rss.xml", "atom.xml", "index.xml", "feed.xml", "rss")
"""Where feeds stand of sites that name none: the paths of WordPress, Hugo, Jekyll, Ghost, Astro and their like."""

MOST_NAMED = 5
"""Feeds that a page names and that are tried: others are those of comments and tags."""

WALL_S, MEMORY_MB = 15.0, 512

TOO_MANY = 429
HOST_AND_PORT = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}(?:[/?#].*)?")

_TITLE = re.compile(
    r"<(?:\w+:)?title\b[^>]{0,200}>\s*(<!\[CDATA\[(.{0,500}?)\]\]>|([^<]{0,500}))\s*</(?:\w+:)?title>", re.IGNORECASE | re.DOTALL
)
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Looked:
    """What an answer is: a feed with its entries, or else a page and the feeds that it names."""

    title: str
    entries: tuple[Entry, ...] | None
    """None where it is no feed."""
    feeds: tuple[str, ...] = ()
    why: str = ""
    """Why it is no feed."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """A feed that answers. `newest` is None where nothing is dated; counts are of dated entries."""

    url: str
    title: str
    entries: int
    newest: datetime | None
    in_a_day: int
    in_a_week: int


def look(answer: FeedBytes) -> Looked:
    """What the answer is; runs in a worker."""
    try:
        entries = parse_feed(answer)
    except NotAFeed as error:
        led = (error.leads_to,) if error.leads_to else ()
        return Looked("", None, tuple(dict.fromkeys((*led, *feeds_named(answer.body, answer.url)))), str(error))
    return Looked(_title(answer), tuple(entries))


def _title(answer: FeedBytes) -> str:
    """What a feed calls itself; empty where it does not."""
    body = unzipped(answer.body)
    told = json_of(body.decode("utf-8-sig", "replace")) if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" else None
    if isinstance(told, dict):
        return squeeze(clean(str(told.get("title") or "")))[:200]
    text = body[: 256 * 1024].decode(encoding_told(body, answer.media_type) or "utf-8", "replace")
    first = _ENTRY.search(text)
    found = _TITLE.search(text[: first.start()] if first else text)
    if not found:
        return ""
    return one_line(Said(found[2] if found[2] is not None else unescape(found[3])))[:200]


async def discovered(written: str, fetcher: Fetcher, engine: Engine, now: datetime, *, alone: bool = False) -> Discovered:
    """The feed that an address, or a site, has: itself, the first that its page names, or the first at a usual place.

    Args:
        alone: the address is a feed's for sure: nothing else is asked, and the address stays as it is.

    Raises:
        SourceError: there is none, with what was tried.
        FetchError: the address itself does not answer, or asks for a pause (429).
    """
    url = whole_address(written)
    try:
        base, looked = await _begun(url, written, fetcher, engine, now)
    except BadStatus as error:  # a site may show programs its feed alone
        if error.status == TOO_MANY or alone:
            raise
        base, looked = url, Looked("", None, why=str(error))
    if looked.entries is not None:
        return _of(url if alone else base, looked, now)
    tried, busy = 1, set[str]()
    for place in () if alone else _places(base, looked):
        if urlsplit(place).netloc not in busy:
            tried += 1
            try:
                found_at, found = await _looked(place, fetcher, engine, now)
            except (FetchError, SourceError) as error:
                busy |= {urlsplit(place).netloc} if isinstance(error, BadStatus) and error.status == TOO_MANY else set()
                continue
            if found.entries is not None:
                return _of(found_at, found, now)
    raise _none_at(url, looked, tried, busy)


def _none_at(url: str, looked: Looked, tried: int, busy: Collection[str]) -> SourceError:
    """`busy`: hosts that asked for a pause, and were not asked again."""
    why = looked.why.partition(";")[0].removeprefix(f"{url}: ")
    places = "1 place was tried" if tried == 1 else f"{tried} places were tried"
    pauses = "".join(f"; {host} asks for a pause (HTTP 429)" for host in sorted(busy))
    remedy = "try again later" if busy else "look for its feed's address on the site"
    return SourceError(f"no feed at {url}: {why}; {places}{pauses}", remedy)


def whole_address(written: str) -> str:
    """The address with its scheme: https where none is written. Raises SourceError: it is none."""
    url = written if "://" in written else f"https://{written}"
    try:
        named = urlsplit(url).hostname
    except ValueError:
        named = None
    if not named:
        raise SourceError(f"{written!r} is no address", "write one like https://blog.example.com")
    return url


async def _begun(url: str, written: str, fetcher: Fetcher, engine: Engine, now: datetime) -> tuple[str, Looked]:
    """The first answer; at a port without a scheme by http, where https gives none."""
    if not HOST_AND_PORT.fullmatch(written):
        return await _looked(url, fetcher, engine, now)
    try:
        return await _looked(url, fetcher, engine, now)
    except Unreachable:
        plain = url.replace("https://", "http://", 1)
    try:
        return await _looked(plain, fetcher, engine, now)
    except Unreachable as error:
        said = f"{written}: neither https nor http is spoken there"
        raise Unreachable(said, f"look whether something listens at that port, or write its whole address, like {plain}") from error


def _places(base: str, looked: Looked) -> Iterator[str]:
    """What the page names, then the usual places beside it and at the root, each once."""
    beside = base if base.endswith("/") else f"{base}/"
    usual = [urljoin(folder, name) for folder in (beside, urljoin(base, "/")) for name in USUAL]
    yield from dict.fromkeys([*looked.feeds[:MOST_NAMED], *usual])


async def _looked(url: str, fetcher: Fetcher, engine: Engine, now: datetime) -> tuple[str, Looked]:
    """Where the answer is for good, and what it is."""
    snapshot = await fetcher.get(url)
    window = Window(Slot(now), now, now - timedelta(days=7))
    answer = FeedBytes(snapshot.final_url, snapshot.media_type, fetcher.body(snapshot), window)
    found = await parsed(engine, look, answer, limits=(WALL_S, MEMORY_MB))
    return snapshot.moved_to or url if found.entries is not None else snapshot.final_url, found


def _of(url: str, looked: Looked, now: datetime) -> Discovered:
    dates = [entry.published_at for entry in looked.entries or () if entry.published_at]
    ages = [now - at for at in dates]
    within = [sum(age <= span for age in ages) for span in (timedelta(days=1), timedelta(days=7))]
    count = sum(bool(entry.link or not entry.fault) for entry in looked.entries or ())
    return Discovered(url, looked.title, count, max(dates, default=None), *within)

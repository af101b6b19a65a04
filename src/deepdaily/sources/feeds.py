"""RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from importlib.metadata import version
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

import feedparser
from resiliparse.parse.encoding import detect_encoding

from deepdaily.core.errors import DeepdailyError, NotAFeed
from deepdaily.core.paid import is_label, marked_title
from deepdaily.core.text import clean, language_of, shorten, squeeze, width
from deepdaily.core.types import Document, Harvest, Offer, Snapshot, SourceHealth, Window, document_id
from deepdaily.core.urls import canonical, domain, sponsored_link
from deepdaily.engine import Engine
from deepdaily.extract import fragment, moment, with_title
from deepdaily.fetch import Fetcher

MAX_BYTES = 10 * 2**20
MAX_ENTRIES = 2_000
"""The longest feed seen has 1,230; 200,000 cost 24 s and 260 MB. What follows is not read."""
MAX_TAG_WORDS = 2_000
"""White-space separated pieces of one tag: 100,000 attributes kept feedparser busy for 97 s."""
MAX_MARKUP_CHARS = 200_000
"""Of one entry; what follows is not read."""
ENTITY_SCAN_BYTES = 64 * 1024

WALL_S, MEMORY_MB = 15.0, 512
"""For one feed in its worker. All 134 corpus files together take half a second; the worst that passes the traps takes 14."""

PER_SOURCE = 40
"""Newest offers of one feed: llama.cpp alone builds more than ten times a day."""
UNDATED = 10
"""Entries without a date have no window; the first ones of a feed are its newest."""
FUTURE = timedelta(days=1)
"""A date up to a day ahead is a wrong zone and counts as now; one further ahead is no date."""

MIN_TEXT_CHARS = 200
MIN_COMPLETE_COLUMNS = 1_200
"""A Chinese character counts two. Teasers of the feeds of both frozen days end well below, whole posts lie above."""
TEASER_CHARS = 300

EXTRACTOR = f"feedparser/{version('feedparser')}"
CHINA = timezone(timedelta(hours=8))

_COMPLETE_FEEDS = re.compile(r"github\.com/[^/]+/[^/]+/(?:releases|tags)\.atom|arxiv\.org/", re.I)
_CUT_SHORT = re.compile(
    r"(?:\.\.\.|…|\[(?:\.\.\.|…|&hellip;)\]|read (?:more|the full .{1,30}|on)\W*|continue reading.{0,80}|阅读(?:全文|原文|更多)\W*"
    r"|查看(?:全文|原文)\W*|the post .{1,200} (?:appeared first on|first appeared on) .{1,60})$",
    re.IGNORECASE,
)
_BARE_VERSION = re.compile(r"(?:release |version )?[vb]?\d[\w.+-]*(?: \(.{1,40}\))?", re.IGNORECASE)
_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_CHINESE_DATE = re.compile(r"\s*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\D*(?:(\d{1,2}):(\d{2}))?")
_REPOSITORY = re.compile(r"https://github\.com/[^/]+/([^/]+)/(?:releases|tags)\.atom")


class Feed:
    """One feed as a source.

    Args:
        name: unique among the sources of a digest; its address where it has no name.
    """

    kind = "feed"

    def __init__(self, url: str, name: str, fetcher: Fetcher, engine: Engine) -> None:
        self.url, self.name = url, name
        self._fetcher, self._engine = fetcher, engine

    async def harvest(self, window: Window) -> Harvest:
        """One offer an entry of the window, newest first, and the texts that entries carry.

        Raises:
            NotAFeed, FetchError.
        """
        snapshot = await self._fetcher.get(self.url, conditional=True)
        answer = FeedBytes(snapshot.final_url, snapshot.media_type, self._fetcher.body(snapshot))
        [entries] = await self._engine.map(parse_feed, [answer], wall_s=WALL_S, memory_mb=MEMORY_MB)
        if isinstance(entries, NotAFeed):
            raise entries
        if isinstance(entries, DeepdailyError):
            raise NotAFeed(f"it could not be parsed: {entries}") from entries
        taken = _in_window([_named(entry, self.url) for entry in entries], window)
        offers = tuple(_offer(url, entry, self.name) for url, entry in taken.items())
        texts = (_document(url, entry, snapshot, self.url) for url, entry in taken.items())
        health = SourceHealth(self.name, self.kind, "ok", len(offers))
        if not offers:
            health = replace(health, state="empty", message=_why_empty(entries))
        return Harvest(health, offers, tuple(text for text in texts if text))


def _in_window(entries: Sequence[Entry], window: Window) -> dict[str, Entry]:
    """The entries to offer by canonical URL: the newest of the window, then the first of those without a date.

    Entries without link or title are nothing to offer; of entries with one link (anchors of a changelog) the newest stays.
    """
    ahead = window.now + FUTURE
    known = [
        entry if entry.published_at and entry.published_at <= ahead else replace(entry, published_at=None)
        for entry in entries
    ]
    usable = [entry for entry in known if entry.link and entry.title]
    dated = [(min(entry.published_at, window.now), entry) for entry in usable if entry.published_at]
    recent = [replace(entry, published_at=at) for at, entry in dated if at >= window.since]
    recent.sort(key=lambda entry: entry.published_at or window.now, reverse=True)
    taken: dict[str, Entry] = {}
    for entry in recent:
        if len(taken) < PER_SOURCE:
            taken.setdefault(canonical(entry.link), entry)
    for entry in [entry for entry in usable if entry.published_at is None][:UNDATED]:
        taken.setdefault(canonical(entry.link), entry)
    return taken


def _why_empty(entries: Sequence[Entry]) -> str:
    newest = max((entry.published_at for entry in entries if entry.published_at), default=None)
    if not entries:
        return "a feed without entries"
    return f"nothing in the window; the newest entry is of {newest:%Y-%m-%d}" if newest else "no entry can be used"


def _named(entry: Entry, feed_url: str) -> Entry:
    """`entry` with a title that says what it is about: a bare version gets its repository, no title the first words."""
    repository = _REPOSITORY.match(feed_url)
    if repository and _BARE_VERSION.fullmatch(entry.title):
        return replace(entry, title=f"{repository[1]} {entry.title}")
    return entry if entry.title else replace(entry, title=shorten(entry.text.partition("\n")[0], 100))


def _offer(url: str, entry: Entry, source: str) -> Offer:
    teaser = squeeze(entry.text)[:TEASER_CHARS]
    return Offer(url, source, entry.title, teaser, published_at=entry.published_at, sponsored=entry.sponsored)


def _document(url: str, entry: Entry, snapshot: Snapshot, feed_url: str) -> Document | None:
    """The text an entry carries; None where it is a line or two.

    It is partial, a teaser, when it ends like one (`…`, Read more, 阅读全文) or has fewer than MIN_COMPLETE_COLUMNS
    columns; entries of GitHub's release feeds and of arXiv are whole however short they are. A whole one called partial
    costs a page read; a teaser called whole would claim more than was read.
    """
    if len(entry.text) < MIN_TEXT_CHARS:
        return None
    own = domain(url) == domain(feed_url)  # what another site writes about a page is not that page
    whole = bool(_COMPLETE_FEEDS.search(feed_url)) or (own and width(entry.text) >= MIN_COMPLETE_COLUMNS)
    text = with_title(entry.title, entry.text)
    return Document(
        id=document_id(url, entry.id, text),
        url=url,
        snapshot=snapshot.digest,
        locator=entry.id,
        title=entry.title,
        text=text,
        language=language_of(text),
        extractor=EXTRACTOR,
        fetched_at=snapshot.fetched_at,
        partial=not whole or bool(_CUT_SHORT.search(entry.text[-300:])),
        author=entry.author,
        published_at=entry.published_at,
    )


@dataclass(frozen=True, slots=True)
class FeedBytes:
    """An answer as fetched; `url` is where it came from in the end, the base of its links."""

    url: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as its feed states it: `link` absolute or empty, `text` readable, `id` never empty where there is a link."""

    id: str
    title: str
    link: str
    published_at: datetime | None
    text: str
    author: str = ""
    sponsored: bool = False


def parse_feed(answer: FeedBytes) -> list[Entry]:
    """The entries in the order of the feed, at most MAX_ENTRIES; empty for a feed that has none.

    Runs in a worker. A feed cut off in the middle gives the entries it has. `bozo` is no verdict: feedparser sets it for
    faults that cost nothing.

    Raises:
        NotAFeed: a page instead of a feed, nothing at all, or something that would keep the parser busy.
    """
    body = _unzipped(answer.body)
    _refuse_traps(body)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _json_entries(body, answer.url)
    starts = [start.start() for start in _ENTRY.finditer(body)]
    if len(starts) > MAX_ENTRIES:
        body = body[: starts[MAX_ENTRIES]]
    found = _parsed(body, answer)
    if starts and not found.entries:  # <rss:item>, a prefix nobody declared: seen in the wild
        found = _parsed(re.sub(rb"<(/?)\w+:(?=\w)", rb"<\1", body), answer)
    if not found.entries and (starts or not found.version):
        raise NotAFeed(_what_else(body))
    return [_entry(entry, answer.url) for entry in found.entries[:MAX_ENTRIES]]


def _parsed(body: bytes, answer: FeedBytes) -> Any:
    kind = answer.media_type
    if not _says_encoding(body, kind):
        kind = f"application/xml; charset={detect_encoding(body)}"
    headers = {"content-type": kind, "content-location": answer.url}
    return feedparser.parse(BytesIO(body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False)


def _says_encoding(body: bytes, media_type: str) -> bool:
    """Whether the encoding is told or plain to see; what is not UTF-8 and tells nothing must be guessed."""
    head = body[:200]
    if "charset=" in media_type.lower() or b"encoding=" in head or b"\0" in head:
        return True
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _unzipped(body: bytes) -> bytes:
    """`body`, decompressed where the file itself is a .gz; too long is refused either way."""
    if body.startswith(b"\x1f\x8b"):
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, MAX_BYTES + 1)
        except zlib.error as error:
            raise NotAFeed("a damaged .gz file") from error
    if len(body) > MAX_BYTES:
        raise NotAFeed(f"larger than {MAX_BYTES} bytes")
    return body


def _refuse_traps(body: bytes) -> None:
    if not body.strip():
        raise NotAFeed("an empty answer")
    if b"<!entity" in body[:ENTITY_SCAN_BYTES].replace(b"\0", b"").lower():
        raise NotAFeed("it declares XML entities, which feeds have no use for")
    long_tags = re.finditer(rb"<[A-Za-z][^<>]{%d,}" % (2 * MAX_TAG_WORDS), body)
    if any(len(tag.group().split()) > MAX_TAG_WORDS for tag in long_tags):
        raise NotAFeed(f"an element with more than {MAX_TAG_WORDS} attributes")


def _what_else(body: bytes) -> str:
    """What came instead of a feed, for a person."""
    head = body[:4096].lower()
    if re.search(rb"just a moment|cf-chl|captcha|attention required|verify you are human", head):
        return "a challenge page instead of a feed: the site wants to see a browser"
    if b"<html" in head or b"<!doctype html" in head:
        return "a web page instead of a feed: it may have moved"
    if _ENTRY.search(body):
        return "a feed so damaged that none of its entries can be read"
    return "no feed: neither RSS, Atom nor JSON Feed"


def _entry(entry: Mapping[str, Any], base: str) -> Entry:
    details = [entry.get("title_detail") or {}, entry.get("summary_detail") or {}]
    base = next((detail["base"] for detail in details if detail.get("base")), base)
    name = str(entry.get("id") or "")
    link = _link(entry.get("link") or (name if name.startswith(("http://", "https://")) else ""), base)
    bodies = [str(part.get("value") or "") for part in entry.get("content") or []] + [str(entry.get("summary") or "")]
    terms = {str(tag.get("term") or "").lower() for tag in entry.get("tags") or []}
    title = _one_line(entry.get("title"))
    return Entry(
        id=_one_line(name) or link,
        title=title,
        link=link,
        published_at=_date(entry),
        text=fragment(max(bodies, key=len)[:MAX_MARKUP_CHARS]),
        author=_one_line(entry.get("author"))[:200],
        sponsored=_paid(title, link, terms),
    )


def _paid(title: str, link: str, terms: Iterable[Any]) -> bool:
    """Said by its title, its link or a category; a category 广告 may be a topic of engineering."""
    return marked_title(title) or sponsored_link(link) or any(is_label(str(term)) for term in terms)


def _json_entries(body: bytes, base: str) -> list[Entry]:
    try:
        feed = json.loads(body.decode("utf-8-sig", errors="replace"))
        items = feed["items"]
    except (ValueError, RecursionError, KeyError, TypeError):
        items = None
    if not isinstance(items, list):
        raise NotAFeed("JSON, but no JSON Feed")
    return [_json_entry(item, base) for item in items[:MAX_ENTRIES] if isinstance(item, dict)]


def _json_entry(item: Mapping[str, Any], base: str) -> Entry:
    name = str(item.get("id") or "")
    link = _link(item.get("url") or item.get("external_url") or (name if name.startswith("http") else ""), base)
    markup = item.get("content_html") or item.get("content_text") or item.get("summary") or ""
    tags = item.get("tags")
    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    dates = (moment(str(item.get(key) or "")) for key in ("date_published", "date_modified"))
    title = _one_line(item.get("title"))
    return Entry(
        id=_one_line(name) or link,
        title=title,
        link=link,
        published_at=next((date for date in dates if date), None),
        text=fragment(str(markup)[:MAX_MARKUP_CHARS]),
        author=next((_one_line(one.get("name"))[:200] for one in authors or [] if isinstance(one, dict)), ""),
        sponsored=_paid(title, link, tags if isinstance(tags, list) else []),
    )


def _link(written: Any, base: str) -> str:
    try:
        found = urljoin(base, clean(str(written)).strip()) if written else ""
        canonical(found)
    except ValueError:
        return ""
    return found


def _one_line(markup: Any) -> str:
    """A title or name on one line, without tags; bounded, for a title is not a text."""
    return squeeze(fragment(str(markup or "")[:2000]))[:500]


def _date(entry: Mapping[str, Any]) -> datetime | None:
    """Published, else updated, else created (dc:date counts as updated); no zone is UTC, a Chinese date is China's."""
    stated = dict(entry)  # a FeedParserDict answers for "updated" with "published", and warns
    for key in ("published", "updated", "created"):
        parsed, written = stated.get(f"{key}_parsed"), str(stated.get(key) or "")
        if chinese := _CHINESE_DATE.match(written):
            found = _utc([int(part or 0) for part in chinese.groups()], CHINA)
        else:
            found = _utc(parsed[:6]) if parsed else moment(written)
        if found:
            return found
    return None


def _utc(parts: Sequence[int], zone: timezone = UTC) -> datetime | None:
    """The moment, unless it is absurd: feeds without a date say 1 January 1970 or year 1."""
    try:
        found = datetime(*parts, tzinfo=zone).astimezone(UTC)  # type: ignore[misc, arg-type]
    except (ValueError, OverflowError):
        return None
    return found if 1995 <= found.year <= 2100 else None

"""Bytes of a feed to entries, in a worker."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

import feedparser
from resiliparse.parse.encoding import detect_encoding

from deepdaily.core.errors import NotAFeed
from deepdaily.core.text import clean, squeeze
from deepdaily.core.urls import canonical, sponsored_link
from deepdaily.read.extract import fragment, moment
from deepdaily.read.paid import is_label, marked_title
from deepdaily.sources.offering import json_of

MAX_BYTES = 10 * 2**20


MAX_ENTRIES = 2_000
"""The longest feed seen has 1,230; 200,000 cost 24 s and 260 MB. What follows is not read."""


MAX_TAG_WORDS = 2_000
"""White-space separated pieces of one tag: 100,000 attributes kept feedparser busy for 97 s."""


MAX_MARKUP_CHARS = 200_000
"""Of one entry; what follows is not read."""


ENTITY_SCAN_BYTES = 64 * 1024


CHINA = timezone(timedelta(hours=8))


_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)


_CHINESE_DATE = re.compile(r"\s*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\D*(?:(\d{1,2}):(\d{2}))?")


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
        # A category 广告 may be a topic of engineering: it is no label.
        sponsored=marked_title(title) or sponsored_link(link) or any(is_label(term) for term in terms),
    )


def _json_entries(body: bytes, base: str) -> list[Entry]:
    match json_of(body.decode("utf-8-sig", errors="replace")):
        case {"items": list(items)}:
            return [_entry(_as_parsed(item), base) for item in items[:MAX_ENTRIES] if isinstance(item, dict)]
    raise NotAFeed("JSON, but no JSON Feed")


def _as_parsed(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item of a JSON Feed under the names that feedparser gives."""
    tags, authors = item.get("tags"), item.get("authors")
    named = authors if isinstance(authors, list) else [item.get("author")]
    return {
        "id": item.get("id"),
        "title": item.get("title"),
        "link": item.get("url") or item.get("external_url"),
        "summary": item.get("content_html") or item.get("content_text") or item.get("summary"),
        "author": next((one.get("name") for one in named if isinstance(one, dict)), ""),
        "tags": [{"term": tag} for tag in tags] if isinstance(tags, list) else [],
        "published": item.get("date_published"),
        "updated": item.get("date_modified"),
    }


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

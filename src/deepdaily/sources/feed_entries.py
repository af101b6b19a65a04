"""Bytes of a feed to entries, in a worker."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from html import unescape
from importlib.metadata import version
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from resiliparse.parse.encoding import detect_encoding

from deepdaily.core.errors import NotAFeed
from deepdaily.core.text import clean
from deepdaily.core.to_machines import told_title
from deepdaily.core.types import Window
from deepdaily.core.urls import canonical, sponsored_link
from deepdaily.read.paid import is_label, marked_title
from deepdaily.sources.feed_body import encoding_told, refuse_traps, repaired, unzipped
from deepdaily.sources.feed_dates import moment_of, stands_in
from deepdaily.sources.feed_linked import linked
from deepdaily.sources.feed_tree import Doubtful, read_tree
from deepdaily.sources.feed_words import Said, Stated, one_line, readable
from deepdaily.sources.offering import json_of
from deepdaily.sources.page_instead import what_else

MAX_ENTRIES = 2_000
"""The longest feed seen has 1,230; 200,000 cost 24 s and 260 MB. What follows is not read."""

MOST_UNREAD = 8_000
"""Entries behind these of which the link is known all the same: each is a row of the record."""


FUTURE = timedelta(days=1)
"""A date up to a day ahead is a wrong zone and counts as now; one further ahead is no date."""

UNDATED = 10
"""Entries without a date have no window; the first ones of a feed are its newest."""


OWN, FEEDPARSER = "feed/1", f"feedparser/{version('feedparser')}"

_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_END = re.compile(rb"</(?:\w+:)?(?:item|entry|channel|feed|rss|rdf)\s*>", re.IGNORECASE)
_PAGE = re.compile(rb"\s*(?:<!doctype html|<html\b)", re.IGNORECASE)
_DECLARATION = re.compile(rb"\s*<\?xml\b[^<>]{0,200}\?>")
_RAW_LINK = re.compile(
    rb"<(?:\w+:)?link\b(?:[^<>]{0,500}?\bhref\s*=\s*[\"']([^\"'<>]{1,1500})|[^<>]{0,200}>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{1,1500}))"
)
_PLAIN_LINK = re.compile(r"https?://[a-z0-9][a-z0-9-]*\.(?:[a-z0-9-]+\.)*[a-z]{2,20}(?:[/?#][!-~]{0,1500})?(?<!#)")


@dataclass(frozen=True, slots=True)
class FeedBytes:
    """An answer as fetched; `url` is where it came from in the end, the base of its links."""

    url: str
    media_type: str
    body: bytes
    window: Window | None = None
    """Entries of before it get no text, and dates of long after it count as none. None: all get theirs."""
    zone: str = ""
    """IANA name of the zone of dates that name none; empty where nobody said."""


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
    """Known, as `text` is, of entries of the window only."""
    reader: str = field(default="", compare=False)
    """Which parser read the feed."""
    fault: str = ""
    """Why nothing else of it is known: it broke its reading, or is not read."""
    unread: bool = False
    """It stands behind the most that are read: of it only the link is known, and of the last one not even that."""


def parse_feed(answer: FeedBytes) -> list[Entry]:
    """The entries in the order of the feed, at most MAX_ENTRIES; empty for a feed that has none.

    Runs in a worker. A feed cut off in the middle gives the entries it has, and one more whose `fault` says so. One that is too
    long gives at most MOST_UNREAD others that are `unread`, those nearest to the ones that are read first, and one without a link.

    Raises:
        NotAFeed: a page instead of a feed, nothing at all, or something that would keep the parser busy.
    """
    body = unzipped(answer.body)
    answer = replace(answer, body=body)
    refuse_traps(body)
    reader = OWN
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        found = _of_json(body, answer.url)
    else:
        encoding = encoding_told(body, answer.media_type)
        if encoding == "utf-8":
            body = body.decode("utf-8", "replace").encode()
        try:
            found = _proven(body, encoding, answer.url)
        except Doubtful:
            found, reader = _of_feedparser(repaired(body) if encoding == "utf-8" else body, encoding, answer), FEEDPARSER
    zone = ZoneInfo(answer.zone) if answer.zone else None
    newest, others = _newest(found, zone)
    entries = read_each(newest, answer.window, reader, zone)
    if reader == OWN:
        links = (_address(one) for one in others[:MOST_UNREAD])
        return [*entries, *_unread(links, len(others), reader)]
    starts = [start.end() for start in _ENTRY.finditer(body)]
    if len(starts) > MAX_ENTRIES:
        return [*entries, *_unread(_raw_links(body, starts[MAX_ENTRIES:], answer.url), len(starts) - MAX_ENTRIES, reader)]
    cut_off = starts and not _END.search(body, starts[-1])
    return [*entries, Entry("", "", "", None, "", reader=reader, fault="its end is cut off")] if cut_off else entries


def _newest(found: Sequence[Stated], zone: tzinfo | None) -> tuple[Sequence[Stated], Sequence[Stated]]:
    """At most MAX_ENTRIES, the first ones, but of a feed that begins with its oldest the last ones; and the others, those next to
    them first."""
    dated = [at for one in (found[0], found[-1]) if (at := _moment(one, zone))] if len(found) > MAX_ENTRIES else []
    if len(dated) == 2 and dated[0] < dated[1]:
        return found[-MAX_ENTRIES:], found[: len(found) - MAX_ENTRIES][::-1]
    return found[:MAX_ENTRIES], found[MAX_ENTRIES:]


def _unread(links: Iterable[str], count: int, reader: str) -> list[Entry]:
    """The entries of `links`, and one without; empty where `count`, the number of all that are not read, is 0."""
    if not count:
        return []
    why = f"{count:,} of {count + MAX_ENTRIES:,} entries are not read: {MAX_ENTRIES:,} are the most"
    return [Entry(link, "", link, None, "", reader=reader, fault=why, unread=True) for link in (*filter(None, links), "")]


def _raw_links(body: bytes, starts: Sequence[int], base: str) -> Iterator[str]:
    """The first link behind each of the first MOST_UNREAD places where an entry begins, up to the next one."""
    for at, end in zip(starts[:MOST_UNREAD], [*starts[1:], len(body)], strict=False):
        if found := _RAW_LINK.search(body, at, end):
            yield _link(unescape((found[1] or found[2]).decode("utf-8", "replace")), base)


def _proven(body: bytes, encoding: str, url: str) -> list[Stated]:
    """The entries of a feed that can be read by ourselves, small faults mended.

    Raises:
        Doubtful.
    """
    if not encoding:
        raise Doubtful("an encoding that cannot be told")
    if encoding != "utf-8":
        try:
            body = body.decode("gb18030" if encoding == "gbk" else encoding).encode()
        except UnicodeError as error:
            raise Doubtful(f"not {encoding}") from error
    body = body.removeprefix(b"\xef\xbb\xbf")
    declaration = _DECLARATION.match(body)
    body = body[declaration.end() :] if declaration else body.lstrip()
    try:
        found = read_tree(body, url)
    except Doubtful:
        mended = repaired(body)
        if mended == body:
            raise
        found = read_tree(mended, url)
    if not found and _ENTRY.search(body):
        raise Doubtful("entries that are not where they belong")
    return found


# -- entries in their feed's words ----------------------------------------------------------------------------------------


def _of_feedparser(body: bytes, encoding: str, answer: FeedBytes) -> list[Stated]:
    """What feedparser finds. `bozo` is no verdict: it is set for faults that cost nothing.

    Raises:
        NotAFeed.
    """
    starts = [start.start() for start in _ENTRY.finditer(body)]
    if not starts and _PAGE.match(body):  # its parser takes long for what is plainly none
        raise what_else(answer.body, answer.url, damaged=False)
    if len(starts) > MAX_ENTRIES:
        body = body[: starts[MAX_ENTRIES]]
    found = _parsed(body, encoding, answer)
    if starts and not found.entries:  # <rss:item>, a prefix nobody declared: seen in the wild
        found = _parsed(re.sub(rb"<(/?)\w+:(?=\w)", rb"<\1", body), encoding, answer)
    if not found.entries and (starts or not found.version):
        raise what_else(answer.body, answer.url, damaged=bool(starts))
    atom = found.version.startswith("atom")
    return [_as_stated(entry, answer.url, atom) for entry in found.entries]


def _parsed(body: bytes, encoding: str, answer: FeedBytes) -> Any:
    kind = answer.media_type
    if encoding == "utf-8":
        kind = "application/xml; charset=utf-8"
    elif not _says_encoding(body, kind):
        kind = f"application/xml; charset={detect_encoding(body)}"
    headers = {"content-type": kind, "content-location": answer.url}
    import feedparser  # one feed in ten

    return feedparser.parse(BytesIO(body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False)


def _says_encoding(body: bytes, media_type: str) -> bool:
    head = body[:200]
    return "charset=" in media_type.lower() or b"encoding=" in head or b"\0" in head


def _as_stated(entry: Mapping[str, Any], url: str, atom: bool) -> Stated:
    """An entry of feedparser in its feed's words."""
    stated = dict(entry)  # a FeedParserDict answers for "updated" with "published", and warns
    details = [stated.get("title_detail") or {}, stated.get("summary_detail") or {}]
    texts = [*(stated.get("content") or []), {"type": "text/html", **details[1], "value": stated.get("summary")}]
    keys = ("published", "updated", "created")
    parsed = [(stated.get(f"{key}_parsed"), str(stated.get(key) or "")) for key in keys]
    return Stated(
        next((str(detail["base"]) for detail in details if detail.get("base")), url),
        _words({**details[0], "value": stated.get("title")}, atom),
        str(stated.get("id") or ""),
        str(stated.get("feedburner_origlink") or stated.get("link") or _enclosed(stated)),
        tuple(written for _, written in parsed if written),
        tuple(_words(text, atom=False) for text in texts),
        str(stated.get("author") or ""),
        tuple(str(tag.get("term") or "") for tag in stated.get("tags") or []),
        next((_utc(found[:6]) for found, written in parsed if found and stands_in(found[:3], written)), None),
    )


def _enclosed(stated: Mapping[str, Any]) -> str:
    """What an entry without a page offers instead."""
    return next((str(one["href"]) for one in stated.get("enclosures") or [] if one.get("href")), "")


def _words(detail: Mapping[str, Any], atom: bool) -> Said:
    """A text of feedparser, which calls plain what says nothing: meant so by titles of Atom, and left open by all others."""
    kind = str(detail.get("type") or "")
    manner: Any = "plain" if atom and kind == "text/plain" else "markup" if kind == "application/xhtml+xml" else "loose"
    return Said(str(detail.get("value") or ""), manner)


def _of_json(body: bytes, url: str) -> list[Stated]:
    match json_of(body.decode("utf-8-sig", errors="replace")):
        case {"items": list(items)}:
            return [_of_item(item, url) for item in items if isinstance(item, dict)]
    raise NotAFeed("JSON, but no JSON Feed")


def _of_item(item: Mapping[str, Any], url: str) -> Stated:
    """An item of a JSON Feed: only `content_html` is markup."""
    tags, authors = item.get("tags"), item.get("authors")
    named = authors if isinstance(authors, list) else [item.get("author")]
    plain = item.get("content_text") or item.get("summary")
    return Stated(
        url,
        Said(str(item.get("title") or ""), "plain"),
        str(item.get("id") or ""),
        str(item.get("url") or item.get("external_url") or _attached(item)),
        tuple(str(item[key]) for key in ("date_published", "date_modified") if item.get(key)),
        (Said(str(item["content_html"])) if item.get("content_html") else Said(str(plain or ""), "plain"),),
        next((str(one.get("name") or "") for one in named if isinstance(one, dict)), ""),
        tuple(map(str, tags)) if isinstance(tags, list) else (),
    )


def _attached(item: Mapping[str, Any]) -> str:
    """What an item without a page offers instead; an id that is an address is a page."""
    attached = item.get("attachments")
    rows = attached if isinstance(attached, list) and not str(item.get("id") or "").startswith(("http://", "https://")) else []
    return next((str(one["url"]) for one in rows if isinstance(one, dict) and one.get("url")), "")


# -- entries --------------------------------------------------------------------------------------------------------------


def read_each(found: Sequence[Stated], window: Window | None, reader: str, zone: tzinfo | None = None) -> list[Entry]:
    """Each entry read; one that breaks its reading costs only itself."""
    entries: list[Entry] = []
    undated = 0
    for stated in found:
        try:
            entry = _entry(linked(stated), window, reader, undated < UNDATED, zone)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - foreign bytes provoke anything; here it costs one entry, and is told
            entry = Entry("", "", "", None, "", reader=reader, fault=f"{type(error).__name__}: {error}"[:200])
        undated += entry.published_at is None and bool(entry.link and (entry.title or entry.text))
        entries.append(entry)
    return entries


def _entry(stated: Stated, window: Window | None, reader: str, first: bool, zone: tzinfo | None) -> Entry:
    """One entry; of before the window, or undated and not among the first, without text."""
    title, name = one_line(stated.title), one_line(Said(stated.id, "plain"))
    link = _address(stated)
    at = _date(stated, window, zone)
    wanted = window is None or (at >= window.since if at else first)
    title = told_title(title) if wanted else title
    return Entry(
        name or link,
        title,
        link,
        at,
        readable(stated.texts) if wanted else "",
        one_line(Said(stated.author))[:200] if stated.author else "",
        # A category 广告 may be a topic of engineering: it is no label.
        wanted and (marked_title(title) or sponsored_link(link) or any(is_label(term.lower()) for term in stated.terms)),
        reader,
    )


def _address(stated: Stated) -> str:
    """An entry's link, or its name where that is one; empty where neither is."""
    named = stated.id if stated.id.startswith(("http://", "https://")) else ""
    return _link(stated.link, stated.base) or (_link(named, stated.base) if named else "")


def _link(written: str, base: str) -> str:
    """The address, absolute; empty where it is none. Most are seen to be one at a glance."""
    if _PLAIN_LINK.fullmatch(written):
        return written
    try:
        written = clean(written).strip()
        host = (urlsplit(base).hostname or "").removeprefix("www.")
        if host and written.removeprefix("www.").startswith((f"{host}/", f"{host}?")):  # it lacks only its scheme
            written = f"//{written}"
        found = urljoin(base, written) if written else ""
        canonical(found)
    except ValueError:
        return ""
    return found


def _moment(stated: Stated, zone: tzinfo | None) -> datetime | None:
    """The first moment that its dates mean, however far ahead."""
    return next((at for written in stated.dates if (at := moment_of(written, stated.title.text, zone))), stated.otherwise)


def _date(stated: Stated, window: Window | None, zone: tzinfo | None) -> datetime | None:
    """The first of its dates that means a moment not far ahead."""
    for written in stated.dates:
        found = moment_of(written, stated.title.text, zone)
        if found and (window is None or found <= window.now + FUTURE):
            return found
    found = stated.otherwise
    return found if found and (window is None or found <= window.now + FUTURE) else None


def _utc(parts: Sequence[int]) -> datetime | None:
    try:
        found = datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]
    except (ValueError, OverflowError):
        return None
    return found if 1995 <= found.year <= 2100 else None

"""Bytes of a feed to entries, in a worker."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html.entities import html5
from importlib.metadata import version
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from resiliparse.parse.encoding import detect_encoding

from deepdaily.core.charset import encoding_of
from deepdaily.core.errors import NotAFeed
from deepdaily.core.text import clean
from deepdaily.core.to_machines import told_title
from deepdaily.core.types import Window
from deepdaily.core.urls import canonical, sponsored_link
from deepdaily.read.paid import is_label, marked_title
from deepdaily.sources.feed_dates import moment_of, stands_in
from deepdaily.sources.feed_tree import KNOWN_NAMES, Doubtful, read_tree
from deepdaily.sources.feed_words import Said, Stated, one_line, readable
from deepdaily.sources.offering import json_of
from deepdaily.sources.page_instead import what_else

MAX_BYTES = 10 * 2**20

MAX_ENTRIES = 2_000
"""The longest feed seen has 1,230; 200,000 cost 24 s and 260 MB. What follows is not read."""

MAX_TAG_WORDS = 2_000
"""White-space separated pieces of one tag: 100,000 attributes kept feedparser busy for 97 s."""

FUTURE = timedelta(days=1)
"""A date up to a day ahead is a wrong zone and counts as now; one further ahead is no date."""

UNDATED = 10
"""Entries without a date have no window; the first ones of a feed are its newest."""

TWO_BYTES = frozenset(("gbk", "gb18030", "big5", "euc-jp", "euc-kr", "shift_jis"))
FEW_LETTERS = 4
"""So many letters in an encoding of two bytes may be UTF-8 by chance: 联通 is, in GBK."""

_DAMAGED = 10
"""A text with fewer damaged letters than one in so many that are not ASCII is UTF-8 after all."""

_LONG = f"more than {MAX_ENTRIES} are not read"

OWN, FEEDPARSER = "feed/1", f"feedparser/{version('feedparser')}"

_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_END = re.compile(rb"</(?:\w+:)?(?:item|entry|channel|feed|rss|rdf)\s*>", re.IGNORECASE)
_PAGE = re.compile(rb"\s*(?:<!doctype html|<html\b)", re.IGNORECASE)
_DECLARATION = re.compile(rb"\s*<\?xml\b[^<>]{0,200}\?>")
_PROLOGUE = re.compile(rb"<(?:!--|\?|!DOCTYPE\b|[A-Za-z_:])", re.IGNORECASE)
_SUBSET = re.compile(rb"[^\[>\"']*+(?:(?:\"[^\"]*+\"|'[^']*+')[^\[>\"']*+)*+\[")
_IN_SUBSET = re.compile(rb"<!--|[\"'\]]")
_LONG_TAG = re.compile(rb"<[A-Za-z][^<>]{%d,}+" % (2 * MAX_TAG_WORDS))
_CDATA_OR_AMPERSAND = re.compile(
    rb"<!\[CDATA\[(?s:(?:.*?\]\]>|.*))|&(?:#\d{1,7};|#x[0-9a-fA-F]{1,6};|([A-Za-z][A-Za-z0-9]{1,31};))?"
)
_CDATA_OR_TAG = re.compile(rb"<!\[CDATA\[(?s:(?:.*?\]\]>|.*))|<([A-Za-z][\w.:-]*)[^<>]*>?")
_START_TAG = re.compile(rb"<([A-Za-z][\w.:-]*)")
_END_TAG = re.compile(rb"</([A-Za-z][\w.:-]*)")
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13))
_PLAIN_LINK = re.compile(r"https?://[a-z0-9][a-z0-9-]*\.(?:[a-z0-9-]+\.)*[a-z]{2,20}(?:[/?#][!-~]{0,1500})?(?<!#)")


@dataclass(frozen=True, slots=True)
class FeedBytes:
    """An answer as fetched; `url` is where it came from in the end, the base of its links."""

    url: str
    media_type: str
    body: bytes
    window: Window | None = None
    """Entries of before it get no text, and dates of long after it count as none. None: all get theirs."""


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
    """Why nothing else of it is known: it broke its reading."""


def parse_feed(answer: FeedBytes) -> list[Entry]:
    """The entries in the order of the feed, at most MAX_ENTRIES; empty for a feed that has none.

    Runs in a worker. A feed cut off in the middle gives the entries it has, and one more whose `fault` says so; so does one
    that is too long.

    Raises:
        NotAFeed: a page instead of a feed, nothing at all, or something that would keep the parser busy.
    """
    body = _unzipped(answer.body)
    answer = replace(answer, body=body)
    _refuse_traps(body)
    reader = OWN
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        found = _of_json(body, answer.url)
    else:
        encoding = _encoding(body, answer.media_type)
        if encoding == "utf-8":
            body = body.decode("utf-8", "replace").encode()
        try:
            found = _proven(body, encoding, answer.url)
        except Doubtful:
            found, reader = _of_feedparser(_repaired(body) if encoding == "utf-8" else body, encoding, answer), FEEDPARSER
    entries = read_each(found[:MAX_ENTRIES], answer.window, reader)
    fault = _LONG if len(found) > MAX_ENTRIES else _fault(body) if reader == FEEDPARSER else ""
    return [*entries, Entry("", "", "", None, "", reader=reader, fault=fault)] if fault else entries


def _fault(body: bytes) -> str:
    """Why entries of a feed that is not well-formed are missing: too many, or the last one is never ended; empty otherwise."""
    starts = [start.end() for start in _ENTRY.finditer(body)]
    if len(starts) > MAX_ENTRIES:
        return _LONG
    return "its end is cut off" if starts and not _END.search(body, starts[-1]) else ""


# -- bytes ----------------------------------------------------------------------------------------------------------------


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
    if _declares_entities(body.replace(b"\0", b"") if b"\0" in body[:200] else body):
        raise NotAFeed("it declares XML entities, which feeds have no use for")
    if any(len(tag.group().split()) > MAX_TAG_WORDS for tag in _LONG_TAG.finditer(body)):
        raise NotAFeed(f"an element with more than {MAX_TAG_WORDS} attributes")


def _declares_entities(body: bytes) -> bool:
    """Whether the DOCTYPE before the first element does, in its brackets: anywhere else the words are a text's."""
    at = 0
    while found := _PROLOGUE.search(body, at):
        closing = {b"!--": b"-->", b"?": b"?>"}.get(found.group()[1:])
        if closing is None:
            break
        at = body.find(closing, found.end())
        if at < 0:
            return False
    if not found or found.group()[1:2] != b"!":
        return False
    opening = _SUBSET.match(body, found.end())
    return opening is not None and b"<!entity" in _subset(body, opening.end()).lower()


def _subset(body: bytes, start: int) -> bytes:
    """What follows up to the bracket that closes it; up to the end where none does: it may hide anything."""
    at = start
    while found := _IN_SUBSET.search(body, at):
        if found.group() == b"]":
            return body[start : found.start()]
        at = body.find(b"-->" if found.group() == b"<!--" else found.group(), found.end()) + 1
        if not at:
            break
    return body[start:]


def _encoding(body: bytes, media_type: str) -> str:
    """Its encoding where that can be told; empty where the header, the file and the bytes contradict each other.

    Bytes that are UTF-8 are so whatever anyone says: servers add their default, and generators declare what they copied.
    """
    said = body[:200].partition(b"?>")[0].decode("latin-1") if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") else ""
    declared, served = encoding_of(b"", said), encoding_of(b"", media_type)
    marked = encoding_of(body, "")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        named = {marked or declared, marked or served} - {""}
        return _of_others(body, marked, declared, served) or (named.pop() if len(named) == 1 else "")
    if marked != "utf-8" and (b"\0" in body[:200] or b"\x1b" in body):
        return ""
    pairs = len(body) - len(text)  # of bytes, where no letter has more than two
    said_so = marked or declared or served
    if said_so in TWO_BYTES and 0 < pairs < FEW_LETTERS and pairs == sum(char > "\x7f" for char in text):
        return said_so
    return "utf-8"


def _of_others(body: bytes, marked: str, declared: str, served: str) -> str:
    """The encoding of bytes that are not UTF-8 and say so, or say what servers say of all: the first named one that they
    are whole in, else the one they look like; UTF-8 with a few damaged letters is UTF-8. Empty where there is no such one."""
    text = body.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    if marked:
        return ""
    if sum(char > "\x7f" for char in text) > _DAMAGED * damaged:
        return "utf-8"
    for name in dict.fromkeys((declared, served, detect_encoding(body) or "")):
        if name in TWO_BYTES and _is_whole(body, name):
            return name
    return ""


def _is_whole(body: bytes, encoding: str) -> bool:
    try:
        body.decode("gb18030" if encoding == "gbk" else encoding)
    except UnicodeError:
        return False
    return True


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
        repaired = _repaired(body)
        if repaired == body:
            raise
        found = read_tree(repaired, url)
    if not found and _ENTRY.search(body):
        raise Doubtful("entries that are not where they belong")
    return found


def _repaired(body: bytes) -> bytes:
    """`body` without control characters, each `&` outside CDATA part of a reference that XML knows."""

    def known(found: re.Match[bytes]) -> bytes:
        whole, name = found.group(), found[1]
        if whole == b"&" or (name and name.decode() not in html5):
            return b"&amp;" + whole[1:]
        if not name or name in (b"amp;", b"lt;", b"gt;", b"quot;", b"apos;"):
            return whole
        return "".join(f"&#{ord(char)};" for char in html5[name.decode()]).encode()

    body = body.translate(None, _CONTROLS)
    return _without_open_ends(_CDATA_OR_AMPERSAND.sub(known, body))


def _without_open_ends(body: bytes) -> bytes:
    """`body` with each `<name>` escaped of which nothing is ever closed: `Vec<T>` is text. Names of feeds stay: a feed is cut."""
    open_ended = {name.lower() for name in set(_START_TAG.findall(body))} - {name.lower() for name in set(_END_TAG.findall(body))}
    lone = {name for name in open_ended if b":" not in name and name.decode() not in KNOWN_NAMES}
    if not lone:
        return body

    def kept(tag: re.Match[bytes]) -> bytes:
        is_text = tag[1] and tag[1].lower() in lone and not tag.group().endswith(b"/>")
        return b"&lt;" + tag.group()[1:] if is_text else tag.group()

    return _CDATA_OR_TAG.sub(kept, body)


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
        str(item.get("url") or item.get("external_url") or ""),
        tuple(str(item[key]) for key in ("date_published", "date_modified") if item.get(key)),
        (Said(str(item["content_html"])) if item.get("content_html") else Said(str(plain or ""), "plain"),),
        next((str(one.get("name") or "") for one in named if isinstance(one, dict)), ""),
        tuple(map(str, tags)) if isinstance(tags, list) else (),
    )


# -- entries --------------------------------------------------------------------------------------------------------------


def read_each(found: Sequence[Stated], window: Window | None, reader: str) -> list[Entry]:
    """Each entry read; one that breaks its reading costs only itself."""
    entries: list[Entry] = []
    undated = 0
    for stated in found:
        try:
            entry = _entry(stated, window, reader, undated < UNDATED)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - foreign bytes provoke anything; here it costs one entry, and is told
            entry = Entry("", "", "", None, "", reader=reader, fault=f"{type(error).__name__}: {error}"[:200])
        undated += entry.published_at is None and bool(entry.link and (entry.title or entry.text))
        entries.append(entry)
    return entries


def _entry(stated: Stated, window: Window | None, reader: str, first: bool) -> Entry:
    """One entry; of before the window, or undated and not among the first, without text."""
    title, name = one_line(stated.title), one_line(Said(stated.id, "plain"))
    link = _link(stated.link, stated.base) or (
        _link(stated.id, stated.base) if stated.id.startswith(("http://", "https://")) else ""
    )
    at = _date(stated, window)
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


def _date(stated: Stated, window: Window | None) -> datetime | None:
    """The first of its dates that means a moment not far ahead."""
    for written in stated.dates:
        found = moment_of(written, stated.title.text)
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

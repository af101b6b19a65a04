"""RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import version

from deepdaily.core.errors import NotAFeed
from deepdaily.core.text import language_of, shorten, width
from deepdaily.core.types import Document, Harvest, Offer, Snapshot, SourceHealth, SourceKind, Window, document_id
from deepdaily.core.urls import domain
from deepdaily.engine import Engine
from deepdaily.read.extract import with_title
from deepdaily.read.fetch import Fetcher
from deepdaily.sources.feed_entries import Entry, FeedBytes, parse_feed
from deepdaily.sources.offering import offer, parsed

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


EXTRACTOR = f"feedparser/{version('feedparser')}"

_COMPLETE_FEEDS = re.compile(r"github\.com/[^/]+/[^/]+/(?:releases|tags)\.atom|arxiv\.org/", re.I)


_CUT_SHORT = re.compile(
    r"(?:\.\.\.|…|\[(?:\.\.\.|…|&hellip;)\]|read (?:more|the full .{1,30}|on)\W*|continue reading.{0,80}|阅读(?:全文|原文|更多)\W*"
    r"|查看(?:全文|原文)\W*|the post .{1,200} (?:appeared first on|first appeared on) .{1,60})$",
    re.IGNORECASE,
)


_BARE_VERSION = re.compile(r"(?:release |version )?[vb]?\d[\w.+-]*(?: \(.{1,40}\))?", re.IGNORECASE)


_REPOSITORY = re.compile(r"https://github\.com/[^/]+/([^/]+)/(?:releases|tags)\.atom")


class Feed:
    """One feed as a source.

    Args:
        name: unique among the sources of a digest; its address where it has no name.
    """

    kind: SourceKind = "feed"
    stands_in_for: tuple[str, ...] = ()

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
        entries = await parsed(self._engine, parse_feed, answer, limits=(WALL_S, MEMORY_MB), failed=NotAFeed)
        taken = _in_window([_named(entry, self.url) for entry in entries], window, self.name)
        offers = tuple(made for made, _ in taken)
        texts = (_document(made.url, entry, snapshot, self.url) for made, entry in taken)
        health = SourceHealth(self.name, self.kind, "ok", len(offers))
        if not offers:
            health = replace(health, state="empty", message=_why_empty(entries))
        return Harvest(health, offers, tuple(text for text in texts if text))


def _in_window(entries: Sequence[Entry], window: Window, source: str) -> list[tuple[Offer, Entry]]:
    """The offers, each with its entry: the newest of the window, then the first of those without a date.

    Entries without link or title are nothing to offer; of entries with one link (anchors of a changelog) the newest stays.
    """
    ahead = window.now + FUTURE
    known = [
        entry if entry.published_at and entry.published_at <= ahead else replace(entry, published_at=None) for entry in entries
    ]
    offered = [(made, entry) for entry in known if (made := _offered(entry, window, source))]
    dated = [(made.published_at, made, entry) for made, entry in offered if made.published_at]
    dated.sort(key=lambda one: one[0], reverse=True)
    taken: dict[str, tuple[Offer, Entry]] = {}
    for at, made, entry in dated:
        if len(taken) < PER_SOURCE:
            taken.setdefault(made.url, (made, replace(entry, published_at=at)))
    for made, entry in [one for one in offered if one[0].published_at is None][:UNDATED]:
        taken.setdefault(made.url, (made, entry))
    return list(taken.values())


def _offered(entry: Entry, window: Window, source: str) -> Offer | None:
    at, paid = entry.published_at, entry.sponsored
    return offer(source, entry.link, entry.title, window, published_at=at, teaser=entry.text, paid=paid)


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

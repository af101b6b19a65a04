"""RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from deepdaily.core.cues import Cue, cues, table
from deepdaily.core.errors import AddressRefused, NotAFeed
from deepdaily.core.text import language_of, shorten, width
from deepdaily.core.types import Document, Harvest, Loss, Offer, Snapshot, SourceHealth, SourceKind, Window, document_id
from deepdaily.core.urls import canonical, domain
from deepdaily.engine import Engine
from deepdaily.read.extract import with_title
from deepdaily.read.fetch import Fetcher
from deepdaily.sources.feed_entries import UNDATED, Entry, FeedBytes, parse_feed
from deepdaily.sources.feed_linked import is_post
from deepdaily.sources.offering import offer, parsed

WALL_S, MEMORY_MB = 15.0, 512
"""For one feed in its worker. All 134 corpus files together take half a second; the worst that passes the traps takes 14."""

PER_SOURCE = 40
"""Newest offers of one feed: llama.cpp alone builds more than ten times a day."""


MIN_TEXT_CHARS = 200

MIN_COMPLETE_COLUMNS = 1_200
"""A Chinese character counts two. Teasers of the feeds of both frozen days end well below, whole posts lie above."""

MOST_LOSSES = 200
"""Of one feed, the newest: what a person may ask for."""

_COMPLETE_FEEDS = Cue(r"github\.com/[^/]+/[^/]+/(?:releases|tags)\.atom|arxiv\.org/", re.I)

_CUT_SHORT = Cue(
    r"(?:\.\.\.|…|\[(?:\.\.\.|…|&hellip;)\]|read (?:more|the full .{1,30}|on)\W*|continue reading.{0,80}|阅读(?:全文|原文|更多)\W*"
    r"|查看(?:全文|原文)\W*|the post .{1,200} (?:appeared first on|first appeared on) .{1,60})$",
    re.IGNORECASE,
)
_PAYWALL = cues(table(__name__))["paywall"]
_LAST_LINES = 5
"""Where a preview asks to pay: what to buy, a button, a link for members."""

_REPOSITORY = Cue(
    r"https://(?:github\.com|codeberg\.org|gitea\.com|gitee\.com|gitlab\.[^/]+|git\.[^/]+)/(?:[^/?#]+/)+?(?P<forge>[^/?#]+)/(?:-/)?"
    r"(?:releases|tags)(?:\.(?:atom|rss)|\?format=atom)|https://pypi\.org/rss/project/(?P<index>[^/?#]+)/releases\.xml"
)
"""Feeds of releases, which are titled for who follows one project."""


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
        try:
            snapshot, entries = await self._read(self.url, window)
        except NotAFeed as error:
            if not error.leads_to:
                raise
            try:
                snapshot, entries = await self._read(error.leads_to, window)  # once: a page may lead to itself
            except AddressRefused as refused:  # what it was asked for is a page all the same
                raise error from refused
        taken, losses = _chosen(entries, window, self.name, self.url)
        offers = tuple(made for made, _ in taken)
        texts = (_document(made, entry, snapshot, self.url) for made, entry in taken)
        message = "; ".join(filter(None, ["" if offers else _why_empty(entries), _broken(entries)]))
        health = SourceHealth(self.name, self.kind, "ok" if offers else "empty", len(offers), message)
        return Harvest(health, offers, tuple(text for text in texts if text), tuple(losses[:MOST_LOSSES]))

    async def _read(self, url: str, window: Window) -> tuple[Snapshot, list[Entry]]:
        snapshot = await self._fetcher.get(url, conditional=True)
        answer = FeedBytes(snapshot.final_url, snapshot.media_type, self._fetcher.body(snapshot), window)
        return snapshot, await parsed(self._engine, parse_feed, answer, limits=(WALL_S, MEMORY_MB), failed=NotAFeed)


def _chosen(entries: Sequence[Entry], window: Window, source: str, feed_url: str) -> tuple[list[tuple[Offer, Entry]], list[Loss]]:
    """The offers, each with its entry: the newest of the window, then the first of those without a date; and the losses.

    Entries without link or title are nothing to offer; of entries with one link (anchors of a changelog) the newest stays.
    Losses are those with a link, the newest first, those without a date last.
    """
    newest_first = sorted((one for one in entries if one.published_at), key=_age(window.now))
    undated = [one for one in entries if one.published_at is None]
    taken: dict[str, tuple[Offer, Entry]] = {}
    losses: list[Loss] = []
    tried = 0
    for entry in (*newest_first, *undated):
        made = _offered(_named(entry, feed_url), window, source)
        reason = _why_not(entry, window, made, taken, tried)
        if made and not reason:
            taken[made.url] = (made, replace(entry, published_at=made.published_at))
        elif url := made.url if made else _address(entry.link):
            losses.append(Loss(url, "collect", reason))
        tried += bool(made and entry.published_at is None)
    return list(taken.values()), losses


def _age(now: datetime) -> Callable[[Entry], timedelta]:
    return lambda entry: now - entry.published_at if entry.published_at else timedelta.max


def _why_not(entry: Entry, window: Window, made: Offer | None, taken: Mapping[str, object], tried: int) -> str:
    """Why an entry is not offered, for a person; empty where it is. `tried` undated ones stand before it."""
    if entry.published_at and entry.published_at < window.since:
        return f"outside the window, dated {entry.published_at:%Y-%m-%d}"
    if made is None:
        return "its feed gives it no title"
    if made.url in taken:
        return "another entry of its feed leads to the same page"
    if entry.published_at is None:
        return f"undated, and after the first {UNDATED} such entries of its feed" if tried >= UNDATED else ""
    return f"after the {PER_SOURCE} newest of its feed" if len(taken) >= PER_SOURCE else ""


def _address(link: str) -> str:
    try:
        return canonical(link) if link else ""
    except ValueError:
        return ""


def _broken(entries: Sequence[Entry]) -> str:
    faults = [entry.fault for entry in entries if entry.fault]
    return f"{len(faults)} of {len(entries)} entries could not be read: {faults[0]}" if faults else ""


def _offered(entry: Entry, window: Window, source: str) -> Offer | None:
    at, paid = entry.published_at, entry.sponsored
    return offer(source, entry.link, entry.title, window, published_at=at, teaser=entry.text, paid=paid)


def _why_empty(entries: Sequence[Entry]) -> str:
    newest = max((entry.published_at for entry in entries if entry.published_at), default=None)
    if not entries:
        return "a feed without entries"
    return f"nothing in the window; the newest entry is of {newest:%Y-%m-%d}" if newest else "no entry can be used"


def _named(entry: Entry, feed_url: str) -> Entry:
    """`entry` with a title that says what it is about: a release names its repository, no title takes the first words."""
    named = _REPOSITORY.match(feed_url)
    project = (named["forge"] or named["index"]) if named else ""
    if entry.title and _letters(project) not in _letters(entry.title):
        return replace(entry, title=f"{project} {entry.title}")
    return entry if entry.title else replace(entry, title=shorten(entry.text.partition("\n")[0], 100))


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _document(made: Offer, entry: Entry, snapshot: Snapshot, feed_url: str) -> Document | None:
    """The text an entry carries; None where it is a line or two.

    It begins with the title as the feed has it, as only that is in the snapshot; a name that was put before it stands in
    `title` alone.

    It is partial, a teaser, when it ends like one (`…`, Read more, 阅读全文), asks to pay for the rest, or has fewer than
    MIN_COMPLETE_COLUMNS columns; entries of GitHub's release feeds and of arXiv are whole however short they are. A whole one
    called partial costs a page read; a teaser called whole would claim more than was read.
    """
    post = is_post(made.url, feed_url)
    if len(entry.text) < (1 if post else MIN_TEXT_CHARS):
        return None
    own = domain(made.url) == domain(feed_url)  # what another site writes about a page is not that page
    whole = post or bool(_COMPLETE_FEEDS.search(feed_url)) or (own and width(entry.text) >= MIN_COMPLETE_COLUMNS)
    text = with_title(entry.title or made.title, entry.text)
    return Document(
        id=document_id(made.url, entry.id, text),
        url=made.url,
        snapshot=snapshot.digest,
        locator=entry.id,
        title=made.title,
        text=text,
        language=language_of(text),
        extractor=entry.reader,
        fetched_at=snapshot.fetched_at,
        partial=not whole or _cut_short(entry.text),
        author=entry.author,
        published_at=entry.published_at,
    )


def _cut_short(text: str) -> bool:
    last = (line for line in text[-1_000:].split("\n")[-_LAST_LINES:] if len(line) <= 160)
    return bool(_CUT_SHORT.search(text[-300:])) or any(map(_PAYWALL.search, last))

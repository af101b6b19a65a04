"""An answer of a feed to its harvest, in a worker: offers, the texts that entries carry, and what a person should know of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from statistics import median

from deepdaily import __version__
from deepdaily.core.cues import Cue, cues
from deepdaily.core.cues import table as cue_table
from deepdaily.core.text import language_of, width
from deepdaily.core.types import Document, Harvest, Loss, Snapshot, SourceHealth, Window, document_id
from deepdaily.core.urls import domain
from deepdaily.read.extract import with_title
from deepdaily.sources.feed_choice import OUTSIDE, Choice, KeptFeed, Ours, Taken, any_title, chosen, is_cut, outside
from deepdaily.sources.feed_entries import Entry, FeedBytes, parse_feed
from deepdaily.sources.feed_linked import is_post

FORM = 1
"""Of how a harvest is made: another one than before makes those of before anew."""

MIN_TEXT_CHARS = 200

MIN_COMPLETE_COLUMNS = 1_200
"""A Chinese character counts two. Teasers of the feeds of both frozen days end well below, whole posts lie above."""

_COMPLETE_FEEDS = Cue(r"github\.com/[^/]+/[^/]+/(?:releases|tags)\.atom|arxiv\.org/", re.I)

_CUT_SHORT = Cue(
    r"(?:\.\.\.|…|\[(?:\.\.\.|…|&hellip;)\]|read (?:more|the full .{1,30}|on)\W*|continue reading.{0,80}|阅读(?:全文|原文|更多)\W*"
    r"|查看(?:全文|原文)\W*|the post .{1,200} (?:appeared first on|first appeared on) .{1,60})$",
    re.IGNORECASE,
)
_PAYWALL = cues(cue_table(__name__))["paywall"]
_LAST_LINES = 5
"""Where a preview asks to pay: what to buy, a button, a link for members."""


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """An answer, and how its feed is kept."""

    body: FeedBytes
    snapshot: Snapshot
    window: Window
    feed: KeptFeed

    @property
    def mark(self) -> str:
        """What a harvest of it is made of, but for the window: the bytes, who gave them, how they are read."""
        parts = (FORM, __version__, self.feed, self.body.zone, self.body.url, self.body.media_type, self.snapshot.digest)
        return sha256(repr(parts).encode()).hexdigest()[:20]


def harvest_of(answer: FeedAnswer) -> Harvest | list[Entry]:
    """The harvest of an answer; of one with more of a day than its feed may offer the entries, for somebody who knows our field.

    Raises:
        NotAFeed.
    """
    entries = parse_feed(answer.body)
    return entries if is_cut(entries, answer.window, answer.feed) else harvest_from(entries, answer, any_title)


def harvest_from(entries: Sequence[Entry], answer: FeedAnswer, ours: Ours) -> Harvest:
    """One offer an entry of the window, newest first, and the texts that entries carry."""
    snapshot, window, feed = answer.snapshot, answer.window, answer.feed
    choice = chosen(entries, window, feed, ours)
    offers = tuple(one.offer for one in choice.taken)
    texts = (_document(one, snapshot, feed) for one in choice.taken)
    health = SourceHealth(
        feed.called,
        "feed",
        "ok" if offers else "empty",
        len(offers),
        _told(choice, entries, snapshot, window, feed),
        moved_to=snapshot.moved_to,
        newest=_newest(entries),
        gap_days=_gap_days(entries),
    )
    documents = tuple(text for text in texts if text)
    return Harvest(health, offers, documents, tuple(choice.losses), "" if health.message or choice.beside else answer.mark)


def again(before: Harvest | None, answer: FeedAnswer) -> Harvest | None:
    """The harvest of an answer whose bytes an earlier one was made of, without reading them; None where it has to be read.

    What has left the window since is a loss now. An entry that lay ahead of that day's time has another date today, so that its
    feed is read.
    """
    if before is None or not before.made_of or before.made_of != answer.mark or answer.snapshot.moved_to:
        return None
    newest, since = before.health.newest, answer.window.since
    if newest and newest >= since and all(one.published_at != newest for one in before.offers):
        return None
    kept = tuple(one for one in before.offers if one.published_at is None or one.published_at >= since)
    gone = [Loss(one.url, "collect", outside(one.published_at)) for one in before.offers if one not in kept and one.published_at]
    place = next((at for at, one in enumerate(before.losses) if one.reason.startswith(OUTSIDE)), len(before.losses))
    urls = {one.url for one in kept}
    message = "" if kept else why_empty(newest, some=True)
    return Harvest(
        replace(before.health, state="ok" if kept else "empty", offers=len(kept), message=message),
        kept,
        tuple(one for one in before.documents if one.url in urls),
        (*before.losses[:place], *gone, *before.losses[place:]),
        answer.mark if kept else "",
    )


# -- what is told of it ---------------------------------------------------------------------------------------------------


def _told(choice: Choice, entries: Sequence[Entry], snapshot: Snapshot, window: Window, feed: KeptFeed) -> str:
    """What a person should know of an answer; empty where all is as it should be."""
    most = f"{choice.cut} entries are not offered: {feed.most} a day are the most, those of our field first"
    moved = f"moved for good to {snapshot.moved_to}"
    parts = [
        "" if choice.taken else why_empty(_newest(entries), some=bool(entries)),
        _broken([one for one in entries if not one.unread]),
        next((one.fault for one in entries if one.unread), ""),
        most if choice.cut else "",
        _linkless(entries, window),
        moved if snapshot.moved_to else "",
    ]
    return "; ".join(filter(None, parts))


def why_empty(newest: datetime | None, *, some: bool) -> str:
    """Why a feed gives no offer; `some`: it has entries."""
    if not some:
        return "a feed without entries"
    return f"nothing in the window; the newest entry is of {newest:%Y-%m-%d}" if newest else "no entry can be used"


def _broken(entries: Sequence[Entry]) -> str:
    faults = [entry.fault for entry in entries if entry.fault]
    return f"{len(faults)} of {len(entries)} entries could not be read: {faults[0]}" if faults else ""


def _linkless(entries: Sequence[Entry], window: Window) -> str:
    fresh = [one for one in entries if not one.published_at or one.published_at >= window.since]
    lost = sum(not one.link and not one.fault for one in fresh)
    return f"{lost} entries have no link, so that there is nothing to offer" if lost else ""


def _newest(entries: Sequence[Entry]) -> datetime | None:
    return max((entry.published_at for entry in entries if entry.published_at), default=None)


def _gap_days(entries: Sequence[Entry]) -> float | None:
    dates = sorted(entry.published_at for entry in entries if entry.published_at)
    if len(dates) < 3:
        return None
    return round(median((later - earlier).total_seconds() for earlier, later in pairwise(dates)) / 86_400, 2)


# -- texts ----------------------------------------------------------------------------------------------------------------


def _document(taken: Taken, snapshot: Snapshot, feed: KeptFeed) -> Document | None:
    """The text an entry carries, with those of its page beside it; None where it is a line or two, unless that is all that is read.

    It begins with the title as the feed has it, as only that is in the snapshot; a name that was put before it stands in
    `title` alone.

    It is partial, a teaser, when it ends like one (`…`, Read more, 阅读全文), asks to pay for the rest, or has fewer than
    MIN_COMPLETE_COLUMNS columns; entries of GitHub's release feeds and of arXiv are whole however short they are, and so are those
    of a feed of which nothing but its own text is to be read. A whole one called partial costs a page read; a teaser called whole
    would claim more than was read.
    """
    made, entry = taken.offer, taken.entry
    told = "\n".join([entry.text, *(with_title(one.title, one.text) for one in taken.beside)])
    post = is_post(made.url, feed.url)
    if not feed.text_only and len(told) < (1 if post else MIN_TEXT_CHARS):
        return None
    own = domain(made.url) == domain(feed.url)  # what another site writes about a page is not that page
    whole = post or bool(_COMPLETE_FEEDS.search(feed.url)) or (own and width(told) >= MIN_COMPLETE_COLUMNS)
    text = with_title(taken.heading or made.title, told)
    return Document(
        id=document_id(made.url, entry.id, text),
        url=made.url,
        snapshot=snapshot.digest,
        locator=entry.id,
        title=made.title,
        text=text,
        language=feed.language if feed.language and len(told) < MIN_TEXT_CHARS else language_of(text),
        extractor=entry.reader,
        fetched_at=snapshot.fetched_at,
        partial=not feed.text_only and (not whole or _cut_short(entry.text)),
        author=entry.author,
        published_at=entry.published_at,
    )


def _cut_short(text: str) -> bool:
    last = (line for line in text[-1_000:].split("\n")[-_LAST_LINES:] if len(line) <= 160)
    return bool(_CUT_SHORT.search(text[-300:])) or any(map(_PAYWALL.search, last))

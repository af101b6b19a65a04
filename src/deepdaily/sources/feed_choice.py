"""Which entries of a feed are offered, and why each other one is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from deepdaily.core.cues import Cue
from deepdaily.core.text import shorten
from deepdaily.core.types import Loss, Offer, Window
from deepdaily.core.urls import canonical
from deepdaily.sources.feed_entries import UNDATED, Entry
from deepdaily.sources.offering import offer

Ours = Callable[[str, str], bool]
"""Whether a title, with its address, speaks of our field."""

MOST_BESIDE = 20
"""Entries of one page whose words are taken together."""

_REPOSITORY = Cue(
    r"https://(?:github\.com|codeberg\.org|gitea\.com|gitee\.com|gitlab\.[^/]+|git\.[^/]+)/(?:[^/?#]+/)+?(?P<forge>[^/?#]+)/(?:-/)?"
    r"(?:releases|tags)(?:\.(?:atom|rss)|\?format=atom)|https://pypi\.org/rss/project/(?P<index>[^/?#]+)/releases\.xml"
)
"""Feeds of releases, which are titled for who follows one project."""


@dataclass(frozen=True, slots=True)
class KeptFeed:
    """How a feed is kept, as its table says it."""

    url: str
    called: str
    most: int = 40
    topic: str = ""
    language: str = ""
    text_only: bool = False


def any_title(title: str, url: str) -> bool:
    """Where nobody says what our field is, every title is."""
    return True


@dataclass(frozen=True, slots=True)
class Taken:
    """An offer and its entry; `beside` are other entries of the window on the same page, newest first."""

    offer: Offer
    entry: Entry
    heading: str
    """The title in the feed's own words: its first ones where it has none."""
    beside: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What is offered, in the order of the feed's dates, the newest first, and the losses in the same order."""

    taken: list[Taken]
    losses: list[Loss]
    cut: int
    """How many are not offered because there are more than the feed may offer a day."""

    @property
    def beside(self) -> bool:
        """Whether an offer has the words of other entries beside its own."""
        return any(one.beside for one in self.taken)


def chosen(entries: Sequence[Entry], window: Window, feed: KeptFeed, ours: Ours) -> Choice:
    """The offers: the newest of the window, of more than `feed.most` those of our field first; then the first without a date.

    Entries without link or title are nothing to offer. Of entries on one page (anchors of a changelog) the newest is offered,
    and has the words of the others beside it. Losses are those with a link, the newest first, those without a date last.
    """
    rows = list(_rows(_in_order(entries, window.now), window, feed))
    free = {at: made for at, (made, _, why) in enumerate(rows) if made and not why}
    dated = [at for at, made in free.items() if made.published_at]
    if len(dated) > feed.most:
        dated.sort(key=lambda at: not ours(free[at].title, free[at].url))  # equal ones stay: the newest first
    kept = free.keys() - dated[feed.most :]
    taken: dict[str, Taken] = {}
    losses: list[Loss] = []
    for at, (made, entry, why) in enumerate(rows):
        if at in kept and made:
            taken[made.url] = Taken(made, replace(entry, published_at=made.published_at), _heading(entry))
        elif why == _SAME_PAGE and made and made.url in taken and _has_words_of_its_own(entry, taken[made.url]):
            taken[made.url] = replace(taken[made.url], beside=(*taken[made.url].beside, entry))
            losses.append(Loss(_anchored(made.url, entry.link), "collect", f"told with a newer entry of its page: {entry.title}"))
        elif url := made.url if made else _address(entry.link):
            losses.append(Loss(url, "collect", why or f"after the {feed.most} that its feed may offer a day"))
    return Choice(list(taken.values()), losses, len(free) - len(kept))


def is_cut(entries: Sequence[Entry], window: Window, feed: KeptFeed) -> bool:
    """Whether there may be more of a day than the feed may offer, so that our field has to be known."""
    return sum(one.published_at is not None and one.published_at >= window.since for one in entries) > feed.most


_SAME_PAGE = "another entry of its feed leads to the same page"


def _rows(entries: Sequence[Entry], window: Window, feed: KeptFeed) -> Iterator[tuple[Offer | None, Entry, str]]:
    """Each entry with its offer and why it is none; empty where it may be offered."""
    pages, undated = set[str](), 0
    for entry in entries:
        at, paid = entry.published_at, entry.sponsored
        made = offer(feed.called, entry.link, _title(entry, feed), window, published_at=at, teaser=entry.text, paid=paid)
        why = _why_not(entry, window, made, pages, undated)
        if made and not why:
            pages.add(made.url)
        undated += bool(made and entry.published_at is None)
        yield made, entry, why


def _in_order(entries: Sequence[Entry], now: datetime) -> list[Entry]:
    def age(entry: Entry) -> timedelta:
        return now - entry.published_at if entry.published_at else timedelta.max

    return sorted(entries, key=age)


OUTSIDE = "outside the window"


def outside(at: datetime) -> str:
    """Why an entry of before the window is not offered."""
    return f"{OUTSIDE}, dated {at:%Y-%m-%d}"


def _why_not(entry: Entry, window: Window, made: Offer | None, pages: set[str], undated: int) -> str:
    """Why an entry is not offered, for a person; empty where it may be. `undated` ones without a date stand before it."""
    if entry.unread:
        return entry.fault
    if entry.published_at and entry.published_at < window.since:
        return outside(entry.published_at)
    if made is None:
        return "its feed gives it no title"
    if made.url in pages:
        return _SAME_PAGE
    if entry.published_at is None and undated >= UNDATED:
        return f"undated, and after the first {UNDATED} such entries of its feed"
    return ""


def _has_words_of_its_own(entry: Entry, there: Taken) -> bool:
    """Whether it is another place of the page, with a text that was not there yet."""
    known = [there.entry, *there.beside]
    places = {urlsplit(one.link).fragment for one in known}
    other = urlsplit(entry.link).fragment not in places and entry.text not in {one.text for one in known}
    return bool(entry.text) and other and len(there.beside) < MOST_BESIDE


def _anchored(url: str, link: str) -> str:
    """The page's address with the place that the feed names, so that each place has its own loss."""
    place = urlsplit(link).fragment
    return f"{url}#{quote(place[:200], safe='/:.-_~%')}" if place else url


def _address(link: str) -> str:
    try:
        return canonical(link) if link else ""
    except ValueError:
        return ""


def _title(entry: Entry, feed: KeptFeed) -> str:
    """A title that says what it is about: a release names its repository, an entry of a feed with a topic that."""
    release = _REPOSITORY.match(feed.url)
    project = (release["forge"] or release["index"]) if release and entry.title else ""
    topic, title = feed.topic or project, _heading(entry)
    return f"{topic} {title}" if title and _letters(topic) not in _letters(title) else title


def _heading(entry: Entry) -> str:
    return entry.title or shorten(entry.text.partition("\n")[0], 100)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()

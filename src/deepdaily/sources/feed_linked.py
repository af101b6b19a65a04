"""Feeds whose entries are about another page: the linked page is what is offered, and a post without one is its own text.

Reddit's story stands behind `[link]`; posts of Mastodon and Bluesky lead to the first page outside their site.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Literal
from urllib.parse import urlsplit

from deepdaily.core.urls import domain
from deepdaily.sources.feed_words import NOTHING, Said, Stated, readable
from deepdaily.sources.listed_rows import titled

MAX_LINKS = 50
"""Of one post that are looked at."""

PostSite = Literal["", "reddit", "lobsters", "mastodon", "bluesky", "youtube"]

_FEEDS: tuple[tuple[PostSite, re.Pattern[str]], ...] = (
    ("reddit", re.compile(r"https?://(?:[a-z]+\.)?reddit\.com/.*\.rss(?:$|\?)")),
    ("lobsters", re.compile(r"https?://lobste\.rs/.*rss(?:$|\?)")),
    ("bluesky", re.compile(r"https?://bsky\.app/profile/[^/]+/rss$")),
    ("youtube", re.compile(r"https?://www\.youtube\.com/feeds/videos\.xml\?")),
    ("mastodon", re.compile(r"https?://[^/]+/(?:@[^/]+|tags/[^/]+)\.rss$")),
)
_REDDIT_THREAD = re.compile(r"https?://(?:[a-z]+\.)?reddit\.com/r/[^/]+/comments/")
_REDDIT_LINK = re.compile(r'<a href="([^"]{1,2000})">\s*\[link\]\s*</a>')
_REDDIT_TAIL = re.compile(r"(?:<!-- SC_ON -->|(?:&#32;|\s){0,9}submitted by\b)[\s\S]*")
_REDDIT_SITES = frozenset(("reddit.com", "redd.it", "redditmedia.com"))
_ANCHOR = re.compile(r"<a\b([^<>]{1,2500})>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s{0,3}=\s{0,3}(?:"([^"]{1,2000})"|'([^']{1,2000})')""", re.IGNORECASE)
_OWN_LINK = re.compile(
    r"""\bclass\s{0,3}=\s{0,3}["'][^"']*\b(?:mention|hashtag)\b|\brel\s{0,3}=\s{0,3}["'][^"']*\btag\b""", re.IGNORECASE
)
_WRITTEN = re.compile(r"https?://[^\s<>\"'“”，。、）)\]]{4,2000}")
_POST_PATH = re.compile(r"/(?:@[^/]+/\d+|users/[^/]+/statuses/\d+|notes/\w+|objects/[\w-]+)/?")


def _site(feed_url: str) -> PostSite:
    return next((site for site, form in _FEEDS if form.match(feed_url)), "")


def linked(stated: Stated) -> Stated:
    """An entry with the page that it is about as its link, and a title where its feed gives none; of other feeds as it is."""
    site = _site(stated.base)
    if site == "reddit" or _REDDIT_THREAD.match(stated.link):  # handed on by a reader's own feed, too
        return _of_reddit(stated)
    if site not in ("mastodon", "bluesky"):
        return stated
    title = stated.title
    if not title.text.strip():
        title = Said(titled(readable(stated.texts))[0], "plain")
    return replace(stated, link=_outside(stated) or stated.link, title=title)


def is_post(url: str, feed_url: str) -> bool:
    """Whether an address is a post of the feed's own site rather than a page it is about: then the feed has all of its text."""
    site = _site(feed_url)
    own = domain(url) == domain(feed_url)
    return bool(site) and (own or (site == "mastodon" and bool(_POST_PATH.fullmatch(urlsplit(url).path))))


def _of_reddit(stated: Stated) -> Stated:
    """A link to pictures at Reddit is no page: then the thread is offered, as for a post without a link."""
    text = max((said.text for said in stated.texts), key=len, default="")
    led = _REDDIT_LINK.search(text)
    target = unescape(led[1]) if led else ""
    outside = target if _domain(target) not in {*_REDDIT_SITES, ""} else ""
    own = Said(_REDDIT_TAIL.sub("", text))
    return replace(stated, link=outside or stated.link, texts=(own if own.text.strip() else NOTHING,))


def _outside(stated: Stated) -> str:
    """The first page outside the post's site that it links to; empty where it links to none."""
    text = max((said.text for said in stated.texts), key=len, default="")
    tags = _ANCHOR.findall(text)[:MAX_LINKS]
    links = [unescape(href[1] or href[2]) for tag in tags if (href := _leads(tag))]
    if not tags:  # of a plain text; one that ends in dots was shortened
        links = [found for found in _WRITTEN.findall(unescape(text))[:MAX_LINKS] if not found.endswith(("…", "..."))]
    ours = {_domain(stated.link), _domain(stated.base), ""}
    return next((link.rstrip(".,;:!?") for link in links if _domain(link) not in ours), "")


def _leads(tag: str) -> re.Match[str] | None:
    return None if _OWN_LINK.search(tag) else _HREF.search(tag)


def _domain(link: str) -> str:
    try:
        return domain(link) if urlsplit(link).scheme in ("http", "https") else ""
    except ValueError:
        return ""

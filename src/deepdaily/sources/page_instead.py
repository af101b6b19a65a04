"""What came instead of a feed, for a person and for the next step: what it is, where it leads, which feed it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

from deepdaily.core.errors import NotAFeed

HEAD_BYTES = 256 * 1024
"""A page names its feeds in its head; frameworks put styles before them."""

_TAG = re.compile(
    r"<(?P<named>link|meta)\b[^<>]{1,2000}|<(?P<mute>noscript|script|style|template|title|textarea)\b|</(?P<end>[a-z]{1,20})\b"
    r"|(?P<open><!--)|(?P<close>-->)",
    re.IGNORECASE,
)
"""What names a feed or leads on, and what stands round it where a browser takes it for no tag of the page."""
_ATTRIBUTE = re.compile(
    r"""([a-z-]{2,20})\s{0,9}=\s{0,9}(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'<>]{1,2000}))""", re.IGNORECASE
)
_FEED_TYPE = re.compile(r"application/(?:(?:rss|atom|feed)\+)?(?:xml|json)", re.IGNORECASE)
_REFRESH = re.compile(r"\s*(?:\d{1,2}(?:\.\d*)?|\.\d+)\s*[;,\s]\s*(?:url\s*=\s*)?['\"]?([^'\"]+)", re.IGNORECASE)
_CHALLENGE = re.compile(rb"just a moment|cf-chl|captcha|attention required|verify you are human")


def what_else(body: bytes, url: str, *, damaged: bool) -> NotAFeed:
    """The error that says what `body` is.

    Args:
        damaged: it has entries, and none can be read.
    """
    head = body[:HEAD_BYTES].lower()
    if _CHALLENGE.search(head[:4096]):
        said = "a challenge page instead of a feed: the site wants to see a browser"
        return NotAFeed(said, "take a mirror of the feed, or leave it out")
    if b"<html" in head or b"<!doctype html" in head or b"<meta" in head[:4096]:
        return _of_page(body[:HEAD_BYTES].decode("utf-8", "replace"), url)
    if damaged:
        return NotAFeed("a feed so damaged that none of its entries can be read")
    return NotAFeed("no feed: neither RSS, Atom nor JSON Feed")


def feeds_named(body: bytes, url: str) -> list[str]:
    """The addresses that a page names as its feeds, in its order, each once; empty where it names none."""
    named: list[str] = []
    for tag in _tags(body[:HEAD_BYTES].decode("utf-8", "replace")):
        named += filter(None, [_feed_of(_said_by(tag), url)])
    return list(dict.fromkeys(named))


def _said_by(tag: str) -> dict[str, str]:
    return {name.lower(): unescape(a or b or c).strip() for name, a, b, c in _ATTRIBUTE.findall(tag)}


def _feed_of(told: dict[str, str], url: str) -> str:
    """The feed that a link names; empty where it names none."""
    is_feed = "alternate" in told.get("rel", "").lower().split() and _FEED_TYPE.fullmatch(told.get("type", ""))
    return _address(told.get("href", ""), url) if is_feed else ""


def _of_page(head: str, url: str) -> NotAFeed:
    feeds: list[str] = []
    for tag in _tags(head):
        told = _said_by(tag)
        refresh = told.get("http-equiv", "").lower() == "refresh" and _REFRESH.match(told.get("content", ""))
        if refresh and (target := _address(refresh[1].strip(), url)):
            return NotAFeed(f"a page that leads to {target} instead of a feed", leads_to=target)
        feeds += filter(None, [_feed_of(told, url)])
    if feeds:
        named = list(dict.fromkeys(feeds))
        said = f"a web page instead of a feed; it names {' or '.join(named[:3])} as its feed"
        return NotAFeed(said, "put that address in its place" if len(named) == 1 else "put one of them in its place", named[0])
    return NotAFeed("a web page instead of a feed: it may have moved", "look for its feed's address on the site")


def _tags(head: str) -> Iterator[str]:
    """Each link and meta of a page, but those in comments, for browsers without scripts, and in what is no markup."""
    until = ""
    for tag in _TAG.finditer(head):
        if until:
            if until in ((tag["end"] or "").lower(), tag["close"]):
                until = ""
        elif tag["open"]:
            until = "-->"
        elif tag["mute"]:
            until = tag["mute"].lower()
        elif tag["named"]:
            yield tag.group()


def _address(written: str, base: str) -> str:
    try:
        found = urljoin(base, written.replace(" ", "%20")) if written else ""
        return found if urlsplit(found).scheme in ("http", "https") and found.isprintable() else ""
    except ValueError:
        return ""

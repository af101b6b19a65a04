"""Pages in parts: whether there is another part of this one, and where all of it stands on one page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from deepdaily.core.cues import cues, table
from deepdaily.core.urls import domain, page_key
from deepdaily.read.composed import absolute

MOST_LINKS = 2_000
"""Of a page, that are looked at."""

_CUES = cues(table(__name__)["cues"])
_PART = re.compile(r"[/_-]?(?:page[/=_-]?|p)?0?(?:[2-9]|\d\d)(?:\.[a-z]{3,5})?/?|\?(?:page|p|pn|pageno)=0?\d{1,2}", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:[/_-]?1)?(?:\.[a-z]{3,5})?/?$", re.IGNORECASE)


def parts_of(tree: LexborHTMLParser, url: str) -> tuple[bool, str]:
    """Whether a later part of the page at `url` is linked, and the address at which all of it stands; empty where none is named.

    A blog's next article is no part: the address must be this one's with a number behind it.
    """
    goes_on = any(_is_part(url, link) for node, link in _links(tree, url) if _says_next(node))
    if not goes_on:
        return False, ""
    whole = (link for node, link in _links(tree, url) if node.tag == "a" and _CUES["whole"].search(_words(node)))
    return True, next((link for link in whole if domain(link) == domain(url) and page_key(link) != page_key(url)), "")


def _links(tree: LexborHTMLParser, url: str) -> Iterator[tuple[LexborNode, str]]:
    for node in tree.css("link[rel='next'], a[href]")[:MOST_LINKS]:
        if link := absolute(node.attributes.get("href") or "", url):
            yield node, link


def _words(node: LexborNode) -> str:
    return node.text(deep=True)[:80]


def _says_next(node: LexborNode) -> bool:
    return "next" in (node.attributes.get("rel") or "").lower().split() or bool(_CUES["next"].search(_words(node)))


def _is_part(url: str, link: str) -> bool:
    ours, theirs = urlsplit(url), urlsplit(link)
    if ours.netloc.lower() != theirs.netloc.lower():
        return False
    begun = _EXTENSION.sub("", ours.path)
    rest = theirs.path[len(begun) :] + (f"?{theirs.query}" if theirs.query else "")
    if theirs.query and theirs.path == ours.path:
        rest = f"?{theirs.query}"
    return bool(begun.strip("/")) and theirs.path.startswith(begun) and bool(_PART.fullmatch(rest))

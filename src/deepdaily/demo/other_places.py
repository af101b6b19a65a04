"""Places of other kinds on the sample day's web, for settings that name them: a lab without a feed, a subreddit, a repository."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import escape

from deepdaily.demo.site import SitePage, beside

LAB = "https://fern-lab.example/notes"
SUBREDDIT = "https://old.reddit.com/r/LocalLark/top/.rss?t=day"
RELEASES = "https://api.github.com/repos/heron-engine/heron/releases?per_page=30"

SETTINGS = """
[sources]
packs = []
hackernews = false
search = []
add = ["reddit:r/LocalLark"]

[[sources.page]]
url = "https://fern-lab.example/notes"
name = "fern-lab"

[[sources.github]]
repositories = ["heron-engine/heron"]
"""
"""What asks all three."""


def _listed(place: str) -> list[SitePage]:
    return [page for page in beside() if place in page.feeds]


def _lab() -> str:
    cards = ""
    for page in _listed("fern-lab"):
        day = f'<time datetime="{page.published.isoformat()}"></time>'
        cards += f'<article><h3><a href="{page.url}">{escape(page.title)}</a></h3>{day}</article>'
    menu = '<nav><a href="/about">About our small lab</a></nav>'
    return f"<!doctype html><html><head><title>Notes</title></head><body>{menu}<main>{cards}</main></body></html>"


def _subreddit() -> str:
    entries = ""
    for page in _listed("r/LocalLark"):
        content = f'submitted by <a href="https://www.reddit.com/user/lark">/u/lark</a> <a href="{page.url}">[link]</a>'
        entries += (
            f'<entry><id>t3_1lark</id><title>{escape(page.title)}</title><content type="html">{escape(content)}</content>'
            f'<link href="https://www.reddit.com/r/LocalLark/comments/1lark/"/><published>{page.published.isoformat()}</published></entry>'
        )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>LocalLark</title>{entries}</feed>'


def _releases() -> str:
    told = [
        {"tag_name": page.title, "name": "", "html_url": page.url, "body": page.body, "published_at": page.published.isoformat()}
        for page in _listed("heron-engine/heron")
    ]
    return json.dumps(told)


PLACES: Mapping[str, tuple[str, Callable[[], str]]] = {
    LAB: ("text/html; charset=utf-8", _lab),
    SUBREDDIT: ("application/atom+xml; charset=utf-8", _subreddit),
    RELEASES: ("application/json; charset=utf-8", _releases),
}
"""Media type and body by address."""

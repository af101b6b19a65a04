"""Issues as Atom 1.0 and JSON Feed 1.1: one entry a day, whole, newest first."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from deepdaily.core.types import Issue
from deepdaily.render.body import fragment
from deepdaily.render.foreign import plain
from deepdaily.render.proofs import for_machines
from deepdaily.words import of

ATOM = "http://www.w3.org/2005/Atom"


def atom(issues: Sequence[Issue], *, title: str, base_url: str = "", suffix: str = "") -> bytes:
    """The Atom feed, UTF-8 with an XML declaration.

    Args:
        issues: newest first, at least one; the feed speaks the language of the first.
        title: the feed's name.
        base_url: where the site is; without it the feed has no links, as relative ones mean nothing in a reader. It
            also names the entries: a feed that moves to another host is a new feed to its readers.
        suffix: `.en` where the issues are those of another language than the digest's: their addresses are that language's.
    """
    base = base_url.rstrip("/")
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": of(issues[0].draft.language).tag})
    _text(feed, "id", _tag(base, f"feed{suffix}"))
    _text(feed, "title", plain(title))
    _text(feed, "updated", _utc(max(issue.approved_at for issue in issues)))
    ET.SubElement(ET.SubElement(feed, "author"), "name").text = plain(title)
    if base:
        ET.SubElement(feed, "link", rel="self", type="application/atom+xml", href=f"{base}/feeds/atom{suffix}.xml")
        ET.SubElement(feed, "link", rel="alternate", type="text/html", href=_home(base, suffix))
    for issue in issues:
        feed.append(_entry(issue, base, suffix))
    ET.indent(feed)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode").encode() + b"\n"


def _entry(issue: Issue, base: str, suffix: str) -> ET.Element:
    draft = issue.draft
    entry = ET.Element("entry", {"xml:lang": of(draft.language).tag})
    _text(entry, "id", _tag(base, draft.slot.day + suffix))
    _text(entry, "title", plain(draft.title) or draft.slot.day)
    _text(entry, "published", _utc(min(draft.slot.due, draft.now)))
    _text(entry, "updated", _utc(issue.approved_at))
    if base:
        ET.SubElement(entry, "link", rel="alternate", type="text/html", href=_address(base, issue, suffix))
    for tag in filter(None, map(plain, issue.closing.tags)):
        ET.SubElement(entry, "category", term=tag)
    _text(entry, "summary", plain(issue.closing.summary))
    _text(entry, "content", fragment(issue), type="html")
    return entry


def json_feed(issues: Sequence[Issue], *, title: str, base_url: str = "", suffix: str = "") -> bytes:
    """The same feed as JSON Feed 1.1, each entry with a `_deepdaily` object as the post's front matter has it."""
    base = base_url.rstrip("/")
    feed: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": plain(title)}
    if base:
        feed |= {"home_page_url": _home(base, suffix), "feed_url": f"{base}/feeds/feed{suffix}.json"}
    feed |= {"language": of(issues[0].draft.language).tag, "items": [_item(issue, base, suffix) for issue in issues]}
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def _item(issue: Issue, base: str, suffix: str) -> dict[str, Any]:
    draft = issue.draft
    return {
        "id": _tag(base, draft.slot.day + suffix),
        **({"url": _address(base, issue, suffix)} if base else {}),
        "title": plain(draft.title) or draft.slot.day,
        "summary": plain(issue.closing.summary),
        "content_html": fragment(issue),
        "date_published": _utc(min(draft.slot.due, draft.now)),
        "date_modified": _utc(issue.approved_at),
        "language": of(draft.language).tag,
        "tags": list(dict.fromkeys(filter(None, map(plain, issue.closing.tags)))),
        "_deepdaily": for_machines(issue),
    }


def _tag(base: str, name: str) -> str:
    """An id that never changes: RFC 4151, the date being the year the scheme began."""
    return f"tag:{urlsplit(base).hostname or 'deepdaily.invalid'},2026:deepdaily/{name}"


def _home(base: str, suffix: str) -> str:
    """Where Hugo puts a site, and below it those of its other languages."""
    return f"{base}/{suffix.removeprefix('.')}/" if suffix else f"{base}/"


def _address(base: str, issue: Issue, suffix: str) -> str:
    """Where Hugo puts `content/posts/<day>/index.md` unless told otherwise."""
    return f"{_home(base, suffix)}posts/{issue.day}/"


def _utc(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = text

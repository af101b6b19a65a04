"""Issues as Atom 1.0 and JSON Feed 1.1: one entry a day, whole, newest first."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from deepdaily.core.types import Issue
from deepdaily.render.body import fragment
from deepdaily.render.foreign import plain
from deepdaily.render.proofs import for_machines
from deepdaily.words import of

ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """Where a feed's issues are, and what they are called there."""

    base_url: str = ""
    """Of the site; without it the feed has no links, as relative ones mean nothing in a reader."""
    suffix: str = ""
    """`.en` for issues in another language than the digest's."""
    home: str = "/"
    """Of the feed's language below `base_url`, and so all other paths."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """Of the issues by day; those that are not there have no link."""
    atom_path: str = "/feeds/atom{}.xml"
    json_path: str = "/feeds/feed{}.json"
    """Of the feeds themselves, with the suffix in the braces."""
    feed_id: str = ""
    """`Store.feed_id`: the entries are named by it. Empty: by the host, and a feed that moves is a new one to its readers."""

    @property
    def base(self) -> str:
        return self.base_url.rstrip("/")

    def at(self, path: str) -> str:
        return self.base + path.format(self.suffix)

    def address(self, issue: Issue) -> str:
        """Of an issue; empty where it has none."""
        path = self.paths.get(issue.day) if self.base else None
        return self.base + path if path else ""

    def tag(self, name: str) -> str:
        """An id that never changes: of the feed's own, or by RFC 4151, the date being the year the scheme began."""
        told = f"{name}{self.suffix}"
        if self.feed_id.startswith("urn:uuid:"):
            return uuid5(UUID(self.feed_id), told).urn
        return f"{self.feed_id or host_id(self.base_url)}/{told}"


def host_id(base_url: str) -> str:
    """What feeds were named by before each had an id of its own."""
    return f"tag:{urlsplit(base_url).hostname or 'deepdaily.invalid'},2026:deepdaily"


NOWHERE = FeedPlace()


def atom(issues: Sequence[Issue], *, title: str, place: FeedPlace = NOWHERE) -> bytes:
    """The Atom feed, UTF-8 with an XML declaration.

    Args:
        issues: newest first, at least one; the feed speaks the language of the first.
        title: the feed's name.
    """
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": of(issues[0].draft.language).tag})
    _text(feed, "id", place.tag("feed"))
    _text(feed, "title", plain(title))
    _text(feed, "updated", _utc(max(issue.approved_at for issue in issues)))
    ET.SubElement(ET.SubElement(feed, "author"), "name").text = plain(title)
    if place.base:
        ET.SubElement(feed, "link", rel="self", type="application/atom+xml", href=place.at(place.atom_path))
        ET.SubElement(feed, "link", rel="alternate", type="text/html", href=place.at(place.home))
    for issue in issues:
        feed.append(_entry(issue, place))
    ET.indent(feed)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode").encode() + b"\n"


def _entry(issue: Issue, place: FeedPlace) -> ET.Element:
    draft = issue.draft
    entry = ET.Element("entry", {"xml:lang": of(draft.language).tag})
    _text(entry, "id", place.tag(draft.slot.day))
    _text(entry, "title", plain(draft.title) or draft.slot.day)
    _text(entry, "published", _utc(min(draft.slot.due, draft.now)))
    _text(entry, "updated", _utc(issue.approved_at))
    if place.address(issue):
        ET.SubElement(entry, "link", rel="alternate", type="text/html", href=place.address(issue))
    for tag in filter(None, map(plain, issue.closing.tags)):
        ET.SubElement(entry, "category", term=tag)
    _text(entry, "summary", plain(issue.closing.summary))
    _text(entry, "content", fragment(issue), type="html")
    return entry


def json_feed(issues: Sequence[Issue], *, title: str, place: FeedPlace = NOWHERE) -> bytes:
    """The same feed as JSON Feed 1.1, each entry with a `_deepdaily` object as the post's front matter has it."""
    feed: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": plain(title)}
    if place.base:
        feed |= {"home_page_url": place.at(place.home), "feed_url": place.at(place.json_path)}
    feed |= {"language": of(issues[0].draft.language).tag, "items": [_item(issue, place) for issue in issues]}
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def _item(issue: Issue, place: FeedPlace) -> dict[str, Any]:
    draft = issue.draft
    return {
        "id": place.tag(draft.slot.day),
        **({"url": place.address(issue)} if place.address(issue) else {}),
        "title": plain(draft.title) or draft.slot.day,
        "summary": plain(issue.closing.summary),
        "content_html": fragment(issue),
        "date_published": _utc(min(draft.slot.due, draft.now)),
        "date_modified": _utc(issue.approved_at),
        "language": of(draft.language).tag,
        "tags": list(dict.fromkeys(filter(None, map(plain, issue.closing.tags)))),
        "_deepdaily": for_machines(issue),
    }


def _utc(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = text

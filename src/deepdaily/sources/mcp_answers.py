"""What an MCP server answers to the links it lists: JSON of whatever names, a feed, Markdown, lines with labels. In a worker."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from deepdaily.core.cues import table
from deepdaily.core.errors import SourceError
from deepdaily.core.text import squeeze
from deepdaily.core.types import Window
from deepdaily.read.extract import fragment, of_markdown
from deepdaily.sources.feed_dates import moment_of
from deepdaily.sources.feed_entries import FeedBytes, parse_feed
from deepdaily.sources.listed_rows import MAX_TEXT_CHARS, ListedRow, line, when
from deepdaily.sources.offering import json_of

MOST_ROWS = 1_000
"""Of one piece."""

MOST_DEEP = 4
"""Lists within objects within lists."""

_TABLE = table(__name__)
_FIELDS = {name: words.split() for name, words in _TABLE["fields"].items()}
_LISTS = _TABLE["lists"]["names"].split()
_LABELS = {
    name: re.compile(rf"[-*\s]{{0,4}}(?:\*\*)?(?:{words})(?:\*\*)?\s*[:：](?:\*\*)?\s*(.*)", re.I)
    for name, words in _TABLE["labels"].items()
}
_LINKED = re.compile(
    r"\[([^\[\]\n]{2,300})\]\(\s*<?(https?://[^\s()<>]{4,2000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,500})?)>?(?:\s+\"[^\"\n]{0,300}\")?\s*\)"
)
_WRITTEN = re.compile(r"https?://[^\s<>\"'“”）)\]]{4,2000}")
_DAY = re.compile(r"\b(20\d\d-[01]\d-[0-3]\d)(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?)?")
_FEED = re.compile(r"\s*(?:<\?xml\b|<rss\b|<feed\b|<rdf:RDF\b)", re.I)
_MARK = re.compile(r"^\s{0,8}(?:[-*+]|\d{1,3}[.)]|#{1,6})\s+")


@dataclass(frozen=True, slots=True)
class McpQuestion:
    """A server, and what it is asked."""

    command: tuple[str, ...] = ()
    """The program and its words; empty where it is asked over HTTP."""
    url: str = ""
    resource: str = ""
    tool: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    seen: tuple[str, ...] = ()
    """Variables that the program may see beside the usual ones."""
    allow_private: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        return self.resource or self.tool

    def of_day(self, window: Window) -> McpQuestion:
        """With the day of the slot for `{date}` and the window's first for `{since}`."""
        days = {"{date}": window.slot.day, "{since}": window.since.date().isoformat()}
        return replace(self, resource=_filled(self.resource, days), arguments=_filled(self.arguments, days))


def _filled(value: Any, days: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, day in days.items():
            value = value.replace(name, day)
        return value
    if isinstance(value, Mapping):
        return {key: _filled(one, days) for key, one in value.items()}
    return [_filled(one, days) for one in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True)
class McpPiece:
    """A part of an answer, as text; `media_type` is the server's word, and may be empty."""

    text: str
    media_type: str
    window: Window | None = None


def kind_of(piece: McpPiece) -> str:
    """The media type under which a piece is stored."""
    text = piece.text.lstrip("\ufeff \r\n\t")
    if text[:1] in ("{", "[") and json_of(text) is not None:
        return "application/json"
    if _FEED.match(text):
        return "application/xml; charset=utf-8"
    return "text/html; charset=utf-8" if re.match(r"<(?:!doctype html|html)\b", text, re.I) else "text/markdown; charset=utf-8"


def parse_answer(piece: McpPiece) -> list[ListedRow]:
    """The rows that a piece lists, in its order; runs in a worker. Empty where it says that there is nothing.

    Raises:
        SourceError: it is nothing that lists links.
    """
    kind, text = kind_of(piece), piece.text.lstrip("\ufeff \r\n\t")
    if not text:
        return []
    if kind == "application/json":
        told = json_of(text)
        if isinstance(told, dict) and "jsonfeed.org" in str(told.get("version", ""))[:200]:
            return _of_feed(piece, "application/feed+json")
        rows, known = _of_json(told)
    elif "xml" in kind:
        return _of_feed(piece, kind)
    else:
        rows = _labelled(text) or list(_of_markdown(text))
        known = bool(rows) or bool(re.match(r"(?:no|0) (?:results?|news|articles?|items?|matches)\b|没有|未找到", text, re.I))
    if not known:
        remedy = "docs/sources.md says what is understood: a list in JSON, a feed, Markdown with links"
        raise SourceError(f"its answer lists no links; it begins: {squeeze(text[:400])[:120]!r}", remedy)
    return rows[:MOST_ROWS]


def _of_feed(piece: McpPiece, media_type: str) -> list[ListedRow]:
    entries = parse_feed(FeedBytes("https://feed.invalid/", media_type, piece.text.encode("utf-8", "replace"), piece.window))
    return [
        ListedRow(one.link, one.title, one.published_at, one.text, one.id, author=one.author, partial=True)
        for one in entries
        if one.link and "//feed.invalid/" not in one.link
    ]


# -- JSON -------------------------------------------------------------------------------------------------------------------


def _of_json(told: Any) -> tuple[list[ListedRow], bool]:
    """The rows, and whether there was a place for rows: an empty list is an answer."""
    found = _entries(told, MOST_DEEP)
    if found is None:
        return [], False
    rows = [row for number, one in enumerate(found[:MOST_ROWS]) if isinstance(one, dict) and (row := _row(one, number))]
    return rows, bool(rows) or not found


def _entries(told: Any, deep: int) -> list[Any] | None:
    if isinstance(told, list):
        return told
    if not isinstance(told, dict) or not deep:
        return None
    if _said(told, "link") and _said(told, "title"):
        return [told]
    named = [told[name] for name in _LISTS if name in told]
    return next((found for one in named if (found := _entries(_opened(one), deep - 1)) is not None), None)


def _opened(value: Any) -> Any:
    """A value, or what the JSON in it says."""
    inner = json_of(value) if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") else None
    return value if inner is None else inner


def _row(told: dict[str, Any], number: int) -> ListedRow | None:
    link, title = str(_said(told, "link")), line(_said(told, "title"))
    if not re.match(r"https?://", link) or not title:
        return None
    text = _said(told, "text")
    text = "\n".join(one for one in text if isinstance(one, str)) if isinstance(text, list) else text
    readable = fragment(text[:MAX_TEXT_CHARS]) if isinstance(text, str) else ""
    author = _said(told, "author")
    author = author.get("name", "") if isinstance(author, dict) else author
    return ListedRow(link, title, _moment(_said(told, "at")), readable, f"{number + 1}", author=line(author), partial=True)


def _said(told: Mapping[str, Any], what: str) -> Any:
    return next((told[name] for name in _FIELDS[what] if told.get(name)), "")


def _moment(value: Any) -> datetime | None:
    """A moment in one of the ways it is written: ISO 8601, as in mails and feeds, in seconds or milliseconds since 1970."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if value > 1e11 else value
        return datetime.fromtimestamp(seconds, UTC) if 8e8 < seconds < 4.1e9 else None
    if not isinstance(value, str):
        return None
    return when(value[:100]) or moment_of(value[:100])


# -- words ------------------------------------------------------------------------------------------------------------------


def _labelled(text: str) -> list[ListedRow]:
    """Rows of `Title: …`, `URL: …` and further labels; each begins with the label that the first began with."""
    rows, told, first, last = list[ListedRow](), dict[str, list[str]](), "", ""
    for written in text.split("\n"):
        label, value = next(((name, found[1]) for name, form in _LABELS.items() if (found := form.match(written))), ("", ""))
        if label and label == first and told:
            rows += _of_labels(told, len(rows))
            told = {}
        if label and label not in told:
            first, last = first or label, label
            told[label] = [value]
        elif last == "text":
            told["text"].append(written)
    return rows + _of_labels(told, len(rows))


def _of_labels(told: Mapping[str, list[str]], number: int) -> list[ListedRow]:
    link = _WRITTEN.search(" ".join(told.get("link", [])))
    title = line(" ".join(told.get("title", [])).strip("* "))
    if not link or not title:
        return []
    at = _moment(" ".join(told.get("at", [])).strip())
    text = of_markdown("\n".join(told.get("text", []))[:MAX_TEXT_CHARS].strip("-= \n"))
    return [ListedRow(link[0].rstrip(".,;"), title, at, text, f"{number + 1}", partial=True)]


def _of_markdown(text: str) -> Iterator[ListedRow]:
    """An item or a paragraph with a link is a row; what follows the link, up to the next one, is its text."""
    begun, below = None, list[str]()
    for written in [*text.split("\n")[: 20 * MOST_ROWS], ""]:
        found = _LINKED.search(written)
        if found:
            if begun:
                yield _with_text(begun, below)
            day = _DAY.search(written)
            rest = written[found.end() :].strip(" -–—:：|*_")
            begun = ListedRow(found[2], line(found[1].strip("*_` ")), _moment(day[0]) if day else None, "", "", partial=True)
            below = [rest] if rest else []
        elif begun and not _MARK.match(written):
            below.append(written)
        elif begun and re.match(r"\s*#", written):
            yield _with_text(begun, below)
            begun, below = None, []
        elif begun:
            below.append(_MARK.sub("", written))
    if begun:
        yield _with_text(begun, below)


def _with_text(row: ListedRow, below: list[str]) -> ListedRow:
    text = of_markdown("\n".join(below)[:MAX_TEXT_CHARS])
    return replace(row, text=text, id=row.link[:200])

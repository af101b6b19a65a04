"""When a page was published, as it says itself. Nothing is guessed and no clock is asked: a year is no date, nor is a month."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from deepdaily.core.cues import cues, table
from deepdaily.core.text import squeeze
from deepdaily.read.blocks import Block
from deepdaily.read.head import Head, folded

CHINA = timezone(timedelta(hours=8))
"""Of a time beside 年月日: pages that write it so give no zone."""

NEAR_CHARS = 1_500
"""Of text behind the headline: a date line stands there, or none does."""

SHORT_LINE = 160
"""Characters of a line that may be a date line; a date in a longer one is of what it tells."""

MOST_MARKED = 12
"""Elements marked as dates that are looked at."""

_TABLE = table(__name__)
_KEYS = _TABLE["keys"]
_SURE, _OTHERS = _KEYS["sure"].split(), _KEYS["others"].split()
_SURE_PLACES, _PLACES = _KEYS["sure_places"], _KEYS["places"].strip().replace("\n", ", ")
_CUES = cues(_TABLE["cues"])
_MONTHS: dict[str, int] = {name: number for number, names in enumerate(_TABLE["months"].values(), 1) for name in names.split()}
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")(?![^\W\d_])"
_CLOCK = r"(?:[T\s,]{0,3}(?:at\s)?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d)?(?:\.\d+)?\s?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?)?"
_YMD = re.compile(
    r"(?<![\d.])(?P<y>(?:19|20)\d\d)\s?(?P<sep>[-/.年])\s?(?P<m>\d{1,2})\s?(?:(?P=sep)|月)\s?(?P<d>\d{1,2})(?!\d|[.,]\d)\s?日?"
    + _CLOCK
)
_MDY = re.compile(rf"(?<!\w)(?P<mon>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)(?!\d)" + _CLOCK, re.I)
_DMY = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?(?:\s+(?:of|de)|-)?\s*(?P<mon>{_MONTH})\.?(?:,|-|\s+(?:de|del))?\s*(?P<y>(?:19|20)\d\d)(?!\d)"
    + _CLOCK,
    re.I,
)
_YMND = re.compile(rf"(?<!\d)(?P<y>(?:19|20)\d\d)[\s,-]+(?P<mon>{_MONTH})[\s.-]+(?P<d>\d{{1,2}})(?!\d)", re.I)
_NUMBERS = re.compile(r"(?<![\d./-])(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<y>(?:19|20)\d\d)(?!\d|[./-]\d)")
_COMPACT = re.compile(r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?:\d{4,6})?")
_IN_URL = re.compile(
    r"/(?P<y>(?:19|20)\d\d)[/-]?(?P<m>[01]\d)[/-]?(?P<d>[0-3]\d)(?=[/\-_.]|$)|/(?P<y2>20\d\d)/(?P<m2>\d{1,2})/(?P<d2>\d{1,2})(?=/)"
)


def published_at(head: Head, tree: LexborHTMLParser, blocks: Sequence[Block], title: str, url: str) -> datetime | None:
    """When it was published: as its head says, its JSON-LD, its marks, its address, a line near its headline, or a label.

    A date without a time is midnight UTC; a time without a zone is taken as UTC, beside 年月日 as China's.
    """
    day_first = head.language[:2] not in ("", "en", "zh", "ja", "ko") or head.language in (
        "en-gb",
        "en-au",
        "en-nz",
        "en-ie",
        "en-in",
    )
    for found in _stated(head, tree, url, day_first):
        if found is not None:
            return found
    return (
        _marked(tree, _SURE_PLACES, day_first)
        or _near(blocks, title, day_first)
        or _marked(tree, _PLACES, day_first)
        or _labelled(blocks, day_first)
    )


def moment(written: str) -> datetime | None:
    """An ISO 8601 date or time, aware; None where it is none or lies outside 1995 to 2100."""
    try:
        found = datetime.fromisoformat(written.strip())
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if 1995 <= found.year <= 2100 else None


def stated(value: Any, day_first: bool = False) -> datetime | None:
    """What a page gives as a date: ISO 8601, or in figures or words as people write it."""
    text = str(value or "").strip()[:100]
    if (found := moment(text)) is not None:
        return found
    if compact := _COMPACT.fullmatch(text):
        return _made(compact["y"], compact["m"], compact["d"])
    return next((day.at for day in dates_in(text, day_first)), None)


# -- where pages say it -----------------------------------------------------------------------------------------------


def _stated(head: Head, tree: LexborHTMLParser, url: str, day_first: bool) -> Iterator[datetime | None]:
    for key in _SURE:
        yield stated(head.named.get(key), day_first)
    for key in ("datePublished", "uploadDate", "dateCreated"):
        for node in head.linked:
            yield stated(node.get(key), day_first)
    for key in _OTHERS:
        yield stated(head.named.get(key), day_first)
    for element in tree.css("[itemprop~='datePublished'],[property~='datePublished'],[pubdate]")[:MOST_MARKED]:
        given = element.attributes
        yield stated(given.get("datetime") or given.get("content") or element.text(deep=True)[:200], day_first)
    if found := _IN_URL.search(url):
        yield _made(found["y"] or found["y2"], found["m"] or found["m2"], found["d"] or found["d2"])


def _marked(tree: LexborHTMLParser, places: str, day_first: bool) -> datetime | None:
    """The first element whose tag or class says that it is a date."""
    for element in tree.css(places)[:MOST_MARKED]:
        given = element.attributes
        text = squeeze(element.text(deep=True)[:300])
        if len(text) <= SHORT_LINE and not _CUES["updated"].search(text):
            found = stated(given.get("datetime") or given.get("content"), day_first) or _first(text, day_first)
            if found is not None:
                return found
    return None


def _near(blocks: Sequence[Block], title: str, day_first: bool) -> datetime | None:
    """A date in a short line right behind the headline, or else right before it."""
    named = [at for at, block in enumerate(blocks) if block.tag in ("h1", "h2") and len(block.raw) < 600]
    at = next(
        (at for at in named if folded(blocks[at].text()) == folded(title)),
        next((at for at in named if blocks[at].tag == "h1"), None),
    )
    if at is None:
        return None
    behind: list[str] = []
    room = NEAR_CHARS
    for block in blocks[at + 1 : at + 40]:
        room -= len(block.raw)
        if len(block.raw) <= SHORT_LINE:
            behind.append(block.text())
        if room < 0:
            break
    before = [block.text() for block in reversed(blocks[max(0, at - 4) : at]) if len(block.raw) <= SHORT_LINE]
    lines = [*behind, *before]
    for line in lines:
        if not _CUES["updated"].search(line) and (found := _first(line, day_first)):
            return found
    return next((found for line in lines if (found := _first(line, day_first))), None)


def _labelled(blocks: Sequence[Block], day_first: bool) -> datetime | None:
    """A date behind a label such as 发布时间, anywhere on the page."""
    later: datetime | None = None
    for block in blocks[:3_000]:
        if len(block.raw) <= SHORT_LINE and (label := _CUES["label"].search(text := block.text())):
            found = _first(text[label.end() : label.end() + 60], day_first)
            if found and not _CUES["updated"].search(label.group()):
                return found
            later = later or found
    return later


# -- dates in lines ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DayNamed:
    """A whole date in a text: where it begins, and the moment."""

    start: int
    at: datetime


def dates_in(text: str, day_first: bool = False) -> list[DayNamed]:
    """The whole dates of a line, in order: year, month and day are all written."""
    found: list[DayNamed] = []
    for pattern in (_YMD, _MDY, _DMY, _YMND):
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = parts.get("m") or str(_MONTHS[parts["mon"].lower()])
            if at := _made(parts["y"], month, parts["d"], parts, chinese=parts.get("sep") == "年"):
                found.append(DayNamed(match.start(), at))
    for match in _NUMBERS.finditer(text):
        first, second = int(match["a"]), int(match["b"])
        swapped = second <= 12 and (first > 12 or match["sep"] == "." or day_first)
        month, day = (second, first) if swapped else (first, second)
        if at := _made(match["y"], str(month), str(day)):
            found.append(DayNamed(match.start(), at))
    return sorted(found, key=lambda one: one.start)


def _first(text: str, day_first: bool) -> datetime | None:
    return next((one.at for one in dates_in(text, day_first)), None)


def _made(year: str, month: str, day: str, parts: dict[str, Any] | None = None, chinese: bool = False) -> datetime | None:
    parts = parts or {}
    hour, minute, zone = int(parts.get("hour") or 0), int(parts.get("minute") or 0), parts.get("zone") or ""
    try:
        found = datetime(int(year), int(month), int(day), tzinfo=UTC)
        if parts.get("hour"):
            found = datetime(int(year), int(month), int(day), hour, minute, tzinfo=_zone(zone, chinese)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if 1995 <= found.year <= 2100 else None


def _zone(written: str, chinese: bool) -> timezone:
    if written[:1] in ("+", "-"):
        sign = -1 if written[0] == "-" else 1
        return timezone(sign * timedelta(hours=int(written[1:3]), minutes=int(written[-2:])))
    return CHINA if chinese and not written else UTC

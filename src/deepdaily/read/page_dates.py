"""When a page was published, as it says itself. Nothing is guessed and no clock is asked: a year is no date, nor is a month."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from deepdaily.core.cues import Cue, cues, table
from deepdaily.core.text import squeeze, tokens
from deepdaily.read.blocks import Block, Box
from deepdaily.read.head import Head, folded

CHINA = timezone(timedelta(hours=8))
"""Of a time beside 年月日: pages that write it so give no zone."""

NEAR_CHARS = 1_500
"""Of text behind the headline: a date line stands there, or none does."""

SHORT_LINE = 160
"""Characters of a line that may be a date line; a date in a longer one is of what it tells."""

PROSE_CHARS = 80
"""Of a sentence with which the text has begun."""

MOST_AROUND = 40
"""Elements around a date, or boxes around a line, that are looked at."""

MOST_MARKED = 12
"""Elements marked as dates that are looked at."""

_TABLE = table(__name__)
_KEYS = _TABLE["keys"]
_SURE, _OTHERS = _KEYS["sure"].split(), _KEYS["others"].split()
_SURE_PLACES, _PLACES = _KEYS["sure_places"], _KEYS["places"].strip().replace("\n", ", ")
_CUES = cues(_TABLE["cues"])
_MONTHS: dict[str, int] = {name: number for number, names in enumerate(_TABLE["months"].values(), 1) for name in names.split()}
_ZONES: dict[str, int] = _TABLE["zones"]
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")(?![^\W\d_])"
_CLOCK = (
    r"(?:[T\s,]{0,3}(?:[（(][^()（）]{1,6}[)）]\s?|(?:星期|周|週)[一二三四五六日天]\s?)?(?:(?:at|um|à|kl\.?)\s|[-–—|]\s)?"
    r"(?P<half>上午|下午|晚上|傍晚|凌晨|中午|午前|午後)?\s?(?P<hour>\d{1,2})(?::|時|时|点|h)(?P<minute>\d\d)(?:分?(?::?\d\d秒?)?(?:\.\d+)?)"
    r"\s?(?P<noon>[ap]\.?m\b\.?)?\s?(?P<zone>[+-]\d\d:?\d\d|(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d\d)?)?\b|Z\b|[PEMC][SD]T\b|CES?T\b|BST\b|[JK]ST\b)?)?"
)
_YMD = Cue(
    r"(?<![\d.])(?P<y>(?:19|20)\d\d)\s?(?P<sep>[-/.年년])\s?(?P<m>\d{1,2})\s?(?:(?P=sep)|[月월])\s?(?P<d>\d{1,2})(?!\d|[.,]\d)\s?[日일号]?"
    + _CLOCK,
    re.I,
)
_MDY = Cue(rf"(?<!\w)(?P<mon>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)(?!\d)" + _CLOCK, re.I)
_DMY = Cue(
    rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.|º)?(?:\s+(?:of|de)|-)?\s*(?P<mon>{_MONTH})\.?(?:,|-|\s+(?:de|del))?\s*(?P<y>(?:19|20)\d\d)(?!\d)"
    + _CLOCK,
    re.I,
)
_YMND = Cue(rf"(?<!\d)(?P<y>(?:19|20)\d\d)[\s,-]+(?P<mon>{_MONTH})[\s.-]+(?P<d>\d{{1,2}})(?!\d)", re.I)
_NUMBERS = Cue(r"(?<![\d./-])(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<y>(?:19|20)\d\d)(?!\d|[./-]\d)")
_TWO_DIGITS = Cue(r"\s{0,3}(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d\d)(?!\d|[./-]\d)")
_COMPACT = Cue(r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?:\d{4,6})?")
_SECONDS = Cue(r"1\d{9}(?:\d{3})?")
"""Since 1970, or milliseconds."""

_IN_URL = Cue(
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
    at = _headline(blocks, title)
    above = frozenset(id(box) for box in _around(blocks[at])) if at is not None else frozenset()
    return (
        _marked(tree, _SURE_PLACES, day_first)
        or (_near(blocks, at, above, day_first) if at is not None else None)
        or _marked(tree, _PLACES, day_first)
        or _labelled([block for block in blocks[:3_000] if not _is_elsewhere(block, above)], day_first)
        or next(filter(None, (stated(node.get("uploadDate"), day_first) for node in head.linked)), None)
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
    if _SECONDS.fullmatch(text):
        return moment(datetime.fromtimestamp(int(text[:10]), UTC).isoformat())
    return next((day.at for day in dates_in(text, day_first)), None)


# -- where pages say it -----------------------------------------------------------------------------------------------


def _stated(head: Head, tree: LexborHTMLParser, url: str, day_first: bool) -> Iterator[datetime | None]:
    for key in _SURE:
        yield stated(head.named.get(key), day_first)
    for key in ("datePublished", "dateCreated"):
        for node in (node for node in head.linked if not _CUES["not_of_the_page"].search(str(node.get("@type", "")))):
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
        if len(text) > SHORT_LINE or _CUES["today"].search(text) or _stands_elsewhere(element):
            continue
        found = None if _CUES["updated"].search(text) else stated(given.get("datetime") or given.get("content"), day_first)
        if found := found or _published(text, day_first):
            return found
    return None


def _stands_elsewhere(element: LexborNode) -> bool:
    """Whether a date is of comments, of other texts, of an event or of the day on which the page was asked for.

    Told by what stands around it and does not hold the headline.
    """
    above: LexborNode | None = element
    own = bare_header = False
    for _ in range(MOST_AROUND):
        if above is None or above.tag in ("body", "html"):
            break
        own = own or above.tag in ("article", "main")
        names = f"{above.attributes.get('class') or ''} {above.attributes.get('id') or ''}"[:400]
        apart = above.tag in ("aside", "nav") or (above.tag == "footer" and not own) or bool(_CUES["elsewhere"].search(names))
        if apart and above.css_first("h1") is None:
            return True
        bare_header = bare_header or (above.tag == "header" and not own and above.css_first("h1") is None)
        above = above.parent
    return bare_header and not own


def _around(block: Block) -> Iterator[Box]:
    box: Box | None = block.box
    for _ in range(MOST_AROUND):
        if box is None:
            return
        yield box
        box = box.parent


def _is_elsewhere(block: Block, above: frozenset[int]) -> bool:
    """The same of a line; `above` are the id() of the boxes that hold the headline."""
    for box in _around(block):
        if id(box) in above:
            return False
        if box.tag in ("aside", "blockquote") or _CUES["elsewhere"].search(box.names):
            return True
    return False


def _headline(blocks: Sequence[Block], title: str) -> int | None:
    """Where the headline stands: what says the title, else the `h1` that shares most words with it, the first of equals."""
    named = [at for at, block in enumerate(blocks) if block.tag in ("h1", "h2") and len(block.raw) < 600]
    same = next((at for at in named if folded(blocks[at].text()) == folded(title)), None)
    if same is not None:
        return same
    words = set(tokens(title))
    tops = [at for at in named if blocks[at].tag == "h1"][:MOST_MARKED]
    return max(tops, key=lambda at: len(words.intersection(tokens(blocks[at].text()))), default=None)


def _near(blocks: Sequence[Block], at: int, above: frozenset[int], day_first: bool) -> datetime | None:
    """A date in a short line right behind the headline, or else right before it; behind prose a sentence is no date line."""
    behind: list[str] = []
    room, told = NEAR_CHARS, False
    for block in blocks[at + 1 : at + 40]:
        room -= len(block.raw)
        ends = block.raw.rstrip()[-1:] in (".", "。", "!", "！", "?", "？")
        if len(block.raw) <= SHORT_LINE and not (told and ends) and not _is_elsewhere(block, above):
            behind.append(block.text())
        told = told or (ends and len(block.raw) >= PROSE_CHARS)
        if room < 0:
            break
    before = [block.text() for block in reversed(blocks[max(0, at - 4) : at]) if len(block.raw) <= SHORT_LINE]
    lines = [line for line in (*behind, *before) if not _CUES["today"].search(line)]
    return next((found for line in lines if (found := _published(line, day_first))), None) or next(
        (found for line in lines if (found := _first(line, day_first))), None
    )


def _labelled(blocks: Sequence[Block], day_first: bool) -> datetime | None:
    """A date behind a label such as 发布时间, anywhere on the page."""
    later: datetime | None = None
    for block in blocks:
        if len(block.raw) <= SHORT_LINE and (label := _CUES["label"].search(text := block.text())):
            said = text[label.end() : label.end() + 60]
            found = _first(said, day_first) or _short(said, day_first)
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


def _published(text: str, day_first: bool) -> datetime | None:
    """The first whole date of a line that is not said to be of a later change."""
    begun = 0
    for day in dates_in(text, day_first):
        if not _CUES["updated"].search(text, begun, day.start):
            return day.at
        begun = day.start
    return None


def _hour(parts: dict[str, Any]) -> int:
    """Of 24, from what is said of noon."""
    hour, said = int(parts.get("hour") or 0), (parts.get("half") or parts.get("noon") or "").lower()
    if said in ("下午", "晚上", "傍晚", "午後", "中午") or said[:1] == "p":
        return hour + 12 if hour < (11 if said == "中午" else 12) else hour
    return 0 if hour == 12 and said in ("上午", "凌晨", "午前", "am", "a.m", "a.m.", "am.") else hour


def _short(text: str, day_first: bool) -> datetime | None:
    """A date with a year of two digits, as it stands behind a label: `01/25/26`."""
    match = _TWO_DIGITS.match(text)
    if match is None:
        return None
    first, second = int(match["a"]), int(match["b"])
    swapped = second <= 12 and (first > 12 or match["sep"] == "." or day_first)
    return _made(f"20{match['y']}", str(second if swapped else first), str(first if swapped else second))


def _made(year: str, month: str, day: str, parts: dict[str, Any] | None = None, chinese: bool = False) -> datetime | None:
    parts = parts or {}
    hour, minute, zone = _hour(parts), int(parts.get("minute") or 0), (parts.get("zone") or "").upper()
    try:
        found = datetime(int(year), int(month), int(day), tzinfo=UTC)
        if parts.get("hour"):
            found = datetime(int(year), int(month), int(day), hour, minute, tzinfo=_zone(zone, chinese)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if 1995 <= found.year <= 2100 else None


def _zone(written: str, chinese: bool) -> timezone:
    offset = written.removeprefix("UTC").removeprefix("GMT")
    if offset[:1] in ("+", "-"):
        hours, _, minutes = offset[1:].partition(":")
        hours, minutes = (hours[:-2], hours[-2:]) if len(hours) > 2 else (hours, minutes)
        return timezone((-1 if offset[0] == "-" else 1) * timedelta(hours=int(hours), minutes=int(minutes or 0)))
    if chinese and written in ("", "CST"):
        return CHINA
    return timezone(timedelta(hours=_ZONES.get(written, 0)))

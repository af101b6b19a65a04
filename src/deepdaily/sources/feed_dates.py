"""The moment that a feed's words for a date mean. No answer depends on the day on which it is asked.

feedparser fills what it does not find in a date with today's: of `2026/02/10` it keeps the year. So dates are read here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deepdaily.core.cues import Cue, table
from deepdaily.core.text import CJK

MAX_DATE_CHARS = 120
"""JavaScript's longest form, with its zone in words, has 70."""

CHINA, KOREA, JAPAN = (timezone(timedelta(hours=hours)) for hours in (8, 9, 9))

_TABLE = table(__name__)


def _folded(text: str) -> str:
    """Lower case, full-width forms made plain, accents dropped."""
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFKC", "".join(char for char in apart if not unicodedata.combining(char))).lower()


def _by_word(rows: Mapping[str, str]) -> dict[str, str]:
    return {_folded(word): name for name, words in rows.items() for word in words.split()}


def _offset(written: str) -> timezone:
    hours, minutes = int(written[1:3]), int(written[-2:])
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if written[0] == "-" else ahead)


def _any_of(words: Iterable[str]) -> str:
    """An alternative of each, the longest first; a Latin or Cyrillic one only as a whole word."""
    longest = sorted(words, key=len, reverse=True)
    whole = "|".join(re.escape(word) for word in longest if word[0] < "\u3000")
    within = "|".join(re.escape(word) for word in longest if word[0] >= "\u3000")
    return rf"(?<![^\W\d_])(?:{whole})(?![^\W\d_])" + (f"|{within}" if within else "")


_MONTHS = _by_word(_TABLE["months"])
_HALVES = _by_word(_TABLE["halves"])
_ZONES = {word: _offset(name) for word, name in _by_word(_TABLE["zones"]).items()}
_TWO_ZONES = {name: (_offset(ours), _offset(theirs)) for name, (ours, theirs) in _TABLE["two_zones"].items()}
_PLACES = _by_word(_TABLE["places"])
_MONTH, _HALF = Cue(_any_of(_MONTHS)), Cue(_any_of(_HALVES))
_ZONE = Cue(_any_of([*_ZONES, *_TWO_ZONES, *_PLACES]))

# The two forms of nearly every feed, read without the rest.
_MAIL = Cue(
    r"(?:[A-Za-z]{3},\s+)?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) (\d\d):(\d\d)(?::(\d\d))?"
    r" (?:GMT|UTC|UT|Z|([+-])(\d\d):?(\d\d))"
)
_ISO = Cue(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_SHORT_MONTHS = {name: n for n, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}

_EPOCH = Cue(r"(\d{10})(?:\.\d{1,9})?|(\d{10})\d{3}")
_COMPACT = Cue(r"(\d{4})(\d\d)(\d\d)(?:[t ]?(\d\d)(\d\d)(\d\d)?)?(?![\d:])")
_WEEK = Cue(r"(\d{4})-?w(\d\d)-?([1-7])(?!\d)")
_ORDINAL = Cue(r"(\d{4})-(\d{3})(?![\d-])")

# After folding, a month's name is `m02`.
_YEAR_FIRST = Cue(r"(?<!\d)(\d{4})(?:[\s,/-]{0,3}m(\d\d)[\s.,/-]{0,3}|\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?)(\d{1,2})(?!\d)")
_DAY_FIRST = Cue(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?[\s/-]{0,3}(?:(?:de|of)\s)?(?:m(\d\d)|(\d{1,2})[月월])[.,]?[\s/-]{0,3}(?:del?\s)?'?(\d{4}|\d\d)(?![\d:])"
)
_MONTH_FIRST = Cue(r"(?:m(\d\d)\.?|(?<!\d)(\d{1,2})[月월])[\s/-]{0,3}(\d{1,2})(?:st|nd|rd|th|日|일)?(?![\d:])")
_LATE_YEAR = Cue(r"(?:(?<![\d:.+-])(?=\d)|(?<=\d-)(?=20))(\d{4})(?![\d:])")
_NUMBERS = Cue(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")

_CLOCK = Cue(
    r"(?<![\d:.+-])(\d{1,2})\s?[:h]\s?(\d\d)(?:\s?:\s?(\d\d))?(?:[.,]\d{1,9})?(?!\d)"
    r"|(?<!\d)(\d{1,2})\s?[时時点點시]\s?(?:(?:(\d{1,2})\s?[分분]|(半|반))\s?)?(?:(\d{1,2})\s?[秒초])?"
)
_DOTTED = Cue(r"(?<![\d.+-])([01]?\d|2[0-3])\.([0-5]\d)(?:\.([0-5]\d))?(?![\d.])")
_BARE_HOUR = Cue(r"(?<![\d:.+-])(\d{1,2})\s?(?=am\b|pm\b)")
_NUMERIC_ZONE = Cue(r"(?<!\d)([+-])(\d\d?)(?::?(\d\d))?(?!\d)")
_PLACE = Cue(
    r"(?<![\w/])(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Canada|Etc|Europe|Indian|Pacific|US)/[A-Za-z_/]{2,40}(?:[+-]\d\d?)?"
)

_LOST_PLUS = Cue(r" (0\d|1[0-4]):([0-5]\d)\s{0,9}")
"""`17:30:00 08:00` was `+08:00` before somebody took it for a part of an address."""

_KOREAN = Cue("[\uac00-\ud7af]")
_JAPANESE = Cue("[\u3040-\u30ff]|午前|午後")

_Day = tuple[int, int, int]


def moment_of(written: str, said_beside: str = "", zone: tzinfo | None = None) -> datetime | None:
    """The moment in UTC; None where the words name no day of 1995 to 2100, or more than one.

    Read are RFC 822, ISO 8601 (weeks and days of the year, too), `2026/2/10`, 2026年2月10日 下午5:30, `March 1, 2026`, months
    in the languages of the table, and seconds or milliseconds since 1970; a zone as offset, by name or by place.
    `10/02/2026` is two days and none, but with am or pm, which only Americans put behind it.
    A day without a time is its midnight. Without a zone, or with one that nobody can tell, it is UTC; written in Chinese,
    Japanese or Korean it is that country's.

    Args:
        said_beside: words of the entry: where they are Chinese, so is an ambiguous zone (CST).
        zone: that of a date which names none, as somebody knows who reads the feed; None where nobody said.
    """
    written = written.strip()
    for read in (_at_a_glance, _in_words):  # what only looks like a common form may be another one, or 24:00
        try:
            return read(written[:MAX_DATE_CHARS], said_beside, zone)
        except (ValueError, OverflowError):
            continue
    return None


def _at_a_glance(written: str, _: str, zone: tzinfo | None) -> datetime | None:
    if mail := _MAIL.fullmatch(written):
        return _sound(_mailed(mail))
    if _ISO.fullmatch(written):
        return _sound(datetime.fromisoformat(written), zone)
    raise ValueError(f"another form: {written}")


def _sound(found: datetime, zone: tzinfo | None = None) -> datetime | None:
    """In UTC, unless it is absurd: feeds without a date say 1 January 1970 or year 1."""
    found = (found.replace(tzinfo=zone or UTC) if found.tzinfo is None else found).astimezone(UTC)
    return found if 1995 <= found.year <= 2100 else None


def _mailed(mail: re.Match[str]) -> datetime:
    day, month, year, hour, minute, second, sign, hours, minutes = mail.groups()
    zone = _offset(f"{sign}{hours}{minutes}") if sign else UTC
    return datetime(int(year), _SHORT_MONTHS[month], int(day), int(hour), int(minute), min(int(second or 0), 59), tzinfo=zone)


def _in_words(written: str, said_beside: str, otherwise: tzinfo | None) -> datetime | None:
    if epoch := _EPOCH.fullmatch(written):
        return _sound(datetime.fromtimestamp(int(epoch[1] or epoch[2]), UTC))
    text = _MONTH.sub(lambda word: f"m{int(_MONTHS[word.group()]):02}", _folded(written))
    text = _HALF.sub(lambda word: f" {_HALVES[word.group()]} ", text)
    found = _day(text)
    if found is None:
        return None
    (year, month, day), rest = found
    hour, minute, second, after = _time(rest)
    zone = _zone(written, text, after, said_beside, otherwise)
    midnight = datetime(year, month, day, tzinfo=zone)
    return _sound(midnight + timedelta(hours=hour, minutes=minute, seconds=second))


def _day(text: str) -> tuple[_Day, str] | None:
    """Year, month and day of folded `text`, and what is left of it without them; None where none is named."""
    if compact := _COMPACT.match(text):
        year, month, day, *clock = compact.groups()
        return (int(year), int(month), int(day)), ":".join(filter(None, clock)) + text[compact.end() :]
    if week := _WEEK.match(text):
        found = datetime.fromisocalendar(*map(int, week.groups()))
        return (found.year, found.month, found.day), text[week.end() :]
    if ordinal := _ORDINAL.match(text):
        found = datetime.strptime("-".join(ordinal.groups()), "%Y-%j")
        return (found.year, found.month, found.day), text[ordinal.end() :]
    if first := _YEAR_FIRST.search(text):
        year, name, number, day = first.groups()
        return (int(year), int(name or number), int(day)), _without(text, first)
    if first := _DAY_FIRST.search(text):
        day, name, number, year = first.groups()
        return (_whole_year(year), int(name or number), int(day)), _without(text, first)
    return _month_first(text) or _of_numbers(text)


def _month_first(text: str) -> tuple[_Day, str] | None:
    """`Feb 10, 2026`, and `Feb 10 17:30:00 +0800 2026` as `date` and some services write it."""
    first = _MONTH_FIRST.search(text)
    year = first and _LATE_YEAR.search(text, first.end())
    if not first or not year:
        return None
    rest = text[: first.start()] + " " + text[first.end() : year.start()] + " " + text[year.end() :]
    return (int(year[1]), int(first[1] or first[2]), int(first[3])), rest


def _of_numbers(text: str) -> tuple[_Day, str] | None:
    """`10.02.2026`, and with slashes where only one order makes a date or am and pm tell it."""
    found = _NUMBERS.search(text)
    if not found:
        return None
    first, sign, second, year = int(found[1]), found[2], int(found[3]), int(found[4])
    rest = _without(text, found)
    if sign == "." or first > 12 or first == second:
        return (year, second, first), rest
    if second > 12 or re.search(r"\b[ap]m\b", rest):
        return (year, first, second), rest
    return None


def _without(text: str, part: re.Match[str]) -> str:
    return f"{text[: part.start()]} {text[part.end() :]}"


def _whole_year(written: str) -> int:
    """Of two digits as RFC 2822 has it."""
    year = int(written)
    return year if len(written) == 4 else year + (2000 if year < 50 else 1900)


def _time(rest: str) -> tuple[int, int, int, str]:
    """Hour, minute and second named in `rest`, and what follows them; midnight and all of it where none is."""
    clock = _CLOCK.search(rest) or _DOTTED.search(rest) or _BARE_HOUR.search(rest)
    if clock is None:
        return 0, 0, 0, rest
    hour, minute, second = (30 if part in ("半", "반") else int(part) for part in ([*filter(None, clock.groups()), 0, 0])[:3])
    half = re.search(r"\b(am|pm|noon)\b", rest)
    if half and (half[1] == "pm" or (half[1] == "noon" and hour < 11)) and hour < 12:
        hour += 12
    elif half and half[1] == "am" and hour == 12:
        hour = 0
    if hour > 24 or minute > 59:
        raise ValueError(f"no time: {rest}")
    return hour, minute, min(second, 59), rest[clock.end() :]


def _zone(written: str, text: str, after: str, said_beside: str, otherwise: tzinfo | None) -> tzinfo:
    """The zone that stands behind the time, by offset, place or name; `otherwise`, or that of the language of the date."""
    if numeric := _NUMERIC_ZONE.search(after):
        sign, hours, minutes = numeric.groups()
        if int(hours) <= 14 and int(minutes or 0) < 60:
            return _offset(f"{sign}{int(hours):02}{minutes or '00'}")
    if (place := _PLACE.search(written)) and (zone := _zone_of(place.group())):
        return zone
    if lost := _LOST_PLUS.fullmatch(after):
        return _offset(f"+{lost[1]}{lost[2]}")
    if named := _named_zone(text, after, said_beside):
        return named
    if otherwise:
        return otherwise
    if _KOREAN.search(written):
        return KOREA
    if not re.search(f"[{CJK}]", written):
        return UTC
    return JAPAN if _JAPANESE.search(said_beside + written) else CHINA


def _named_zone(text: str, after: str, said_beside: str) -> tzinfo | None:
    for name in _ZONE.findall(after):
        if name in _ZONES:
            return _ZONES[name]
        if name in _PLACES:
            return _zone_of(_PLACES[name])
        ours, theirs = _TWO_ZONES[name]
        if re.search(f"[{CJK}]", said_beside + text):
            return ours
        if not re.search(r"\d{4}-\d", text):  # in RFC 822's own form it is RFC 822's own zone
            return theirs
    return None


def _zone_of(place: str) -> tzinfo | None:
    try:
        return ZoneInfo(place)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name of that form, but of no zone
        return None


def stands_in(day: _Day, written: str) -> bool:
    """Whether year, month and day of another reader's answer are all in the words, each in a place of its own."""
    text = _MONTH.sub(lambda word: f"m{int(_MONTHS[word.group()]):02}", _folded(written[:MAX_DATE_CHARS]))
    numbers = [int(number) for number in re.findall(r"(?<!m)(?<!\d)\d{1,8}", text)]
    year, month, day_of_month = day
    missing = [(year, year % 100), (day_of_month,), *([] if f"m{month:02}" in text else [(month,)])]
    for either in missing:
        there = next((number for number in either if number in numbers), None)
        if there is None:
            return False
        numbers.remove(there)
    return True

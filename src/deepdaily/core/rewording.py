"""The same numbers of a `plain` text in other words: 1 小时 15 分钟 is 75 minutes, 9 in 10 is 9⁄10, 80% less is down to 1⁄5."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from deepdaily.core.cues import Cue

_HOUR, _MINUTE = r"(?:hours?|hrs?|h|个?小时)", r"(?:minutes?|mins?|m|分钟?)"
_SPANS = tuple(
    (Cue(rf"(?<![a-z\d.])(\d{{1,4}})[\s-]?{longer}\s?(?:and\s|又|零)?(\d{{1,2}})[\s-]?{shorter}(?![a-z])"), times, unit)
    for longer, shorter, times, unit in (
        (r"(?:days?|d|天)", _HOUR, 24, "hours"),
        (_HOUR, _MINUTE, 60, "minutes"),
        (_MINUTE, r"(?:seconds?|secs?|s|秒钟?)", 60, "seconds"),
    )
)
_OUT_OF = Cue(
    r"(?<![\d.,])(?:(\d{1,3})|\bone) (?:in|out of)(?: every)? (\d{1,3})(?![\d.,%]*\d| ?(?:%|minutes|hours|days|weeks|months|years))"
)
_AMONG = Cue(
    r"(?:每\s?)?(?<![\d.])(\d{1,3})\s?[个名位人项条次台款家张][\u4e00-\u9fff]{0,6}?[中里]就?[只仅]?有\s?(\d{1,3}|一)\s?[个名位人项条次台款家张]"
)
_LESS = Cue(
    r"(?<![\d.])(\d{1,2}(?:\.\d+)?)% (?=less|lower|fewer|cheaper|smaller|reduction)"
    r"|(?:减少|降低|下降|节省|缩小|缩减|便宜|减小|省|降)了?[约近]?\s?(\d{1,2}(?:\.\d+)?)%"
    r"|\b(?:cut|reduc\w+|lower\w*|sav\w+|fell|drop\w*|decreas\w+)(?P<rest>[^.,;%\d]{0,40}) by "
    r"(?:about |around |roughly |nearly )?(\d{1,2}(?:\.\d+)?)%"
)


def joined(text: str) -> str:
    """`text` with each span of two units in the smaller one: `1h 2m 3s` is `3723 seconds`."""
    for span, times, unit in _SPANS:
        text = span.sub(lambda found, n=times, of=unit: f"{int(found[1]) * n + int(found[2])} {of}", text)
    return text


def shares_of(text: str) -> str:
    """`text` with `9 in 10`, `9 out of 10` and 每 10 个中有 9 个 as the fraction they are."""
    text = _OUT_OF.sub(lambda found: f"{found[1] or 1}⁄{found[2]}", text)
    return _AMONG.sub(lambda found: f"{1 if found[2] == '一' else found[2]}⁄{found[1]}", text)


def _what_is_left(found: re.Match[str]) -> str:
    left = 100 - Decimal(next(one for one in (found[1], found[2], found[4]) if one))
    part = f"1⁄{100 // left}" if not 100 % left else f"{left}%"
    return f"降到 {part} " if found[2] else f"cut{found['rest'] or ''} to {part} "


def rewordings(claim: str) -> Iterator[str]:
    """What else a `plain` claim might have said of its numbers, where that is another text."""
    for other in (joined(claim), shares_of(claim), _LESS.sub(_what_is_left, claim)):
        if other != claim:
            yield other

"""What stands beside a number and changes what it says: an end or a range, which way, by or to, each thing's share, a forecast.

Each is read narrowly where it would refuse a claim and widely where it would let one pass: a true claim must not be lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from deepdaily.core.cues import Cue, cues, table
from deepdaily.core.quantities import Quantity, is_range, periods

_TABLE = table(__name__)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is said of one quantity; an empty value where nothing is said."""

    end: str = ""
    """`most` or `least`: the number is an end of what is possible, not the value."""

    other_end: int = 0
    """1 where the next quantity is the upper end of its range, -1 where the one before is the lower one."""

    way: str = ""
    """`up`, `down`, `fast`, `slow`."""

    told: str = ""
    """`to` the number or `by` it."""

    shares: frozenset[str] = frozenset()
    """What the number is the share of: `gpu` for `per GPU` and 每卡."""

    periods: frozenset[str] = frozenset()
    ahead: bool = False
    """A forecast, a plan, an aim."""


def _tied(said: str, *, before: bool) -> Cue:
    """The alternatives of `said` as they stand right before a number, or right after it."""
    joined = "|".join(said.strip("\n").split("\n"))
    # A Latin word begins where it stands: `cover 13` is no `over 13`.
    begun = rf"(?:(?<![a-z])|(?![a-z]))(?:{joined})"
    return Cue(rf"{begun}[\s约$¥€£]*(?:an? |the |about |some )?$" if before else rf"\s?(?:{joined})")


_BEFORE = {name: _tied(said, before=True) for name, said in _TABLE["before"].items()}
_AFTER = {name: _tied(said, before=False) for name, said in _TABLE["after"].items()}
_ENDS = cues(_TABLE["ends"])
_WAYS = cues(_TABLE["ways"])
_TOLD = {name: _tied(said, before=name != "size") for name, said in _TABLE["told"].items()}
_AHEAD = cues(_TABLE["ahead"])
_DENIAL = cues(_TABLE["denial"])
_EVERY = cues(_TABLE["every"])
_SHARES = {
    name: Cue(
        rf"(?:\b(?:per|each|every|a single)|/)[\s-]?(?:[a-z]{{1,2}}\d+\s)?(?:{latin})\b"
        rf"|(?:每|单)[一个张名位块台次千百万条份]{{0,2}}\s?(?:{chinese})"
    )
    for name, (latin, chinese) in _TABLE["shares"].items()
}
_SHARED = {name: Cue(rf"\b(?:{latin})\b|{chinese}") for name, (latin, chinese) in _TABLE["shares"].items()}
OPPOSITE = {"up": "down", "down": "up", "fast": "slow", "slow": "fast"}

_CLAUSE = Cue(r"[,;:。、!?！？；：\n()]|\.(?=\s|$)|\b(?:and|but|while|whereas|against)\b|而")
_SENTENCE = Cue(r"[。!?！？;；\n]|\.(?=\s)")
_REACH = 60
"""Characters of a clause on either side of a number that are read."""

_MEANT = Cue(
    r"\b(?:averag\w*|mean|median|across|spread|distributed|measured|run|trained|tested|sampled|held|just|took)\s+(?:\w+\s+)?over\s*$"
)
_ONWARD = Cue(r"\s?(?:to|到|至|→)\s?(?:about |just |only |nearly |约)?[$¥€£]?")
_FROM = Cue(r"\bfrom\b(?!.*\bbetween\b)|从|由|自")
_CAPACITY = frozenset({"token", "gpu", "b", "kb", "mb", "gb", "tb", "pb", "kib", "mib", "gib", "tib", "bit", ""})
"""Of these `up to` tells how much a thing can hold: 128K of context are 128K of context."""

_DURATIONS = frozenset({"ns", "us", "ms", "s", "min", "h", "day", "week", "month", "year"})


def circumstances(text: str, found: Sequence[Quantity], at: int) -> Circumstances:
    """What a `plain` text says of the quantity `found[at]` of its quantities."""
    one = found[at]
    begin = found[at - 1].end if at else 0
    stop = found[at + 1].start if at + 1 < len(found) else len(text)
    left = text[max(begin, one.start - _REACH) : one.start]
    right = text[one.end : min(stop, one.end + _REACH)]
    breaks = [mark.end() for mark in _CLAUSE.finditer(left)]
    before = left[breaks[-1] :] if breaks else left
    mark = _CLAUSE.search(right)
    after = right[: mark.start()] if mark else right
    other_end = _other_end(text, found, at)
    if other_end < 0:  # 10–20% faster, up to: what is said of a range stands before its first end
        before = text[max(0, found[at - 1].start - _REACH) : found[at - 1].start]
        before = before[max((mark.end() for mark in _CLAUSE.finditer(before)), default=0) :]
    way = _way(before, after, text, one)
    if not way and at and _ONWARD.fullmatch(text, begin, one.start):  # it fell from 3 to 2: both are told of so
        first = text[max(0, found[at - 1].start - _REACH) : found[at - 1].start]
        way = _way(first[max((mark.end() for mark in _CLAUSE.finditer(first)), default=0) :], "", text, one)
    return Circumstances(
        _end(before, after, one, text), other_end, way, _told(before, after) if one.number.unit in ("%", "/") else "",
        _shares(before, after), frozenset(periods(after[:40]) or periods(before[-20:])), _ahead(text, one),
    )  # fmt: skip


def _end(before: str, after: str, one: Quantity, text: str) -> str:
    more = re.search(r"[余多+]", text[one.start : one.end])
    if more or _BEFORE["above"].search(before) or _AFTER["above"].match(after):
        return "least"
    if _BEFORE["below"].search(before) or _AFTER["below"].match(after):
        return "most"
    if one.number.unit not in _CAPACITY and _BEFORE["ceiling"].search(before):
        return "most"
    if one.number.unit not in _DURATIONS | {"gpu"} and _BEFORE["over"].search(before) and not _MEANT.search(before):
        return "least"
    return ""


def _other_end(text: str, found: Sequence[Quantity], at: int) -> int:
    if at + 1 < len(found) and _ranges(text, found[at], found[at + 1]):
        return 1
    return -1 if at and _ranges(text, found[at - 1], found[at]) else 0


def _ranges(text: str, first: Quantity, second: Quantity) -> bool:
    """Whether the two are the ends of a range; `from 2 to 5` may be a change, and so is 从 2 到 5."""
    if first.number.value >= second.number.value:
        return False
    between, around = text[first.end : second.start], text[max(0, first.start - 25) : first.start]
    if between.strip() in ("and", "和") and second.start - first.end < 6:
        return bool(re.search(r"\bbetween\b|介于|在\s*$", around))
    return is_range(text, first, second) and not _FROM.search(around)


def _way(before: str, after: str, text: str, one: Quantity) -> str:
    sign = text[one.start - 1 : one.start] if one.start else ""
    if sign in ("-", "−", "+") and (one.start < 2 or not text[one.start - 2].isalnum()):
        return "up" if sign == "+" else "down"
    near = after[:18]
    for side, last in ((near, False), (before, True), (after, False)):
        seen = [(mark.start(), name) for name, said in _WAYS.items() for mark in said.finditer(side)]
        if seen:
            return (max if last else min)(seen)[1]
    return ""


def _told(before: str, after: str) -> str:
    if _TOLD["to"].search(before):
        return "to"
    return "by" if _TOLD["by"].search(before) or _TOLD["size"].match(after) else ""


def _shares(before: str, after: str) -> frozenset[str]:
    return frozenset(name for name, said in _SHARES.items() if said.search(before) or said.search(after))


def _ahead(text: str, one: Quantity) -> bool:
    start = max(0, one.start - 160)
    marks = [mark.end() for mark in _SENTENCE.finditer(text, start, one.start)]
    return bool(_AHEAD["sure"].search(text, marks[-1] if marks else start, one.start))


def disagreement(said: Circumstances, shown: Circumstances, claim: str) -> str:
    """What `said` of a number in the `plain` text `claim` is not what is `shown` of it in the source; empty when nothing is.

    The notes: `end`, `range`, `direction`, `told to`, `per …`, `period`, `forecast`.
    """
    if shown.end and not _ENDS[shown.end].search(claim):
        return f"end: at {shown.end}"
    if shown.other_end and not said.other_end and not _ENDS["most" if shown.other_end < 0 else "least"].search(claim):
        return "range of which one end is told"
    if said.way and shown.way == OPPOSITE.get(said.way):
        return f"direction {said.way}"
    if said.told and shown.told and said.told != shown.told:
        return f"change told {said.told} it"
    for name in sorted(shown.shares - said.shares):
        if not _SHARED[name].search(claim):
            return f"per {name}"
    if said.periods and shown.periods and not said.periods & shown.periods:
        return f"period {min(said.periods)}"
    if shown.ahead and not said.ahead and not _AHEAD["maybe"].search(claim):
        return "forecast told as a result"
    return ""


def is_told_ahead(source: str) -> bool:
    """Whether every sentence of a `plain` text tells a plan, a forecast or an aim."""
    told = [sentence for sentence in _SENTENCE.split(source) if sentence.strip()]
    return bool(told) and all(_AHEAD["sure"].search(sentence) for sentence in told)


def is_told_as_done(claim: str) -> bool:
    """Whether a `plain` claim tells a result, and says in no word that it is one to come."""
    return bool(_AHEAD["done"].search(claim)) and not _AHEAD["maybe"].search(claim)


def unproven_scope(claim: str, source: str) -> list[str]:
    """`denial` where the claim denies and nothing in the source does, `scope` where it tells of all and the source of none."""
    kinds = (("denial", _DENIAL), ("scope", _EVERY))
    return [kind for kind, said in kinds if said["claimed"].search(claim) and not said["shown"].search(source)]


def unknown_shares(claim: str, source: str) -> list[str]:
    """What the claim gives a rate for and the source does not so much as name."""
    return sorted(name for name, said in _SHARES.items() if said.search(claim) and not _SHARED[name].search(source))

"""A claim's number to the numbers of a source: the same value in the same measure, however either is written."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from deepdaily.core.circumstances import Circumstances, circumstances, disagreement
from deepdaily.core.cues import Cue
from deepdaily.core.quantities import Number, Quantity, hinted, measured, quantities
from deepdaily.core.rewording import joined, shares_of

Written = tuple[Decimal, str]

_MOST_PLACES = 30
"""Of a number that stands in more places of a source, so many are looked at."""

_ALLOWED = frozenset({"token", "gpu"})
"""Units a claim may name where the source has a sign of its own: 7360 TGS are 7360 tokens per GPU and second."""

_ABOUT = Cue(r"(?:约|大约|大概|接近|\babout|\baround|\broughly|\bapproximately|\bsome|~|≈)[\s$¥€£]*$")
_NEARLY = Cue(r"(?:近|将近|\bnearly|\balmost|\bclose to)[\s$¥€£]*$")
_PAST = Cue(r"(?:超过?|逾|\bover|\bmore than|\babove)[\s$¥€£]*$")
_COUNTER = Cue(r"\s?[个名位家款项条台张块份次种类组套颗座处轮]|[\s-][a-z]{3}")
_FIELD = Cue(r"(?:^|[{,;|\n])\s?[\"'`*]{0,2}([a-z][a-z_]{2,24})[\"'`*]{0,2}\s?[:=]\s?[\"'`]?(?=[$¥€£]?\d)", re.M)
_KEYED = Cue(r"\b([a-z][a-z_]{2,24})\s?(?:of|is|was|at|in|=|:)\s?(?:about |only )?$")
_AROUND = Cue(r"\s?[\u4e00-\u9fff]{0,3}(?:左右|上下)|\s(?:[a-z]{1,12}\s)?or so")
_LISTED = Cue(r"\s?(?:,|、|/|,?\s?(?:and|or)\b|和|与|及|或)\s?")
_AGAINST = Cue(r"^(?!.*[。;；]).*(?:\bfrom|\bto|\bthan|\bagainst|\bversus|\bvs\.?|\bwas|\bof|\bafter|原先|原来|从|比|此前|的)\s*$")
_ELLIPSIS = 60
"""Characters between a number with a unit and one that leaves it out."""

_ROUND = Decimal("0.025")
"""How far a number said to be about right may lie from the source's: 2,000 for 1,969."""


_ROUND_DOWN = Decimal("0.05")
"""And one said to be passed, or nearly reached."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The quantities of a source, found by value."""

    text: str
    """As `plain` gave it."""

    shown: Sequence[Quantity]
    by_value: dict[Decimal, list[int]]
    by_measure: dict[Written, list[int]]
    sizes: list[tuple[Decimal, int]]
    """Values in the measure of their units with their places, ascending."""

    hinted: frozenset[Number]
    fields: dict[str, set[int]]
    """By key the places of its values: `"height": "330 meters"`."""

    @classmethod
    def of(cls, source: str) -> Figures:
        """The figures of a `plain` text."""
        shown = quantities(source)
        by_value: dict[Decimal, list[int]] = defaultdict(list)
        by_measure: dict[Written, list[int]] = defaultdict(list)
        for at, one in enumerate(shown):
            by_value[one.number.value].append(at)
            by_measure[measured(one.number)].append(at)
        sizes = sorted((measured(one.number)[0], at) for at, one in enumerate(shown))
        hints = hinted(source) | _reworded(source)
        return cls(source, shown, by_value, by_measure, sizes, frozenset(hints), _fields(source, shown))

    def like(self, one: Quantity, claim: str) -> list[int]:
        """The places of the quantities that `one` of the claim may be, in order."""
        same = self.by_value.get(one.number.value, [])[:_MOST_PLACES]
        exact = {at for at in same if _may_name(one, self.shown[at]) or self._is_short(one, at)}
        exact |= {
            at
            for form in _forms(one.number)
            for at in self.by_measure.get(form, [])[:_MOST_PLACES]
            if _count_alike(one, self.shown[at])
        }
        found = exact or {at for at in self._near(one, claim) if _may_name(one, self.shown[at], measures=True)}
        key = _KEYED.search(claim, max(0, one.start - 40), one.start)
        values = self.fields.get(key[1]) if key else None
        return sorted(at for at in found if values is None or at in values or self._beside(key[1] if key else "", at))

    def _beside(self, key: str, at: int) -> bool:
        """Whether the key of a record stands near another number too: then it is told of in prose, with its own value."""
        start = max(0, self.shown[at].start - 40)
        return key in re.split(r"[,;|{}\n]", self.text[start : self.shown[at].start])[-1]

    def _is_short(self, one: Quantity, at: int) -> bool:
        """Whether a number leaves out the unit of one beside it: `3 hours, down from 12`, `2 and 5 dollars`."""
        other, unit = self.shown[at], one.number.unit
        if not unit or other.number.unit or other.counted:
            return False
        if (
            at
            and self.shown[at - 1].number.unit == unit
            and _AGAINST.search(self.text[self.shown[at - 1].end : other.start][-_ELLIPSIS:])
        ):
            return True
        after = self.shown[at + 1] if at + 1 < len(self.shown) else other
        return after.number.unit == unit and bool(_LISTED.fullmatch(self.text, other.end, after.start))

    def _near(self, one: Quantity, claim: str) -> Iterator[int]:
        """Those that a writer would round to the number: 26,234 is 2.62 万, and about 26,000."""
        value, _ = measured(one.number)
        before = claim[max(0, one.start - 16) : one.start]
        about = bool(_ABOUT.search(before) or _AROUND.match(claim, one.end))
        low = value * (1 - (_ROUND if about else _ROUND_DOWN if _NEARLY.search(before) else Decimal("0.005")))
        high = value * (1 + (_ROUND if about else _ROUND_DOWN if _PAST.search(before) else Decimal("0.005")))
        digits = len(one.number.value.as_tuple().digits)
        first, last = bisect_left(self.sizes, (low, -1)), bisect_right(self.sizes, (high, len(self.sizes)))
        for size, at in self.sizes[first : min(last, first + _MOST_PLACES)]:
            if (low, high) != (value * Decimal("0.995"), value * Decimal("1.005")) or (
                digits >= 3 and _rounded(size, digits) == value
            ):
                yield at

    def hints(self, one: Quantity, claim: str) -> bool:
        """Whether the source holds the number in other words, or as a part of the name it stands beside: `Gemma 4` is Gemma4."""
        number = one.number
        bare = replace(number, unit="") if number.unit in _ALLOWED or not number.unit else number
        counts = number.value != 1 or number.unit or one.counted or _COUNTER.match(claim, one.end)  # `batch size 1` is no `a`
        if counts and {number, bare, Number(*measured(number))} & self.hinted:
            return True
        if number.unit == "bit" and re.search(rf"{_FORMAT}{number.value:f}(?!\d)", self.text):
            return True
        size = claim[one.start : one.end].strip()
        if re.fullmatch(r"\d+(?:\.\d+)?b", size) and re.search(rf"-{re.escape(size)}\b", self.text):  # 120b of gpt-oss-120b
            return True
        word = re.search(r"([a-z][a-z0-9+.]*)[\s-]$", claim[max(0, one.start - 24) : one.start])
        said = claim[one.start : one.end].strip()
        if word and re.search(rf"{re.escape(word[1])}[_-]?{re.escape(said)}(?![\d.]*\d)", self.text):
            return True
        is_version = (word and word[1] == "version") or claim.startswith(("版", " 版"), one.end)
        return bool(is_version and re.search(rf"(?<![a-z])v{re.escape(said)}(?!\.?\d)", self.text))

    def disagreement(self, mine: Circumstances, place: int, claim: str, said: Sequence[Quantity]) -> str:
        """What is said of a number of the claim and not of the one at `place`; empty when nothing is."""
        theirs = circumstances(self.text, self.shown, place)
        if theirs.other_end:
            other = self.shown[place + theirs.other_end].number.value
            if any(one.number.value == other for one in said):
                theirs = replace(theirs, other_end=0)
        return disagreement(mine, theirs, claim)


_FORMAT = r"(?<![a-z])(?:u?int|b?fp?|float|nf|mxfp|nvfp|q|w)"
"""Before a width: int4, FP8, NVFP4."""


def _reworded(source: str) -> set[Number]:
    """The numbers that only another wording of the source has, in the measure of their units."""
    others = (other for other in (joined(source), shares_of(source)) if other != source)
    return {Number(*measured(one.number)) for other in others for one in quantities(other)}


def _fields(source: str, shown: Sequence[Quantity]) -> dict[str, set[int]]:
    starts = {one.start: at for at, one in enumerate(shown)}
    found: dict[str, set[int]] = defaultdict(set)
    for field in _FIELD.finditer(source):
        if field.end() in starts:
            found[field[1]].add(starts[field.end()])
    return found


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(value.adjusted() - digits + 1)) if value else value


def _forms(number: Number) -> Iterator[Written]:
    """How the same may be written: a half is 50% and twice as little, doubled is 100% more."""
    value, unit = measured(number)
    yield value, unit
    if unit == "/" and value:
        yield (100 / value).normalize(), "%"
        yield value, "x"
    elif unit == "%" and value:
        yield (100 / value).normalize(), "/"
        yield (value / 100).normalize(), ""
    elif unit == "x":
        yield value, "/"
    elif not unit and 0 < value < 1:
        yield (value * 100).normalize(), "%"
    if unit == "x" and value in (1, 2):
        yield Decimal(100), "%"
    if (unit == "%" and value == 100) or (unit == "x" and value == 1):
        yield Decimal(2), "x"


def _may_name(one: Quantity, other: Quantity, *, measures: bool = False) -> bool:
    """Whether two numbers of one value may be one: a claim may leave a unit out, never change it, and count nothing else."""
    mine, theirs = one.number.unit, other.number.unit
    if measures and mine and theirs:
        mine, theirs = measured(one.number)[1], measured(other.number)[1]
    if mine and mine != theirs and not (not theirs and _may_add(mine, other)):
        return False
    return _count_alike(one, other)


def _may_add(unit: str, other: Quantity) -> bool:
    return unit in _ALLOWED or (unit == "pp" and "point" in other.counted) or (unit == "x" and "occasion" in other.counted)


def _count_alike(one: Quantity, other: Quantity) -> bool:
    mine, theirs = one.counted - _ANY, other.counted - _ANY
    return not (mine and theirs) or bool(mine & theirs)


_ANY = frozenset({"occasion"})
"""次 counts commits and downloads alike."""

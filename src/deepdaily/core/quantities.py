"""Numbers as a reader understands them, in both languages: figures and number words, magnitudes, units, and what is counted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from deepdaily.core.cues import Cue, table
from deepdaily.core.text import undated

_TABLE = table(__name__)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as a reader understands it: 2.62 万 and 26.2K are both 26200."""

    value: Decimal
    unit: str
    """Canonical: `%`, `x`, `usd`, `cny`, `ms`, `gb`, …; `/` for a fraction, whose value is its denominator (a half is 2);
    empty when none is written."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number where it stands in a text that `plain` gave: `text[start:end]` is its figure with magnitude and unit."""

    number: Number
    counted: frozenset[str]
    """What it counts, by the table's names (`request`); empty when nothing known follows."""

    start: int
    end: int


_MAGNITUDE: dict[str, int] = _TABLE["magnitudes"]
_UNIT: dict[str, str] = {said: unit for unit, spellings in _TABLE["units"].items() for said in spellings}
_MEASURE = {unit: (base, Decimal(factor)) for unit, (base, factor) in _TABLE["measures"].items()}
_NOUNS: dict[str, str] = _TABLE["nouns"]
_COUNTERS: str = _TABLE["counters"]["any"]
_WORDS: dict[str, int] = _TABLE["words"]


def _either(spellings: Iterator[str]) -> str:
    return "|".join(sorted((re.escape(one) for one in spellings), key=len, reverse=True))


_LATIN_UNITS = _either(said for said in _UNIT if said[-1].isascii())
_OTHER_UNITS = _either(said for said in _UNIT if not said[-1].isascii())
_NUMBER = Cue(
    # It begins with the figure, so that it is tried at figures alone.
    r"(?P<digits>\d(?<![a-z0-9_.].)(?:\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d*(?:\.\d+)?(?!\.?\d)))(?:⁄(?P<under>\d{1,3}))?"
    r"(?:\s?(?P<size>万亿|[十百千][万亿]|[百千万亿]|hundred|thousand|million|billion|trillion)"
    r"|(?P<suffix>bn|mn|tn|[kmbt])\+?(?![a-z0-9]))?(?P<more>\s?[余多几]|\+)?"
    rf"(?:[\s-]?(?P<unit>(?:{_LATIN_UNITS})(?![a-z0-9])|(?:{_OTHER_UNITS})))?"
)
_MONEY = Cue(r"(us\$|hk\$|usd|rmb|cny|eur|gbp|[$¥€£])\s?$")
_BIT_WIDTHS = frozenset(Decimal(width) for width in (1, 2, 3, 4, 5, 6, 8, 16, 32, 64, 128))
_BITS = Cue(r"\s?(?:量化|精度|整|浮点|权重|宽|数|格式|压缩|[^\u4e00-\u9fff]|$)")
"""After 位: `4 位量化` is 4 bit, 8 位工程师 are people."""

_CALENDAR_YEAR = 1000
"""From here on 年 names a year and counts none."""

_NOUN = Cue("|".join(f"(?P<{name}>{said})" for name, said in _NOUNS.items()))
_AFTER_NUMBER = Cue(r"[\s-]?[个名位家款项条台张块份种次组套颗枚]?(?:的|以上|左右)?[\s-]?")
_STEP = Cue(
    r"(?!(?:of|in|on|for|to|and|or|with|per|at|by|than|as|from|an?|the|is|are|was|were)\b)[a-z][a-z-]{1,14}\s|[\u4e00-\u9fff]\s?"
)
_STEPS = 4
"""How far from its number a noun may stand: two English words or four Chinese characters."""

_ENGLISH_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_CHAIN = Cue(
    rf"(?=[aefnost])\b(?:(?!one\b)(?:{_ENGLISH_WORD})|(?:an?|one)(?=[\s-](?:hundred|thousand|million|billion|trillion|dozen)\b))"
    rf"(?:(?=[\s-])(?:[\s-](?:and\s)?(?:{_ENGLISH_WORD}|hundred|dozen)\b){{0,6}}|(?P<fold>-?fold))?(?![a-z])"
)
_CHAINED = frozenset(_WORDS) | {"hundred", "dozen", "thousand", "million", "billion", "trillion"}
"""A chain holds one of these; it is not looked for in a text without them."""

_LETTERS = Cue("[a-z]+")
_DIGIT = Cue("[0-9]")
_CHINESE_DIGIT = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_CHINESE_POWER = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_CHINESE = Cue(
    r"(?<![第零〇一二两三四五六七八九十百千万亿\d几数上好])"
    r"(?P<run>(?:[一二两三四五六七八九]|(?<!\d\s)十)[零〇一二两三四五六七八九十百千万亿]*)(?P<tenths>成(?![本功果员为立长熟都交绩就品])半?)?"
    rf"(?=(?P<next>[余多]|[到至~-]\s?[\d两三四五六七八九十]|{_COUNTERS})?)"
)
_CHINESE_BEGINNING = Cue("[一二两三四五六七八九十]")
_SAYINGS = tuple((Cue(said), read) for said, read in _TABLE["sayings"].items())
_LISTED = Cue(r"^[ \t]*\d{1,2}[.)、]\s", re.M)
"""The number of a line in a list is no number of the text."""

_FRACTION = Cue(r"(?P<under>[一二两三四五六七八九十百千\d]{1,3})分之(?P<over>[一二两三四五六七八九十百千零\d.]{1,6})")


def plain(text: str) -> str:
    """`text` as it is read for numbers: folded, in small letters, without dates, and with figures for number words.

    `three hours` gives `3 hours`, 两万 20000, 三成 30%, `a tenth of` and 十分之一 both `1⁄10`, `twice` 2x. Idempotent but for
    white space.
    """
    folded = _ARROW.sub(" → ", _folded(_RAISED.sub(lambda found: "^" + found[0], text)))
    folded = _FRACTION.sub(_fraction, _POWER.sub(_power, folded))
    folded = _worded(folded)
    for said, read in _SAYINGS:
        folded = said.sub(read, folded)
    return folded


def _folded(text: str) -> str:
    """In small letters, without dates and the numbers of lists, `64k-to-256k` parted."""
    folded = undated(unicodedata.normalize("NFKC", text).lower())
    return (_LISTED.sub("", folded) if _DIGIT.search(folded) else folded).replace("-to-", " to ")


_ARROW = Cue(r"[-=]{1,2}>")
_RAISED = Cue("(?<=[0-9])[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}")
_POWER = Cue(
    r"(?<![a-z0-9_.])(?:(?P<base>\d{1,6}(?:\.\d{1,6})?)(?:\s?[x×*·]\s?10\s?(?:\^|的)\s?|e))?(?P<ten>(?<![\d.])10\s?(?:\^|的)\s?)?"
    r"[{(]?(?P<power>[+\-−]?\d{1,2})[})]?(?:\s?次方)?(?![a-z0-9_])"
)


def _power(found: re.Match[str]) -> str:
    """`3.8×10^25`, `3.8e25` and 10 的 25 次方 in figures."""
    if bool(found["base"]) == bool(found["ten"]):
        return found[0]
    return f"{Decimal(found['base'] or 1).scaleb(int(found['power'].replace('−', '-'))):f}"


def _worded(folded: str) -> str:
    read = folded
    if "fold" in read or not _CHAINED.isdisjoint(_LETTERS.findall(read)):
        read = _CHAIN.sub(_english, read)
    if _CHINESE_BEGINNING.search(read):
        read = _CHINESE.sub(_chinese, read)
    return _IN_TWO.sub(lambda found: f"{int(found[1]) * 10**4 + int(found[2])}万", read) if "亿" in read else read


_IN_TWO = Cue(r"(?<![\d.])(\d{1,6})\s?亿\s?(\d{1,4})\s?万")
"""1 亿 2000 万 is one number."""


def _fraction(found: re.Match[str]) -> str:
    under, over = _chinese_value(found["under"]), _chinese_value(found["over"])
    if under is None or over is None:
        return found[0]
    return f"{over}%" if under == 100 else f"{over * Decimal('0.1')}%" if under == 1000 else f"{over}⁄{under}"


def _english(found: re.Match[str]) -> str:
    """The figures of a chain of number words; words that do not make one number stay apart: `two three` are two numbers."""
    said = found[0].removesuffix(found["fold"] or "")
    totals = [0]
    for word in re.split(r"[\s-]+", said):
        if word in ("hundred", "dozen"):
            totals[-1] = max(totals[-1], 1) * (100 if word == "hundred" else 12)
            continue
        value, last = _WORDS.get(word, int(word in ("a", "an"))), totals[-1]  # `and` adds nothing
        if value and last % 100 and not (value < 10 and last % 10 == 0 and last % 100 > 10):
            totals.append(0)
        totals[-1] += value
    return " ".join(map(str, totals)) + ("x" if found["fold"] else "")


def _chinese(found: re.Match[str]) -> str:
    """The figure of a Chinese number that counts something, or the words as they stand: 三方 and 一些 count nothing."""
    value, tenths = _chinese_value(found["run"]), found["tenths"]
    if value is None or (len(found["run"]) == 1 and not tenths and (value == 1 or found["next"] is None)):
        return found[0]
    return f"{value * 10 + (5 if tenths.endswith('半') else 0)}%" if tenths else f"{value}"


def _chinese_value(run: str) -> Decimal | None:
    """The value of 二十五, 两万, 一千零二十四 or of figures; None where the signs make no number."""
    if run[0].isdigit() and run.isascii():
        return Decimal(run) if run.count(".") < 2 and run[-1] != "." else None
    if len(run) > 1 and not set(run) & _CHINESE_POWER.keys():
        return None  # 三四 is about three, 二零二六 a year
    total = section = digit = 0
    for sign in run:
        if sign not in _CHINESE_POWER:
            digit = _CHINESE_DIGIT.get(sign, 0)
        elif (power := _CHINESE_POWER[sign]) < 10**4:
            section, digit = section + max(digit, 1) * power, 0
        else:
            total, section, digit = (total + max(section + digit, 1) * power), 0, 0
    return Decimal(total + section + digit)


def quantities(text: str) -> list[Quantity]:
    """The quantities of a `plain` text in order, parts of names (gpt-5.3, h200) left aside.

    The first end of a range shares unit and magnitude of the second: `20–40%`, `2.1 to 9.4 million`.
    """
    if not _DIGIT.search(text):
        return []
    found = [one for match in _NUMBER.finditer(text) if not _inside_name(text, match) for one in _quantities(text, match)]
    for at in range(len(found) - 2, -1, -1):
        if is_range(text, found[at], found[at + 1]):
            found[at] = _shared(text, found[at], found[at + 1])
    return found


_JOINED = Cue(r"\s?(?:-to-|to|到|至|[–—~‐-])\s?[$¥€£]?")


def is_range(text: str, first: Quantity, second: Quantity) -> bool:
    """Whether nothing but a sign or word of ranges stands between two quantities of a `plain` text: `rose 94% to $35` is none."""
    return first.number.unit in ("", second.number.unit) and bool(_JOINED.fullmatch(text, first.end, second.start))


_SIZED = Cue(r"\d\s?(万亿|[十百千]?[万亿]|百万|千|thousand|million|billion|trillion|bn|mn|tn|[kmbt])(?![a-z])")


def _shared(text: str, first: Quantity, second: Quantity) -> Quantity:
    sized = _SIZED.search(text, second.start, second.end + 1)
    number = first.number
    if sized and not _SIZED.search(text, first.start, first.end):
        scaled = number.value.scaleb(_MAGNITUDE[sized[1]]).normalize()
        if scaled <= second.number.value or number.value < 100:  # `from 800 to 1.2k` is no 800k
            number = replace(number, value=scaled)
    if not number.unit:
        number = replace(number, unit=second.number.unit)
    return replace(first, number=number, counted=first.counted or second.counted)


def _quantities(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    value = Decimal(match["digits"].replace(",", ""))
    start, end = match.span()
    money = _MONEY.search(text, max(0, start - 5), start)
    unit = _UNIT[money[1]] if money else _UNIT.get(match["unit"] or "", "")
    start = money.start() if money else start
    if match["under"]:
        yield Quantity(_part(value, Decimal(match["under"])), frozenset(), start, end)
        return
    value = value.scaleb(_MAGNITUDE.get(match["size"] or match["suffix"] or "", 0)).normalize()
    if (match["unit"] == "位" and not (value in _BIT_WIDTHS and _BITS.match(text, end))) or (
        match["unit"] == "年" and value >= _CALENDAR_YEAR
    ):
        unit, end = "", match.start("unit")
    counted = frozenset[str]() if unit and unit not in ("token", "gpu", "x") else _counted(text, end)
    if unit == "x" and match["unit"] != "倍" and "gpu" in counted and not _CHANGE.match(text, end):
        unit = ""  # 8x H100 are eight; a 5x improvement over H100 is none
    if unit in _NOUNS:
        counted |= {unit}
    if match["suffix"] in ("b", "t") and counted == {"model"}:
        counted = frozenset({"parameter"})  # a 7B model
    yield Quantity(Number(value, unit), counted if unit != "x" else frozenset(), start, end)


_CHANGE = Cue(
    r"\s?(?:[a-z]+\s)?(?:faster|slower|higher|lower|more|less|better|cheaper|speed-?ups?|improvements?|gains?|increases?|reductions?|throughput"
    r"|over|than|that|of|the)\b"
)
"""After a number that is a multiple, not a count."""

_MOST_PARTS = 1000


def _part(over: Decimal, under: Decimal) -> Number:
    if over == 1 or not under:
        return Number(under, "/")
    if over >= _MOST_PARTS:
        return Number(over, "")
    return Number((over * 100 / under).quantize(Decimal("0.01")).normalize(), "%")


def _counted(text: str, end: int) -> frozenset[str]:
    """The known nouns that follow soon: `8 gpu nodes` and `8 busy gpu nodes` are both."""
    occasion = frozenset({"occasion"}) if text[end : end + 2].lstrip()[:1] == "次" else frozenset[str]()
    start = _AFTER_NUMBER.match(text, end)
    at, left = start.end() if start else end, _STEPS
    while left >= 0:
        noun = _NOUN.match(text, at)
        if noun and _whole(text, noun):
            return _nouns(text, noun) | occasion
        step = _STEP.match(text, at)
        if step is None:
            break
        at, left = step.end(), left - (2 if step[0].isascii() else 1)
    return occasion


def _whole(text: str, noun: re.Match[str]) -> bool:
    last, after = text[noun.end() - 1], text[noun.end() : noun.end() + 1]
    return not (last.isascii() and after.isascii() and after.isalnum())


def _nouns(text: str, noun: re.Match[str]) -> frozenset[str]:
    """The noun and those that follow it at once."""
    found = set()
    following: re.Match[str] | None = noun
    while following and _whole(text, following):
        found.add(str(following.lastgroup))
        at = following.end()
        following = _NOUN.match(text, at + 1 if text[at : at + 1] in (" ", "-") else at)
    return frozenset(found)


def numbers(text: str) -> set[Number]:
    """The numbers of `text` as they weigh when texts are compared, dates and parts of names (GPT-5.3, H200) left aside.

    A number written with a magnitude is expanded: `26.2K`, 2.62 万 and `26,200` are equal. Numbers may be words (`six`, 六项,
    `twenty-five`, 两万; not `one`); those are bare, as the weights of the ranking were fitted to figures with units. So are
    the first end of a range and the units that only the evidence check tells apart.
    """
    folded = _folded(text)
    found = _figures(folded)
    read = _worded(folded)
    if read == folded:
        return found
    values = {number.value for number in found}
    return found | {
        Number(one.number.value, "") for one in quantities(read) if one.number.unit != "/" and one.number.value not in values
    }


def with_unit(text: str) -> set[Number]:
    """Those of `numbers` that have a unit: all of them are written in figures."""
    return {one for one in _figures(_folded(text)) if one.unit}


def _figures(folded: str) -> set[Number]:
    return {_own(folded, one) for one in quantities(folded)}


_UNWEIGHED = frozenset(_TABLE["unweighed"]["units"])


def _own(text: str, one: Quantity) -> Number:
    """The number with the unit that is written at it."""
    shared = text[one.end - 1].isdigit() and text[one.start].isdigit()
    return Number(one.number.value, "") if shared or one.number.unit in _UNWEIGHED else one.number


def measured(number: Number) -> tuple[Decimal, str]:
    """The value in the measure of its unit: 90 minutes and 1.5 hours are both (5400, `s`)."""
    base, factor = _MEASURE.get(number.unit, (number.unit, Decimal(1)))
    return number.value * factor, base


_IN_A_NUMBER = "零一二两三四五六七八九十百千万亿数几"


def _alone(word: str) -> Cue:
    """A magnitude without a figure: 百万 token, `a trillion-parameter model`."""
    if word.isascii():
        return Cue(rf"(?<![\d.] )(?<![\d.-])\b{word}\b")
    return Cue(rf"(?<![\d.] )(?<![\d.{_IN_A_NUMBER}]){word}(?![万亿一能分])")


_HINTS = (
    (Cue(r"\b(?:an?|one|single|each|every)\b|每|一|单|/"), Number(Decimal(1), "")),
    (Cue(r"\b(?:both|pair|dual|two-?fold)\b|双|俩|二者|两者"), Number(Decimal(2), "")),
    (Cue(r"(?:\bper\s|\ba\s|/\s?)(?:m\b|mtok)|/1m\b"), Number(Decimal(10**6), "")),
    (Cue(r"(?:\bper\s|\ba\s|/\s?)(?:thousand|k\b)|每千|(?<=[上近超逾过成])千"), Number(Decimal(1000), "")),
    (Cue(r"(?<=[上近超逾过成])百(?!分)"), Number(Decimal(100), "")),
    *((_alone(word), Number(Decimal(10**power), "")) for word, power in _TABLE["magnitudes"].items()
      if power >= 4 and (len(word) > 2 or not word.isascii())),
    *((Cue(rf"\b{said}\b|第\s?{sign}"), Number(Decimal(value), "")) for value, (said, sign) in enumerate(
        zip("first second third fourth fifth sixth seventh eighth ninth tenth".split(), "一二三四五六七八九十", strict=True), 1
    )),
)  # fmt: skip
_ONE_UNIT = Cue(rf"(?:\b(?:an?|one|per|each|every|single)[\s-]|/)({_LATIN_UNITS})(?![a-z0-9])|[每一单]\s?({_OTHER_UNITS})")
_RATIO = Cue(r"(?<![\d/.])(\d{1,3})/(\d{1,3})(?![\d/])")


def hinted(text: str) -> set[Number]:
    """The numbers that a `plain` text holds in other words: 1 in `an hour`, 2 in `both`, 3 in `the third`, 10⁶ in 每百万."""
    found = {number for said, number in _HINTS if said.search(text)}
    found |= {Number(Decimal(1), _UNIT[latin or other]) for latin, other in _ONE_UNIT.findall(text)}
    return found | {_part(Decimal(over), Decimal(under)) for over, under in _RATIO.findall(text)}


def is_unit(word: str) -> bool:
    """Whether a word is nothing but units and what they are for: `TB/s`, `GPU-hours`."""
    return all(part in _UNIT or not part for part in re.split(r"[/-]", word.casefold()))


def _inside_name(text: str, match: re.Match[str]) -> bool:
    start, end = match.start("digits"), match.end("digits")
    joined_before = start > 1 and text[start - 1] in "-_/" and text[start - 2].isascii() and text[start - 2].isalpha()
    after = text[end + 1 : end + 2]
    joined_after = text[end : end + 1] in ("_", ".") and after.isascii() and after.isalpha() and not match["unit"]
    return joined_before or joined_after


_PERIOD = Cue(
    "(?=[pae/howldmytqrs每一日月年周单卡])(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _TABLE["periods"].items())
    + ")"
)


def periods(text: str) -> set[str]:
    """The periods that rates of `text` are given for: `second`, `day`, …; 每秒 and `tok/s` are both `second`."""
    return {str(found.lastgroup) for found in _PERIOD.finditer(text.lower())}

"""Words of both languages: cleaning, language, blocks and sentences, tokens, names, and numbers with their units."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from deepdaily.core.cues import table
from deepdaily.core.types import Language

_TABLE = table(__name__)

CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_UNWANTED = {"Cc", "Cf", "Co", "Cs", "Cn"}
_KEPT_CONTROLS = {"\t", "\n"}


_EMOJI = "\u2190-\u2bff\u3030-\u303d\u3297-\u3299\ufe0f\U0001f000-\U0001faff"
_JOINT = re.compile(f"(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}])")
"""What makes one picture of two: 👩‍💻. Between letters it is dropped, as a joiner there hides where a word ends."""


class _Visible(dict[int, int | None]):
    """What `str.translate` asks for each character; an answer is worked out once."""

    def __missing__(self, code: int) -> int | None:
        emoji = 0x1F000 <= code <= 0x1FAFF  # a newer Unicode than Python's may have given it out
        kept = emoji or chr(code) in _KEPT_CONTROLS or unicodedata.category(chr(code)) not in _UNWANTED
        self[code] = code if kept else None
        return self[code]


_VISIBLE = _Visible()


def clean(text: str) -> str:
    """`text` in NFC without characters nobody can see: controls but tab and newline, format but joints of emoji,
    private, surrogates.

    Every foreign string passes here at intake; Hugo 0.111 writes a broken feed for U+0001.
    """
    if text.isprintable():  # most sentences: the one blank is a space, and nothing below would change but the form
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").replace("\u2028", "\n")
    if "\u200d" in text:
        return unicodedata.normalize("NFC", "\u200d".join(part.translate(_VISIBLE) for part in _JOINT.split(text)))
    return unicodedata.normalize("NFC", text.translate(_VISIBLE))


def squeeze(text: str) -> str:
    """`text` on one line, with single spaces."""
    return " ".join(text.split())


def language_of(text: str) -> Language:
    """`zh` when at least a tenth of the letters are Chinese: Chinese technical prose is full of Latin names."""
    if text.isascii():
        return "en"
    letters = sum(c.isalpha() for c in text)
    chinese = len(re.findall(f"[{CJK}]", text))
    return "zh" if letters and chinese / letters >= 0.1 else "en"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it stands: `text[start:end]` is its text, without outer white space."""

    start: int
    end: int
    text: str
    block: int
    """Which line of the text it stands in, from 0."""


_ABBREVIATIONS = frozenset(_TABLE["abbreviations"].split())
# A stop ends a sentence before white space, also when the next one begins with vLLM, llm-d or npm.
_STOP = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s)|[。！？!?；]+[”’」』）]*(?=.)")


def sentences(text: str) -> list[Sentence]:
    """The sentences of `text` in order; a sentence never crosses a line."""
    found: list[Sentence] = []
    start = 0
    for block, line in enumerate(text.split("\n")):
        found.extend(_line_sentences(line, start, block))
        start += len(line) + 1
    return found


def _line_sentences(line: str, offset: int, block: int) -> Iterator[Sentence]:
    begin = 0
    ends = [stop.end() for stop in _STOP.finditer(line) if not _abbreviates(line, stop)]
    for end in [*ends, len(line)]:
        piece = line[begin:end]
        stripped = piece.strip()
        if stripped:
            at = begin + len(piece) - len(piece.lstrip())
            yield Sentence(offset + at, offset + at + len(stripped), stripped, block)
        begin = end


def _abbreviates(line: str, stop: re.Match[str]) -> bool:
    if stop.group() != ".":
        return False
    word = re.search(r"[\w.]+$", line[max(0, stop.start() - 20) : stop.start()])
    if word is None:
        return False
    last = word.group().lower().lstrip(".")
    return last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha() and word.group().isupper())


_WORD = re.compile(rf"[a-z0-9]+(?:[.\-_+#/][a-z0-9]+)*[+#]*|[{CJK}]+")


def tokens(text: str, *, parts: bool = True) -> list[str]:
    """Terms for search and comparison, in order: Latin words (with `parts` also those of compound ones), CJK bigrams.

    `GPT-5.3-Codex` gives `gpt-5.3-codex gpt 5.3 codex`; 微调推理 gives 微调 调推 推理; a single CJK character stands alone.
    """
    found: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower()):
        if "\u3400" <= word[0] <= "\ufaff":
            found.extend(word[i : i + 2] for i in range(len(word) - 1)) if len(word) > 1 else found.append(word)
            continue
        found.append(word)
        pieces = re.split(r"[\-_/]", word) if parts else []
        if len(pieces) > 1:
            found.extend(piece for piece in pieces if piece)
    return found


_NAME = re.compile(r"(?<![\w.])(?:[A-Z][\w+]*|[a-z]+[A-Z]\w*|[a-z]+\d\w*|[a-z]+-[a-z]\b)[\w+]*(?:[.\-/][A-Za-z0-9]\w*)*")
COMMON = frozenset(_TABLE["common"].split())
"""English words that say nothing alone: no names, and no likeness of titles."""


def names(text: str) -> list[str]:
    """Latin names in order, first spelling kept, each once: `vLLM`, `GPT-5.3-Codex`, `GB200`. No plain English words."""
    seen: dict[str, str] = {}
    for found in _NAME.finditer(text):
        word = found.group().strip(".-/")
        at_start = found.start() == 0 or text[: found.start()].rstrip().endswith((".", "!", "?", ":", "\n", "“", '"'))
        plain = word[1:].islower() and word.replace("-", "").isalpha()
        if len(word) < 2 or word.lower() in COMMON or word[:3].lower() in _MONTHS or (at_start and plain):
            continue
        if _VERSION.fullmatch(word):  # v2.1.37 is compared as a version: sources write it with and without its v
            continue
        seen.setdefault(word.lower(), word)
    return list(seen.values())


@dataclass(frozen=True, slots=True)
class Number:
    """A number as a reader understands it: 2.62 万 and 26.2K are both 26200."""

    value: Decimal
    unit: str
    """Canonical: `%`, `x`, `usd`, `cny`, `ms`, `gb`, …; empty when none is written."""


_MAGNITUDE: dict[str, int] = _TABLE["magnitudes"]
_UNIT: dict[str, str] = {said: unit for unit, spellings in _TABLE["units"].items() for said in spellings}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NUMBER = re.compile(
    r"(?=[\d\su$¥€])(?P<before>us\$|[$¥€])?\s?(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?!\.?\d))"
    r"(?:\s?(?P<size>万亿|百万|[千万亿]|hundred|thousand|million|billion|trillion)|(?P<suffix>[kmbt])(?![a-z0-9]))?"
    r"(?:[\s-]?(?P<unit>" + "|".join(sorted((re.escape(unit) for unit in _UNIT), key=len, reverse=True)) + r")(?![a-z0-9]))?"
)
_WORDS: dict[str, int] = _TABLE["small_numbers"]
_WORD_NUMBER = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
    r"|(?<![一二两三四五六七八九十百千万])([两三四五六七八九十])(?=[个项条款种家名位块倍天周次台份篇步类])"
)
_WORD_TIMES = re.compile(
    r"\b(an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)[ -](?=(?:hundred|thousand|million|billion|trillion)\b)"
)
"""`four billion parameters` is 40 亿."""
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b"
)
"""A whole word: `1 decode instance` is no day of December."""
_DATE = re.compile(
    r"(?=[\dabdefijlmnosu])(?:"  # what any of them begins with: the nine are not tried at every character
    r"(?P<y>20\d\d)\s?[-/年.]\s?(?P<m>\d{1,2})\s?(?:[-/月.]\s?(?P<d>\d{1,2})日?)?(?!\d)"
    r"|(?P<m2>\d{1,2})\s?月\s?(?P<d2>\d{1,2})\s?[日号]"
    rf"|(?P<mon5>{_MONTH})\.?,?\s(?:of\s)?(?P<y5>20\d\d)(?!\d)"
    rf"|(?P<mon>{_MONTH})\.?\s(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s(?P<y3>20\d\d))?"
    rf"|(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\s(?P<mon4>{_MONTH})\.?(?:\s(?P<y4>20\d\d))?"
    r"|(?<![\d/])(?P<m6>1[0-2]|0?[1-9])/(?P<d6>[0-3]?\d)/(?:20)?(?P<y6>\d\d)(?![\d/])"
    r"|(?<![\d.])(?P<m7>1[0-2]|0?[1-9])\s?月(?!\s?\d)"
    r"|\b(?P<mon7>(?:jan|febr)uary|march|april|june|july|august|(?:sept|nov|dec)ember|october)\b"
    r"|\b(?:in|of|early|mid|late|since|until|by|for)[ -](?P<mon8>may)\b"
    r")"
)  # fmt: skip


_RANGE = re.compile(
    r"(?=\d)(?P<first>(?<![\w.])\d+(?:\.\d+)?)(?P<own>[kmb]?)(?:-to-|\s?(?:to|到|至|–|—)\s?)(?P<second>\d+(?:\.\d+)?)"
    r"(?P<size>\s?(?:万亿|百万|[千万亿]|thousand|million|billion|trillion)|[kmb](?![a-z0-9]))"
)
"""`2.1 to 9.4 million`: a first number without a magnitude is read with that of the second."""


def numbers(text: str) -> set[Number]:
    """The numbers of `text` with their units, dates and parts of names (GPT-5.3, H200) left aside.

    A number written with a magnitude is expanded: `26.2K`, 2.62 万 and `26,200` are equal. Small numbers may be words:
    `six` and 六项 are 6; `one`, 一 and 两 before no measure word are not read as numbers.
    """
    folded = _DATE.sub(" ", unicodedata.normalize("NFKC", text).lower())
    folded = _WORD_TIMES.sub(lambda word: f"{_WORDS.get(word[1], 1)} ", folded)
    folded = _RANGE.sub(lambda r: f"{r['first']}{r['own'] or r['size']} to {r['second']}{r['size']}", folded)
    found = set()
    for match in _NUMBER.finditer(folded):
        if _inside_name(folded, match):
            continue
        value = Decimal(match["digits"].replace(",", ""))
        power = _MAGNITUDE.get(match["size"] or match["suffix"] or "", 0)
        unit = _UNIT.get(match["before"] or "", "") or _UNIT.get(match["unit"] or "", "")
        found.add(Number((value.scaleb(power)).normalize(), unit))
    return found | {Number(Decimal(_WORDS[word.group(1) or word.group(2)]), "") for word in _WORD_NUMBER.finditer(folded)}


def _inside_name(text: str, match: re.Match[str]) -> bool:
    start, end = match.start("digits"), match.end("digits")
    joined_before = start > 1 and text[start - 1] in "-_/" and text[start - 2].isascii() and text[start - 2].isalpha()
    joined_after = end < len(text) - 1 and text[end] in "-_." and text[end + 1].isalpha() and not match["unit"]
    return joined_before or joined_after


_PERIOD = re.compile(
    "(?=[pae/howldmy每一日月])(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _TABLE["periods"].items()) + ")"
)


def periods(text: str) -> set[str]:
    """The periods that rates of `text` are given for: `second`, `day`, …; 每秒 and `tok/s` are both `second`."""
    return {str(found.lastgroup) for found in _PERIOD.finditer(text.lower())}


def dates(text: str) -> set[tuple[int, int, int]]:
    """The calendar dates of `text` as (year, month, day), 0 for what is not written: 2 月 9 日 and `February 9` are (0, 2, 9),
    2 月初 and `early February` (0, 2, 0)."""
    found = set()
    for match in _DATE.finditer(unicodedata.normalize("NFKC", text).lower()):
        part = {name.rstrip("2345678"): value for name, value in match.groupdict().items() if value}
        year, day = int(part.get("y", 0)), int(part.get("d", 0))
        if "y" in part and year < 100:
            year += 2000
        month = int(part["m"]) if "m" in part else _MONTHS.index(part["mon"][:3]) + 1
        found.add((year, month, day))
    return found


_VERSION = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+){1,3}(?:-?(?:rc|beta|alpha|post|dev)\.?\d*)?)(?![\w.]*\d)", re.I)


def versions(text: str) -> set[str]:
    """Version numbers written with a `v` or two dots, without the `v`: `v0.9.1` and `0.9.1rc1`, not `2.5`."""
    return {
        found.group(1).lower()
        for found in _VERSION.finditer(text)
        if found.group().lower().startswith("v") or found.group(1).count(".") >= 2
    }


def width(text: str) -> int:
    """Columns of `text`: two for CJK and full-width characters, one otherwise."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shorten(text: str, columns: int) -> str:
    """`text` cut to at most `columns`, with an ellipsis where something was cut, at a word border where one is near."""
    if width(text) <= columns:
        return text
    cut = sum(used < columns for used in accumulate(map(width, text[:columns])))  # one column is the ellipsis's
    head = text[:cut]
    space = head.rfind(" ")
    return (head[:space] if space > cut * 0.7 else head).rstrip(" ,;:，、；：-–—") + "…"

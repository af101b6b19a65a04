"""Words of both languages: cleaning, language, blocks and sentences, tokens, names, dates and versions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from deepdaily.core.cues import Cue, table
from deepdaily.core.types import Language

_TABLE = table(__name__)

CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
LANGUAGE_CHARS = 20_000
"""Of a text by which its language is told."""

_CHINESE, _KANA, _LETTERS = Cue(f"[{CJK}]+"), Cue("[\u3041-\u3096\u30a1-\u30fa]+"), Cue(r"[^\W\d_]+")
_UNWANTED = {"Cc", "Cf", "Co", "Cs", "Cn"}
_KEPT_CONTROLS = {"\t", "\n"}


_EMOJI = "\u2190-\u2bff\u3030-\u303d\u3297-\u3299\ufe0f\U0001f000-\U0001faff"
_JOINT = Cue(f"(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}])")
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
    """`zh` when at least a tenth of the letters are Chinese: Chinese technical prose is full of Latin names.

    Judged by the first LANGUAGE_CHARS. Kana as often as a tenth of the Chinese characters are Japanese, which is not `zh`.
    """
    if text.isascii():
        return "en"
    head = text[:LANGUAGE_CHARS]
    chinese = _signs(_CHINESE, head)
    if not chinese or 10 * _signs(_KANA, head) >= chinese:
        return "en"
    return "zh" if 10 * chinese >= _signs(_LETTERS, head) else "en"


def _signs(runs: Cue, text: str) -> int:
    return sum(map(len, runs.findall(text)))


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
_STOP = Cue(r"[.!?]+[\"'”’)\]]*(?=\s)|[。！？!?；]+[”’」』）]*(?=.)")


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
        piece = line[begin:end].lstrip()
        if piece:
            at = offset + end - len(piece)
            said = piece.rstrip()
            yield Sentence(at, at + len(said), said, block)
        begin = end


_LAST_WORD = Cue(r"[\w.]+$")


def _abbreviates(line: str, stop: re.Match[str]) -> bool:
    if stop.group() != ".":
        return False
    end = stop.start()
    least = max(0, end - 20)
    word = line[max(least, line.rfind(" ", least, end) + 1) : end]
    if not word.isalpha():  # most are
        found = _LAST_WORD.search(word)
        word = found[0] if found else ""
    last = word.lower().lstrip(".")
    return last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha() and word.isupper())


_WORD = Cue(rf"[a-z0-9]+(?:[.\-_+#/][a-z0-9]+)*[+#]*|[{CJK}]+")


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


_LATIN = "A-Za-z0-9_\u00c0-\u024f"
"""What a Latin name is made of: a Chinese character before or after it is no part of it."""
_NAME = Cue(
    rf"(?<![{_LATIN}.])(?:[A-Z][{_LATIN}+]*|[a-z]+[A-Z][{_LATIN}]*|[a-z]+\d[{_LATIN}]*|[a-z]+-[a-z](?![{_LATIN}]))[{_LATIN}+]*"
    rf"(?:[.\-/][A-Za-z0-9][{_LATIN}]*)*"
)
COMMON = frozenset(_TABLE["common"].split())
"""English words that say nothing alone: no names, and no likeness of titles."""


def names(text: str) -> list[str]:
    """Latin names in order, first spelling kept, each once: `vLLM`, `GPT-5.3-Codex`, `GB200`. No plain English words."""
    seen: dict[str, str] = {}
    for found in _NAME.finditer(text):
        word = found.group().strip(".-/")
        before = text[max(0, found.start() - 8) : found.start()].rstrip()
        at_start = not before or before.endswith((".", "!", "?", ":", "。", "\n", "“", '"'))
        plain = word[1:].islower() and word.replace("-", "").isalpha()
        if len(word) < 2 or word.lower() in COMMON or _MONTH_NAME.fullmatch(word.lower()) or (at_start and plain):
            continue
        if _VERSION.fullmatch(word) or _QUARTER.fullmatch(word.lower()):  # compared as what they are: with and without the v
            continue
        seen.setdefault(word.lower(), word)
    return list(seen.values())


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b"
)
"""A whole word: `1 decode instance` is no day of December."""
_MONTH_NAME = Cue(_MONTH)
_DATE_OF_FIGURES = (
    r"(?P<y>20\d\d)\s?[-/年.]\s?(?P<m>\d{1,2})\s?(?:[-/月.]\s?(?P<d>\d{1,2})日?)?(?!\d)"
    r"|(?P<m2>\d{1,2})\s?月\s?(?P<d2>\d{1,2})\s?(?:[日号]?\s?[至到–—-]\s?(?P<until2>\d{1,2})\s?)?[日号]"
    rf"|(?:(?P<until4>\d{{1,2}})\s?[–—-]\s?)?(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<mon4>{_MONTH})\.?(?:\s(?P<y4>20\d\d))?"
    r"|(?<![\d/])(?P<m6>1[0-2]|0?[1-9])/(?P<d6>[0-3]?\d)/(?:20)?(?P<y6>\d\d)(?![\d/])"
    r"|(?<![\d.])(?P<m7>1[0-2]|0?[1-9])\s?月(?!\s?\d)"
)
_DATE_OF_NAMES = (
    rf"(?P<mon5>{_MONTH})\.?,?\s(?:of\s)?(?P<y5>20\d\d)(?!\d)"
    rf"|(?P<mon>{_MONTH})\.?\s(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?:\s?(?:[–—-]|to)\s?(?P<until3>\d{{1,2}})(?!\d))?(?:,?\s(?P<y3>20\d\d))?"
    r"|\b(?P<mon7>(?:jan|febr)uary|march|april|june|july|august|(?:sept|nov|dec)ember|october)\b"
    r"|\b(?:in|of|early|mid|late|since|until|by|for)[ -](?P<mon8>may)\b(?!\s\d)"
)
# What any of them begins with stands before them: they are not tried at every character.
_FIGURES_ONLY = Cue(rf"(?=\d)(?:{_DATE_OF_FIGURES})")
_DATE = Cue(rf"(?=\d|(?<![a-z])[abdefijlmnosu])(?:(?=\d)(?:{_DATE_OF_FIGURES})|(?=[a-z])(?:{_DATE_OF_NAMES}))")
_LIKE_A_MONTH = Cue("jan|feb|mar|apr|may|ju[nl]|aug|sep|oct|nov|dec")
_LIKE_A_DATE = Cue(r"20\d\d|月|/")
"""What every date of figures holds."""


def _date_pattern(folded: str) -> Cue | None:
    """What finds every date of a folded text in small letters; None where it can have none."""
    if _LIKE_A_MONTH.search(folded):
        return _DATE
    return _FIGURES_ONLY if _LIKE_A_DATE.search(folded) else None


_QUARTERS = {
    "first": "1", "second": "2", "third": "3", "fourth": "4", "一": "1", "二": "2", "三": "3", "四": "4", "上": "1", "下": "2",
}  # fmt: skip
_QUARTER = Cue(
    r"\bq(?P<short>[1-4])\b|\b(?P<turned>[1-4])q\b|\b(?P<word>first|second|third|fourth)[ -]quarter\b"
    r"|第?(?P<chinese>[一二三四1-4])\s?季度|\bh(?P<half>[12])\b|\b(?P<half_word>first|second) half of (?=20\d\d|the year|this year)"
    r"|(?P<chinese_half>[上下])半年"
)
_LIKE_A_QUARTER = Cue("q|h[12]|half|季|半年")


def dates(text: str) -> set[tuple[int, int, int]]:
    """The calendar dates of `text` as (year, month, day), 0 for what is not written: 2 月 9 日 and `February 9` are (0, 2, 9),
    2 月初 and `early February` (0, 2, 0). Of `March 3–5` both days are."""
    found = set()
    folded = unicodedata.normalize("NFKC", text).lower()
    pattern = _date_pattern(folded)
    for match in pattern.finditer(folded) if pattern else ():
        part = {name.rstrip("2345678"): value for name, value in match.groupdict().items() if value}
        year, day = int(part.get("y", 0)), int(part.get("d", 0))
        if "y" in part and year < 100:
            year += 2000
        month = int(part["m"]) if "m" in part else _MONTHS.index(part["mon"][:3]) + 1
        found.add((year, month, day))
        if "until" in part:
            found.add((year, month, int(part["until"])))
    return found


def undated(text: str) -> str:
    """A folded text in small letters without its dates and quarters: what is left of its figures is no part of one."""
    pattern = _date_pattern(text)
    text = pattern.sub(" ", text) if pattern else text
    return _QUARTER.sub(" ", text) if _LIKE_A_QUARTER.search(text) else text


def quarters(text: str) -> set[str]:
    """The quarters and halves of a year that `text` names: Q2, `second quarter` and 二季度 are `q2`, H1 and 上半年 `h1`."""
    found = set()
    for match in _QUARTER.finditer(unicodedata.normalize("NFKC", text).lower()):
        said = next(one for one in match.groups() if one)
        kind = "h" if match["half"] or match["half_word"] or match["chinese_half"] else "q"
        found.add(f"{kind}{_QUARTERS.get(said, said)}")
    return found


_VERSION = Cue(r"(?<![\w.])v?(\d+(?:\.\d+){1,3}(?:-?(?:rc|beta|alpha|post|dev)\.?\d*)?)(?![\w.]*\d)", re.I)


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

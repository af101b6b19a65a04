"""Quote to passage; claim supported or not. What code can decide: numbers, dates, versions, quotations, Latin names."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from deepdaily.core.errors import QuoteNotFound
from deepdaily.core.lexicon import TRADE
from deepdaily.core.text import CJK, Number, dates, names, numbers, periods, squeeze, versions
from deepdaily.core.types import Claim, Document, Evidence
from deepdaily.core.urls import host


def passage(document: Document, start: int, end: int) -> Evidence:
    """The evidence that `document.text[start:end]` is."""
    return Evidence(document.id, start, end, document.text[start:end])


def locate(quote: str, document: Document) -> Evidence:
    """Find `quote` in `document`, forgiving only differences in white space.

    Raises:
        QuoteNotFound: the words are not there in that order. The caller drops the claim or asks again; it never prints it.
    """
    words = [re.escape(word) for word in quote.split()]
    found = re.search(r"\s+".join(words), document.text) if words else None
    if found is None:
        raise QuoteNotFound(f"not in {document.url}: {quote[:80]!r}")
    return passage(document, found.start(), found.end())


def stands(evidence: Evidence, document: Document) -> bool:
    """Whether the passage is where the evidence says."""
    return bool(evidence.quote) and document.text[evidence.start : evidence.end] == evidence.quote


_QUOTED = re.compile(
    r"[“「『]([^”」』]{2,})[”」』]|(?<![a-zA-Z0-9])[\"‘]([^\"’\n]*[^\"’\s][ \u3400-\u9fff][^\"’\n]*)[\"’](?![a-zA-Z0-9])"
)
"""Curly and corner quotes hold a quotation; straight and single ones where two words or a Chinese one stand in them."""
_SUPERLATIVES = (
    re.compile(r"首个(?! ?token)|首次|首款|首例|第一[次个款]|\bfirst(?:-ever)?\b(?! tokens?\b)", re.I),
    re.compile(r"最快|\bfastest\b", re.I),
    re.compile(r"最大|\b(?:largest|biggest|greatest|maxim(?:um|al|iz\w+|is\w+))\b", re.I),
    re.compile(r"最强|\b(?:strongest|most (?:powerful|capable)|best)\b", re.I),
    re.compile(r"唯一|\b(?:only|sole|unique)\b", re.I),
    re.compile(r"史上|\bever\b", re.I),
)
"""Each row is one superlative in both languages: a claim may use it where a passage does."""
_CLAIMED = re.compile(r"首个(?! ?token)|首次|首款|首例|最快|最大|最强|唯一|史上|\b(?:fastest|largest|biggest|first-ever)\b", re.I)


def unsupported(text: str, passages: Sequence[str], about: Sequence[str] = (), *, sum_note: str = "") -> list[str]:
    """What `text` says that no passage does, as short notes; empty when nothing is missing.

    `about` is what is known of the documents themselves (title, host, author): whose word it is may stand there alone. With
    `sum_note`, how `text` says so (`按所引数字计算：{}`), a figure that it works out from figures of the passages is not missing.

    Numbers are compared by value (2.62 万 = 26.2K) and, where the text gives one, unit; dates by the parts both write;
    quotations word by word; Latin names without regard to case, but for the words of the trade: 显卡 is a GPU.
    """
    source = "\n".join(passages)
    known = squeeze("\n".join([source, *about])).casefold()
    text, expression = _parted(text, sum_note) if sum_note else (text, "")
    claimed = numbers(text)
    lacking = claimed - _as_written(source) - _worked(text, expression) if claimed else claimed
    missing = [f"number {number.value}{number.unit}" for number in sorted(lacking, key=lambda number: (number.value, number.unit))]
    written = {*_DIGITS.findall(source.replace(",", "")), *_CONSTANTS}
    summed = _DIGITS.findall(expression)
    missing += [f"{digits} of the sum" for digits in summed if digits not in written]
    missing += ["a sum without a figure of the sources"] if summed and set(summed) <= set(_CONSTANTS) else []
    named = versions(text)
    missing += [f"version {version}" for version in sorted(named - versions(source) if named else ())]
    missing += [f"date {'-'.join(map(str, day))}" for day in sorted(dates(text)) if not _dated(day, source)]
    rates = periods(text)
    missing += [f"period {period}" for period in sorted(rates - periods(source) if rates else ())]
    quotes = (curly or straight for curly, straight in _QUOTED.findall(text))
    missing += [f"quotation “{quote}”" for quote in quotes if squeeze(quote).strip(" ,.").casefold() not in known]
    missing += [f"name {name}" for name in names(text) if name.casefold() not in known and name.casefold() not in TRADE]
    missing += [f"superlative {word}" for word in _CLAIMED.findall(text) if not _is_said(word, source)]
    return missing


_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_CONSTANTS = ("100", "1000", "60", "24")
"""Numbers of a sum that turn units: percent, thousands, minutes, hours."""

_ROUNDED = 0.051
"""How far a printed result may lie from the exact one: 2.6 for 2.594, 约 3 for 2.9."""


def _parted(text: str, sum_note: str) -> tuple[str, str]:
    """The text without its sum, and the sum; empty where it has none."""
    noted = re.search(re.escape(sum_note.partition("{")[0]) + r"([\d.+\-*/() ]{2,80}\d\)*)", text)
    if noted is None:
        return text, ""
    expression = noted.group(1)
    while expression.count(")") > expression.count("("):  # the bracket around the note, not one of the sum
        expression = expression[: expression.rindex(")")]
    return text[: noted.start()] + text[noted.start(1) + len(expression) :], expression


def _worked(text: str, expression: str) -> set[Number]:
    """The numbers of `text` that the sum gives."""
    value = worked_out(expression)
    return set() if value is None else {
        one for one in numbers(text) if abs(float(one.value) - value) <= _ROUNDED * abs(value)
    }  # fmt: skip


_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


def worked_out(expression: str) -> float | None:
    """The value of a sum of numbers, + - * / and brackets; None for anything else, and where it has no value."""
    try:
        return _value(ast.parse(expression.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, RecursionError, MemoryError):
        return None


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    raise ValueError("no sum")


COUNTED = ("token", "gpu")


def _as_written(source: str) -> set[object]:
    """The numbers of the source, each also without its unit: a claim may leave a unit out, never change it.

    What is counted may be named where the source has a sign of its own: 7360 TGS are 7360 tokens per GPU and second.
    """
    found = numbers(source)
    bare = {replace(number, unit="") for number in found}
    counted = {replace(number, unit=unit) for number in found if not number.unit for unit in COUNTED}
    return {*found, *bare, *counted}


def _dated(day: tuple[int, int, int], source: str) -> bool:
    return any(all(mine == theirs for mine, theirs in zip(day, other, strict=True) if mine and theirs) for other in dates(source))


def _is_said(word: str, source: str) -> bool:
    return any(same.search(word) and same.search(source) for same in _SUPERLATIVES)


COINED = 12
"""Characters of a Chinese phrase in quotation marks that is our own term (「能用」不等于「可靠」), not a quotation."""


def unfounded(text: str, passages: Sequence[str], sum_note: str, *, proposal: bool = False) -> list[str]:
    """What a judgement of ours brings that no passage has.

    Counts up to four (两家、三种), periods and short terms of our own are anybody's; so are counts, times and dates of a
    `proposal`, which is said to be ours: 30 tasks and 3 days are ours to propose, 40% faster is not.
    """
    return [note for note in unsupported(text, passages, sum_note=sum_note) if not _is_ours(note, proposal)]


_COUNT = re.compile(r"[\d.E+]+(?:s|min|h|day|week|month|year|token)?")
"""A number of a note without a unit, or with one of time or of work."""


def _is_ours(note: str, proposal: bool) -> bool:
    kind, _, said = note.partition(" ")
    if kind == "quotation":
        return len(said) <= COINED + 2 and bool(re.search(f"[{CJK}]", said))
    if kind == "number":
        return said in ("2", "3", "4") or (proposal and bool(_COUNT.fullmatch(said)))
    return kind == "period" or (proposal and kind == "date")


def check_claim(claim: Claim, documents: dict[str, Document]) -> list[str]:
    """Why `claim` must not be printed as a fact; empty when its passages stand and it says no more than they do."""
    for evidence in claim.evidence:
        document = documents.get(evidence.document)
        if document is None:
            return [f"document {evidence.document} is not in the store"]
        if not stands(evidence, document):
            return [f"passage {evidence.quote[:60]!r} is not at {evidence.start} in {document.url}"]
    if claim.verbatim:
        return []
    cited = [documents[evidence.document] for evidence in claim.evidence]
    about = [told for document in cited for told in (document.title, host(document.url), document.author)]
    return unsupported(claim.text, [evidence.quote for evidence in claim.evidence], about)

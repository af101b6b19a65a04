"""Quote to passage; claim supported or not. What code can decide: numbers, dates, versions, quotations, Latin names."""

from __future__ import annotations

import ast
import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile

from deepdaily.core.circumstances import circumstances, is_told_ahead, is_told_as_done, unknown_shares, unproven_scope
from deepdaily.core.cues import Cue
from deepdaily.core.errors import QuoteNotFound
from deepdaily.core.fidelity import countries, plain_words, tells_a_rate, turned, unwhole
from deepdaily.core.matching import Figures
from deepdaily.core.naming import is_spelled_out, unknown_names
from deepdaily.core.quantities import Number, Quantity, numbers, periods, plain, quantities
from deepdaily.core.rewording import rewordings
from deepdaily.core.text import CJK, dates, language_of, quarters, squeeze, versions
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


_MARKS = {"“": "”", "「": "」", "『": "』"}
_EITHER_MARK = Cue(f"[{''.join((*_MARKS, *_MARKS.values()))}]")
_STRAIGHT = Cue(r"(?<![a-zA-Z0-9])(?:\"([^\"\n]*)\"|‘((?:[^\"‘’\n]|’(?=[a-z]))*)’)(?![a-zA-Z0-9])")
_OF_WORDS = Cue(r"[^\s][ \u3400-\u9fff]")
_SAME_SIGN = str.maketrans("–—‑‐", "----", "’‘'“”「」『』\"")
"""A quotation may be set in other marks and dashes than its source sets it in."""
_SUPERLATIVES = (
    Cue(r"首个(?! ?token)|首次|首款|首例|首家|率先|第一[次个款家例]|\bfirst(?:-ever)?\b(?! tokens?\b)", re.I),
    Cue(r"最快|\bfastest\b", re.I),
    Cue(r"最大|\b(?:largest|biggest|greatest|widest|highest|longest|maxim(?:um|al|iz\w+|is\w+))\b", re.I),
    Cue(r"最强|\b(?:strongest|most (?:powerful|capable)|best)\b", re.I),
    Cue(r"唯一|独家|独有|仅此|\b(?:only|sole|uniquely?|exclusive(?:ly)?)\b", re.I),
    Cue(r"史上|以来|\bever\b", re.I),
)
"""Each row is one superlative in both languages: a claim may use it where a passage does."""
_CLAIMED = Cue(
    r"(?<!不是)(?<!并非)(?<!不等于)(?<!未必是)(?:首个(?! ?token)"
    r"|首次(?!回应|响应|回复|请求|调用|启动|加载|运行|安装|登录|使用|打开|出现|失败|构建|部署)"
    r"|首款|首例|首家|率先|第一[次个款家例](?! ?token)"
    r"|最快|最大(?!\s?\d|可|化|值|支持|长度|并发|输出|批|负载|上下文)|最强|唯一|独家|独有|(?<!历)史上|有史以来)"
    r"|\b(?:fastest|largest|biggest|first-ever)\b|\bever (?=released|made|built|published|seen|trained)"
    r"|(?<=\bthe )first (?=(?:open|public|known|commercial|production|native|model|product|release|company|vendor|lab)\b)"
    r"|(?<=\bworld's )first\b|\bfirst (?=to (?:ship|offer|support|release|launch|open)\b)",
    re.I,
)
"""What is denied is not claimed: 不是最快的."""


def unsupported(
    text: str, passages: Sequence[str], about: Sequence[str] = (), *, sum_note: str = "", event: Sequence[str] = ()
) -> list[str]:
    """What `text` says that no passage does, as short notes; empty when nothing is missing.

    `about` is what is known of the documents themselves (title, host, author): whose word it is may stand there alone. `event`
    are whole texts in which the long form of an acronym may stand: TTFT is `time to first token` wherever they say so. With
    `sum_note`, how `text` says so (`按所引数字计算：{}`), a figure that it works out from figures of the passages is not missing.

    Numbers are compared by value (2.62 万 = 26.2K) and, where the text gives one, unit; dates by the parts both write;
    quotations word by word; Latin names without regard to case, but for the words of the trade: 显卡 is a GPU.
    """
    source = "\n".join(passages)
    text, expression = _parted(text, sum_note) if sum_note else (text, "")
    claim, shown = plain(text), plain(source)
    missing = [*_number_notes(claim, shown, _worked(text, expression, shown)), *_sum_notes(expression, source)]
    missing += [f"version {version}" for version in sorted(_lacking(versions, text, source)) if not _is_bare(version, source)]
    missing += [f"date {'-'.join(map(str, day))}" for day in sorted(dates(text)) if not _dated(day, source)]
    missing += [f"date {quarter}" for quarter in sorted(_lacking(quarters, text, source))]
    missing += [f"period {period}" for period in sorted(periods(claim) - periods(shown))]
    missing += [f"per {thing}" for thing in unknown_shares(claim, shown)]
    missing += unproven_scope(claim, shown)
    missing += ["forecast told as a result"] if is_told_as_done(claim) and is_told_ahead(shown) else []
    known = "\n".join([source, *about])
    missing += [f"quotation “{quote}”" for quote in _invented(text, known)]
    missing += [f"name {name}" for name in unknown_names(text, known) if not is_spelled_out(name, event)]
    missing += [f"superlative {word}" for word in _CLAIMED.findall(text) if not _is_said(word, source)]
    return list(dict.fromkeys(missing))


def _lacking(read: Callable[[str], set[str]], text: str, source: str) -> set[str]:
    said = read(text)
    return said - read(source) if said else said


def _is_bare(version: str, source: str) -> bool:
    """Whether a version stands there without its `v`: 0.12 版."""
    return bool(re.search(rf"(?<![\w.]){re.escape(version)}(?![\w]|\.\d)", source))


def _invented(text: str, known: str) -> list[str]:
    quotes = _quoted(text)
    words = _set_alike(known) if quotes else ""
    invented = [quote for quote in quotes if _set_alike(quote).strip(" ,.。") not in words]
    translated = len(_quoted(known)) if invented and not re.search(f"[{CJK}]", known) else 0
    return invented if len(invented) > translated or not all(map(_is_term, invented)) else []


def _is_term(quote: str) -> bool:
    """A short Chinese phrase: a term of our own, or what a foreign source has between marks of its own, translated."""
    return len(quote) <= COINED and bool(re.search(f"[{CJK}]", quote))


def _set_alike(text: str) -> str:
    return squeeze(unicodedata.normalize("NFKC", text).translate(_SAME_SIGN)).casefold()


def _quoted(text: str) -> list[str]:
    """The quotations of `text`: between curly and corner marks, the outer ones of nested; between straight and single ones
    where two words or a Chinese one stand in them. A mark that is never closed opens nothing."""
    opened: list[re.Match[str]] = []
    spans: list[tuple[int, int]] = []
    for mark in _EITHER_MARK.finditer(text):
        if mark.group() in _MARKS:
            opened.append(mark)
        elif opened and _MARKS[opened[-1].group()] == mark.group():
            start = opened.pop().end()
            while spans and spans[-1][0] >= start:  # within this one
                spans.pop()
            spans.append((start, mark.start()))
    found = [text[start:end] for start, end in spans if end - start >= 2]
    straight = (one[1] or one[2] or "" for one in _STRAIGHT.finditer(text))
    return found + [one for one in straight if _OF_WORDS.search(one)]


def _number_notes(claim: str, source: str, worked: set[Number]) -> list[str]:
    """What is wrong with the numbers of a claim, in their order: `number …` where the source has none like it, else what
    every like one of the source is said to be and this one is not. Both texts are `plain`."""
    if not quantities(claim):
        return []
    figures = Figures.of(source)
    notes = _notes_of(claim, figures, worked)
    return [] if notes and any(not _notes_of(other, figures, worked) for other in rewordings(claim)) else notes


def _notes_of(claim: str, figures: Figures, worked: set[Number]) -> list[str]:
    said = quantities(claim)
    notes = []
    for at, one in enumerate(said):
        if one.number in worked:
            continue
        like = figures.like(one, claim)
        if not like:
            if not figures.hints(one, claim) and not _counts_a_list(claim, one):
                notes.append(f"number {one.number.value}{one.number.unit}")
            continue
        mine = circumstances(claim, said, at)
        troubles = list(takewhile(bool, (figures.disagreement(mine, place, claim, said) for place in like)))
        if len(troubles) == len(like) and not figures.hints(one, claim):
            notes.append(troubles[0])
    return notes


_JOINED = r"(?:、|,?(?:以及|与|和|及|或)|,? (?:and|or) |, )"
_MEMBER = r"(?:(?!与|和|及|或| and | or )[^、。;:(),]){1,60}"
_MOST_LISTED = 4


def _counts_a_list(claim: str, one: Quantity) -> bool:
    """Whether a small number counts what the `plain` claim itself lists beside it: `Free 与 Go 两档`, `two modes: a and b`.

    So does 两次 in 两次……之间, whose English is a bare plural.
    """
    count = one.number.value
    if one.number.unit or count not in range(2, _MOST_LISTED + 1):
        return False
    if count == 2 and re.match(r"\s?次[^,。;]{1,20}之间", claim[one.end :]):
        return True
    members = rf"{_MEMBER}(?:{_JOINED}{_MEMBER}){{{int(count) - 1}}}"
    after = re.match(rf"[^,。;:]{{0,20}}[:(]\s?{members}(?:$|[。.;)])", claim[one.end :])
    return bool(after or re.search(rf"(?:^|[,。;:(]){members}(?:这|那|, )?\s?$", claim[: one.start]))


def _sum_notes(expression: str, source: str) -> list[str]:
    summed = _DIGITS.findall(expression)
    written = {*_DIGITS.findall(source.replace(",", "")), *_CONSTANTS} if summed else set()
    written |= {f"{one.value:f}" for one in numbers(source)} if summed else set()  # 32K is 32000
    notes = [f"{digits} of the sum" for digits in summed if digits not in written]
    return [*notes, "a sum without a figure of the sources"] if summed and set(summed) <= set(_CONSTANTS) else notes


_DIGITS = Cue(r"\d+(?:\.\d+)?")
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


def _worked(text: str, expression: str, source: str) -> set[Number]:
    """The numbers of `text` that the sum gives. Of figures that a `plain` source writes in thousands (10.1K) so is the result."""
    value = worked_out(expression)
    if value is None:
        return set()
    sizes = _sizes(_DIGITS.findall(expression), source)
    return {
        one for one in numbers(text) if any(abs(float(one.value) - value * size) <= _ROUNDED * abs(value * size) for size in sizes)
    }


def _sizes(summed: Sequence[str], source: str) -> set[float]:
    """By how much the figures of a sum are greater in the source than their digits: 1, and 1000 where it has 10.1K for 10.1."""
    sizes = {1.0}
    for one in quantities(source):
        digits = _DIGITS.search(source, one.start, one.end)
        if digits and digits[0] in summed and float(digits[0]):
            sizes.add(float(one.number.value) / float(digits[0]))
    return sizes


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


def _dated(day: tuple[int, int, int], source: str) -> bool:
    """Whether the source has the day. What both write is the same, and a day is proven by a day, never by its month alone."""
    return any(
        all(mine == theirs or not (mine and theirs) for mine, theirs in zip(day, other, strict=True))
        and not (day[2] and not other[2])
        for other in dates(source)
    )


def _is_said(word: str, source: str) -> bool:
    return any(same.search(word) and same.search(source) for same in _SUPERLATIVES)


COINED = 12
"""Characters of a Chinese phrase in quotation marks that is our own term (「能用」不等于「可靠」), not a quotation."""


def unfounded(text: str, passages: Sequence[str], sum_note: str, *, proposal: bool = False, event: Sequence[str] = ()) -> list[str]:
    """What a judgement of ours brings that no passage has.

    Counts up to four (两家、三种), periods, denials (an inference denies), a multiple that two figures of the passages make, and
    short terms of our own are anybody's. So are counts, times, dates and firsts of a `proposal`, which is said to be ours: 30
    tasks, 3 days and the first failure are ours to propose, 40% faster is not. `event` as `unsupported` takes it.
    """
    notes = [note for note in unsupported(text, passages, sum_note=sum_note, event=event) if not _is_ours(note, proposal)]
    return [note for note in notes if not _is_ratio(note, passages)] if notes else []


_MOST_RATED = 60
"""Figures of the passages that are held against each other."""


def _is_ratio(note: str, passages: Sequence[str]) -> bool:
    """Whether a multiple is what two figures of one unit in the passages make, as any reader sees: twice 0.003 is 0.006."""
    found = re.fullmatch(r"number (\d+(?:\.\d+)?)(?:x|/)", note)
    if found is None:
        return False
    times, figures = float(found[1]), [one.number for one in quantities(plain("\n".join(passages)))][:_MOST_RATED]
    return any(
        one.unit == other.unit and other.value and abs(float(one.value / other.value) - times) <= 0.02 * times
        for one in figures
        for other in figures
        if one is not other
    )


def worked_lines(texts: Iterable[str], passages: Sequence[str], sum_note: str) -> list[str]:
    """Those of our texts that work a figure out of the passages, and say how: what they work out may be named beside them."""
    mark = sum_note.partition("{")[0]
    return [text for text in texts if mark in text and not unfounded(text, passages, sum_note)]


_COUNT = Cue(r"[\d.E+]+(?:s|min|h|day|week|month|year|token|/)?")
"""A number of a note without a unit, a part (a half), or with a unit of time or of work."""


def _is_ours(note: str, proposal: bool) -> bool:
    kind, _, said = note.partition(" ")
    if kind == "quotation":
        return _is_term(said[1:-1])
    if kind == "number":
        return said in ("2", "3", "4") or (proposal and bool(_COUNT.fullmatch(said)))
    return kind in ("period", "per", "denial") or (proposal and kind in ("date", "superlative", "scope", "end:", "range"))


def check_claim(claim: Claim, documents: dict[str, Document]) -> list[str]:
    """Why `claim` must not be printed as a fact; empty when its passages stand and it says no more than they do."""
    for evidence in claim.evidence:
        document = documents.get(evidence.document)
        if document is None:
            return [f"document {evidence.document} is not in the store"]
        if not stands(evidence, document):
            return [f"passage {evidence.quote[:60]!r} is not at {evidence.start} in {document.url}"]
    if claim.verbatim and not claim.translator:
        return []
    cited = [documents[evidence.document] for evidence in claim.evidence]
    about = [told for document in cited for told in (document.title, host(document.url), document.author)]
    if claim.translator and claim.evidence:
        return _mistranslated(claim, about)
    texts = [document.text for document in cited]
    text = _without_counted_entries(claim, cited)
    return unsupported(text, [evidence.quote for evidence in claim.evidence], about, event=texts)


_ENTRIES = Cue(
    r"(?<![\w.])(?P<all>\d{1,3}) (?:条|entries)(?P<parts>(?:: |：)(?:[^\d\n:：;；。.]{1,40} \d{1,3}(?:、|, |(?=[;；。.]|$)))+)?"
)
_FIGURES = Cue(r"\d+")


def _without_counted_entries(claim: Claim, cited: Sequence[Document]) -> str:
    """The text without a count of list entries that the document itself gives: so many stand from the first one cited to the last,
    and the parts told behind it add up to it."""
    counted = _ENTRIES.search(claim.text)
    listed = [one for one, document in zip(claim.evidence, cited, strict=True) if _is_entry(one, document)]
    if counted is None or not listed or len({one.document for one in listed}) > 1:
        return claim.text
    text = next(document.text for document in cited if document.id == listed[0].document)
    count = len(_LIST_LINE.findall(text, min(one.start for one in listed) - 2, max(one.end for one in listed)))
    parts = [int(one) for one in _FIGURES.findall(counted["parts"] or "")]
    if int(counted["all"]) != count or (parts and sum(parts) != count):
        return claim.text
    return claim.text[: counted.start()] + claim.text[counted.end() :]


_LIST_LINE = Cue(r"^- ", re.M)


def _is_entry(passage: Evidence, document: Document) -> bool:
    """Whether a passage begins an entry of a list."""
    return document.text[max(0, passage.start - 3) : passage.start] in ("- ", "\n- ")


def _mistranslated(claim: Claim, about: Sequence[str]) -> list[str]:
    """What is wrong with a translated quotation, which may stand between marks in a frame of ours: `v2.1.34：“…”`."""
    quotes = [evidence.quote for evidence in claim.evidence]
    notes, framed = unfaithful(claim.text, quotes[-1]), FRAMED.fullmatch(claim.text)
    if not (notes and framed):
        return notes
    return [*unsupported(framed[1], quotes, about), *unfaithful(framed[3], quotes[-1])]


FRAMED = Cue(r"([^“”]{1,80}[：:]\s?)(“)(.+)(”)", re.DOTALL)
"""A quotation in a frame of ours: the frame, the opening mark, its words, the closing one."""


def unfaithful(text: str, passage: str) -> list[str]:
    """What `text`, a translation of the whole `passage`, says otherwise than it, as short notes; empty where it stands.

    Unlike a claim, which may leave out what it likes, a translation is held against its passage both ways. Which of the two
    languages it is in, the passage tells: the other one.
    """
    into = "en" if language_of(passage) == "zh" else "zh"
    if notes := unwhole(text, passage, into):
        return notes
    spared = {f"name {word}" for word in plain_words(passage) | countries(f"{text}\n{passage}")}
    kept = ("quotation", *(() if tells_a_rate(f"{text}\n{passage}") else ("period",)))  # quotations are translated with the rest
    added = [note for note in unsupported(text, [passage]) if not note.startswith(kept)]
    lost = [f"lost: {note}" for note in unsupported(passage, [text]) if not note.startswith(kept) and note not in spared]
    return list(dict.fromkeys([*added, *lost, *turned(text, passage)]))

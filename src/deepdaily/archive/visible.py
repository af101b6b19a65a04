"""The visible text of stored bytes, read by other code than the reader's, on purpose: a mistake of one is seen by the other.

No tree and no library: marks are taken away in one pass over the text, which is linear whatever the bytes are.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from typing import Literal

from deepdaily.core.charset import decoded, is_pdf
from deepdaily.core.cues import Cue, cues, table
from deepdaily.core.errors import NoText
from deepdaily.core.text import clean

_CUES = cues(table(__name__))
_UNREAD = frozenset(
    "script style template noscript iframe object svg canvas rt rp del s strike annotation annotation-xml"
    " select datalist meter progress textarea".split()
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_BREAKS = frozenset(
    "address article aside blockquote br center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6"
    " header hr legend li main menu nav ol option p pre section summary table tbody tfoot thead title tr ul".split()
)
_INSIDE = frozenset("title option legend tbody thead tfoot tr".split())
"""Of these the ones whose beginning ends no paragraph."""
_CELLS = frozenset(("td", "th"))
_ENDED_BY: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("td", "th"), ("td th", "tr table")),
    **dict.fromkeys(("dt", "dd"), ("dt dd", "dl")),
    "tr": ("tr", "table"),
    "li": ("li", "ul ol menu"),
}
"""Elements whose beginning ends an open one of these names, unless one of those lies between."""
_SPELLED = frozenset(("sup", "sub", "q", "math"))
_MOST_NESTED = 50
"""Spelled elements within each other; deeper ones are read as plain text, so that no text is joined more often."""

_SIGNED = Cue(r"[−–+-]\w+")
_NUMBERED = Cue(r"\d{1,4}|[*†‡§]{1,3}")
_NOTE_LINK = Cue(r"#|javascript:|.*#(?:\w{1,12}[-_])?(?:fn|foot|note|ref|cite|end)", re.I)
_MARKED_UP = Cue(r"<[/!?a-zA-Z]|&#?\w+;")
_FEED = Cue(r"(?:<\?[^>]{0,300}>\s{0,99}|<!--.{0,1500}?-->\s{0,99})*<(?:rss|feed|rdf:RDF)\b", re.I | re.S)
_NAMED = Cue(r"<(/?)([a-zA-Z][\w:.-]*)([^<>]*)(>?)")
_ENDED = Cue(r"</([a-zA-Z][\w:.-]*)")
_ELEMENTS = frozenset(name for names in table("deepdaily.sources.feed_words").values() for name in names.split())
"""Of HTML; the one thing the two readers share, as it is no rule of either."""

_BEGINS = Cue(r"<(?=/?[a-zA-Z]|[!?])")
_TAG = Cue(r"""<(/?)([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+)>""")
"""A quotation mark hides a `>` only behind `=`, as in a browser."""
_CUT_TAG = Cue(r"<(/?)([a-zA-Z][^\s/>]*+)([^>]*+)>")
"""One whose last quotation mark is never closed."""
_ATTRIBUTE = Cue(r"""[\s/]*([^\s=>/"'][^\s=>/]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']*)))?""")
_SET = Cue("""class=["']?MathJax(?:_CHTML)?["'\\s>]""")
"""A page on which formulas are set already says them twice."""
_NOTES = frozenset(("d-footnote", "dt-fn"))
_RAW_END = {name: Cue(f"</{name}", re.I) for name in ("script", "style")}
_NOTE, _NOTE_ENDS, _SUP, _SUB, _END = "\x1b", "\x1c", "\x1d", "\x1e", "\x1f"
_BLANKS = " \t\r\n"
"""Of `str.strip`, which takes the marks above for white space."""
_SCRIPTS: Mapping[str, str] = {
    "msup": "^", "msub": "_", "msubsup": "_^", "mover": "^", "munder": "_", "munderover": "_^",
}  # fmt: skip
_BETWEEN: Mapping[str, str] = {"mtr": " ", "mtable": "; ", "mmultiscripts": " "}
_STYLED = frozenset("span b i em strong font small big label".split())
"""Elements that a style raises or lowers."""


@dataclass(slots=True)
class _Open:
    """An element that has begun. One that is spelled in its own way keeps its texts till it ends."""

    name: str
    attributes: Mapping[str, str]
    unread: Literal["", "dropped", "hidden"] = ""
    spelled: bool = False
    formula: bool = False
    aside: bool = False
    parts: list[str] = field(default_factory=list)
    children: list[tuple[str, int]] = field(default_factory=list)
    """Of a formula: the text of each, and of how many tokens it is."""
    leads_to_note: bool = False
    moved: str = ""
    """`sup` or `sub` for what is raised or lowered, by its name or by its style."""


def bare(body: bytes, media_type: str = "") -> str:
    """The visible text of an answer, folded: what a quotation, folded alike, must be part of (`holds`)."""
    return "\n".join(dict.fromkeys(_readings(body, media_type)))


def _readings(body: bytes, media_type: str) -> Iterator[str]:
    """Each way of reading an answer, folded, the one that shows most quotations first: one is worked out when it is asked for.

    Entries of feeds are marked up twice, so what is left after one and after two rounds stands by itself; JSON strings are
    unfolded first, and a plain text stands there as it is, too.
    """
    if is_pdf(body):
        from deepdaily.core.pdf import read_pdf, seen_lines  # a few files of a day

        with suppress(NoText):
            yield from map(folded, seen_lines(read_pdf(body)))
        return
    text = decoded(body, media_type)
    plain = "plain" in media_type or "markdown" in media_type
    if text.lstrip("\ufeff \n\r\t").startswith(("{", "[")):
        with suppress(ValueError, RecursionError):  # a text may begin with a bracket, too
            text, plain = "\n".join(_strings(json.loads(text))), True
    if plain:
        yield folded(_worded(text))
    once = _seen(text)
    if _MARKED_UP.search(once):
        yield folded(_seen(once))
    yield folded(once)
    if len(said := _stated(text)) > len(once):  # more than all that it shows: scripts fill it in
        yield folded(_seen(said) if _MARKED_UP.search(said) else said)
    if plain or _FEED.match(text[:2000].lstrip("\ufeff \n\r\t")):
        said = text if plain else _seen(_with_spoken_names(text, only_lone=True))
        yield folded(_seen(_with_spoken_names(said)))


_LINKED_DATA = Cue(r"<script[^>]{0,200}application/ld\+json[^>]{0,200}>([\s\S]*?)</script", re.I)


def _stated(text: str) -> str:
    """The articles that a page's JSON-LD holds whole, as one text."""
    found: list[str] = []
    waiting: list[object] = []
    for script in _LINKED_DATA.finditer(text):
        with suppress(ValueError, RecursionError):
            waiting.append(json.loads(script[1], strict=False))
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            found += [body] if isinstance(body := one.get("articleBody"), str) else []
        waiting += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
    return "\n".join(found)


def _with_spoken_names(text: str, *, only_lone: bool = False) -> str:
    """`text` with each `<name>` as words of its author that HTML does not have: `Vec<T>` and `<think>` beside real marks.

    A foreign name with attributes, or with a hyphen or colon, is a mark nevertheless, and so are its ends. Of an envelope of
    XML, whose names are all foreign, `only_lone` takes those that are never ended.
    """
    ended = {name.lower() for name in _ENDED.findall(text)}
    marks: set[str] = set()
    pieces: list[str] = []
    at = 0
    for angle in _NAMED.finditer(text):
        name, inside = angle[2].lower(), angle[3]
        if only_lone:
            spoken = name not in ended and ":" not in name and not inside.endswith("/") and name not in _ELEMENTS
        elif name in _ELEMENTS:
            spoken = not angle[4] and "=" not in inside
        else:
            spoken = not angle[4] or not (name in marks if angle[1] else "=" in inside or "-" in name or ":" in name)
            marks |= set() if spoken or angle[1] else {name}
        if spoken:
            pieces += [text[at : angle.start()], "&lt;"]
            at = angle.start() + 1
    return "".join([*pieces, text[at:]])


_NOTE_OF_SOURCE = Cue(r"<!--[\s\S]*?(?:-->|\Z)|^ {0,3}\[[^\]\n]{1,200}\]:[^\n]*$", re.M)
_LEADS_TO = r"\](?:\((?:[^()\n]|\([^()\n]{0,500}\)){0,2500}\)|\[[^\]\n]{0,200}\])"
_PICTURED = Cue(r"!\[[^\[\]\n]{0,2000}" + _LEADS_TO)
_LINKED = Cue(r"\[([^\[\]\n]{0,1000})" + _LEADS_TO)


def _worded(text: str) -> str:
    """A plain text as it stands and, where it is Markdown, once more with links as their words and no notes of its source."""
    if "](" not in text and "<!--" not in text and "]:" not in text:
        return text
    return "\n".join((text, _LINKED.sub(r"\1", _PICTURED.sub(" ", _NOTE_OF_SOURCE.sub("", text)))))


def folded(text: str) -> str:
    """`text` without white space and bars between cells, but for one blank before a digit where a figure might go on.

    `1 024` is not 1024, and `in 2025. 30 %` not 2025.30 %.
    """
    spaced = re.sub(r"[\s|]+", " ", clean(text))
    return re.sub(r"(?<![\d.,]) | (?!\d)", "", spaced).strip()


def holds(visible: str, quote: str) -> bool:
    """Whether `quote` is part of a `bare` text, and no figure at its borders part of a longer one."""
    wanted, at = folded(quote), -1
    while wanted and (at := visible.find(wanted, at + 1)) >= 0:
        before, behind = visible[max(0, at - 2) : at], visible[at + len(wanted) :][:2]
        if not (
            (wanted[0].isdigit() and re.search(r"\d[.,^_]?$|\^$", before))
            or (wanted[-1].isdigit() and re.match(r"[.,]?\d|\^", behind))
        ):
            return True
    return False


def _strings(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        waiting += reversed(list(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()))


def _seen(text: str) -> str:
    """What is left of marked-up text; hidden elements count as seen where without them most of the text is missing."""
    reading = _Reading(keeps_hidden=False)
    seen = reading.of(text)
    return _Reading(keeps_hidden=True).of(text) if reading.hidden_chars > len(seen) else seen


class _Reading:
    """One pass over a text, element by element."""

    def __init__(self, *, keeps_hidden: bool) -> None:
        self.hidden_chars = 0
        self._keeps_hidden = keeps_hidden
        self._open = [_Open("", {}, spelled=True)]
        self._spelled = [self._open[0]]
        self._names: Counter[str] = Counter()
        self._asides: list[str] = []
        self._unread: Counter[str] = Counter()
        """How many open elements are not read, by why."""

    def of(self, text: str) -> str:
        at = 0
        while begins := _BEGINS.search(text, at):
            self._add(unescape(text[at : begins.start()]))
            at = self._mark(text, begins.start())
        self._add(unescape(text[at:]))
        while len(self._open) > 1:
            self._end_last()
        return _spelled_out("\n".join(["".join(self._spelled[0].parts), *self._asides]))

    def _mark(self, text: str, begin: int) -> int:
        """What begins with the `<` at `begin`; returns where it ends."""
        if text.startswith("<!--", begin):  # `<!-->` is a whole comment
            return (text.find("-->", begin + 2) + 1 or len(text) + 1) + 2
        if text.startswith("<![CDATA[", begin):
            end = text.find("]]>", begin)
            self._add(text[begin + 9 : end if end >= 0 else len(text)])
            return end + 3 if end >= 0 else len(text)
        tag = _TAG.match(text, begin) or _CUT_TAG.match(text, begin)
        if tag is None:  # a doctype, an instruction, or cut off
            return text.find(">", begin) + 1 or len(text)
        name, inside = tag[2].lower(), tag[3]
        if tag[1]:
            self._end(name)
            return tag.end()
        closed = inside.endswith("/")
        found = ((one[1].lower(), one[2] or one[3] or one[4] or "") for one in _ATTRIBUTE.finditer(inside)) if inside else ()
        self._begin(name, dict(found), closed)
        raw = None if closed else _RAW_END.get(name)
        over = raw.search(text, tag.end()) if raw else None
        if name == "script" and over and "math/tex" in inside and not _SET.search(text):
            self._end_last()
            self._add(text[tag.end() : over.start()].strip())
        return over.start() if over else len(text) if raw else tag.end()

    def _begin(self, name: str, attributes: dict[str, str], closed: bool) -> None:
        self._break(name)
        if name == "img" and attributes.get("alt") and attributes.get("aria-hidden") != "true":
            self._add(_drawn(unescape(attributes["alt"]), attributes))
        if name == "meta" and "title" in attributes.get("property", attributes.get("name", "")).lower():
            self._add(f"\n{unescape(attributes.get('content', ''))}\n")
        if name in _VOID:
            return
        if name in _BREAKS and name not in _INSIDE and self._names["p"]:
            self._end("p")
        self._end_before(name)
        around = self._spelled[-1]
        around.leads_to_note |= name == "a" and bool(_NOTE_LINK.match(attributes.get("href", "")))
        one = _Open(name, attributes, self._why_unread(name, attributes), formula=around.formula or name == "math")
        one.aside = bool(_CUES["aside"].search(attributes.get("class", ""))) or name in _NOTES
        one.moved = _moved(name, attributes)
        linked = name == "a" and _NOTE_LINK.match(attributes.get("href", ""))
        own = one.formula or one.aside or one.moved or name in _SPELLED or linked
        one.spelled = bool(own) and len(self._spelled) < _MOST_NESTED
        self._open.append(one)
        self._names[name] += 1
        self._unread[one.unread] += 1
        self._spelled += [one] if one.spelled else []
        if closed:
            self._end_last()

    def _why_unread(self, name: str, attributes: Mapping[str, str]) -> Literal["", "dropped", "hidden"]:
        if name in _UNREAD:
            return "" if name == "template" and "shadowrootmode" in attributes else "dropped"
        if not attributes:
            return ""
        classes = attributes.get("class", "")
        style = re.sub(r"\s", "", attributes.get("style", "")[:500])
        if _CUES["beside"].search(classes) or "line-through" in style or _CUES["struck"].search(classes):
            return "dropped"
        if self._keeps_hidden or name in ("html", "body", "main", "article"):
            return ""
        hidden = "hidden" in attributes or attributes.get("aria-hidden") == "true"
        hidden = (
            hidden
            or ("mwe-math" not in classes and bool(_CUES["hiding"].search(style)))
            or bool(_CUES["hidden_class"].search(classes))
        )
        return "hidden" if hidden else ""

    def _break(self, name: str) -> None:
        if name in _BREAKS:
            self._add("\n")
        elif name in _CELLS:
            self._add(" ")

    def _add(self, text: str) -> None:
        if not text or self._unread["dropped"]:
            return
        if self._unread["hidden"]:
            self.hidden_chars += len(text)
        else:
            self._spelled[-1].parts.append(clean(text))

    def _end(self, name: str) -> None:
        if self._names[name]:
            while self._end_last() != name:
                pass
        self._break(name)

    def _end_before(self, name: str) -> None:
        """End what the beginning of `name` ends, and all in it."""
        ended, within = _ENDED_BY.get(name, ("", ""))
        if not any(self._names[one] for one in ended.split()):
            return
        for one in reversed(self._open):
            if one.name in within.split():
                return
            if one.name in ended.split():
                self._end(one.name)
                return

    def _end_last(self) -> str:
        one = self._open.pop()
        self._names[one.name] -= 1
        self._unread[one.unread] -= 1
        if one.spelled:
            self._spelled.pop()
            around, text = self._spelled[-1], _spelling(one)
            if one.aside:
                self._asides.append(text)
            elif not (self._unread["dropped"] or self._unread["hidden"] or one.unread):
                around.parts.append(text)
                around.children.append((text.strip(_BLANKS), sum(count for _, count in one.children) or 1))
        return one.name


def _spelling(one: _Open) -> str:
    """An element as a line of text says it."""
    text = "".join(one.parts)
    said = text.strip(_BLANKS)
    if one.formula:
        return _formula(one, said)
    if one.aside:
        return text
    if one.name == "a":
        number = said.strip(_SUP + _END)
        if _CUES["mark"].fullmatch(number) or (number != said and _NUMBERED.fullmatch(number)):
            return ""
        return f"{_NOTE}{text}{_NOTE_ENDS}" if _NUMBERED.fullmatch(number) else text
    if one.name == "q":
        return f"“{text}”"
    if one.moved == "sub":
        return f"{_SUB}{text}{_END}" if re.search(r"\d", text) else text
    named = " ".join(one.attributes.get(key, "") for key in ("role", "epub:type", "class", "id"))
    if one.leads_to_note or _CUES["note"].search(named) or _CUES["mark"].fullmatch(said) or _CUES["raised_mark"].fullmatch(said):
        return ""
    return text if _CUES["ordinal"].fullmatch(said) else f"{_SUP}{text}{_END}"


def _moved(name: str, attributes: Mapping[str, str]) -> str:
    if name in ("sup", "sub"):
        return name
    if name not in _STYLED or not ("class" in attributes or "style" in attributes):
        return ""
    said = attributes.get("class", "") + "|" + re.sub(r"\s", "", attributes.get("style", "")[:500])
    return "sup" if _CUES["raised"].search(said) else "sub" if _CUES["lowered"].search(said) else ""


def _drawn(alt: str, attributes: Mapping[str, str]) -> str:
    """What a picture says: a formula, or an emoji."""
    named = f"{attributes.get('class', '')} {attributes.get('src', '')}{' eeimg' if 'eeimg' in attributes else ''}"
    return alt.strip() if _CUES["formula_picture"].search(named) or re.fullmatch(r"[^\w\s]{1,20}", alt) else ""


def _formula(one: _Open, text: str) -> str:
    sides = [f"({said})" if tokens > 1 and not _SIGNED.fullmatch(said) else said for said, tokens in one.children]
    first = one.children[0][0] if one.children else ""
    marks = _SCRIPTS.get(one.name, "")
    if one.name == "mover" and len(sides) == 2 and len(sides[1]) == 1 and not sides[1].isalnum():
        return first + sides[1]
    if marks and len(sides) == len(marks) + 1:
        return first + "".join(map("".join, zip(marks, sides[1:], strict=True))) + _END
    match one.name, sides:
        case "mfrac", [over, under]:
            return f"{over}/{under}{_END}"
        case "mroot", [_, index]:
            return f"^{index}√({first})"
        case "msqrt", _:
            return f"√({text})"
        case "mspace", _:
            return " "
        case (("mtr" | "mtable" | "mmultiscripts"), _):
            return _BETWEEN[one.name].join(said for said, _ in one.children)
        case "mfenced", _:
            return f"({','.join(said for said, _ in one.children)})"
    alternative = unescape(one.attributes.get("alttext", ""))
    return text or ("" if one.name != "math" or "\\" in alternative else alternative)


def _spelled_out(text: str) -> str:
    """`text` with its raised and lowered parts marked where they would join a figure or a word."""
    if _NOTE in text:  # each pattern begins with its mark: those are found many times as fast
        text = re.sub(rf"{_NOTE}(?<=[^\s(\[（【,–-]{_NOTE})[^{_NOTE}{_NOTE_ENDS}]*{_NOTE_ENDS}", "", text)
    if _SUP in text:
        text = re.sub(rf"{_SUP}(?<=\d{_SUP})([^{_END}{_SUP}]*){_END}([/⁄∕]){_SUB}", rf" \1\2{_SUB}", text)
        text = re.sub(rf"{_SUP}([^{_END}{_SUP}]*){_END}([/⁄∕]){_SUB}", rf"\1\2{_SUB}", text)
        text = re.sub(rf"([$€£¥]\s?\d[\d,]{{0,12}}){_SUP}(\d\d){_END}", r"\1.\2", text)
        text = re.sub(rf"(?<=[\w)\]}}])\s?{_SUP}(?=[+−–-]?\d+\s?{_END}(?!\w))|(?<=[\w)\]}}]){_SUP}", _raised, text)
    if _SUB in text:
        text = re.sub(rf"{_SUB}(?:(?<=\d{_SUB})|(?=[^{_SUB}{_END}]*{_END}\d))", "_", text)
    text = re.sub(rf"{_END}+(?=\w)", " ", text)
    return re.sub(f"[{_NOTE}{_NOTE_ENDS}{_SUP}{_SUB}{_END}]", "", text)


def _raised(found: re.Match[str]) -> str:
    return f"{found[0][:-1]}^"


@dataclass(frozen=True, slots=True)
class Asked:
    """A stored answer, and the quotations that are said to stand in it."""

    body: bytes
    media_type: str
    quotes: tuple[str, ...]


def unseen(asked: Asked) -> list[str]:
    """The quotations that the visible text does not hold, in order. For a worker: foreign bytes are read."""
    missing = list(asked.quotes)
    for visible in _readings(asked.body, asked.media_type):
        missing = [quote for quote in missing if not holds(visible, quote)]
        if not missing:
            break
    return missing

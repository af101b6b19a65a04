"""How marks inside a line are written as text: raised and lowered words, note marks, formulas. Pure: a node in, words out."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from deepdaily.core.cues import Cue

MOST_PEEKED = 24
"""Nodes looked at to know what a mark is: a note's mark has one to five."""

MOST_TOKENS = 4_000
"""Nodes of one formula that are read; what follows is left out."""

NOTHING_SEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Characters that no reader sees: they part no two letters."""

_ENDING = Cue(
    r"(?:st|nd|rd|th|er|ers|e|re|ère|ème|ième|nde|ste|me|lle|tm|sm|\((?:tm|sm|r|c)\)|[º°˚∘ª®©™℠]|[.,:;]|[.,]\d\d)", re.IGNORECASE
)
_PRICE = Cue(r"[$€£¥]\s?\d[\d,]{0,12}$")
_RAISED_NOTE = Cue(
    r"(?:[\[【〔［][^\[\]【】〔〕［］]{1,40}[\]】〕］]|（\d{1,3}）|\d{1,3}\)|注\s?\d{0,3}|[①-⑳❶-❿⑴-⑽*†‡§]{1,3})(?:\s?[,，、]?\s?)"
)
_TO_NOTE = Cue(r"#|^javascript:")
_NOTE_PLACE = Cue(r"(?:foot-?note|end-?note|fn|note|ref|cite|cr\d)", re.IGNORECASE)
_SOLIDUS = frozenset("/⁄∕")
_FORMULA_PICTURE = Cue(r"(?:^|[\s_-])(?:latex|tex|math|equation|formula)(?:$|[\s_-])", re.IGNORECASE)
_FORMULA_ADDRESS = Cue(r"/equation\?tex=|/latex\.php\?|latex\.codecogs\.com/", re.IGNORECASE)
MOST_TEX = 2_000
"""Characters of a formula that nobody has set yet; a longer one is left out."""
_NOTE_TEXT = Cue(r"(?:\[\s*(?:note\s)?(?:\d{1,4}|[a-z])(?:\s*[,–-]\s*\d{1,4})*\s*\]\s*,?\s*){1,9}|[*†‡§]{1,3}", re.IGNORECASE)
_SHORT_MARK = Cue(r"[\[(]?(?:\d{1,4}|[a-z]{1,2}|[ivx]{1,5}|[*†‡§]{1,3})[\])]?", re.IGNORECASE)
_NOTE_NAME = Cue(r"(?<![a-z])(?:foot-?note|note-?ref|fn-?ref|references?(?![a-z])|cite)", re.IGNORECASE)
_NOTE_ROLE = Cue(r"(?:^|\s)(?:doc-)?noteref(?:\s|$)", re.IGNORECASE)
_BESIDE_MARKS = Cue(r"[\s\[\](),;–-]*")
_EMOJI = Cue(
    "(?:[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2934-\u2b55\u3030\u303d\U0001f000-\U0001faff\ufe0f\u200d]"
    "|[0-9#*]\ufe0f?\u20e3)+"
)
_INVISIBLE_OPERATORS = dict.fromkeys(range(0x2061, 0x2065))
_TOKEN_TAGS = frozenset("mi mn mo mtext ms".split())
_MARKS = {"msup": "^", "msub": "_", "msubsup": "_^", "mover": "^", "munder": "_", "munderover": "_^"}
_PARTED = {"mtr": " ", "mlabeledtr": " ", "mtable": "; ", "mmultiscripts": " "}

Attributes = dict[str, str | None]


def peek(node: LexborNode) -> str:
    """The text below `node`, of at most MOST_PEEKED nodes, without outer white space."""
    return _below(node)[0]


def _below(node: LexborNode) -> tuple[str, str]:
    """The text below `node`, and what of it is no part of a link to a place of some page."""
    found: list[str] = []
    beside: list[str] = []
    stack = [(node.child, False)]
    for _ in range(MOST_PEEKED):
        if not stack:
            break
        here, linked = stack.pop()
        if here is None:
            continue
        stack.append((here.next, linked))
        if here.tag == "-text":
            found.append(here.text_content or "")
            beside.append("" if linked else here.text_content or "")
        elif here.child is not None:
            stack.append((here.child, linked or (here.tag == "a" and bool(_TO_NOTE.search(here.attributes.get("href") or "")))))
    return "".join(found).strip(f"{NOTHING_SEEN} \t\r\n"), "".join(beside)


def _named_note(attributes: Attributes) -> bool:
    """Whether an element says itself that it is the mark of a note."""
    role = f"{attributes.get('role') or ''} {attributes.get('epub:type') or ''}"
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:400]
    return bool(_NOTE_ROLE.search(role) or _NOTE_NAME.search(names))


def is_note_mark(node: LexborNode, attributes: Attributes) -> bool:
    """Whether a raised word only leads to a note: `[1]`, `†`, a number that is a link."""
    if _named_note(attributes) or _holds_mark(node):
        return True
    text, beside = _below(node)
    linked = bool(text) and len(beside) < len(text) and bool(_BESIDE_MARKS.fullmatch(beside))
    return linked or bool(_NOTE_TEXT.fullmatch(text) or _RAISED_NOTE.fullmatch(text))


def is_note_link(node: LexborNode, attributes: Attributes, last: str) -> bool:
    """Whether a link only leads to a note: `[1]`, a raised number, a number right behind the character `last`."""
    if _NOTE_ROLE.search(attributes.get("role") or ""):
        return True
    page, _, place = (attributes.get("href") or "")[:4096].partition("#")
    if page and not (_NOTE_PLACE.match(place) and _named_note(attributes)):
        return False
    text, only = peek(node), node.child
    raised = only is not None and only.tag == "sup" and only.next is None
    glued = not last.isspace() and last not in "([（【-–," and (text.isdigit() or _named_note(attributes))
    short = bool(_SHORT_MARK.fullmatch(text)) and (raised or glued)
    return short or bool(_NOTE_TEXT.fullmatch(text))


def is_named_mark(node: LexborNode, names: str) -> bool:
    """Whether an element that is neither raised nor a link bears the name of a note's mark, and is one."""
    return bool(_NOTE_NAME.search(names)) and bool(_SHORT_MARK.fullmatch(peek(node)))


def _holds_mark(raised: LexborNode) -> bool:
    """Whether the one element in a raised word says that it is a note's mark."""
    inner = raised.child
    return inner is not None and inner.tag in ("a", "span") and inner.next is None and _named_note(inner.attributes)


def before_raised(node: LexborNode, raised: str, line: str) -> str:
    """What parts a raised word from the end of the line before it: `^` before an exponent; empty where it stands plain.

    Plain are endings (1st, 2º, ™), degrees, an isotope's number and the first word of a line; a fraction behind a whole number
    is parted by a blank, and raised cents from their dollars by a point.
    """
    bare = line.rstrip(f"{NOTHING_SEEN}\ud801\ud802\ud803")
    before = bare.rstrip()[-1:]
    if _over(node):
        return " " if bare[-1:].isdigit() else ""
    if not (before.isalnum() or before in ")]}）】」") or not before:
        return ""
    if _ENDING.fullmatch(raised) or (raised in "oO" and (before.isdigit() or before in "nN")):
        return ""
    if raised.isdigit() and len(raised) == 2 and _PRICE.search(bare):
        return "."
    behind = node.next
    isotope = behind is not None and behind.tag == "-text" and (behind.text_content or "")[:1].isalpha()
    return "" if bare[-1:].isspace() and (isotope or not raised.lstrip("+-−–").isdigit()) else "^"


def _over(raised: LexborNode) -> bool:
    """Whether it is the upper part of a fraction: a stroke and a lowered word follow."""
    stroke = raised.next
    lower = stroke.next if stroke is not None and stroke.tag == "-text" else None
    return stroke is not None and lower is not None and lower.tag == "sub" and (stroke.text_content or "").strip() in _SOLIDUS


def is_digits(node: LexborNode) -> bool:
    """Whether an element says nothing but figures."""
    return "".join(peek(node).split()).isdigit()


def follows_its_like(node: LexborNode) -> bool:
    """Whether an element of a page's own making stands right behind one of the same name: the two are parted on the page."""
    before = node.prev
    return before is not None and before.tag == node.tag and not (node.tag or "").startswith("mjx-")


def picture_says(attributes: Attributes) -> str:
    """What a picture says inside a line: an emoji, or a formula as its author wrote it; empty for all else."""
    alt = attributes.get("alt") or ""
    if not alt:
        return ""
    drawn = "eeimg" in attributes or bool(_FORMULA_PICTURE.search((attributes.get("class") or "")[:400]))
    if drawn or _FORMULA_ADDRESS.search((attributes.get("src") or "")[:400]):
        return alt.strip()[:MOST_TEX]
    return emoji_of(alt)


def unset_formula(script: LexborNode) -> str:
    """The formula in a script for MathJax as its author wrote it; empty for other scripts, and where it is set already."""
    if not (script.attributes.get("type") or "").startswith("math/tex"):
        return ""
    before = script.prev
    set_already = before is not None and "MathJax" in (before.attributes.get("class") or "") and bool(peek(before))
    return "" if set_already else (script.text() or "").strip()[:MOST_TEX]


def emoji_of(alt: str) -> str:
    """The picture's emoji where its description is nothing else; empty otherwise."""
    return alt if len(alt) <= 20 and _EMOJI.fullmatch(alt) else ""


# -- formulas ---------------------------------------------------------------------------------------------------------


def formula(math: LexborNode) -> str:
    """A MathML formula as a line: `a/b`, `a^b`, `a_b`, `√(a)`, all else in order; its alternative text where it has no parts."""
    written, _ = _joined(math)
    alternative = math.attributes.get("alttext") or ""
    return written or ("" if "\\" in alternative else alternative.strip("$ "))


class _Part:
    """An element whose children are being joined."""

    __slots__ = ("done", "next", "tag")

    def __init__(self, node: LexborNode) -> None:
        self.tag, self.next = node.tag or "", node.child
        self.done: list[tuple[str, int]] = []


def _joined(math: LexborNode) -> tuple[str, int]:
    """The line and how many tokens are in it; an explicit stack, for a page may nest as deep as it likes."""
    stack = [_Part(math)]
    for _ in range(MOST_TOKENS):
        here = stack[-1]
        child = here.next
        if child is None:
            if len(stack) == 1:
                break
            stack.pop()
            stack[-1].done.append(_put_together(here))
            continue
        here.next, tag = child.next, child.tag or ""
        if tag == "-text":
            text = (child.text_content or "").translate(_INVISIBLE_OPERATORS)
            if here.tag in _TOKEN_TAGS and text.strip(" \t\r\n"):
                here.done.append((text.strip(" \t\r\n"), 1))
        elif not tag.startswith(("annotation", "-", "!", "_")):
            stack.append(_Part(child))
    while len(stack) > 1:
        last = stack.pop()
        stack[-1].done.append(_put_together(last))
    return _put_together(stack[0])


def _put_together(part: _Part) -> tuple[str, int]:
    sides = part.done
    count = sum(tokens for _, tokens in sides)
    if part.tag in _TOKEN_TAGS:
        return "".join(text for text, _ in sides), min(count, 1)
    if part.tag == "mspace":
        return " ", 0
    if part.tag == "mfrac" and len(sides) == 2:
        return "/".join(_whole(side) for side in sides), count
    if part.tag == "mroot" and len(sides) == 2:
        return f"^{_whole(sides[1])}√({sides[0][0]})", count
    if part.tag == "mover" and len(sides) == 2 and len(sides[1][0]) == 1 and not sides[1][0].isalnum():
        return f"{sides[0][0]}{sides[1][0]}", count
    if (marks := _MARKS.get(part.tag)) and len(sides) == len(marks) + 1:
        return sides[0][0] + "".join(mark + _whole(side) for mark, side in zip(marks, sides[1:], strict=True)), count
    if part.tag in _PARTED:
        return _PARTED[part.tag].join(text for text, _ in sides), count
    joined = _in_a_row(sides)
    if part.tag == "mfenced":
        return f"({','.join(text for text, _ in sides)})", count
    return (f"√({joined})" if part.tag == "msqrt" else joined), count


def _whole(side: tuple[str, int]) -> str:
    """A part in brackets where it is more than one figure or name with its sign."""
    text, tokens = side
    single = tokens < 2 or (tokens == 2 and text[:1] in "-−–+" and text[1:].isalnum())
    return text if single else f"({text})"


def _in_a_row(sides: list[tuple[str, int]]) -> str:
    """The parts joined; a letter or figure behind an index or exponent, or behind a fraction, is kept apart from it."""
    joined: list[str] = []
    before = ""
    for text, _ in sides:
        if text[:1].isalnum() and before[-1:].isalnum() and any(mark in before for mark in "^_/"):
            joined.append(" ")
        joined.append(text)
        before = text or before
    return "".join(joined)

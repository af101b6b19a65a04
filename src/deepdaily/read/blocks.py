"""One walk over a page's HTML5 tree: what a reader sees of it, block by block, in order, no word lost and none added.

Which blocks are the article is not decided here; `main_content` does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from deepdaily.core.text import clean, squeeze
from deepdaily.read.bearing import (
    NAME_CHARS,
    PLAIN,
    STYLE_CHARS,
    UNSTYLED,
    Bearing,
    Style,
    bearing_of,
    is_code_line,
    is_line_number,
    is_note,
    is_side_note,
    style_of,
)
from deepdaily.read.data_tables import is_data
from deepdaily.read.revealed import UNREAD, most_of_the_page, opened, streamed_parts
from deepdaily.read.sheets import hidden_names
from deepdaily.read.spelling import (
    NOTHING_SEEN,
    Attributes,
    before_raised,
    follows_its_like,
    formula,
    is_digits,
    is_named_mark,
    is_note_link,
    is_note_mark,
    peek,
    picture_says,
    unset_formula,
)

MOST_LINKS = 20_000
"""Links of a page that are told apart; more are words like others."""

MAX_RAW_CHARS = 400_000
"""Of one line, white space among them; twice of what a text may have."""

LINE_ENDS = "\n"
LINK, LINK_ENDS, CELL = "\ud801", "\ud802", "\ud803"
"""Marks inside a block's raw text. They are lone surrogates, which no decoded page holds."""

_BLOCKS = frozenset(
    "body p div ul ol menu li dl dt dd h1 h2 h3 h4 h5 h6 table caption thead tbody tfoot tr td th pre blockquote section article"
    " main aside header footer hgroup figure figcaption address details summary fieldset legend form center listing".split()
)
_LOOSE = frozenset("span b i em strong font small big label".split())
"""Elements inside a line that a style may raise, lower or bring on a line of their own."""

_ROOTS = frozenset("html body main article".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_DRAWN = frozenset(("img", "math"))
_APART = frozenset(
    "navigation banner contentinfo complementary search dialog alertdialog menu menubar toolbar tooltip tablist".split()
)
_WORD = re.compile(r"\w")
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]{0,40})([^<>]*)")
_ENDING_ALONE = frozenset(
    "p li dt dd tr td th tbody thead tfoot caption colgroup option optgroup rp rt html head body area base br col embed hr img"
    " input link meta param source track wbr".split()
)
_NEVER_EMPTY = _BLOCKS | frozenset("a b big button code em font i nobr object s small span strike strong tt u".split())
"""Elements that a slash at the end of their tag does not close."""

_MARKS = re.compile(f"[{LINK}{LINK_ENDS}]")


# -- what comes out ---------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Box:
    """An element that holds blocks; columns and prose are those of all blocks in it, filled in by `main_content`."""

    tag: str
    names: str
    """Its classes and its id."""
    parent: Box | None
    dull: int = 0
    """2: by its names a menu, a sharing bar, related links …; 1: perhaps one; 0: no."""
    named: bool = False
    """By its names, its role or its tag the place of the article."""
    columns: int = 0
    linked: int = 0
    prose: int = 0
    lines: int = 0
    """Blocks of its own or of its boxes."""
    inside: bool = False


@dataclass(slots=True, eq=False)
class Block:
    """A line of the page as it is shown (of `pre` and the like several), marks for links and cells in it."""

    box: Box
    tag: str
    raw: str
    linked: int
    """Characters of it in links."""
    parts: list[str]
    bullet: bool = False
    links: list[int] = field(default_factory=list)
    """Places in `Visible.links`, in the order of their marks."""
    table: int = -1
    """Which data table it is a row of, from 0; -1 for none."""
    heading_row: bool = False

    def text(self) -> str:
        """Without marks, on one line; of `pre` as it stands."""
        bare = clean(_MARKS.sub("", self.raw).replace(CELL, " | ") if self.links or self.table >= 0 else self.raw)
        return bare if self.tag == "pre" else squeeze(bare)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link as it is written."""

    href: str
    rel: str


@dataclass(slots=True)
class Visible:
    """What is seen of a page, in order."""

    boxes: list[Box]
    """A parent stands before its children."""
    blocks: list[Block]
    links: list[Anchor]
    tables: int = 0


def depth_of(source: str) -> int:
    """At most how many elements are open at once, told by the tags alone; those that end by themselves are not counted."""
    deepest = depth = 0
    for tag in _TAG.finditer(source):
        name = tag[2].lower()
        if name not in _ENDING_ALONE and (name in _NEVER_EMPTY or not tag[3].endswith("/")):
            depth = max(0, depth - 1) if tag[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest


def tree_of(source: str) -> LexborHTMLParser:
    """The page as browsers read it; open shadow roots are elements like others."""
    if "shadowroot" in source or "SHADOWROOT" in source:
        source = opened(source)
    return LexborHTMLParser(source.encode("utf-8", "replace"))


def visible(tree: LexborHTMLParser) -> Visible:
    """What a reader sees of the page.

    What only a script reveals is seen where it is most of the page: hidden text that is less is a trap, or a menu.
    """
    body = tree.body
    if body is None:
        return Visible([], [], [])
    streamed, veiling = streamed_parts(tree), hidden_names(sheet.text() for sheet in tree.css("style"))
    walk = _Walk(frozenset(), streamed, veiling)
    seen = walk.over(body)
    if walk.hidden and (revealed := most_of_the_page(walk.hidden, sum(len(block.raw) for block in seen.blocks))):
        seen = _Walk(revealed, streamed, veiling).over(body)
    return seen


def _cut(raw: str) -> str:
    """A line of more characters than any text may have, cut behind them."""
    head = raw[:MAX_RAW_CHARS]
    return head + LINK_ENDS if head.count(LINK) > head.count(LINK_ENDS) else head


# -- the walk ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Element:
    """An element that is being entered, and what its names and its style say."""

    node: LexborNode
    tag: str
    attributes: Attributes
    names: str
    """Classes and id, parted by a blank."""
    bearing: Bearing
    style: Style
    kept: bool
    """Line ends in it are line ends."""


@dataclass(slots=True)
class _Frame:
    """An element whose children are being walked."""

    next: LexborNode | None
    box: Box
    tag: str
    """Of the innermost block."""
    linked: bool = False
    kept: bool = False
    """Line ends are line ends."""
    cells: bool = False
    """Inside a row of a data table: nothing ends the line."""
    rows: bool = False
    """Inside a data table."""
    heading: bool = False
    """Inside the head of a table."""
    leaving: str = ""
    """What is to be done when its children are through: a block, a link …"""


class _Walk:
    def __init__(self, revealed: frozenset[str], streamed: Mapping[str, LexborNode], veiling: Mapping[str, str]) -> None:
        self.revealed, self.streamed, self._veiling = revealed, dict(streamed), veiling
        self.hidden: dict[str, list[LexborNode]] = defaultdict(list)
        self.seen = Visible([], [], [])
        self._line: list[str] = []
        self._links: list[int] = []
        self._linked = 0
        self._bullet = False
        self._row: list[bool] = []
        self._looks = 60
        """Tables whose kind is still looked at: a nest of them is a layout."""
        self._raised = False
        self._gap = False
        self._lowered = -1

    def over(self, body: LexborNode) -> Visible:
        root = Box("body", " ", None)
        self.seen.boxes.append(root)
        stack = [_Frame(body.child, root, "body", leaving="block")]
        while stack:
            frame = stack[-1]
            node = frame.next
            if node is None:
                stack.pop()
                if frame.leaving:
                    self._leave(frame)
                continue
            frame.next = node.next
            tag = node.tag or "-instruction"  # `<?php …>` has none
            if tag == "-text":
                text = node.text_content
                if text:
                    self._text(text, frame)
            elif tag not in UNREAD and tag[0] not in "-!_":
                if (entered := self._enter(node, tag, frame)) is not None:
                    stack.append(entered)
            elif tag == "script":
                self._formula(unset_formula(node), frame)
            elif tag == "template" and (entered := self._arrived(node, frame)) is not None:
                stack.append(entered)
        return self.seen

    def _arrived(self, place: LexborNode, frame: _Frame) -> _Frame | None:
        """The frame of what is streamed to a template's place."""
        part = self.streamed.pop(place.attributes.get("id") or "", None) if self.streamed else None
        return None if part is None else self._block(_Element(part, "div", {}, " ", PLAIN, UNSTYLED, kept=False), frame)

    # -- words ----------------------------------------------------------------------------------------------------------

    def _text(self, text: str, frame: _Frame) -> None:
        line = self._line
        if not frame.kept and text.isspace():
            if line:
                line.append(" ")
                self._gap = self._raised = False
                self._lowered = -1
            return
        if self._gap or self._raised or self._lowered >= 0:
            text = self._beside_mark(text)
        line.append(text)
        if frame.linked:
            self._linked += len(text.strip())

    def _beside_mark(self, text: str) -> str:
        """`text` right behind a raised or lowered word, or at the beginning of a raised one."""
        first = text.lstrip(NOTHING_SEEN)[:1]
        if 0 <= self._lowered < len(self._line) and first.isdigit():
            self._line[self._lowered] = "_"
            self._gap = True
        if self._gap and first.isalnum():
            self._line.append(" ")
        if self._raised:
            text = text.lstrip()
        self._gap = self._raised = False
        self._lowered = -1
        return text

    def _last(self) -> str:
        """The last visible character of the line so far; a blank at its beginning."""
        for piece in reversed(self._line[-8:]):
            bare = piece.rstrip(NOTHING_SEEN)
            if bare and not "\ud800" <= bare[-1] <= "\udfff":
                return bare[-1]
        return " "

    def _flush(self, frame: _Frame) -> None:
        """End the line: what was gathered is a block of the frame's box."""
        line = self._line
        self._gap = self._raised = False
        self._lowered = -1
        if not line:
            return
        raw = "".join(line)
        links = self._links
        if _WORD.search(raw):
            if len(raw) > MAX_RAW_CHARS:
                raw = _cut(raw)
            if raw.count(LINK) > raw.count(LINK_ENDS):
                raw += LINK_ENDS
            row = self.seen.tables - 1 if frame.cells else -1
            tag = "tr" if frame.cells else "pre" if frame.kept else frame.tag
            heading = frame.cells and (frame.heading or all(self._row))
            block = Block(frame.box, tag, raw, self._linked, line, self._bullet, links, row, heading)
            self.seen.blocks.append(block)
            self._bullet = False
        elif LINK in line and LINK_ENDS not in line:  # a card: the words of its link are in the blocks inside it
            self._line, self._links = [LINK], links[-1:]
            return
        self._line, self._links, self._linked = [], [], 0

    # -- elements -------------------------------------------------------------------------------------------------------

    def _enter(self, node: LexborNode, tag: str, frame: _Frame) -> _Frame | None:
        """The frame of an element's children; None where it is left out or done with."""
        if tag == "br" or tag == "hr":
            self._break(frame)
            return None
        attributes = node.attributes
        names, bearing, style, kept = " ", PLAIN, UNSTYLED, frame.kept
        if attributes:
            given, name = attributes.get("class"), attributes.get("id")
            if given or name:
                names = f"{given or ''} {name or ''}"[:NAME_CHARS]
                bearing = bearing_of(names)
            if "style" in attributes:
                style = style_of((attributes["style"] or "")[:STYLE_CHARS])
                kept = kept or style.lines
        here = _Element(node, tag, attributes, names, bearing, style, kept)
        if tag not in _ROOTS and (bearing.hidden or bearing.struck or style.struck or self._is_hidden(here)):
            return None
        return self._block(here, frame) if tag in _BLOCKS or (style.apart and tag in _LOOSE) else self._inline(here, frame)

    def _is_hidden(self, here: _Element) -> bool:
        """Whether nobody sees it; it is remembered by the way in which it is hidden, for that may be the whole page."""
        attributes = here.attributes
        way = "noscript" if here.tag == "noscript" else ""
        if "hidden" in attributes or "popover" in attributes or here.bearing.veiled:
            way = "hidden"
        elif attributes.get("aria-hidden") == "true":
            way = "aria-hidden"
        elif here.style.hides:
            way = here.style.hides
            if "mwe-math" in here.names:  # Wikipedia shows a picture of it
                return False
        elif self._veiling:
            way = next((self._veiling[name] for name in here.names.lower().split() if name in self._veiling), way)
        if not way or way in self.revealed:
            return False
        if len(self.hidden[way]) < 200:
            self.hidden[way].append(here.node)
        return True

    def _break(self, frame: _Frame) -> None:
        if frame.cells:
            self._line.append(" ")
        elif frame.kept:
            self._line.append(LINE_ENDS)
        else:
            self._flush(frame)

    def _block(self, here: _Element, frame: _Frame) -> _Frame | None:
        node, tag, role = here.node, here.tag, here.attributes.get("role") or ""
        if (tag == "footer" and frame.tag != "blockquote") or (is_line_number(here.names) and is_digits(node)):
            return None
        if frame.cells and tag != "table":
            return self._in_row(node, tag, frame)
        if frame.kept and tag != "table":
            self._line.append(LINE_ENDS)
            return _Frame(node.child, frame.box, frame.tag, frame.linked, True, leaving="line")
        self._flush(frame)
        if role in _APART and tag not in _ROOTS:
            return None
        box = Box(tag, here.names, frame.box, 0 if tag in _ROOTS or tag in _HEADINGS else here.bearing.dull)
        box.named = here.bearing.named or tag in ("article", "main") or role == "main"
        box.named = box.named or here.attributes.get("itemprop") == "articleBody"
        self.seen.boxes.append(box)
        entered = _Frame(node.child, box, tag, frame.linked, here.kept or tag in ("pre", "listing", "xmp"), leaving="block")
        entered.rows, entered.heading = frame.rows, frame.heading or tag == "thead"
        if tag == "li" or tag == "dd":
            self._bullet, entered.leaving = True, "entry"
        elif tag == "table":
            entered.rows = self._looks > 0 and is_data(node, here.attributes)
            self._looks -= 1
            self.seen.tables += entered.rows
        elif tag == "tr" and frame.rows:
            entered.cells, self._row = True, []
        return entered

    def _in_row(self, node: LexborNode, tag: str, frame: _Frame) -> _Frame:
        """A block inside a row: a cell is parted from the one before it, all else by a blank."""
        if tag == "td" or tag == "th":
            if self._row:
                self._line.append(CELL)
            self._row.append(tag == "th")
        else:
            self._line.append(" ")
        return _Frame(node.child, frame.box, frame.tag, frame.linked, False, True, True, frame.heading, leaving="blank")

    def _inline(self, here: _Element, frame: _Frame) -> _Frame | None:
        node, tag = here.node, here.tag
        entered = _Frame(node.child, frame.box, frame.tag, frame.linked, here.kept, frame.cells, frame.rows, frame.heading)
        if tag == "a":
            return self._link(node, here.attributes, entered)
        if tag == "sup" or tag == "sub":
            return self._moved(node, tag, here.attributes, entered)
        if tag in _LOOSE and (moved := here.bearing.moved or here.style.moved):
            return self._moved(node, moved, here.attributes, entered)
        if tag in _DRAWN:
            self._formula(formula(node) if tag == "math" else picture_says(here.attributes), frame)
            return None
        if tag == "q":
            self._text("“", frame)
            entered.leaving = "quote"
        elif (tag == "button" and not (frame.tag == "p" and self._begun())) or self._is_beside(here, frame):
            return None
        elif "-" in tag and self._last() in ".!?;:…" and follows_its_like(node):
            self._line.append(" ")
        elif here.kept and is_code_line(here.names) and self._line and not self._line[-1].endswith(LINE_ENDS):
            self._line.append(LINE_ENDS)
        return entered

    def _begun(self) -> bool:
        """Whether the line has a word."""
        return any(not piece.isspace() for piece in self._line)

    def _formula(self, written: str, frame: _Frame) -> None:
        if written:
            self._text(written, frame)
            self._gap = any(mark in written for mark in "^_/")

    def _is_beside(self, here: _Element, frame: _Frame) -> bool:
        """Whether an inline element stands beside the line and not in it: a note, the number of a line of code."""
        names, node = here.names, here.node
        if frame.kept and (here.style.unselected or is_line_number(names)) and is_digits(node):
            return True
        if "-" in here.tag and is_note(here.tag):
            return self._begun()
        if names == " ":
            return False
        if is_side_note(names) or is_named_mark(node, names) or here.attributes.get("role") == "tooltip":
            return True
        if "katex-html" in names:
            before = node.prev
            return before is not None and "katex-mathml" in (before.attributes.get("class") or "")
        return is_note(names) and self._begun()

    def _link(self, node: LexborNode, attributes: Attributes, entered: _Frame) -> _Frame | None:
        href = attributes.get("href")
        if href is None:
            return entered
        if href[:1] == "#" and not _WORD.search(peek(node)):  # the way to a heading, or back from a note
            return None
        if ("#" in href or "role" in attributes) and is_note_link(node, attributes, self._last()):
            return None
        entered.linked = True
        if href and href[0] != "#" and len(self.seen.links) < MOST_LINKS:
            self._links.append(len(self.seen.links))
            self.seen.links.append(Anchor(href[:4096], (attributes.get("rel") or "")[:100]))
            self._line.append(LINK)
            entered.leaving = "link"
        return entered

    def _moved(self, node: LexborNode, moved: str, attributes: Attributes, entered: _Frame) -> _Frame | None:
        """A raised or lowered word."""
        text, last = peek(node), self._last()
        if not text:
            return entered
        if moved == "sup":
            if is_note_mark(node, attributes):
                return None
            if before := before_raised(node, text, "".join(self._line[-8:])):
                self._text(before, entered)
                self._raised, entered.leaving = before == "^", "mark"
        elif any(char.isdigit() for char in text):
            self._line.append("_" if last.isdigit() else "")
            entered.leaving = "mark" if last.isdigit() else f"lowered {len(self._line) - 1}"
        return entered

    def _leave(self, frame: _Frame) -> None:
        leaving = frame.leaving
        if leaving == "block":
            self._flush(frame)
        elif leaving == "entry":
            self._flush(frame)
            self._bullet = False
        elif leaving == "link":
            if self._links:  # a block inside it has ended its words
                self._line.append(LINK_ENDS)
        elif leaving == "mark":
            self._gap = True
        elif leaving == "quote":
            self._text("”", frame)
        elif leaving == "blank":
            self._line.append(" ")
        elif leaving == "line":
            self._line.append(LINE_ENDS)
        else:
            self._lowered = int(leaving.split()[1])

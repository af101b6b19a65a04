"""What an entry says, before it is read: its words, and whether angle brackets in them are markup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from html import escape, unescape
from typing import Literal, NamedTuple

from deepdaily.core.cues import table
from deepdaily.core.text import clean, squeeze
from deepdaily.read.extract import fragment

MAX_LINE_CHARS, MAX_TITLE_CHARS = 2_000, 500
"""Of a title or name as written, and of what is kept of it: it is not a text."""

MAX_MARKUP_CHARS = 200_000
"""Of one entry; what follows is not read."""

Manner = Literal["plain", "loose", "markup"]
"""`plain`: text as it stands; `markup`: well-formed XHTML; `loose`: HTML, or text that nobody escaped, as RSS leaves open."""

_NAMES = {name: frozenset(words.split()) for name, words in table(__name__).items()}
_PHRASING, _VOID = _NAMES["phrasing"], _NAMES["void"]
_ELEMENTS = _PHRASING | _VOID | _NAMES["other"]

_ANGLE = re.compile(r"<(?:(/?)([A-Za-z][\w:.-]*)([^<>]*)(>?)|!--|[!?][^<>]*>?)?")
_WORD = re.compile(r"\w")


class Said(NamedTuple):
    text: str
    manner: Manner = "loose"


NOTHING = Said("", "plain")


@dataclass(frozen=True, slots=True)
class Stated:
    """One entry in its feed's own words; empty where it says nothing. `link` may be relative to `base`."""

    base: str
    title: Said
    id: str
    link: str
    dates: tuple[str, ...]
    """The best first: published, updated, created."""
    texts: tuple[Said, ...]
    author: str = ""
    terms: tuple[str, ...] = ()
    otherwise: datetime | None = None
    """What feedparser takes the date for, if its year, month and day stand in the words."""


def one_line(words: Said) -> str:
    """A title or name on one line, without markup; nothing of it is lost but white space and characters nobody can see.

    In a title `<name>` is markup only where HTML has that element for phrases and it is closed again. Empty without a letter
    or digit.
    """
    said = words.text[:MAX_LINE_CHARS]
    if words.manner != "plain":
        said = fragment(_marked_up(said)) if "<" in said else unescape(said) if "&" in said else said
    found = squeeze(clean(said))[:MAX_TITLE_CHARS]
    return found if _WORD.search(found) else ""


def readable(texts: tuple[Said, ...]) -> str:
    """The text of the longest of `texts`, one block a line; empty where there is none."""
    longest = max(texts, key=lambda words: len(words.text), default=NOTHING)
    said = longest.text[:MAX_MARKUP_CHARS]
    if longest.manner == "plain":
        return fragment(escape(said, quote=False))
    return fragment(_with_text_escaped(said, _ELEMENTS) if longest.manner == "loose" and "<" in said else said)


def _with_text_escaped(said: str, elements: frozenset[str]) -> str:
    """`said` with each `<` escaped that begins no tag of `elements`, no foreign one with attributes, and no comment.

    A parser takes `a <b` and `Vec<T, U>` for tags and drops them, with all that follows where no `>` does.
    """
    last_end = said.rfind("-->")
    foreign: set[str] = set()

    def is_tag(slash: str, name: str, rest: str, closed: bool) -> bool:
        if name.lower() in elements:
            return rest[:1] in ("", "/", " ", "\t", "\n", "\r") and (closed or "=" in rest)
        if closed and elements is _ELEMENTS and (name in foreign if slash else "=" in rest or "-" in name or ":" in name):
            foreign.add(name)
            return True
        return False

    def kept(angle: re.Match[str]) -> str:
        whole, name = angle.group(), angle[2]
        if name is not None:
            markup = is_tag(angle[1], name, angle[3], bool(angle[4]))
        elif whole == "<!--":
            markup = angle.start() < last_end
        else:
            markup = whole[1:2] in ("!", "?") and whole[-1] == ">"
        return whole if markup else "&lt;" + whole[1:]

    return _ANGLE.sub(kept, said)


def _marked_up(title: str) -> str:
    """`title` as markup: with all escaped that is spoken of, tags that are never closed or never opened among it."""
    title = _with_text_escaped(title, _PHRASING)
    tags = [tag for tag in _ANGLE.finditer(title) if tag[2]]
    lone: set[int] = set()
    opened: list[re.Match[str]] = []
    for tag in tags:
        name = tag[2].lower()
        if not tag[1]:
            opened += [] if name in _VOID else [tag]
            continue
        while opened and opened[-1][2].lower() != name and any(one[2].lower() == name for one in opened):
            lone.add(opened.pop().start())
        if opened and opened[-1][2].lower() == name:
            opened.pop()
        else:
            lone.add(tag.start())
    lone |= {tag.start() for tag in opened}
    return "".join("&lt;" if place in lone else char for place, char in enumerate(title)) if lone else title

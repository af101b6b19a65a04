"""What an element's classes, id and style say of it: whether it is dull, hidden, struck out, raised. Pure: names in, values out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from deepdaily.core.cues import Cue, cues, table

NAME_CHARS, STYLE_CHARS = 400, 500
"""Of an element's classes, and of its style, that are looked at: a megabyte of either says no more."""

MOST_LOOKED_UP = 8_000
"""Spellings of classes and styles that are remembered; the longest open page has some hundred."""

_MARKS = ("hidden_class", "veiled_class", "shown_class", "struck", "raised", "lowered")
_LONGEST_RUN = 4
"""Parts of a name that are one word at most: `skip-to-content` has three."""

_FIGURES = str.maketrans("123456789", "000000000")
"""One figure says as much as another: `item-7` bears what `item-8` bears."""

_TABLE = table(__name__)
_CUES = cues(_TABLE["cues"])
_STRONG, _WEAK, _PLACE = (frozenset(_TABLE["words"][name].translate(_FIGURES).split()) for name in ("strong", "weak", "named"))
_BEGINNINGS = frozenset(word[:end] for word in _STRONG | _WEAK | _PLACE for end in range(1, len(word) + 1))
"""What may still become one of the words when more parts follow."""

_INK = (
    (Cue(r"#(?:f{3}){1,2}(?![0-9a-f])|rgb\(255,255,255\)"), "white"),
    (Cue(r"#(?:0{3}){1,2}(?![0-9a-f])|rgb\(0,0,0\)"), "black"),
)
"""White and black in their several spellings: a trap is written in the colour of its paper."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """What an element's classes and id say."""

    dull: int = 0
    """2: a menu, a sharing bar, related links …; 1: perhaps one; 0: no."""
    named: bool = False
    """The article's place."""
    hidden: bool = False
    """For screen readers alone, or never shown."""
    veiled: bool = False
    """Hidden until a script shows it."""
    struck: bool = False
    moved: str = ""
    """`sup` or `sub` for what is raised or lowered."""


@dataclass(frozen=True, slots=True)
class Style:
    """What an element's style says."""

    hides: str = ""
    """Its text without white space where it hides the element."""
    struck: bool = False
    lines: bool = False
    """Line ends are line ends."""
    apart: bool = False
    """It stands on lines of its own, whatever its tag."""
    unselected: bool = False
    """It is not copied with the text beside it, as numbers of lines are."""
    moved: str = ""


_ANY_MARK = Cue("|".join(f"(?:{_CUES[kind].pattern})" for kind in _MARKS), re.IGNORECASE)
PLAIN, UNSTYLED = Bearing(), Style()


def bearing_of(names: str) -> Bearing:
    """Of an element's classes and its id, parted by blanks. A page that numbers its thousand names is judged by a few."""
    return _bearing(names.translate(_FIGURES))


@lru_cache(maxsize=MOST_LOOKED_UP)
def _bearing(names: str) -> Bearing:
    dull, named = 0, False
    for name in names.lower().split():
        here, place = _said_by(name)
        dull, named = max(dull, here), named or place
    if not _ANY_MARK.search(names):
        return Bearing(dull, named) if dull or named else PLAIN
    marks = {kind for kind in _MARKS if _CUES[kind].search(names)}
    moved = "sup" if "raised" in marks else "sub" if "lowered" in marks else ""
    veiled = "veiled_class" in marks and "shown_class" not in marks
    return Bearing(dull, named, "hidden_class" in marks, veiled, "struck" in marks, moved)


def _said_by(name: str) -> tuple[int, bool]:
    """How dull a name says that an element is, and whether it is the article's place.

    It bears a word where one or a run of its parts is one: `post-tags-list` bears `post`, `posttags`, `tags` …
    """
    parts = [part for part in name.replace("_", "-").split("-")[:12] if part]
    dull, named = 0, False
    for at in range(len(parts)):
        word = ""
        for part in parts[at : at + _LONGEST_RUN]:
            word += part
            if word not in _BEGINNINGS:
                break
            dull = max(dull, 2 if word in _STRONG else 1 if word in _WEAK else 0)
            named = named or word in _PLACE
    return 0 if "embed" in name else dull, named


@lru_cache(maxsize=MOST_LOOKED_UP)
def style_of(style: str) -> Style:
    """Of a style as it is written."""
    bare = "".join(style[:STYLE_CHARS].split()).lower()
    for pattern, ink in _INK:
        bare = pattern.sub(ink, bare)
    moved = "sup" if _CUES["raising"].search(bare) else "sub" if _CUES["lowering"].search(bare) else ""
    return Style(
        hides=bare if _CUES["hiding"].search(bare) else "",
        struck="line-through" in bare,
        lines="white-space:pre" in bare or "white-space:break-spaces" in bare,
        apart=bool(_CUES["apart"].search(bare)),
        unselected="user-select:none" in bare,
        moved=moved,
    )


def is_side_note(names: str) -> bool:
    """Whether an element is a note in the margin."""
    return bool(_CUES["side_note"].search(names))


def is_note(names: str) -> bool:
    """Whether an element inside a line holds the words of a note."""
    return bool(_CUES["note_text"].search(names))


def is_line_number(names: str) -> bool:
    """Whether an element beside code holds the numbers of its lines."""
    return bool(_CUES["line_number"].search(names))


def is_code_line(names: str) -> bool:
    """Whether an element in code is one line of it."""
    return bool(_CUES["code_line"].search(names))

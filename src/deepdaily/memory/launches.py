"""One launch under several titles: what was brought out is known by its names, its version and the act, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deepdaily.core.aliases import MEANING
from deepdaily.core.cues import Cue
from deepdaily.core.lexicon import PRODUCTS
from deepdaily.core.text import COMMON, names
from deepdaily.core.urls import domain
from deepdaily.memory.threads import GENERIC, MAKERS, lines, state_of, stateless

_OUT = {"GA": "out", "launched": "out", "announced": "out", "open-sourced": "out"}
"""States that different pages give one launch."""

LEAST_NAMES = 2
"""Without a version so many names are one launch's: one alone is a product that is launched into many places."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What a page's title says was brought out."""

    names: frozenset[str]
    """In one form each, in parts: `gpt`, `codex`; without makers and the page's own site where it names anything else."""
    perhaps: frozenset[str]
    """The word it begins with, which is a name or only capital: it may meet a name, and need not."""
    lines: frozenset[str]
    """Its models and versions: `gpt 5.3`, `0.12`."""
    act: str
    """`out`, `beta`, or another state's name; empty where the title names none."""
    publisher: str
    """The site whose page it is; empty where that is not known."""


def launch(title: str, url: str = "") -> Launch:
    """The launch that a title tells; one without names is the same as no other."""
    state, site, text = state_of(title), domain(url) if url else "", stateless(title)
    act = _OUT.get(state.name, state.name) if state else ""
    found = frozenset(_names(text))
    begins = frozenset(_parts([first[0]])) if (first := _FIRST.match(text)) else frozenset[str]()
    told = found - MAKERS - {site.partition(".")[0]}
    return Launch(told or found, begins - MAKERS, lines(title), act, site)


def same_launch(told: Launch, other: Launch, *, late: bool) -> bool:
    """Whether both titles tell one launch: the names of one are among those of the other, no version differs, the act is the same.

    Args:
        late: `other` is no newer than what was told. Then a page of the same site need not name the act: it says no more than
            how to use what was launched.
    """
    shared = (told.names | told.perhaps) & (other.names | other.perhaps)
    if not (told.names <= shared or other.names <= shared) or (told.lines and other.lines and not told.lines & other.lines):
        return False
    if not (shared and (told.lines & other.lines or len(shared) >= LEAST_NAMES)):
        return False
    if told.act and other.act:
        return told.act == other.act
    return late and bool(told.act or other.act) and told.publisher == other.publisher != ""


def _names(text: str) -> Iterator[str]:
    """Names of products, under the name of their meaning; no word of the field."""
    yield from _parts([*names(text), *(one.group() for one in PRODUCTS.finditer(text))])
    yield from (MEANING[word] for word in _CHINESE if word in text)


def _parts(found: Sequence[str]) -> Iterator[str]:
    for part in (part for one in found for part in re.split(r"[^\w]+", one.casefold())):
        if part and part not in COMMON | GENERIC and not part[0].isdigit():
            yield MEANING.get(part, part)


_CHINESE = tuple(word for word in MEANING if not word.isascii())
_FIRST = Cue(r"\W*[A-Z][\w+-]+")

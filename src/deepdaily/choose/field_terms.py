"""The terms that tell a field, and where they are met: families of terms of both languages, and sites by what they are about.

The tables stand in `field_terms.toml`. Three sides: `ours`, `others`, and `both` for what is met on either.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from urllib.parse import urlsplit

from deepdaily.core.cues import table
from deepdaily.core.text import CJK

SIDES = {"ours": 1, "both": 0, "others": -1}

LONGEST_WORD = 40
"""Characters of a word that are looked at: no term is longer."""

WORDS_KEPT = 20_000
"""Words whose keys are kept: a day's pages say the same ones again and again."""

_TABLE = table(__name__)
_WORD = re.compile(f"[a-z0-9]+|[{CJK}]")


@dataclass(slots=True)
class _Node:
    """A place in the tree of terms: what may follow, and whose term ends here."""

    after: dict[str, _Node] = field(default_factory=dict)
    families: tuple[str, ...] = ()


def families() -> Mapping[str, int]:
    """Every family of terms with its side: 1 ours, 0 both, -1 others."""
    return {name: side for part, side in SIDES.items() for name in _TABLE[part]}


def kinds() -> Mapping[str, int]:
    """Every kind of site with its side."""
    return {name: side for part, side in SIDES.items() for name in _TABLE["sites"].get(part, {})}


@cache
def _tree() -> tuple[_Node, frozenset[str]]:
    """The root of all terms, and all their words."""
    root, words = _Node(), set[str]()
    for part in SIDES:
        for family, listed in _TABLE[part].items():
            for term in filter(None, (said.strip() for said in re.split("[,\n]", listed))):
                node = root
                for word in re.findall(rf"[a-z0-9+]+\*?|#|[{CJK}]", term):
                    words.add(word)
                    node = node.after.setdefault(word, _Node())
                node.families = (*node.families, family)
    return root, frozenset(words)


@lru_cache(maxsize=WORDS_KEPT)
def _keys(word: str) -> tuple[str, ...]:
    """By what a word may be known in the tree: itself, its singular, its beginning, that it begins with a figure."""
    known = _tree()[1]
    found = [word, word.removesuffix("s"), "#" if word[0].isdigit() else word]
    found += [f"{word[:length]}*" for length in range(2, min(len(word), LONGEST_WORD) + 1)]
    return tuple(dict.fromkeys(key for key in found if key in known))


def words_of(text: str) -> list[str]:
    """The Latin words and the single Chinese characters of a text, in order, in small letters."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())


def terms(text: str) -> Counter[tuple[str, str]]:
    """How often each (family, term) is met: the longest at each place, none within another."""
    root, _ = _tree()
    words, found, at = words_of(text), Counter[tuple[str, str]](), 0
    while at < len(words):
        length, met = _longest(root, words, at)
        for family in met:
            found[family, " ".join(words[at : at + length])] += 1
        at += max(length, 1)
    return found


def _longest(root: _Node, words: Sequence[str], at: int) -> tuple[int, tuple[str, ...]]:
    """The number of words of the longest term that begins there, and its families."""
    met: tuple[str, ...] = ()
    here, length = [root], 0
    for place in range(at, len(words)):
        here = [node.after[key] for node in here for key in _keys(words[place]) if key in node.after]
        if not here:
            break
        ended = tuple(family for node in here for family in node.families)
        if ended:
            length, met = place - at + 1, ended
    return length, met


@cache
def _sites() -> Mapping[str, str]:
    """The kind of each site that is known."""
    return {site: kind for part in SIDES for kind, listed in _TABLE["sites"].get(part, {}).items() for site in listed.split()}


def kind_of(url: str) -> str:
    """The kind of the site, told by the most that is known of its address; empty for one nobody knows."""
    return next((_sites()[name] for name in _names(url) if name in _sites()), "")


def _names(url: str) -> Iterator[str]:
    """What a site may be known by, the narrowest first: with a part of its path or without, the host and what it is below."""
    parts = urlsplit(url.lower())
    labels = (parts.hostname or "").removeprefix("www.").split(".")[-8:]
    path = parts.path.split("/")[1:3]
    for start in range(len(labels) - 1):
        host = ".".join(labels[start:])
        yield from ("/".join([host, *path[:depth]]) for depth in (2, 1, 0))

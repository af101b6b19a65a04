"""The terms that tell a field, and where they are met: families of terms of both languages, and sites by what they are about.

The tables stand in `field_terms.toml`. Three sides: `ours`, `others`, and `both` for what is met on either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from urllib.parse import urlsplit

from deepdaily.core.cues import table
from deepdaily.core.text import CJK
from deepdaily.core.urls import host

SIDES = {"ours": 1, "both": 0, "others": -1}

WORDS_KEPT = 20_000
"""Words whose keys are kept: a day's pages say the same ones again and again."""

_TABLE = table(__name__)
_WORD = re.compile(f"[a-z0-9]+|[{CJK}]")


@dataclass(slots=True)
class _Node:
    """A place in the tree of terms: what may follow, and whose term ends here."""

    after: dict[str, _Node] = field(default_factory=dict)
    families: tuple[str, ...] = ()


@cache
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


@cache
def _beginnings() -> tuple[int, ...]:
    """How many characters those words have that stand for all that begin with them, the shortest first."""
    return tuple(sorted({len(word) - 1 for word in _tree()[1] if word[-1] == "*"}))


@lru_cache(maxsize=WORDS_KEPT)
def _keys(word: str) -> tuple[str, ...]:
    """By what a word may be known in the tree: itself, its singular, its beginning, that it begins with a figure."""
    known = _tree()[1]
    found = [word, word.removesuffix("s"), "#" if word[0].isdigit() else word]
    found += [f"{word[:length]}*" for length in _beginnings() if length <= len(word)]
    return tuple(dict.fromkeys([key for key in found if key in known]))


def words_of(text: str) -> list[str]:
    """The Latin words and the single Chinese characters of a text, in order, in small letters."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())


def terms(text: str) -> dict[tuple[str, str], int]:
    """How often each (family, term) is met: the longest at each place, none within another."""
    words, found, free = words_of(text), dict[tuple[str, str], int](), 0
    for at, begun in enumerate(map(_begun, words)):
        if begun is None or at < free:
            continue
        if not begun.families and begun.after.keys().isdisjoint(_keys(words[at + 1]) if at + 1 < len(words) else ()):
            continue  # most of them: a sign or word that some term begins with
        free, met = _longest(begun, words, at)
        for family in met:
            term = family, " ".join(words[at:free])
            found[term] = found.get(term, 0) + 1
    return found


@lru_cache(maxsize=WORDS_KEPT)
def _begun(word: str) -> _Node | None:
    """What may follow a word that terms begin with; none for most words."""
    after = _tree()[0].after
    found = [after[key] for key in _keys(word) if key in after]
    return _merged(found) if found else None


def _merged(nodes: Sequence[_Node]) -> _Node:
    """Places in the tree as one, for a word that is known by several keys; no deeper than the longest term has words."""
    if len(nodes) == 1:
        return nodes[0]
    after: dict[str, list[_Node]] = {}
    for node in nodes:
        for key, following in node.after.items():
            after.setdefault(key, []).append(following)
    ended = tuple(family for node in nodes for family in node.families)
    return _Node({key: _merged(same) for key, same in after.items()}, ended)


def _longest(begun: _Node, words: Sequence[str], at: int) -> tuple[int, tuple[str, ...]]:
    """The place behind the longest term that begins there, and its families; the place itself where none does."""
    here, end, met = begun, at + bool(begun.families), begun.families
    for place in range(at + 1, len(words)):
        keys, after = _keys(words[place]), here.after
        if after.keys().isdisjoint(keys):
            break
        here = _merged([after[key] for key in keys if key in after])
        if here.families:
            end, met = place + 1, here.families
    return end, met


@cache
def _sites() -> Mapping[str, str]:
    """The kind of each site that is known."""
    return {site: kind for part in SIDES for kind, listed in _TABLE["sites"].get(part, {}).items() for site in listed.split()}


@cache
def _hosts() -> frozenset[str]:
    """The hosts of the sites that are known."""
    return frozenset(site.partition("/")[0] for site in _sites())


def kind_of(url: str) -> str:
    """The kind of the site, told by the most that is known of its address; empty for one nobody knows."""
    return next((_sites()[name] for name in _names(url.lower()) if name in _sites()), "")


def _names(url: str) -> Iterator[str]:
    """What a known site may be named by, the narrowest first: with a part of its path or without, the host and what it is below."""
    labels = host(url).split(".")[-8:]
    known = [name for start in range(len(labels) - 1) if (name := ".".join(labels[start:])) in _hosts()]
    path = urlsplit(url).path.split("/")[1:3] if known else []
    for name in known:
        yield from ("/".join([name, *path[:depth]]) for depth in (2, 1, 0))

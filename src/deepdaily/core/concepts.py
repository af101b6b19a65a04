"""What searchers call one thing: the field's terms in both languages and their short forms, as concepts an index can hold."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from deepdaily.core.aliases import MEANING
from deepdaily.core.glossary import terms
from deepdaily.core.text import CJK, COMMON, tokens

MARK = "~"
"""Begins a concept's name, and no word: `~fine-tuning`."""

TermKey = tuple[str, ...]
"""A term as it is looked for: Latin words without their endings, Chinese characters one by one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that a query asks for: words that stand together, or what they mean."""

    words: tuple[str, ...]
    """As `text.tokens` has them; all of them are the words themselves."""
    concepts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Lexicon:
    asked: Mapping[TermKey, tuple[str, ...]]
    """What a query with this term asks for."""
    said: Mapping[TermKey, tuple[str, ...]]
    """What a text with this term tells of: the same and more."""
    kinds: Mapping[str, str]
    """The concept of a kind of news."""
    longest: int
    first: frozenset[str]
    """What terms begin with."""


def concepts_in(text: str) -> list[str]:
    """The concepts that a text tells of, sorted: of each term in it, also of one within another."""
    lexicon, keys = _lexicon(), tuple(key for key, _, _ in _atoms(text))
    found: set[str] = set()
    for at in range(len(keys)):
        if keys[at] not in lexicon.first:  # as with most words
            continue
        for end in range(at + 1, min(len(keys), at + lexicon.longest) + 1):
            found.update(lexicon.said.get(keys[at:end], ()))
    return sorted(found)


def concept_of_kind(kind: str) -> list[str]:
    """The concept of an `Item.kind`; none for a kind that is not known."""
    return [found] if (found := _lexicon().kinds.get(kind)) else []


def wanted(query: str) -> list[Wanted]:
    """What a query asks for, in its order: terms of the field, the longest from the left, and each word beside them.

    A single Chinese character beside something else is left out: it is mostly a particle.
    """
    text = _normal(query)
    found: list[Wanted] = []
    left = 0
    for start, end, concepts in _terms_of(text):
        found += [Wanted((word,)) for word in tokens(text[left:start])]
        found.append(Wanted(tuple(tokens(text[start:end])), concepts))
        left = end
    found += [Wanted((word,)) for word in tokens(text[left:])]
    told = [one for one in dict.fromkeys(found) if one.words]
    return [one for one in told if one.concepts or len(one.words[0]) > 1 or one.words[0].isascii()] or told


def _terms_of(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Where a term stands, and what it asks for; none overlaps another."""
    lexicon, atoms = _lexicon(), list(_atoms(text))
    at = 0
    while at < len(atoms):
        for end in range(min(len(atoms), at + lexicon.longest), at, -1):
            if concepts := lexicon.asked.get(tuple(key for key, _, _ in atoms[at:end])):
                yield atoms[at][1], atoms[end - 1][2], concepts
                at = end - 1
                break
        at += 1


# -- terms as keys ----------------------------------------------------------------------------------------------------

_ATOM = re.compile(rf"[a-z0-9]+(?:[.+#][a-z0-9]+)*|[{CJK}]")
_ENDING = re.compile(r"(?:ies|es|s|ed|ing|e|y)$")
_TWICE = re.compile(r"([b-df-hj-np-tv-z])\1$")


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _atoms(text: str) -> Iterator[tuple[str, int, int]]:
    """Latin words without their endings and Chinese characters, in order, with their places in `_normal(text)`."""
    for found in _ATOM.finditer(_normal(text)):
        yield _bare(found[0]), found.start(), found.end()


@lru_cache(maxsize=8192)
def _bare(word: str) -> str:
    """The word without its ending, so that prices, priced and pricing are one; crude, but the same on both sides."""
    for _ in range(2):  # `prices` loses its s and then its e
        shorter = _ENDING.sub("", word) if word.isalpha() and len(word) > 3 else word
        word = shorter if len(shorter) >= 3 else word
    return _TWICE.sub(r"\1", word) if len(word) > 3 else word


def _key(term: str) -> TermKey:
    return tuple(key for key, _, _ in _atoms(term))


# -- the table --------------------------------------------------------------------------------------------------------


@cache
def _lexicon() -> _Lexicon:
    """The rows of `concepts.tsv`, and as concepts of their own the glossary's terms and the aliases that none of them has."""
    asked: dict[TermKey, dict[str, None]] = defaultdict(dict)
    narrower: dict[TermKey, dict[str, None]] = defaultdict(dict)
    kinds: dict[str, str] = {}
    for words, narrow, kind in _rows():
        name = MARK + words[0].replace(" ", "_")
        for word in words:
            asked[_key(word)][name] = None
        for word in narrow:
            narrower[_key(word)][name] = None
        kinds |= {kind: name} if kind else {}
    for pair in _pairs():
        keys = [key for word in pair if (key := _key(word))]
        names = {name: None for key in keys for name in asked.get(key, ())} or {MARK + "_".join(keys[0]): None}
        for key in keys:
            asked[key] |= names
    said = {key: tuple({**asked.get(key, {}), **narrower.get(key, {})}) for key in (*asked, *narrower)}
    return _Lexicon(
        {key: tuple(names) for key, names in asked.items()},
        said,
        kinds,
        max(map(len, said)),
        frozenset(key[0] for key in said if key),
    )


def _rows() -> Iterator[tuple[list[str], list[str], str]]:
    """Words, narrower words and kind of each row."""
    for line in (resources.files(__package__) / "concepts.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            words, narrow, kind = (*line.split("\t"), "", "")[:3]
            yield words.split(", "), narrow.split(", ") if narrow else [], kind


def _pairs() -> Iterator[tuple[str, ...]]:
    """The names of one thing that the glossary and the aliases have, but for adjectives and words that mean nothing alone."""
    for one in terms().values():
        chinese = re.sub(r"（.*）", "", one.chinese)
        if one.kind != "a" and one.english not in COMMON and len(chinese) > 1:
            yield one.english, chinese
    for word, name in MEANING.items():
        if word != name and len(word) > 1:
            yield name, word

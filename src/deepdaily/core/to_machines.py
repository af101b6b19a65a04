"""Sentences that speak to a machine: an order to an assistant, a summarizer, a reviewer is nothing for a reader, and no news.

It is told by how it is said: imperatives about the machine's own answer, its rules, its tools, its verdict; whom it addresses;
the marks between the parts of a prompt. A sentence that tells of such an order is one for readers: its quotation marks, and that
the imperative begins no clause of it, tell the two apart. An order may be disguised (letters of another script, backwards, ROT13,
Base64). Adaptive attackers do better: this keeps orders from print, what a model may do is bounded elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

from deepdaily.core.cues import Cue, cue, table
from deepdaily.core.text import Sentence, sentences

MOST_CHARS = 1_500
"""Of a sentence that are looked at; longer ones are not printed."""

_START = (
    r"(?:^[\W\d_]{0,12}|[.:;,!?—–|\])}»>]\s{0,3}[“”]{0,2}\s?|-\s|“”\s{0,2}"
    r"|\b(?:and|then|please|must|just|now|only|also|always|should|or|next|instead)\s+(?:also\s+|only\s+)?)"
)
"""Where a clause begins, and an imperative may stand."""

_LINE = r"^(?:.{1,40}?[:>]\s{1,2})?\W{0,4}"
"""Where a line begins, or what somebody says in it: `[00:07:30] GUEST: …`."""


@dataclass(frozen=True, slots=True)
class _Family:
    """One way of giving orders. The words are looked for first: they are many times as fast as the patterns."""

    name: str
    latin: Cue
    other: Cue
    verbs: frozenset[str]
    objects: frozenset[str]
    signs: frozenset[str]

    @classmethod
    def of(cls, name: str, told: Mapping[str, str]) -> _Family:
        latin, other = (
            cue(told.get(key, "(?!)").replace("{start}", _START).replace("{line}", _LINE)) for key in ("latin", "other")
        )
        verbs, objects, signs = (frozenset(told.get(key, "").split()) for key in ("verbs", "objects", "signs"))
        return cls(name, latin, other, verbs, objects, signs)

    def says(self, view: str, words: Set[str], foreign: bool) -> bool:
        lacks = (
            (self.verbs and self.verbs.isdisjoint(words))
            or (self.objects and self.objects.isdisjoint(words))
            or (self.signs and self.signs.isdisjoint(view))
        )
        return bool((not lacks and self.latin.search(view)) or (foreign and self.other.search(view)))


_FAMILIES = tuple(_Family.of(name, told) for name, told in table(__name__).items())
_TALKED_OF = {"override", "speech", "identity", "marks"}
"""What a title may be about, where nothing else of an order is in it."""

_QUOTED = Cue(r"\"[^\"]{1,200}\"|“[^”]{1,200}”|«[^»]{1,200}»|「[^」]{1,200}」|‘[^’]{1,200}’|'(?<!\w')[^']{1,200}'(?!\w)")
_LOOK_ALIKE = str.maketrans("аеорсхіуАВЕКМНОРСТХІУαοερικυνΑΒΕΗΙΚΜΝΟΡΤΧΥΖ", "aeopcxiyABEKMHOPCTXIYaoepikuvABEHIKMNOPTXYZ")
_OTHER_SCRIPT = Cue(r"[\u0370-\u03ff\u0400-\u04ff]")
_LATIN_LETTER = Cue(r"[A-Za-z]")
LEAST_PACKED = 24
_PACKED = Cue(rf"[A-Za-z0-9+/_-]{{{LEAST_PACKED},}}={{0,2}}")
_COMMON_WORDS = Cue(r"\b(?:the|and|of|to|in|is|for|with|that|on|by|are|was|from|it)\b", re.I)
_LETTERS = Cue(r"[a-z]{2,}", re.I)
_SAID = Cue(r"[^\W_]")
_WORDS = Cue(r"[a-z\u00df-\u024f']+")
_FOREIGN = Cue(r"[\u0370-\u052f\u0600-\u06ff\u0900-\u097f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PIECES = Cue(r"(\s[|｜·–—-]\s|\s?[|｜]\s?|(?<=[.!?])\s+|(?<=[。！？]))")

MOST_PACKED = 8


@lru_cache(maxsize=256)
def spoken(text: str) -> tuple[Sentence, ...]:
    """The sentences of `text` that are said to its readers: no order to a machine, and nothing behind one in its line."""
    kept: list[Sentence] = []
    silent = -1
    for one in sentences(text):
        if one.block == silent:
            continue
        if orders_machine(one.text):
            silent = one.block
            continue
        kept.append(one)
    return tuple(kept)


@lru_cache(maxsize=64)
def unspoken(text: str) -> tuple[Sentence, ...]:
    """The other sentences of `text`."""
    told = {one.start for one in spoken(text)}
    return tuple(one for one in sentences(text) if one.start not in told)


def without_orders(text: str) -> str:
    """`text` with nothing in the place of its other sentences."""
    for one in reversed(unspoken(text)):
        text = text[: one.start] + text[one.end :]
    return text


@lru_cache(maxsize=4096)
def told_title(title: str) -> str:
    """`title` up to an order to a machine; empty where it is nothing else. A title may speak of attacks, and stays whole."""
    kept = ""
    for piece in _PIECES.split(title):
        found = _families(piece)
        if found - _TALKED_OF or len(found) > 1 or (found and kept):
            return re.sub(r"[\s|｜·–—:,-]+$", "", kept)
        kept += piece
    return kept


def orders_machine(text: str) -> bool:
    """Whether a sentence, in plain words or disguised, is an order to a machine."""
    return bool(_families(text))


def _families(text: str) -> set[str]:
    found: set[str] = set()
    for view in _views(text[:MOST_CHARS]):
        words = {word[:4] for word in _WORDS.findall(view.lower())}
        foreign = not view.isascii() and bool(_FOREIGN.search(view))
        found |= {one.name for one in _FAMILIES if one.says(view, words, foreign)}
    return found


def _views(text: str) -> Iterator[str]:
    """The text as its words are read, then what it says unpacked, backwards and in ROT13, where it may."""
    plain = unicodedata.normalize("NFKC", text)
    if _OTHER_SCRIPT.search(plain) and _LATIN_LETTER.search(plain):
        yield _unquoted(plain.translate(_LOOK_ALIKE))
    yield _unquoted(plain)
    long = any(len(word) >= LEAST_PACKED for word in plain.split())
    for packed in _PACKED.findall(plain)[:MOST_PACKED] if long else ():
        try:
            yield _unquoted(base64.b64decode(packed.replace("-", "+").replace("_", "/") + "=" * (-len(packed) % 4)).decode())
        except (binascii.Error, ValueError):
            continue
    words = len(_LETTERS.findall(plain))
    if words >= 4 and len(_COMMON_WORDS.findall(plain)) * 12 < words:  # no English prose
        yield _unquoted(plain[::-1])
        yield _unquoted(codecs.encode(plain, "rot13"))


def _unquoted(text: str) -> str:
    """`text` with an empty pair of marks for each quotation; what is one quotation and nothing else stands as it is."""
    bare = _QUOTED.sub("“”", text)
    return bare if _SAID.search(bare) else text

"""The words of the field in both languages: names of metrics, parts and states, for headers, titles and search."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from deepdaily.core.text import CJK, squeeze


@dataclass(frozen=True, slots=True)
class Term:
    """A term in both languages; `english` in lower case and in the singular."""

    english: str
    chinese: str
    kind: str
    """`m` a metric, `n` a noun that tells a subject, `g` one that alone tells none, `a` an adjective, `p` a proper name."""


@cache
def terms() -> dict[str, Term]:
    """Every term by its English words."""
    lines = (resources.files(__package__) / "glossary.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {english: Term(english, chinese, kind) for english, chinese, kind in rows}


def term(words: str) -> Term | None:
    """The term that `words` are, in any case and number; None where they are none."""
    said = squeeze(words).casefold()
    return next((found for one in (said, *_singular(said)) if (found := terms().get(one))), None)


def _singular(said: str) -> Iterator[str]:
    if said.endswith("ies"):
        yield said[:-3] + "y"
    if said.endswith("es"):
        yield said[:-2]
    if said.endswith("s") and not said.endswith("ss"):
        yield said[:-1]


_WORD = re.compile(r"[A-Za-z0-9][\w.+#/'’-]*")
MOST_WORDS = 5
"""Words of the longest term."""


def terms_in(text: str) -> list[Term]:
    """The terms that stand in an English text, in its order, the longest from the left, each once."""
    words = [one.group().rstrip(".'’-") for one in _WORD.finditer(text)]
    found: dict[str, Term] = {}
    at = 0
    while at < len(words):
        one, used = next(((hit, n) for n in range(MOST_WORDS, 0, -1) if (hit := term(" ".join(words[at : at + n])))), (None, 1))
        if one is not None:
            found.setdefault(one.english, one)
        at += used
    return list(found.values())


_OF = re.compile(r" (?:of|for) (?:the |an? )?")


def in_chinese(phrase: str, is_name: Callable[[str], bool]) -> str:
    """An English noun phrase in Chinese, where terms and names cover all of it; empty where a word is left.

    `A of B` is B 的 A, once. Names stand as they are; a term goes before a name.
    """
    head, *behind = _OF.split(squeeze(phrase))
    told = [_covered(part, is_name) for part in (head, *behind)]
    if not all(told) or len(told) > 2:
        return ""
    return f"{told[1]} 的{told[0]}" if behind and told[1][-1:].isascii() else "的".join(reversed(told))


def _covered(phrase: str, is_name: Callable[[str], bool]) -> str:
    words = phrase.split(" ")
    told: list[str] = []
    at = 0
    while at < len(words):
        hit = next(((one, n) for n in range(MOST_WORDS, 0, -1) if (one := term(" ".join(words[at : at + n])))), None)
        if hit is None and not is_name(words[at]):
            return ""
        told.append(hit[0].chinese if hit else words[at])
        at += hit[1] if hit else 1
    return _joined(told)


def _joined(parts: list[str]) -> str:
    """With a blank where a Latin word meets another sign of the line."""
    text = ""
    for part in parts:
        blank = text and (text[-1].isascii() or part[:1].isascii())
        text += (" " if blank else "") + part
    return text


def has_chinese(text: str) -> bool:
    """Whether a Chinese character stands in it."""
    return bool(re.search(f"[{CJK}]", text))

"""The words of the field in both languages: names of metrics, parts and states, for headers, titles and search."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    """`m` a metric, `n` a noun, `a` an adjective, `p` a proper name that is translated."""


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
_NAME = re.compile(r"(?:[A-Z]|[a-z]*\d|[a-z]+[A-Z])")
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


def in_chinese(phrase: str) -> str:
    """An English noun phrase in Chinese, where terms and names cover all of it; empty where a word is left.

    Names (a capital, a figure) stand as they are. `Prefill` at the beginning may be a term with a capital: terms go first.
    """
    words = squeeze(phrase).split(" ")
    told: list[str] = []
    at = 0
    while at < len(words):
        hit = next(((one, n) for n in range(MOST_WORDS, 0, -1) if (one := term(" ".join(words[at : at + n])))), None)
        if hit is not None:
            told.append(hit[0].chinese)
            at += hit[1]
        elif _NAME.match(words[at]):
            told.append(words[at])
            at += 1
        else:
            return ""
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

"""The words of the field in both languages: names of metrics, parts and states, for headers, titles and search."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from deepdaily.core.text import CJK, squeeze
from deepdaily.core.types import Language


@dataclass(frozen=True, slots=True)
class Term:
    """A term in both languages; `english` in lower case and in the singular."""

    english: str
    chinese: str
    kind: str
    """`m` a metric, `n` a noun that tells a subject, `g` one that alone tells none, `a` an adjective, `p` a proper name; `h` the
    name of a column or a field, too plain a word for a sentence, or one that says another thing there."""


@cache
def terms() -> dict[str, Term]:
    """Every term of sentences by its English words."""
    return {one.english: one for one in _rows() if one.kind != "h"}


@cache
def _heads() -> dict[str, Term]:
    return {one.english: one for one in _rows() if one.kind == "h"}


@cache
def _rows() -> tuple[Term, ...]:
    lines = (resources.files(__package__) / "glossary.tsv").read_text("utf-8").splitlines()
    return tuple(Term(*line.split("\t")) for line in lines if line and not line.startswith("#"))


def term(words: str) -> Term | None:
    """The term that `words` are, in any case and number; None where they are none."""
    return _found(words, terms())


def _found(words: str, among: Mapping[str, Term]) -> Term | None:
    said = squeeze(words).casefold()
    return next((found for one in (said, *_singular(said)) if (found := among.get(one))), None)


_HEAD = re.compile(r"(?P<name>[^()（）]*?)(?P<unit>\s*[(（][^()（）]*[)）])?")
_CODE = re.compile(r"[_`=<>{}\[\]|\\]|::|--|[a-z]: |^[a-z]+[A-Z]")


def column(head: str, language: Language) -> str:
    """The name of a column or a field in the language, a unit in brackets behind it as it is.

    `head` itself where that is code, is in the language already or is not known.
    """
    found = _HEAD.fullmatch(head.strip())
    if found is None or _CODE.search(head) or has_chinese(head) == (language == "zh"):
        return head
    name, unit = found["name"], found["unit"] or ""
    if language == "zh":
        hit = _found(name, _heads()) or term(name)
        return hit.chinese + unit if hit is not None and hit.kind in "hmng" else head
    return _in_english().get(squeeze(name), name) + unit


@cache
def _in_english() -> dict[str, str]:
    """By a Chinese name of a column its English one, where it is the only one."""
    named: dict[str, set[str]] = {}
    for one in _rows():
        if one.kind in "hm" and has_chinese(one.chinese):
            named.setdefault(one.chinese, set()).add(one.english)
    return {chinese: min(english) for chinese, english in named.items() if len(english) == 1}


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

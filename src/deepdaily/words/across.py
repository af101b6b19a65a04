"""What one language's table says, in the words of another's: bylines, labels and notices are made of the tables alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache

from deepdaily.core.types import Language
from deepdaily.words import of

_TABLES = ("sections", "ours", "corrected", "by_rule", "by_model", "recalled", "trouble")
"""Those that an issue is made of."""

_FILLED = ("by_rule.titles", "by_rule.verbs", "by_rule.parts", "by_rule.judged", "by_rule.relations")
"""Frames that say little without what fills them."""

_BARE = re.compile(r"(?:[\W\d]|v(?=\d))*")
"""Figures, dates and versions: the same in every language."""


def across(text: str, own: Language, other: Language) -> str | None:
    """`text` as the other language's table has it; None where it is more than the words of our own and figures."""
    ours, theirs = texts(own), texts(other)
    named = next((name for name, said in ours.items() if said == text != ""), None)
    if named is not None:
        return theirs[named]
    for mark, its in (
        (" · ", " · "),
        (of(own).semicolon, of(other).semicolon),
        (of(own).by_rule.or_else, of(other).by_rule.or_else),
    ):
        if (joined := _each(text.split(mark), its, own, other)) is not None:
            return joined
    for name, pattern in _patterns(own):
        if found := pattern.fullmatch(text):
            filled = {place: _filled(value, own, other) for place, value in found.groupdict().items()}
            if None not in filled.values():
                return _places(theirs[name]).format(**filled)
    stop, blank = re.escape(of(own).stop), re.escape(of(own).blank)
    return _each(re.split(rf"(?<={stop}){blank}(?=.)", text), of(other).blank, own, other)


def _each(parts: list[str], mark: str, own: Language, other: Language) -> str | None:
    """Several parts, each across; None for one alone."""
    told = [across(part, own, other) for part in parts] if len(parts) > 1 else []
    return None if None in told or not told else mark.join(filter(None, told))


def _filled(value: str, own: Language, other: Language) -> str | None:
    if _BARE.fullmatch(value):
        return value.replace(of(own).list_comma, of(other).list_comma)
    return across(value, own, other)


@cache
def texts(language: Language) -> Mapping[str, str]:
    """By their place in the table the words that an issue is made of: `by_rule.press`, `sections.what`."""
    words = of(language)
    said = (pair for table in _TABLES for pair in _within(getattr(words, table), table))
    return {name: text for name, text in said if not name.startswith(_FILLED)}


def _within(value: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif is_dataclass(value):
        for one in fields(value):
            yield from _within(getattr(value, one.name), f"{place}.{one.name}")
    elif isinstance(value, Mapping):
        for key, text in value.items():
            yield f"{place}.{key}", text


@cache
def _patterns(language: Language) -> list[tuple[str, re.Pattern[str]]]:
    """Of the texts with something to fill in, the one with most words of its own first."""
    trouble = of(language).trouble
    known = {"kind": trouble.kinds.values(), "state": (*trouble.states.values(), trouble.silent)}
    found = []
    for name, text in texts(language).items():
        parts = re.split(r"\{(\w+)\}", _places(text))
        if len(parts) > 1:
            told = ["|".join(map(re.escape, known[one])) if one in known else ".+?" for one in parts[1::2]]
            places = [f"(?P<{place}>{values})" for place, values in zip(parts[1::2], told, strict=True)]
            words = [re.escape(part) for part in parts[::2]]
            found.append((name, re.compile("".join(word + place for word, place in zip(words, [*places, ""], strict=True)))))
    return sorted(found, key=lambda one: -len(re.sub(r"\{\w*\}", "", texts(language)[one[0]])))


def _places(text: str) -> str:
    return text.replace("{}", "{it}")

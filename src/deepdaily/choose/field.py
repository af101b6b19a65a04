"""Whether a page is of our field, building and running AI systems: a sum of named terms, each of which explains itself.

Logistic regression over families of terms and kinds of sites (`field_terms.toml`), its weights learned from labelled candidates
and shipped in `field.toml`. Every family has a side that a person gave it, and its weight is drawn towards that side and not
towards nothing: a family that the labels of two days hardly hold still says what it says.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from deepdaily.choose.field_terms import families, kind_of, kinds, terms
from deepdaily.choose.logistic import Lesson, fitted, odds
from deepdaily.core.types import Reason, Story

BEGINNING = 3000
"""Characters of a text that are looked at: what a page is about it says early."""

TITLE_CHARS = 600
"""Of all titles of a story together."""

SHARE_OURS, SHARE_OTHERS = 0.2, 1.0
"""How much a word in the text counts against one in the title. Other fields use our words as their tools and say their own all
over, so their own count in full (docs/ranking.md)."""

OFTEN = 3
"""One term is counted so often at most: a page is known by many words of a field, not by one said again."""

PULL = 5.0
"""Of the prior, in labelled candidates."""

REFUSED = 0.92
"""The share of what is not ours that the cut refuses, among candidates that the weights did not see."""

PARTS = 5
"""Parts of the lessons for choosing the cut."""

TITLES_KEPT, TEXTS_KEPT = 10_000, 2000
"""Titles and texts whose evidence is kept: a day's stories pass two to four times."""

ANY = "any page"
"""The evidence that every page has: its weight is the cut."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """Log-odds that a page is of our field, and the terms that make them, the largest first; their sum is the score."""

    score: float
    reasons: tuple[Reason, ...]

    @property
    def ours(self) -> bool:
        """Whether it is told at all."""
        return self.score >= 0


def spoken(story: Story) -> tuple[str, str, str]:
    """What a story is judged by: the titles of its lead and of its candidates, a line each, the lead's text and its address."""
    titles = dict.fromkeys([story.lead.title, *(candidate.title for candidate in story.candidates)])
    return "\n".join(titles), story.lead.text, story.lead.url


def judged(title: str, text: str, url: str, weights: Mapping[str, float] | None = None) -> Belonging:
    """How far a page belongs to our field, by its title, the beginning of its text and its address; each may be empty.

    Args:
        weights: by family and kind of site; None for those that are shipped.
    """
    if weights is None:
        return _judged(title[:TITLE_CHARS], text[:BEGINNING], url)
    return _belonging(title, text, url, weights)


@lru_cache(maxsize=TEXTS_KEPT)
def _judged(title: str, head: str, url: str) -> Belonging:
    return _belonging(title, head, url, shipped())


def _belonging(title: str, text: str, url: str, weights: Mapping[str, float]) -> Belonging:
    found = [(name, round(value * weights.get(name, 0.0), 3)) for name, value in shown(title, text, url).items()]
    found.sort(key=lambda one: (-abs(one[1]), one[0]))
    reasons = tuple([Reason(name, value) for name, value in found if value])
    return Belonging(round(sum([one.value for one in reasons]), 3), reasons)


def shown(title: str, text: str, url: str) -> dict[str, float]:
    """What a page shows of each family, and the kind of its site: logs of counts, from 0.

    Of a title, a line, each term counts once, of several their mean, so that what ten sites tell is judged as what one tells; of
    the text the terms per thousand characters count, so that a long page and a short one are alike. What is met in our field and
    in others says nothing where nothing of ours is met.
    """
    found = {ANY: 1.0}
    found |= _of_titles(title[:TITLE_CHARS])
    for family, value in _of_text(text[:BEGINNING]).items():
        found[family] = found.get(family, 0.0) + value
    if kind := kind_of(url):
        found[kind] = 1.0
    sides = _sides()
    if any(sides.get(name, 0) > 0 for name in found):
        return found
    return {name: value for name, value in found.items() if name == ANY or sides[name]}


@cache
def _sides() -> Mapping[str, int]:
    """By family and kind of site 1 for ours, 0 for both, -1 for others."""
    return {**families(), **kinds()}


@lru_cache(maxsize=TITLES_KEPT)
def _of_titles(lines: str) -> dict[str, float]:
    """What titles, a line each, show of each family."""
    titles, counts = lines.split("\n"), dict[str, int]()
    for family, _ in (term for one in titles for term in terms(one)):
        counts[family] = counts.get(family, 0) + 1
    return {family: math.log1p(count / len(titles)) for family, count in counts.items()}


@lru_cache(maxsize=TEXTS_KEPT)
def _of_text(head: str) -> dict[str, float]:
    """What the beginning of a text shows of each family."""
    counts = dict[str, int]()
    for (family, _), count in terms(head).items():
        counts[family] = counts.get(family, 0) + min(OFTEN, count)
    sides, thousands = families(), max(1.0, len(head) / 1000)
    share = {1: SHARE_OURS, 0: SHARE_OURS, -1: SHARE_OTHERS}
    return {family: share[sides[family]] * math.log1p(count / thousands) for family, count in counts.items()}


@cache
def shipped() -> Mapping[str, float]:
    """What `tools/train_field.py` learned, in `field.toml`."""
    found: dict[str, float] = tomllib.loads((files(__package__) / "field.toml").read_text("utf-8"))["weights"]
    return found


# -- learning ---------------------------------------------------------------------------------------------------------


def learned(lessons: Sequence[Lesson], refused: float = REFUSED) -> dict[str, float]:
    """Weights by family and kind of site, the cut at 0 where that share of the lessons that are not ours is refused.

    The cut is found on parts of the lessons, each judged by what the other parts teach. Without a lesson the sides alone.
    """
    scores: list[float] = []
    for part in range(PARTS):
        weights = fitted([lesson for at, lesson in enumerate(lessons) if at % PARTS != part], _sides(), PULL, ANY)
        scores += [odds(lesson.shown, weights) for lesson in lessons[part::PARTS] if not lesson.so]
    weights = fitted(lessons, _sides(), PULL, ANY)
    if scores:
        weights[ANY] -= sorted(scores)[min(len(scores) - 1, int(refused * len(scores)))]
    return weights

"""What sort of news a page brings, by its form: its address, its title, its beginning."""

from __future__ import annotations

import re
from typing import cast

from deepdaily.core import lexicon
from deepdaily.core.cues import cue, cues, table
from deepdaily.core.quantities import plain, quantities
from deepdaily.core.types import Document, StoryKind

_TABLE = table(__name__)
_COLLECTION, _LAUNCH, _MODELS = (cue(_TABLE[name]) for name in ("collection", "launch", "models"))
_CERTAIN, _TITLES, _BEGINNINGS = (cues(_TABLE[name]) for name in ("certain", "titles", "beginnings"))
_HANDBOOK = frozenset(_TABLE["handbook"])

BEGINNING, MEASURED_IN = 900, 6_000
"""Characters that a kind is told by, and those in which figures are counted."""

MEASURED, WELL_MEASURED = 2, 5
"""Figures with a unit in a report of performance that calls itself one, and in one whose title only names a version."""


def is_collection(document: Document) -> bool:
    """Whether it tells many stories: a digest, a newsletter. What its form states is of no one thing."""
    title = document.title
    return bool(lexicon.ROUNDUP.search(title) or _COLLECTION.search(document.url))


def kind_told(document: Document) -> StoryKind:
    """Its kind; empty where neither address, title nor beginning tells, and for a collection."""
    if is_collection(document):
        return ""
    return cast(StoryKind, _by(document) or ("docs" if _is_handbook(document) else ""))


def _by(document: Document) -> str:
    if found := next((name for name, found in _CERTAIN.items() if found.search(document.url)), ""):
        return found
    handbook = _is_handbook(document)
    for name, found_in in _TITLES.items():
        if (not handbook or name in _HANDBOOK) and found_in.search(document.title):
            return _corrected(name, document)
    if not handbook and _launches_model(document.title):
        return "model"
    return next((name for name, found in _BEGINNINGS.items() if found.search(document.text[:BEGINNING]) and not handbook), "")


def _corrected(name: str, document: Document) -> str:
    """A model with its number is no release, a version with many figures a report of performance, one without figures is none."""
    if name == "release" and _names_model(document.title):
        return "model"
    if name == "release" and _is_post(document) and _figures(document) >= WELL_MEASURED:
        return "performance"
    return "" if name == "performance" and _figures(document) < MEASURED else name


def _launches_model(title: str) -> bool:
    owned = lexicon.LABS.search(title) or lexicon.PRODUCTS.search(title)
    return bool(_LAUNCH.search(title) and (_names_model(title) or (owned and _MODELS.search(title))))


def _names_model(title: str) -> bool:
    """Whether it has a model with its number; a letter and a figure alone may be a version."""
    return any(re.search("[a-z]{2}", one[0], re.I) for one in lexicon.MODEL.finditer(title))


def _is_post(document: Document) -> bool:
    return "blog" in document.url or "/news/" in document.url or "/posts/" in document.url


def _figures(document: Document) -> int:
    """Its figures with a unit of performance."""
    found = quantities(plain(document.text[:MEASURED_IN]))
    return sum(one.number.unit in ("%", "x", "ms", "s", "us", "token") for one in found)


def _is_handbook(document: Document) -> bool:
    address = document.url.partition("://")[2]
    return bool(
        lexicon.DOCUMENTATION.search(address) or lexicon.REFERENCE.search(document.title)
    ) and not lexicon.DATED_PAGE.search(address)

"""What an issue did not tell: runner-up stories, and the other reports of a story that it did tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deepdaily.core.types import Document, Issue, Loss
from deepdaily.core.urls import host

MOST_SEEN = 12
"""A line is some 300 bytes, and a day's page shall stay below 80 KB."""

_BELOW = re.compile(r"score (-?[\d.]+) below the last chosen (-?[\d.]+)")


@dataclass(frozen=True, slots=True)
class Seen:
    """One link that is not an item. Foreign text, unescaped."""

    url: str
    title: str
    """Empty where its page was not read."""
    host: str
    reason: str
    """In English, as the run noted it; empty where one of the next two says it."""
    scores: tuple[str, str] | None
    """Its score and that of the last chosen story, where that is the reason."""
    item: int
    """Number of the item that tells its story; 0 for a story that is not told."""


def also_seen(issue: Issue, losses: Iterable[Loss], texts: Mapping[str, Document]) -> list[Seen]:
    """At most MOST_SEEN links: stories that were not chosen, highest score first and one link each, then other reports.

    Args:
        losses: of the issue's slot.
        texts: the slot's documents by the address they were found at.
    """
    numbers = {item.story: number for number, item in enumerate(issue.items, start=1)}
    printed = {source.url for item in issue.items for source in item.sources}
    losses = [loss for loss in losses if loss.story and loss.url not in printed]
    passed = {loss.story: loss for loss in losses if loss.stage == "select" and loss.story not in numbers}
    reports = [loss for loss in losses if loss.stage == "cluster" and loss.story in numbers]
    ordered = sorted(passed.values(), key=lambda loss: (-_score(loss.reason), loss.url))
    ordered += sorted(reports, key=lambda loss: (numbers[loss.story], loss.url))
    return [_seen(loss, texts, numbers) for loss in ordered[:MOST_SEEN]]


def _seen(loss: Loss, texts: Mapping[str, Document], numbers: Mapping[str, int]) -> Seen:
    title = texts[loss.url].title if loss.url in texts else ""
    item, below = numbers.get(loss.story, 0), _BELOW.fullmatch(loss.reason)
    scores = (below[1], below[2]) if below else None
    return Seen(loss.url, title, host(loss.url), "" if item or scores else loss.reason, scores, item)


def _score(reason: str) -> float:
    """The score a reason names; what has none, as a round-up of others' news, comes last."""
    found = _BELOW.fullmatch(reason)
    return float(found[1]) if found else float("-inf")

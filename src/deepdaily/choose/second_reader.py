"""A model as second reader: it sees the stories before they are ordered, and what the gate refused, and says what is wrong there.

What it says are proposals: `edits` has what is acted on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from deepdaily.core.decisions import edit
from deepdaily.core.text import shorten, squeeze
from deepdaily.core.to_machines import without_orders
from deepdaily.core.types import Decision, DecisionKind, Document, Slot, Story
from deepdaily.core.urls import host
from deepdaily.models import Purpose
from deepdaily.models.asking import ModelWriter, fence
from deepdaily.models.replies import First, Numbers, _Shape

EDITING = Purpose("editing", __package__, most_tokens=400)

MOST_READ, MOST_PAGES = 24, 8
"""Stories that are read, the best by the code's score, and pages of one beside its lead."""

SIZES: Sequence[tuple[int, int]] = ((120, 60), (60, 40), (0, 25), (0, 0))
"""Columns of each story's beginning and titles that the gate refused, or what a small window has room for."""

TITLE_COLUMNS, GLIMPSE_CHARS = 110, 1_000
"""Of a title, and characters of a text that are looked at for its beginning."""


async def read_over(
    stories: Sequence[Story], refused: Sequence[Story], writer: ModelWriter, slot: Slot, now: datetime
) -> list[Decision]:
    """What the second reader says of the slot's stories, merges first; it may be of any number, and wrong.

    Args:
        stories: that can be told, best first, each with the candidate of its lead first.
        refused: by the gate, best first.

    Raises:
        ModelError: no model gave a usable reply.
    """
    stories, refused = stories[:MOST_READ], refused[: SIZES[0][1]]
    said = (await writer.ask(EDITING, lambda room: _material(stories, refused, writer.key, room), Edits)).value
    found = [*_merges(said.same, stories), *_strangers(said.strangers, stories)]
    gates: list[tuple[DecisionKind, Sequence[int], Sequence[Story]]] = [
        ("off_topic", said.off_topic, stories),
        ("advertising", said.advertising, stories),
        ("ours", [number for name in said.ours for number in _numbers(name)[:1]], refused),
    ]
    leads = [(kind, among[number - 1].lead) for kind, numbers, among in gates for number in _within(numbers, among)]
    found += [(kind, lead.url, "", lead.title) for kind, lead in leads]
    return [edit(kind, subject, now, slot.key, other, title) for kind, subject, other, title in found]


_Said = tuple[DecisionKind, str, str, str]
"""Kind, subject, other, title."""


def _merges(same: Sequence[Sequence[int]], stories: Sequence[Story]) -> Iterator[_Said]:
    """Each story of a list but its first with that one."""
    for numbers in same:
        named = [stories[number - 1] for number in _within(numbers, stories)]
        for other in named[1:]:
            yield "merge", other.candidates[0].url, named[0].candidates[0].url, squeeze(other.lead.title)


def _strangers(named: Iterable[str], stories: Sequence[Story]) -> Iterator[_Said]:
    """Each page with the one that leads its story; a story alone names no page of it."""
    for number, page in (found for name in named if len(found := _numbers(name)) == 2):
        if 1 <= number <= len(stories) and 1 <= page <= len(pages := stories[number - 1].candidates[: MOST_PAGES + 1]):
            yield "split", pages[page - 1].url, pages[0].url, squeeze(pages[page - 1].title)


def _numbers(name: str) -> list[int]:
    return [int(found) for found in re.findall(r"\d+", name)]


def _within(numbers: Iterable[int], among: Sequence[Story]) -> list[int]:
    return [number for number in dict.fromkeys(numbers) if 1 <= number <= len(among)]


# -- what it reads ----------------------------------------------------------------------------------------------------


def _material(stories: Sequence[Story], refused: Sequence[Story], key: bytes, room: int | None) -> str:
    for columns, titles in SIZES:
        lines = [line for number, story in enumerate(stories, 1) for line in _lines(number, story, columns)]
        lines += [_titled(f"r{number}", story.lead.title, story.lead.url) for number, story in enumerate(refused[:titles], 1)]
        material = fence(lines, [story.id for story in (*stories, *refused)], key)
        if room is None or len(material.encode()) <= room:
            break
    return material


def _lines(number: int, story: Story, columns: int) -> list[str]:
    lead = story.lead
    dated = f", {lead.published_at:%m-%d}" if lead.published_at else ""
    pages = enumerate(story.candidates[1 : MOST_PAGES + 1], 2)
    return [
        _titled(f"[{number}]", lead.title, lead.url, dated),
        *([f"    {glimpse}"] if columns and (glimpse := _beginning(lead, columns)) else []),
        *(_titled(f"  {number}.{page}", one.title, one.url) for page, one in pages),
    ]


def _titled(name: str, title: str, url: str, dated: str = "") -> str:
    return f"{name} {shorten(squeeze(title), TITLE_COLUMNS)} ({host(url)}{dated})"


def _beginning(lead: Document, columns: int) -> str:
    return shorten(squeeze(without_orders(lead.text[:GLIMPSE_CHARS].removeprefix(lead.title))), columns)


# -- what it says -----------------------------------------------------------------------------------------------------


def _lists(found: Any) -> Any:
    """A single list where lists are asked for: [2, 7]."""
    return [found] if isinstance(found, list) and found and not any(isinstance(one, list) for one in found) else found


def _listed(found: Any) -> Any:
    """A single name where a list is asked for."""
    return found if isinstance(found, list) else [found]


Names = Annotated[list[Annotated[str, BeforeValidator(str), Field(max_length=12)]], BeforeValidator(_listed), First(12)]
"""Pages and refused titles as they are named: `3.2`, which may come as a number, and `r4`."""


class Edits(_Shape):
    """What is wrong, by the numbers of the material."""

    same: Annotated[list[Numbers], BeforeValidator(_lists), First(12)]
    strangers: Names = []
    off_topic: Numbers = []
    advertising: Numbers = []
    ours: Names = []

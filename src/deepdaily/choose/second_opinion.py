"""A model as second opinion: it orders the best of the ranking once more, and moves each by a bounded step.

The code's order stands without it, and its caps (two a host, one story a place, what is not for this daily) stand over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from deepdaily.choose.rank import why_untold
from deepdaily.core.decisions import NO_DESK, Desk
from deepdaily.core.errors import ModelError
from deepdaily.core.text import shorten, squeeze
from deepdaily.core.to_machines import without_orders
from deepdaily.core.types import Finding, Ranked, Reason, Story
from deepdaily.core.urls import host
from deepdaily.models import Purpose
from deepdaily.models.asking import ModelWriter, fence, within
from deepdaily.models.replies import First, _Shape

RANKING = Purpose("ranking", __package__, most_tokens=400)

MOST_READ, MOST_CALLS = 60, 4
"""Stories that are read again, and calls for them: fifteen in a list is what listwise rankers order well."""

MOST_MOVED = 1.0
"""Score that the first of a list gains and the last loses: as much as one strong signal, so that no single call decides."""

LEAST_NAMED = 0.5
"""A reply that orders less than this part of its list is no order."""

GLIMPSE_COLUMNS = (360, 160, 0)
"""Of each text, beside its title: two or three sentences, or what a small window has room for."""

GLIMPSE_CHARS = 4_000
"""Of each text that are looked at for them."""


async def second_opinion(
    ranked: Sequence[Ranked], places: int, writer: ModelWriter, wall_s: float, desk: Desk = NO_DESK
) -> tuple[list[Ranked], list[Finding]]:
    """The ranking with the best tellable stories moved by the model's order, and a note for each list that got none.

    Args:
        ranked: best first.
        places: what the issue has; where no more stories than that can be told there is nothing to ask.
    """
    tellable = [one for one in ranked if not why_untold(one.story, desk)][:MOST_READ]
    if len(tellable) <= places:
        return list(ranked), []
    hands = min(MOST_CALLS, -(-len(tellable) // (MOST_READ // MOST_CALLS)))
    lists = [tellable[hand::hands] for hand in range(hands)]  # dealt like cards: each list has good and weak ones
    outcomes = await within(wall_s, [_moves([one.story for one in dealt], writer) for dealt in lists])
    moves, notes = dict[str, float](), list[Finding]()
    for outcome in outcomes:
        if isinstance(outcome, ModelError | None):
            notes.append(Finding("second opinion", "note", f"the code's order stands: {outcome or 'the time was up'}"))
        else:
            moves |= outcome
    moved = [_moved(one, moves[one.story.id]) if one.story.id in moves else one for one in ranked]
    return sorted(moved, key=lambda one: (-one.score, one.story.id)), notes


async def _moves(stories: Sequence[Story], writer: ModelWriter) -> dict[str, float]:
    """By story the step it moves, MOST_MOVED for the first to its opposite for the last; none for one the reply left out.

    Raises:
        ModelError: no model gave a usable order.
    """
    reply = (await writer.ask(RANKING, lambda room: _material(stories, writer.key, room), Order)).value
    named = [number for number in dict.fromkeys(reply.order) if 1 <= number <= len(stories)]
    if len(named) < LEAST_NAMED * len(stories):
        raise ModelError(f"it ordered {len(named)} of {len(stories)}")
    step = 2 * MOST_MOVED / max(1, len(named) - 1)
    return {stories[number - 1].id: MOST_MOVED - place * step for place, number in enumerate(named)}


def _material(stories: Sequence[Story], key: bytes, room: int | None) -> str:
    for columns in GLIMPSE_COLUMNS:
        lines = [line for number, story in enumerate(stories, 1) for line in _lines(number, story, columns)]
        material = fence(lines, [story.id for story in stories], key)
        if room is None or len(material.encode()) <= room:
            break
    return material


def _lines(number: int, story: Story, columns: int) -> list[str]:
    lead = story.lead
    body = squeeze(without_orders(lead.text[:GLIMPSE_CHARS].removeprefix(lead.title)))
    return [f"[{number}] {squeeze(lead.title)} ({host(lead.url)})", *([f"    {shorten(body, columns)}"] if columns else [])]


def _moved(one: Ranked, move: float) -> Ranked:
    move = round(move, 3)
    return replace(one, score=round(one.score + move, 3), reasons=(*one.reasons, Reason("second opinion", move)))


class Order(_Shape):
    """The numbers of a list, best first."""

    order: Annotated[list[int], First(60)]

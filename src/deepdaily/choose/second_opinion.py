"""A model as second opinion: it orders the best of the ranking once more, wholly where the code's scores lie close together.

The code's order stands without it, and its caps (two a host, one story a place, what is not for this daily) stand over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from deepdaily.choose.rank import SECOND_OPINION, why_untold
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

MOST_READ, MOST_CALLS = 30, 2
"""Stories that are read again, and calls for them: fifteen in a list is what listwise rankers order well."""

STEP = 0.5
"""Score that the first of a list gains and the last loses beside what its new place is worth: of equal scores the order decides."""

MOST_MOVED = 1.5
"""No story moves further. So a list whose scores lie within a point of each other stands as the model orders it, and of two stories
that lie three points apart the code's better one stays before the other, whatever the model says."""

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
    outcomes = await within(wall_s, [_moves(dealt, writer) for dealt in lists])
    moves, notes = dict[str, float](), list[Finding]()
    for outcome in outcomes:
        if isinstance(outcome, ModelError | None):
            notes.append(Finding(SECOND_OPINION, "note", f"the code's order stands: {outcome or 'the time was up'}"))
        else:
            moves |= outcome
    moved = [_moved(one, moves[one.story.id]) if one.story.id in moves else one for one in ranked]
    return sorted(moved, key=lambda one: (-one.score, one.story.id)), notes


async def _moves(dealt: Sequence[Ranked], writer: ModelWriter) -> dict[str, float]:
    """By story how far it moves: the scores of those that the reply names, dealt out anew in its order. None for one it left out.

    Raises:
        ModelError: no model gave a usable order.
    """
    stories = [one.story for one in dealt]
    reply = (await writer.ask(RANKING, lambda room: _material(stories, writer.key, room), Order)).value
    named = [dealt[number - 1] for number in dict.fromkeys(reply.order) if 1 <= number <= len(dealt)]
    if len(named) < LEAST_NAMED * len(dealt):
        raise ModelError(f"it ordered {len(named)} of {len(dealt)}")
    step = 2 * STEP / max(1, len(named) - 1)
    worth = sorted((one.score for one in named), reverse=True)
    wanted = (score + STEP - place * step - one.score for place, (one, score) in enumerate(zip(named, worth, strict=True)))
    return {one.story.id: max(-MOST_MOVED, min(MOST_MOVED, move)) for one, move in zip(named, wanted, strict=True)}


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
    return replace(one, score=round(one.score + move, 3), reasons=(*one.reasons, Reason(SECOND_OPINION, move)))


class Order(_Shape):
    """The numbers of a list, best first."""

    order: Annotated[list[int], First(60)]

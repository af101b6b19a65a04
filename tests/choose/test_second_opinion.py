"""A model reads the best of the ranking again: it moves, it does not decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf

import pytest

from deepdaily.choose.rank import FLOOR, MOST_PER_HOST, SECOND_OPINION, select, stands
from deepdaily.choose.second_opinion import MOST_CALLS, MOST_MOVED, STEP, second_opinion
from deepdaily.core.errors import NoModel
from deepdaily.core.types import Ranked
from deepdaily.core.urls import host
from deepdaily.models.asking import ModelWriter
from fakes import FakeModel
from making import story

NAMES = (
    "Alder Birch Cedar Dogwood Elm Fir Gum Hazel Iris Juniper Kapok Larch Maple Nutmeg Oak Pine Quince Rowan Spruce Teak".split()
)


def ranking(many: int, step: float = 0.1, site: str = "") -> list[Ranked]:
    """Stories of our field with falling scores, each about another thing."""
    return [
        Ranked(
            story(f"{NAMES[n % 20]}{n} LLM inference runtime", "The LLM runtime serves inference. The LLM agent.",
                  url=f"https://{site or f'site{n}'}.example/{n}"),
            round(9 - n * step, 3), (),
        )
        for n in range(many)
    ]  # fmt: skip


async def again(ranked: Sequence[Ranked], *orders: object, places: int = 3) -> tuple[list[str], list[str], FakeModel]:
    """The ids afterwards, the notes, and the model; `orders` are its replies, one a list."""
    replies = [order if isinstance(order, Exception) else {"order": order} for order in orders]
    model = FakeModel(ranking=replies)
    moved, notes = await second_opinion(ranked, places, ModelWriter(model, "zh", "读者", b"key"), inf)
    return [one.story.id for one in moved], [note.message for note in notes], model


async def scores(ranked: Sequence[Ranked], order: list[int]) -> dict[str, float]:
    """By story its score after the model's order."""
    moved, _ = await second_opinion(ranked, 3, ModelWriter(FakeModel(ranking={"order": order}), "zh", "", b"k"), inf)
    return {one.story.id: one.score for one in moved}


async def test_the_order_of_the_model_moves_stories_and_is_one_of_the_reasons() -> None:
    ranked = ranking(4)
    ids = [one.story.id for one in ranked]

    after, notes, _ = await again(ranked, [4, 3, 2, 1])

    assert after == ids[::-1]
    assert notes == []
    moved, _ = await second_opinion(ranked, 3, ModelWriter(FakeModel(ranking={"order": [4, 3, 2, 1]}), "zh", "", b"k"), inf)
    assert [(reason.name, reason.value) for reason in moved[0].reasons] == [(SECOND_OPINION, round(0.3 + STEP, 3))]


@pytest.mark.parametrize("step", [0.0, 0.07])
async def test_stories_within_a_point_of_each_other_stand_as_the_model_orders_them(step: float) -> None:
    ranked = ranking(15, step)
    order = [8, 15, 1, 14, 2, 13, 3, 12, 4, 11, 5, 10, 6, 9, 7]

    after, _, _ = await again(ranked, order)

    assert after == [ranked[number - 1].story.id for number in order]


async def test_the_scores_of_a_list_are_dealt_out_anew_and_none_is_made() -> None:
    ranked = ranking(4)
    after = sorted((await scores(ranked, [2, 4, 1, 3])).values(), reverse=True)

    assert after == [round(one.score + STEP - place * 2 * STEP / 3, 3) for place, one in enumerate(ranked)]


async def test_a_story_moves_by_a_bounded_step_however_much_the_model_wants_it() -> None:
    apart, near = ranking(2, step=2 * MOST_MOVED + 0.1), ranking(2, step=2 * MOST_MOVED - 0.1)
    beside = ranking(4)[2:]

    after = (await again([*apart, *beside], [2, 3, 4, 1]))[0]
    assert after.index(apart[0].story.id) < after.index(apart[1].story.id)
    assert (await again(near, [2, 1], places=1))[0][0] == near[1].story.id
    moved = await scores([*apart, *beside], [2, 3, 4, 1])
    assert all(abs(moved[one.story.id] - one.score) <= MOST_MOVED for one in (*apart, *beside))


async def test_the_order_of_a_model_takes_no_story_below_the_floor() -> None:
    ranked = [replace(one, score=round(one.score - 8.2, 3)) for one in ranking(4)]

    moved, _ = await second_opinion(ranked, 3, ModelWriter(FakeModel(ranking={"order": [4, 3, 2, 1]}), "zh", "", b"k"), inf)

    assert moved[-1].score < FLOOR
    assert all(map(stands, moved))


async def test_thirty_are_read_in_two_calls_and_the_rest_stays_where_it_was() -> None:
    ranked = ranking(80, step=0.0)
    read = {one.story.id for one in ranked[:30]}

    after, _, model = await again(ranked, *[list(range(15, 0, -1))] * MOST_CALLS)

    assert len(model.asked) == MOST_CALLS
    assert set(after[:14]) <= read
    assert set(after[-14:]) <= read
    assert len(after) == 80


async def test_a_model_that_puts_one_site_first_fills_no_more_places_with_it() -> None:
    ranked = [*ranking(4, site="loud"), *ranking(20)[4:]]
    model = ModelWriter(FakeModel(ranking=[{"order": [1, 3, 5, 7, 2]}] * 4), "zh", "", b"k")

    moved, _ = await second_opinion(ranked, 3, model, inf)
    chosen, _ = select(moved, 7)

    assert [host(one.story.lead.url) for one in chosen].count("loud.example") <= MOST_PER_HOST


@pytest.mark.parametrize("order", [[], [1], [9, 9, 9], NoModel("nobody answers")])
async def test_half_an_order_or_none_leaves_the_code_s_and_says_so(order: object) -> None:
    ranked = ranking(4)

    after, notes, _ = await again(ranked, order)

    assert after == [one.story.id for one in ranked]
    assert len(notes) == 1
    assert notes[0].startswith("the code's order stands")


async def test_a_day_with_no_more_stories_than_places_asks_nobody() -> None:
    _, _, model = await again(ranking(3), places=3)

    assert model.asked == []


async def test_titles_and_beginnings_stand_inside_the_fence_alone() -> None:
    ranked = ranking(4)

    _, _, model = await again(ranked, [1, 2, 3, 4])

    (prompt,) = model.asked
    opened, *inside, closed = prompt.material.splitlines()
    assert opened == "<<<" + closed.removesuffix(">>>")
    assert len(inside) == 2 * len(ranked)
    assert not any(one.story.lead.title in prompt.instructions for one in ranked)

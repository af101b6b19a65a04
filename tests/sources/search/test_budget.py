"""What a key has left, by the second, the day and the month."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deepdaily.core.errors import QuotaSpent, RateLimited
from deepdaily.sources.search.budget import KeyBudget, Plan, Spend, budget_name, in_memory
from deepdaily.store.opening import open_store

BEGIN = datetime(2026, 2, 11, tzinfo=UTC)


class Clock:
    """A time that passes where somebody waits, or is told to."""

    def __init__(self, now: datetime = BEGIN) -> None:
        self.now, self.waits = now, list[float]()

    def __call__(self) -> datetime:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)


def budget(clock: Clock, plan: Plan, spend: Spend | None = None) -> KeyBudget:
    return KeyBudget("search:x:1", plan, spend or in_memory(), clock, clock.pause)


async def taken(one: KeyBudget, most: int = 9_999, *, for_page: bool = False) -> int:
    """How many questions it gives until it refuses."""
    for number in range(most):
        try:
            await one.take(for_page=for_page)
        except QuotaSpent:
            return number
    return most


async def test_a_day_has_its_share_of_what_is_left_of_the_month_and_leaves_a_part_for_makers_pages() -> None:
    clock = Clock()  # 18 days of February are left
    one = budget(clock, Plan(per_month=360))

    assert await taken(one) == 17  # of 20
    assert await taken(one, for_page=True) == 3
    clock.now += timedelta(days=1)
    assert await taken(one, for_page=True) == 20


async def test_what_a_day_leaves_is_shared_by_those_behind_it() -> None:
    clock = Clock(BEGIN.replace(day=27))
    one = budget(clock, Plan(per_month=40))

    assert await taken(one, 2) == 2
    clock.now += timedelta(days=1)
    assert await taken(one, for_page=True) == 38


@pytest.mark.parametrize(("per_month", "shares"), [(3, [1, 1, 1, 0, 0]), (0, [50] * 5), (7, [1] * 5)])
async def test_a_small_plan_gives_one_a_day_while_it_lasts_and_no_plan_gives_all(per_month: int, shares: list[int]) -> None:
    clock = Clock(BEGIN.replace(day=1))
    one, given = budget(clock, Plan(per_month=per_month)), list[int]()
    for _ in shares:
        given.append(await taken(one, 50, for_page=True))
        clock.now += timedelta(days=1)

    assert given == shares


async def test_the_month_begins_anew_and_until_then_says_when() -> None:
    clock = Clock(datetime(2026, 12, 31, 12, tzinfo=UTC))
    one = budget(clock, Plan(per_month=2))

    assert await taken(one, for_page=True) == 2
    with pytest.raises(QuotaSpent, match="2 queries of this month are used up") as caught:
        await one.take()
    assert caught.value.retry_after_s == 12 * 3600
    clock.now += timedelta(hours=12)
    await one.take()


async def test_one_a_second_between_runs_and_processes(tmp_path: Path) -> None:
    clock = Clock()
    with open_store(tmp_path) as here, open_store(tmp_path) as there:
        for store in (here, there, here):
            await budget(clock, Plan(per_second=1), store.spend).take()

    assert clock.waits == [1.1, 1.1]


async def test_turns_are_given_a_few_seconds_ahead_and_not_more() -> None:
    """Eight ask in one moment: nobody waits before the others have their turns."""
    clock, waits = Clock(), list[float]()

    async def note(seconds: float) -> None:
        waits.append(seconds)

    one = KeyBudget("search:x:1", Plan(per_second=1), in_memory(), clock, note)
    for _ in range(5):
        await one.take()
    with pytest.raises(RateLimited) as caught:
        await one.take()

    assert (waits, caught.value.retry_after_s) == ([1.1, 2.2, 3.3, 4.4], 5.5)


async def test_a_clock_that_was_wrong_costs_one_turn() -> None:
    spend = in_memory()
    await budget(Clock(BEGIN + timedelta(days=3)), Plan(per_second=2), spend).take()
    clock = Clock()

    await budget(clock, Plan(per_second=2), spend).take()

    assert clock.waits == [0.55]


async def test_what_the_provider_says_is_left_counts_where_it_is_less() -> None:
    """Another program uses the key, or the plan is smaller than the settings say."""
    for left, days, given in ((5, 1, 5), (1_990, 1, 100), (-1, 1, 100), (5, 0, 100), (5, -1, 100), (0, 1, 0)):
        one = budget(Clock(BEGIN.replace(day=28)), Plan(per_month=100))
        one.told(left, days * 86_400)
        assert await taken(one, for_page=True) == given


async def test_what_the_provider_said_holds_until_its_own_month_ends() -> None:
    clock = Clock(BEGIN.replace(day=20))
    one = budget(clock, Plan(per_month=1_000))
    one.told(18, 4 * 86_400)

    assert await taken(one, for_page=True) == 2
    clock.now += timedelta(days=1)
    one.told(0, 3 * 86_400)
    with pytest.raises(QuotaSpent, match="the provider has none left before 2026-02-24 00:00 UTC"):
        await one.take()
    clock.now += timedelta(days=3)
    assert await taken(one, for_page=True) == 998 // 5


async def test_a_spent_key_is_not_asked_before_its_reset_whoever_asks() -> None:
    clock, spend = Clock(), in_memory()
    budget(clock, Plan(), spend).close("the month's quota is spent", 3_600)

    with pytest.raises(QuotaSpent, match="the month's quota is spent; it is not asked before 2026-02-11 01:00 UTC"):
        await budget(clock, Plan(), spend).take(for_page=True)
    clock.now += timedelta(hours=1)
    await budget(clock, Plan(), spend).take()


@pytest.mark.parametrize("for_s", [None, 10**9, 5 * 86_400])
async def test_a_spent_key_rests_for_the_day_and_the_next_day_s_first_question_tries_it(for_s: float | None) -> None:
    """Its plan may have been raised meanwhile, and a refused question costs nothing."""
    clock = Clock()
    one = budget(clock, Plan())
    for _ in range(3):
        await one.take()
        one.close("spent", for_s)
        with pytest.raises(QuotaSpent):
            await one.take()
        clock.now += timedelta(days=1)


async def test_a_spent_key_of_which_something_is_said_to_be_left_is_asked_on() -> None:
    clock = Clock()
    one = budget(clock, Plan(per_month=2_000))
    one.told(0, 20 * 86_400)
    one.close("spent", 20 * 86_400)
    clock.now += timedelta(days=1)

    await one.take()
    one.told(1_604, 20 * 86_400)
    await one.take()


async def test_a_key_whose_reset_is_past_is_asked_at_once() -> None:
    one = budget(Clock(), Plan())
    one.close("spent", -5)

    await one.take()


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"asked": "many", "last": "soon", "until": "never", "other": 1}'])
async def test_a_state_that_cannot_be_read_is_none(kept: str) -> None:
    states = [kept]

    def spend(name: str, spent: object) -> str:
        states.append(spent(states[-1]))  # type: ignore[operator]
        return states[-1]

    await budget(Clock(), Plan(per_month=90, per_second=1), spend).take()

    assert json.loads(states[-1])["asked"] == 1


def test_a_budget_bears_nothing_of_its_key() -> None:
    name = budget_name("brave", "BSA-secret")

    assert name.startswith("search:brave:")
    assert len(name.rpartition(":")[2]) == 8
    assert "secret" not in name
    assert name != budget_name("brave", "BSA-other")

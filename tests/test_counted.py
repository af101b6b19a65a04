"""How the questions of search keys are counted from day to day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from deepdaily.core.errors import QuotaSpent
from deepdaily.house import ANEW, counted
from deepdaily.sources.search.budget import KeyBudget, Plan
from deepdaily.store import Store

TODAY = datetime(2026, 11, 29, 0, 30, tzinfo=UTC)


def budget(store: Store, now: datetime) -> KeyBudget:
    spend, clock = counted(store, now, TODAY)
    return KeyBudget("search:brave:0a1b2c3d", Plan(per_month=2_000), spend, clock if now != TODAY else lambda: TODAY)


async def test_a_key_that_is_spent_on_a_day_that_is_told_anew_is_not_spent_today_nor_on_the_next(store: Store) -> None:
    then = datetime(2026, 2, 8, 0, 30, tzinfo=UTC)
    budget(store, then).close("the month's quota is spent", 86_400)

    await budget(store, TODAY).take()
    await budget(store, then + timedelta(days=3)).take()
    with pytest.raises(QuotaSpent):
        await budget(store, then).take()


def test_a_run_that_is_a_few_hours_late_is_counted_by_the_clock(store: Store) -> None:
    late, _ = counted(store, TODAY - ANEW, TODAY)
    anew, _ = counted(store, TODAY - ANEW - timedelta(seconds=1), TODAY)

    assert late("brave", lambda state: state + "a") == "a"
    assert anew("brave", lambda state: state + "b") == "b"

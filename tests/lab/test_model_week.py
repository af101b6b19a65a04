"""What the ledger says of a model's last days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deepdaily.core.types import Call, CallState, Usage
from deepdaily.lab.model_week import percentile, week

NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)


def call(
    number: int, state: CallState = "answered", purpose: str = "facts", slot: str = "daily/a", message: str = "", **used: Any
) -> Call:
    return Call(str(number), slot, "quill", purpose, state, NOON + timedelta(minutes=number), Usage(**used), message)


def test_a_model_that_was_never_asked_has_no_figures() -> None:
    nothing = week([])

    assert (nothing.calls, nothing.answered_percent, nothing.first_token_p50_s, nothing.cost_an_issue) == (0, None, None, None)
    assert nothing.trouble == ""


def test_a_call_in_flight_is_neither_answered_nor_failed() -> None:
    assert week([call(1), call(2, "failed"), call(3, "refused"), call(4), call(5, "asked")]).answered_percent == 50


def test_waits_are_told_by_rank_and_speed_by_the_longer_replies() -> None:
    quick = [call(n, first_token_s=n / 10, total_s=n / 10 + 2, decode_tokens=80) for n in range(1, 20)]
    short = call(20, first_token_s=9.0, total_s=9.001, decode_tokens=5)

    found = week([*quick, short])

    assert (found.first_token_p50_s, found.first_token_p95_s) == (1.0, 1.9)
    assert found.decode_a_second == pytest.approx(40)


def test_an_issue_costs_what_its_calls_cost_and_no_trial() -> None:
    found = week(
        [call(1, cost=0.2), call(2, cost=0.4), call(3, slot="daily/b", cost=0.6), call(4, purpose="test", slot="daily/b", cost=5.0)]
    )

    assert found.cost_an_issue == pytest.approx(0.6)


def test_the_newest_trouble_is_told_with_its_day() -> None:
    found = week(
        [call(2, "failed", message="429: slow down"), call(1, "failed", message="older"), call(3, message="reed answered")]
    )

    assert found.trouble == "2026-02-11: 429: slow down"


@pytest.mark.parametrize(("part", "value"), [(0.0, 1), (0.5, 2), (0.75, 3), (0.95, 4), (1.0, 4)])
def test_a_percentile_is_one_of_the_values(part: float, value: float) -> None:
    assert percentile([1, 2, 3, 4], part) == value

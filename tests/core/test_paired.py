"""A difference between two ways over the same cases, how sure it is, and the word for it."""

from __future__ import annotations

import random

import pytest

from deepdaily.core.paired import LEAST_CASES, Difference, Gate, PairedCase, _t_bound, _t_tail, difference, holm, p95, ruling


def cases(*gains: float, days: int = 0) -> list[PairedCase]:
    """One of ten claims each by the left way, so much more by the right; on days of their own, or in turn on so many."""
    return [PairedCase(str(place % days if days else place), (1, 10), (1 + gain, 10)) for place, gain in enumerate(gains)]


def found(gain: float, wide: float, p: float = 0.5, n: int = 60) -> Difference:
    return Difference(0.9, 0.9 + gain, gain - wide, gain + wide, p, n)


def gate(gain: float, wide: float, p: float = 0.5, n: int = 60, margin: float | None = 0.02) -> Gate:
    return Gate("standing", found(gain, wide, p, n), True, margin)


# -- the difference ---------------------------------------------------------------------------------------------------


def test_a_case_with_more_claims_weighs_more() -> None:
    told = difference([PairedCase("a", (9, 10), (10, 10)), PairedCase("b", (1, 2), (0, 2))], draws=200)

    assert told is not None
    assert (told.left, told.right) == (10 / 12, 10 / 12)
    assert told.gain == 0


def test_the_same_cases_give_the_same_interval_and_it_lies_about_the_gain() -> None:
    some = cases(*(random.Random(place).gauss(1, 1) for place in range(40)))

    told = difference(some, draws=500)

    assert told is not None
    assert told == difference(some, draws=500)
    assert told.low < told.gain < told.high
    assert told.low > 0
    assert told.p < 0.001


def test_a_case_that_one_way_did_not_measure_is_no_case() -> None:
    told = difference([*cases(1, 2, 3), PairedCase("x", (0, 0), (5, 10)), PairedCase("y", (5, 10), (0, 0))], draws=100)

    assert told is not None
    assert told.cases == 3
    assert difference([PairedCase("x", (0, 0), (5, 10)), *cases(1)], draws=100) is None


def test_the_p95_is_the_value_that_nineteen_of_twenty_do_not_pass() -> None:
    slow = [PairedCase(str(place), (place, 1), (2 * place, 1)) for place in range(1, 21)]

    told = difference(slow, p95, draws=100)

    assert told is not None
    assert (told.left, told.right) == (19, 38)


def test_cases_of_one_morning_move_together_where_there_are_days_enough() -> None:
    by_day = [PairedCase(str(day), (5, 10), (5 + (-1) ** day, 10)) for day in range(6) for _ in range(10)]
    alone = [PairedCase(str(place), one.left, one.right) for place, one in enumerate(by_day)]
    few = [PairedCase(str(int(one.day) % 4), one.left, one.right) for one in by_day]

    days, each, four = (difference(some, draws=1000) for some in (by_day, alone, few))

    assert days
    assert each
    assert four
    assert days.high - days.low > 2 * (each.high - each.low)
    assert four.high - four.low == pytest.approx(each.high - each.low, rel=0.2)


@pytest.mark.parametrize("days", [5, 9])
def test_the_interval_holds_the_truth_about_95_times_of_100_over_few_days_too(days: int) -> None:
    held, chance = 0, random.Random(7)
    for _ in range(200):
        morning = [chance.gauss(0, 0.5) for _ in range(days)]
        told = difference(
            cases(*(morning[place % days] + chance.gauss(0.3, 1) for place in range(6 * days)), days=days), draws=1000
        )
        assert told is not None
        held += told.low <= 0.03 <= told.high

    assert 180 <= held < 200


def test_cases_that_are_all_alike_are_sure() -> None:
    same, other = difference(cases(*[0.0] * 30), draws=100), difference(cases(*[2.0] * 30), draws=100)

    assert same is not None
    assert other is not None
    assert (same.low, same.high, same.p) == (0, 0, 1)
    assert other.p == 0
    assert other.low == pytest.approx(0.2)


@pytest.mark.parametrize(("t", "freedom"), [(12.706, 1), (4.303, 2), (2.776, 4), (2.306, 8), (2.262, 9), (2.001, 59)])
def test_student_s_t_is_that_of_the_tables(t: float, freedom: int) -> None:
    assert _t_tail(t, freedom) == pytest.approx(0.025, abs=2e-5)
    assert _t_bound(0.025, freedom) == pytest.approx(t, abs=1e-3)


# -- the word ---------------------------------------------------------------------------------------------------------


def test_the_smallest_of_four_chances_counts_four_times_and_none_less_than_the_one_before() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.5}) == pytest.approx({"a": 0.04, "c": 0.09, "b": 0.09, "d": 0.5})
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (gate(-0.25, 0.04, 0.0001), "worse"),
        (gate(0.05, 0.02, 0.001), "better"),
        (gate(0.001, 0.015), "not worse"),
        (gate(-0.01, 0.005, 0.001), "not worse"),  # sure, and no more than the margin
        (gate(-0.01, 0.04), "not decided"),
        (gate(0.03, 0.06), "not decided"),
        (gate(-0.25, 0.04, 0.0001, n=LEAST_CASES - 1), "not decided"),
        (gate(0.0, 0.0, 1.0, n=LEAST_CASES - 1), "not decided"),
    ],
)
def test_the_word_goes_by_the_interval_and_the_margin(told: Gate, word: str) -> None:
    assert ruling([told]).word == word


def test_a_gate_without_a_margin_can_make_it_worse_or_better_and_is_named() -> None:
    fine, retries = gate(0.0, 0.01), Gate("retries", found(0.5, 0.2, 0.001), False)

    assert ruling([fine, retries]).by == ("retries",)
    assert ruling([fine, retries]).word == "worse"
    assert ruling([fine, Gate("retries", found(-0.5, 0.2, 0.001), False)]).word == "better"
    assert ruling([fine, Gate("retries", found(0.5, 0.5, 0.015), False)]).word == "not worse"  # of two gates 0.03


def test_what_was_not_measured_decides_nothing() -> None:
    silent = Gate("retries", None, False)

    assert (silent.gain, silent.surely) == (0, 0)
    assert ruling([gate(0.0, 0.01), silent]).word == "not worse"
    assert ruling([Gate("standing", None, True, 0.02)]).more == LEAST_CASES
    assert ruling([silent]).word == "not decided"


def test_a_measure_of_which_less_is_better_is_bounded_from_its_other_end() -> None:
    assert Gate("wrong", found(0.01, 0.005), False, 0.02).safe
    assert not Gate("wrong", found(0.01, 0.02), False, 0.02).safe


@pytest.mark.parametrize(
    ("told", "more"), [(gate(0.0, 0.04), 180), (gate(-0.01, 0.05), 1440), (gate(0.0, 0.021), 7), (gate(0.0, 0.0, n=5), 15)]
)
def test_it_says_how_many_more_would_decide_it_by_what_these_vary(told: Gate, more: int) -> None:
    assert ruling([told]).more == pytest.approx(more, abs=1)


def test_with_so_many_more_the_interval_is_as_narrow_as_it_must_be() -> None:
    chance = random.Random(3)

    def drawn(n: int) -> Difference:
        gains = [chance.gauss(0, 1.5) for _ in range(n // 2)]
        told = difference(cases(*gains, *(-gain for gain in gains)), draws=500)
        assert told is not None
        return told

    first = drawn(60)
    told = ruling([Gate("standing", first, True, 0.02)])
    then = drawn(60 + told.more)

    assert told.word == "not decided"
    assert (then.high - then.low) / 2 == pytest.approx(max(first.gain + 0.02, -first.gain), rel=0.2)

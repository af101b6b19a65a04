"""Weights are learned from examples, drawn to where a person set them."""

from __future__ import annotations

from deepdaily.choose.logistic import Lesson, chance, fitted, odds

LESSONS = [
    *(Lesson({"any": 1.0, "sign": 1.0}, so=True) for _ in range(30)),
    *(Lesson({"any": 1.0, "sign": 1.0}, so=False) for _ in range(3)),
    *(Lesson({"any": 1.0}, so=False) for _ in range(30)),
    *(Lesson({"any": 1.0}, so=True) for _ in range(3)),
]


def test_a_sign_that_goes_with_it_speaks_for_it() -> None:
    weights = fitted(LESSONS, {}, 0.1, "any")

    assert weights["sign"] > 3
    assert chance(odds({"any": 1.0, "sign": 1.0}, weights)) > 0.85
    assert chance(odds({"any": 1.0}, weights)) < 0.15


def test_a_weight_stays_near_its_prior_where_little_is_learned() -> None:
    few = LESSONS[:1]

    assert abs(fitted(few, {"sign": 1.0, "other": -1.0}, 50.0, "any")["sign"] - 1.0) < 0.1
    assert fitted(few, {"sign": 1.0, "other": -1.0}, 50.0, "any")["other"] == -1.0
    assert fitted([], {"sign": 1.0}, 5.0, "any") == {"sign": 1.0, "any": 0.0}


def test_a_fixed_weight_is_counted_with_and_not_learned() -> None:
    free, beside = fitted(LESSONS, {}, 0.1, "any"), fitted(LESSONS, {}, 0.1, "any", {"sign": 1.0})

    assert "sign" not in beside
    assert beside["any"] > free["any"]


def test_an_example_counts_for_as_many_as_its_weight_says() -> None:
    loud = [*LESSONS, Lesson({"any": 1.0, "sign": 1.0}, so=False, weight=100.0)]

    assert fitted(loud, {}, 0.1, "any")["sign"] < fitted(LESSONS, {}, 0.1, "any")["sign"]


def test_log_odds_have_a_probability_however_large() -> None:
    assert chance(0.0) == 0.5
    assert 0 <= chance(-1e9) < chance(1e9) <= 1

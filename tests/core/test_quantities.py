"""A quantity is read as a person reads it, in figures and words, in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from deepdaily.core.quantities import Number, numbers, periods
from deepdaily.core.text import dates


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("26.2K tokens", "2.62 万 token"),
        ("$3.5 billion", "35 亿美元"),
        ("10,100", "10100"),
        ("25 percent", "25%"),
        ("4-bit", "4 位"),
        ("达到 3 倍", "3x"),
    ],
)
def test_one_quantity_in_two_forms_is_one_number(left: str, right: str) -> None:
    assert numbers(left) == numbers(right) != set()


def test_numbers_in_names_versions_and_dates_are_no_quantities() -> None:
    assert numbers("GPT-5.3 on H200 since 2026-02-11, v0.9.1, 2 月 9 日") == set()
    assert numbers("up to 25% faster than GPT-5.2") == {Number(Decimal(25), "%")}


@pytest.mark.parametrize(
    ("words", "figure"),
    [("four billion parameters", "40 亿参数"), ("two hundred agents", "200 个代理"), ("a million requests", "100 万次请求")],
)
def test_a_number_word_before_a_magnitude_is_its_figure(words: str, figure: str) -> None:
    assert {number.value for number in numbers(words)} == {number.value for number in numbers(figure)}


def test_hundreds_are_no_number() -> None:
    assert numbers("hundreds of agents, millions of requests") == set()


def test_small_numbers_may_be_words() -> None:
    assert numbers("Six proposals") == numbers("六项提案") == {Number(Decimal(6), "")}
    assert numbers("one of them, 一种") == set()


def test_the_period_of_a_rate_is_read_in_both_languages() -> None:
    assert periods("26K tok/s") == periods("tokens per GPU second") == periods("每秒") == {"second"}
    assert periods("downloads a month") == periods("每月下载") == {"month"}
    assert periods("the second attempt took days") == set()


def test_a_number_before_a_word_that_begins_like_a_month_is_no_date() -> None:
    assert numbers("4 prefill instances and 1 decode instance") >= {Number(Decimal(1), ""), Number(Decimal(4), "")}
    assert dates("1 decode instance, 3 marked pages, 12 octets") == set()
    assert dates("Sept. 3, 1 December 2026, in March") == {(0, 9, 3), (2026, 12, 1), (0, 3, 0)}

"""A quantity is read as a person reads it, in figures and words, in both languages."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.core.quantities import Number, hinted, measured, numbers, periods, plain, quantities, with_unit
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


@pytest.mark.parametrize(
    ("words", "figure"),
    [
        ("three hours", "3 小时"),
        ("an eight-dollar plan", "8 美元"),
        ("half a dozen", "6"),
        ("two dozen", "24"),
        ("one hundred and twenty", "120"),
        ("a quarter of an hour", "15 分钟"),
        ("an hour and a half", "1.5 小时"),
        ("两个半小时", "2.5 hours"),
        ("一年半", "1.5 years"),
        ("half a million", "50 万"),
        ("threefold", "三倍"),
        ("a 10-fold rise", "10x"),
        ("twice", "2 倍"),
        ("doubled", "翻番"),
        ("提高一倍", "2x"),
        ("halved", "减半"),
        ("half of them", "一半"),
        ("by a tenth", "十分之一"),
        ("two-thirds", "三分之二"),
        ("a factor of ten", "10x"),
        ("三成", "30%"),
        ("两成半", "25 percent"),
        ("百分之二十五", "25%"),
        ("千分之三", "0.3%"),
        ("两万小时", "20,000 hours"),
        ("一百二十五天", "125 days"),
        ("3 亿 5000 万", "350 million"),
        ("11.8 万亿", "11.8T"),
        ("3 千万", "30M"),
        ("$2.4", "2.4 dollars"),
        ("RMB 5 billion", "50 亿元"),
        ("20–40 %", "20% 到 40%"),
        ("from 800 to 1.2k", "800 到 1200"),
        ("8-bit", "8 位量化"),
    ],
)
def test_one_quantity_in_words_and_in_figures_is_one_number(words: str, figure: str) -> None:
    def read(text: str) -> list[Number]:
        return [replace(one.number, value=one.number.value.normalize()) for one in quantities(plain(text))]

    assert read(words) == read(figure) != []


@pytest.mark.parametrize(
    "text",
    [
        "第三方",
        "一些",
        "百度",
        "万一",
        "三方",
        "十几个",
        "三四个",
        "two",
        "half-precision",
        "double-check",
        "1. first",
        "Q3",
        "上半年",
    ],
)
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert quantities(plain(text.removeprefix("two"))) == []


def test_number_words_that_make_no_one_number_stay_apart() -> None:
    assert plain("two three") == "2 3"
    assert plain("一二分之三") == "一二分之三"
    assert plain("十分之1.2.3") == "十分之1.2.3"


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("58 位维护者", {"person"}),
        ("1 万个活跃服务器", {"server"}),
        ("10,000 busy servers", {"server"}),
        ("两个 GPU 节点", {"gpu", "server"}),
        ("8x H100", {"gpu"}),
        ("950 次提交", {"occasion", "commit"}),
        ("950 次", {"occasion"}),
        ("7 of the best", set()),
        ("7 modelling requests", {"request"}),
        ("7 extremely long and other requests", set()),
    ],
)
def test_what_is_counted_is_read_beside_the_number(text: str, counted: set[str]) -> None:
    (one,) = quantities(plain(text))

    assert set(one.counted) == counted
    assert one.number.unit == ""


def test_a_chinese_year_counts_years_only_where_it_is_no_date() -> None:
    assert numbers("10 年") == numbers("10 years")
    assert numbers("2019 年") == {Number(Decimal(2019), "")}


def test_numbers_that_weigh_are_figures_with_the_units_written_at_them() -> None:
    assert numbers("70 to 85 %") == {Number(Decimal(70), ""), Number(Decimal(85), "%")}
    assert numbers("ten times, half of it") == {Number(Decimal(10), "")}


def test_units_of_one_measure_meet() -> None:
    assert measured(Number(Decimal(90), "min")) == measured(Number(Decimal("1.5"), "h")) == (Decimal(5400), "s")
    assert measured(Number(Decimal(6), "gib")) != measured(Number(Decimal(6), "gb"))


def test_numbers_stand_in_other_words_too() -> None:
    found = hinted(plain("both run for an hour, the third per million tokens, 3/4 of them"))

    assert {Number(Decimal(2), ""), Number(Decimal(1), "h"), Number(Decimal(3), ""), Number(Decimal(10**6), "")} <= found
    assert Number(Decimal(75), "%") in found
    assert hinted("0/0") == hinted("none") | {Number(Decimal(0), "/"), Number(Decimal(1), "")}


@given(st.text(alphabet="0123456789 ,.-/到至%x两三百万亿个半分之 ofhalfandtwo–$", max_size=60))
def test_any_text_is_read_and_every_quantity_stands_where_it_says(text: str) -> None:
    read = plain(text)
    found = quantities(read)

    assert all(any(sign.isdigit() for sign in read[one.start : one.end]) for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)


@given(st.text("0123456789.,% kKMGBms万亿三百两成次-—/至 tokens月日", max_size=40))
def test_those_with_a_unit_are_those_of_all_that_have_one(text: str) -> None:
    assert with_unit(text) == {one for one in numbers(text) if one.unit}

"""Both languages are equal citizens in sentences, tokens, names and numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.core.text import (
    Number,
    clean,
    dates,
    language_of,
    names,
    numbers,
    periods,
    sentences,
    shorten,
    tokens,
    versions,
    width,
)


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("👩‍💻 ships 🪿", "👩‍💻 ships 🪿"),
        ("👩🏽‍🔬 ❤️‍🔥", "👩🏽‍🔬 ❤️‍🔥"),
        ("\U0001fadd from a newer Unicode", "\U0001fadd from a newer Unicode"),
        ("in\u200dvisible \u200d", "invisible "),
        ("👩\u200d\u200b💻", "👩💻"),
    ],
)
def test_joined_emoji_stay_whole_and_joints_of_letters_go(written: str, cleaned: str) -> None:
    assert clean(written) == cleaned
    assert clean(cleaned) == cleaned


def test_a_sentence_may_begin_with_a_lower_case_product() -> None:
    found = [sentence.text for sentence in sentences("It is fast. vLLM gains 2x. llm-d follows.")]

    assert found == ["It is fast.", "vLLM gains 2x.", "llm-d follows."]


def test_abbreviations_versions_and_decimals_do_not_end_a_sentence() -> None:
    text = "Runs on v0.9.1 and e.g. H200 at 2.5 ms vs. before. Next."

    assert [sentence.text for sentence in sentences(text)] == [text.removesuffix(" Next."), "Next."]


def test_a_stop_after_a_quotation_ends_a_sentence() -> None:
    assert [s.text for s in sentences("They call it “fast”. Next they measure.")] == ["They call it “fast”.", "Next they measure."]


def test_chinese_sentences_end_without_a_space() -> None:
    assert [s.text for s in sentences("吞吐提升。“成本下降！”团队说。")] == ["吞吐提升。", "“成本下降！”", "团队说。"]


@given(st.text(alphabet="aB1. 。！\n“”", max_size=80))
def test_a_sentence_is_where_it_says(text: str) -> None:
    found = sentences(text)

    assert all(text[one.start : one.end] == one.text for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert "".join("".join(one.text.split()) for one in found) == "".join(text.split())


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


def test_dates_are_read_in_both_languages() -> None:
    assert dates("February 9") == dates("2 月 9 日") == {(0, 2, 9)}
    assert dates("2026-02-11") == dates("Feb 11, 2026") == dates("2026年2月11日") == {(2026, 2, 11)}


def test_names_are_latin_names_and_not_sentence_starts() -> None:
    assert names("Today GitHub paused GPT-5.3-Codex. Developers on vLLM and GB200 wait") == [
        "GitHub",
        "GPT-5.3-Codex",
        "vLLM",
        "GB200",
    ]


def test_tokens_keep_compounds_and_cut_chinese_into_pairs() -> None:
    assert tokens("GPT-5.3 微调推理") == ["gpt-5.3", "gpt", "5.3", "微调", "调推", "推理"]


def test_versions_need_a_v_or_two_dots() -> None:
    assert versions("v0.9.1, 1.2.3rc1, Python 3.11, 2.5x") == {"0.9.1", "1.2.3rc1"}


def test_chinese_prose_full_of_latin_names_is_chinese() -> None:
    assert language_of("vLLM 0.9 支持 NVFP4 量化，吞吐提升明显") == "zh"
    assert language_of("The 微调 word alone does not make a long English sentence Chinese at all") == "en"


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_invisible_characters_go_and_visible_ones_stay() -> None:
    assert clean("a\x01b\u200bc\ufeff\ud800d\te\n微") == "abcd\te\n微"


@given(st.text(max_size=60), st.integers(min_value=2, max_value=40))
def test_a_shortened_text_fits(text: str, columns: int) -> None:
    short = shorten(text, columns)

    assert width(short) <= columns or (short == text and width(text) <= columns)


@pytest.mark.parametrize(
    ("text", "columns", "short"),
    [
        ("vLLM", 4, "vLLM"),
        ("vLLM 0.9.1", 9, "vLLM 0.9…"),
        ("prefill and decode", 15, "prefill and…"),
        ("prefill_and_decode", 12, "prefill_and…"),
        ("吞吐提升三成", 12, "吞吐提升三成"),
        ("吞吐提升三成", 11, "吞吐提升三…"),
        ("吞吐提升三成", 10, "吞吐提升…"),
        ("吞吐，成本", 7, "吞吐…"),
    ],
)
def test_a_text_is_cut_at_a_word_where_one_ends_near(text: str, columns: int, short: str) -> None:
    assert shorten(text, columns) == short


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


def test_short_and_american_dates_are_dates() -> None:
    assert dates("as of 12/18/25") == {(2025, 12, 18)}
    assert dates("November of 2024") == dates("2024 年 11 月") == {(2024, 11, 0)}


def test_a_number_before_a_word_that_begins_like_a_month_is_no_date() -> None:
    assert numbers("4 prefill instances and 1 decode instance") >= {Number(Decimal(1), ""), Number(Decimal(4), "")}
    assert dates("1 decode instance, 3 marked pages, 12 octets") == set()
    assert dates("Sept. 3, 1 December 2026, in March") == {(0, 9, 3), (2026, 12, 1), (0, 3, 0)}

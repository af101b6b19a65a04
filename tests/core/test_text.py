"""Both languages are equal citizens in sentences, tokens, names and dates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.core.text import clean, dates, language_of, names, quarters, sentences, shorten, tokens, versions, width


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


def test_short_and_american_dates_are_dates() -> None:
    assert dates("as of 12/18/25") == {(2025, 12, 18)}
    assert dates("November of 2024") == dates("2024 年 11 月") == {(2024, 11, 0)}


def test_names_end_where_chinese_begins() -> None:
    assert names("在vLLM上用Kimi的模型") == ["vLLM", "Kimi"]


def test_both_ends_of_a_run_of_days_are_dates() -> None:
    assert dates("March 3–5") == dates("3 月 3 日至 5 日") == dates("3-5 March") == {(0, 3, 3), (0, 3, 5)}
    assert dates("by May 4") == {(0, 5, 4)}


def test_quarters_and_halves_of_a_year_are_read_in_both_languages() -> None:
    assert (
        quarters("Q2") == quarters("2Q") == quarters("the second quarter") == quarters("第二季度") == quarters("二季度") == {"q2"}
    )
    assert quarters("H1") == quarters("first half of 2026") == quarters("上半年") == {"h1"}
    assert quarters("a quarter of them, the first half of the file") == set()
    assert names("In Q3 results") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("推論サーバーの分割でプロンプトの待ち時間を測定しました。", "en"),
        ("キャッシュは四つのノードに分けられています。", "en"),
        ("推理服务把请求分成两类，论文标题里有の字。", "zh"),
        ("vLLM 0.9 支持 MoE", "zh"),
        ("The word 推 alone makes no Chinese text of a long English sentence.", "en"),
        ("Größe zählt", "en"),
        ("a" * 20_000 + "推理" * 20_000, "en"),
    ],
)
def test_chinese_is_told_from_japanese_and_by_the_beginning(text: str, language: str) -> None:
    assert language_of(text) == language

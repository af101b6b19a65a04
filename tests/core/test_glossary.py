"""The glossary covers a phrase whole or not at all."""

from __future__ import annotations

import pytest

from deepdaily.core.glossary import column, has_chinese, in_chinese, term, terms, terms_in


def named(*names: str) -> object:
    return names.__contains__


@pytest.mark.parametrize(
    ("words", "english"),
    [
        ("Context Window", "context window"),
        ("latencies", "latency"),
        ("benchmarks", "benchmark"),
        ("caches", "cache"),
        ("colour of the sky", None),
        ("process", None),
    ],
)
def test_a_term_is_found_in_any_case_and_number(words: str, english: str | None) -> None:
    found = term(words)

    assert (found.english if found else None) == english


def test_the_longest_terms_of_a_text_are_found_in_its_order_each_once() -> None:
    found = terms_in("KV cache offloading, fine-tuning and the KV cache offloading of yesterday; prompt injection")

    assert [one.english for one in found] == ["kv cache offloading", "fine-tuning", "prompt injection"]


@pytest.mark.parametrize(
    ("phrase", "chinese"),
    [
        ("inference throughput", "推理吞吐"),
        ("Basalt inference", "Basalt 推理"),
        ("the inference", ""),
        ("benchmarks of Basalt", "Basalt 的基准测试"),
        ("benchmarks of the inference engine", "推理引擎的基准测试"),
        ("benchmarks of the cost of Basalt", ""),
        ("benchmarks of nobody", ""),
        ("blue inference", ""),
    ],
)
def test_a_phrase_is_told_where_terms_and_names_cover_all_of_it(phrase: str, chinese: str) -> None:
    assert in_chinese(phrase, {"Basalt"}.__contains__) == chinese


def test_every_row_is_english_in_lower_case_with_chinese_that_differs_or_a_name_that_stays() -> None:
    assert len(terms()) > 500
    for english, one in terms().items():
        assert (english, english) == (one.english, english.casefold())
        assert one.kind in "mngap"
        assert one.chinese


def test_chinese_is_told_from_other_scripts() -> None:
    assert has_chinese("KV 缓存")
    assert not has_chinese("KV cache, かな")


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("Context Window", "上下文窗口"),
        ("Input ($/1M tokens)", "输入 ($/1M tokens)"),
        ("CPU", "CPU"),
        ("Key", "key"),
        ("Models", "模型"),
        ("Umbrella", "Umbrella"),
        ("finish_reason", "finish_reason"),
        ("finish: stop", "finish: stop"),
        ("maxTokens", "maxTokens"),
        ("A (b) c", "A (b) c"),
        ("平台", "平台"),
        ("private", "private"),
    ],
)
def test_a_column_is_named_in_chinese_where_it_is_known_and_no_code(head: str, said: str) -> None:
    assert column(head, "zh") == said


@pytest.mark.parametrize(
    ("head", "said"), [("月费", "monthly fee"), ("时延 (ms)", "latency (ms)"), ("雨伞", "雨伞"), ("Price", "Price")]
)
def test_a_chinese_column_is_named_in_english_where_one_word_says_it(head: str, said: str) -> None:
    assert column(head, "en") == said


def test_names_of_columns_are_no_terms_of_sentences() -> None:
    assert term("monthly fee") is None
    assert column("Monthly fee", "zh") == "月费"

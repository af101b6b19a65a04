"""What an unknown asks, and where an answer to it stands."""

from __future__ import annotations

import pytest

from deepdaily.core.gaps import BY_NAME, GAPS, NEAR, asks, is_of


def asked(unknown: str) -> list[str]:
    return [gap.name for gap in asks(unknown)]


@pytest.mark.parametrize(
    ("unknown", "found"),
    [
        ("没有给出价格。", ["price"]),
        ("原文没有提到价格、时延。", ["latency", "price"]),
        ("没有给出 Quillserve Cloud 的价格", ["price"]),
        ("The source does not give its price or latency.", ["latency", "price"]),
        ("没有公布参数量", ["parameters"]),
        ("没有说明上下文长度", ["context"]),
        ("No license is given.", ["license"]),
        ("没有给出词错率", ["benchmark"]),
    ],
)
def test_a_plain_unknown_asks_for_what_it_names(unknown: str, found: list[str]) -> None:
    assert asked(unknown) == found


@pytest.mark.parametrize(
    "unknown",
    [
        "没有给出各语言的词错率",
        "没有给出训练时长与费用",
        "没有说价格是否会涨",
        "Nothing is said about the price in Japan.",
        "没有给出磁盘型号",
    ],
)
def test_an_unknown_that_asks_more_than_the_table_knows_is_left_to_a_reader(unknown: str) -> None:
    assert asked(unknown) == []


ANSWERS = {
    "latency": ("Its latency is 86 ms.", "Its latency is low."),
    "price": ("它的价格是每分钟 0.003 美元。", "价格以后再说。"),
    "license": ("Weights are under the Apache 2.0 license.", "The license is being discussed."),
    "fixed-versions": ("The bug is fixed in version 2.4.1.", "It will be fixed in a later version."),
    "resumption": ("服务将于 3 月 5 日恢复。", "服务会恢复。"),
    "context": ("It has a context window of 128K tokens.", "Its context window is long."),
    "hardware": ("It was run on one H100 GPU.", "Any GPU will do."),
    "availability": ("It is available on 5 March 2026 in March.", "It will be available."),
    "parameters": ("模型有 80 亿参数。", "参数不多。"),
    "regions": ("Quota: 300 requests in every region.", "A quota applies."),
    "benchmark": ("它在该基准上得到 71%。", "它在该基准上表现很好。"),
}


def test_every_gap_of_the_table_has_an_answer_and_a_line_that_only_speaks_of_it() -> None:
    assert set(ANSWERS) == {gap.name for gap in GAPS}
    for name, (answer, talk) in ANSWERS.items():
        assert BY_NAME[name].answered_in(answer), name
        assert not BY_NAME[name].answered_in(talk), name


def test_a_value_far_from_the_word_for_it_is_no_answer() -> None:
    price = BY_NAME["price"]

    assert price.answered_in(f"The price {'x' * (NEAR - 2)} $5")
    assert not price.answered_in(f"The price {'x' * (NEAR + 9)} 5 EUR")


def test_an_answer_names_what_the_unknown_names() -> None:
    unknown = "没有给出 Quillserve Cloud 的价格"

    assert is_of(unknown, "Quillserve Cloud costs $5.")
    assert not is_of(unknown, "Reedserve costs $5.")
    assert is_of("没有给出价格", "It costs $5.")
    assert not is_of("没有给出价格", "Reedserve costs $5.", elsewhere=True)
    assert is_of(unknown, "Quillserve Cloud costs $5.", elsewhere=True)

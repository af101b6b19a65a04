"""Bylines, labels and notices are made of our own words, and stand in every language's table."""

from __future__ import annotations

import pytest

from deepdaily.words import of
from deepdaily.words.across import across, texts


@pytest.mark.parametrize(("own", "other"), [("zh", "en"), ("en", "zh")])
def test_every_text_of_one_table_is_the_other_s_at_the_same_place(own: str, other: str) -> None:
    """Where a table says two things alike, either is right."""
    ours, theirs = texts(own), texts(other)

    assert ours.keys() >= {"sections.what", "by_rule.press", "recalled.kept", "trouble.rungs.7d", "corrected"}
    for name, text in ((name, text) for name, text in ours.items() if text):
        alike = {theirs[one] for one, said in ours.items() if said == text}
        assert across(text, own, other) in alike, name


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("一手来源 · 发布于 2026-02-10 · 2 个独立来源", "first-hand · published 2026-02-10 · 2 independent publishers"),
        ("用户报告，未经维护者确认", "a user's report, not confirmed by the maintainers"),
        ("来自记忆：2026-02-03 提出的问题，尚无新消息", "from memory: asked on 2026-02-03, no news yet"),
        ("原文没有提到时延、价格。", "The source does not mention latency or price."),
        (
            "来自记忆：此前读到、当时未选用；来自候选链接池：只读到摘要，未读到原文",
            "from memory: read earlier, not told then; from the pool of candidates: only a teaser was read",
        ),
        (
            "更正版：本期于 2026-02-11 09:30 重新写过，先前一版仍保留。今天没有写作模型应答，各条由规则写成：页面列明的写成中文，其余引原文。",
            "Corrected: this issue was written again at 2026-02-11 09:30; the first one is kept. "
            "No model answered today: every item is written by rule, from what its pages state and in their own words.",
        ),
        (
            "今天网页搜索被对方限流，以下选自其余来源。",
            "Today web search was limited by its provider; what follows is from the other sources.",
        ),
        ("今天 Hacker News 没有应答。", "Today Hacker News did not answer."),
    ],
)
def test_what_is_made_of_our_words_and_figures_is_said_in_the_other_language_s(chinese: str, english: str) -> None:
    assert across(chinese, "zh", "en") == english


@pytest.mark.parametrize(
    "text", ["一手来源，据称", "一手来源 · 发布于某日", "原文没有提到许可。", "今日天气被限流", "", "。", "别的话。一手来源。"]
)
def test_what_says_more_than_our_words_is_nobody_s(text: str) -> None:
    assert across(text, "zh", "en") is None


def test_an_english_byline_is_said_in_chinese() -> None:
    assert across("press or community · published 2026-02-10", "en", "zh") == "媒体或社区来源 · 发布于 2026-02-10"
    assert of("zh").by_rule.press == "媒体或社区来源"

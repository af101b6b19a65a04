"""A title is told in Chinese by a form that covers all of it, or by what it names; never half of it as if it were all."""

from __future__ import annotations

import pytest

from deepdaily.words import of
from deepdaily.write.by_rule.titles import FORMS, named_in, title_in_chinese, topics_in_chinese

ZH = of("zh")
BODY = "The team of Basalt Cloud and Larkspur told of it on Tuesday, and users of Basalt Cloud and Larkspur saw Quill Agent there."


@pytest.mark.parametrize(
    ("title", "chinese"),
    [
        ("GPT-9 is now generally available for Basalt Cloud", "GPT-9 已在 Basalt Cloud 正式可用"),
        ("GPT-9 and KW-3 are now in public preview on Basalt Cloud", "GPT-9 和 KW-3 在 Basalt Cloud 开放预览"),
        ("Introducing GPT-9", "推出 GPT-9"),
        ("Introducing Larkspur: a coding agent for KW-3", "推出 Larkspur：KW-3 的编码代理"),
        ("Day 0 Support: GPT-9", "首日支持 GPT-9"),
        ("Deprecating GPT-8", "GPT-8 弃用"),
        ("OpenAI acquires Larkspur", "OpenAI 收购 Larkspur"),
        ("SEP-12: Tool calling", "SEP-12：工具调用"),
        ("Incident report: data breach", "事故报告：数据泄露"),
        ("Improve release stability with load tests", "用压测改进发布稳定性"),
        ("Scale fine-tuning with KW-3", "用 KW-3 扩展微调"),
        ("KV cache offloading to any filesystem with KW-3", "KW-3：KV cache 卸载到文件系统"),
        ("Prompt injection in GPT-9 (Part II)", "GPT-9：提示注入（第二部分）"),
        ("GPT-9 supports tool calling", "GPT-9 支持工具调用"),
    ],
)
def test_a_form_that_covers_a_title_tells_it(title: str, chinese: str) -> None:
    assert title_in_chinese(title, BODY, ZH) == chinese


@pytest.mark.parametrize(
    "title",
    [
        "GPT-9 is now generally available for people who like it",
        "Introducing a better way of life",
        "Scale your dreams with KW-3",
        "SEP-12: Let servers sing",
        "Incident report: the dog ate it",
        "OpenAI acquires a small team of dreamers",
    ],
)
def test_a_title_with_a_word_that_nothing_covers_is_told_by_no_form(title: str) -> None:
    assert title_in_chinese(title, BODY, ZH) == ""


def test_a_capital_alone_is_no_name_where_every_word_has_one() -> None:
    assert title_in_chinese("Introducing Better Ways", BODY, ZH) == ""
    assert named_in("Better Ways To Serve Larkspur Models", BODY) == ()
    assert named_in("Better ways to serve Larkspur models", BODY) == ("Larkspur",)


@pytest.mark.parametrize(
    ("title", "topics"),
    [
        ("What GPT-9 does to prompt injection and pricing", "提示注入、定价"),
        ("What GPT-9 does to our garden", ""),
        ("How models of KW-3 use data and tools", ""),
        ("Protein language models of KW-3", ""),
        ("Large-scale serving of language models", "大规模服务、语言模型"),
    ],
)
def test_what_no_form_covers_has_its_whole_noun_phrases_beside_it(title: str, topics: str) -> None:
    assert topics_in_chinese(title, ZH) == topics


def test_a_paper_is_named_by_its_kind_and_phrases_of_several_words() -> None:
    assert topics_in_chinese("What GPT-9 does to prompt injection and pricing", ZH, "论文") == "论文：提示注入、定价"
    assert topics_in_chinese("What GPT-9 does to pricing", ZH, "论文") == ""


def test_a_name_that_a_further_word_with_a_capital_goes_on_is_none() -> None:
    assert named_in("Serving Llama Stack Models with KW-3", BODY) == ("KW-3",)
    assert named_in("Serving Llama with KW-3", BODY) == ("Llama", "KW-3")


def test_every_form_has_its_gaps_in_the_words_of_both_languages() -> None:
    for name in FORMS:
        assert "{" in ZH.by_rule.titles[name]
        assert "{" in of("en").by_rule.titles[name]


def test_a_name_ends_at_a_comma_and_takes_no_mark_of_possession() -> None:
    assert named_in("What OpenAI's models, GPT-9 and KW-3, share", BODY) == ("OpenAI", "GPT-9", "KW-3")


def test_a_phrase_ends_at_a_mark() -> None:
    assert topics_in_chinese("Prompt injection, pricing: what it is", ZH) == "提示注入、定价"

"""What is paid for says so in many spellings; what is about advertising, sponsors or promotion is news like any other."""

from __future__ import annotations

import pytest

from deepdaily.core.paid import disclosed, paid_label, paid_title


@pytest.mark.parametrize(
    "title",
    [
        "[Sponsored] Ship agents faster with Halyard",
        "(Ad) The GPU cloud for teams",
        "Sponsored: five ways to cut your inference bill",
        "Sponsor: Larkspur, the vector database",
        "Ship agents faster with Halyard (Sponsored)",
        "Observability for LLM apps | Partner Content",
        "Brand content – how we serve tokens",
        "【推广】大模型推理一体机限时优惠",
        "广告：企业级向量数据库",
        "大模型训练平台选型指南【商业推广】",
        "一文看懂推理加速｜赞助内容",
        "（赞助）让 Agent 上生产",
    ],
)
def test_a_labelled_title_is_paid_for(title: str) -> None:
    assert paid_title(title)


@pytest.mark.parametrize(
    "title",
    [
        "Sponsored search is changing: what LLM ads do to ranking",
        "GitHub Sponsors now pays maintainers monthly",
        "Sponsors of the MCP working group publish a roadmap",
        "Promoted to staff engineer: what changed",
        "ChatGPT tests ads in the United States",
        "Partner content moderation with small models",
        "广告系统的推理加速实践",
        "推广 MCP 的一年：我们学到了什么",
        "赞助商撤出后，开源项目怎么活",
        "搜索、推荐、广告：一套特征平台",
        "[Paper] Sponsored content detection with LLMs",
        "vLLM v0.9 (ad hoc batching)",
        "",
    ],
)
def test_a_title_about_advertising_or_sponsors_is_not(title: str) -> None:
    assert not paid_title(title)


@pytest.mark.parametrize(
    "line",
    [
        "This post is sponsored by Halyard.",
        "Disclosure: this article was produced in partnership with Larkspur.",
        "*This newsletter is brought to you by Copse.*",
        "We were paid by Halyard for this review.",
        "This article contains affiliate links.",
        "本文由 Halyard 赞助，内容由编辑部撰写。",
        "本文为商业推广内容。",
        "（本文系付费合作稿件）",
        "本文含有推广链接，购买后我们会获得佣金。",
    ],
)
def test_a_sentence_may_disclose_that_its_text_is_paid_for(line: str) -> None:
    assert disclosed(line)


@pytest.mark.parametrize(
    "line",
    [
        "This post explains how sponsored results are ranked.",
        "The conference was sponsored by three chip makers.",
        "We were paid well for the contract.",
        "Affiliate links are the worst thing about AI search.",
        "本文分析商业推广如何影响搜索质量。",
        "本文感谢赞助商名单中的各位。",
        "他们的付费推广预算增加了 20%。",
    ],
)
def test_a_sentence_about_paid_texts_is_none(line: str) -> None:
    assert not disclosed(line)


@pytest.mark.parametrize("line", ["Sponsored", "Advertorial", "软文", "广告合作", " 赞助内容 "])
def test_a_label_stands_alone(line: str) -> None:
    assert paid_label(line)
    assert not paid_label(f"{line} 与 inference benchmarks")

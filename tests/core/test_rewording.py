"""A figure may be worked into other words; what it then says is the same, and nothing else is."""

from __future__ import annotations

import pytest

from deepdaily.core.evidence import unsupported
from deepdaily.core.rewording import joined, rewordings, shares_of

SAME = [
    ("The repair took 95 minutes.", "修复用了 1 小时 35 分钟。"),
    ("修复用了 1 小时 35 分钟。", "Repair time: 1h35m."),
    ("It took 4 minutes and 10 seconds.", "耗时 250 秒。"),
    ("It took 1.5 days.", "耗时 1 天 12 小时。"),
    ("Nine out of ten teams stayed.", "九成团队留了下来。"),
    ("90% 的团队留了下来。", "Nine in ten teams stayed."),
    ("One in five builds fails.", "20% 的构建失败。"),
    ("每 5 次构建中有 1 次失败。", "One in five builds fails."),
    ("It needs 75% less memory.", "显存只需四分之一。"),
    ("延迟降低了 90%。", "Latency is 10x lower."),
    ("Accuracy is 0.914.", "准确率 91.4%。"),
    ("Compute: 2.1×10^24 FLOPs.", "训练算力 2.1e24 FLOPs。"),
    ("误差降到 10⁻³。", "The error fell to 1e-3."),
    ("误码率 10 的 -6 次方。", "a bit error rate of 10^-6"),
    ("Latency fell from 300 ms to 80 ms.", "latency: 300 ms -> 80 ms"),
    ("It has 10,000 stars.", "星标破万。"),
    ("20,000 GPUs", "两万卡"),
    ("A million-token window.", "百万 token 的窗口"),
    ("窗口达 100 万 token。", "its million-token window"),
    ("8 比特版本更快。", "The FP8 build is faster."),
    ("70 亿参数的模型", "a 7B model"),
    ("It serves 900 requests per second.", "QPS 为 900。"),
    ("900 token/秒", "900 tokens per second"),
    ("0.14 版移除它。", "v0.14 removes it."),
    ("v0.14 removes it.", "0.14 版移除它。"),
    ("It closes on the 9th of June.", "6 月 9 日截止。"),
    ("It lasted an hour and a half.", "持续了 90 分钟。"),
    ("Revenue rose 40% from a year earlier.", "营收同比增长 40%。"),
    ("On Friday the lab said so.", "实验室周五表示。"),
]


@pytest.mark.parametrize(("claim", "source"), SAME)
def test_a_claim_may_say_a_number_in_other_words(claim: str, source: str) -> None:
    assert unsupported(claim, [source]) == []


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The repair took 90 minutes.", "修复用了 1 小时 35 分钟。"),
        ("Eight out of ten teams stayed.", "九成团队留了下来。"),
        ("It needs 60% less memory.", "显存只需四分之一。"),
        ("延迟降到 90%。", "Latency was reduced by 90%."),
        ("Compute: 2.1×10^25 FLOPs.", "训练算力 2.1e24 FLOPs。"),
        ("误差降到 10⁻³。", "The error fell to 1e-4."),
        ("它有十万星标。", "星标破万。"),
        ("It serves 900 requests per minute.", "QPS 为 900。"),
        ("v0.14 removes it.", "0.14.2 版移除它。"),
        ("错误率升到 2%。", "The error rate fell from 5% to 2%."),
        ("On Friday the lab said so.", "实验室周四表示。"),
        ("新一代已发布。", "They plan to release the next-generation model."),
    ],
)
def test_another_number_is_another_in_whatever_words(claim: str, source: str) -> None:
    assert unsupported(claim, [source])


def test_a_text_has_no_other_wording_where_nothing_can_be_said_otherwise() -> None:
    assert list(rewordings("8 gpus in 2 racks")) == []
    assert joined("2 hours, 30 minutes") == "2 hours, 30 minutes"
    assert shares_of("3 in 10 minutes") == "3 in 10 minutes"

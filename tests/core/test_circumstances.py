"""What stands beside a number is held against the claim: a number without its circumstances is another statement."""

from __future__ import annotations

import pytest

from deepdaily.core.evidence import unsupported

REFUSED = [
    ("up to 3x faster on long prompts", "长提示快 3 倍", "end"),
    ("不到 5% 的请求失败", "5% of requests failed", "end"),
    ("over 900 teams joined", "900 个团队加入", "end"),
    ("8 万余名学生", "80,000 students", "end"),
    ("at least 40 GB of disk", "磁盘要 40 GB", "end"),
    ("80 ms or less", "80 毫秒", "end"),
    ("it saves 20–40% of memory", "节省 40% 显存", "range"),
    ("节省 15% 到 25%", "It saves 15%", "range"),
    ("between 20% and 40% of it", "其中的 20%", "range"),
    ("Latency fell by 30%", "延迟上升 30%", "direction"),
    ("throughput changed: -7%", "吞吐提高 7%", "direction"),
    ("throughput changed: +7%", "吞吐下降 7%", "direction"),
    ("30% slower on old cards", "旧卡上快 30%", "direction"),
    ("体积缩小到原来的 12%", "The size shrinks by 12%", "change told"),
    ("1,850 tokens/s per GPU", "1850 token/s", "per gpu"),
    ("每卡功耗 400 瓦", "It draws 400 W", "per gpu"),
    ("500 calls a day", "每月 500 次调用", "period"),
    ("the node draws 400 W", "每个请求耗电 400 瓦", "per request"),
    ("It plans to hire 300 people", "它已招聘 300 人", "forecast"),
    ("预计达到 5 万用户", "It has 50,000 users", "forecast"),
    ("They plan to open the code", "代码已开放", "forecast"),
    ("The build runs on macOS", "它不能在 macOS 上运行", "denial"),
    ("Some models gain", "所有模型都变快", "scope"),
    ("It ships at the end of May 2027", "2027 年 5 月 20 日发布", "date"),
    ("Shipped in Q3", "第二季度发布", "date"),
]


@pytest.mark.parametrize(("source", "claim", "note"), REFUSED)
def test_a_number_without_its_circumstances_is_refused(source: str, claim: str, note: str) -> None:
    assert any(found.startswith(note) or note in found for found in unsupported(claim, [source]))


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("up to 3x faster on long prompts", "长提示最多快 3 倍"),
        ("contexts of up to 128K tokens", "支持 128K token 上下文"),
        ("不到 5% 的请求失败", "Fewer than 5% of requests failed"),
        ("averaged over 5 runs", "5 次运行的平均"),
        ("it runs over 24 hours", "它运行 24 小时"),
        ("it saves 20–40% of memory", "节省两成到四成显存"),
        ("it saves 20–40% of memory", "最多节省 40% 显存"),
        ("It rose from 20% to 40%", "升到 40%"),
        ("It costs 2 and 5 dollars", "价格为 2 美元和 5 美元"),
        ("Latency fell by 30%", "延迟降低 30%"),
        ("Latency improved by 30%", "延迟下降 30%"),
        ("Speed rose by 30%, then fell by 30%", "速度提升 30%"),
        ("1,850 tokens/s per GPU", "单卡 1850 token/s"),
        ("1,850 tokens/s per GPU", "一块芯片上为 1850 token/s"),
        ("500 calls a day", "每天 500 次调用"),
        ("It plans to hire 300 people", "它计划招聘 300 人"),
        ("They plan to open the code", "代码将开放"),
        ("It does not run on macOS", "它不能在 macOS 上运行"),
        ("Every model gains", "所有模型都变快"),
        ("It ships on 20 May 2027", "5 月 20 日发布"),
        ("", "没有数字"),
    ],
)
def test_a_number_with_its_circumstances_stands(source: str, claim: str) -> None:
    assert [note for note in unsupported(claim, [source or "not a figure"]) if not note.startswith("denial")] == []

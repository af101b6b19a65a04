"""A number of a claim meets the one it was written from, in another unit, another language or rounded; no other one."""

from __future__ import annotations

import pytest

from deepdaily.core.evidence import unsupported


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("it takes 90 minutes", "耗时 1.5 小时"),
        ("功率 120 万千瓦", "It draws 1.2 GW"),
        ("12 basis points", "0.12 个百分点"),
        ("26,234 requests", "2.62 万次请求"),
        ("1,969 people", "约 2000 人"),
        ("1,969 people", "近 2000 人"),
        ("1,969 people", "超过 1900 人"),
        ("1,969 people", "2000 人左右"),
        ("revenue rose 100%", "营收翻番"),
        ("half the price", "价格的 50%"),
        ("50% of it", "其中一半"),
        ("a tenth of the price", "价格为 10% 的水平"),
        ("10x less", "十分之一"),
        ("成本为十分之一", "10x cheaper"),
        ("增长 1 倍", "It doubled"),
        ("It doubled", "增长 100%"),
        ("26,234 ms", "26.2 秒"),
        ('{"depth": 12_a, "size": 40}', "size is 40"),
        ("128 and 256 GB", "128 GB 和 256 GB"),
        ("a gain of 2.5 points", "提高 2.5 个百分点"),
        ("重复了五次", "repeated five times"),
        ("7360 TGS", "7360 token"),
        ("three hours, down from twelve", "3 小时，原先 12 小时"),
        ("Built on the Gemma4 weights", "基于 Gemma 4 的权重"),
        ("fixed in v0.11", "fixed in version 0.11"),
        ("一次请求", "1 个请求"),
        ('{"depth": 12, "width": 40}', "a depth of 12"),
        ('{"depth": 12} and a depth of 40 in the test', "a depth of 40"),
        ("latency: 8 ms", "latency is 8 ms"),
        ("Of the rest, 0 failed", "0 failed"),
    ],
)
def test_one_number_in_two_forms_meets(source: str, claim: str) -> None:
    assert unsupported(claim, [source]) == []


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("it takes 90 minutes", "耗时 1.5 分钟"),
        ("26,234 requests", "2.64 万次请求"),
        ("1,969 people", "约 1800 人"),
        ("64 GB", "64 GiB"),
        ("30 engineers", "30 台服务器"),
        ("256 tokens at a time", "每次 256 个块"),
        ("batch size 8", "batch size 1"),
        ("three hours. It had twelve", "3 小时，12 小时"),
        ('{"depth": 12, "width": 40}', "a depth of 40"),
        ("fixed in v0.11", "fixed in version 0.12"),
        ("nothing", "about 0 people"),
    ],
)
def test_another_number_does_not(source: str, claim: str) -> None:
    assert any(note.startswith("number") for note in unsupported(claim, [source]))

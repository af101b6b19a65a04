"""Bars of the review: a fault that its reviewer finds is mended or gone, and true lines are still there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepdaily.core.evidence import check_claim, locate
from deepdaily.core.types import Claim, Draft, Language, Section, Story
from making import issue, story
from planted_faults import KINDS, Fault, Outcome, Reviser, planted, reviewed

ZH = {
    "Quillserve 2.4 moves the KV cache to disk": [
        ("Quillserve 2.4 把冷的 KV cache 块移到本地磁盘。", "Quillserve 2.4 moves cold KV cache blocks to local disks."),
        ("测试负载为 2K token 输入、2K token 输出。", "The test load was 2K tokens in and 2K tokens out."),
        ("8 块 GPU 上吞吐最高高 31%。", "On 8 GPUs throughput was up to 31% higher."),
        ("首 token 用时从 410 ms 降到 86 ms。", "The first token took 86 ms instead of 410 ms."),
        ("团队计划 5 月支持远程磁盘。", "The team plans remote disks for May."),
        ("磁盘缓存默认关闭。", "The disk cache is off by default."),
        ("磁盘写满后，旧块被删除。", "Old blocks are deleted once the disk is full."),
    ],
    "Reedserve 3.0 adds a router": [
        ("Reedserve 3.0 按缓存命中路由请求。", "Reedserve 3.0 routes requests by cache hits."),
        ("路由器由 40 家客户试用了两周。", "The router was tried by 40 customers for two weeks."),
        ("缓存命中率升到 62%。", "The cache hit rate rose to 62%."),
        ("作者称路由器只支持单个集群。", "The authors say that the router supports one cluster only."),
        ("旧的轮询方式仍然保留。", "The old round robin is still there."),
        ("路由表每 5 秒刷新一次。", "The table is refreshed every 5 seconds."),
        ("Reedserve 以 Apache 2.0 发布。", "Reedserve is released under Apache 2.0."),
    ],
    "Fernbank 1.1 fine-tunes on one card": [
        ("Fernbank 1.1 在一块显卡上微调 80 亿参数的模型。", "Fernbank 1.1 fine-tunes a model of 8 billion parameters on one card."),
        ("一次微调用时 3 小时。", "One run takes 3 hours."),
        ("显存占用为 22 GB。", "It needs 22 GB of memory."),
        ("检查点每 500 步保存一次。", "A checkpoint is kept every 500 steps."),
        ("多卡训练尚不支持。", "Several cards are not supported yet."),
        ("数据集须为 JSON。", "Data sets must be JSON."),
        ("作者给出了复现脚本。", "The authors give a script to repeat it."),
    ],
    "Copse 3.2 runs commands in a sandbox": [
        ("Copse 3.2 在沙箱里运行每条命令。", "Copse 3.2 runs each command in a sandbox."),
        ("沙箱在 Linux 上多用 12 ms。", "The sandbox takes 12 ms more on Linux."),
        ("Windows 上仍逐条询问。", "On Windows each command is still asked for."),
        ("权限询问从每个会话 17 次降到 2 次。", "Questions fell from 17 to 2 a session."),
        ("答复保存在仓库里。", "Answers are kept in the repository."),
        ("沙箱没有网络。", "The sandbox has no network."),
        ("旧的 shell 工具将在 4.0 移除。", "The old shell tool will be removed in 4.0."),
    ],
}  # fmt: skip
"""Chinese lines by their pages' titles, each with the sentence it rests on. In English a line is its sentence in other words."""


def day(language: Language) -> tuple[Draft, list[Story]]:
    stories = [
        story(title, "\n".join(quote for _, quote in lines), url=f"https://{title.split()[0].lower()}.example/1")
        for title, lines in ZH.items()
    ]
    draft = replace(issue(*stories).draft, language=language)
    items = [
        replace(item, sections=(Section("detail", tuple(_line(*pair, one, language) for pair in lines)),), writer="qwen")
        for item, one, lines in zip(draft.items, stories, ZH.values(), strict=True)
    ]
    return replace(draft, items=tuple(items)), stories


def _line(text: str, quote: str, of: Story, language: Language) -> Claim:
    proof = (locate(quote, of.lead),)
    return Claim(
        text if language == "zh" else f"It is said: {quote[0].lower()}{quote[1:]}" if quote[:3] in ("The", "Old") else quote, proof
    )


def planted_day(language: Language) -> tuple[Draft, list[Fault], list[Story]]:
    draft, stories = day(language)
    return *planted(draft, 40, share=3), stories


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_line_is_true_before_and_the_faults_are_of_every_kind(language: Language) -> None:
    true, stories = day(language)
    documents = {one.lead.id: one.lead for one in stories}
    draft, faults, _ = planted_day(language)

    assert [trouble for item in true.items for claim in item.claims() for trouble in check_claim(claim, documents)] == []
    assert {one.kind for one in faults} == set(KINDS)
    assert all(one.words in draft.items[one.at[0] - 1].claims()[one.at[1] - 1].text for one in faults)
    assert not any(one.words in one.old.text for one in faults)


async def outcome(language: Language, reviser: Reviser) -> tuple[int, Outcome]:
    draft, faults, stories = planted_day(language)
    return len(faults), await reviewed(draft, faults, stories, reviser, b"k" * 32)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_good_reviser_mends_nine_of_ten_faults_and_true_lines_are_kept(language: Language) -> None:
    faults, found = await outcome(language, "well")

    assert found.mended >= 0.9 * faults
    assert found.printed == ()
    assert found.kept >= 0.95 * found.true_facts


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("reviser", ["badly", "not at all"])
async def test_a_bad_reviser_or_none_prints_no_line_that_reliability_refused_and_true_lines_are_kept(
    language: Language, reviser: Reviser
) -> None:
    faults, found = await outcome(language, reviser)

    assert (found.mended, found.cut, found.printed) == (0, faults, ())
    assert found.kept >= 0.95 * found.true_facts


async def test_a_reviser_that_puts_another_fault_in_is_stopped_where_the_check_sees_it() -> None:
    """The bound of one round: a new fault that no program sees is not read again."""
    faults, found = await outcome("zh", "with another fault")

    assert 0 < len(found.printed) < faults
    assert {one.kind for one in found.printed}.isdisjoint({"figure"})
    assert found.mended == 0

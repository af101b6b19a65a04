"""Drafts of two told stories for tests of the review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deepdaily.core.evidence import locate
from deepdaily.core.types import Claim, Draft, Item, Section, SectionKind, Story
from making import issue, story

QUILL = story(
    "Quillserve 2.4 moves the KV cache to disk",
    """Quillserve 2.4 moves cold KV cache blocks to local disks.
On 8 GPUs it reached up to 31% higher throughput than Quillserve 2.3.
Remote disks are planned for May.
The cache is off by default.
It costs nothing, whatever one runs on it.""",
    url="https://quill.example/2.4",
)
REED = story(
    "Reedserve 3.0 adds a router",
    """Reedserve 3.0 routes requests by cache hits.
Its price is 5 USD a month.
It runs on one H100.""",
    url="https://reed.example/3.0",
)
STORIES = {one.id: one for one in (QUILL, REED)}
DOCUMENTS = {one.lead.id: one.lead for one in STORIES.values()}


def fact(text: str, *quotes: str, of: Story = QUILL) -> Claim:
    return Claim(text, tuple(locate(quote, of.lead) for quote in quotes))


def drawn(text: str, *quotes: str, of: Story = QUILL) -> Claim:
    return Claim(text, basis=fact("", *quotes, of=of).evidence)


TITLE = fact("Quillserve 2.4 把 KV cache 移到磁盘", "Quillserve 2.4 moves the KV cache to disk")
MOVES = fact("Quillserve 2.4 把冷的 KV cache 块移到本地磁盘。", "Quillserve 2.4 moves cold KV cache blocks to local disks.")
FASTER = fact("8 块 GPU 上吞吐最高高 31%。", "On 8 GPUs it reached up to 31% higher throughput than Quillserve 2.3.")
PLANNED = fact("计划 5 月支持远程磁盘。", "Remote disks are planned for May.")
OFF = fact("缓存默认关闭。", "The cache is off by default.")
WHY = drawn("显存不再是长对话的硬上限。", "Quillserve 2.4 moves cold KV cache blocks to local disks.")
IMPACT = drawn("吞吐最高高 31% 时，同样的卡多接请求。", "On 8 GPUs it reached up to 31% higher throughput than Quillserve 2.3.")
ADVICE = drawn(
    "在一台机器上灰度 Quillserve 2.4；看：首 token p99；线：差 5% 就停（我们的建议值）；回退：换回 Quillserve 2.3。",
    "Quillserve 2.4 moves cold KV cache blocks to local disks.",
    "On 8 GPUs it reached up to 31% higher throughput than Quillserve 2.3.",
)
SECTIONS: tuple[tuple[SectionKind, tuple[Claim, ...]], ...] = (
    ("what", (MOVES,)),
    ("detail", (FASTER, PLANNED, OFF)),
    ("why", (WHY,)),
    ("impact", (IMPACT,)),
    ("advice", (ADVICE,)),
)
"""Lines 2; 3, 4, 5; 6; 7; 8."""


def item_of(title: Claim = TITLE, sections: Sequence[tuple[SectionKind, Sequence[Claim]]] = SECTIONS, of: Story = QUILL) -> Item:
    """An item that a model told."""
    (plain,) = issue(of).draft.items
    return replace(plain, title=title, sections=tuple(Section(kind, tuple(points)) for kind, points in sections), writer="qwen")


ROUTES = fact("Reedserve 3.0 按缓存命中路由请求。", "Reedserve 3.0 routes requests by cache hits.", of=REED)
REED_ITEM = item_of(fact("Reedserve 3.0 增加路由", "Reedserve 3.0 adds a router", of=REED), [("what", [ROUTES])], REED)


def draft_of(*items: Item) -> Draft:
    return replace(issue(QUILL, REED).draft, items=items or (item_of(), REED_ITEM))


def texts(item: Item) -> list[str]:
    return [claim.text for claim in item.claims()]

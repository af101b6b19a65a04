"""A store with two days in it, the second telling on a story of the first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from deepdaily.core.types import (
    Appearance,
    Claim,
    Document,
    Harvest,
    Issue,
    Item,
    Loss,
    RunRecord,
    Section,
    Slot,
    Snapshot,
    SourceHealth,
    Stage,
)
from deepdaily.serve.web import Shelf
from deepdaily.store import Store, Validators
from deepdaily.store.snapshots import Snapshots
from render import issues

TUNING = issues.document(
    "https://tuning.example.com/1-0", "轻量微调工具 1.0 发布", "微调 7B 模型只需 9 GB 显存。其余用法不变。", language="zh"
)
TUNING_AGAIN = issues.document(
    "https://tuning.example.com/1-1", "轻量微调工具 1.1 发布", "<script>alert(1)</script> 微调 7B 模型现在只需 6 GB 显存。", language="zh"
)  # fmt: skip
FIRST, SECOND = Slot(issues.DUE - timedelta(days=1)), Slot(issues.DUE)


def told(story: str, document: Document, fact: str, thread: tuple[Appearance, ...] = ()) -> Item:
    claim = issues.fact(fact, document)
    title = issues.fact(document.title, document)
    return Item(story, title, (Section("what", (claim,)),), (issues.cited(document),), thread=thread)


def first_issue() -> Issue:
    item = told("s-tuning-10", TUNING, "微调 7B 模型只需 9 GB 显存。")
    whole = issues.issue(item, due=FIRST.due, now=issues.NOW - timedelta(days=1))
    return replace(whole, closing=replace(whole.closing, trends=(), watchlist=()))


def second_issue() -> Issue:
    before = (Appearance(FIRST.day, "s-tuning-10", TUNING.title),)
    again = told("s-tuning-11", TUNING_AGAIN, "微调 7B 模型现在只需 6 GB 显存。", before)
    ours = Claim("单卡就能微调。", basis=again.sections[0].points[0].evidence)
    judged = replace(again, sections=(*again.sections, Section("why", (ours,))), byline="一手来源", writer="qwen")
    return issues.issue(*issues.issue().items, judged)


def record(degraded: tuple[str, ...] = ()) -> RunRecord:
    reads = [Stage("read", rung, took_s=1.5) for rung in ("24h", "72h")]
    stages = (Stage("collect", took_s=1.5), *reads, Stage("write", took_s=1.5))
    funnel = {"offers": 73, "candidates": 52, "documents": 33, "stories": 26, "untold": 23, "items": 4}
    return RunRecord("published", "72h", degraded, funnel, stages)


def keep_days(store: Store, snapshots: Snapshots) -> None:
    """Both days, with their documents, runs and the first page's bytes."""
    store.keep_documents([*issues.DOCUMENTS.values(), TUNING, TUNING_AGAIN])
    for issue, degraded in ((first_issue(), ()), (second_issue(), ("search:brave:rate-limited",))):
        slot = issue.slot
        store.begin(slot.key, issue.draft.now)
        store.keep_issue(issue)
        store.keep_record(slot.key, record(degraded))
    for health in (SourceHealth("a feed", "feed", "ok", 12), SourceHealth("brave", "search", "rate-limited", 0, "HTTP 429 <b>")):
        store.keep_harvest(SECOND.key, Harvest(health))
    store.keep_losses(
        SECOND.key,
        [
            Loss("https://near.example/a", "select", "score 2.50 below the last chosen 3.00", "s-near"),
            Loss("https://digest.example/", "select", "a round-up of others' news", "s-roundup"),
        ],
    )
    keep_bytes(store, snapshots, TUNING, TUNING.text.encode(), "text/html")


def keep_bytes(store: Store, snapshots: Snapshots, document: Document, body: bytes, media_type: str) -> None:
    fetched = Snapshot(document.url, document.snapshot, document.url, document.fetched_at, media_type, size_bytes=len(body))
    place = snapshots.append(document.url, document.snapshot, document.fetched_at, {"content-type": media_type}, body)
    store.keep_snapshot(SECOND.key, fetched, place, Validators())


def shelf(store: Store, folder: Path) -> Shelf:
    """Two days to read."""
    snapshots = Snapshots(folder / "snapshots")
    keep_days(store, snapshots)
    return Shelf(store, snapshots, "AI 技术深度日报", "zh", lambda: issues.NOW)

"""A paper that is a PDF ends as an item whose proofs name its pages and stand in its stored bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from deepdaily.archive.proving import unproven
from deepdaily.demo import sample_web
from deepdaily.pipeline import run_day
from deepdaily.read.web_wire import Answer
from deepdaily.render.proofs import evidence_json
from deepdaily.settings import Settings
from pdfs import column, pdf
from running import run_of

FEED, PAPER = "https://fern-lab.example/papers.xml", "https://fern-lab.example/papers/pools.pdf"
TITLE = "Pools for prefill and decode of large language models"
FIRST = [
    "We present Fernserve, an inference engine that keeps prefill and decode of large",
    "language models in pools of their own. On 8 GPUs it serves 2.4 times as many requests",
    "a second as a single pool, and the wait for the first token falls from 410 ms to 176 ms.",
]
SECOND = [
    "Operators turn it on by the flag --pools, and watch how many blocks are moved a second.",
    "The engine falls back to one pool when the link between two nodes is slower than 10 GB/s.",
    "The code is released under the Apache 2.0 licence, with the scripts of all measurements.",
]
SETTINGS = Settings.model_validate(
    {"sources": {"packs": (), "add": (FEED,), "hackernews": False, "search": ()}, "digest": {"language": "en", "least_items": 1}}
)


class PaperWire(sample_web.DemoWire):
    """The sample day's web with a feed that links to a paper."""

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        if url == FEED:
            at = format_datetime(sample_web.NOW.astimezone().replace(hour=2))
            item = f"<item><title>{TITLE}</title><link>{PAPER}</link><pubDate>{at}</pubDate></item>"
            body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Papers</title>{item}</channel></rss>'
            return Answer(200, {"content-type": "application/rss+xml"}, body.encode())
        if url == PAPER:
            pages = [[(72.0, 720.0, 18.0, TITLE), *column(72, 680, 10, *FIRST)], column(72, 720, 10, *SECOND)]
            return Answer(200, {"content-type": "application/pdf"}, pdf(*pages, author="A. Fern"))
        return await super().get(url, headers, cap_bytes=cap_bytes)


async def test_a_paper_ends_as_an_item_with_the_pages_of_its_passages(tmp_path: Path) -> None:
    wire: Any = PaperWire()
    with run_of(tmp_path, wire, settings=SETTINGS) as run:
        issue = await run_day(run)

        (item,) = issue.items
        proofs = [proof for claim in issue.claims() for proof in claim.evidence]
        assert await unproven(proofs, run.store, run.snapshots, run.engine) == frozenset()
        evidence = json.loads(evidence_json(issue))
    assert [source.url for source in item.sources] == [PAPER]
    assert any("410 ms to 176 ms" in proof.quote for proof in proofs)
    passages = [passage for one in evidence["items"] for claim in one["claims"] for passage in claim["evidence"]]
    assert {passage["page"] for passage in passages} == {1, 2}

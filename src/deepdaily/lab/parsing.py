"""What is read and what is proven, over open sets: pages, feeds, claims."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from deepdaily.core.errors import DeepdailyError
from deepdaily.core.evidence import unsupported
from deepdaily.engine import Engine
from deepdaily.lab.rows import Row, rows_of
from deepdaily.read.extract import PageBytes, page
from deepdaily.read.pages import PAGE_MEMORY_MB, PAGE_WALL_S
from deepdaily.sources.feed_entries import FeedBytes, parse_feed
from deepdaily.sources.feeds import MEMORY_MB, WALL_S


async def groundedness(folder: Path) -> list[Row]:
    """The evidence check: a claim is supported when no number, date, version, name, period or quotation is missing."""
    texts = {row["id"]: row["text"] for row in rows_of(folder / "docs.jsonl")}
    claims = rows_of(folder / "claims.jsonl")
    return [{"id": row["id"], "supported": not unsupported(row["claim"], [texts[row["doc"]]])} for row in claims]


async def feeds(folder: Path) -> list[Row]:
    """The feed parser, each file in a worker with the bounds of a run."""
    rows = rows_of(folder / "manifest.jsonl")
    async with Engine(preload=("deepdaily.sources.feeds",)) as engine:
        answers = [_feed_bytes(row, folder) for row in rows]
        outcomes = await engine.map(parse_feed, answers, wall_s=WALL_S, memory_mb=MEMORY_MB)
    return [_feed_row(row["file"], outcome) for row, outcome in zip(rows, outcomes, strict=True)]


def _feed_bytes(row: Row, folder: Path) -> FeedBytes:
    headers = {name.lower(): value for name, value in (row.get("http_headers") or {}).items()}
    media_type = headers.get("content-type") or row.get("content_type") or ""
    return FeedBytes(headers.get("content-location", ""), media_type, (folder / row["file"]).read_bytes())


def _feed_row(name: str, outcome: Iterable[Any] | DeepdailyError) -> Row:
    if isinstance(outcome, DeepdailyError):
        return {"file": name, "entries": [], "error": str(outcome)}
    entries = [
        {"title": e.title, "link": e.link, "published": e.published_at and e.published_at.isoformat(), "id": e.id}
        for e in outcome
        if not e.fault
    ]
    return {"file": name, "entries": entries, "error": None}


async def extraction(folder: Path) -> list[Row]:
    """The extractor, each page in a worker with the bounds of a run."""
    rows = rows_of(folder / "gold.jsonl.gz")
    async with Engine(preload=("deepdaily.read.extract",)) as engine:
        pages = [PageBytes(row["url"] or "", "text/html", _html(folder, row["id"])) for row in rows]
        outcomes = await engine.map(page, pages, wall_s=PAGE_WALL_S, memory_mb=PAGE_MEMORY_MB)
    found = []
    for row, outcome in zip(rows, outcomes, strict=True):
        if isinstance(outcome, DeepdailyError):
            found.append({"id": row["id"], "text": "", "title": "", "author": "", "date": None})
            continue
        day = outcome.published_at.date().isoformat() if outcome.published_at else None
        body = outcome.text.removeprefix(outcome.title).lstrip()
        found.append({"id": row["id"], "text": body, "title": outcome.title, "author": outcome.author, "date": day})
    return found


def _html(folder: Path, name: str) -> bytes:
    return gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())

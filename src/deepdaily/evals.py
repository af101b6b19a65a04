"""The product's own components over open data sets, predictions written as the set's scorer reads them.

A set is a folder as `score.py` beside it describes; any half of it, or another in the same form, can be scored by anyone.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

from deepdaily.core.errors import DeepdailyError, SettingsError
from deepdaily.core.evidence import unsupported
from deepdaily.engine import Engine
from deepdaily.extract import PageBytes, page
from deepdaily.read import PAGE_MEMORY_MB, PAGE_WALL_S
from deepdaily.sources.feeds import MEMORY_MB, WALL_S, FeedBytes, parse_feed

Row = dict[str, Any]


def run(name: str, folder: Path, out: Path) -> int:
    """Write the predictions of set `name` in `folder` to `out`, one JSON object a line; how many there are.

    Raises:
        SettingsError: no such set, or the folder is not laid out like it.
    """
    if name not in SETS:
        raise SettingsError(f"there is no set {name!r}", f"known: {', '.join(SETS)}")
    try:
        found = asyncio.run(SETS[name](folder))
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(
            f"{folder} is not laid out like the set {name}: {error}", "see the README of the set"
        ) from error
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{out} cannot be written: {error.strerror}", "name another file with --out") from error
    return len(found)


def _rows(path: Path) -> list[Row]:
    written = path.read_bytes()
    text = (gzip.decompress(written) if path.suffix == ".gz" else written).decode("utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


async def _groundedness(folder: Path) -> list[Row]:
    """The evidence check: a claim is supported when no number, date, version, name, period or quotation is missing."""
    texts = {row["id"]: row["text"] for row in _rows(folder / "docs.jsonl")}
    claims = _rows(folder / "claims.jsonl")
    return [{"id": row["id"], "supported": not unsupported(row["claim"], [texts[row["doc"]]])} for row in claims]


async def _feeds(folder: Path) -> list[Row]:
    """The feed parser, each file in a worker with the bounds of a run."""
    rows = _rows(folder / "manifest.jsonl")
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
    ]
    return {"file": name, "entries": entries, "error": None}


async def _extraction(folder: Path) -> list[Row]:
    """The extractor, each page in a worker with the bounds of a run."""
    rows = _rows(folder / "gold.jsonl.gz")
    async with Engine(preload=("deepdaily.extract",)) as engine:
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


SETS: dict[str, Callable[[Path], Coroutine[Any, Any, list[Row]]]] = {
    "groundedness": _groundedness,
    "feeds": _feeds,
    "extraction": _extraction,
}

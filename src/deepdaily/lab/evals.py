"""The product's own components over open data sets, predictions written as the set's scorer reads them.

A set is a folder as `score.py` beside it describes; any half of it, or another in the same form, can be scored by anyone.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, date, datetime, time
from itertools import zip_longest
from pathlib import Path
from typing import Any

from deepdaily.choose import rank
from deepdaily.choose.group import cluster, stories
from deepdaily.choose.publishers import COLD, Standings, learned, shipped
from deepdaily.core.errors import DeepdailyError, SettingsError
from deepdaily.core.evidence import unsupported
from deepdaily.core.text import language_of
from deepdaily.core.types import Candidate, Document, Offer, Profile, Votes, document_id
from deepdaily.engine import Engine
from deepdaily.read.extract import PageBytes, page
from deepdaily.read.pages import PAGE_MEMORY_MB, PAGE_WALL_S
from deepdaily.sources.feed_entries import FeedBytes, parse_feed
from deepdaily.sources.feeds import MEMORY_MB, WALL_S

Row = dict[str, Any]


def run(
    name: str, folder: Path, out: Path, *, folds: Path | None = None, cold: bool = False, profile: Profile = "consensus"
) -> int:
    """Write the predictions of set `name` in `folder` to `out`, one JSON object a line; how many there are.

    Args:
        folds, cold, profile: for selection alone, see `selection`.

    Raises:
        SettingsError: no such set, or the folder is not laid out like it.
    """
    if name not in (*SETS, SELECTION):
        raise SettingsError(f"there is no set {name!r}", f"known: {', '.join((*SETS, SELECTION))}")
    if name != SELECTION and (folds or cold):
        raise SettingsError(f"{name} learns nothing", "leave out --folds and --cold")
    try:
        found = selection(folder, folds, cold, profile) if name == SELECTION else asyncio.run(SETS[name](folder))
    except (OSError, ValueError, KeyError) as error:
        raise SettingsError(f"{folder} is not laid out like the set {name}: {error}", "see the README of the set") from error
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
        {"title": e.title, "link": e.link, "published": e.published_at and e.published_at.isoformat(), "id": e.id} for e in outcome
    ]
    return {"file": name, "entries": entries, "error": None}


async def _extraction(folder: Path) -> list[Row]:
    """The extractor, each page in a worker with the bounds of a run."""
    rows = _rows(folder / "gold.jsonl.gz")
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


async def _clustering(folder: Path) -> list[Row]:
    """The grouping of titles into stories, over every gold file of the folder; they have no addresses and no days."""
    found = []
    for file in _gold_files(folder):
        rows = _rows(file)
        candidates = [Candidate(row["id"], (Offer(row["id"], "", row["text"]),)) for row in rows]
        for number, group in enumerate(cluster(candidates)):
            found += [{"id": one.url, "cluster": f"{file.name}:{number}"} for one in group]
    return found


def _gold_files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.jsonl.gz"))
    if not files:
        raise ValueError("no *.jsonl.gz")
    return files


# -- selection --------------------------------------------------------------------------------------------------------

SELECTION = "selection"
EMBARGO_DAYS = 3
"""Votes are counted over neighbouring days, so a day is judged by what was learned at least so far from it."""

RANKED = 30
"""How many of a day's stories are written down: the scorer looks at ten."""


def selection(folder: Path, folds: Path | None, cold: bool, profile: Profile) -> list[Row]:
    """The ranking of each day's pool, titles and teasers only.

    Args:
        folds: days to learn publishers' records from, for each day those EMBARGO_DAYS away; without it the shipped records.
        cold: nothing learned at all.
    """
    days = day_folders(folder)
    outcomes = {day: outcomes_of(path) for day, path in day_folders(folds).items()} if folds else {}
    found = []
    for day, path in days.items():
        standings = COLD if cold else shipped()
        if folds and not cold:
            far = [other for other in outcomes if abs((other - day).days) >= EMBARGO_DAYS]
            standings = learned(row for other in far for row in outcomes[other])
        found.append({"day": day.isoformat(), "ranking": _ranking(path, day, profile, standings)})
    return found


def day_folders(folder: Path) -> dict[date, Path]:
    """The folders of a selection set by their day, in order."""
    found = {date.fromisoformat(path.name): path for path in sorted(folder.glob("20??-??-??"))}
    if not found:
        raise ValueError("no folder of a day")
    return found


def outcomes_of(day: Path) -> list[tuple[str, bool]]:
    """Each link of a day's pool with whether two editors ran its story; those run on a neighbouring day only are left out."""
    ran: set[str] = set()
    neutral: set[str] = set()
    for story in _rows(day / "gold.jsonl.gz"):
        if story["votes"] >= 2:
            (ran if story["timing"] == "today" else neutral).update(one["id"] for one in story["candidates"])
    rows = _rows(day / "pool.jsonl.gz")
    return [(row["url"], row["id"] in ran) for row in rows if row["id"] not in neutral]


def _ranking(path: Path, day: date, profile: Profile, standings: Standings) -> list[str]:
    """Ids of one candidate a story, best first, no two that would fill one place."""
    rows = _rows(path / "pool.jsonl.gz")
    names, candidates = {row["url"]: row["id"] for row in rows}, [candidate_of(row) for row in rows]
    now = datetime.combine(day, time(), UTC)
    teasers = {one.url: _teaser(one, now) for one in candidates}
    ranked = rank.rank(stories(candidates, teasers), now, profile=profile, standings=standings)
    return [names[one.url] for one in rank.distinct(ranked, RANKED)]


def candidate_of(row: Row) -> Candidate:
    """A row of a pool."""
    titles, sources = [row["title"], *row["alt_titles"]], row["sources"] or [row["source"]]
    published = datetime.fromisoformat(row["published_at"]) if row["published_at"] else None
    site = "hackernews" if row["points_kind"] == "hn" else row["points_kind"] or ""
    votes = Votes(site, row["points"] or 0)
    pairs = zip_longest(titles, sources)
    return Candidate(
        row["url"],
        tuple(
            Offer(row["url"], source or sources[-1], title or titles[0], row["summary"] or "", votes, published)
            for title, source in pairs
        ),
    )


def _teaser(one: Candidate, now: datetime) -> Document:
    """What a pool knows of a page."""
    first = one.offers[0]
    text = f"{first.title}\n{first.teaser}"
    name = document_id(one.url, "", text)
    language = language_of(text)
    return Document(name, one.url, "", "", first.title, text, language, "pool", now, True, published_at=one.published_at)


SETS: dict[str, Callable[[Path], Coroutine[Any, Any, list[Row]]]] = {
    "groundedness": _groundedness,
    "feeds": _feeds,
    "extraction": _extraction,
    "clustering": _clustering,
}

"""What a store of 110,000 fetches costs to ask, before and after its index and its column, as a Markdown table.

Both forms of each question are asked of the same database, in turns, and counted in processor time: the database is in
this process, so that is all it costs, and other work on the machine does not count. Ends within a minute.
"""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from statistics import median
from time import process_time

from sqlalchemy import text

from deepdaily.core.types import Slot, Snapshot
from deepdaily.store import Store, Validators
from deepdaily.store.codec import from_json, to_json
from deepdaily.store.dialects import insert
from deepdaily.store.opening import open_store
from deepdaily.store.schema import FETCHES, SNAPSHOTS

SLOTS, FETCHES_A_SLOT = 440, 250
"""110,000 fetches: a year and more of full days."""

CHANGES_EVERY = 5
"""A page has other bytes every so many days."""

ASKED = 50
"""Snapshots of the newest day, which are those that `verify` asks for; and addresses that were never fetched."""

SINCE = datetime(2025, 1, 1, 8, tzinfo=UTC)


def fill(store: Store) -> list[Snapshot]:
    """The fetches of the newest day, of a store that is full of them."""
    fetched: list[Snapshot] = []
    for day in range(SLOTS):
        now = SINCE + timedelta(days=day)
        fetched = [_snapshot(page, day, now) for page in range(FETCHES_A_SLOT)]
        with store._engine.begin() as db:
            db.execute(FETCHES.insert(), [_fetch(Slot(now).key, one) for one in fetched])
            db.execute(insert("sqlite")(SNAPSHOTS).on_conflict_do_nothing(), [_place(one) for one in fetched])
    return fetched


def _snapshot(page: int, day: int, now: datetime) -> Snapshot:
    url = f"https://host{page % 50}.example/articles/{page}"
    digest = sha256(f"{page} {(day + page) // CHANGES_EVERY}".encode()).hexdigest()
    return Snapshot(url, f"sha256:{digest}", url, now, "text/html; charset=utf-8", 40_000)


def _fetch(slot: str, one: Snapshot) -> dict[str, str]:
    return {"slot": slot, "url": one.url, "snapshot": to_json(one), "etag": "", "last_modified": ""}


def _place(one: Snapshot) -> dict[str, object]:
    return {"digest": one.digest, "file": "2025-01-01-1.warc.gz", "offset": 0, "media_type": one.media_type}


# -- as it was asked before -------------------------------------------------------------------------------------------

MEDIA_TYPE = text("SELECT snapshot FROM fetches WHERE snapshot LIKE '%' || :digest || '%' ESCAPE '/' LIMIT 1")
LATEST = text(
    "SELECT snapshot, etag, last_modified FROM fetches INDEXED BY sqlite_autoindex_fetches_1"
    " WHERE url = :url ORDER BY slot DESC LIMIT 1"
)


def media_type_before(store: Store, digest: str) -> str:
    """By the fetches' JSON, as at 8df0755."""
    with store._reading.connect() as db:
        return from_json(Snapshot, db.execute(MEDIA_TYPE, {"digest": digest}).scalar_one()).media_type


def latest_before(store: Store, url: str) -> tuple[Snapshot, Validators] | None:
    """By the key (slot, url), which has no address in front; as at 8df0755."""
    with store._reading.connect() as db:
        row = db.execute(LATEST, {"url": url}).first()
    return (from_json(Snapshot, row[0]), Validators(row[1], row[2])) if row else None


# -- the measure ------------------------------------------------------------------------------------------------------


def row(what: str, before: Callable[[str], object], now: Callable[[str], object], asked: Sequence[str]) -> str:
    """Processor time of a question, the medians in milliseconds, asked both ways in turns.

    Raises:
        RuntimeError: the answers differ: a figure would say nothing.
    """
    took: tuple[list[float], list[float]] = ([], [])
    for one in asked:
        answers = []
        for ask, times in zip((before, now), took, strict=True):
            started = process_time()
            answers.append(ask(one))
            times.append((process_time() - started) * 1000)
        if answers[0] != answers[1]:
            raise RuntimeError(f"{what} of {one}: {answers}")
    old, new = map(median, took)
    return f"| {what} | {old:.1f} ms | {new:.2f} ms | {new / old:.4f} |"


def main() -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory() as scratch, open_store(Path(scratch)) as store:
        some = Random(0).sample(fill(store), ASKED)
        digests, addresses = [one.digest for one in some], [f"{one.url}/new" for one in some]
        rows = [
            row("media type of a snapshot", partial(media_type_before, store), store.media_type, digests),
            row("fetch of a new address", partial(latest_before, store), store.latest_snapshot, addresses),
        ]
    print(f"{SLOTS * FETCHES_A_SLOT:,} fetches, SQLite, Python {platform.python_version()}\n")  # noqa: T201
    print("| question | before | now | ratio |\n|---|---|---|---|")  # noqa: T201
    print("\n".join(rows))  # noqa: T201


if __name__ == "__main__":
    main()

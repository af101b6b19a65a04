"""One run of a day in a test: a given web, the sample day's settings, and no worker processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from deepdaily.cli.console import LineMeter
from deepdaily.core.slots import slot_at
from deepdaily.core.types import Slot
from deepdaily.demo import sample_web
from deepdaily.memory import Memory
from deepdaily.memory.repeats import NO_REPEAT_DAYS
from deepdaily.publish.files import Feeds, Hugo, Page
from deepdaily.read.fetch import Fetcher
from deepdaily.run import Record, Run
from deepdaily.settings import Settings
from deepdaily.sources.kinds import sources
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots
from fakes import InlineEngine

SETTINGS = sample_web.settings()
SLOT = slot_at(sample_web.NOW, SETTINGS.digest.at, SETTINGS.zone)


def file_channels(folder: Path) -> list[Any]:
    """The Hugo post, the feeds and the page below `folder`."""
    return [Hugo(folder), Feeds(folder, title="日报"), Page(folder)]


@contextmanager
def run_of(
    folder: Path,
    wire: Any,
    slot: Slot = SLOT,
    now: datetime = sample_web.NOW,
    *,
    settings: Settings = SETTINGS,
    publishers: Sequence[Any] = (),
    fetch_s: float = 20.0,
    **more: Any,
) -> Iterator[Run]:
    """The run of `slot` over the store below `folder`, its files below `folder/out`."""
    engine: Any = InlineEngine()
    with open_store(folder / "data", digest=slot.digest) as store, Snapshots(folder / "data/snapshots") as snapshots:
        store.begin(slot.key, now)
        fetcher = Fetcher(wire, store, snapshots, slot.key, now, deadline_s=fetch_s)
        memory = Memory(slot, tuple(store.issues_since(slot.due.date() - timedelta(days=NO_REPEAT_DAYS))))
        yield Run(
            slot=slot,
            now=now,
            settings=settings,
            store=store,
            snapshots=snapshots,
            fetcher=fetcher,
            engine=engine,
            sources=sources(settings, fetcher, engine, sample_web.SEARCH_KEY, memory.open, store),
            publishers=publishers or file_channels(folder / "out"),
            record=Record(LineMeter()),
            memory=memory,
            **more,
        )

"""A feed that is unchanged since the day before is not read again, and tells the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deepdaily.core.types import Harvest, Slot, Window
from deepdaily.read.fetch import Fetcher
from deepdaily.read.web_wire import Answer
from deepdaily.settings.source_tables import FeedTable
from deepdaily.sources import collect
from deepdaily.sources.feeds import Feed
from deepdaily.store import Store
from deepdaily.store.snapshots import Snapshots
from fakes import FakeWire, InlineEngine

URL = "https://lab.example/feed.xml"
NOW = datetime(2026, 3, 12, 0, 30, tzinfo=UTC)
WORDS = "The scheduler keeps thirty-two prompts in one batch, and a restart keeps what was cached before that. " * 4


class CountingEngine(InlineEngine):
    """Counts what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    def _one(self, function, item):  # type: ignore[no-untyped-def]
        self.read += 1
        return super()._one(function, item)


def feed(*ages_h: float, undated: int = 2) -> bytes:
    entries = [
        f"<item><title>Post {at}</title><link>https://lab.example/{at}</link><pubDate>{NOW - timedelta(hours=age):%a, %d %b %Y %H:%M:%S} GMT"
        f"</pubDate><description>{WORDS}</description></item>"
        for at, age in enumerate(ages_h)
    ]
    entries += [f"<item><title>Loose {at}</title><link>https://lab.example/loose-{at}</link></item>" for at in range(undated)]
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{"".join(entries)}</channel></rss>'.encode()


def told(body: bytes) -> Answer:
    return Answer(200, {"content-type": "application/rss+xml", "etag": '"1"'}, body)


async def harvested(
    store: Store, folder: Path, days: int, answer: Answer, *, anew: bool = False, most: int = 40
) -> tuple[Harvest, int]:
    """The harvest of so many days after the first, and how often it was read; `anew`: as if there was no day before."""
    now = NOW + timedelta(days=days)
    slot = Slot(now.replace(hour=0, minute=0))
    window, engine = Window(slot, now, now - timedelta(days=7)), CountingEngine()
    with Snapshots(folder) as snapshots:
        fetcher = Fetcher(FakeWire({URL: answer}), store, snapshots, slot.key, now)
        before = (lambda *_: None) if anew else store.harvest_before
        source = Feed(FeedTable(url=URL, most=most), fetcher, engine, before=before)  # type: ignore[arg-type]
        (harvest,) = await collect([source], window, store, wall_s=60, on_done=lambda _: None)
    return harvest, engine.read


UNCHANGED = Answer(304, {}, b"")


@pytest.mark.parametrize("days", [1, 3, 6, 7, 9])
async def test_what_is_told_of_an_unchanged_feed_is_what_reading_it_again_tells(store: Store, tmp_path: Path, days: int) -> None:
    body = told(feed(2, 20, 50, 90, 130, 160, 300, 900))
    await harvested(store, tmp_path / "a", 0, body)

    again, read = await harvested(store, tmp_path / "a", days, UNCHANGED)
    store.restart(Slot((NOW + timedelta(days=days)).replace(hour=0, minute=0)).key, NOW)
    fresh, read_then = await harvested(store, tmp_path / "a", days, UNCHANGED, anew=True)

    assert (read, read_then) == (0, 1)
    assert again.offers == fresh.offers
    assert again.documents == fresh.documents
    assert sorted(again.losses, key=str) == sorted(fresh.losses, key=str)
    assert again.health == fresh.health


async def test_a_feed_is_read_again_where_its_bytes_or_its_settings_are_others(store: Store, tmp_path: Path) -> None:
    await harvested(store, tmp_path / "a", 0, told(feed(2, 20)))

    assert (await harvested(store, tmp_path / "a", 1, told(feed(1, 2, 20))))[1] == 1
    assert (await harvested(store, tmp_path / "a", 2, UNCHANGED))[1] == 0
    assert (await harvested(store, tmp_path / "a", 3, UNCHANGED, most=30))[1] == 1


@pytest.mark.parametrize("body", [feed(-5, 20), feed(*range(1, 60)), feed(2, 20, undated=0)[:-80]], ids=["ahead", "cut", "broken"])
async def test_a_feed_with_something_to_tell_or_an_entry_ahead_of_its_day_is_read_again(
    store: Store, tmp_path: Path, body: bytes
) -> None:
    await harvested(store, tmp_path / "a", 0, told(body))

    _, read = await harvested(store, tmp_path / "a", 1, UNCHANGED)

    assert read == 1

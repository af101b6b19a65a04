"""What is installed: settings, data folder and clock; opens a run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import inf
from pathlib import Path
from time import monotonic
from typing import TypeVar

from deepdaily.core.errors import SettingsError
from deepdaily.core.slots import slot_at, slot_of
from deepdaily.core.types import Slot
from deepdaily.engine import Engine
from deepdaily.memory.repeats import open_watches
from deepdaily.models.configured import embedder, model_writer
from deepdaily.publish import Publisher
from deepdaily.publish.channels import channels, message_channels
from deepdaily.read.fetch import Fetcher, WebWire, Wire
from deepdaily.run import House, Meter
from deepdaily.settings import Settings
from deepdaily.settings.loading import load
from deepdaily.sources.kinds import sources
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots

DATA = "deepdaily-data"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Given:
    """The options of every command, resolved."""

    settings: Settings
    origins: dict[str, str]
    data: Path
    out: Path | None

    @classmethod
    def of(cls, settings: Path | None, data: Path | None, out: Path | None) -> Given:
        """Raises SettingsError. The data folder is beside the settings file unless it is named."""
        loaded, origins = load(settings)
        base = settings.resolve().parent if settings else Path.cwd()
        return cls(loaded, origins, data or base / DATA, out)

    @property
    def snapshots(self) -> Path:
        return self.data / "snapshots"

    def store(self) -> Store:
        """The store of the settings, or the one in the data folder. Raises StoreError."""
        return open_store(self.data, self.settings.store.url)

    def clock(self, now: str | None) -> datetime:
        """`--now`, or the clock; in the digest's zone."""
        if now is None:
            return datetime.now(UTC).replace(microsecond=0).astimezone(self.settings.zone)
        try:
            moment = datetime.fromisoformat(now)
        except ValueError as error:
            raise SettingsError(f"--now {now!r} is no time", "write it like 2026-02-11T07:30:00+08:00") from error
        zone = self.settings.zone
        return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)

    def slot(self, day: str | None, moment: datetime) -> Slot:
        """The slot of a named day, or of the day of `moment`."""
        at, zone = self.settings.digest.at, self.settings.zone
        return slot_of(day_of(day), at, zone) if day else slot_at(moment, at, zone)


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{text!r} is no day", "write it like 2026-02-11") from error


@asynccontextmanager
async def house(
    given: Given,
    store: Store,
    slot: Slot,
    now: datetime,
    meter: Meter,
    wire: Wire | None = None,
    search_key: str | None = None,
    *,
    left_s: float = inf,
    again: bool = False,
) -> AsyncIterator[House]:
    """Everything a run works with, closed at the end.

    Args:
        wire: None is the real web.
        left_s: the time to its deadline.
        again: whether the slot is tried again if nothing is published now.
    """
    async with WebWire(allow_private=given.settings.network.allow_private) as web:
        with Snapshots(given.snapshots) as snapshots:
            async with Engine(preload=("deepdaily.read.extract", "deepdaily.sources.feed_entries")) as engine:
                allowed = given.settings.network.allow_private
                fetcher = Fetcher(wire or web, store, snapshots, slot.key, now, allow_private=allowed)
                watches = open_watches(store.issues(before=slot.key), slot.due.date())
                asked = sources(given.settings, fetcher, engine, search_key, watches)
                publishers: list[Publisher] = [channel for channel, _ in channels(given.settings, given.out)]
                if not given.out:
                    publishers += message_channels(given.settings, store, slot, web)
                deadline = monotonic() + left_s
                yield House(
                    given.settings,
                    store,
                    fetcher,
                    engine,
                    asked,
                    publishers,
                    meter,
                    model_writer(given.settings, store, slot, now, lambda: deadline - monotonic()),
                    deadline,
                    again=again,
                    embedder=embedder(given.settings),
                )

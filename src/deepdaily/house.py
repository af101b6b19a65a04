"""What is installed: settings, data folder, clock and web; opens a run."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import inf
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from deepdaily.choose.rank import on_topic_title
from deepdaily.core.errors import SettingsError, StoreError
from deepdaily.core.slots import slot_at, slot_of
from deepdaily.core.types import Slot
from deepdaily.engine import Engine
from deepdaily.memory import Memory
from deepdaily.memory.repeats import NO_REPEAT_DAYS
from deepdaily.models.asking import ModelWriter
from deepdaily.models.configured import embedder, model_writer
from deepdaily.publish import FileChannel, Publisher
from deepdaily.publish.channels import channel_names, channels, following, message_channels
from deepdaily.read.fetch import Fetcher
from deepdaily.read.web_wire import WebWire, Wire
from deepdaily.render.syndication import host_id
from deepdaily.run import Errand, Record, Run
from deepdaily.settings import Settings
from deepdaily.settings.loading import load
from deepdaily.sources import load_pack
from deepdaily.sources.kinds import sources, weights
from deepdaily.sources.search.budget import Spend
from deepdaily.store import Store
from deepdaily.store.opening import open_store
from deepdaily.store.snapshots import Snapshots
from deepdaily.translators import translator_of
from deepdaily.words import languages
from deepdaily.write import Writing
from deepdaily.write.by_rule import ByRule

DATA = "deepdaily-data"

ANEW = timedelta(days=1)
"""How far a run's time may be from the clock's; a slot that is begun late or early is within it."""

WEB = "DEEPDAILY_WEB"
"""Environment variable that puts a web before any command, for tests: `sample` is that of the sample day."""


@dataclass(frozen=True, slots=True)
class House:
    """One installation: the options of a command, resolved."""

    settings: Settings
    origins: dict[str, str]
    data: Path
    out: Path | None = None
    """Where file editions go instead of the configured folders. Then a run is a trial: it sends nothing and tells nobody."""
    web: Wire | None = None
    """What stands in for the real web."""
    search_key: str | None = None
    writer: ModelWriter | None = None
    """Writes in place of the models of the settings."""

    @classmethod
    def of(cls, settings: Path | None, data: Path | None, out: Path | None) -> House:
        """Raises SettingsError. The data folder is beside the settings file unless it is named."""
        loaded, origins = load(settings)
        named = [("language", loaded.digest.language), *(("also", one) for one in loaded.digest.also)]
        for key, language in named:
            if language not in languages():
                raise SettingsError(f"digest.{key} = {language!r} has no words", f"write one of {', '.join(languages())}")
        for pack in loaded.sources.packs:
            load_pack(pack)  # raises where there is none of that name
        base = settings.resolve().parent if settings else Path.cwd()
        return cls(loaded, origins, data or base / DATA, out, _stand_in())

    @property
    def snapshots(self) -> Path:
        return self.data / "snapshots"

    def store(self, *, may_make: bool = True) -> Store:
        """The store of the settings, or the one in the data folder; made where there is none yet.

        `may_make`: whether the folder may be made, too.

        Raises:
            StoreError: it cannot be opened, or there is no folder and it is not to be made.
        """
        if not (may_make or self.settings.store.url or self.data.is_dir()):
            raise StoreError(f"there is no archive in {self.data}", "`deepdaily run` makes one; name another folder with --data")
        return open_store(self.data, self.settings.store.url, self.settings.digest.name)

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
        """The slot of a named day, or the one whose hour it is at `moment`."""
        digest, zone = self.settings.digest, self.settings.zone
        if day:
            return slot_of(day_of(day), digest.at, zone, digest.name)
        return slot_at(moment, digest.at, zone, digest.name, timedelta(minutes=self.settings.schedule.early_min))

    def channels(self) -> list[tuple[FileChannel, Path]]:
        """The file channels, each with the folder it writes below."""
        return channels(self.settings, self.out)

    def channel_names(self) -> set[str]:
        """The channels that a slot's issue has to reach."""
        return channel_names(self.settings, self.out)

    @asynccontextmanager
    async def run(self, store: Store, errand: Errand, now: datetime, left_s: float = inf) -> AsyncIterator[Run]:
        """Everything that the run of a slot works with, closed at the end; `left_s` is the time to its deadline."""
        slot = errand.slot
        allowed, deadline = self.settings.network.allow_private, monotonic() + left_s
        memory = Memory(slot, tuple(store.issues_since(slot.due.date() - timedelta(days=NO_REPEAT_DAYS))))
        async with WebWire(allow_private=allowed) as web, Engine(preload=PRELOADED) as engine:
            with Snapshots(self.snapshots) as snapshots:
                store.before_writing = snapshots.sync
                store.keep_feed_id(host_id(self.settings.digest.url))  # of issues from before feeds had an id of their own
                bridges = (urlsplit(self.settings.sources.rsshub).netloc.lower(),)
                fetcher = Fetcher(self.web or web, store, snapshots, slot.key, now, allow_private=allowed, bridges=bridges)
                publishers: list[Publisher] = [channel for channel, _ in self.channels()]
                if not self.out:
                    publishers += following(self.settings, store, slot)
                if not (self.out or errand.task == "correct"):  # a mail is not sent twice
                    publishers += message_channels(self.settings, store, slot, web)
                rules = ByRule(translator_of(self.settings.translator, self.data))
                writer = self.writer or model_writer(self.settings, store, slot, now, lambda: deadline - monotonic())
                spend, clock = counted(store, now, datetime.now(UTC))
                given = fetcher, engine, self.search_key, memory.open, store
                asked = sources(self.settings, *given, spend=spend, clock=clock, ours=on_topic_title)
                yield Run(
                    slot=slot,
                    now=now,
                    settings=self.settings,
                    store=store,
                    snapshots=snapshots,
                    fetcher=fetcher,
                    engine=engine,
                    sources=asked,
                    publishers=publishers,
                    record=Record(errand.meter),
                    memory=memory,
                    writing=by_model(writer, rules) if writer else rules,
                    embedder=embedder(self.settings, store, slot, now),
                    trust=weights(self.settings.sources),
                    deadline=deadline,
                    by_keeper=errand.by_keeper,
                    dry=errand.dry,
                    corrects_at=errand.moment if errand.task == "correct" else None,
                )


def counted(store: Store, now: datetime, today: datetime) -> tuple[Spend, Callable[[], datetime]]:
    """How the questions of keys are counted, and by which clock: by the real one.

    A day that is told anew (its `now` is not `today`'s) is counted beside that and by its own time: a key that is spent in February
    is not spent in November.
    """
    if abs(now - today) <= ANEW:
        return store.spend, lambda: datetime.now(UTC)
    begun = monotonic()
    return lambda name, spent: store.spend(f"{name}:anew", spent), lambda: now + timedelta(seconds=monotonic() - begun)


def by_model(writer: ModelWriter, rules: ByRule | None = None) -> Writing:
    """The writing of a mind; its shapes and prompts are loaded only where there is one."""
    from deepdaily.mind import ByModel

    return ByModel(writer, rules or ByRule())


PRELOADED = ("deepdaily.read.extract", "deepdaily.sources.feed_harvest", "deepdaily.archive.visible")
"""What a worker imports before its first item."""


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"{text!r} is no day", "write it like 2026-02-11") from error


def _stand_in() -> Wire | None:
    named = os.environ.get(WEB, "")
    if not named:
        return None
    if named != "sample":
        raise SettingsError(f"{WEB}={named} is no web", "the one there is: sample")
    from deepdaily.demo.sample_web import DemoWire  # fifty pages

    return DemoWire()

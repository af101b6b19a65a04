"""Puts the parts together for a command. Imported inside commands only: it imports everything."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from deepdaily.console import meter
from deepdaily.core.errors import BodyRefused, FetchError, PublishError, SettingsError
from deepdaily.core.schedule import slot_at, slot_of
from deepdaily.core.types import Slot, SourceHealth
from deepdaily.engine import Engine
from deepdaily.fetch import Fetcher, WebWire, Wire
from deepdaily.pipeline import House, collected
from deepdaily.publish import FileChannel, Publisher
from deepdaily.publish.files import Feeds, Hugo, Page
from deepdaily.publish.messages import SEND_S, Feishu, Mail, Unset
from deepdaily.record import Record
from deepdaily.settings import Settings, key_of, load
from deepdaily.snapshots import Snapshots
from deepdaily.sources import Source, load_pack
from deepdaily.sources.feeds import Feed
from deepdaily.sources.hackernews import HackerNews
from deepdaily.sources.websearch import Brave, WebSearch
from deepdaily.store import Store, open_store

DATA = "deepdaily-data"

PROBE_S = 2.5
PROBED = ("https://hn.algolia.com/", "https://github.com/", "https://arxiv.org/", "https://www.cloudflare.com/")
"""Any one of these answering, with whatever status, is a network."""


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


def channels(given: Given) -> list[tuple[FileChannel, Path]]:
    """The configured channels, each with the folder it writes below."""
    digest, made = given.settings.digest, list[tuple[FileChannel, Path]]()
    for chosen in given.settings.publish:
        if not chosen.is_file:
            continue
        folder = given.out or chosen.dir
        if chosen.to == "hugo":
            made.append((Hugo(folder), folder))
        elif chosen.to == "feeds":
            title = digest.title.format(date="").strip("（）() ·-|｜")
            made.append((Feeds(folder, title=title, base_url=digest.url), folder))
        else:
            made.append((Page(folder), folder))
    return made


def message_channels(given: Given, store: Store, slot: Slot, wire: WebWire) -> list[Publisher]:
    """Mail and chat. With `--out` there are none: a run whose files go elsewhere is a trial, and sends nothing."""
    made: list[Publisher] = []
    sent = {one.location for one in store.editions(slot.key) if one.channel == "feishu:part"}
    for chosen in () if given.out else given.settings.publish:
        names = [name for name in (chosen.url_env, chosen.secret_env, chosen.user_env, chosen.password_env) if name]
        secrets = {name: os.environ.get(name, "") for name in names} | {"": ""}
        unset = [name for name in names if not secrets[name]]
        if not chosen.is_file and unset:
            made.append(Unset(chosen.to, unset[0]))
        elif chosen.to == "feishu":
            post, keep = partial(_posted, wire), lambda one: store.keep_editions([one])
            made.append(Feishu(secrets[chosen.url_env], post, sent, keep, secrets[chosen.secret_env]))
        elif chosen.to == "mail":
            user, password = secrets[chosen.user_env], secrets[chosen.password_env]
            made.append(Mail(chosen.host, chosen.port, chosen.sender, chosen.recipients, user, password))
    return made


async def _posted(wire: WebWire, url: str, body: bytes) -> dict[str, object]:
    """The JSON a webhook answers; the address is a secret and is never printed."""
    try:
        async with asyncio.timeout(SEND_S):
            answer = await wire.post(url, {"Content-Type": "application/json"}, body, cap_bytes=1 << 20)
        found = json.loads(answer.body)
    except (FetchError, TimeoutError, ValueError) as error:
        raise PublishError(
            f"the webhook did not answer: {type(error).__name__}", "check the address and the network"
        ) from None
    return found if isinstance(found, dict) else {}


def sources(settings: Settings, fetcher: Fetcher, engine: Engine, search_key: str | None = None) -> list[Source]:
    """The configured sources; `search_key` stands in for the environment's (the sample day brings its own)."""
    chosen = settings.sources
    feeds = {feed.url: feed.name for pack in chosen.packs for feed in load_pack(pack)}
    feeds |= {url: url for url in chosen.add}
    made: list[Source] = [Feed(url, name, fetcher, engine) for url, name in feeds.items()]
    if chosen.hackernews:
        made.append(HackerNews(fetcher, engine))
    if chosen.search:  # one source a provider: its quota is one
        queries = tuple(dict.fromkeys(query for search in chosen.search for query in search.queries))
        made.append(WebSearch(Brave(search_key or key_of(chosen.search[0])), queries, fetcher, engine))
    return made


@asynccontextmanager
async def house(
    given: Given, store: Store, slot: Slot, now: datetime, wire: Wire | None = None, search_key: str | None = None
) -> AsyncIterator[House]:
    """Everything a run works with, closed at the end; `wire` None is the real web."""
    async with WebWire(allow_private=given.settings.network.allow_private) as web:
        with Snapshots(given.snapshots) as snapshots:
            async with Engine(preload=("deepdaily.extract", "deepdaily.sources.feeds")) as engine:
                allowed = given.settings.network.allow_private
                fetcher = Fetcher(wire or web, store, snapshots, slot.key, now, allow_private=allowed)
                asked = sources(given.settings, fetcher, engine, search_key)
                publishers: list[Publisher] = [channel for channel, _ in channels(given)]
                publishers += message_channels(given, store, slot, web)
                yield House(given.settings, store, fetcher, engine, asked, publishers, meter())


async def online(given: Given) -> bool:
    """Whether the web answers within PROBE_S."""

    async def answers(url: str) -> bool:
        try:
            await wire.get(url, {}, cap_bytes=1 << 20)
        except FetchError as error:
            return isinstance(error, BodyRefused)
        return True

    async with WebWire(allow_private=given.settings.network.allow_private) as wire:
        tasks = [asyncio.create_task(answers(url)) for url in PROBED]
        try:
            async with asyncio.timeout(PROBE_S):
                for task in asyncio.as_completed(tasks):
                    if await task:
                        return True
        except TimeoutError:
            return False
        finally:
            for left in tasks:
                left.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    return False


def listed(settings: Settings) -> list[tuple[str, str, str]]:
    """The configured sources as kind, name and address, in the order they are asked."""
    chosen = settings.sources
    rows = [("feed", feed.name, feed.url) for pack in chosen.packs for feed in load_pack(pack)]
    rows += [("feed", url, url) for url in chosen.add]
    rows += [("hackernews", "hackernews", "https://hn.algolia.com/")] if chosen.hackernews else []
    return rows + [("search", search.provider, ", ".join(search.queries)) for search in chosen.search]


async def check_sources(given: Given) -> list[SourceHealth]:
    """How every source answers now, with the widest window; nothing reaches the store of `given`."""
    now = given.clock(None)
    slot = given.slot(None, now)
    with tempfile.TemporaryDirectory() as scratch:
        aside = replace(given, data=Path(scratch))
        store = open_store(aside.data)
        try:
            async with house(aside, store, slot, now) as opened:
                harvests = await collected(opened, slot, now, Record(slot.key, opened.meter))
        finally:
            store.close()
    return [harvest.health for harvest in harvests]

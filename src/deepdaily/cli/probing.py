"""Asking the sources and the network, without a run."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from deepdaily.cli.console import meter
from deepdaily.core.errors import BodyRefused, FetchError, SettingsError, SourceError, StoreError
from deepdaily.core.types import SourceHealth
from deepdaily.house import House
from deepdaily.pipeline import collect
from deepdaily.read.web_wire import WebWire
from deepdaily.run import Errand, Run
from deepdaily.settings.short_forms import address_of, is_short
from deepdaily.sources.discovery import HOST_AND_PORT, Discovered, discovered
from deepdaily.sources.kinds import bundled, listed
from deepdaily.sources.offering import parsed
from deepdaily.sources.opml import FeedList, parse_opml, read_file
from deepdaily.sources.past import Proposal, TrackRecord, may_move, move, pasts, proposals
from deepdaily.store import Store
from deepdaily.store.opening import open_store

PROBE_S = 2.5
PROBED = ("https://hn.algolia.com/", "https://github.com/", "https://arxiv.org/", "https://www.cloudflare.com/")
"""Any one of these answering, with whatever status, is a network."""


async def online(house: House) -> bool:
    """Whether the web answers within PROBE_S."""

    async def answers(url: str) -> bool:
        try:
            await wire.get(url, {}, cap_bytes=1 << 20)
        except FetchError as error:
            return isinstance(error, BodyRefused)
        return True

    if house.web:
        return True
    async with WebWire(allow_private=house.settings.network.allow_private) as wire:
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


async def check_sources(house: House, named: Collection[str] | None = None) -> list[SourceHealth]:
    """How every source, or those of these names, answers now, with the widest window; nothing reaches the store of `house`."""
    async with _aside(house) as run:
        run.sources = [one for one in run.sources if named is None or one.name in named]
        harvests = await collect(run)
    return [harvest.health for harvest in harvests]


@asynccontextmanager
async def _aside(house: House) -> AsyncIterator[Run]:
    """A run whose store is thrown away."""
    now = house.clock(None)
    slot = house.slot(None, now)
    with tempfile.TemporaryDirectory() as scratch, open_store(Path(scratch)) as store:
        async with replace(house, data=Path(scratch)).run(store, Errand(slot, now, meter()), now) as run:
            yield run


async def discover(house: House, addresses: Sequence[str]) -> list[tuple[str, Discovered | str]]:
    """The feed of each address, or short form of one, or in words why there is none, in their order."""
    bridge = house.settings.sources.rsshub

    async def one(run: Run, written: str) -> Discovered | str:
        short = is_short(written)
        try:
            address = written if HOST_AND_PORT.fullmatch(written) and not short else address_of(written, bridge)
        except ValueError as error:
            return f"{error}"
        try:
            return await discovered(address, run.fetcher, run.engine, run.now, alone=short)
        except (SourceError, FetchError) as error:
            return error.advised

    async with _aside(house) as run:
        found = await asyncio.gather(*(one(run, written) for written in addresses))
    return list(zip(addresses, found, strict=True))


async def read_list(house: House, what: str) -> FeedList:
    """The feeds of an OPML file or address.

    Raises:
        SettingsError: it cannot be had, or is none.
    """
    async with _aside(house) as run:
        try:
            body = (await read_file(what)) if "://" not in what else run.fetcher.body(await run.fetcher.get(what))
            return await parsed(run.engine, parse_opml, body)
        except (SourceError, FetchError) as error:
            raise SettingsError(f"{what}: {error}", error.remedy) from error


@dataclass(frozen=True, slots=True)
class LookBack:
    """What the last 30 days say of one source, or of all where none was named."""

    past: TrackRecord | None
    """Of the one; None where it was not asked."""
    proposals: list[Proposal]
    failing: list[TrackRecord]
    """Those of the settings that did not answer when they were asked last, and that nothing is proposed for."""
    rests: dict[str, str]
    """Until when a source rests and why, by name."""
    known: bool
    """Whether the settings have a source of that name; where none was named, whether any was asked."""


def looked_back(house: House, name: str = "") -> LookBack:
    """How the source of that name or address did; without a name all of them.

    Raises:
        StoreError: there is no archive yet.
    """
    now, rows = house.clock(None), {called: address for _, called, address in listed(house.settings)}
    called = next((one for one, address in rows.items() if name in (one, address)), name)
    with house.store(may_make=False) as store:
        known = pasts(store, now)
        found = proposals(known, rows, bundled(house.settings.sources), store, now)
        rests = {one.source: one.message for one in _newest_health(store) if one.state == "resting"}
    if name:
        return LookBack(known.get(called), [one for one in found if one.subject == called], [], rests, called in rows)
    settled = {one.subject for one in found if one.verb == "drop"}
    failing = [past for called, past in known.items() if past.failing_since and called in rows and called not in settled]
    return LookBack(None, found, failing, rests, bool(known))


def _newest_health(store: Store) -> list[SourceHealth]:
    keys = store.slots()
    return store.health_of(keys[0]) if keys else []


def proposed(house: House, health: Sequence[SourceHealth]) -> list[Proposal]:
    """What moved as the sources say now, and what the days of the archive propose; nothing of these where there is none yet."""
    rows, lists = {called: address for _, called, address in listed(house.settings)}, bundled(house.settings.sources)
    moved = [move(one.source, rows[one.source], one.moved_to, lists) for one in health if may_move(one, rows)]
    try:
        found = looked_back(house).proposals
    except StoreError:
        return moved
    now_known = {one.source for one in health if one.answered}
    return [*moved, *(one for one in found if one.verb != "move" or one.subject not in now_known)]

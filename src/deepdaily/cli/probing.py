"""Asking the sources and the network, without a run."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from deepdaily.cli.console import meter
from deepdaily.core.errors import BodyRefused, FetchError
from deepdaily.core.types import SourceHealth
from deepdaily.house import House
from deepdaily.pipeline import collect
from deepdaily.read.web_wire import WebWire
from deepdaily.run import Errand
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
    now = house.clock(None)
    slot = house.slot(None, now)
    with tempfile.TemporaryDirectory() as scratch, open_store(Path(scratch)) as store:
        async with replace(house, data=Path(scratch)).run(store, Errand(slot, now, meter()), now) as run:
            run.sources = [one for one in run.sources if named is None or one.name in named]
            harvests = await collect(run)
    return [harvest.health for harvest in harvests]

"""Looking at the sources and the network."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from deepdaily.cli.console import meter
from deepdaily.core.errors import BodyRefused, FetchError
from deepdaily.core.types import SourceHealth
from deepdaily.house import Given, house
from deepdaily.pipeline import collected
from deepdaily.read.fetch import WebWire
from deepdaily.run import Record
from deepdaily.store.opening import open_store

PROBE_S = 2.5


PROBED = ("https://hn.algolia.com/", "https://github.com/", "https://arxiv.org/", "https://www.cloudflare.com/")
"""Any one of these answering, with whatever status, is a network."""


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


async def check_sources(given: Given) -> list[SourceHealth]:
    """How every source answers now, with the widest window; nothing reaches the store of `given`."""
    now = given.clock(None)
    slot = given.slot(None, now)
    with tempfile.TemporaryDirectory() as scratch:
        aside = replace(given, data=Path(scratch))
        store = open_store(aside.data)
        try:
            async with house(aside, store, slot, now, meter()) as opened:
                harvests = await collected(opened, slot, now, Record(slot.key, opened.meter))
        finally:
            store.close()
    return [harvest.health for harvest in harvests]

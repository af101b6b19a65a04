"""Slots: one issue each, by one run at a time. A killed run goes on as itself, a published slot is left alone."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from deepdaily.core.errors import StoreError
from deepdaily.core.types import Issue, Slot
from deepdaily.pipeline import published, run_day
from deepdaily.run import House, Record
from deepdaily.store import Lease, Store

LEASE_S = 90
"""How long a lease outlives its run's last sign of life: past the longest that a run computes without pausing (seconds)."""

T = TypeVar("T")


def is_finished(store: Store, slot: Slot, channels: Collection[str]) -> bool:
    """Whether every channel has this slot's issue already."""
    issue = store.issue(slot.day)
    if issue is None:
        return False
    taken = {edition.channel for edition in store.editions(issue.draft.slot.key)}
    return taken >= set(channels)


def calendar_of(store: Store, slot: Slot, moment: datetime) -> datetime:
    """The `now` of this slot's run: that of a killed run, or `moment` where none ran or one ended without an issue."""
    now = store.begin(slot.key, moment)
    if store.status(slot.key) in ("failed", "dry") and store.issue(slot.day) is None:
        store.restart(slot.key, moment)
        return moment
    return now.astimezone(moment.tzinfo)


async def keep(house: House, slot: Slot, now: datetime, *, dry: bool = False) -> tuple[Issue, Record]:
    """The slot's issue, published: made now, or only brought to the channels that miss it.

    Raises:
        NothingToPublish: there is no issue today.
    """
    approved = house.store.issue(slot.day)
    if approved is None:
        return await run_day(house, slot, now, dry=dry)
    record = Record.resumed(approved.draft.slot.key, house.meter, house.store.record(approved.draft.slot.key))
    record.degraded = approved.draft.degraded
    if not dry:
        await published(house, approved, record)
    return approved, record


# -- one run at a time ------------------------------------------------------------------------------------------------


async def under_lease(store: Store, slot: Slot, work: Callable[[], Coroutine[Any, Any, T]]) -> T | Lease:
    """What `work` gives while this process holds the slot's lease; or the lease of the run that holds it.

    Raises:
        StoreError: the lease was lost on the way; the work was cancelled, as another run may have begun.
    """
    holder = f"{_machine()}:{os.getpid()}:{uuid4().hex[:6]}"
    other = _taken(store, slot.key, holder)
    if other is not None:
        return other
    tasks = asyncio.create_task(_renewed(store, slot.key, holder)), asyncio.create_task(work())
    renewing, working = tasks
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            await renewing  # it only ends by raising
        return await working
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        store.release(slot.key, holder)


def _taken(store: Store, slot: str, holder: str) -> Lease | None:
    """None when `holder` has the slot now. The lease of a process that died on this machine is not waited for."""
    while not store.lease(slot, holder, LEASE_S):
        other = store.lease_of(slot)
        if other is not None and not _is_gone(other.holder):
            return other
        if other is not None:
            store.release(slot, other.holder)
    return None


async def _renewed(store: Store, slot: str, holder: str) -> None:
    while True:
        await asyncio.sleep(LEASE_S / 3)
        if not store.lease(slot, holder, LEASE_S):
            raise StoreError(f"another run took slot {slot} over", "let it finish; see `deepdaily show`")


def _machine() -> str:
    """This host's name, and on Linux its boot and process namespace: within these a process number names one process."""
    marks = []
    with suppress(OSError):
        marks = [Path("/proc/sys/kernel/random/boot_id").read_text()[:8], os.readlink("/proc/self/ns/pid")[5:-1]]
    return "/".join([socket.gethostname(), *marks])


def _is_gone(holder: str) -> bool:
    """Whether the holder was a process of this machine and is none any more; False where that cannot be known."""
    machine, pid, _ = holder.rsplit(":", 2)
    if machine != _machine() or "/" not in machine:
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False

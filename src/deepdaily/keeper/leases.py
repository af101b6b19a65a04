"""One run a slot at a time: the lease in the store, taken, renewed, waited for and given back."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from deepdaily.core.errors import StoreError
from deepdaily.core.types import Slot
from deepdaily.store import Lease, Store

LEASE_S = 90
"""How long a lease outlives its run's last sign of life: past the longest that a run computes without pausing (seconds)."""

LOOK_S = 5
"""How often one that waits looks whether the lease is free (seconds)."""

MOST_WAIT_S = 3600
"""How long one waits for a run that goes on giving signs of life; so long a run hangs (seconds)."""

T = TypeVar("T")


async def under_lease(
    store: Store, slot: Slot, work: Callable[[], Coroutine[Any, Any, T]], waiting: Callable[[Lease], None] = lambda _: None
) -> T | Lease:
    """What `work` gives while this process holds the slot's lease. While another run holds it, its end is waited for.

    A run that died gives no sign of life: its turn is over LEASE_S after the last one. The lease itself where it is still held
    after MOST_WAIT_S. `waiting` is told of it once.

    Raises:
        StoreError: the lease was lost on the way; the work was cancelled, as another run may have begun.
    """
    holder = f"{_machine()}:{os.getpid()}:{uuid4().hex[:6]}"
    other = await _taken(store, slot.key, holder, waiting)
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


async def _taken(store: Store, slot: str, holder: str, waiting: Callable[[Lease], None]) -> Lease | None:
    """None when `holder` has the slot now. The lease of a process that died on this machine is not waited for."""
    first, waited_s = None, 0
    while not store.lease(slot, holder, LEASE_S):
        other = store.lease_of(slot)
        if other is None:
            continue
        if _is_gone(other.holder):
            store.release(slot, other.holder)
            continue
        if first is None:
            first = other
            waiting(other)
        unrenewed = other == first and waited_s > LEASE_S  # it was given for longer than any run of ours asks
        if unrenewed or waited_s > MOST_WAIT_S:
            return other
        await asyncio.sleep(LOOK_S)
        waited_s += LOOK_S
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
    except OSError as error:
        return isinstance(error, ProcessLookupError)
    return _is_zombie(pid)


def _is_zombie(pid: str) -> bool:
    """Whether the process has died and its parent has not asked how: its number is still taken."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[:1] == ["Z"]

"""Slots: one issue each, by one run at a time. A killed run goes on as itself, a published slot is left alone."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from deepdaily.core.errors import Exit, NothingToPublish, SettingsError, StoreError
from deepdaily.core.slots import left_s
from deepdaily.core.types import Issue, RunRecord, Slot
from deepdaily.house import House
from deepdaily.keeper.alerts import alert, nobody_told, tell_broken_off, tell_end
from deepdaily.pipeline import publish, run_day, translate
from deepdaily.run import Errand, Record, Run
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the command for a slot ended."""

    slot: Slot
    exit: Exit = Exit.PUBLISHED
    issue: Issue | None = None
    """None where the slot was left alone."""
    record: RunRecord | None = None
    held: Lease | None = None
    """Whose run is writing the slot now; None where there is nobody, and the slot is published already."""


async def run_slot(house: House, errand: Errand) -> Outcome:
    """The slot's issue made, brought to the channels that miss it, or left alone; its trouble told.

    A dry run, and one with `--out`, tells nobody.

    Raises:
        StoreError: the store does not open or broke, or the lease was lost on the way.
        NothingToPublish: there is no issue today.
    """
    slot, by_keeper = errand.slot, errand.by_keeper
    tell = nobody_told if errand.dry or house.out else partial(alert, house, quiet=True)
    try:
        with house.store() as store:
            ended = await under_lease(store, slot, partial(_made, house, store, errand))
    except Exception:
        await tell_broken_off(house, slot, tell, by_keeper=by_keeper)
        raise
    outcome = ended if isinstance(ended, Outcome) else Outcome(slot, held=ended)
    with house.store() as store:
        await tell_end(store, slot, outcome.exit, tell, by_keeper=by_keeper)
    return outcome


async def _made(house: House, store: Store, errand: Errand) -> Outcome:
    """What the run that holds the lease does."""
    slot, moment = errand.slot, errand.moment
    if errand.again:
        return await _anew(house, store, errand)
    if is_finished(store, slot, house.channel_names()):
        return Outcome(slot)
    now, left = calendar_of(store, slot, moment), left_s(slot, moment, house.settings.review.deadline)
    async with house.run(store, errand, now, left) as run:
        try:
            issue = store.issue(slot.day)
            issue = await (brought(run, issue) if issue else run_day(run))
        except NothingToPublish:
            run.ended("failed")
            raise
    return Outcome(slot, run.record.exit, issue, run.record.value())


async def _anew(house: House, store: Store, errand: Errand) -> Outcome:
    """The slot's issue told again from what was read then, in its place; the first is kept. Message channels are left alone."""
    slot = errand.slot
    before = store.issue(slot.day)
    if before is None or before.slot.key != slot.key:
        raise SettingsError(f"{slot.day} has no issue to write again", "run without --again")
    now = store.begin(slot.key, errand.moment).astimezone(errand.moment.tzinfo)
    async with house.run(store, errand, now) as run:
        issue = await run_day(run)
    return Outcome(slot, run.record.exit, issue, run.record.value())


async def brought(run: Run, issue: Issue) -> Issue:
    """An issue that is there already, brought to the channels that miss it."""
    run.record = Record.resumed(run.record.meter, run.store.record(issue.slot.key))
    run.record.degraded = issue.draft.degraded
    if not run.dry:
        await translate(run, issue)
        await publish(run, issue)
    return issue


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
    except OSError as error:
        return isinstance(error, ProcessLookupError)
    return False

"""Slots: one issue each, by one run at a time. A killed run goes on as itself, a published slot is left alone."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import uuid4

from deepdaily.core.errors import StoreError
from deepdaily.core.schedule import begun, next_try
from deepdaily.core.types import Issue, Slot
from deepdaily.pipeline import House, published, run_day
from deepdaily.record import Record, trouble
from deepdaily.settings import Settings
from deepdaily.store import Lease, Store

LEASE_S = 90
"""How long a lease outlives its run's last sign of life: past the longest that a run computes without pausing (seconds)."""

STEP_S = 60.0
"""The longest sleep of the keeper: a clock that was set, or a machine that slept, is noticed within it."""

OVERDUE = timedelta(minutes=10)
"""How long after the hour a missing issue is told."""

DEGRADED, NOTHING = "degraded", "nothing published"
"""Troubles, as they are told."""

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


# -- what somebody should know ----------------------------------------------------------------------------------------

DEAD_DAYS = 3
"""A source that failed in every slot of so many days is not having a bad hour: it has moved, or wants a key."""

NAMED = 10
"""Sources that one alert names; the others are counted."""

Tell = Callable[[Slot, str], Awaitable[bool]]
"""Tells a trouble of a slot, each once; whether it was delivered, now or before."""


def dead_sources(store: Store, slot: Slot) -> list[str]:
    """Sources that failed in every slot of DEAD_DAYS days, and of which nobody was told since they last answered.

    Slots are read from this one back until each source that failed in it has answered or was told.
    """
    keys = [key for key in store.slots() if key <= slot.key]
    dead, failed_on = list[str](), dict[str, set[str]]()
    for key in keys if slot.key in keys else ():
        health = [harvest.health for harvest in store.harvests(key)]
        if key == slot.key:
            failed_on = {one.source: set() for one in health if trouble(one)}
        told = store.told(key)
        for source in [source for source in failed_on if _dead(source) in told]:
            del failed_on[source]
        for one in health:
            if one.state in ("ok", "empty") and len(failed_on.pop(one.source, ())) >= DEAD_DAYS:
                dead.append(one.source)
            elif one.source in failed_on and trouble(one):
                failed_on[one.source].add(key[:10])
        if not failed_on:
            break
    return sorted(dead + [source for source, days in failed_on.items() if len(days) >= DEAD_DAYS])


def _dead(source: str) -> str:
    return f"source dead: {source}"


async def with_alerts(store: Store, slot: Slot, work: Callable[[], Awaitable[int]], tell: Tell, *, kept: bool) -> int:
    """The exit status of `work`; and whoever is to be told learns of a poor day, of none, and of dead sources.

    Args:
        kept: a keeper started this run: it tries again, and tells itself what is missing when the time has come.

    Raises:
        Exception: as `work` does.
    """
    try:
        status = await work()
    except Exception:
        if not kept:
            await tell(slot, NOTHING)
        with suppress(StoreError):  # the run's own error says more
            await _tell_dead(store, slot, tell)
        raise
    found = {10: DEGRADED, 30: "" if kept else NOTHING}.get(status, "")
    if found:
        await tell(slot, found)
    await _tell_dead(store, slot, tell)
    return status


async def _tell_dead(store: Store, slot: Slot, tell: Tell) -> None:
    dead = dead_sources(store, slot)
    more = f" and {len(dead) - NAMED} more" if len(dead) > NAMED else ""
    if dead and await tell(slot, f"no answer for {DEAD_DAYS} days from {', '.join(dead[:NAMED])}{more}"):
        for source in dead:
            store.keep_told(slot.key, _dead(source))


# -- the hour ---------------------------------------------------------------------------------------------------------


class Clock(Protocol):
    """The time and its passing; a test brings its own."""

    def now(self) -> datetime: ...
    async def sleep(self, seconds: float) -> None: ...


async def keep_hours(
    settings: Settings,
    clock: Clock,
    finished: Callable[[Slot], bool],
    attempt: Callable[[Slot], Awaitable[int]],
    tell: Tell,
) -> None:
    """Attempt each slot from before it is due until it is finished; never returns.

    Of missed slots the newest is caught up. Each kind of trouble is told once a slot.

    Args:
        attempt: one run of the slot; its exit status. A run that fails is tried again, so it must not raise.
    """
    at, early = settings.digest.at, timedelta(minutes=settings.schedule.early_min)
    tried: dict[str, datetime] = {}
    told: set[tuple[str, str]] = set()
    while True:
        now = clock.now()
        slot, following = begun(now, at, settings.zone, early)
        again = following if finished(slot) else next_try(slot, now, tried.get(slot.key), following)
        if again > now:
            await clock.sleep(min((again - now).total_seconds(), STEP_S))
            continue
        tried = {slot.key: now}
        status = await _attempted(slot, clock, finished, attempt, tell)
        found = _trouble(slot, status, clock.now(), finished)
        if found and (slot.key, found) not in told:
            told.add((slot.key, found))
            await tell(slot, found)


async def _attempted(
    slot: Slot,
    clock: Clock,
    finished: Callable[[Slot], bool],
    attempt: Callable[[Slot], Awaitable[int]],
    tell: Tell,
) -> int:
    """The run's exit status. A run that still hangs when the issue is overdue does not keep that to itself."""
    running = asyncio.ensure_future(attempt(slot))
    await asyncio.sleep(0)  # a run that ends at once needs no watch
    watching = None if running.done() else asyncio.ensure_future(_overdue(slot, clock, finished, tell))
    try:
        return await running
    finally:
        for task in (running, watching):
            if task is not None:
                task.cancel()
        await asyncio.gather(*filter(None, (running, watching)), return_exceptions=True)


async def _overdue(slot: Slot, clock: Clock, finished: Callable[[Slot], bool], tell: Tell) -> None:
    while (left := slot.due.astimezone(UTC) + OVERDUE - clock.now().astimezone(UTC)) > timedelta():
        await clock.sleep(min(left.total_seconds(), STEP_S))
    if not finished(slot):
        await tell(slot, NOTHING)


def _trouble(slot: Slot, status: int, now: datetime, finished: Callable[[Slot], bool]) -> str:
    """What somebody should be told after a run that ended with `status`; empty when nothing."""
    if status == 10:
        return DEGRADED
    if now.astimezone(UTC) - slot.due.astimezone(UTC) >= OVERDUE and not finished(slot):
        return NOTHING
    return ""

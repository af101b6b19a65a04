"""The hour: each slot attempted from before it is due until it is finished."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from deepdaily import keeper
from deepdaily.core.errors import ENDED, Exit, StoreError
from deepdaily.core.slots import begun, next_try
from deepdaily.core.types import Slot
from deepdaily.house import House
from deepdaily.keeper.alerts import DEGRADED, NOTHING, Tell, alert, lacking
from deepdaily.settings import Settings

STEP_S = 60.0
"""The longest sleep of the keeper: a clock that was set, or a machine that slept, is noticed within it."""

OVERDUE = timedelta(minutes=10)
"""How long after the hour a missing issue is told."""


class Clock(Protocol):
    """The time and its passing; a test brings its own."""

    def now(self) -> datetime: ...
    async def sleep(self, seconds: float) -> None: ...


async def keep_hours(
    settings: Settings, clock: Clock, lacks: Callable[[Slot], str], attempt: Callable[[Slot], Awaitable[int]], tell: Tell
) -> None:
    """Attempt each slot from before it is due until it is finished; never returns.

    Of missed slots the newest is caught up. Each trouble is told once a slot.

    Args:
        lacks: what a slot still lacks, in words; empty for one that is finished.
        attempt: one run of the slot; its exit status. A run that fails is tried again, so it must not raise.
    """
    at, early = settings.digest.at, timedelta(minutes=settings.schedule.early_min)
    tried: dict[str, datetime] = {}
    told: set[tuple[str, str]] = set()
    while True:
        now = clock.now()
        slot, following = begun(now, at, settings.zone, early, settings.digest.name)
        again = next_try(slot, now, tried.get(slot.key), following) if lacks(slot) else following
        if again > now:
            await clock.sleep(min((again - now).total_seconds(), STEP_S))
            continue
        tried = {slot.key: now}
        status = await _watched(attempt(slot), partial(_overdue, slot, clock, lacks, tell))
        found = DEGRADED if status == Exit.DEGRADED else lacks(slot) if clock.now() >= _overdue_at(slot) else ""
        if found and (slot.key, found) not in told:
            told.add((slot.key, found))
            await tell(slot, found)


async def _watched(run: Awaitable[int], watch: Callable[[], Awaitable[None]]) -> int:
    """The run's exit status. A run that still hangs when the issue is overdue does not keep that to itself."""
    running = asyncio.ensure_future(run)
    await asyncio.sleep(0)  # a run that ends at once needs no watch
    tasks = [running, *([] if running.done() else [asyncio.ensure_future(watch())])]
    try:
        return await running
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _overdue_at(slot: Slot) -> datetime:
    return slot.due.astimezone(UTC) + OVERDUE


async def _overdue(slot: Slot, clock: Clock, lacks: Callable[[Slot], str], tell: Tell) -> None:
    """Tell what a slot lacks while its run still goes on; one that was begun late is given its time first."""
    until = max(_overdue_at(slot), clock.now() + OVERDUE)
    while (left := until - clock.now()) > timedelta():
        await clock.sleep(min(left.total_seconds(), STEP_S))
    lacking = lacks(slot)
    if lacking:
        await tell(slot, lacking)


# -- on this machine --------------------------------------------------------------------------------------------------

RUN_WALL_S = 3600
"""A run that takes longer hangs, and is ended and tried again: two hundred pages of slow hosts take minutes."""

NOT_STARTED = 126
"""The exit status of a run that could not be started, as of a shell."""

END_S = 5
"""How long a run that is told to end may take before it is killed."""


class WallClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def serve_hours(house: House, options: Sequence[str]) -> None:
    """Keep the hour until SIGTERM or SIGINT; every run is a process of its own, with these options of the command."""
    keeping = asyncio.create_task(
        keep_hours(house.settings, WallClock(), partial(lacks, house), partial(_attempt, options), partial(alert, house))
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, keeping.cancel)
    say(what_comes(house, datetime.now(UTC)))
    with suppress(asyncio.CancelledError):
        await keeping
    say("ended; a run that was on its way goes on when it is started again")


def say(line: str) -> None:
    print(f"deepdaily: {line}", file=sys.stderr, flush=True)  # noqa: T201


def what_comes(house: House, now: datetime) -> str:
    """How the slot of today stands, and when the next one begins."""
    at, early, zone = house.settings.digest.at, timedelta(minutes=house.settings.schedule.early_min), house.settings.zone
    slot, following = begun(now, at, zone, early, house.settings.digest.name)
    stands = lacks(house, slot) or "published"
    due = (following + early).astimezone(zone)
    return f"{slot.day}: {stands}; next issue {due:%Y-%m-%d %H:%M} {zone.key}, begun at {following.astimezone(zone):%H:%M}"


def lacks(house: House, slot: Slot) -> str:
    """What the slot lacks: no issue, or the channels that miss it; empty for one that is finished."""
    try:
        with house.store(may_make=False) as store:
            files = [one for one, _ in house.channels()]
            return "" if keeper.is_finished(store, slot, house.channel_names(), files) else lacking(store, slot)
    except StoreError:
        return NOTHING  # the run that is tried says what is wrong with it


async def _attempt(options: Sequence[str], slot: Slot) -> int:
    """One run in a process of its own, and in words how it ended."""
    status = await _run_apart(options, slot)
    told = ENDED.get(status, "the run broke off; it is tried again")
    say(f"{slot.day}: {told} (exit status {status})")
    return status


async def _run_apart(options: Sequence[str], slot: Slot) -> int:
    """A leak, a crash or a hang ends with the process."""
    command = (sys.executable, "-m", "deepdaily", "run", "--by-keeper", "--date", slot.day, *options)
    try:
        run = await asyncio.create_subprocess_exec(*command)
    except OSError as error:  # no memory, no process left, no interpreter: perhaps not at the next try
        say(f"the run of {slot.day} cannot be started: {error}")
        return NOT_STARTED
    try:
        async with asyncio.timeout(RUN_WALL_S):
            return await run.wait()
    except TimeoutError:
        return -signal.SIGTERM
    finally:
        if run.returncode is None:
            await _ended(run)


async def _ended(run: asyncio.subprocess.Process) -> None:
    run.terminate()
    try:
        async with asyncio.timeout(END_S):
            await run.wait()
    except TimeoutError:
        run.kill()
        await run.wait()

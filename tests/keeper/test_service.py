"""The hour is kept by a clock that may jump, and a slow source does not cost the hour."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from math import inf
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deepdaily.core.types import Slot
from deepdaily.demo import sample_web
from deepdaily.keeper import service
from deepdaily.pipeline import run_day
from deepdaily.read.web_wire import Answer
from deepdaily.settings import Digest, Schedule, Settings
from fakes import SkippingLoop
from making import SHANGHAI, SLOT
from running import run_of
from waiting import CEILING_S, first_line
from webs import environment

# -- the hour ---------------------------------------------------------------------------------------------------------

SETTINGS = Settings(digest=Digest(at=time(8, 0), timezone="Asia/Shanghai"), schedule=Schedule(early_min=30))


class Over(BaseException):
    """The test has seen enough."""


class FakeClock:
    """Time passes in sleeps only, and may jump at a given moment."""

    def __init__(self, start: datetime, end: datetime, jumps: Mapping[datetime, timedelta] | None = None) -> None:
        self.time, self.end, self.jumps = start, end, dict(jumps or {})
        self.longest = 0.0

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.longest = max(self.longest, seconds)
        self.time += timedelta(seconds=seconds)
        for at in [at for at in self.jumps if at <= self.time]:
            self.time += self.jumps.pop(at)
        if self.time >= self.end:
            raise Over


class Day:
    """What a keeper attempted and told; a run takes two minutes and ends as `ends` says."""

    def __init__(self, clock: FakeClock, ends: Callable[[datetime], int] = lambda _: 0) -> None:
        self.clock, self.ends = clock, ends
        self.done: set[str] = set()
        self.missing = "nothing published"
        self.attempts: list[tuple[str, str]] = []
        self.told: list[tuple[str, str]] = []

    async def attempt(self, slot: Slot) -> int:
        self.attempts.append((slot.day, self.clock.time.astimezone(slot.due.tzinfo).strftime("%d %H:%M")))
        status = self.ends(self.clock.time)
        self.clock.time += timedelta(minutes=2)
        if status in (0, 10):
            self.done.add(slot.day)
        self.missing = "published, but missing in mail" if status == 11 else "nothing published"
        return status

    def lacks(self, slot: Slot) -> str:
        return "" if slot.day in self.done else self.missing

    async def tell(self, slot: Slot, trouble: str) -> bool:
        self.told.append((slot.day, trouble))
        return True

    async def keep(self, settings: Settings = SETTINGS) -> None:
        with pytest.raises(Over):
            await service.keep_hours(settings, self.clock, self.lacks, self.attempt, self.tell)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


async def test_each_day_is_written_half_an_hour_before_it_is_due() -> None:
    clock = FakeClock(at("2026-03-10 12:00"), at("2026-03-12 12:00"))
    day = Day(clock)
    day.done = {"2026-03-10"}

    await day.keep()

    assert day.attempts == [("2026-03-11", "11 07:30"), ("2026-03-12", "12 07:30")]
    assert day.told == []
    assert clock.longest <= service.STEP_S


async def test_a_missed_slot_is_caught_up_once_after_a_restart_dated_to_its_day() -> None:
    day = Day(FakeClock(at("2026-03-12 03:00"), at("2026-03-12 09:00")))

    await day.keep()

    assert day.attempts == [("2026-03-11", "12 03:00"), ("2026-03-12", "12 07:30")]


async def test_a_missed_slot_that_fails_again_is_not_tried_for_ever() -> None:
    day = Day(FakeClock(at("2026-03-12 03:00"), at("2026-03-12 07:00")), ends=lambda _: 30)

    await day.keep()

    assert day.attempts == [("2026-03-11", "12 03:00")]
    assert day.told == [("2026-03-11", "nothing published")]


async def test_a_failed_run_is_tried_again_until_it_works() -> None:
    day = Day(
        FakeClock(at("2026-03-12 07:00"), at("2026-03-12 12:00")), ends=lambda now: 0 if now >= at("2026-03-12 07:44") else 30
    )
    day.done = {"2026-03-11"}

    await day.keep()

    assert [moment for _, moment in day.attempts] == ["12 07:30", "12 07:35", "12 07:40", "12 07:45"]
    assert day.told == []


async def test_a_slot_that_always_fails_is_given_up_two_hours_after_the_hour_and_told_once() -> None:
    day = Day(FakeClock(at("2026-03-12 07:00"), at("2026-03-12 20:00")), ends=lambda _: 2)
    day.done = {"2026-03-11"}

    await day.keep()

    assert day.attempts[-1][1] == "12 10:00"
    assert len(day.attempts) == 31
    assert day.told == [("2026-03-12", "nothing published")]


async def test_a_degraded_issue_is_told_and_not_written_again() -> None:
    day = Day(FakeClock(at("2026-03-12 07:00"), at("2026-03-12 12:00")), ends=lambda _: 10)
    day.done = {"2026-03-11"}

    await day.keep()

    assert day.attempts == [("2026-03-12", "12 07:30")]
    assert day.told == [("2026-03-12", "degraded")]


@pytest.mark.parametrize(("began", "told"), [("07:00", "08:10"), ("08:44", "08:54")])
async def test_a_run_that_hangs_past_the_hour_is_told_while_it_hangs_and_a_late_one_is_given_its_time(
    began: str, told: str
) -> None:
    day = Day(FakeClock(at(f"2026-03-12 {began}"), at("2026-03-12 12:00")))
    day.done, when = {"2026-03-11"}, list[str]()
    heard = asyncio.Event()

    async def hangs(slot: Slot) -> int:
        await heard.wait()
        raise Over

    async def tell(slot: Slot, trouble: str) -> bool:
        when.append(f"{day.clock.time:%H:%M} {trouble}")
        heard.set()
        return True

    with pytest.raises(Over):
        await service.keep_hours(SETTINGS, day.clock, day.lacks, hangs, tell)

    assert when == [f"{told} nothing published"]


async def test_a_channel_that_misses_the_issue_is_tried_until_it_has_it_and_told_once_after_the_hour() -> None:
    day = Day(FakeClock(at("2026-03-12 07:00"), at("2026-03-12 12:00")), ends=lambda now: 11 if now < at("2026-03-12 08:30") else 0)
    day.done = {"2026-03-11"}

    await day.keep()

    assert day.attempts[-1][1] == "12 08:30"
    assert day.told == [("2026-03-12", "published, but missing in mail")]


async def test_a_channel_that_has_the_issue_at_the_second_try_is_no_trouble() -> None:
    day = Day(FakeClock(at("2026-03-12 07:00"), at("2026-03-12 12:00")), ends=lambda now: 11 if now < at("2026-03-12 07:34") else 0)
    day.done = {"2026-03-11"}

    await day.keep()

    assert [moment for _, moment in day.attempts] == ["12 07:30", "12 07:35"]
    assert day.told == []


async def test_a_clock_set_a_day_forward_catches_the_newest_slot_up() -> None:
    start, end = at("2026-03-10 12:00"), at("2026-03-12 12:00")
    day = Day(FakeClock(start, end, {at("2026-03-10 20:00"): timedelta(days=1)}))
    day.done = {"2026-03-10"}

    await day.keep()

    assert day.attempts == [("2026-03-11", "11 20:00"), ("2026-03-12", "12 07:30")]


async def test_a_clock_set_back_over_the_start_writes_no_day_twice() -> None:
    start, end = at("2026-03-12 07:00"), at("2026-03-12 12:00")
    day = Day(FakeClock(start, end, {at("2026-03-12 07:45"): timedelta(hours=-1)}))
    day.done = {"2026-03-11"}

    await day.keep()

    assert day.attempts == [("2026-03-12", "12 07:30")]


async def test_the_hour_stays_the_same_over_both_changes_of_summer_time() -> None:
    settings = Settings(digest=Digest(at=time(2, 30), timezone="Europe/Berlin"), schedule=Schedule(early_min=30))
    for first in (28, 24):  # 2026-03-29 has no 02:30, 2026-10-25 has two
        month = 3 if first == 28 else 10
        start = datetime(2026, month, first, 12, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
        day = Day(FakeClock(start, start + timedelta(days=2)))
        day.done = {f"2026-{month:02}-{first}"}
        await day.keep(settings)

        assert [name for name, _ in day.attempts] == [f"2026-{month:02}-{first + 1}", f"2026-{month:02}-{first + 2}"]
        assert day.attempts[1][1].endswith("02:00")


def test_sigterm_ends_the_keeper(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deepdaily", "schedule", "--data", str(tmp_path / "data"), "--out", str(tmp_path)]
    slept = environment() | {"DEEPDAILY_SOURCES__PACKS": "[]", "DEEPDAILY_SOURCES__HACKERNEWS": "false"}
    with subprocess.Popen(command, env=slept, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        comes = first_line(process, process.stderr)
        process.send_signal(signal.SIGTERM)
        ended = process.communicate(timeout=CEILING_S)[1]

    assert re.search(r"\d{4}-\d\d-\d\d: nothing published; next issue \S+ 08:00 Asia/Shanghai, begun at 07:30", comes)
    assert ended.rstrip().endswith("goes on when it is started again")
    assert process.returncode == 0


async def test_a_run_that_cannot_be_started_is_a_failed_run(capfd: pytest.CaptureFixture[str]) -> None:
    too_long = "x" * (1 << 22)  # for one argument, on every system

    assert await service._attempt([too_long], SLOT) == service.NOT_STARTED
    assert f"the run of {SLOT.day} cannot be started: " in capfd.readouterr().err


# -- the deadline -----------------------------------------------------------------------------------------------------


class HangingWire(sample_web.DemoWire):
    """Two feeds and every other page of the sample day never answer."""

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        if url in HANGING_FEEDS or (url in self._pages and len(url) % 2):
            await asyncio.Event().wait()
        return await super().get(url, headers, cap_bytes=cap_bytes)


HANGING_FEEDS = ("https://larkspur.example/feed.atom", "https://quant-lab.example/feed.xml")


def test_what_hangs_costs_its_own_share_and_not_the_issue(tmp_path: Path) -> None:
    """Nothing of ours waits longer than its part of the hour that is left."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(_a_day_on_which_much_hangs(tmp_path))


async def _a_day_on_which_much_hangs(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SkippingLoop)
    with run_of(tmp_path, HangingWire(), fetch_s=inf, deadline=loop.deadline(3600)) as run:
        issue = await run_day(run)
        assert run.remaining_s > 0
        states = {harvest.health.source: harvest.health.state for harvest in run.store.harvests(run.slot.key)}
        reasons = {loss.reason for loss in run.store.losses(run.slot.key)}

    assert {states[feed] for feed in HANGING_FEEDS} == {"unreachable"}
    assert "not read: time was up" in reasons
    assert issue.items
    assert run.record.status == "published"

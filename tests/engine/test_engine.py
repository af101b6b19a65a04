from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import errands
from deepdaily.core.errors import NoText, WorkerFailed
from deepdaily.engine import Engine
from deepdaily.engine.worker import ROOMY_MB
from waiting import CEILING_S

PLENTY_S = CEILING_S


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    async with Engine(workers=2) as engine:
        yield engine


async def test_outcomes_come_in_the_order_of_the_items(engine: Engine) -> None:
    assert await engine.map(errands.double, [3, 1, 2], wall_s=PLENTY_S, memory_mb=100) == [6, 2, 4]
    assert await engine.map(errands.double, [], wall_s=PLENTY_S, memory_mb=100) == []


@pytest.mark.parametrize(
    ("mood", "message"),
    [
        ("crash", "SIGSEGV"),
        ("exit", "status 3"),
        ("hoard", "memory"),
        ("bug", "ValueError: odd bytes"),
        ("lambda", "pickle"),
        ("huge", "bytes"),
    ],
)
async def test_an_item_that_breaks_its_worker_costs_only_itself(engine: Engine, mood: str, message: str) -> None:
    first, broken, last = await engine.map(errands.moody, ["a", mood, "b"], wall_s=PLENTY_S, memory_mb=500)

    assert (first, last) == ("a", "b")
    assert isinstance(broken, WorkerFailed)
    assert message in str(broken)


async def test_an_endless_item_is_killed_at_its_wall_limit(engine: Engine) -> None:
    outcomes = await engine.map(errands.moody, ["warm", "up"], wall_s=PLENTY_S, memory_mb=100)
    spinning = engine.map(errands.moody, ["spin"], wall_s=0.5, memory_mb=100)
    beside = engine.map(errands.moody, ["calm"], wall_s=PLENTY_S, memory_mb=100)
    outcomes += [outcome for some in await asyncio.gather(spinning, beside) for outcome in some]

    assert [str(outcome) for outcome in outcomes] == ["warm", "up", "longer than 0.5 s", "calm"]
    assert isinstance(outcomes[2], WorkerFailed)


async def test_an_error_of_ours_comes_back_as_it_was(engine: Engine) -> None:
    (outcome,) = await engine.map(errands.moody, ["no text"], wall_s=PLENTY_S, memory_mb=100)

    assert isinstance(outcome, NoText)
    assert (str(outcome), outcome.remedy) == ("nothing to read", "look elsewhere")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited on Linux only")
async def test_the_memory_limit_is_each_calls_own(engine: Engine) -> None:
    (tight,) = await engine.map(errands.hoard, [200], wall_s=PLENTY_S, memory_mb=100)
    (roomy,) = await engine.map(errands.hoard, [200], wall_s=PLENTY_S, memory_mb=400)

    assert isinstance(tight, WorkerFailed)
    assert roomy == 200 * 2**20


async def test_a_worker_serves_many_calls_and_makes_room_when_it_has_grown() -> None:
    async with Engine(workers=1) as engine:
        pids = await engine.map(errands.pid, range(300), wall_s=PLENTY_S, memory_mb=100)
        await engine.map(errands.keep, [ROOMY_MB], wall_s=PLENTY_S, memory_mb=2 * ROOMY_MB)
        (after,) = await engine.map(errands.pid, [0], wall_s=PLENTY_S, memory_mb=100)

    assert len(set(pids)) == 1
    assert after != pids[0]


async def test_calls_at_the_same_time_share_the_pool(engine: Engine) -> None:
    calls = [engine.map(errands.pid, range(10), wall_s=PLENTY_S, memory_mb=100) for _ in range(5)]
    pids = {pid for outcomes in await asyncio.gather(*calls) for pid in outcomes}

    assert len(pids) <= 2


async def test_a_cancelled_call_does_not_leave_its_worker_to_the_next(engine: Engine) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await engine.map(errands.moody, ["spin", "spin"], wall_s=PLENTY_S, memory_mb=100)

    assert await engine.map(errands.double, [1, 2], wall_s=PLENTY_S, memory_mb=100) == [2, 4]


async def test_a_worker_ignores_an_interrupt(engine: Engine) -> None:
    assert await engine.map(errands.interrupt, ["on"], wall_s=PLENTY_S, memory_mb=100) == ["on"]


async def test_a_worker_that_cannot_start_is_an_outcome() -> None:
    async with Engine(workers=1, preload=["no_such_module"]) as engine:
        (outcome,) = await engine.map(errands.double, [1], wall_s=PLENTY_S, memory_mb=100)

    assert isinstance(outcome, WorkerFailed)


PROGRAM = """
import asyncio, os, signal, sys
sys.path.insert(0, sys.argv[1])
import errands
from deepdaily.engine import Engine

async def main():
    async with Engine(workers=1, preload=["json"]) as engine:
        print(await engine.map(errands.chatter, ["from inside"], wall_s=60, memory_mb=100))
        sys.stdout.flush()
        if sys.argv[2] == "killed":
            os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.mark.parametrize("end", ["killed", "returns"])
def test_workers_end_with_their_parent_and_leave_its_stdout_alone(end: str) -> None:
    """The worker holds stderr open, so that it reaches its end only when the worker is gone too."""
    program = [sys.executable, "-c", PROGRAM, str(Path(__file__).parent.parent), end]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=PLENTY_S, check=False)

    assert ended.returncode == (-signal.SIGKILL if end == "killed" else 0)
    assert ended.stdout == "['']\n"
    assert ended.stderr == "from inside\n"

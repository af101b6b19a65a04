"""One run a slot at a time, whoever starts it; a run that died is waited out, and one that lives is waited for."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deepdaily.core.errors import StoreError
from deepdaily.keeper import leases
from deepdaily.keeper.leases import under_lease
from deepdaily.store import Lease, Store
from deepdaily.store.opening import open_store
from fakes import SkippingLoop
from making import SLOT
from waiting import CEILING_S, first_line
from webs import environment


class Leases:
    """A store's leases on a slot that another run holds; each time somebody asks, five seconds have passed."""

    def __init__(self, given_s: int, *, renewed_until_s: int = 0) -> None:
        self.now_s, self.until_s, self.renewed_until_s = 0, given_s, renewed_until_s
        self.holder = "elsewhere/1/1:7:aaaaaa"

    def lease(self, _: str, holder: str, ttl_s: int) -> bool:
        self.now_s += leases.LOOK_S
        if self.now_s < self.renewed_until_s and self.now_s % 30 == 0:
            self.until_s = self.now_s + leases.LEASE_S
        if holder != self.holder and self.now_s < self.until_s:
            return False
        self.holder, self.until_s = holder, self.now_s + ttl_s
        return True

    def lease_of(self, _: str) -> Lease:
        return Lease(self.holder, EPOCH, EPOCH + timedelta(seconds=self.until_s))

    def release(self, _: str, holder: str) -> None:
        assert holder == self.holder


EPOCH = datetime(2026, 3, 12, tzinfo=UTC)


def waited_for(store: Any) -> tuple[str | Lease, list[Lease]]:
    """What came of work on a slot that another run holds, and who was told of waiting for it."""
    told = list[Lease]()

    async def work() -> str:
        return "done"

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(under_lease(store, SLOT, work, told.append)), told


def test_a_run_that_was_killed_and_is_not_yet_asked_for_by_its_parent_is_gone_too(store: Store) -> None:
    async def work() -> str:
        return "done"

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as killed:
        store.lease(SLOT.key, f"{leases._machine()}:{killed.pid}:aaaaaa", 1000)
        assert not leases._is_gone(f"{leases._machine()}:{killed.pid}:aaaaaa")
        killed.kill()
        os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)

        assert asyncio.run(under_lease(store, SLOT, work)) == "done"


def test_the_lease_of_a_run_that_died_elsewhere_is_waited_out_and_taken() -> None:
    store = Leases(leases.LEASE_S)

    came, told = waited_for(store)

    assert came == "done"
    assert [one.holder for one in told] == ["elsewhere/1/1:7:aaaaaa"]
    assert store.now_s <= leases.LEASE_S + leases.LOOK_S


def test_a_run_that_lives_is_waited_for_and_what_it_left_is_done() -> None:
    store = Leases(leases.LEASE_S, renewed_until_s=600)

    assert waited_for(store)[0] == "done"
    assert 600 < store.now_s < 700


def test_a_run_that_goes_on_for_an_hour_is_left_alone() -> None:
    store = Leases(leases.LEASE_S, renewed_until_s=100_000)

    assert isinstance(waited_for(store)[0], Lease)
    assert leases.MOST_WAIT_S <= store.now_s <= leases.MOST_WAIT_S + 10


def test_a_lease_given_for_longer_than_ours_are_is_not_waited_out() -> None:
    store = Leases(1_000)

    assert isinstance(waited_for(store)[0], Lease)
    assert store.now_s <= leases.LEASE_S + 10


async def test_a_failed_run_ends_its_lease(store: Store) -> None:
    async def work() -> None:
        raise StoreError("disk full")

    with pytest.raises(StoreError, match="disk full"):
        await under_lease(store, SLOT, work)

    assert store.lease_of(SLOT.key) is None


async def test_the_lease_of_a_dead_process_of_this_machine_is_not_waited_for(store: Store) -> None:
    async def work() -> str:
        return "done"

    gone = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await gone.wait()
    here = leases._machine()
    store.lease(SLOT.key, f"{here}:{gone.pid}:aaaaaa", 1000)
    assert await under_lease(store, SLOT, work) == "done"


def test_runs_started_at_once_write_one_issue(tmp_path: Path, store_url: str) -> None:
    """Two keepers and one manual run, as processes."""
    run = [sys.executable, str(Path(__file__).parent.parent / "sample_run.py"), str(tmp_path)]
    env = environment() | {"DEEPDAILY_STORE__URL": store_url}
    runs = [subprocess.Popen(run, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [one.communicate(timeout=CEILING_S) for one in runs]

    assert [one.returncode for one in runs] == [0, 0, 0], said
    did = sorted(line for out, _ in said for line in out.splitlines() if line in DONE)
    assert did[-1] == "wrote", said
    assert len(did) == 3
    assert did.count("wrote") == 1


DONE = ("wrote", "left alone", "published already")


@contextmanager
def hanging_feed() -> Iterator[tuple[str, socket.socket]]:
    """A host and port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}", server


def one_feed(place: str) -> dict[str, str]:
    own = {"PACKS": "[]", "HACKERNEWS": "false", "SEARCH": "[]", "ADD": f'["http://{place}/feed"]'}
    return environment(
        **{f"DEEPDAILY_SOURCES__{name}": value for name, value in own.items()}, DEEPDAILY_NETWORK__ALLOW_PRIVATE=f'["{place}"]'
    )


def started(folder: Path, env: dict[str, str]) -> subprocess.Popen[str]:
    run = [sys.executable, "-m", "deepdaily", "run", "--data", str(folder), "--now", "2026-03-12T07:30:00+08:00"]
    return subprocess.Popen(run, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=folder)


def test_a_run_ended_by_sigterm_gives_its_lease_back(tmp_path: Path) -> None:
    with hanging_feed() as (place, server), started(tmp_path, one_feed(place)) as run:
        server.settimeout(CEILING_S)
        server.accept()
        with closing(open_store(tmp_path)) as store:
            held = store.lease_of(SLOT.key)
            run.send_signal(signal.SIGTERM)
            said = run.communicate(timeout=CEILING_S)[1]

            assert held is not None
            assert store.lease_of(SLOT.key) is None
    assert run.returncode == 128 + signal.SIGTERM
    assert said.endswith("ended by SIGTERM; what is published stays as it is; run it again, it goes on where it stopped\n")


def test_a_command_says_whom_it_waits_for(tmp_path: Path) -> None:
    with closing(open_store(tmp_path)) as store, hanging_feed() as (place, _):
        store.lease(SLOT.key, "elsewhere/1/1:7:aaaaaa", 1000)
        with started(tmp_path, one_feed(place)) as run:
            said = first_line(run, run.stderr)
            run.send_signal(signal.SIGTERM)
            run.communicate(timeout=CEILING_S)

        assert said.startswith("the slot is being written by elsewhere/1/1:7:aaaaaa since 20")
        assert said.endswith("; waiting for its end (Ctrl-C leaves it alone)\n")
        assert store.slots() == []

"""A run killed anywhere is simply run again: the same bytes, nothing twice, no orphan left behind."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from once import once
from waiting import CEILING_S, ended_at_the_ceiling
from webs import editions_below, environment, finished, frozen_day, frozen_web, run_arguments

DAY = "2026-02-08"
MOMENTS = [
    *(("harvests", share) for share in (0.2, 0.9)),
    *(("readings", share) for share in (0.01, 0.15, 0.3, 0.5, 0.7, 0.9)),
    ("losses", 0.0),
    ("issues", 0.0),
]
"""Ten, spread over the run: what a table has of all it will have; 0 is its first row."""

HERE = Path(__file__).parent.parent
SAMPLE = [sys.executable, str(HERE / "sample_run.py")]
STOPPING = [sys.executable, str(HERE / "stopping_run.py")]


def rows(data: Path, table: str) -> int:
    """How many rows the table has when the run is over."""
    with closing(sqlite3.connect(f"file:{data}/deepdaily.db?mode=ro", uri=True)) as db:
        found: int = db.execute(f"select count(*) from {table}").fetchone()[0]
        return found


def children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def killed_when(table: str, count: int, arguments: list[str], env: dict[str, str]) -> list[int]:
    """Start a run, kill it where the table has so many rows, and return handles of the workers it had."""
    command = [*STOPPING, table, str(count), *arguments[1:]]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True) as run:
        with ended_at_the_ceiling(run):
            told = os.waitid(os.P_PID, run.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        assert told is not None
        assert told.si_code == os.CLD_STOPPED, f"the run ended, or had {CEILING_S:g} s, before its moment"
        workers = [os.pidfd_open(child) for child in children(run.pid)]
        run.kill()
    assert run.returncode == -signal.SIGKILL
    return workers


def end(worker: int) -> bool:
    """Whether the process behind this handle ends by itself."""
    try:
        ready, _, _ = select.select([worker], [], [], CEILING_S)
    finally:
        os.close(worker)
    return bool(ready)


@pytest.fixture(scope="module")
def web(shared: Path) -> Iterator[dict[str, str]]:
    with frozen_web(shared, DAY) as env:
        yield env


@pytest.fixture(scope="module")
def undisturbed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nobody killed."""
    folder, done = frozen_day(tmp_path_factory, shared, DAY)
    assert done.returncode in (0, 10), done.stderr
    return folder


@pytest.mark.parametrize(("table", "share"), MOMENTS)
def test_a_run_killed_at_any_moment_and_run_again_gives_the_same_bytes(
    web: dict[str, str], undisturbed: Path, tmp_path: Path, table: str, share: float
) -> None:
    arguments = run_arguments(DAY, tmp_path)
    count = max(1, round(share * rows(undisturbed / "data", table)))
    workers = killed_when(table, count, arguments, web)
    ended = [end(worker) for worker in workers]
    again = finished(arguments, env=web)

    assert all(ended)
    assert again.returncode in (0, 10), again.stderr
    assert "Traceback" not in again.stderr
    assert editions_below(tmp_path / "out") == editions_below(undisturbed / "out")


def sample(folder: Path, die_at: str = "") -> subprocess.CompletedProcess[str]:
    return finished([*SAMPLE, str(folder), die_at], env=environment())


@pytest.fixture(scope="module")
def sample_day(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the sample day publishes when nobody kills it."""
    with once(tmp_path_factory, "sample-run") as made:
        if made.is_new:
            done = sample(made.folder)
            assert done.returncode == 0, done.stderr
            made.keep()
        return editions_below(made.folder / "out")


def test_a_run_killed_again_and_again_gets_there_all_the_same(tmp_path: Path, sample_day: dict[str, bytes]) -> None:
    """Before the n-th answer of the web, then before the n-th file takes its name: a chain of deaths on one store."""
    deaths = ["answer:1", "answer:15", "answer:20", "answer:20", "answer:15", *["publish:1", "publish:2"] * 2]
    for death in deaths:
        assert sample(tmp_path, death).returncode == -signal.SIGKILL, death

    assert sample(tmp_path).returncode == 0
    assert editions_below(tmp_path / "out") == sample_day


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sample day that is written, and of which nothing is published."""
    with once(tmp_path_factory, "written") as made:
        if made.is_new:
            assert sample(made.folder, "publish:1").returncode == -signal.SIGKILL
            made.keep()
        return made.folder


@pytest.mark.parametrize("file", range(1, 7))
def test_a_run_killed_while_it_publishes_leaves_old_or_new_files_and_never_half_of_one(
    tmp_path: Path, written: Path, sample_day: dict[str, bytes], file: int
) -> None:
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    died = sample(tmp_path, f"publish:{file}")
    left = {name: held for name, held in editions_below(tmp_path / "out").items() if not Path(name).name.startswith(".")}
    again = sample(tmp_path)

    assert died.returncode == -signal.SIGKILL
    assert left.items() < sample_day.items()
    assert len(left) == file - 1
    assert again.returncode == 0
    assert editions_below(tmp_path / "out") == sample_day

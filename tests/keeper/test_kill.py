"""A run killed anywhere is simply run again: the same bytes, nothing twice, no orphan left behind."""

from __future__ import annotations

import os
import select
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from webs import environment, files_below, finished, frozen_web, run_arguments

DAY = "2026-02-08"
MOMENTS = [
    *(("harvests", share) for share in (0.2, 0.9)),
    *(("readings", share) for share in (0.01, 0.15, 0.3, 0.5, 0.7, 0.9)),
    ("losses", 0.0),
    ("issues", 0.0),
]
"""Ten, spread over the run: what a table has of all it will have; 0 is its first row."""

SAMPLE = [sys.executable, str(Path(__file__).parent.parent / "sample_run.py")]


def rows(data: Path, table: str) -> int:
    """How many rows the table has: they only grow while a run goes on."""
    path = data / "deepdaily.db"
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            found: int = db.execute(f"select count(*) from {table}").fetchone()[0]
            return found
    except sqlite3.OperationalError:  # the tables are being made
        return 0


def children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def killed_when(table: str, count: int, arguments: list[str], env: dict[str, str], data: Path) -> list[int]:
    """Start a run, kill it when the table has so many rows, and return handles of the workers it had."""
    with subprocess.Popen(arguments, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        while rows(data, table) < count:
            assert run.poll() is None, "the run ended before its moment"
        workers = [os.pidfd_open(child) for child in children(run.pid)]
        run.kill()
    assert run.returncode == -signal.SIGKILL
    return workers


def end(worker: int) -> bool:
    """Whether the process behind this handle ends by itself within half a minute."""
    try:
        ready, _, _ = select.select([worker], [], [], 30)
    finally:
        os.close(worker)
    return bool(ready)


@pytest.fixture(scope="module")
def web(shared: Path) -> Iterator[dict[str, str]]:
    with frozen_web(shared, DAY) as env:
        yield env


@pytest.fixture(scope="module")
def undisturbed(web: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nobody killed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    assert finished(run_arguments(DAY, folder), env=web).returncode in (0, 10)
    return folder


@pytest.mark.parametrize(("table", "share"), MOMENTS)
def test_a_run_killed_at_any_moment_and_run_again_gives_the_same_bytes(
    web: dict[str, str], undisturbed: Path, tmp_path: Path, table: str, share: float
) -> None:
    arguments = run_arguments(DAY, tmp_path)
    count = max(1, round(share * rows(undisturbed / "data", table)))
    workers = killed_when(table, count, arguments, web, tmp_path / "data")
    ended = [end(worker) for worker in workers]
    again = finished(arguments, env=web)

    assert all(ended)
    assert again.returncode in (0, 10), again.stderr
    assert "Traceback" not in again.stderr
    assert files_below(tmp_path / "out") == files_below(undisturbed / "out")


def sample(folder: Path, die_at: str = "") -> subprocess.CompletedProcess[str]:
    return finished([*SAMPLE, str(folder), die_at], env=environment())


@pytest.fixture(scope="module")
def sample_day(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the sample day publishes when nobody kills it."""
    folder = tmp_path_factory.mktemp("sample")
    assert sample(folder).returncode == 0
    return files_below(folder / "out")


def test_a_run_killed_again_and_again_gets_there_all_the_same(tmp_path: Path, sample_day: dict[str, bytes]) -> None:
    """Before the n-th answer of the web, then before the n-th file takes its name: a chain of deaths on one store."""
    deaths = ["answer:1", "answer:15", "answer:20", "answer:20", "answer:15", *["publish:1", "publish:2"] * 2]
    for death in deaths:
        assert sample(tmp_path, death).returncode == -signal.SIGKILL, death

    assert sample(tmp_path).returncode == 0
    assert files_below(tmp_path / "out") == sample_day


@pytest.mark.parametrize("file", range(1, 7))
def test_a_run_killed_while_it_publishes_leaves_old_or_new_files_and_never_half_of_one(
    tmp_path: Path, sample_day: dict[str, bytes], file: int
) -> None:
    died = sample(tmp_path, f"publish:{file}")
    left = {name: held for name, held in files_below(tmp_path / "out").items() if not Path(name).name.startswith(".")}
    again = sample(tmp_path)

    assert died.returncode == -signal.SIGKILL
    assert left.items() < sample_day.items()
    assert len(left) == file - 1
    assert again.returncode == 0
    assert files_below(tmp_path / "out") == sample_day

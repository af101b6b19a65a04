"""Bounded benchmarks on loopback, as a Markdown table: `make bench`.

Each figure is of the command as a user runs it. Memory is the proportional set size of the process and its workers
together, sampled; the frozen days need `../shared` (or DEEPDAILY_SHARED) and are left out without it.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from webs import BIN, environment, frozen_web, run_arguments  # noqa: E402 - the tests' own frozen web

SHARED = Path(os.environ.get("DEEPDAILY_SHARED") or ROOT.parent / "shared")
SAMPLE_S = 0.05
"""How often memory is looked at: often enough for a worker that lives a second."""

LIMIT_S = 300
"""No benchmark may take longer."""

HELP_RUNS = 9


@dataclass(frozen=True, slots=True)
class Measured:
    """One command's cost and what it printed."""

    wall_s: float
    memory_mb: float
    status: int
    printed: str


def tree(pid: int) -> Iterator[int]:
    """The process and all below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from tree(int(child))


def memory_mb(pid: int) -> float:
    """What the process and all below it take now; 0 where that cannot be told."""
    total_kb = 0
    with suppress(OSError):  # a process may end while it is looked at
        for one in tree(pid):
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
            total_kb += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total_kb / 1024


def measure(arguments: list[str], folder: Path, env: Mapping[str, str]) -> Measured:
    """Run a command to its end in `folder`."""
    started, peak_mb = monotonic(), 0.0
    with (
        tempfile.TemporaryFile("w+") as out,
        subprocess.Popen(arguments, cwd=folder, env=env, stdout=out, stderr=subprocess.DEVNULL) as process,
    ):
        while process.poll() is None:
            peak_mb = max(peak_mb, memory_mb(process.pid))
            if monotonic() - started > LIMIT_S:
                process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(SAMPLE_S)
        wall_s = monotonic() - started
        out.seek(0)
        return Measured(wall_s, peak_mb, process.returncode, out.read())


Row = tuple[str, str, str]
"""What, measured, bar."""


def help_time(folder: Path) -> Row:
    """The median of a few; each is a process of its own."""
    runs = [measure([str(BIN), "--help"], folder, environment()).wall_s for _ in range(HELP_RUNS)]
    return ("`deepdaily --help`", f"{median(runs):.2f} s, median of {HELP_RUNS}", "0.5 s")


def sample_day(folder: Path) -> Row:
    """The bundled sample day."""
    done = measure([str(BIN), "demo"], folder, environment())
    return ("`deepdaily demo`", _cost(done), "10 s, 400 MB")


def frozen_days(folder: Path) -> Iterator[Row]:
    """Both frozen days on one store, then the proof of each checked again."""
    for day in ("2026-02-08", "2026-02-11"):
        with frozen_web(SHARED, day) as env:
            done = measure([*run_arguments(day, folder), "--json"], folder, env)
        yield (f"`deepdaily run`, frozen web of {day}", f"{_cost(done)}; {_made(done.printed)}", "90 s, 600 MB")
        command = [str(BIN), "verify", day, "--data", str(folder / "data"), "--out", str(folder / "out"), "--json"]
        done = measure(command, folder, environment())
        told = json.loads(done.printed)
        facts = f"{told['found']} of {told['facts']} quotations found, {told['supported']} claims supported"
        yield (f"`deepdaily verify {day}`", f"{_cost(done)}; {facts}", "all found")


def _cost(done: Measured) -> str:
    return f"{done.wall_s:.1f} s, {done.memory_mb:.0f} MB, exit {done.status}"


def _made(printed: str) -> str:
    return " → ".join(f"{count} {name}" for name, count in json.loads(printed)["funnel"].items())


def main() -> None:
    """Measure and print the table."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        rows += [help_time(folder), sample_day(folder)]
        if (SHARED / "frozen-web").exists():
            rows += frozen_days(folder)
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}\n")  # noqa: T201
    print("| what | measured | bar |\n|---|---|---|")  # noqa: T201
    for row in rows:
        print("| " + " | ".join(row) + " |")  # noqa: T201


if __name__ == "__main__":
    main()

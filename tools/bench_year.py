"""A year of one installation with a fault drawn for each day, and two runs of which one is killed: `bench_year.py [DAYS] [ROUNDS]`.

365 days take minutes. Nothing here is timed by the product's own clock.
"""

# ruff: noqa: T201

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from time import monotonic, sleep

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from simulated_days import drawn, simulated  # noqa: E402
from webs import editions_below, environment  # noqa: E402

SEED = 365


def year(days: int) -> None:
    faults, started = drawn(days, SEED), monotonic()
    with tempfile.TemporaryDirectory() as folder, redirect_stderr(StringIO()):
        told = simulated(Path(folder), faults)
    print(f"days {days}: published {told.published}, lost {len(told.lost)}; {monotonic() - started:.0f} s")
    print(
        f"messages twice {len(told.doubled)}, missed {len(told.missed)}; alarms {len(told.told)}, untrue {len(told.false_alarms)}"
    )
    for fault, count in sorted(Counter(faults).items()):
        print(f"  {count:>4} {fault}")


def killed(rounds: int) -> None:
    """One run killed at a moment drawn by lot, another started at once: the same files as of a run that nobody killed."""
    dice, ends, wrong = random.Random(SEED), Counter[str](), 0
    command = [sys.executable, str(ROOT / "tests/sample_run.py")]
    with tempfile.TemporaryDirectory() as folder:
        started = monotonic()
        subprocess.run([*command, folder], env=environment(), check=True, capture_output=True)
        took_s, wanted = monotonic() - started, editions_below(Path(folder) / "out")
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            first = subprocess.Popen([*command, folder], env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            sleep(dice.uniform(0.1, 0.95) * took_s)
            os.kill(first.pid, signal.SIGKILL)
            second = subprocess.run([*command, folder], env=environment(), capture_output=True, text=True)
            first.wait()
            ends[(second.stdout.strip().splitlines() or ["nothing"])[-1]] += 1
            wrong += second.returncode not in (0, 10) or editions_below(Path(folder) / "out") != wanted
    print(f"two runs, one killed and the other started at once: {rounds} rounds, {wrong} unlike an undisturbed run; {dict(ends)}")


if __name__ == "__main__":
    year(int(sys.argv[1]) if len(sys.argv) > 1 else 365)
    killed(int(sys.argv[2]) if len(sys.argv) > 2 else 50)

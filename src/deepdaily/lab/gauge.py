"""What something takes: seconds, and the growth of resident memory of this process and of those it has started."""

from __future__ import annotations

import resource
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import monotonic

LOOK_S = 0.02
"""Between two looks at the other processes; each look sees the most that one ever held."""

PROC = Path("/proc")


@dataclass(slots=True)
class Measured:
    """Filled in at the end of `measuring`."""

    seconds: float = 0.0
    growth_mb: float = 0.0
    """The largest of any one process: the most it held, less what it held at the beginning."""


@contextmanager
def measuring(but: Collection[int] = ()) -> Iterator[Measured]:
    """Measure the body of the `with`; processes with an id in `but` are nobody's growth.

    Memory is exact on Linux; elsewhere only growth of this process beyond all it ever held is seen.
    """
    measured, started = Measured(), monotonic()
    held = _Held(frozenset(but))
    held.begin()
    try:
        yield measured
    finally:
        measured.seconds = round(monotonic() - started, 3)
        measured.growth_mb = round(held.end(), 1)


@dataclass(slots=True)
class _Held:
    but: frozenset[int]
    first: dict[int, float] = field(default_factory=dict)
    most: dict[int, float] = field(default_factory=dict)
    over: Event = field(default_factory=Event)
    looking: Thread | None = None

    def begin(self) -> None:
        for pid in self._processes():
            with suppress(OSError):  # off Linux, or ended meanwhile
                (_of(pid) / "clear_refs").write_text("5")  # forget the most that was held so far
        self._look()
        self.first |= {pid: _held_mb(pid, "VmRSS") for pid in self.first}
        self.looking = Thread(target=self._go_on_looking, daemon=True)
        self.looking.start()

    def end(self) -> float:
        self.over.set()
        if self.looking:
            self.looking.join()
        self._look()
        return max(max(0.0, self.most[pid] - first) for pid, first in self.first.items())

    def _go_on_looking(self) -> None:
        while not self.over.wait(LOOK_S):
            self._look()

    def _look(self) -> None:
        for pid in self._processes():
            held = _held_mb(pid, "VmHWM")
            self.first.setdefault(pid, held)  # one that begins meanwhile brings what it needs to begin
            self.most[pid] = max(held, self.most.get(pid, 0.0))

    def _processes(self) -> list[int]:
        found = [0]
        for task in (PROC / "self/task").glob("*/children"):
            with suppress(OSError):
                found += [int(pid) for pid in task.read_text().split() if int(pid) not in self.but]
        return found


def _held_mb(pid: int, which: str) -> float:
    """The figure `which` of a process (0: this one) in MB; 0 for one that has ended."""
    if not sys.platform.startswith("linux"):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    with suppress(OSError):
        status = (_of(pid) / "status").read_text()
        return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(f"{which}:")), 0.0)
    return 0.0


def _of(pid: int) -> Path:
    return PROC / (str(pid) if pid else "self")

"""Waiting for what must come: an event with a ceiling, never a while."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import IO

CEILING_S = 300.0
"""Far longer than anything here takes on a busy machine: who passes it will never come."""


@contextmanager
def ended_at_the_ceiling(process: subprocess.Popen[str]) -> Iterator[Timer]:
    """Whoever waits inside for `process` waits no longer than the ceiling: then it is killed. The timer tells whether it was."""
    watch = Timer(CEILING_S, process.kill)
    watch.start()
    try:
        yield watch
    finally:
        watch.cancel()


def first_line(process: subprocess.Popen[str], stream: IO[str] | None) -> str:
    """What a process says first."""
    assert stream is not None
    with ended_at_the_ceiling(process):
        line = stream.readline()
    assert line, f"{process.args!r} said nothing, and ended or had {CEILING_S:g} s"
    return line

"""Work in a worker with an eye on it: which addresses it asks for, and which files it writes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from deepdaily.core.errors import DeepdailyError
from deepdaily.engine import Engine

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class Touched:
    """What foreign bytes led a parser to."""

    connected: list[str] = field(default_factory=list)
    """Names and addresses."""
    wrote: list[str] = field(default_factory=list)


class WatchedEngine(Engine):
    """An engine whose workers tell what they touched; a worker that died tells nothing."""

    def __init__(self, preload: Sequence[str] = ()) -> None:
        super().__init__(workers=1, preload=(*preload, __name__))
        self.touched = Touched()

    async def map(
        self, function: Callable[[T], R], items: Sequence[T], *, wall_s: float, memory_mb: int
    ) -> list[R | DeepdailyError]:
        jobs = [(function, item) for item in items]
        outcomes = await super().map(_watched, jobs, wall_s=wall_s, memory_mb=memory_mb)
        found: list[R | DeepdailyError] = []
        for outcome in outcomes:
            if isinstance(outcome, DeepdailyError):
                found.append(outcome)
                continue
            result, touched = outcome
            found.append(result)
            self.touched.connected += touched.connected
            self.touched.wrote += touched.wrote
        return found


_now: list[Touched] = []
"""Of the call that runs; empty between two."""


def _watched(job: tuple[Callable[[Any], Any], Any]) -> tuple[Any, Touched]:
    _hook()
    function, item = job
    touched = Touched()
    _now.append(touched)
    try:
        return function(item), touched
    except DeepdailyError as error:
        return error, touched
    finally:
        _now.clear()


@cache
def _hook() -> None:
    """Once a process: a hook cannot be taken away again."""
    sys.addaudithook(_noticed)


def _noticed(event: str, arguments: tuple[Any, ...]) -> None:
    if not _now:
        return
    if event == "socket.connect":
        _now[0].connected.append(":".join(map(str, arguments[1][:2])) if isinstance(arguments[1], tuple) else str(arguments[1]))
    elif event == "socket.getaddrinfo":
        _now[0].connected.append(str(arguments[0]))
    elif event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
        _now[0].wrote.append(str(arguments[0]))

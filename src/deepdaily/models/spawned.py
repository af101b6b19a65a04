"""One run of a program: no shell, bounded in time and bytes, its whole group ended with it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

MOST_STDOUT, MOST_STDERR = 4 << 20, 64 << 10
"""Bytes: more of stdout ends the run; of stderr the last ones are kept."""

END_S = 2.0
"""Between a kind word and the end."""

LINGER_S = 2.0
"""What a program has left behind may hold its output open so long."""


@dataclass(slots=True)
class Spawned:
    """A program that has ended."""

    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    """Its end."""
    status: int = 0
    """As the system gives it; negative for a signal."""
    late: bool = False
    """It was ended: its time was up."""
    endless: bool = False
    """It was ended: it said too much."""


async def spawned(
    arguments: Sequence[str], given: bytes, folder: str, environment: Mapping[str, str], wall_s: float, linger_s: float = LINGER_S
) -> Spawned:
    """What the program said that was given these bytes on stdin, in `folder`, with nothing else of the environment.

    Raises OSError: it cannot be started.
    """
    run = Spawned()
    transport, talk = await asyncio.get_running_loop().subprocess_exec(
        lambda: _Talk(run), *arguments, cwd=folder, env=dict(environment), start_new_session=True
    )
    try:
        _give(transport, given)
        async with asyncio.timeout(wall_s):
            await talk.settled.wait()
            if not run.endless:
                await _within(linger_s, talk.quiet)
    except TimeoutError:
        run.late = not talk.exited.is_set()
    finally:
        try:
            if not (talk.exited.is_set() and talk.quiet.is_set()):  # somebody of its group is there
                await _ended(transport.get_pid(), talk)
        finally:
            transport.close()
    run.status = transport.get_returncode() or 0
    return run


class _Talk(asyncio.SubprocessProtocol):
    """What it says, into `run`. `asyncio.Process.wait` of Python 3.11 waits for the pipes too, which a child may hold open."""

    def __init__(self, run: Spawned) -> None:
        self._run, self._open = run, {1, 2}
        self.settled, self.exited, self.quiet = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd != 1:
            self._run.stderr += data
            del self._run.stderr[:-MOST_STDERR]
        elif not self._run.endless:
            self._run.stdout += data
            if len(self._run.stdout) > MOST_STDOUT:
                self._run.endless = True
                self.settled.set()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """Stdin may break: one that answers without reading all of it."""
        self._open.discard(fd)
        if not self._open:
            self.quiet.set()

    def process_exited(self) -> None:
        self.exited.set()
        self.settled.set()


def _give(transport: asyncio.SubprocessTransport, given: bytes) -> None:
    stdin = transport.get_pipe_transport(0)
    assert isinstance(stdin, asyncio.WriteTransport)
    stdin.write(given)
    stdin.close()  # when all of it is written


async def _within(seconds: float, event: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def _ended(group: int, talk: _Talk) -> None:
    """End its whole group: asked to, and after END_S made to."""
    try:
        _signal(group, signal.SIGTERM)
        await _within(END_S, talk.exited)
    finally:
        _signal(group, signal.SIGKILL)
    await _within(END_S, talk.exited)


def _signal(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # all of it has ended; of another owner by now
        os.killpg(group, number)

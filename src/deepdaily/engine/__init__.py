"""Work in worker processes that can be killed: foreign bytes are parsed here and nowhere else.

A worker is a plain child process with one socket: nothing is forked from a program with threads, and nothing imports
the main module again. Limits keep a parser from taking the day down; they are no wall against code that took the worker
over.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from deepdaily.core.errors import DeepdailyError, WorkerFailed
from deepdaily.engine.worker import HEADER, Job, JobResult

T = TypeVar("T")
R = TypeVar("R")

START_S = 60.0
"""Wall limit for a worker to start and import what is preloaded: 2 to 5 s on a cold disk, tenfold if busy."""

MAX_REPLY_BYTES = 64 * 2**20
"""A text is never larger than the 10 MB it came from; more is a parser gone wild."""

BOOT = """\
import sys
count = int(sys.argv[1])
preload, sys.path[:] = sys.argv[2 : 2 + count], sys.argv[2 + count :]
from deepdaily.engine.worker import serve
serve(tuple(preload))
"""


class Engine:
    """A pool of workers, started when first needed. POSIX; memory is limited on Linux only.

    Args:
        workers: processes at once; None is one a processor, at most 4 (parsing is a small part of a day).
        preload: modules a worker imports before its first item, so that the wall limit is not spent on imports.
    """

    def __init__(self, workers: int | None = None, preload: Sequence[str] = ()) -> None:
        self._turn = asyncio.Semaphore(workers or min(4, os.cpu_count() or 1))
        self._preload = tuple(preload)
        self._idle: list[_Worker] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        while self._idle:
            self._idle.pop().kill()

    async def map(
        self, function: Callable[[T], R], items: Sequence[T], *, wall_s: float, memory_mb: int
    ) -> list[R | DeepdailyError]:
        """Call `function` with each item; outcomes in the order of items.

        Args:
            function: module-level, in a module that can be imported.
            wall_s: for one item, its worker's start not counted.
            memory_mb: by how much one item may let its worker grow.

        Returns:
            A result, the DeepdailyError that `function` raised, or WorkerFailed: too long, too much memory, any other
            exception, or a worker that died. One item's failure touches no other.
        """
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._one((function, item, wall_s, memory_mb))) for item in items]
        return [task.result() for task in tasks]

    async def _one(self, request: Job) -> Any:
        async with self._turn:
            try:
                worker = await self._worker()
            except WorkerFailed as error:
                return error
            keep = False
            outcome: Any
            try:
                outcome, retires = await worker.ask(request, request[2])
                keep = not retires
            except WorkerFailed as error:
                outcome = error
            finally:  # also when this task is cancelled: a busy worker is of no use to the next
                if keep:
                    self._idle.append(worker)
                else:
                    worker.kill()
            return outcome

    async def _worker(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive():
                return worker
            worker.kill()
        worker = _Worker(self._preload)
        try:
            await worker.reply(START_S)
        except BaseException:
            worker.kill()
            raise
        return worker


class _Worker:
    """One child process and our end of its socket."""

    def __init__(self, preload: tuple[str, ...]) -> None:
        self._channel, theirs = socket.socketpair()
        self._channel.setblocking(False)
        arguments = [sys.executable, "-c", BOOT, str(len(preload)), *preload, *sys.path]
        try:
            # In a session of its own: Ctrl-C at the terminal reaches the parent alone.
            handle = theirs.fileno()
            self._process = subprocess.Popen(arguments, stdin=handle, stdout=handle, start_new_session=True)
        except OSError as error:
            self._channel.close()
            raise WorkerFailed(f"no worker could be started: {error.strerror}") from error
        finally:
            theirs.close()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process whatever it does, and collect it. Again does no harm."""
        self._channel.close()
        self._process.kill()
        self._process.wait()

    async def ask(self, request: Job, wall_s: float) -> JobResult:
        """Send one request and wait for its reply.

        Raises:
            WorkerFailed: no reply within `wall_s`, or the worker died. It is of no further use.
        """
        payload = pickle.dumps(request)
        return await self.reply(wall_s, HEADER.pack(len(payload)) + payload)

    async def reply(self, wall_s: float, sending: bytes = b"") -> JobResult:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(wall_s):
                await loop.sock_sendall(self._channel, sending)
                (size_bytes,) = HEADER.unpack(await self._receive(HEADER.size))
                if size_bytes > MAX_REPLY_BYTES:
                    raise WorkerFailed(f"a result of {size_bytes} bytes; {MAX_REPLY_BYTES} are taken")
                payload = await self._receive(size_bytes)
        except TimeoutError:
            raise WorkerFailed(f"longer than {wall_s:g} s") from None
        except ConnectionError:
            raise WorkerFailed(self._death()) from None
        reply: JobResult = pickle.loads(payload)
        return reply

    async def _receive(self, size_bytes: int) -> bytearray:
        loop = asyncio.get_running_loop()
        received = bytearray(size_bytes)
        view = memoryview(received)
        while view:
            count = await loop.sock_recv_into(self._channel, view)
            if not count:
                raise ConnectionResetError
            view = view[count:]
        return received

    def _death(self) -> str:
        """How the process ended; called when its end of the socket is closed."""
        try:
            status = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "the worker closed its socket"
        if status < 0:
            return f"the worker died of {signal.Signals(-status).name}"
        return f"the worker ended with status {status}"

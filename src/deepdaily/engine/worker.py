"""The inside of a worker process: one item at a time, until the other end of the socket closes."""

from __future__ import annotations

import importlib
import logging
import math
import os
import pickle
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from deepdaily.core.errors import DeepdailyError, WorkerFailed

HEADER = struct.Struct(">Q")
"""Length in bytes of the pickle that follows, both ways."""

ROOMY_MB = 256
"""Resident memory above which a worker makes room for a fresh one after an item: parsers in C leak slowly, heaps fragment, and
a start costs more than a hundred pages. One that has read a thousand pages takes some 100."""

GRACE_S = 5
"""How long a worker outlives an item's wall limit when its parent is gone and cannot kill it."""

Job = tuple[Callable[[Any], Any], Any, float, int]
"""function, item, wall_s, memory_mb"""

JobResult = tuple[Any, bool]
"""The outcome (a result or a DeepdailyError), and whether this worker retires."""


def serve(preload: tuple[str, ...]) -> None:
    """Answer requests from the socket on descriptor 0, first with an empty reply that says "ready"."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to decide
    # What libraries complain of about foreign bytes helps nobody; what they fail at comes back as an outcome.
    logging.getLogger().addHandler(logging.NullHandler())
    channel = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # a library that prints must not reach the parent's stdout
    for module in preload:
        importlib.import_module(module)
    with channel, channel.makefile("rb") as requests:
        try:
            _send(channel, pickle.dumps((None, False)))
            _answer_all(channel, requests)
        except ConnectionError:  # the parent is gone
            return


def _answer_all(channel: socket.socket, requests: BinaryIO) -> None:
    while True:
        header = requests.read(HEADER.size)
        if len(header) < HEADER.size:
            return
        (size_bytes,) = HEADER.unpack(header)
        payload = requests.read(size_bytes)
        if len(payload) < size_bytes:
            return
        reply, retires = _answer(payload)
        _send(channel, reply)
        if retires:
            return


def _answer(payload: bytes) -> tuple[bytes, bool]:
    """The pickled reply to one request, and whether this worker retires after it."""
    try:
        function, item, wall_s, memory_mb = pickle.loads(payload)
        signal.alarm(math.ceil(wall_s) + GRACE_S)
        _limit_memory(memory_mb)
        try:
            result = function(item)
            retires = _resident_mb() > ROOMY_MB
            return pickle.dumps((result, retires)), retires
        finally:
            _limit_memory(None)
            signal.alarm(0)
    except DeepdailyError as error:
        failure, retires = error, False
    except MemoryError:  # what is left of this heap is not trusted with another item
        failure, retires = WorkerFailed("more memory than an item may take"), True
    except Exception as error:  # noqa: BLE001 - foreign bytes provoke anything; here it becomes a value
        failure, retires = WorkerFailed(f"{type(error).__name__}: {error}"[:500]), False
    return pickle.dumps((failure, retires)), retires


def _limit_memory(memory_mb: int | None) -> None:
    """Let the address space grow by `memory_mb` from what it is now; None lifts the limit. Linux only."""
    if not sys.platform.startswith("linux"):
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = hard if memory_mb is None else _pages(0) * resource.getpagesize() + memory_mb * 2**20
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _resident_mb() -> float:
    """What this process holds now; off Linux the most it ever held."""
    if sys.platform.startswith("linux"):
        return _pages(1) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _pages(field: int) -> int:
    """A figure of /proc/self/statm: 0 is the address space, 1 what is resident."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[field])


def _send(channel: socket.socket, reply: bytes) -> None:
    channel.sendall(HEADER.pack(len(reply)) + reply)

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

RECYCLE_AFTER = 200
"""Items, after which a worker makes room for a fresh one: parsers in C leak slowly, and heaps fragment."""

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
    for served in range(1, RECYCLE_AFTER + 1):
        header = requests.read(HEADER.size)
        if len(header) < HEADER.size:
            return
        (size_bytes,) = HEADER.unpack(header)
        payload = requests.read(size_bytes)
        if len(payload) < size_bytes:
            return
        reply, retires = _answer(payload, last=served == RECYCLE_AFTER)
        _send(channel, reply)
        if retires:
            return


def _answer(payload: bytes, last: bool) -> tuple[bytes, bool]:
    """The pickled reply to one request, and whether this worker retires after it."""
    try:
        function, item, wall_s, memory_mb = pickle.loads(payload)
        signal.alarm(math.ceil(wall_s) + GRACE_S)
        _limit_memory(memory_mb)
        try:
            return pickle.dumps((function(item), last)), last
        finally:
            _limit_memory(None)
            signal.alarm(0)
    except DeepdailyError as error:
        failure, retires = error, last
    except MemoryError:  # what is left of this heap is not trusted with another item
        failure, retires = WorkerFailed("more memory than an item may take"), True
    except Exception as error:  # noqa: BLE001 - foreign bytes provoke anything; here it becomes a value
        failure, retires = WorkerFailed(f"{type(error).__name__}: {error}"[:500]), last
    return pickle.dumps((failure, retires)), retires


def _limit_memory(memory_mb: int | None) -> None:
    """Let the address space grow by `memory_mb` from what it is now; None lifts the limit. Linux only."""
    if not sys.platform.startswith("linux"):
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = hard
    if memory_mb is not None:
        with open("/proc/self/statm", encoding="ascii") as statm:
            limit = int(statm.read().split()[0]) * resource.getpagesize() + memory_mb * 2**20
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _send(channel: socket.socket, reply: bytes) -> None:
    channel.sendall(HEADER.pack(len(reply)) + reply)

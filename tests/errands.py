"""Functions for worker processes to run: a worker imports them by name, so they live outside the test module."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from deepdaily.core.errors import NoText


def double(number: int) -> int:
    return 2 * number


def pid(_item: object) -> int:
    return os.getpid()


def moody(mood: str) -> str:
    """What hostile bytes do to a parser."""
    if mood == "spin":
        while True:
            pass
    if mood == "hoard":
        return str(len(bytearray(2**30)))
    if mood == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if mood == "exit":
        sys.exit(3)
    if mood == "no text":
        raise NoText("nothing to read", "look elsewhere")
    if mood == "bug":
        raise ValueError("odd bytes")
    if mood == "lambda":
        return lambda: None  # type: ignore[return-value]  # cannot be sent back
    if mood == "huge":
        return "x" * (65 * 2**20)
    return mood


def hoard(size_mb: int) -> int:
    return len(bytearray(size_mb * 2**20))


def chatter(line: str) -> str:
    print(line)  # noqa: T201
    return sys.stdin.read()


def interrupt(line: str) -> str:
    os.kill(os.getpid(), signal.SIGINT)
    return line


_KEPT: list[bytearray] = []


def keep(megabytes: int) -> int:
    """A parser that gives nothing back."""
    _KEPT.append(bytearray(b"x" * (megabytes * 2**20)))
    return megabytes


def misled(path: str) -> None:
    """What no parser of ours does."""
    import socket
    from contextlib import suppress

    Path(path).write_text("x")
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", 9), timeout=1)

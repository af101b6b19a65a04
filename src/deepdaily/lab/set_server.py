"""The set's own server of hostile answers, as a process on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deepdaily.lab.raw_http import request
from deepdaily.lab.rows import Row

LOG = "/__log"


@dataclass(frozen=True, slots=True)
class SetServer:
    port: int
    pid: int

    async def log(self) -> list[Row]:
        """The requests so far, each with `path` and `head`."""
        answer = await request(self.port, "GET", LOG)
        return [json.loads(line) for line in answer.text.splitlines() if line.strip()]


@contextmanager
def set_server(folder: Path) -> Iterator[SetServer]:
    """`server.py` of the set, ended behind the body of the `with`.

    Raises:
        ValueError: it does not say where it listens.
    """
    command = [sys.executable, str(folder / "server.py"), "--cases", str(folder / "cases.jsonl"), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        told = json.loads(process.stdout.readline() if process.stdout else "")
        yield SetServer(int(told["port"]), process.pid)
    finally:
        process.kill()
        process.communicate()

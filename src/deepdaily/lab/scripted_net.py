"""A network that leads nowhere: names by a script, public addresses to a page on this machine, and all of it noted."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult

from deepdaily.read.web_wire import Surroundings

Steps = Sequence[str | Sequence[str]] | Literal["hang"]
"""Answers for one name, one a question, the last for ever: addresses, or a word for none. `hang`: never any."""

PAGE = b"<!doctype html><title>A public page</title><p>" + b"It stands for whatever a public address would answer. " * 4


@dataclass(slots=True)
class ScriptedNet:
    """What was asked and where it was connected to, while the script is played."""

    names: Mapping[str, Steps] = field(default_factory=dict)
    """Any other name does not exist."""
    stand_in: int = 0
    """Port that public addresses lead to."""
    asked: list[str] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)

    def network(self) -> Surroundings:
        """For the wire; no proxy is in the way."""
        return Surroundings(lambda: _Names(self), self._socket_for, dict)

    def _socket_for(self, address: AddrInfoType) -> socket.socket:
        where = address[4]
        self.connected.append(f"{where[0]}:{where[1]}")
        return _Led(self.stand_in)


class _Names(AbstractResolver):
    def __init__(self, net: ScriptedNet) -> None:
        self._net = net

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        steps = self._net.names.get(host, ("NXDOMAIN",))
        before = self._net.asked.count(host)
        self._net.asked.append(host)
        if steps == "hang":
            await asyncio.Event().wait()
        step = steps[min(before, len(steps) - 1)]
        if isinstance(step, str):
            raise OSError(socket.EAI_NONAME, step)
        return [_found(host, port, address) for address in step]

    async def close(self) -> None:
        pass


def _found(host: str, port: int, address: str) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)


class _Led(socket.socket):
    """Connects to the stand-in whatever it is told."""

    def __init__(self, port: int) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self._port = port

    def connect(self, address: Any) -> None:
        super().connect(("127.0.0.1", self._port))


@asynccontextmanager
async def public_page() -> AsyncIterator[int]:
    """The port of a server that answers every request with `PAGE`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + PAGE)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(_quietly(answer), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


def _quietly(answer: Answering) -> Answering:
    """A client that goes away is none of the server's business."""

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    return answered

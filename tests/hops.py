"""Proxies on loopback that count who came through them: an HTTP one for tests of `http_proxy`, and a small SOCKS5 server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address


@dataclass
class Hop:
    """Where it listens, and for whom it was asked: `host:port`, a name where it was asked to look it up itself."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)


@asynccontextmanager
async def socks5(to_port: int, *, password: str = "") -> AsyncIterator[Hop]:
    """A SOCKS5 server (RFC 1928, 1929) that leads everybody to one port of this machine."""
    hop = Hop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            _, count = await reader.readexactly(2)
            await reader.readexactly(count)
            writer.write(bytes((5, 2 if password else 0)))
            if password:
                _, size = await reader.readexactly(2)
                name = (await reader.readexactly(size)).decode()
                given = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
                hop.logins.append(name)
                writer.write(bytes((1, given != password)))
            await _lead(hop, reader, writer, to_port)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    hop.port = server.sockets[0].getsockname()[1]
    async with server:
        yield hop


async def _lead(hop: Hop, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to_port: int) -> None:
    _, _, _, kind = await reader.readexactly(4)
    if kind == 3:
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
    else:
        host = str(ip_address(await reader.readexactly(4 if kind == 1 else 16)))
    hop.asked.append(f"{host}:{int.from_bytes(await reader.readexactly(2), 'big')}")
    there, onward = await asyncio.open_connection("127.0.0.1", to_port)
    writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
    with suppress(ConnectionError):
        await asyncio.gather(_pumped(reader, onward), _pumped(there, writer))


async def _pumped(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while piece := await source.read(65536):
        sink.write(piece)
        await sink.drain()
    with suppress(OSError):
        sink.write_eof()

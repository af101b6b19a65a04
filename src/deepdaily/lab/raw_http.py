"""One HTTP request as it is written: no path is tidied, no header added but those a server must have."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

MOST_BYTES = 4 << 20
"""Of an answer; what follows is not read."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """Status 0: the server closed without a word. Header names are in small letters; of repeated ones the last."""

    status: int
    headers: Mapping[str, str]
    text: str


async def request(
    port: int, method: str, path: str, headers: Mapping[str, str] = {}, body: Iterable[bytes] = (), size_bytes: int = 0
) -> RawAnswer:
    """The answer of the server on this machine's `port`; a server need not read the whole body."""
    own = {"Host": f"127.0.0.1:{port}", "Connection": "close", **({"Content-Length": str(size_bytes)} if size_bytes else {})}
    named = {name.lower() for name in headers}
    sent = {name: value for name, value in own.items() if name.lower() not in named} | dict(headers)
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        answering = asyncio.ensure_future(_all_of(reader))
        with suppress(ConnectionError):  # it has answered already
            writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("utf-8", "surrogateescape"))
            for piece in body:
                writer.write(piece)
                await writer.drain()
        return _answer_of(await answering)
    finally:
        writer.close()


async def _all_of(reader: asyncio.StreamReader) -> bytes:
    found = b""
    with suppress(ConnectionError):
        while len(found) < MOST_BYTES and (piece := await reader.read(1 << 16)):
            found += piece
    return found


def _answer_of(raw: bytes) -> RawAnswer:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    return RawAnswer(status, headers, body.decode("utf-8", "replace"))

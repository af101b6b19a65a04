"""One HTTP answer as browsers read it, for servers that break the rules: one connection, one answer, and closed.

What makes a strict reader wise, that one answer could be taken for two, cannot happen where nothing else is on the connection.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from socket import SOCK_STREAM, socket
from typing import Any

from yarl import URL

from deepdaily.core.errors import BodyRefused, Unreachable
from deepdaily.read import guard

MAX_HEAD_BYTES = 256 * 1024
"""What Chrome takes for the lines before a body, cookies and all."""

MAX_LINE_BYTES = 64 * 1024
"""Of one line: no address is longer, and no chunk's size."""

MAX_INTERIM = 5
"""Answers like "103 Early Hints" that may come before the one."""

MOST_ADDRESSES = 4

NO_HTTP = "its answer breaks the rules of HTTP more than browsers forgive: only its owner can mend that"

_STATUS = re.compile(r"\s*(?:HTTP/\d{1,2}(?:\.\d{1,2})?|ICY)[ \t]+0{0,2}(\d{3})(?!\d)", re.IGNORECASE)
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,200}")
_SIZE = re.compile(rb"[ \t]*([0-9a-f]{1,12})[ \t]*(?:;.*)?\r?\n?", re.IGNORECASE | re.DOTALL)
_CLOSED = re.compile(rb"</(?:html|rss|feed|rdf:rdf)\s*>\s*(?:<!--[^<>]*-->\s*){0,3}\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BareAnswer:
    status: int
    headers: tuple[tuple[str, str], ...]
    """As sent, lines that are no header left out; bytes that are no UTF-8 are half letters (PEP 383)."""
    body: bytes
    """Still coded."""


async def ask(
    url: str, headers: Mapping[str, str], cap_bytes: int, certificates: ssl.SSLContext, open_socket: Callable[[Any], socket]
) -> BareAnswer:
    """The answer to a GET of `url`; the caller sets the time.

    Args:
        open_socket: the socket for a resolved address, or AddressRefused.

    Raises:
        AddressRefused, OSError: as connecting does.
        Unreachable: no HTTP, or an answer that was cut off.
        BodyRefused: larger than `cap_bytes`.
    """
    target = URL(url)
    reader, writer = await _connect(target, certificates, open_socket)
    try:
        lines = [f"GET {target.raw_path_qs} HTTP/1.1", f"Host: {target.host_port_subcomponent}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if any(re.search(r"[\r\n\0]", line) for line in lines):
            raise ValueError("a line break in a header")
        writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        return await _answer(_Stream(reader, url, cap_bytes))
    finally:
        writer.transport.abort()  # nothing more is wanted of it, nor a farewell


async def _connect(
    target: URL, certificates: ssl.SSLContext, open_socket: Callable[[Any], socket]
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """To the first address that takes the connection."""
    loop, host = asyncio.get_running_loop(), target.raw_host or ""
    failed: OSError = OSError("no address")
    for address in (await loop.getaddrinfo(host, target.port or 80, type=SOCK_STREAM))[:MOST_ADDRESSES]:
        line = open_socket(address)
        line.setblocking(False)
        try:
            await loop.sock_connect(line, address[4])
            tls, name = (certificates, host) if target.scheme == "https" else (None, None)
            return await asyncio.open_connection(sock=line, limit=MAX_LINE_BYTES, ssl=tls, server_hostname=name)
        except BaseException as error:
            line.close()
            if not isinstance(error, OSError):
                raise
            failed = error
    raise failed


class _Stream:
    """What comes, within its bound."""

    def __init__(self, reader: asyncio.StreamReader, url: str, cap_bytes: int) -> None:
        self._reader, self.url, self.cap_bytes = reader, guard.shown(url), cap_bytes

    async def line(self) -> bytes:
        """Up to a line feed or the end; empty at the end."""
        try:
            return await self._reader.readline()
        except ValueError:  # longer than the reader's limit
            raise Unreachable(f"{self.url}: a line of its answer does not end", NO_HTTP) from None

    async def add(self, body: bytearray, size: int | None = None) -> None:
        """Add `size` bytes to `body`, or all there are; fewer where the answer ends before."""
        wanted = len(body) + size if size is not None else None
        if wanted is not None and wanted > self.cap_bytes:
            raise BodyRefused(f"{self.url}: announces {wanted} bytes", guard.TOO_LARGE)
        while wanted is None or len(body) < wanted:
            part = await self._part(65536 if wanted is None else min(65536, wanted - len(body)))
            if not part:
                return
            body += part
            if len(body) > self.cap_bytes:
                raise BodyRefused(f"{self.url}: body larger than {self.cap_bytes} bytes", guard.TOO_LARGE)

    async def _part(self, most: int) -> bytes:
        try:
            return await self._reader.read(most)
        except ConnectionError as error:  # nobody knows what had not come by then
            raise Unreachable(f"{self.url}: its answer was broken off", guard.TRY_LATER) from error


async def _answer(stream: _Stream) -> BareAnswer:
    for _ in range(MAX_INTERIM):
        status, headers = await _head(stream)
        if status >= 200:
            break
    else:
        raise Unreachable(f"{stream.url}: no answer after {MAX_INTERIM} that announce one", NO_HTTP)
    if status in (204, 304):
        return BareAnswer(status, headers, b"")
    body = await _body(stream, headers)
    return BareAnswer(status, headers, body)


async def _head(stream: _Stream) -> tuple[int, tuple[tuple[str, str], ...]]:
    lines: list[str] = []
    left = MAX_HEAD_BYTES
    while (line := await stream.line()) and (line.strip() or not lines):
        left -= len(line)
        if left < 0:
            raise Unreachable(f"{stream.url}: the head of its answer does not end", NO_HTTP)
        text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
        if text[:1] in (" ", "\t") and len(lines) > 1:
            lines[-1] += " " + text.strip()
        elif text.strip():
            lines.append(text)
    status = _STATUS.match("".join(lines[:1]))
    if not status:
        raise Unreachable(f"{stream.url}: no HTTP", NO_HTTP)
    split = (line.partition(":") for line in lines[1:])
    named = ((name.strip(), value.strip()) for name, colon, value in split if colon)
    return int(status[1]), tuple(
        (name, value) for name, value in named if _NAME.fullmatch(name) and not re.search(r"[\r\0]", value)
    )


async def _body(stream: _Stream, headers: tuple[tuple[str, str], ...]) -> bytes:
    """The body, framed as the headers say as far as that can be; whole, or Unreachable."""
    coding = ",".join(value for name, value in headers if name.lower() == "content-encoding")
    framing = ",".join(value for name, value in headers if name.lower() == "transfer-encoding")
    body = bytearray()
    if framing.lower().rpartition(",")[2].strip() == "chunked":
        is_whole = await _add_chunks(stream, body)
    elif (length := _length(headers)) is not None:
        await stream.add(body, length)
        is_whole = len(body) == length
        if is_whole and body.lstrip()[:1] == b"<" and not _is_ended(body, coding, stream.cap_bytes):
            await stream.add(body)  # announced too short: what comes on this connection can be nothing else
    else:
        await stream.add(body)
        is_whole = True
    if not is_whole and not _is_ended(body, coding, stream.cap_bytes):
        raise Unreachable(f"{stream.url}: its answer was cut off", guard.TRY_LATER)
    return bytes(body)


def _length(headers: tuple[tuple[str, str], ...]) -> int | None:
    """The length announced; None where there is none. Raises Unreachable: two that differ, for nobody knows which is meant."""
    told = {one.strip() for name, value in headers if name.lower() == "content-length" for one in value.split(",")}
    if len(told) > 1:
        raise Unreachable("two lengths are announced, by one of which it was cut off", NO_HTTP)
    length = told.pop() if told else ""
    return int(length) if re.fullmatch(r"\+?[0-9]{1,18}", length) else None


async def _add_chunks(stream: _Stream, body: bytearray) -> bool:
    """Whether the last chunk came."""
    while line := await stream.line():
        size = _SIZE.fullmatch(line)
        if size and not int(size[1], 16):
            return True
        if size:
            wanted = len(body) + int(size[1], 16)
            await stream.add(body, int(size[1], 16))
            if len(body) < wanted:
                return False
            await stream.line()
        else:
            return False
    return False


def _is_ended(body: bytearray, coding: str, cap_bytes: int) -> bool:
    """Whether the body itself says that nothing is missing: a packed one that is whole, or the end of its markup or JSON."""
    try:
        text = guard.decode_body(bytes(body), coding, cap_bytes)
    except BodyRefused:
        return False
    if text != body or _CLOSED.search(text[-2000:]):
        return True
    stripped = text.strip()
    return (stripped[:1], stripped[-1:]) in ((b"{", b"}"), (b"[", b"]"))  # a cut one is no JSON: its reader says so

"""One question to an MCP server, over stdio or streamable HTTP: bounded in bytes and seconds, and nothing of it is left behind.

Imported when a server is asked: with it comes the SDK.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import os
import re
import signal
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2
from mcp.client import Client
from mcp.client._transport import TransportStreams
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp.shared.message import SessionMessage
from mcp_types import (
    CONNECTION_CLOSED,
    BlobResourceContents,
    CallToolResult,
    EmbeddedResource,
    ResourceLink,
    TextContent,
    TextResourceContents,
)
from mcp_types import jsonrpc_message_adapter as messages

from deepdaily.core.errors import BadStatus, DeepdailyError, FetchError, RateLimited, SourceError, Unreachable
from deepdaily.core.text import squeeze
from deepdaily.read import guard
from deepdaily.read.web_wire import PostWire, WebWire
from deepdaily.sources.mcp_answers import McpPiece, McpQuestion

MOST_BYTES = 5 * 2**20
"""Of one line over stdio, of one answer over HTTP; four times as much of all that a server says."""

MOST_PIECES = 100
"""Of an answer."""

END_S = 1.0
"""For a program to end by itself when nobody talks to it any more, and again when it is asked to."""

MOST_STDERR = 4_000

MOST_ODD = 100
"""Lines of a program that are no messages: some write into their answers what belongs on stderr."""

_GIVEN = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "SSL_CERT_FILE", "TMPDIR")
_TOO_FAST = re.compile(r"\b429\b|rate.?limit|too many requests|quota", re.IGNORECASE)
_NOT_ALLOWED = re.compile(r"\b40[13]\b|unauthori[sz]ed|forbidden|api.?key|not logged in|token", re.IGNORECASE)


async def asked(question: McpQuestion, wall_s: float) -> list[McpPiece]:
    """What the server answers, piece by piece, as text.

    Raises:
        RateLimited, SourceError, FetchError.
    """
    heard = _Heard()
    trouble: list[BaseException] = []
    try:
        with anyio.fail_after(wall_s):
            async with _server(question, heard) as server, Client(server, cache=None) as client:
                return await _answer(client, question)
    except* TimeoutError:
        trouble.append(Unreachable(f"no answer within {wall_s:g} s", "is the server well? Ask it by hand"))
    except* DeepdailyError as group:
        trouble += _flat(group)
    except* (MCPError, OSError, ValueError, RuntimeError, httpx2.HTTPError, anyio.ClosedResourceError) as group:
        trouble += _flat(group)
    raise _fault(question, heard, trouble[0])


async def _answer(client: Client, question: McpQuestion) -> list[McpPiece]:
    if question.resource:
        read = await client.read_resource(question.resource)
        return [piece for one in read.contents[:MOST_PIECES] if (piece := _of_resource(one))]
    result = await client.call_tool(question.tool, dict(question.arguments))
    if result.is_error:
        raise _refused(question, " ".join(one.text for one in result.content if isinstance(one, TextContent)), await _tools(client))
    return _of_tool(result)


async def _tools(client: Client) -> list[str]:
    return [tool.name for tool in (await client.list_tools()).tools]


def _of_resource(content: TextResourceContents | BlobResourceContents) -> McpPiece | None:
    kind = content.mime_type or ""
    if isinstance(content, TextResourceContents):
        return McpPiece(content.text, kind)
    with suppress(binascii.Error, ValueError):
        return McpPiece(base64.b64decode(content.blob, validate=True).decode("utf-8", "replace"), kind)
    return None


def _of_tool(result: CallToolResult) -> list[McpPiece]:
    """What is structured before its twin in text; links as one piece."""
    structured = result.structured_content
    as_text = isinstance(structured, dict) and structured.keys() == {"result"} and isinstance(structured["result"], str)
    if structured and not as_text:
        return [McpPiece(json.dumps(structured, ensure_ascii=False), "application/json")]
    pieces = list[McpPiece]()
    links = list[dict[str, str]]()
    for one in result.content[:MOST_PIECES]:
        if isinstance(one, TextContent):
            pieces.append(McpPiece(one.text, ""))
        elif isinstance(one, EmbeddedResource) and (piece := _of_resource(one.resource)):
            pieces.append(piece)
        elif isinstance(one, ResourceLink):
            links.append({"url": str(one.uri), "title": one.title or one.name, "summary": one.description or ""})
    return [*pieces, *([McpPiece(json.dumps(links, ensure_ascii=False), "application/json")] if links else [])]


# -- the two ways to a server -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Heard:
    """What is known of a server beside its answer."""

    words: bytearray = field(default_factory=bytearray)
    """The end of what a program says on stderr."""
    refused: BadStatus | None = None
    """The last answer over HTTP that was none."""
    failed: FetchError | None = None
    endless: bool = False
    odd: str = ""
    """The first line of a program that is no message."""


@asynccontextmanager
async def _server(question: McpQuestion, heard: _Heard) -> AsyncGenerator[Any]:
    """What a client can be made of."""
    if question.command:
        yield _spoken(question.command, {name: os.environ[name] for name in (*_GIVEN, *question.seen) if name in os.environ}, heard)
        return
    guard.check_url(question.url, question.allow_private)
    async with WebWire(question.allow_private) as wire:
        client = httpx2.AsyncClient(transport=_ByWire(wire, heard), headers=dict(question.headers), timeout=None)
        async with client:
            yield streamable_http_client(question.url, http_client=client)


class _ByWire(httpx2.AsyncBaseTransport):
    """Questions of the SDK by our own wire: checked addresses, proxies, bounded bodies.

    An answer is whole before it is handed on. The stream that a server may keep open beside is not asked for.
    """

    def __init__(self, wire: PostWire, heard: _Heard) -> None:
        self._wire, self._heard = wire, heard

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method != "POST":
            return httpx2.Response(405, request=request)
        body = await request.aread()
        dropped = ("host", "content-length", "connection", "accept-encoding")
        headers = {name: value for name, value in request.headers.items() if name.lower() not in dropped}
        try:
            answer = await self._wire.post(str(request.url), headers | {"Accept-Encoding": "identity"}, body, cap_bytes=MOST_BYTES)
        except FetchError as error:
            self._heard.failed = error
            raise httpx2.ConnectError(str(error), request=request) from error
        if answer.status >= 300:
            self._heard.refused = _bad_status(str(request.url), answer.status, answer.headers)
        return httpx2.Response(answer.status, headers=dict(answer.headers), content=answer.body, request=request)


def _bad_status(url: str, status: int, headers: Mapping[str, str]) -> BadStatus:
    place = guard.shown(url)
    if 300 <= status < 400:
        return BadStatus(f"{place} has moved to {guard.shown(headers.get('location', '?'))}", "write its new `url`", status=status)
    how = {401: "it wants a key: name its header in headers_env", 403: "check the key in headers_env", 404: "check its `url`"}
    told = "it was asked too often: later is better" if status == 429 else how.get(status, "is it well?")
    given = headers.get("retry-after", "")
    wait_s = float(given) if re.fullmatch(r"\d{1,9}", given) else None
    return BadStatus(f"{place}: HTTP {status}", told, status=status, retry_after_s=wait_s, headers=headers)


@asynccontextmanager
async def _spoken(command: Sequence[str], environment: Mapping[str, str], heard: _Heard) -> AsyncGenerator[TransportStreams]:
    """The streams to a program of its own group, which has ended with all it started when this is left.

    The SDK's own transport keeps a line without end in memory, and gives a program six seconds to end.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=dict(environment),
        limit=MOST_BYTES,
        start_new_session=True,
    )
    overheard = asyncio.ensure_future(_overhear(process, heard))
    to_us, ours = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    theirs, to_them = anyio.create_memory_object_stream[SessionMessage](0)
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_listen, process, to_us, heard)
            group.start_soon(_talk, process, to_them)
            try:
                yield ours, theirs
            finally:
                group.cancel_scope.cancel()
    finally:
        for stream in (to_us, ours, theirs, to_them):
            stream.close()
        with anyio.CancelScope(shield=True):
            await _end(process)
            await _settled(overheard)
            process._transport.close()  # type: ignore[attr-defined]  # else its pipes stay open till they are collected


async def _listen(process: asyncio.subprocess.Process, to_us: Any, heard: _Heard) -> None:
    assert process.stdout is not None
    left, odd = 4 * MOST_BYTES, 0
    async with to_us:
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            while left > 0 and odd < MOST_ODD:
                try:
                    line = await process.stdout.readline()
                except ValueError:  # longer than a line may be
                    break
                if not line:
                    return
                left -= len(line)
                try:
                    message: SessionMessage | Exception = SessionMessage(messages.validate_json(line, by_name=False))
                except ValueError as error:
                    message, odd = error, odd + 1
                    heard.odd = heard.odd or line[:400].decode("utf-8", "replace")
                await to_us.send(message)
            heard.endless = odd < MOST_ODD


async def _overhear(process: asyncio.subprocess.Process, heard: _Heard) -> None:
    assert process.stderr is not None
    while said := await process.stderr.read(65536):
        heard.words += said
        del heard.words[:-MOST_STDERR]


async def _talk(process: asyncio.subprocess.Process, to_them: Any) -> None:
    assert process.stdin is not None
    async with to_them:
        with suppress(ConnectionError):
            async for said in to_them:
                process.stdin.write(said.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")
                await process.stdin.drain()


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a program: its input ends, it is asked to, it is made to; so is what it has left behind."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        if not await _has_ended(process):
            _signal(process.pid, signal.SIGTERM)
            await _has_ended(process)
    finally:
        _signal(process.pid, signal.SIGKILL)
        await _has_ended(process)


async def _has_ended(process: asyncio.subprocess.Process) -> bool:
    """Whether it ends within END_S. Not by `wait`, which waits for the pipes too, and a child may hold them open."""
    for _ in range(20):
        if process.returncode is not None:
            return True
        await asyncio.sleep(END_S / 20)
    return process.returncode is not None


async def _settled(overheard: asyncio.Future[None]) -> None:
    """Hear out what the program said last, as far as that is there."""
    await asyncio.wait([overheard], timeout=END_S)
    overheard.cancel()
    with suppress(asyncio.CancelledError):
        await overheard


def _signal(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # all of it has ended
        os.killpg(group, number)


# -- what went wrong --------------------------------------------------------------------------------------------------------


def _flat(group: BaseExceptionGroup[Any]) -> Iterator[BaseException]:
    for one in group.exceptions:
        if isinstance(one, BaseExceptionGroup):
            yield from _flat(one)
        else:
            yield one


def _fault(question: McpQuestion, heard: _Heard, error: BaseException) -> SourceError | FetchError:
    if heard.failed is not None:
        return heard.failed
    if heard.refused is not None and isinstance(error, MCPError):
        return heard.refused
    if isinstance(error, SourceError | FetchError):
        return error
    program = question.command[0] if question.command else ""
    if heard.endless:
        return SourceError(f"it says more than {MOST_BYTES >> 20} MB", "ask it for less in `arguments`")
    if isinstance(error, OSError) and program:
        return SourceError(
            f"{program} cannot be started: {error.strerror or error}", "is it installed? Write its whole path in `command`"
        )
    words = _shown(heard.words.decode("utf-8", "replace"))
    if heard.odd and not words:
        return SourceError(
            f"{program} does not speak MCP; it says: {_shown(heard.odd)[:100]!r}", "is that the command of its server?"
        )
    if program and not words and isinstance(error, MCPError) and error.code == CONNECTION_CLOSED:
        return SourceError(f"{program} ended without a word", "is that the command of its server?")
    if program and words and not (isinstance(error, MCPError) and error.code != CONNECTION_CLOSED):
        return _refused(question, f"it ended, and said last: {words[-200:]}")
    return _refused(question, str(error))


def _refused(question: McpQuestion, words: str, tools: Sequence[str] = ()) -> SourceError:
    """What a server's own words mean."""
    said = _shown(words, question)[:200] or "it does not say why"
    if tools and question.tool not in tools:
        return SourceError(f"it has no tool {question.tool}", f"take one of: {', '.join(tools)[:200]}")
    if _TOO_FAST.search(words):
        return RateLimited(f"the server asks for a pause: {said}", "it is asked again at a later run")
    if _NOT_ALLOWED.search(words):
        return SourceError(
            f"the server refuses: {said}", "name the variable of its key in `environment`, or its header in headers_env"
        )
    return SourceError(f"the server says: {said}", f"check {'`resource`' if question.resource else '`tool` and `arguments`'}")


def _shown(words: str, question: McpQuestion | None = None) -> str:
    """Words of a server on one line, without the keys that it was given."""
    keys = [*question.headers.values(), *(os.environ.get(name, "") for name in question.seen)] if question else []
    for value in keys:
        words = words.replace(value, "***") if len(value) >= 8 else words
    return squeeze("".join(char if char.isprintable() else " " for char in words))

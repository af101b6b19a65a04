"""A model server on loopback that answers, or fails in one of the ways that model servers do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

GOOD = '{"title": "Quillserve 2.4", "cites": [1, 2]}'

Answer = bytes | None
"""A whole HTTP answer; None hangs."""

Script = Callable[[str, dict[str, Any]], Answer | AsyncIterator[bytes]]
"""What is answered to a head and a body; an iterator gives the answer piece by piece."""


async def answer_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, script: Script) -> None:
    """Read one request and answer it; a client that leaves first is left alone."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next((int(line[15:]) for line in head.splitlines() if line.lower().startswith("content-length:")), 0)
        answer = script(head, json.loads(await reader.readexactly(length) or b"{}"))
        if answer is None:
            await reader.read()  # until the client gives up
        else:
            async for piece in _whole(answer) if isinstance(answer, bytes) else answer:
                writer.write(piece)
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _whole(answer: bytes) -> AsyncIterator[bytes]:
    yield answer


@dataclass
class FaultServer:
    """Answers each request with the next of `answers`, the last one for ever; remembers what it was asked."""

    answers: Sequence[Answer]
    asked: list[dict[str, Any]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_one(reader, writer, self._next)

    def _next(self, head: str, body: dict[str, Any]) -> Answer:
        self.heads.append(head)
        self.asked.append(body)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncIterator[FaultServer]:
    made = FaultServer(answers)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


@dataclass
class RoutedServer:
    """Answers by path, 404 where it has none; remembers which it was asked for."""

    routes: Mapping[str, Answer]
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_one(reader, writer, self._of)

    def _of(self, head: str, body: dict[str, Any]) -> Answer:
        path = head.split(" ", 2)[1]
        self.asked.append(path)
        self.heads.append(head)
        return self.routes.get(path, error(404))


@asynccontextmanager
async def routing(routes: Mapping[str, Answer]) -> AsyncIterator[RoutedServer]:
    made = RoutedServer(routes)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


def http(status: int, body: str | bytes, media_type: str = "application/json", *headers: str) -> bytes:
    raw = body if isinstance(body, bytes) else body.encode()
    lines = [f"HTTP/1.1 {status} Said", f"Content-Type: {media_type}", "Connection: close", *headers]
    return "\r\n".join([*lines, f"Content-Length: {len(raw)}", "", ""]).encode() + raw


def chunk(content: str | None = None, finish: str | None = None, **more: Any) -> str:
    delta = {} if content is None else {"role": "assistant", "content": content}
    whole = {
        "id": "c1", "object": "chat.completion.chunk", "created": 1770000000, "model": "quill-7b",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }  # fmt: skip
    return "data: " + json.dumps(whole | more) + "\n\n"


USAGE = {"prompt_tokens": 90, "completion_tokens": 12, "total_tokens": 102, "prompt_tokens_details": {"cached_tokens": 64}}
DONE = "data: [DONE]\n\n"


def streamed(text: str = GOOD, finish: str | None = "stop", usage: object = USAGE, model: str = "quill-7b") -> bytes:
    """A whole streamed reply in two chunks."""
    half = len(text) // 2
    parts = [chunk(text[:half], model=model), chunk(text[half:], model=model), chunk(finish=finish, model=model)]
    if usage is not None:
        parts.append(chunk(choices=[], usage=usage, model=model))
    return http(200, "".join([*parts, DONE]), "text/event-stream")


def plain(text: str = GOOD, **more: Any) -> bytes:
    """A whole reply that is not streamed."""
    message = {"role": "assistant", "content": text}
    whole = {
        "id": "c1", "object": "chat.completion", "created": 1770000000, "model": "quill-7b", "usage": USAGE,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    }  # fmt: skip
    return http(200, json.dumps(whole | more))


def error(status: int, message: str = "no", *headers: str, **more: Any) -> bytes:
    """A refusal in OpenAI's form; `more` stands beside the message."""
    return http(status, json.dumps({"error": {"message": message} | more}, ensure_ascii=False), "application/json", *headers)


FAULTS: dict[str, Answer] = {
    "429 for ever": error(429),
    "Retry-After 3600": error(429, "slow down", "Retry-After: 3600"),
    "Retry-After 1": error(429, "slow down", "Retry-After: 1"),
    "529": error(529),
    "500": error(500),
    "401": error(401, "bad key sekrit-key-123"),
    "404": error(404, "no model quill-7b for sekrit-key-123"),
    "quota": http(429, json.dumps({"error": {"message": "pay", "code": "insufficient_quota", "type": "insufficient_quota"}})),
    "302": http(302, "", "text/plain", "Location: http://elsewhere.example/v1"),
    "HTML with 200": http(200, "<html><body>Log in</body></html>", "text/html"),
    "nothing": http(200, "", "text/event-stream"),
    "empty choices": http(200, chunk(choices=[]) + DONE, "text/event-stream"),
    "truncation": streamed('{"title": "Quill', "length"),
    "content filter": streamed("", "content_filter"),
    "empty text": streamed(""),
    "wrong schema": streamed('{"headline": "Quillserve"}'),
    "no JSON": streamed("I am sorry, but as a model"),
    "a cut stream": http(200, chunk('{"title": "Quill'), "text/event-stream"),
    "a cut stream that reads whole": http(200, chunk(GOOD), "text/event-stream"),
    "a cut body": http(200, chunk(GOOD), "text/event-stream").replace(b"Content-Length: ", b"Content-Length: 9"),
    "an error in the stream": http(200, 'data: {"error": {"message": "boom"}}\n\n', "text/event-stream"),
    "packed": http(200, b"\x1f\x8b", "text/event-stream", "Content-Encoding: gzip"),
    "odd choices": http(200, 'data: {"choices": 7}\n\n' + DONE, "text/event-stream"),
    "odd deltas": http(200, 'data: {"choices": [{"delta": "x", "finish_reason": 4}]}\n\n' + DONE, "text/event-stream"),
    "not HTTP": b"SSH-2.0-OpenSSH_9.9\r\n",
    "closed at once": b"",
    "an endless line": http(200, b"data: " + b"x" * (17 << 20), "text/event-stream"),
    "a hang": None,
}  # fmt: skip

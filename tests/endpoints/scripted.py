"""One scripted server for every shape of an endpoint, the loop that it and a run share, and what the server saw."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from deepdaily.core.types import Usage
from fakes import SkippingLoop, purpose_of, quoting_reply
from model_server import USAGE, Answer, answer_one, error, http, plain, streamed

BYTES_A_TOKEN = 4
"""How the server counts: near what tokenizers make of mixed Chinese and English."""

MODEL = "quill-7b"

Answering: TypeAlias = "Callable[[Asked], Answer | AsyncIterator[bytes]]"

Listing: TypeAlias = Callable[[float], bytes]
"""The answer to a question for the models, so many seconds after the first request."""


Work: TypeAlias = tuple[str, Usage]
"""What a reply was for, and what it took."""


class LoopOfNames(SkippingLoop):
    """Waiting takes no time on it, and it knows all names there are: no thread, no question to a network."""

    patience_s = 0.02

    NAMES = ("127.0.0.1", "localhost")

    async def getaddrinfo(self, host: Any, port: Any, **more: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host
        if name in self.NAMES:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", int(port)))]
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as an endpoint sees it."""

    head: str
    body: dict[str, Any]
    number: int
    """It is the so many-eth that the endpoint was sent."""
    place: int
    """Its prompt is the so many-eth of different ones."""
    before: int
    """How often its prompt was sent before."""
    waited_s: float
    """Seconds since its prompt was sent first."""
    others: int
    """Requests being answered meanwhile."""
    at_s: float
    """Seconds since the first one."""
    truth: list[Work]
    """What the endpoint has worked so far; it grows by `took`."""
    over: asyncio.Event
    """Set when the server closes: who hangs hangs until then."""

    @property
    def path(self) -> str:
        return self._target.partition("?")[0]

    @property
    def query(self) -> str:
        return self._target.partition("?")[2]

    @property
    def _target(self) -> str:
        """Without the case's own part."""
        return "/" + self.head.split(" ", 2)[1].split("/", 2)[2]

    def header(self, name: str) -> str:
        found = re.search(rf"(?im)^{re.escape(name)}:[ \t]*(.*?)\r?$", self.head)
        return found[1] if found else ""

    @property
    def streams(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def system(self) -> str:
        return self._said("system", "developer")

    @property
    def material(self) -> str:
        return self._said("user")

    def _said(self, *roles: str) -> str:
        return "\n".join(_text(one.get("content")) for one in self.body.get("messages", ()) if one.get("role") in roles)

    @property
    def purpose(self) -> str:
        return purpose_of(self.system + self.material)

    @property
    def tokens(self) -> int:
        """Of the prompt."""
        return len((self.system + self.material).encode()) // BYTES_A_TOKEN

    @property
    def room(self) -> int:
        """The longest reply it may give."""
        return int(self.body.get("max_tokens") or self.body.get("max_completion_tokens") or 0)

    @property
    def thinks(self) -> bool:
        """Whether nobody switched its thoughts off, in any of the three ways there are."""
        template = self.body.get("chat_template_kwargs") or {}
        off = self.body.get("enable_thinking") is False or template.get("enable_thinking") is False
        return not (off or self.body.get("reasoning_effort") == "none" or self.body.get("thinking") == {"type": "disabled"})

    def reply(self) -> str:
        """An honest reply: quotations of the material."""
        return json.dumps(quoting_reply(self.purpose, self.material), ensure_ascii=False)

    def took(self, said: str, *, prefill: int | None = None, cached: int = 0, decode: int | None = None) -> dict[str, Any]:
        """The usage of this request as OpenAI words it; the endpoint remembers it as the truth."""
        read = self.tokens if prefill is None else prefill
        wrote = max(1, len(said.encode()) // BYTES_A_TOKEN) if decode is None else decode
        self.truth.append((self.purpose, Usage(prefill_tokens=read, cached_tokens=cached, decode_tokens=wrote)))
        return {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}

    def well(self, said: str | None = None, *, finish: str | None = "stop", usage: Any = USAGE, model: str = MODEL) -> bytes:
        """A whole answer, streamed where that was asked for; its own reply and its own count where none are given."""
        text = self.reply() if said is None else said
        told = self.took(text) if usage is USAGE else usage
        if self.streams:
            return streamed(text, finish, told, model)
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
        return plain(text, choices=[choice], usage=told, model=model)


def _text(content: Any) -> str:
    """A message may be written as parts."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or ())


def listing(**more: Any) -> Listing:
    """The one model there is; `more` is told of it."""
    row = {"id": MODEL, "object": "model"} | more
    return lambda _: http(200, json.dumps({"object": "list", "data": [row]}))


# -- the server -------------------------------------------------------------------------------------------------------


@dataclass
class Endpoint:
    """A case's endpoint, and what it was sent."""

    answering: Answering
    listing: Listing
    calls: int = 0
    truth: list[Work] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    in_work: int = 0
    _began: float | None = None
    _prompts: dict[str, tuple[float, int]] = field(default_factory=dict)
    """By prompt when it was sent first, and how often."""

    def answer(self, head: str, body: dict[str, Any]) -> Answer | AsyncIterator[bytes]:
        now = asyncio.get_running_loop().time()
        self._began = now if self._began is None else self._began
        if head.startswith("GET "):
            return self.listing(now - self._began) if head.split(" ", 2)[1].endswith("/v1/models") else error(404)
        self.calls += 1
        prompt = json.dumps(body.get("messages"))
        first, before = self._prompts.get(prompt, (now, 0))
        self._prompts[prompt] = first, before + 1
        place = list(self._prompts).index(prompt) + 1
        since, work = now - self._began, self.in_work
        asked = Asked(head, body, self.calls, place, before, now - first, work, since, self.truth, self.over)
        found = self.answering(asked)
        return found if found is None or isinstance(found, bytes) else self._working(found)

    async def _working(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        self.in_work += 1
        try:
            async for piece in pieces:
                yield piece
        finally:
            self.in_work -= 1


@dataclass
class ScriptedServer:
    """Every endpoint below the path of its own name, over plain HTTP and over TLS."""

    endpoints: dict[str, Endpoint]
    port: int = 0
    tls_port: int = 0
    _answering: set[asyncio.Task[None]] = field(default_factory=set)

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(answer_one(reader, writer, self._by_path))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def ended(self) -> None:
        """Nobody hangs any more, and every answer is given."""
        for endpoint in self.endpoints.values():
            endpoint.over.set()
        await asyncio.gather(*self._answering)

    def _by_path(self, head: str, body: dict[str, Any]) -> Answer | AsyncIterator[bytes]:
        name = head.split(" ", 2)[1].split("/", 2)[1]
        return self.endpoints[name].answer(head, body) if name in self.endpoints else error(404)


@asynccontextmanager
async def serving_endpoints(endpoints: dict[str, Endpoint], tls: ssl.SSLContext | None = None) -> AsyncIterator[ScriptedServer]:
    made = ScriptedServer(endpoints)
    servers = [await asyncio.start_server(made.serve, "127.0.0.1", 0)]
    made.port = _port(servers[0])
    if tls:
        servers.append(await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls))
        made.tls_port = _port(servers[1])
    try:
        yield made
    finally:
        for server in servers:
            server.close()
        await made.ended()


def _port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


def summed(usages: Sequence[Usage]) -> Usage:
    """The tokens and the money of all."""
    return Usage(
        prefill_tokens=sum(one.prefill_tokens for one in usages),
        cached_tokens=sum(one.cached_tokens for one in usages),
        decode_tokens=sum(one.decode_tokens for one in usages),
        cost=sum(one.cost for one in usages),
    )

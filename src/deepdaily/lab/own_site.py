"""Our own web pages and MCP server on loopback, over an archive that holds one hostile page."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from deepdaily.core.types import Snapshot
from deepdaily.lab.raw_http import RawAnswer, request
from deepdaily.lab.rows import Row
from deepdaily.serve.mcp import mcp_server, web_app
from deepdaily.serve.web import Shelf, site_app
from deepdaily.store import Store, Validators
from deepdaily.store.snapshots import Snapshots, body_digest

HOST = "127.0.0.1"
MCP = "/mcp"
PLACES = (("/items/1/delete", "/feedback"), ("/hooks/ingest", "/feedback"), ("/snapshots/", "/raw/"), ("/static/", "/"))
"""Paths of the set, and ours: what changes something, what writes from outside, a stored page, a file of the site's look."""

PIECE_BYTES = 1 << 16
HOSTILE_PAGE = b"<!doctype html><title>x</title><script>alert(1)</script><p>A page that would run."
NOW = datetime(2026, 2, 9, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OwnSite:
    """Where both servers listen."""

    pages: int
    mcp: int
    hostile_snapshot: str
    """The digest of a stored page with a script."""

    async def ask(self, wanted: Row) -> RawAnswer:
        """The answer to a request of the set, its path brought to ours."""
        filled = {"{HOSTILE_SNAPSHOT}": self.hostile_snapshot, "{TOKEN}": "lab-token", "{SIGNED}": "sha256=" + "0" * 64}
        path = _filled(wanted["path"], filled)
        headers = {name: _filled(value, filled) for name, value in wanted.get("headers", {}).items()}
        unit, times = _body_of(wanted.get("body"), filled)
        port = self.mcp if path.startswith(MCP) else self.pages
        for theirs, ours in PLACES:
            if path.startswith(theirs):
                path = ours + path.removeprefix(theirs)
                break
        return await request(port, wanted["method"], path, headers, _pieces(unit, times), len(unit) * times)


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _body_of(body: Any, values: dict[str, str]) -> tuple[bytes, int]:
    """A unit and how often it is sent: the bodies are too large to be made whole."""
    match body:
        case None:
            return b"", 0
        case {"repeat": [str(unit), int(times)]}:
            return unit.encode(), times
        case {"text": str(text)} | str(text):
            return _filled(text, values).encode(), 1
    raise ValueError(f"a body of an unknown form: {str(body)[:80]}")


def _pieces(unit: bytes, times: int) -> Iterator[bytes]:
    at_once = max(1, PIECE_BYTES // max(1, len(unit)))
    while times > 0:
        yield unit * min(times, at_once)
        times -= at_once


@asynccontextmanager
async def own_site(store: Store, snapshots: Snapshots) -> AsyncIterator[OwnSite]:
    """Both servers, ended behind the body of the `async with`."""
    digest = body_digest(HOSTILE_PAGE)
    kept = Snapshot("https://news.example/hostile", digest, "https://news.example/hostile", NOW, "text/html", len(HOSTILE_PAGE))
    place = snapshots.append(kept.url, digest, NOW, {"content-type": "text/html"}, HOSTILE_PAGE)
    store.keep_snapshot("lab", kept, place, Validators("", ""))
    shelf = Shelf(store, snapshots, "Daily", "en", lambda: NOW)
    async with listening(site_app(shelf, HOST)) as pages, listening(web_app(mcp_server(store), HOST)) as mcp:
        yield OwnSite(pages, mcp, digest)


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[int]:
    """The port on which `app` is served as `deepdaily serve` does it."""
    with socket.create_server((HOST, 0)) as bound:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", proxy_headers=False, server_header=False))
        serving = asyncio.create_task(server.serve(sockets=[bound]))  # who asks meanwhile waits in the socket
        try:
            yield bound.getsockname()[1]
        finally:
            server.should_exit = True
            await serving

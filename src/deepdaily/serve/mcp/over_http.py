"""The agents' server over HTTP: who is answered, and what is refused before anything is asked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deepdaily import __version__
from deepdaily.serve.listening import answered_names, in_address
from deepdaily.serve.way_in import AT_HOME, HEALTH, Reach, WayIn, inner_path

BODY_BYTES = 1 << 20
"""Largest request; ours are a few hundred bytes."""

HELLO_BYTES = 1 << 14
"""Most that is looked at to see whether a request begins a session."""


def web_app(server: MCPServer[Any], host: str, names: Sequence[str] = (), reach: Reach = AT_HOME) -> ASGIApp:
    """The server at `/mcp`; it answers only requests that name `host`, this machine or one of `names` or of `reach`.

    Health (`/healthz`) is answered by any name. A query is refused, for nothing here is asked by one, and what agents put there are
    keys, which then stand in logs.
    """
    shown = [in_address(name) for name in answered_names(host, (*names, *reach.names))]
    hosts = [allowed for name in shown for allowed in (name, f"{name}:*")]
    origins = [f"{scheme}://{one}" for scheme in ("http", "https") for one in hosts]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True, allowed_hosts=hosts, allowed_origins=[*origins, *reach.origins]
    )
    app: ASGIApp = _Before(
        server.streamable_http_app(
            host=host, transport_security=security, stateless_http=True, json_response=True, max_request_body_size=BODY_BYTES
        )
    )
    if reach.origins:
        app = CORSMiddleware(app, allow_origins=reach.origins, allow_methods=("GET", "POST", "DELETE"), allow_headers=("*",))
    return WayIn(app, reach)


class _Before:
    """Answers health, refuses a query, and knows no sessions.

    Nothing here has a state between two requests, so there is no session to hold or to steal. A client that names one, which it has
    of another server or of a proxy, is answered as if it had not: it says which version of the protocol it speaks, or begins anew.
    Whoever names a session and does neither is no client, and is told that it is over (404, as the protocol has it).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if inner_path(scope) == HEALTH:
                app = _HEALTHY
            elif scope["query_string"]:
                app = PlainTextResponse("no query is read here, and no key belongs into an address\n", status_code=403)
            elif "mcp-session-id" in headers:
                begins, receive = (True, receive) if "mcp-protocol-version" in headers else await _begins(receive)
                scope = {**scope, "headers": [one for one in scope["headers"] if one[0] != b"mcp-session-id"]}
                app = app if begins else PlainTextResponse("there are no sessions here\n", status_code=404)
        await app(scope, receive, send)


_HEALTHY = JSONResponse({"status": "ok", "version": __version__})


async def _begins(receive: Receive) -> tuple[bool, Receive]:
    """Whether a request's body begins a session, and the body to be read again from its beginning."""
    held: list[Message] = []
    body = b""
    while True:
        message = await receive()
        held.append(message)
        body += message.get("body", b"")
        if len(body) > HELLO_BYTES or not message.get("more_body"):
            break

    async def again() -> Message:
        return held.pop(0) if held else await receive()

    try:
        asked = json.loads(body[:HELLO_BYTES])
    except ValueError:
        return False, again
    return isinstance(asked, dict) and asked.get("method") == "initialize", again

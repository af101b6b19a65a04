"""What stands before the pages: whose name is answered, from where may be written, what every answer carries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
REFERRERS = "same-origin"
"""No other site learns what was read; with `no-referrer` a browser would also hide from us that a form is our own."""


class Door:
    """Refuses other hosts' names (DNS rebinding) and puts the policy on every answer."""

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self._app, self._names = app, frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        named = [value.decode("latin-1") for key, value in scope["headers"] if key == b"host"]
        app = self._app if len(named) == 1 and _host_of(named[0]) in self._names else _NOT_OURS

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", PAGE_POLICY)
                headers.update({"X-Content-Type-Options": "nosniff", "Referrer-Policy": REFERRERS})
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
            await send(message)

        await app(scope, receive, sealed)


_NOT_OURS = PlainTextResponse("this host name is not served here; open it as http://127.0.0.1\n", status_code=400)


def _host_of(header: str) -> str:
    """The name in a Host header: `[::1]:8765` names `::1`."""
    found = re.fullmatch(r"(?:\[([0-9a-f:.]+)\]|([^:\[\]]*))(?::\d{1,5})?", header.lower())
    return (found.group(1) or found.group(2)) if found else ""


def from_own_page(headers: Headers) -> bool:
    """Whether a browser says that a page of this very site sent the request; no other site's form may write here.

    Over plain HTTP in a local network browsers send no `Sec-Fetch-Site`, only the `Origin`.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(headers.get("origin", "")).netloc == headers.get("host")

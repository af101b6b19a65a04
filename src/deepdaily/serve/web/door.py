"""What stands before the pages: whose name is answered, from where may be written, what every answer carries."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deepdaily.serve.way_in import TOKEN_COOKIE, WHOLE, Reach, answered_everywhere, same

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
REFERRERS = "same-origin"
"""No other site learns what was read; with `no-referrer` a browser would also hide from us that a form is our own."""

COOKIE_S = 30 * 24 * 3600
"""How long a browser need not bring the token again."""


class Door:
    """Refuses other hosts' names (DNS rebinding), takes a token, and puts the policy on every answer."""

    def __init__(self, app: ASGIApp, names: Sequence[str], reach: Reach) -> None:
        self._app, self._names, self._reach = app, names, reach

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        app = self._app if answered_everywhere(self._names, scope) else _NOT_OURS
        if app is self._app and self._reach.token:
            app = self._with_token(Request(scope)) or app

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", PAGE_POLICY)
                headers.update({"X-Content-Type-Options": "nosniff", "Referrer-Policy": REFERRERS})
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
            await send(message)

        await app(scope, receive, sealed)

    def _with_token(self, request: Request) -> Response | None:
        """Note whether the request brings the token; one in the address becomes a cookie and leaves the address."""
        request.scope[WHOLE] = request.scope[WHOLE] or self._reach.admits(request.headers, request.cookies)
        brought = request.query_params.get("token")
        if brought is None or request.method != "GET":
            return None
        if not same(brought, self._reach.token):
            return PlainTextResponse("this token is not the one of the settings\n", 403, {"Cache-Control": "no-store"})
        rest = urlencode([pair for pair in parse_qsl(request.url.query) if pair[0] != "token"])
        path = "/" + request.url.path.lstrip("/\\")  # `//name` would lead to another site
        answer = RedirectResponse(path + (f"?{rest}" if rest else ""), 303, {"Cache-Control": "no-store"})
        secure = request.url.scheme == "https"
        path = request.scope["root_path"] or "/"
        answer.set_cookie(TOKEN_COOKIE, self._reach.cookie, COOKIE_S, path=path, secure=secure, httponly=True, samesite="lax")
        return answer


_NOT_OURS = PlainTextResponse("this host name is not served here; open it as http://127.0.0.1\n", status_code=400)


def from_own_page(headers: Headers) -> bool:
    """Whether a browser says that a page of this very site sent the request; no other site's form may write here.

    Over plain HTTP in a local network browsers send no `Sec-Fetch-Site`, only the `Origin`. A proxy may leave the port out of
    the host's name: then the names alone are compared.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin, host = urlsplit(headers.get("origin", "")), headers.get("host", "")
    if not origin.netloc or not host:
        return False
    has_port = bool(host.rpartition(":")[2].isdecimal() and not host.endswith("]"))
    return (origin.netloc if has_port else _without_port(origin.netloc)).lower() == host.lower()


def _without_port(netloc: str) -> str:
    bare, _, port = netloc.rpartition(":")
    return bare if bare and port.isdecimal() else netloc

"""What a browser has already is not sent again."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Unchanged:
    """Names what is answered by its content (ETag), and answers 304 to who has it; only whole answers to GET and HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                held.append(message)
                return
            if held:
                start = held.pop()
                if not message.get("more_body"):
                    message = _named(Headers(scope=scope), start, message)
                await send(start)
            await send(message)

        await self._app(scope, receive, named)


def _named(asked: Headers, start: Message, body: Message) -> Message:
    """Give the answer its name; the body to send, which is empty where the asker has it."""
    headers = MutableHeaders(scope=start)
    headers.setdefault("ETag", f'W/"{sha256(body.get("body", b"")).hexdigest()[:24]}"')
    headers.setdefault("Cache-Control", "private, no-cache")
    if not _has(asked, headers):
        return body
    start["status"] = 304
    for name in ("content-length", "content-type"):
        del headers[name]
    return {**body, "body": b""}


def _has(asked: Headers, headers: Headers) -> bool:
    tags = asked.get("if-none-match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "*" in known or headers["etag"].removeprefix("W/") in known
    since, changed = _moment(asked.get("if-modified-since", "")), _moment(headers.get("last-modified", ""))
    return since is not None and changed is not None and changed <= since


def _moment(header: str) -> datetime | None:
    """None for what is no date."""
    try:
        found = parsedate_to_datetime(header)
    except ValueError:
        return None
    return found if found.tzinfo else None

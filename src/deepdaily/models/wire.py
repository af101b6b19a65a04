"""One HTTP client for one request to a model: the environment's proxies and certificates, bounded answers, no redirects."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from deepdaily.settings.model_tables import is_loopback

MOST_WIRE_BYTES = 16 << 20
"""The most an answer may be on the wire: a streamed token is wrapped in about 300 bytes."""


def client(endpoint: str) -> httpx2.AsyncClient:
    """A client for one request: proxies and certificates as the fetcher's, nothing else of the environment."""
    parts = urlsplit(endpoint)
    direct = is_loopback(endpoint) or proxy_bypass(parts.hostname or "")
    proxies = {} if direct else getproxies()
    return httpx2.AsyncClient(
        verify=_certificates(),
        proxy=proxies.get(parts.scheme or "https"),
        trust_env=False,
        follow_redirects=False,
        timeout=None,  # the wall is around it
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_bound]},
    )


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()  # reads SSL_CERT_FILE


async def _bound(response: httpx2.Response) -> None:
    """Let only so much of the body through, and nothing that unpacks to more."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise httpx2.DecodingError("packed, though it was asked not to be", request=response.request)
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > MOST_WIRE_BYTES:
                raise httpx2.ReadError("the answer does not end")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()

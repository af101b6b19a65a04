"""One request to a model's server: the environment's proxies and certificates, a bounded answer, one redirect on its host."""

from __future__ import annotations

import codecs
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies

import httpx2

from deepdaily.core.proxies import Proxies
from deepdaily.settings.model_tables import is_loopback

MOST_WIRE_BYTES = 16 << 20
"""The most an answer may be, packed and unpacked: a streamed token is wrapped in about 300 bytes."""

MOST_WORDS_BYTES = 64 << 10
"""Of an answer that is a refusal."""

REDIRECTS = (301, 302, 307, 308)


class TooLong(Exception):
    """The answer does not end."""


FAULTS: tuple[type[Exception], ...] = (
    httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError, TooLong,
    ImportError,  # a proxy that needs a package
    UnicodeError,  # a key that no header may hold
    ValueError,  # a header of two lines
)  # fmt: skip
"""All that a request was seen to raise, or can by the sources of httpx2 2.16."""


def client(endpoint: str) -> httpx2.AsyncClient:
    """A client for one request: proxies and certificates as the fetcher's, nothing else of the environment."""
    return httpx2.AsyncClient(
        verify=_certificates(),
        proxy=proxy_of(endpoint) or None,
        trust_env=False,
        follow_redirects=False,
        timeout=None,  # the walls are around it
        headers={"Accept-Encoding": "identity"},
    )


def proxy_of(endpoint: str) -> str:
    """The proxy of the environment that stands before an address; empty where there is none."""
    found = "" if is_loopback(endpoint) else Proxies(getproxies()).of(endpoint if "://" in endpoint else f"https://{endpoint}")
    return found.replace("socks://", "socks5://")


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()  # reads SSL_CERT_FILE


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    """The answer to a POST, its body not read yet."""

    status: int
    headers: Mapping[str, str]
    """With lower-case names."""
    leads_to: str
    """Where it sends on to; empty where it does not."""
    _response: httpx2.Response

    async def lines(self) -> AsyncIterator[str]:
        """The body as lines, as they come. Raises TooLong, and `httpx2.DecodingError` for a packing that we do not open."""
        decoder, rest = codecs.getincrementaldecoder("utf-8")("replace"), ""
        async for piece in self._unpacked(MOST_WIRE_BYTES):
            *whole, rest = (rest + decoder.decode(piece)).split("\n")
            for line in whole:
                yield line.rstrip("\r")
        if rest:
            yield rest

    async def words(self, most: int = MOST_WORDS_BYTES) -> str:
        """The beginning of the body, as text."""
        found = bytearray()
        try:
            async for piece in self._unpacked(most):
                found += piece
        except (TooLong, httpx2.HTTPError):
            pass  # a refusal that breaks off is one all the same
        return bytes(found).decode(errors="replace")

    async def _unpacked(self, most: int) -> AsyncIterator[bytes]:
        coding = self.headers.get("content-encoding", "identity")
        if coding not in ("identity", "gzip", "x-gzip", "deflate"):
            raise httpx2.DecodingError(f"packed as {coding}, though it was asked not to be", request=self._response.request)
        unpack = zlib.decompressobj(47) if coding != "identity" else None  # 47: gzip or zlib, by their beginning
        packed = size = 0
        async for piece in self._response.aiter_raw():
            packed += len(piece)
            try:
                body = unpack.decompress(piece, most - size + 1) if unpack else piece
            except zlib.error as error:
                raise httpx2.DecodingError("badly packed", request=self._response.request) from error
            size += len(body)
            if max(packed, size) > most:
                raise TooLong
            yield body


@asynccontextmanager
async def sent(web: httpx2.AsyncClient, address: str, body: object, headers: Mapping[str, str]) -> AsyncIterator[ServerAnswer]:
    """The answer to one POST, or one GET where `body` is None; a redirect is followed once, where it stays on the host."""
    for hop in range(2):
        request = web.build_request("GET" if body is None else "POST", address, json=body, headers=dict(headers))
        response = await web.send(request, stream=True)
        try:
            names = {name.lower(): value for name, value in response.headers.items()}
            leads_to = urljoin(address, names.get("location", "")) if response.status_code in REDIRECTS else ""
            if hop or not leads_to or urlsplit(leads_to).hostname != urlsplit(address).hostname:
                yield ServerAnswer(response.status_code, names, leads_to, response)
                return
        finally:
            await response.aclose()
        address = leads_to

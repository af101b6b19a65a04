"""One question to the web and its one answer: addresses checked just before connecting, no redirect followed, nothing decoded."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from socket import AF_INET, EAI_AGAIN, AddressFamily, socket
from types import TracebackType
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit
from urllib.request import getproxies

import aiohttp
from aiohttp import ClientSession, ClientTimeout, DefaultResolver, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp_socks import ProxyConnector, ProxyError

from deepdaily.core.errors import AddressRefused, BodyRefused, NotConnected, Unreachable
from deepdaily.core.proxies import Proxies, without_password
from deepdaily.read import fetch_forgiving, guard

MAY_ANSWER = "it may answer next time"


_HALF_LETTER = re.compile("[\udc80-\udcff]")
"""What aiohttp makes of a byte that is no UTF-8 (PEP 383)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer: not followed, not decoded."""

    status: int
    headers: Mapping[str, str]
    """Lower-case names; of repeated ones the first, but all codings."""
    body: bytes
    """As sent, still coded."""
    cookies: tuple[str, ...] = ()
    """Each Set-Cookie line."""


class Wire(Protocol):
    """What asks. Two adapters: the web, and a replay of stored answers."""

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        """One answer, no redirect followed.

        Raises:
            Unreachable, AddressRefused, BodyRefused.
        """
        ...


@runtime_checkable
class PostWire(Protocol):
    """A wire that sends something, too: the web. What stands in for it need not."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, *, cap_bytes: int) -> Answer:
        """The answer to `body`. Raises as `Wire.get` does."""
        ...


NAME_S = 4.0
"""How long a name may take: a name server that does not answer would cost the whole deadline, and there is a second try."""


def _socket_for(address: aiohttp.AddrInfoType) -> socket:
    family, kind, protocol, _, _ = address
    return socket(family, kind, protocol)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the wire stands on; the lab has one that leads nowhere."""

    names: Callable[[], AbstractResolver] = DefaultResolver
    socket_for: Callable[[aiohttp.AddrInfoType], socket] = _socket_for
    """Called with an address that was found to be public, to connect there."""
    proxies: Callable[[], Mapping[str, str]] = getproxies
    """Address by scheme, and under `no` who goes without."""


class WebWire:
    """The web by aiohttp.

    Addresses are checked after the name is resolved and just before connecting, so neither rebinding nor a redirect gets
    round the check. A proxy of the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY; HTTP or SOCKS) is the
    trusted hop and does its own checking; certificates come from SSL_CERT_FILE where it is set. Nothing else of the
    environment (netrc) is used.
    """

    def __init__(self, allow_private: tuple[str, ...] = (), network: Surroundings = Surroundings()) -> None:
        self._allow_private, self._network = allow_private, network

    async def __aenter__(self) -> WebWire:
        self._proxies = Proxies(self._network.proxies())
        self._by_socks: dict[str, ClientSession] = {}
        self._certificates = ssl.create_default_context()  # reads SSL_CERT_FILE, and all of the system's: once
        self._names = _TimedNames(self._network.names())
        self._checked = _session(self._certificates, self._names, self._public_socket)
        self._trusted = _session(self._certificates, self._names, _socket_for)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        await self._checked.close()
        await self._trusted.close()
        for session in self._by_socks.values():
            await session.close()
        await self._names.close()

    def _public_socket(self, address: aiohttp.AddrInfoType) -> socket:
        """The socket for a resolved address, if that is public: called just before connecting."""
        guard.check_address(str(address[4][0]))
        return self._network.socket_for(address)

    async def get(self, url: str, headers: Mapping[str, str], *, cap_bytes: int) -> Answer:
        return await self._ask("GET", url, headers, None, cap_bytes)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, *, cap_bytes: int) -> Answer:
        """Send `body`: to channels that are reached by a webhook, and to APIs that are asked so. Raises as `get` does."""
        guard.check_url(url, self._allow_private)
        return await self._ask("POST", url, headers, body, cap_bytes)

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, cap_bytes: int) -> Answer:
        parts = urlsplit(url)
        proxy = self._proxies.of(url)
        trusted = bool(proxy) or guard.is_allowed_private(url, self._allow_private)
        try:
            session, hop = self._way(proxy) if proxy else (self._trusted if trusted else self._checked, None)
            try:
                asking = session.request(method, url, headers=headers, data=body, allow_redirects=False, proxy=hop)
                async with asking as response:
                    return _as_answer(response.status, response.headers.items(), await _read(response, cap_bytes))
            except (aiohttp.ClientResponseError, aiohttp.ClientPayloadError):  # the strict reader's word for broken rules
                if method != "GET" or proxy:
                    raise
                opens = _socket_for if trusted else self._public_socket
                raw = await fetch_forgiving.ask(url, headers, cap_bytes, self._certificates, opens)
                return _as_answer(raw.status, raw.headers, raw.body)
        except AddressRefused as error:
            raise AddressRefused(f"{error}, which {parts.hostname} resolves to") from error
        except (ProxyError, aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError) as error:
            said = f"the proxy {without_password(proxy)} does not lead there ({_cause(error)})"
            raise NotConnected(f"{guard.shown(url)}: {said}", "check HTTPS_PROXY, ALL_PROXY and NO_PROXY") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            kind = NotConnected if _is_not_connected(error) else Unreachable
            raise kind(f"{guard.shown(url)}: {_cause(error)}", _remedy(error)) from error

    def _way(self, proxy: str) -> tuple[ClientSession, str | None]:
        """The session for a proxy, and the proxy for its requests where it is an HTTP one. Raises ValueError: it is neither."""
        scheme, _, rest = proxy.partition("://")
        if scheme in ("http", "https"):
            return self._trusted, proxy
        if scheme not in SOCKS:
            raise ValueError(f"{without_password(proxy)} is no proxy: http, https, socks5, socks5h, socks4 and socks4a are known")
        if proxy not in self._by_socks:
            # As curl has it: with an h, or an a, the proxy looks names up.
            address = f"socks{SOCKS[scheme]}://{rest.rstrip('/')}"
            connector = ProxyConnector.from_url(address, rdns=scheme.endswith(("h", "a")), limit=0, ssl=self._certificates)
            self._by_socks[proxy] = _over(connector)
        return self._by_socks[proxy], None


SOCKS = {"socks": 5, "socks5": 5, "socks5h": 5, "socks4": 4, "socks4a": 4}
"""Version by the scheme of a proxy's address."""


class _TimedNames(AbstractResolver):
    """Names within NAME_S each."""

    def __init__(self, names: AbstractResolver) -> None:
        self._names = names

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_INET) -> list[ResolveResult]:
        try:
            async with asyncio.timeout(NAME_S):
                return await self._names.resolve(host, port, family)
        except TimeoutError as error:
            raise OSError(EAI_AGAIN, f"no name server answered within {NAME_S:g} s") from error

    async def close(self) -> None:
        await self._names.close()


def _session(certificates: ssl.SSLContext, names: AbstractResolver, socket_factory: Any) -> ClientSession:
    connector = TCPConnector(
        limit=0,  # the fetcher counts
        ssl=certificates,
        resolver=names,
        socket_factory=socket_factory,
    )
    return _over(connector)


def _over(connector: TCPConnector) -> ClientSession:
    return ClientSession(
        connector=connector,
        auto_decompress=False,  # guard.decode_body can stop; aiohttp would hand over what a bomb becomes
        cookie_jar=DummyCookieJar(),  # a fetch keeps its own
        timeout=ClientTimeout(total=None),  # one deadline, the fetcher's
    )


def _as_answer(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
    pairs = tuple(headers)
    cookies = tuple(value for name, value in pairs if name.lower() == "set-cookie")
    return Answer(status, _first_of_each(pairs), body, cookies)


def _first_of_each(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each header by its name, with bytes that are no UTF-8 as letters (in a location, escaped): half letters cannot be stored."""
    named: dict[str, str] = {}
    for written, value in headers:
        name = written.lower()
        whole = _HALF_LETTER.sub(_escaped if name == "location" else _as_latin, value)
        if name == "content-encoding" and name in named:
            named[name] += f", {whole}"
        named.setdefault(name, whole)
    return named


def _escaped(half: re.Match[str]) -> str:
    return f"%{ord(half[0]) - 0xDC00:02X}"


def _as_latin(half: re.Match[str]) -> str:
    return chr(ord(half[0]) - 0xDC00)


async def _read(response: aiohttp.ClientResponse, cap_bytes: int) -> bytes:
    if (response.content_length or 0) > cap_bytes:
        raise BodyRefused(f"{guard.shown(str(response.url))}: announces {response.content_length} bytes", guard.TOO_LARGE)
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > cap_bytes:
            raise BodyRefused(f"{guard.shown(str(response.url))}: body larger than {cap_bytes} bytes", guard.TOO_LARGE)
    return bytes(body)


def _cause(error: Exception) -> str:
    """What failed, without the address: messages of libraries repeat it with its secrets."""
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return "nothing there speaks https as we do"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).lower().removeprefix("client ")


def _remedy(error: Exception) -> str:
    """What a person can do; empty where the cause says all."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "check the spelling of its host"
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is not valid for it: only its owner can mend that"
        case aiohttp.ClientConnectorSSLError():
            return "is it http? then write http:// in place of https://"
        case aiohttp.ClientResponseError():
            return "its answer breaks the rules of HTTP: only its owner can mend that"
        case aiohttp.ClientPayloadError():
            return guard.TRY_LATER
        case aiohttp.InvalidURL():
            return "check its spelling"
        case aiohttp.ServerConnectionError() | ConnectionError():
            return MAY_ANSWER
    return ""


def _is_not_connected(error: Exception) -> bool:
    """Whether nobody listens. A name that is none, or a certificate that is false, is no reason to ask without one."""
    refused = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientHttpProxyError)
    return refused and not isinstance(error, aiohttp.ClientConnectorDNSError | aiohttp.ClientConnectorCertificateError)

"""The way from a socket to an application: who asks, by which address, and what a proxy in front says of both."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from deepdaily.core.errors import SettingsError
from deepdaily.serve.listening import THIS_MACHINE
from deepdaily.settings import Serve

HEALTH = "/healthz"
"""Answered whatever name it is asked by: a kubelet asks with the pod's address."""

WHOLE = "deepdaily.whole"
"""The scope's key for whether who asks may see stored texts whole."""

TOKEN_COOKIE = "deepdaily"

_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
"""Any of them says that somebody stands between."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How a server is reached, as the settings have it."""

    names: tuple[str, ...] = ()
    """Host names that are answered beside this machine's own."""
    base_path: str = ""
    """Below which path it stands; empty: at the root."""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Who may say for whom and by which address they ask."""
    origins: tuple[str, ...] = ()
    """Other sites whose scripts may ask the agents' server."""
    token: str = ""
    """Who brings it sees stored texts whole; empty: nobody can."""

    @classmethod
    def of(cls, settings: Serve, token: str = "") -> Reach:
        proxies = tuple(ip_network(one, strict=False) for one in settings.proxies)
        return cls(settings.names, settings.base_path, proxies, settings.origins, token)

    def trusts(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in one for one in self.proxies)

    @property
    def cookie(self) -> str:
        """What stands for the token in a browser: not the token, and it changes with it."""
        return sha256(f"deepdaily reader {self.token}".encode()).hexdigest()

    def admits(self, headers: Headers, cookies: Mapping[str, str]) -> bool:
        """Whether a request brings the token, as a bearer or by the cookie it was once exchanged for."""
        kind, _, brought = headers.get("authorization", "").partition(" ")
        return bool(self.token) and (
            (kind.lower() == "bearer" and same(brought.strip(), self.token)) or same(cookies.get(TOKEN_COOKIE, ""), self.cookie)
        )


AT_HOME = Reach()
"""This machine's names, the root, no proxy, no token."""


def token_of(settings: Serve, environ: Mapping[str, str]) -> str:
    """What stands in the token's variable; empty where none is named. Raises SettingsError: it is not set."""
    token = environ.get(settings.token_env, "") if settings.token_env else ""
    if settings.token_env and not token:
        raise SettingsError(f"{settings.token_env} is not set", "set it, or take serve.token_env out of the settings")
    return token


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(one.encode(), other.encode())


class WayIn:
    """Sets a request's address as its asker knows it, with either spelling of a path's end, and whether it came from nearby."""

    def __init__(self, app: ASGIApp, reach: Reach) -> None:
        self._app, self._reach = app, reach

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = self._known(dict(scope))
        await self._app(scope, receive, send)

    def _known(self, scope: Scope) -> Scope:
        headers, peer = Headers(scope=scope), _address((scope.get("client") or ("",))[0])
        trusted = self._reach.trusts(peer)
        scope[WHOLE] = self._is_near(headers, peer, trusted)
        prefix = self._reach.base_path
        if trusted:
            prefix = prefix or _prefix_of(headers.get("x-forwarded-prefix", ""))
            if (scheme := _first(headers, "x-forwarded-proto")) in ("http", "https"):
                scope["scheme"] = scheme
            if host := _first(headers, "x-forwarded-host"):
                changed = MutableHeaders(raw=list(scope["headers"]))
                changed["host"] = host
                scope["headers"] = changed.raw
        path = scope["path"]
        inner = path[len(prefix) :] if prefix and (path == prefix or path.startswith(prefix + "/")) else path
        scope["root_path"], scope["path"] = prefix, prefix + (inner.rstrip("/") or "/")
        return scope

    def _is_near(self, headers: Headers, peer: IPv4Address | IPv6Address | None, trusted: bool) -> bool:
        """Whether who asks sits at this machine: no proxy in between, or one that is trusted and says so."""
        if not (peer and peer.is_loopback):
            return False
        if trusted:
            hops = [_address(one) for one in headers.get("x-forwarded-for", "").split(",") if one.strip()]
            asker = next((one for one in reversed(hops) if not self._reach.trusts(one)), hops[0] if hops else None)
            return asker is not None and asker.is_loopback
        name = host_of(headers.get("host", ""))
        return name in THIS_MACHINE and not any(header in headers for header in _FORWARDED)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """None for what is no address."""
    try:
        found = ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _first(headers: Headers, name: str) -> str:
    """What the outermost proxy says."""
    return headers.get(name, "").split(",")[0].strip().lower()


def _prefix_of(text: str) -> str:
    bare = text.strip().rstrip("/")
    return bare if _PREFIX.fullmatch(bare) else ""


def host_of(header: str) -> str:
    """The name in a Host header: `[::1]:8765` names `::1`; empty where there is none."""
    found = re.fullmatch(r"(?:\[([0-9a-f:.]+)\]|([^:\[\]]*))(?::\d{1,5})?", header.lower())
    return (found.group(1) or found.group(2)) if found else ""


def inner_path(scope: Scope) -> str:
    """The path below where the application stands, which begins with a slash."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) or "/"


def answered_everywhere(names: Sequence[str], scope: Scope) -> bool:
    """Whether a request names one of `names`, once, or asks for health alone."""
    named = [value.decode("latin-1") for key, value in scope["headers"] if key == b"host"]
    return (len(named) == 1 and host_of(named[0]) in names) or inner_path(scope) == HEALTH

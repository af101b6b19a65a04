"""Which proxy of the environment stands before an address, and which addresses are asked directly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies by scheme of what is asked (`http`, `https`, `all`), and under `no` what goes without one.

    As `urllib.request.getproxies` finds them: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in small letters too.
    """

    found: Mapping[str, str]

    def of(self, url: str) -> str:
        """The address of the proxy before `url`, with its scheme; empty where there is none."""
        parts = urlsplit(url)
        named = (self.found.get(parts.scheme) or self.found.get("all") or "").strip()
        if not named or self.goes_without(parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)):
            return ""
        return named if "://" in named else f"http://{named}"

    def goes_without(self, host: str, port: int) -> bool:
        """Whether NO_PROXY names it: `*`, a host with all below it, a network, and any of them with a port."""
        named = self.found.get("no", "").lower().replace(",", " ").split()
        return any(_covers(one, host.lower().rstrip("."), port) for one in named)

    def told(self) -> list[str]:
        """What is set, for a person: `https through proxy.example:3128`, without passwords."""
        schemes = [scheme for scheme in ("http", "https", "all") if self.found.get(scheme)]
        lines = [f"{scheme} through {without_password(self.found[scheme])}" for scheme in schemes]
        return [*lines, *([f"without one: {self.found['no']}"] if lines and self.found.get("no") else [])]


def without_password(proxy: str) -> str:
    """A proxy's address without user and password."""
    scheme, there, rest = proxy.strip().rpartition("://")
    return scheme + there + rest.rpartition("@")[2].rstrip("/")


def _covers(named: str, host: str, port: int) -> bool:
    if named == "*":
        return True
    found = re.fullmatch(r"(\[[^\]]+\]|[^:]*):(\d+)", named)
    if found and int(found[2]) != port:
        return False
    name = (found[1] if found else named).strip("[]")
    network = _network(name)
    if network is not None:
        return _lies_in(host, network)
    name = name.removeprefix("*").removeprefix(".").rstrip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _network(name: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(name, strict=False)
    except ValueError:
        return None


def _lies_in(host: str, network: IPv4Network | IPv6Network) -> bool:
    try:
        return ip_address(host) in network
    except ValueError:  # a name: it is not looked up for that
        return False

"""Cookies for the length of one fetch: some sites answer a first visitor with a cookie and the same address once more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from deepdaily.core.urls import domain

MOST_COOKIES, MAX_COOKIE_CHARS = 20, 4096
"""As many as one fetch needs, and as long as one may be (RFC 6265)."""

_COOKIE = re.compile(r"\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,200})\s*=\s*([\x21-\x3a\x3c-\x7e ]*)")
_ATTRIBUTE = re.compile(r";\s*(domain|max-age|secure)\s*(?:=\s*\.?([^;\s]{1,255}))?", re.IGNORECASE)


class FetchCookies:
    """What the sites on the way of one fetch asked to have sent back. Never stored, and sent to the same site only."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[str, bool]] = {}
        """By the host (with a dot before it: and all below) and the name: the value, and whether it goes over https only."""

    def keep(self, url: str, lines: Iterable[str]) -> None:
        """Take the Set-Cookie `lines` of the answer of `url`; what cannot be sent back whole is left out."""
        host = (urlsplit(url).hostname or "").lower()
        for line in lines:
            cookie = _COOKIE.match(line) if len(line) <= MAX_COOKIE_CHARS else None
            if cookie is None:
                continue
            told = {name.lower(): value.lower() for name, value in _ATTRIBUTE.findall(line[cookie.end() :])}
            place = (f".{told['domain']}" if _is_of(told.get("domain", ""), host) else host, cookie[1])
            if re.fullmatch(r"0|-\d{1,20}", told.get("max-age", "")):
                self._kept.pop(place, None)
            elif place in self._kept or len(self._kept) < MOST_COOKIES:
                self._kept[place] = (cookie[2].strip(), "secure" in told)

    def for_url(self, url: str) -> str:
        """The Cookie header for `url`; empty where there is nothing to send."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        return "; ".join(
            f"{name}={value}"
            for (place, name), (value, secure) in self._kept.items()
            if (host == place or (place[0] == "." and f".{host}".endswith(place))) and (parts.scheme == "https" or not secure)
        )


def _is_of(named: str, host: str) -> bool:
    """Whether a host may set a cookie for `named`: its own domain, and nothing above what belongs to one owner."""
    return bool(named) and f".{host}".endswith(f".{named}") and domain(f"//{host}") == domain(f"//{named}") and "." in named

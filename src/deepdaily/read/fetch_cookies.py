"""Cookies for the length of one fetch: some sites answer a first visitor with a cookie and the same address once more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from deepdaily.core.cues import Cue
from deepdaily.core.urls import domain

MOST_COOKIES, MAX_COOKIE_CHARS = 20, 4096
"""As many as one fetch needs, and as long as one may be (RFC 6265)."""

_SENDABLE = r"\x21-\x2b\x2d-\x3a\x3c\x3e-\x7e\xa1-\ud7ff\ue000-\U0010ffff"
"""What browsers keep too: `wp[lang]` as a name, letters of any script as a value."""

_COOKIE = Cue(rf"\s*([{_SENDABLE}]{{1,200}})\s*=\s*([{_SENDABLE}=, ]*+)(?![^;\s])")
_ATTRIBUTE = Cue(r";\s*(domain|path|max-age|expires|secure)\s*(?:=\s*([^;]{0,255}))?", re.IGNORECASE)


class FetchCookies:
    """What the sites on the way of one fetch asked to have sent back. Never stored, and sent to the same site only."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._kept: dict[tuple[str, str, str], tuple[str, bool]] = {}
        """By the host (with a dot before it: and all below), path and name: the value, and whether it goes over https only."""

    def keep(self, url: str, lines: Iterable[str]) -> None:
        """Take the Set-Cookie `lines` of the answer of `url`; what cannot be sent back whole is left out."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        for line in lines:
            cookie = _COOKIE.match(line) if len(line) <= MAX_COOKIE_CHARS else None
            if cookie is None:
                continue
            told = {name.lower(): value.strip() for name, value in _ATTRIBUTE.findall(line[cookie.end() :])}
            named = told.get("domain", "").removeprefix(".").lower()
            path = told.get("path", "")
            path = path if path.startswith("/") else parts.path.rpartition("/")[0]  # RFC 6265, 5.1.4
            place = (f".{named}" if _is_of(named, host) else host, path.rstrip("/"), cookie[1])
            if self._is_over(told):
                self._kept.pop(place, None)
            elif place in self._kept or len(self._kept) < MOST_COOKIES:
                self._kept[place] = (cookie[2].strip(), "secure" in told)

    def for_url(self, url: str) -> str:
        """The Cookie header for `url`; empty where there is nothing to send."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        return "; ".join(
            f"{name}={value}"
            for (place, path, name), (value, secure) in self._kept.items()
            if (host == place or (place[0] == "." and f".{host}".endswith(place)))
            and f"{parts.path}/".startswith(f"{path}/")
            and (parts.scheme == "https" or not secure)
        )

    def _is_over(self, told: Mapping[str, str]) -> bool:
        if re.fullmatch(r"-?\d{1,20}", age := told.get("max-age", "")):  # it goes before a date (RFC 6265, 5.3)
            return int(age) <= 0
        try:
            ends = parsedate_to_datetime(told.get("expires", ""))
        except (ValueError, TypeError):
            return False
        return ends.replace(tzinfo=ends.tzinfo or UTC) <= self._now


def _is_of(named: str, host: str) -> bool:
    """Whether a host may set a cookie for `named`: its own domain, and nothing above what belongs to one owner."""
    return bool(named) and f".{host}".endswith(f".{named}") and domain(f"//{host}") == domain(f"//{named}") and "." in named

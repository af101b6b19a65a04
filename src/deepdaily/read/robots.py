"""Whether a site's robots.txt lets us visit a page; each is asked for once a run."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from protego import Protego

from deepdaily.core.errors import AddressRefused
from deepdaily.read import guard

ROBOTS_NAME = "deepdaily"
"""What a robots.txt calls us."""

ROBOTS_CAP_BYTES = 512 * 1024
"""As much of one is read; RFC 9309 asks for at least 500 KiB."""


class Robots:
    """The rules of every site that was asked.

    Args:
        body: the bytes at an address; None, which allows all, where there are none or they cannot be read.
    """

    def __init__(self, body: Callable[[str], Awaitable[bytes | None]]) -> None:
        self._body = body
        self._rules: dict[str, Protego | None] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def obey(self, url: str) -> None:
        """Raises AddressRefused: the site asks not to visit `url`."""
        parts = urlsplit(url)
        origin = f"{parts.scheme.lower()}://{parts.netloc.lower()}"
        async with self._turns[origin]:
            if origin not in self._rules:
                self._rules[origin] = _rules(await self._body(f"{origin}/robots.txt"))
        rules = self._rules[origin]
        if rules is not None and not rules.can_fetch(url, ROBOTS_NAME):
            raise AddressRefused(f"robots.txt of {parts.hostname} asks not to visit {guard.shown(url)}")


def _rules(text: bytes | None) -> Protego | None:
    if text is None:
        return None
    if len(text) > ROBOTS_CAP_BYTES:  # half a line could forbid more than the whole one
        text = text[:ROBOTS_CAP_BYTES].rpartition(b"\n")[0]
    return Protego.parse(_few_agents(text.decode("utf-8-sig", "replace")))


def _few_agents(text: str) -> str:
    """A robots.txt with every agent but us and `*` under one name, and without monstrous lines.

    Protego copies each rule for each agent of a group: 10,000 agents with 20,000 rules, 400 KB, kept it busy for minutes.
    """
    lines = []
    for line in text.splitlines():
        agent = re.match(r"\s*user[- ]?agent\b[\s:]*([^\s#]*)", line, re.IGNORECASE)
        if agent:
            name = agent[1].lower()
            lines.append("User-agent: " + (name if name in ("*", ROBOTS_NAME) else "other"))
        elif len(line) <= 2000:
            lines.append(line)
    return "\n".join(lines)

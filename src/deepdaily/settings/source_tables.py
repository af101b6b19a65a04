"""Settings of the sources."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, field_validator

from deepdaily.settings.search_tables import BraveTable, SearchTable
from deepdaily.settings.table import _Table, key


def _feed_address(written: str) -> str:
    parts = urlsplit(written)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write the whole address of a feed, like https://blog.example.com/feed.xml")
    return written


FeedAddress = Annotated[str, AfterValidator(_feed_address)]


class Sources(_Table):
    """Where links come from."""

    packs: tuple[str, ...] = key(("ai-engineering",), "Bundled lists of feeds.")
    add: tuple[FeedAddress, ...] = key((), "Addresses of further feeds.", example=["https://blog.example.com/feed.xml"])
    mute: tuple[str, ...] = key((), "Hosts whose links are dropped.", example=["noise.example.com"])
    hackernews: bool = key(True, "Whether Hacker News is asked.")
    follow: tuple[str, ...] = key(
        (),
        "Names that the first search is asked for each day, before its own queries.",
        example=["vLLM", "Claude Code"],
        max_length=50,
    )
    search: tuple[SearchTable, ...] = (BraveTable(),)

    @field_validator("search")
    @classmethod
    def _named_apart(cls, tables: tuple[SearchTable, ...]) -> tuple[SearchTable, ...]:
        names = [table.name for table in tables]
        if len(set(names)) < len(names):
            raise ValueError("two searches of one provider need names of their own: name = ...")
        return tables


def _private_place(written: str) -> str:
    """Raises ValueError unless it is a host, a host with a port, or a network."""
    host = written.rpartition(":")[0] if re.fullmatch(r"(\[.*\]|[^:/]+):\d+", written) else written
    bare = host.strip("[]")
    if not re.fullmatch(r"[A-Za-z0-9._-]+", bare):
        try:
            ip_network(bare, strict=False)
        except ValueError as error:
            raise ValueError(
                f"{written!r} is no host, host:port or network; write it like 10.0.0.7:8888, nas.lan or 192.168.0.0/24"
            ) from error
    return written


class Network(_Table):
    """How far the fetcher and the channels may go. Proxies are those of HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY."""

    allow_private: tuple[Annotated[str, AfterValidator(_private_place)], ...] = key(
        (),
        "Private addresses that may be asked: host:port, a host with all its ports, or a network.",
        example=["127.0.0.1:8888", "nas.lan", "192.168.0.0/24"],
    )
    renderer: tuple[str, ...] = key(
        (),
        "A Chromium of the system, with what it needs, that draws pages of feeds which scripts fill in; empty: none.",
        example=["chromium"],
    )

"""Settings of the sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from deepdaily.settings.kind_tables import (
    ArxivTable,
    GitHubTable,
    HuggingFaceTable,
    MailSourceTable,
    TelegramSourceTable,
    WatchedPageTable,
)
from deepdaily.settings.short_forms import needs_bridge, whole_address
from deepdaily.settings.table import _Table, key

QUERIES: tuple[str, ...] = ("AI LLM agent inference news",)
"""What is asked where no table says."""


def _web_address(written: str) -> str:
    parts = urlsplit(written)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("write an http(s) address without a name or password, like http://127.0.0.1:8888")
    return written


SourceName = Annotated[str, Field(min_length=1, description="What the source is called; two of one provider need two names.")]
Queries = Annotated[
    tuple[str, ...],
    Field(
        description=f"What is asked. Left out: in the first table {QUERIES[0]!r}; in a later one those of the table before,"
        " and only where that one gave no answer.",
        examples=[["LLM inference engine release"]],
    ),
]


class BraveTable(_Table):
    """Brave Search; without its key it is left out, which is no trouble."""

    provider: Literal["brave"] = "brave"
    name: SourceName = "brave"
    queries: Queries = ()
    key_env: str = key("BRAVE_API_KEY", "Environment variable that holds the key.")


class SearxngTable(_Table):
    """An instance of SearXNG that gives JSON (`search.formats` in its settings.yml)."""

    provider: Literal["searxng"] = "searxng"
    name: SourceName = "searxng"
    queries: Queries = ()
    endpoint: Annotated[str, AfterValidator(_web_address)] = key(
        ..., "Its address; a private one stands in [network] allow_private, too.", example="http://127.0.0.1:8888"
    )
    categories: tuple[str, ...] = key((), "Which of its tabs are asked; empty: its default.", example=["general", "news"])


SearchTable = Annotated[BraveTable | SearxngTable, Field(discriminator="provider")]


def _bridge_address(written: str) -> str:
    return _web_address(written) if written else ""


FeedAddress = Annotated[str, AfterValidator(whole_address)]


class Sources(_Table):
    """Where links come from."""

    packs: tuple[str, ...] = key(("ai-engineering",), "Bundled lists of feeds.")
    rsshub: Annotated[str, AfterValidator(_bridge_address)] = key(
        "", "Address of your own instance of RSSHub, for feeds written `rsshub:/route`.", example="https://rsshub.example.com"
    )
    add: tuple[FeedAddress, ...] = key(
        (), "Addresses of further feeds, or short ones.", example=["https://blog.example.com/feed.xml", "reddit:r/LocalLLaMA"]
    )
    mute: tuple[str, ...] = key((), "Hosts whose links are dropped.", example=["noise.example.com"])
    hackernews: bool = key(True, "Whether Hacker News is asked.")
    search: tuple[SearchTable, ...] = (BraveTable(),)
    page: tuple[WatchedPageTable, ...] = ()
    arxiv: tuple[ArxivTable, ...] = ()
    huggingface: tuple[HuggingFaceTable, ...] = ()
    github: tuple[GitHubTable, ...] = ()
    telegram: tuple[TelegramSourceTable, ...] = ()
    mail: tuple[MailSourceTable, ...] = ()

    @field_validator("add")
    @classmethod
    def _bridge_is_named(cls, addresses: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if any(map(needs_bridge, addresses)) and not info.data.get("rsshub", "-"):
            raise ValueError('feeds written rsshub:/… need your instance: [sources] rsshub = "https://rsshub.example.com"')
        return addresses

    @field_validator("search")
    @classmethod
    def _named_apart(cls, tables: tuple[SearchTable, ...]) -> tuple[SearchTable, ...]:
        names = [table.name for table in tables]
        if len(set(names)) < len(names):
            raise ValueError("two searches of one provider need names of their own: name = ...")
        return tables

    @model_validator(mode="after")
    def _each_kind_named_apart(self) -> Sources:
        named = [table.name or table.url for table in self.page] + [table.name for table in self.arxiv]
        named += [table.name for table in self.huggingface] + [table.name for table in self.github]
        named += [table.name for table in self.telegram] + [table.name for table in self.mail]
        for name in named:
            if named.count(name) > 1 or name == "hackernews" or name in [table.name for table in self.search]:
                raise ValueError(f'two sources are called {name}: give one a name of its own, like name = "{name}-2"')
        return self


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


def searches(tables: Sequence[SearchTable]) -> Iterator[tuple[SearchTable, tuple[str, ...], tuple[str, ...]]]:
    """Each table with its queries, and with the names of the searches that it stands in for.

    A table with queries of its own is always asked. One without takes over those of the table before, where that one, and
    whoever stands in for it already, gave no answer.
    """
    queries, before = QUERIES, list[str]()
    for table in tables:
        if table.queries:
            queries, before = table.queries, []
        yield table, queries, tuple(before)
        before.append(table.name)
